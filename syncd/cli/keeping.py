"""The verbs that change what is remembered; the next tick makes it true: log, approve, restore,
pause, resume."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from syncd.cli import ends, say
from syncd.cli.presence import running
from syncd.cli.setting import Setting, ready
from syncd.cli.words import (
    SOURCES,
    read_day,
    read_moment,
    say_day,
    say_moment,
    say_name,
    say_outcome,
)
from syncd.errors import UsageError
from syncd.model.people import CHANNELS
from syncd.model.records import Scope
from syncd.model.words import plural

if TYPE_CHECKING:
    from syncd.engine.service import Service
    from syncd.model.facts import Fact


def log(
    setting: Setting, person: str, outcome: str, at: str | None, by: str | None, note: str
) -> int:
    """Remember a contact made elsewhere."""
    setting.writes()
    if by is not None and by not in CHANNELS:
        raise UsageError(f"«{by}» is no channel. Forms: {', '.join(CHANNELS)}.")
    service = setting.service()
    when = read_moment(at, service.clock(), service.zone) if at else None
    fact = service.log(person, outcome or "reached", at=when, by=by, note=note)
    settled = [say.one_line(each) for each in service.settled(fact)]
    also = f" It counts for the {' and the '.join(settled)}, too." if settled else ""
    say.answer(f"Logged: {_told(service, fact)}.{also}{_coming(service, fact.person)}")
    return ends.DONE


def undo(setting: Setting, person: str) -> int:
    """Take back the newest fact of somebody."""
    setting.writes()
    service = setting.service()
    fact = service.undo(person)
    source = SOURCES[fact.source]
    said = f"Taken back: {_told(service, fact)} (known from: {source})."
    say.answer(f"{said}{_coming(service, fact.person)}")
    return ends.DONE


def _told(service: Service, fact: Fact) -> str:
    now, zone = service.clock(), service.zone
    by = f" by {fact.channel}" if fact.channel else ""
    name = say.one_line(say_name(service.roster, fact.person))
    return f"{name}, {say_outcome(fact)}{by}, {say_moment(fact.at, now, zone)}"


def _coming(service: Service, person: str) -> str:
    """What comes next for somebody, as a sentence with a space before it."""
    now, zone = service.clock(), service.zone
    _, plan = service.offline()
    position, stand = plan.positions.get(person), plan.standings.get(person)
    if position is None:
        return ""
    if position.reason:
        return f" Nothing is planned: {position.reason}."
    if stand is not None:
        from syncd.reconcile.standing import begins

        start = begins(stand.trace.start, zone)
        return f" Next: {stand.trace.channel or 'a try'}, {say_moment(start, now, zone)}."
    if position.touch is not None:
        return " Next: as soon as there is room."
    today = now.astimezone(zone).date()
    return f" Next: due {say_day(position.due, today)}." if position.due else ""


def admit(setting: Setting, person: str) -> int:
    """Let somebody in whom the ramp lets wait."""
    setting.writes()
    service = setting.service()
    who = service.admit(person)
    said = f"{say.one_line(who.name)} is in.{_coming(service, who.id)}"
    say.answer(f"{said} {_then(setting, service)}")
    return ends.DONE


# -- what is held


def approve(setting: Setting) -> int:
    """Let what is held stand, exactly that."""
    from syncd.engine.upkeep import approve as let

    setting.writes()
    service = setting.service(ready(setting.loaded().roster))
    say.answer(f"Approved, and nothing else: {let(service)}. {_then(setting, service)}")
    return ends.DONE


def restore(setting: Setting) -> int:
    """Have what is missing written anew."""
    from syncd.engine.upkeep import restore as write_anew

    setting.writes()
    service = setting.service()
    number = write_anew(service)
    said = f"{plural(number, 'entry', 'entries')} to be written anew."
    say.answer(f"{said} {_then(setting, service)}")
    return ends.DONE


def _then(setting: Setting, service: Service) -> str:
    """When what was just remembered comes true."""
    if running(setting.database(service.roster)):
        return "The daemon does it at its next tick."
    return "Next: syncd sync."


# -- pauses


def scoped(
    person: str | None, list_: str | None, block: str | None, everything: bool
) -> tuple[Scope, str]:
    """What a pause is for. Raises UsageError unless it is exactly one thing."""
    named = [
        (scope, name)
        for scope, name in ((Scope.PERSON, person), (Scope.LIST, list_), (Scope.BLOCK, block))
        if name is not None
    ]
    if everything:
        named.append((Scope.ALL, ""))
    if len(named) != 1:
        raise UsageError("Say one of: PERSON, --list L, --block B, --all.")
    return named[0]


def pause(setting: Setting, scope: Scope, name: str, until: str | None, length: str | None) -> int:
    """Pause somebody, a list, a block or everything."""
    from syncd.engine.pausing import pause as rest

    setting.writes()
    if until and length:
        raise UsageError("Say --until or --for, not both.")
    service = setting.service()
    today = service.clock().astimezone(service.zone).date()
    day: date | None = read_day(until or length or "", today) if until or length else None
    made = rest(service, scope, name, day)
    end = f"until {say_day(day, today)}" if day else "until syncd resume"
    what = _what(service, made.scope, made.name)
    say.answer(f"Paused {end}: {what}. {_then(setting, service)}")
    return ends.DONE


def resume(setting: Setting, scope: Scope, name: str) -> int:
    """End a pause, or bring a deleted block back."""
    from syncd.engine.pausing import resume as go_on

    setting.writes()
    service = setting.service()
    done = go_on(service, scope, name)
    if scope is Scope.PERSON:
        name = service.person(name).id
    say.answer(f"{_what(service, scope, name)}: {done}. {_then(setting, service)}")
    return ends.DONE


def _what(service: Service, scope: Scope, name: str) -> str:
    match scope:
        case Scope.PERSON:
            return say.one_line(say_name(service.roster, name))
        case Scope.LIST:
            return f"list {name}"
        case Scope.BLOCK:
            return f"block {name}"
        case Scope.ALL:
            return "everything"
