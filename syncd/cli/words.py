"""What is typed and what is shown: moments, days, outcomes, in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syncd.errors import UsageError
from syncd.model.facts import Direction, Fact, Outcome, Source
from syncd.model.people import LINE, whose
from syncd.model.roster import Roster
from syncd.model.words import WHEN_FORMS, resolve_when

MOMENT_FORMS = "2026-11-24T14:30+01:00, 2026-11-24 14:30, 2026-11-24, 14:30, yesterday"
NOON = time(12)

OUTCOMES = {
    Outcome.REACHED: "reached",
    Outcome.LEFT_MESSAGE: "left a message",
    Outcome.NO_ANSWER: "no answer",
    Outcome.WRONG_NUMBER: "wrong number",
    Outcome.SKIPPED: "skipped this time",
    Outcome.NOT_REACHED: "not reached",
    Outcome.MISSED: "let go this time",
    Outcome.SNOOZED: "moved to another day",
    Outcome.PAUSED: "paused",
    Outcome.STOPPED: "stopped",
}
SOURCES = {
    Source.MARK: "mark",
    Source.DELETION: "deleted event",
    Source.DRAG: "dragged event",
    Source.LOG: "syncd log",
    Source.MEETING: "meeting",
    Source.EVENT: "your own event",
    Source.SYNCD: "time went by",
}


def read_moment(text: str, now: datetime, zone: ZoneInfo, bare: time = NOON) -> datetime:
    """The instant that `text` names, in `zone` unless it says an offset itself; a day alone means
    `bare` on it, or `now` where that is earlier on the same day. Raises UsageError."""
    local = now.astimezone(zone)
    named = {"yesterday": local.date() - timedelta(days=1), "today": local.date()}
    typed = re.sub(r"(?<!\d)\d:\d\d", r"0\g<0>", text.strip().casefold())
    first, _, rest = typed.partition(" ")
    try:
        if first == "now" and not rest:
            return now
        if first in named:
            day, hour = named[first], time.fromisoformat(rest) if rest else None
        elif re.fullmatch(r"\d{2}:\d{2}", first) and not rest:
            day, hour = local.date(), time.fromisoformat(first)
        elif re.fullmatch(r"\d{4}-\d{2}-\d{2}", first) and not rest:
            day, hour = date.fromisoformat(first), None
        else:
            moment = datetime.fromisoformat(typed.upper())
            return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
        if hour is None:
            found = datetime.combine(day, bare, zone)
            return min(found, now) if day == local.date() else found
        return datetime.combine(day, hour, zone)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"«{text}» is no time. Forms: {MOMENT_FORMS}.") from error


def read_day(text: str, today: date) -> date:
    """The day that `text` names, counted from `today`. Raises UsageError."""
    day = resolve_when(text, today)
    if day is None:
        raise UsageError(f"«{text}» is no day. Forms: {WHEN_FORMS}, 3 months.")
    return day


def say_day(day: date, today: date) -> str:
    """`Tue 24 Nov`, with the year where it is another one."""
    return f"{day:%a} {day.day} {day:%b}{'' if day.year == today.year else f' {day.year}'}"


def say_moment(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`Tue 09:14` within the last week, else with the date."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    near = timedelta() <= today - local.date() < timedelta(days=7)
    return f"{local:%a} {local:%H:%M}" if near else f"{say_day(local.date(), today)} {local:%H:%M}"


def say_span(start: datetime, end: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`Thu 26 Nov 10:00–10:15`."""
    first, last = start.astimezone(zone), end.astimezone(zone)
    day = say_day(first.date(), now.astimezone(zone).date())
    return f"{day} {first:%H:%M}–{last:%H:%M}"


def say_age(age: timedelta) -> str:
    """`2 minutes ago`, in its largest whole unit."""
    seconds = int(age.total_seconds())
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            number = seconds // size
            return f"{number} {unit}{'s' * (number != 1)} ago"
    return "just now"


def say_outcome(fact: Fact) -> str:
    """What became of it, in words."""
    said = OUTCOMES[fact.outcome]
    if fact.direction is Direction.IN:
        said = f"{said}, they called"
    if fact.until is not None:
        said = f"{said} until {fact.until.isoformat()}"
    return f"{said}, taken back" if fact.void else said


def say_name(roster: Roster, person: str) -> str:
    """What the person with that id is called; the id where config does not know them."""
    known = roster.people.get(whose(person))
    name = known.name if known else whose(person)
    _, line, strategy = person.partition(LINE)
    return f"{name} ({strategy})" if line else name


def some(names: Sequence[str], most: int, between: str = ", ") -> str:
    """The first so many of `names`, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{between.join(names[:most])}{more}"
