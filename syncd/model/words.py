"""Values in words: one grammar for each, shared by config, command line and marks.

A reader gives None for what it does not understand; the `…_FORMS` beside it says what it does, for
the message. A `Grammar` joins the two, and guesses what was meant. Rules of recurrence have a
module of their own, `repeats`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Generic, TypeVar

from syncd.model.entries import YEARS
from syncd.model.people import Hours, Period, Span

T = TypeVar("T")

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

WHEN_FORMS = "3d, 1w, 2m, fri, 2026-12-01"
PERIOD_FORMS = "6 weeks, 10 days, 6w, every 6 weeks, daily, weekly, monthly, quarterly, yearly, "
PERIOD_FORMS += "once a year, twice a year, 3 a year"
SPAN_FORMS = "15 seconds, 2 minutes, 1 hour, 1h 30m"
ALARM_FORMS = "10 minutes before, 1 hour before, at start, none"
HOURS_FORMS = "mon-fri 09:00-18:00, sat 10:00-12:00, daily 09:00-24:00"
TIME_FORMS = "10:00, 9:30, 9am, 2:30 pm"
DATE_FORMS = "2026-10-01"
KEPT_ON_FORMS = "1980-02-29, 12-15"
YES_FORMS = "true, false"

_STEP = re.compile(r"(\d{1,3}) ?(d|days?|w|weeks?|m|months?|y|years?)")
# Not every span says how long: `2 days ago`, `1 year old`, `1 year-old`; nor does `until we speak`
# name a weekday.
_FOR = re.compile(
    rf"(?:for )?({_STEP.pattern})(?![\w'’-])"
    r"(?! (?:ago|old|older|late|later|early|earlier)\b)[ ,;:.]*",
    re.IGNORECASE,
)
_UNTIL = re.compile(r"until (?![^\W\d]{2}(?!\w))(\S+?)(?:[ ,;:.]+|$)", re.IGNORECASE)
_UNITS = {"d": Period(days=1), "w": Period(days=7), "m": Period(months=1), "y": Period(months=12)}
_NAMED = {
    "daily": Period(days=1),
    "weekly": Period(days=7),
    "monthly": Period(months=1),
    "quarterly": Period(months=3),
    "yearly": Period(months=12),
}
_OFTEN = {"once": 1, "twice": 2}
_PIECE = re.compile(r"(\d{1,5}) ?(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)(?![a-z])[ ,]*")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_CLOCK = re.compile(r"(\d{1,2})(?::([0-5]\d))? ?(am|pm)?")
_STRETCH = re.compile(r"(.+?) (\d{1,2}:\d{2}) ?[-–] ?(\d{1,2}:\d{2})")
_DAYS = {"daily": range(7), "weekdays": range(5), "weekends": range(5, 7)}


def resolve_when(text: str, today: date) -> date | None:
    """The day that `text` names, counted from `today`: `3d`, `1w`, `2m`, `fri` (the next one, never
    today), `2026-12-01`; None for anything else."""
    text = text.strip().casefold()
    if step := _STEP.fullmatch(text):
        number, unit = int(step[1]), _UNITS[step[2][0]]
        return Period(months=unit.months * number, days=unit.days * number).after(today)
    if (weekday := read_weekday(text)) is not None:
        return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    return read_date(text)


def leading_when(text: str, today: date) -> tuple[date | None, str]:
    """The day that the first words of `text` name, and the rest: `3 months`, `for 2w`, `until fri`,
    `until 2026-12-01`; None, and all of it, where they name none."""
    for form in (_FOR, _UNTIL):
        found = form.match(text)
        when = resolve_when(found[1], today) if found else None
        if found and when is not None and when > today:
            return when, text[found.end() :]
    return None, text


def read_weekday(text: str) -> int | None:
    """Monday is 0: `thursday`, or its first two or more letters; None for anything else."""
    if len(text) < 2:
        return None
    return next((n for n, name in enumerate(WEEKDAYS) if name.startswith(text)), None)


def read_period(text: str) -> Period | None:
    """How long a rhythm's step is: `6 weeks`, `6w`, `every 6 weeks`, `monthly`, `twice a year`. A
    year that does not divide into whole months is divided into days."""
    text = plain(text)
    if text in _NAMED:
        return _NAMED[text]
    if often := re.fullmatch(r"(once|twice|[1-9]\d?)(?: times)? (?:a|per) year", text):
        times = _OFTEN.get(often[1]) or int(often[1])
        whole, rest = divmod(12, times)
        return Period(days=round(365.25 / times)) if rest else Period(months=whole)
    text = re.sub(r"^every (?=[a-z])", "1 ", text)
    step = _STEP.fullmatch(text.removeprefix("every "))
    if not step or not int(step[1]):
        return None
    number, unit = int(step[1]), _UNITS[step[2][0]]
    return Period(months=unit.months * number, days=unit.days * number)


def read_span(text: str) -> timedelta | None:
    """A length of time by the clock: `2 minutes`, `1h 30m`; never none at all."""
    text, found, end = plain(text), timedelta(), 0
    for piece in _PIECE.finditer(text):
        if piece.start() != end:
            return None
        found += timedelta(seconds=int(piece[1]) * _SECONDS[piece[2][0]])
        end = piece.end()
    return found if found and end == len(text) else None


def read_alarm(text: str) -> tuple[timedelta | None] | None:
    """How long before the start it rings, wrapped, as `none` (it does not ring) is an answer."""
    text = plain(text)
    if text in ("none", "null", "~", "no", "off", "false"):
        return (None,)
    if text == "at start":
        return (timedelta(),)
    before = read_span(text.removesuffix(" before"))
    return None if before is None else (before,)


def read_time(text: str) -> time | None:
    """A time of day: `10:00`, `9am`, `2:30 pm`."""
    clock = _CLOCK.fullmatch(plain(text))
    if not clock or not (clock[2] or clock[3]):
        return None
    hour, minute = int(clock[1]), int(clock[2] or 0)
    if clock[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (clock[3] == "pm")
    return time(hour, minute) if hour < 24 else None


def read_hours(text: str) -> Hours | None:
    """Stretches of the week: `mon-fri 09:00-18:00, sat 10:00-12:00`; `24:00` is a day's end."""
    spans: list[Span] = []
    days: set[int] = set()
    for piece in plain(text).split(","):
        stretch = _STRETCH.fullmatch(piece.strip())
        named = _days(stretch[1] if stretch else piece.strip())
        if named is None:
            return None
        days |= named
        if stretch:
            end = time.max if stretch[3] == "24:00" else read_time(stretch[3])
            start = read_time(stretch[2])
            if start is None or end is None or start >= end:
                return None
            spans.append(Span(weekdays=frozenset(days), start=start, end=end))
            days = set()
    return Hours(spans=tuple(spans)) if spans and not days else None


