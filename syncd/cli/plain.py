"""What `--json` prints: values as plain as JSON, instants in ISO 8601 with the user's offset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from syncd.cli.words import say_day, say_span
from syncd.model.entries import Entry
from syncd.model.facts import Fact
from syncd.model.keys import Kind
from syncd.model.people import LINE
from syncd.model.records import Record
from syncd.reconcile.actions import Action
from syncd.reconcile.standing import begins, times_of
from syncd.reconcile.trace import decode

if TYPE_CHECKING:
    from syncd.engine.service import Due
    from syncd.engine.telling import Summary
    from syncd.engine.upkeep import Status


def instant(moment: datetime | None, zone: ZoneInfo) -> str | None:
    """ISO 8601, to the second, with the offset that `zone` has then."""
    return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None


def plan(actions: list[Action], held: str, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """`plan --json`."""
    return {
        "now": instant(now, zone),
        "actions": [action(each, zone) for each in actions],
        "held": held or None,
    }


def action(each: Action, zone: ZoneInfo) -> dict[str, Any]:
    """One action of a plan."""
    key, entry = each.record.key, each.entry
    contact, block = key.kind is Kind.CONTACT, key.kind is Kind.BLOCK
    person, _, line = key.subject.partition(LINE)
    start, end = span(entry, zone) if entry else (None, None)
    return {
        "action": each.act.value,
        "kind": key.kind.value,
        "calendar": each.record.calendar,
        "person": None if block else person,
        "strategy": line if contact and line else None,
        "date": line if key.kind is Kind.DATE else None,
        "block": key.subject if block else block_of(each),
        "attempt": key.attempt if contact else None,
        "title": entry.title if entry else None,
        "start": instant(start, zone),
        "end": instant(end, zone),
        "reason": each.reason,
    }


def block_of(each: Action) -> str | None:
    """The block in whose occurrence a contact event is to lie; None where it has its own day."""
    trace = decode(each.entry.trace) if each.entry is not None else None
    return trace.slot.block if trace is not None and trace.slot is not None else None


def span(entry: Entry, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From when to when an entry lies."""
    times = times_of(entry)
    return begins(times.start, zone), begins(times.end, zone)


def when(entry: Entry, now: datetime, zone: ZoneInfo) -> str:
    """From when to when an entry lies, in words; of a task the day on which it is due."""
    start, end = span(entry, zone)
    if entry.task:
        return say_day(start.astimezone(zone).date(), now.astimezone(zone).date())
    return say_span(start, end, now, zone)


def fact(each: Fact, zone: ZoneInfo) -> dict[str, Any]:
    """One line of `history --json`; one that takes another back has an outcome of its own."""
    return {
        **_line(each.person),
        "at": instant(each.at, zone),
        "outcome": "taken-back" if each.void else each.outcome.value,
        "channel": each.channel,
        "note": each.note,
        "direction": each.direction.value,
        "source": each.source.value,
    }


def _line(id: str) -> dict[str, Any]:
    """Whose line it is, and which of their strategies, if it is one."""
    person, _, strategy = id.partition(LINE)
    return {"person": person, "strategy": strategy or None}


def _dated(said: object) -> dict[str, Any]:
    """The fields of a value, dates as text."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in vars(said).items()
    }


def due(each: Due, zone: ZoneInfo) -> dict[str, Any]:
    """One line of `due --json`."""
    return {
        **_line(each.person.id),
        "waiting": each.waits,
        "due": each.due.isoformat() if each.due else None,
        "late_days": each.late_days,
        "attempt": each.attempt,
        "next": instant(each.next, zone),
    }


def sync(
    told: Summary, facts: Sequence[Fact], errors: list[str], now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    """`sync --json`."""
    return {
        "now": instant(now, zone),
        "understood": [fact(each, zone) for each in facts],
        "written": dict(told.wrote),
        "failed": told.failed,
        "held": told.held or None,
        "errors": errors,
    }


def status(
    each: Status, errors: Mapping[str, str], now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    """`status --json`; `errors` are what stands in the way of each calendar."""
    return {
        "now": instant(now, zone),
        "last_tick": instant(each.last_tick, zone),
        "next_tick": instant(each.next_tick, zone),
        "held": each.held or None,
        "broken": each.broken or None,
        "calendars": [
            {
                "calendar": name,
                "last_success": instant(calendar.succeeded, zone),
                "failing_since": instant(calendar.failing_since, zone),
                "error": errors.get(name),
                "in_doubt": [record(one, zone) for one in each.doubtful.get(name, ())],
            }
            for name, calendar in each.calendars.items()
        ],
        "address_books": [
            {
                "address_book": name,
                "last_success": instant(book.succeeded, zone),
                "failing_since": instant(book.failing_since, zone),
                "error": book.error or None,
            }
            for name, book in each.books.items()
        ],
        "left_out": list(each.outside),
        "resting": [{"block": name, "reason": why} for name, why in each.resting.items()],
        "pauses": [
            {
                "scope": pause.scope.value,
                "name": pause.name or None,
                "since": pause.since.isoformat(),
                "until": pause.until.isoformat() if pause.until else None,
            }
            for pause in each.pauses
        ],
        "idle": [{"person": id, "reason": why} for id, why in each.idle.items()],
        "refused": [{**record(one, zone), "reason": one.why} for one in each.refused],
        "notices": list(each.notices),
        "said": [{"kind": type(said).__name__.lower(), **_dated(said)} for said in each.said],
        "contacts": each.facts,
        "open": each.open,
    }


def record(each: Record, zone: ZoneInfo) -> dict[str, Any]:
    """One entry."""
    entry = each.seen or each.intent
    start, end = span(entry, zone) if entry else (None, None)
    return {
        "calendar": each.calendar,
        "title": entry.title if entry else None,
        "start": instant(start, zone),
        "end": instant(end, zone),
    }
