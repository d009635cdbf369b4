"""The verbs that write to calendars, or go on by themselves: sync, run, clear, demo."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from syncd.cli import ends, plain, say, trouble
from syncd.cli.presence import present
from syncd.cli.setting import Setting, ready
from syncd.cli.words import plural, say_name, say_outcome, some
from syncd.errors import UsageError

if TYPE_CHECKING:
    from syncd.engine.service import Service
    from syncd.engine.telling import Summary
    from syncd.model.facts import Fact
    from syncd.reconcile.actions import Action

NAMED = 8
"""How many facts one line tells."""
_DONE = {
    "create": "created",
    "update": "updated",
    "merge": "updated, what you changed kept",
    "delete": "removed",
}


def sync(setting: Setting, as_json: bool) -> int:
    """One tick, and one line that says what it came to."""
    from syncd.engine.freshening import AGE
    from syncd.engine.telling import Summary, summary

    setting.writes()
    service = setting.service(ready(setting.loaded().roster))
    fresh = service.freshen(AGE, timedelta())
    if fresh.unread:
        errors = [*fresh.errors, "Nothing was written: an address book was never read yet."]
        if as_json:
            say.answer_json(plain.sync(Summary(), [], errors, service.clock(), service.zone))
        trouble.say_all(errors)
        return ends.CALENDAR
    if fresh.changed:
        service = setting.service(ready(setting.loaded().roster))
    with say.progress("syncing") as progress:
        report = service.sync(progress)
    told, facts = summary(report), report.facts
    unread = trouble.unread(report.looks[-1], report.now, service.zone)
    plainly = {str(each.error) for each in report.looks[-1].observed if each.error is not None}
    errors = [
        *fresh.errors,
        *unread.values(),
        *(each for each in told.errors if each not in plainly),
    ]
    if as_json:
        say.answer_json(plain.sync(told, facts, errors, report.now, service.zone))
    else:
        say.answer(_line(service, told, facts, well=not errors and not told.held))
    trouble.say_all((*errors, *told.notices))
    for spoilt in told.spoilt:
        say.aside(f"Left alone: {spoilt}.")
    if told.held:
        say.aside(trouble.held_sentence(report.looks[-1]))
        return ends.HELD
    return ends.CALENDAR if errors or told.failed else ends.DONE


def _line(service: Service, told: Summary, facts: Sequence[Fact], *, well: bool) -> str:
    said = []
    if facts:
        understood = [
            f"{say.one_line(say_name(service.roster, fact.person))}: {say_outcome(fact)}"
            for fact in facts
        ]
        said.append(f"Understood: {some(understood, NAMED, '; ')}.")
    if told.wrote:
        wrote = ", ".join(f"{number} {_DONE[act]}" for act, number in told.wrote.items())
        said.append(f"In the calendar: {wrote}.")
    if told.failed:
        said.append(f"{plural(told.failed, 'write')} did not come about.")
    if not said:
        said.append("Nothing to do." if well else "Nothing was written.")
    return " ".join(said)


def run(setting: Setting) -> int:
    """The daemon, until SIGTERM or Ctrl-C. The log goes to stderr."""
    if setting.now is not None:
        raise UsageError("syncd run keeps to the real time. Next: leave --now out.")
    import structlog

    from syncd import logs
    from syncd.engine.daemon import run as daemon

    stopping = threading.Event()

    def pause(seconds: float) -> None:
        stopping.wait(seconds)

    def load() -> Service:
        service = setting.service(ready(setting.loaded().roster), pause)
        setting.houses.keep(each.embedded for each in service.roster.calendars.values())
        return service

    database = setting.database(ready(setting.loaded().roster))
    logs.configure()
    setting.houses.say = structlog.get_logger().warning
    with present(database):
        return daemon(load, stopping, setting.houses.close)


# -- clear


def clear(setting: Setting, calendar: str | None, yes: bool) -> int:
    """Take everything that syncd made out of the calendars, after showing it."""
    from syncd.engine.upkeep import clear as take_out
    from syncd.engine.upkeep import clearing

    setting.writes()
    service = setting.service(ready(setting.loaded().roster))
    actions = clearing(service, calendar)
    if not actions:
        say.answer("There is nothing of syncd's in the calendar.")
        return ends.DONE
    _show(service, actions)
    if not yes and not _agreed(len(actions)):
        say.answer("Nothing was changed.")
        return ends.DONE
    with say.progress("clearing") as progress:
        outcomes = take_out(service, actions, progress)
    done = sum(each.done for each in outcomes)
    say.answer(
        f"{plural(done, 'entry', 'entries')} taken out; the log stays. "
        "What config says is written anew by the next sync: pause, or end syncd run, "
        "where it should not be."
    )
    why = dict.fromkeys(each.result.why for each in outcomes if not each.done)
    trouble.say_all(each for each in why if each)
    if done < len(actions):
        left = plural(len(actions) - done, "entry", "entries")
        say.aside(f"{left} could not be taken out. Next: syncd clear again.")
        return ends.CALENDAR
    return ends.DONE


def _show(service: Service, actions: list[Action]) -> None:
    now, zone = service.clock(), service.zone
    entries = [(each.record.calendar, each.entry) for each in actions if each.entry is not None]
    ordered = sorted(entries, key=lambda each: (each[0], plain.span(each[1], zone), each[1].title))
    rows = [(name, plain.when(entry, now, zone), entry.title) for name, entry in ordered]
    say.table(("calendar!", "when!", "to be taken out"), rows)


def _agreed(number: int) -> bool:
    if not say.interactive():
        raise UsageError("Nobody is here to be asked. Nothing was changed. Next: add --yes.")
    asked = f"Take {plural(number, 'entry', 'entries')} out of the calendar? (y/n)"
    return say.ask(asked, "n").casefold() in ("y", "yes")