def _days(text: str) -> set[int] | None:
    """The weekdays of `mon`, `mon-fri`, `mon and wed`, `daily`."""
    if text in _DAYS:
        return set(_DAYS[text])
    found: set[int] = set()
    for piece in re.split(r" and | ", text):
        first, dash, last = piece.replace("–", "-").partition("-")
        begin, end = read_weekday(first), read_weekday(last if dash else first)
        if begin is None or end is None:
            return None
        found |= {(begin + n) % 7 for n in range((end - begin) % 7 + 1)}
    return found


def read_date(text: str) -> date | None:
    """A date as ISO 8601 writes it: `2026-10-01`."""
    text = text.strip()
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) or int(text[:4]) not in YEARS:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_kept_on(text: str) -> tuple[int | None, int, int] | None:
    """A day of the year with or without the year: `1980-02-29`, `02-29`. As year (or None), month
    and day."""
    found = re.fullmatch(r"(?:([0-9]{4})-|--)?([0-9]{2})-([0-9]{2})", text.strip())
    if not found:
        return None
    year, month, day = int(found[1]) if found[1] else None, int(found[2]), int(found[3])
    try:
        date(2000 if year is None else year, month, day)
    except ValueError:
        return None
    return year, month, day


def read_yes(text: str) -> bool | None:
    """Yes or no, in YAML's words of any age."""
    return {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}.get(
        plain(text)
    )


