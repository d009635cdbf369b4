"""How a deployment is doing, and what the user is to do about it: status."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from syncd.cli import ends, plain, say, trouble
from syncd.cli.looking import counted
from syncd.cli.presence import running
from syncd.cli.setting import Setting
from syncd.cli.words import say_age, say_day, say_moment, say_name, some
from syncd.model.records import Scope
from syncd.model.words import plural

if TYPE_CHECKING:
    from syncd.engine.service import Service
    from syncd.engine.upkeep import Status
    from syncd.model.records import Record

NAMED = 5
"""How many people are named where one thing keeps more."""


def status(setting: Setting, as_json: bool) -> int:
    """Say how the deployment is doing, as remembered: no calendar is asked."""
    from syncd.engine.upkeep import status as of

    service = setting.service()
    now, zone = service.clock(), service.zone
    found = of(service, ticking=running(setting.database(service.roster)))
    errors = {
        name: trouble.failing(name, each.error, each, now, zone)
        for name, each in found.calendars.items()
        if each.error
    }
    if as_json:
        say.answer_json(plain.status(found, errors, now, zone))
    else:
        told = (_ticks(service, found), _calendars(service, found, errors), _doubts(service, found))
        for lines in (*told, _resting(service, found)):
            for line in lines:
                say.answer(line)
    if found.held or found.doubtful:
        return ends.HELD
    if found.broken:
        return ends.STATE
    failing = errors or any(each.error for each in found.books.values())
    return ends.CALENDAR if failing or found.refused else ends.DONE


def _ticks(service: Service, found: Status) -> Iterator[str]:
    now, zone = service.clock(), service.zone
    logged = f"{plural(found.facts, 'contact')} logged"
    ahead = plural(found.open, "open event")
    yield f"{counted(service.roster)}; {logged}; {ahead} in the calendar."
    coming = "No daemon is running. Next: syncd run, which goes on by itself."
    if found.next_tick is not None:
        coming = f"Next tick: {say_moment(found.next_tick, now, zone)}."
    last = "No tick yet."
    if found.last_tick is not None:
        age = say_age(now - found.last_tick)
        last = f"Last tick: {say_moment(found.last_tick, now, zone)} ({age})."
    yield f"{last} {coming}"
    if found.broken:
        yield (
            f"The last tick broke off ({found.broken}), which is a fault of syncd's. "
            "Your marks are safe in the calendar. Next: see the log, and report it."
        )


def _calendars(service: Service, found: Status, errors: dict[str, str]) -> Iterator[str]:
    now, zone = service.clock(), service.zone
    for name, each in found.calendars.items():
        if name in errors:
            yield errors[name]
            if each.failing_since is not None:
                yield f"  It has failed since {say_moment(each.failing_since, now, zone)}."
        elif each.succeeded is not None:
            yield f"Calendar {name}: last read {say_moment(each.succeeded, now, zone)}."
        else:
            yield f"Calendar {name}: not read yet."
    for name, each in found.books.items():
        if each.error:
            yield each.error
        if each.succeeded is not None:
            yield f"Address book {name}: last read {say_moment(each.succeeded, now, zone)}."
        elif not each.error:
            yield f"Address book {name}: not read yet. Next: syncd sync"
    yield from (say.one_line(each) for each in found.outside)
    yield from found.notices
    for record in found.refused:
        yield f"Not written: {_entry(service, record)}: {record.why}"


def _doubts(service: Service, found: Status) -> Iterator[str]:
    if found.held:
        yield f"Writes are held: {found.held}. {trouble.HELD_NEXT}"
    for name, records in found.doubtful.items():
        gone = plural(len(records), "entry is", "entries are")
        yield f"In doubt, so nothing is written: {gone} gone from calendar {name} at once:"
        for record in records:
            yield f"  {_entry(service, record)}"
        yield "  Next: syncd restore writes them anew; syncd approve takes them for deleted by you:"
        yield "  people are skipped, a block rests."


def _resting(service: Service, found: Status) -> Iterator[str]:
    for why in found.resting.values():
        said, _, following = why.partition("; ")
        hint = f" Next: {following} brings it back." if following else ""
        yield f"{said[:1].upper()}{said[1:]}.{hint}"
    for pause in found.pauses:
        whom = {Scope.ALL: "everybody", Scope.LIST: f"list {pause.name}"}.get(pause.scope)
        if pause.scope is Scope.PERSON:
            whom = say.one_line(say_name(service.roster, pause.name))
        if whom is not None:  # a block that is paused rests, and is told above
            until = f"until {pause.until}" if pause.until else "until further notice"
            verb = {Scope.ALL: "--all", Scope.LIST: f"--list {pause.name}"}.get(pause.scope)
            yield f"Paused: {whom}, {until}. Next: syncd resume {verb or pause.name} ends it."
    yield from _said(service, found)
    by_reason: dict[str, list[str]] = defaultdict(list)
    for person, why in found.idle.items():
        if why not in found.resting.values():
            by_reason[why].append(say.one_line(say_name(service.roster, person)))
    for why, names in by_reason.items():
        yield f"Nothing is planned for {some(names, NAMED)}: {why}."


def _said(service: Service, found: Status) -> Iterator[str]:
    """What the user's own events say that is not done with."""
    from syncd.reconcile.events import Asked, Away, Proposed

    today = service.clock().astimezone(service.zone).date()
    for each in found.said:
        match each:
            case Away(since=since, until=until):
                last = until - timedelta(days=1)
                days = say_day(since, today)
                days = days if last == since else f"{days} to {say_day(last, today)}"
                yield f"Away: {days}. Nobody is contacted then."
            case Proposed():
                who = " ".join(part for part in (each.name, each.phone, each.email) if part)
                yield f"To be added: {say.one_line(who)}. Next: syncd add --proposed"
            case Asked(question=question):
                yield f"Not understood: {say.one_line(question)}"


def _entry(service: Service, record: Record) -> str:
    """An entry by its title and time."""
    entry = record.seen or record.intent
    if entry is None:
        return record.key.subject
    when = plain.when(entry, service.clock(), service.zone)
    return f"{say.one_line(entry.title)}, {when}"
