"""Entries: what a calendar holds, in the words of RFC 5545 and in no server's shape.

A task (VTODO, Google Task) is an entry that is due at its start: it has no length (its end is its
start, or the day after for one that is due on a date) and never repeats. An item is an entry that
no calendar holds by itself: some lines in the text of an occurrence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

Instant = datetime | date
"""An aware datetime, or the date of an all-day entry."""
YEARS = range(1900, 2200)
"""What lies outside them is no date of an appointment, and too near the ends of time to reckon
with."""


@dataclass(frozen=True, kw_only=True)
class Override:
    """One instance of a series that differs from its master (RECURRENCE-ID).

    What an override does not say itself it takes from its component as the server holds it, so the
    values here are complete, whether or not they equal the master's.
    """

    original: datetime
    """RECURRENCE-ID: where the rule puts this instance; aware, in the series' zone."""
    start: datetime
    end: datetime
    title: str
    text: str
    alarm: timedelta | None = None
    cancelled: bool = False
    """STATUS:CANCELLED, as some clients write instead of an EXDATE."""
    own: bool = False
    """Whether it has what its series has not, and we never write: guests, a place, a colour, an
    alarm beside the first."""


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """How a series repeats."""

    rule: str
    """The RRULE's value without UNTIL and COUNT, parts in RFC order, upper case."""
    until: datetime | None = None
    """UNTIL, aware; the last instance starts at or before it."""
    count: int | None = None
    """COUNT, where a client wrote one; we never do."""
    exdates: frozenset[datetime] = frozenset()
    """EXDATE: starts that the rule gives and that do not take place; aware."""
    overrides: tuple[Override, ...] = ()
    """Sorted by `original`."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An event, a whole series with its overrides, or a task."""

    uid: str
    title: str
    start: Instant
    end: Instant
    """Exclusive. Where the source has none: DTSTART plus DURATION, else as RFC 5545 3.6.1 says."""
    text: str = ""
    """DESCRIPTION, as plain text with newlines."""
    busy: bool = True
    """TRANSP is OPAQUE."""
    private: bool = False
    """CLASS is PRIVATE or CONFIDENTIAL."""
    alarm: timedelta | None = None
    """How long before the start the first display alarm rings; None where there is none."""
    cancelled: bool = False
    guests: int = 0
    """How many ATTENDEEs it has."""
    extras: bool = False
    """Whether it has what we never write: a place, an attachment, an address, a comment."""
    trace: str = ""
    """X-SYNCD-TRACE: what syncd must know of the entry when its database is lost. One line."""
    recurrence: Recurrence | None = None
    colour: str = ""
    """What the user's app calls the colour that they gave it; empty for the calendar's own."""
    task: bool = False
    done: bool = False
    """Of a task: whether it is completed."""
    completed: datetime | None = None
    """COMPLETED: when it was done, aware, where the source says so."""
    item: bool = False
    """Whether it is an item of a checklist; `text` is then its lines, the first to be marked."""


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One resource as a calendar shows it now.

    `href` and `version` are the server's own (decoded path and ETag) and mean nothing here but
    identity and change. `body` is the adapter's: whatever it needs back to change the resource
    without losing what it does not understand; empty where nothing of ours can be in it. Where the
    resource cannot be understood, `entry` is None and `problem` says why. Where a server never
    gives a resource another address it is `fixed`: another with its UID is a copy, or was made anew
    once that was gone.
    """

    href: str
    version: str
    entry: Entry | None = None
    body: str = ""
    problem: str = ""
    fixed: bool = False