def plain(text: str) -> str:
    """`text` as the grammars read it: lower case, one space between words."""
    return " ".join(text.casefold().split())


def nearest(text: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `text` most likely meant to be, if any comes close."""
    said, names = plain(text), {plain(name): name for name in known}
    close = difflib.get_close_matches(said, names, n=5, cutoff=0.6)

    def likeness(name: str) -> tuple[float, int]:
        return difflib.SequenceMatcher(None, name, said).ratio(), -abs(len(name) - len(said))

    return names[max(close, key=likeness)] if close else None


@dataclass(frozen=True, kw_only=True)
class Grammar(Generic[T]):
    """A kind of value in words: its reader, what that understands, and the words it is made of."""

    read: Callable[[str], T | None]
    forms: str
    words: tuple[str, ...] = ()
    unit: str = ""
    """What a bare number was probably meant in."""

    def guess(self, text: str) -> str | None:
        """What `text`, which the reader does not understand, probably was meant to be. Numbers are
        never guessed."""
        said = plain(text)
        tries = [re.sub(r"[a-zà-ÿ]+", lambda word: nearest(word[0], self.words) or word[0], said)]
        if self.unit and not re.search("[a-z]", said):
            tries.append(self.unit.format(said))
        forms = [form for form in self.forms.split(", ") if _numbers(form) == _numbers(said)]
        tries += [form for form in forms if said and form.startswith(said)]
        tries += filter(None, [nearest(said, forms)])
        return next((each for each in tries if self.read(each) is not None), None)

    def complaint(self, text: str) -> str:
        """The sentence about a `text` that the reader does not understand."""
        guess = self.guess(text)
        meant = f"Did you mean {guess}? " if guess else ""
        return f"«{short(text)}» not understood. {meant}Forms: {self.forms}."


def short(text: str, most: int = 60) -> str:
    """`text` as it may stand in a message: on one line, printable, and not long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _numbers(text: str) -> list[str]:
    return re.findall("[0-9]+", text)


_TIMES = ("seconds", "second", "minutes", "minute", "hours", "hour", "days", "day")
_STEPS = ("days", "day", "weeks", "week", "months", "month", "years", "year")
PERIOD = Grammar(
    read=read_period,
    forms=PERIOD_FORMS,
    words=(*_STEPS, *_NAMED, "every", "once", "twice", "a"),
    unit="{} weeks",
)
SPAN = Grammar(read=read_span, forms=SPAN_FORMS, words=_TIMES, unit="{} minutes")
ALARM = Grammar(
    read=read_alarm,
    forms=ALARM_FORMS,
    words=(*_TIMES, "before", "at", "start", "none"),
    unit="{} minutes before",
)
HOURS = Grammar(
    read=read_hours,
    forms=HOURS_FORMS,
    words=(*WEEKDAYS, *(day[:3] for day in WEEKDAYS), *_DAYS, "and"),
    unit="mon-fri {}",
)
TIME = Grammar(read=read_time, forms=TIME_FORMS, words=("am", "pm"), unit="{}:00")
DATE = Grammar(read=read_date, forms=DATE_FORMS)
KEPT_ON = Grammar(read=read_kept_on, forms=KEPT_ON_FORMS)
YES = Grammar(read=read_yes, forms=YES_FORMS, words=("true", "false", "yes", "no"))


def plural(number: int, one: str, many: str = "") -> str:
    """`1 person`, `2 people`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
