"""What syncd remembers: of each entry of its own, of each calendar, of people and of pauses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from syncd.model.entries import Entry
from syncd.model.facts import Fact, Facts
from syncd.model.keys import Key


class Fate(StrEnum):
    """Where a record stands in its life."""

    LIVE = "live"
    """It is in the calendar, or about to be."""
    UNPLACED = "unplaced"
    """We took it out of the calendar and its attempt still waits for a place."""
    REMOVED = "removed"
    """We took it out of the calendar for good."""
    GONE = "gone"
    """Somebody else took it out. As with all that are out, its key is used up: what comes after
    has the next generation."""
    RELEASED = "released"
    """It is in the calendar and is the user's now: it is not written and not counted."""


LEFT_ALONE = "-"
"""Stands for the version of a resource that is not what we know; no server's versions are so."""


@dataclass(frozen=True, kw_only=True)
class Record:
    """One entry of ours, in one calendar: (`calendar`, `uid`) is its identity.

    `uid` is the key's encoding, but for the second half of a series that the user split, which
    keeps the UID that the user's client gave it.
    """

    calendar: str
    uid: str
    key: Key
    fate: Fate = Fate.LIVE
    href: str = ""
    version: str = ""
    """Of `seen`; empty where the server never told, `LEFT_ALONE` where nothing may be written."""
    body: str = ""
    """The adapter's, as it came with `seen`."""
    seen: Entry | None = None
    """The entry as it was last observed. While `fate` is GONE: as it was before."""
    base: Entry | None = None
    """As we last wrote it, confirmed; where nothing was, and a write has arrived in part, as it was
    seen before. Where its mark was taken back since, with the colour and the tick that were found
    then, and without a colour that was taken off since."""
    intent: Entry | None = None
    """As we were about to write it, recorded before it was sent, not yet confirmed."""
    leaving: Fate | None = None
    """What it becomes once the removal that we were about to send is seen to have been done."""
    consumed: str | None = None
    """A title whose mark was understood and that has not been rewritten yet."""
    tries: int = 0
    """How often in a row the same intent was not accepted."""
    why: str = ""
    """What the server said to the last of them."""

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is remembered of having made the entry: it was found in the calendar."""
        return self.base is None and self.intent is None

    @property
    def is_left_alone(self) -> bool:
        """Whether its resource is nothing that we could write to without losing what it says."""
        return self.version == LEFT_ALONE and self.fate is Fate.LIVE

    @property
    def item(self) -> bool:
        """Whether it is an item of a checklist, and so no resource: its `href` is empty, and it is
        `seen` only while a plan is made."""
        entry = self.intent or self.base or self.seen
        return entry is not None and entry.item


@dataclass(frozen=True, kw_only=True)
class CalendarState:
    """How far one calendar has been read, and how it has been doing."""

    cursor: str = ""
    place: str = ""
    """Which calendar it was when it was last read without doubt, as config had it."""
    memo: str = ""
    """What the adapter has found out about the server."""
    listed: datetime | None = None
    """When it was last listed in full."""
    succeeded: datetime | None = None
    """When it was last read without an error."""
    failing_since: datetime | None = None
    error: str = ""
    doubtful: Mapping[str, datetime | None] = field(default_factory=dict)
    """UIDs of entries whose absence is in doubt, and when each was first missed; None where an
    older syncd did not remember it."""


@dataclass(frozen=True, kw_only=True)
class Acquaintance:
    """When and how syncd first met a person."""

    first_seen: date
    seat: int
    """The how-manieth of their list they were, from 0: it spreads first contacts over a cadence."""
    paused: bool = False
    """Whether YAML said so at the last look."""
    active_since: date | None = None
    """The day on which a pause in YAML was last seen to have been taken away."""
    phone: str = ""
    email: str = ""
    """As they were last seen, so that somebody who comes back under another id is known."""
    admitted: date | None = None
    """The day on which the ramp let them in; None where there was none, or not yet."""


class Scope(StrEnum):
    """What a pause holds for."""

    PERSON = "person"
    LIST = "list"
    BLOCK = "block"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A pause asked for by a verb. A finished one is kept: nobody is late for its time."""

    scope: Scope
    name: str
    """The person's id, the list's or the block's name; empty for `ALL`."""
    since: date
    until: date | None = None
    """The first active day; None means until further notice."""


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything remembered, as one value."""

    facts: Facts = field(default_factory=Facts)
    """In the order in which they were recorded."""
    records: tuple[Record, ...] = ()
    foreign: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For each calendar: the hrefs that are not ours, with their versions."""
    calendars: Mapping[str, CalendarState] = field(default_factory=dict)
    acquaintances: Mapping[str, Acquaintance] = field(default_factory=dict)
    pauses: tuple[Pause, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    """Small things by name: what was approved, until when the last plan holds, the last tick."""
    revision: int = 0
    """Counts up whenever a verb changes the journal, a pause or a setting."""


@dataclass(frozen=True, kw_only=True)
class Delta:
    """What to change in a State, in one transaction."""

    facts: tuple[Fact, ...] = ()
    """To be added; one whose id is there already is left as it is."""
    records: tuple[Record, ...] = ()
    """To be put in the place of those with the same (calendar, uid), or added."""
    forgotten: tuple[tuple[str, str], ...] = ()
    """(calendar, uid) of records to be dropped."""
    foreign: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """For each calendar: hrefs that are not ours, with their new versions."""
    foreign_gone: Mapping[str, frozenset[str]] = field(default_factory=dict)
    calendars: Mapping[str, CalendarState] = field(default_factory=dict)
    acquaintances: Mapping[str, Acquaintance] = field(default_factory=dict)
    pauses: tuple[Pause, ...] | None = None
    """All pauses anew; None leaves them."""
    settings: Mapping[str, str | None] = field(default_factory=dict)
    """None takes a setting away."""
    verb: bool = False
    """Whether a verb asked for it, so that `revision` counts up."""

    def __bool__(self) -> bool:
        return any(
            (
                self.facts,
                self.records,
                self.forgotten,
                self.foreign,
                self.foreign_gone,
                self.calendars,
                self.acquaintances,
                self.pauses is not None,
                self.settings,
            )
        )


def applied(state: State, *deltas: Delta) -> State:
    """`state` as `deltas` change it, one after the other; of each, what goes is taken out before
    what comes is put in. What they do not change is the very same, so that it takes no time; many
    at once take little more than one."""
    settings: dict[str, str | None] = dict(state.settings)
    calendars, acquaintances = dict(state.calendars), state.acquaintances
    foreign, pauses = state.foreign, state.pauses
    for delta in deltas:
        settings.update(delta.settings)
        calendars.update(delta.calendars)
        if delta.acquaintances:
            acquaintances = {**acquaintances, **delta.acquaintances}
        foreign = _with_foreign(foreign, delta)
        pauses = pauses if delta.pauses is None else delta.pauses
    return State(
        facts=state.facts.plus(fact for delta in deltas for fact in delta.facts),
        records=_with_records(state.records, deltas),
        foreign=foreign,
        calendars=calendars,
        acquaintances=acquaintances,
        pauses=pauses,
        settings={name: value for name, value in settings.items() if value is not None},
        revision=state.revision + sum(delta.verb for delta in deltas),
    )


def _with_records(records: tuple[Record, ...], deltas: Iterable[Delta]) -> tuple[Record, ...]:
    changing = [delta for delta in deltas if delta.records or delta.forgotten]
    if not changing:
        return records
    found = {(record.calendar, record.uid): record for record in records}
    for delta in changing:
        for identity in delta.forgotten:
            found.pop(identity, None)
        found.update(((record.calendar, record.uid), record) for record in delta.records)
    return tuple(found[identity] for identity in sorted(found))


def _with_foreign(
    foreign: Mapping[str, Mapping[str, str]], delta: Delta
) -> Mapping[str, Mapping[str, str]]:
    touched = {*delta.foreign, *delta.foreign_gone}
    if not touched:
        return foreign
    found = dict(foreign)
    for calendar in touched:
        gone = delta.foreign_gone.get(calendar, frozenset())
        before = found.get(calendar, {}).items()
        kept = {href: version for href, version in before if href not in gone}
        found[calendar] = {**kept, **delta.foreign.get(calendar, {})}
    return {calendar: versions for calendar, versions in found.items() if versions}
