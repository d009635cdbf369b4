"""People, the lists that they are in, and the rhythms and hours in which they are contacted."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, time, timedelta

from syncd.model.entries import YEARS

_NEVER = date(YEARS.stop - 1, 12, 31)
ADDRESS_OF_CHANNEL = {"call": "phone", "message": "phone", "email": "email"}
"""Which of a person's addresses a channel needs; a channel not named here needs none."""

CHANNELS = ("call", "email", "message", "note", "card", "coffee", "dinner", "event", "article")
"""The means of contact that syncd knows."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """A length of time in calendar terms: `months` are calendar months, `days` are days."""

    months: int = 0
    days: int = 0

    def after(self, day: date) -> date:
        """The date this long after `day`; 31 January and one month is the last of February. What
        is too far off for a calendar is its last day."""
        month = day.year * 12 + day.month - 1 + self.months
        year, month = divmod(month, 12)
        if year not in YEARS or self.days > 366 * len(YEARS):
            return _NEVER
        last = calendar.monthrange(year, month + 1)[1]
        found = date(year, month + 1, min(day.day, last)) + timedelta(days=self.days)
        return min(found, _NEVER)

    @property
    def approximate_days(self) -> float:
        """The length in days, a month counted as a twelfth of 365.25."""
        return self.days + self.months * 365.25 / 12

    def __str__(self) -> str:
        if not self.months:
            weeks, rest = divmod(self.days, 7)
            if weeks and not rest:
                return f"{weeks} week{'s' * (weeks != 1)}"
            return f"{self.days} day{'s' * (self.days != 1)}"
        if self.days:
            return f"{self.months} months and {self.days} days"
        years, rest = divmod(self.months, 12)
        if years and not rest:
            return f"{years} year{'s' * (years != 1)}"
        return f"{self.months} month{'s' * (self.months != 1)}"


@dataclass(frozen=True, kw_only=True)
class Span:
    """A stretch of the day, the same on each of `weekdays` (Monday is 0): [`start`, `end`)."""

    weekdays: frozenset[int]
    start: time
    end: time
    """Exclusive; `time.max` stands for midnight at the day's end."""


@dataclass(frozen=True, kw_only=True)
class Hours:
    """When, in a week of wall-clock time, events outside blocks may lie."""

    spans: tuple[Span, ...]

    def on(self, day: date) -> tuple[Span, ...]:
        """The stretches of that date, earliest first; none where nothing may lie on it."""
        spans = (span for span in self.spans if day.weekday() in span.weekdays)
        return tuple(sorted(spans, key=lambda span: span.start))


WORKING_HOURS = Hours(
    spans=(Span(weekdays=frozenset(range(5)), start=time(9), end=time(18)),),
)


@dataclass(frozen=True, kw_only=True)
class Retry:
    """What follows an attempt that did not reach its person."""

    left_message: Period = Period(days=7)
    no_answer: Period = Period(days=3)
    tries: int = 3
    """Attempts on the first usable channel; each further channel gets one."""
    in_block: bool = False
    """Whether retries go into the next occurrence (`place: block`) or get a day of their own."""


@dataclass(frozen=True, kw_only=True)
class ContactList:
    """A group of people with one cadence, one order of channels and one retry policy."""

    name: str
    cadence: Period
    channels: tuple[str, ...] = ("call",)
    retry: Retry = Retry()
    hours: Hours = WORKING_HOURS
    a_day: int = 3
    """How many contact events a day may hold outside blocks before the rest wait."""
    as_task: bool = False
    """Whether its contact events are tasks."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody to stay in touch with."""

    id: str
    name: str
    list: str
    """The list that sets channels, retry and hours."""
    phone: str | None = None
    """In international form where it could be understood, else as typed."""
    email: str | None = None
    cadence: Period | None = None
    """Overrides the list's."""
    channels: tuple[str, ...] | None = None
    """Overrides the list's."""
    last_contact: date | None = None
    interests: tuple[str, ...] = ()
    notes: str = ""
    timezone: str | None = None
    """IANA name; where given, retries lie within the list's hours there too."""
    paused: bool = False
    paused_until: date | None = None
    """With `paused`: the first day on which they are active again; None is until further notice."""
    formerly: tuple[str, ...] | None = None
    """Ids under which this person has history; None where config does not say."""
    uid: str = ""
    """The id of their card in the address book from which they came; empty where there is none."""
    where: str = ""
    """`file:line` of their entry in the YAML, for messages."""

    @property
    def ids(self) -> tuple[str, ...]:
        """All the ids that mean this person, today's first."""
        return (self.id, *(self.formerly or ()))

    def has_address_for(self, channel: str) -> bool:
        """Whether this person can be contacted by `channel` with what is known of them."""
        needed = ADDRESS_OF_CHANNEL.get(channel)
        return needed is None or bool(getattr(self, needed))
