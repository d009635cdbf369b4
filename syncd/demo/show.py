"""What the demo prints: tables of what the server and the database hold, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from syncd.demo.user import Shown
from syncd.engine.service import Due
from syncd.logs import clean
from syncd.model.facts import Direction, Fact, Outcome, Source
from syncd.model.keys import Kind, decode
from syncd.model.people import Period
from syncd.model.roster import Roster

_OUTCOMES = {
    Outcome.REACHED: "reached",
    Outcome.LEFT_MESSAGE: "left a message",
    Outcome.NO_ANSWER: "no answer",
    Outcome.WRONG_NUMBER: "wrong number",
    Outcome.SKIPPED: "skipped this time",
    Outcome.SNOOZED: "moved to another day",
    Outcome.PAUSED: "paused",
    Outcome.STOPPED: "stopped",
    Outcome.NOT_REACHED: "not reached",
    Outcome.MISSED: "let go this time",
}
_SOURCES = {
    Source.MARK: "a mark in the title",
    Source.DRAG: "the event was dragged",
    Source.DELETION: "the event was deleted",
    Source.LOG: "syncd log",
    Source.MEETING: "a meeting",
    Source.EVENT: "an event of your own",
    Source.SYNCD: "time went by",
}


def heading(out: Console, text: str) -> None:
    """A line that says what comes next."""
    out.print()
    out.print(Text(text, style="bold"))


def week(out: Console, events: Iterable[Shown], zone: ZoneInfo) -> None:
    """The events as an app shows them, day by day."""
    table = _table("day", "time", "event", "number, and what is known")
    before = ""
    for event in events:
        day = day_of(event.start, zone)
        if before and day != before:
            table.add_section()
        # Who is up in a block stands below it anyway. Of a contact event's text, the last line
        # tells how to mark it, and one that begins with "log" is for syncd.
        lines = [] if event.series else event.text.splitlines()[:-1]
        told = [line for line in lines if not line.startswith("log ")]
        told = [told[0], told[-1]] if len(told) > 2 else told
        style = "bold" if event.series else ""
        table.add_row(
            "" if day == before else day,
            hours_of(event, zone),
            _text(event.title, style),
            _text("\n".join(told), "dim"),
        )
        before = day
    out.print(table)


def understood(out: Console, roster: Roster, facts: Sequence[Fact], due: Sequence[Due]) -> None:
    """Facts, how each was known, and what follows from it."""
    table = _table("who", "understood as", "because", "next")
    by_id = {each.person.id: each for each in due}
    zone = ZoneInfo(roster.timezone)
    for fact in facts:
        stand = by_id.get(fact.person)
        coming = ""
        if stand is not None and stand.next is not None:
            coming = f"{day_of(stand.next, zone)} {stand.next.astimezone(zone):%H:%M}"
        elif stand is not None and stand.due is not None:
            coming = f"due {_day(stand.due)}"
        because = _SOURCES[fact.source]
        table.add_row(
            _text(_name(roster, fact.person)),
            _text(_OUTCOMES[fact.outcome]),
            _text(f"{because}: “{fact.note}”" if fact.note else because),
            coming,
        )
    out.print(table)


def journal(out: Console, roster: Roster, facts: Sequence[Fact]) -> None:
    """The contact log."""
    table = _table("when", "who", "outcome", "by", "note")
    zone = ZoneInfo(roster.timezone)
    for fact in facts:
        back = " (they called)" if fact.direction is Direction.IN else ""
        table.add_row(
            f"{day_of(fact.at, zone)} {fact.at.astimezone(zone):%H:%M}",
            _text(_name(roster, fact.person)),
            _text(_OUTCOMES[fact.outcome] + back),
            _text(fact.channel or ""),
            _text(fact.note),
        )
    out.print(table)


def retries(
    out: Console, roster: Roster, events: Iterable[Shown], facts: Sequence[Fact], now: datetime
) -> int:
    """The events ahead that have a day of their own, and why that day; gives how many."""
    table = _table("day", "time", "event", "why")
    zone = ZoneInfo(roster.timezone)
    for event in events:
        key = decode(event.uid, roster.deployment)
        if key is None or key.kind is not Kind.CONTACT or instant(event.start) <= now:
            continue
        told = [fact for fact in facts if fact.person == key.subject and fact.touch == key.day]
        if told:
            table.add_row(
                day_of(event.start, zone),
                hours_of(event, zone),
                _text(event.title),
                _text(_why(roster, told[-1], key.attempt, zone)),
            )
    out.print(table)
    return table.row_count


def _why(roster: Roster, fact: Fact, attempt: int, zone: ZoneInfo) -> str:
    if fact.outcome is Outcome.SNOOZED:
        return "you put it there, and there it stays; the attempt is the same"
    retry = roster.lists[roster.people[fact.person].list].retry
    waits: dict[Outcome, Period] = {
        Outcome.LEFT_MESSAGE: retry.left_message,
        Outcome.NO_ANSWER: retry.no_answer,
    }
    wait = f", so again {waits[fact.outcome]} later" if fact.outcome in waits else ""
    day = day_of(fact.at, zone)
    return f"{_OUTCOMES[fact.outcome]} on {day}{wait}: attempt {attempt} of {retry.tries}"


def day_of(moment: datetime | date, zone: ZoneInfo) -> str:
    """The day as people say it, in `zone`."""
    return _day(moment.astimezone(zone).date() if isinstance(moment, datetime) else moment)


def hours_of(event: Shown, zone: ZoneInfo) -> str:
    """From when to when, in `zone`."""
    if not isinstance(event.start, datetime) or not isinstance(event.end, datetime):
        return "all day"
    return f"{event.start.astimezone(zone):%H:%M}–{event.end.astimezone(zone):%H:%M}"


def instant(moment: datetime | date) -> datetime:
    """When it begins."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), UTC) - timedelta(hours=12)


def _day(day: date) -> str:
    return f"{day:%a %d %b}"


def _name(roster: Roster, person: str) -> str:
    known = roster.people.get(person)
    return known.name if known else person


def _text(text: str, style: str = "") -> Text:
    return Text(clean(text), style=style)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, no_wrap=column in ("day", "time", "when"), overflow="fold")
    return table
