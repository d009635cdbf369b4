"""People, the lists that they are in, and the rhythms and hours in which they are contacted."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from functools import cached_property

from syncd.model.entries import YEARS
from syncd.model.occasions import Occasion

_NEVER = date(YEARS.stop - 1, 12, 31)
ADDRESS_OF_CHANNEL = {"call": "phone", "message": "phone", "email": "email"}
"""Which of a person's addresses a channel needs; a channel not named here needs none."""

CHANNELS = ("call", "email", "message", "note", "card", "coffee", "dinner", "event", "article")
"""The means of contact that syncd knows."""


DAYS_AHEAD = 14
"""How far ahead first attempts outside blocks are written."""


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
        if year not in YEARS or abs(self.days) > 366 * len(YEARS):
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


COUNTS = frozenset({"call", "email", "message", "coffee", "dinner"})
"""The channels by which one has been in touch; a card is not a talk."""


@dataclass(frozen=True, kw_only=True)
class Strategy:
    """One more thing to do with somebody, beside the cadence: by a channel, in a rhythm of its own
    (`every`) or for an occasion."""

    name: str
    """Tells it from the others of the same person."""
    channel: str
    every: Period | None = None
    occasion: str = ""
    """The name of one of the person's own dates; whoever has none of that name is left out."""
    on: Occasion | None = None
    """A day of the year that is the same for everybody."""
    lead: Period = Period()
    """How long before its occasion it is to be done."""
    lasts: timedelta | None = None
    title: str = ""
    counts: bool = True
    """Whether it counts as a contact, so that the cadence starts over."""

    @property
    def label(self) -> str:
        """What it is called behind a name: `coffee`, `birthday card`, `Holiday card`."""
        return self.title or (f"{self.occasion} {self.channel}" if self.occasion else self.channel)


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
    as_checklist: bool = False
    """Whether its contact events inside blocks are items: lines in the occurrence's text."""
    strategies: tuple[Strategy, ...] = ()
    """What is to happen with everybody in it besides."""


LINE = "/"
"""Stands in an id between whose it is and which of their strategies; no id of a person has it."""


def whose(id: str) -> str:
    """The id of the person whose line `id` is."""
    return id.partition(LINE)[0]


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody to stay in touch with."""

    id: str
    name: str
    list: str
    """The list that sets channels, retry and hours."""
    further: tuple[str, ...] = ()
    """Other lists that they are in."""
    phone: str | None = None
    """In international form where it could be understood, else as typed."""
    email: str | None = None
    more_phones: tuple[str, ...] = ()
    more_emails: tuple[str, ...] = ()
    """Others of theirs: by them they are recognised, and contacted by none."""
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
    address: str = ""
    """Where post goes."""
    liked: bool = False
    """Whether one is glad to contact them: an easy one to begin with."""
    dates: tuple[Occasion, ...] = ()
    strategies: tuple[Strategy, ...] | None = None
    """Overrides the list's."""
    strategy: Strategy | None = None
    """Where this is but one line of somebody's plan, as `Roster.in_full` has them: which."""

    @property
    def phones(self) -> tuple[str, ...]:
        """All their numbers, first the one to call."""
        return ((self.phone,) if self.phone else ()) + self.more_phones

    @property
    def emails(self) -> tuple[str, ...]:
        """All their addresses for mail, first the one to write to."""
        return ((self.email,) if self.email else ()) + self.more_emails

    @property
    def lists(self) -> tuple[str, ...]:
        """All lists that they are in, first the one that sets most."""
        return (self.list, *self.further)

    @cached_property
    def whose(self) -> str:
        """The id of the person, whichever of their lines this is."""
        return whose(self.id)

    @property
    def occasion(self) -> Occasion | None:
        """The occasion of this line; None for one that has a rhythm."""
        if self.strategy is None or self.strategy.every is not None:
            return None
        named = (each for each in self.dates if each.name == self.strategy.occasion)
        return self.strategy.on or next(named, None)

    @property
    def on_the_day(self) -> bool:
        """Whether this line is for one day and no other, as a call on a birthday."""
        return bool(self.occasion and self.strategy and self.strategy.lead == Period())

    def line(self, strategy: Strategy) -> Person | None:
        """This person as `strategy` sees them, with an id of its own; None where it has an occasion
        that they do not have."""
        made = replace(
            self,
            id=f"{self.id}{LINE}{strategy.name}",
            formerly=tuple(f"{old}{LINE}{strategy.name}" for old in self.formerly or ()),
            cadence=strategy.every or Period(months=12),
            channels=(strategy.channel,),
            last_contact=None,
            strategy=strategy,
        )
        return made if strategy.every is not None or made.occasion is not None else None

    @property
    def ids(self) -> tuple[str, ...]:
        """All the ids that mean this person, today's first."""
        return (self.id, *(self.formerly or ()))

    def has_address_for(self, channel: str) -> bool:
        """Whether this person can be contacted by `channel` with what is known of them."""
        needed = ADDRESS_OF_CHANNEL.get(channel)
        return needed is None or bool(getattr(self, needed))
