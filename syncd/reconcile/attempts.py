"""What is known and wanted of each person's attempt, as values.

`syncd.reconcile.resolve` makes them, `syncd.reconcile.placement` finds places for what is wanted,
`syncd.reconcile.contacts` draws them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from syncd.model.blocks import Block, OccurrenceId
from syncd.model.facts import Fact
from syncd.model.people import ADDRESS_OF_CHANNEL, Person
from syncd.model.records import Acquaintance, Fate
from syncd.model.roster import Roster
from syncd.reconcile.events import Away
from syncd.reconcile.fold import Fold, wrong_number
from syncd.reconcile.houses import Houses
from syncd.reconcile.journal import Journal
from syncd.reconcile.occurrences import Occurrence
from syncd.reconcile.pauses import Pauses
from syncd.reconcile.reader import Standing
from syncd.reconcile.standing import Times


@dataclass(frozen=True, kw_only=True)
class Keep:
    """An entry that stays in the calendar, at `times`."""

    standing: Standing
    times: Times
    open: bool = True
    """Whether it is the open attempt; a kept entry that is not is history without a fact."""

    @property
    def counts(self) -> bool:
        """Whether it takes up room: what the user pinned or reopened does not."""
        stand = self.standing
        return self.open and not stand.trace.pinned and stand.reopened is None


@dataclass(frozen=True, kw_only=True)
class Want:
    """An attempt that wants a place."""

    person: Person
    attempt: int
    channel: str
    due: date
    """From when lateness counts."""
    earliest: date
    """The first day on which it may lie."""
    touch: date | None = None
    """None for a touch that is opened by being placed."""
    opened: datetime | None = None
    standing: Standing | None = None
    """The entry that moves, where there is one in the calendar."""
    blocks: tuple[Block, ...] = ()
    """The blocks in whose occurrences it may be placed; empty for a day of its own."""
    head: bool = False
    """Whether it goes before all that were not placed yet."""
    pinned: bool = False
    rolls: int = 0
    exact: bool = False
    """Whether it is for its day and no other, as a call on a birthday: whatever the hours."""
    failed_at: datetime | None = None
    """When the attempt before it failed: the time of day to keep away from."""


@dataclass(frozen=True, kw_only=True)
class Withdraw:
    """An entry that is not wanted any more."""

    standing: Standing
    fate: Fate
    reason: str
    asked: bool = True
    """Whether a verb or a mark asked for it, so that no guard need ask back."""
    head: bool = False


@dataclass(frozen=True, kw_only=True)
class History:
    """An entry whose outcome is known."""

    standing: Standing
    fact: Fact


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where a person stands, for `due` and for the text of entries."""

    person: Person
    fold: Fold
    due: date | None
    """When the next touch is due, or when the open one was; None while nothing will come."""
    touch: date | None = None
    attempt: int | None = None
    reason: str = ""
    """Why nothing is planned: paused, resting."""


@dataclass(kw_only=True)
class Resolution:
    """What is to become of one person's attempts; gathered, then read."""

    position: Position | None = None
    keep: list[Keep] = field(default_factory=list)
    want: Want | None = None
    withdraw: list[Withdraw] = field(default_factory=list)
    history: list[History] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What resolving needs to know beside the person."""

    roster: Roster
    journal: Journal
    now: datetime
    zone: ZoneInfo
    occurrences: Mapping[OccurrenceId, Occurrence]
    resting: Mapping[str, str]
    """Blocks that take nobody, and why."""
    pauses: Pauses
    acquaintances: Mapping[str, Acquaintance]
    houses: Houses
    aways: tuple[Away, ...] = ()
    """When the user is away."""

    def away(self, day: date) -> bool:
        """Whether nothing is to be on `day`."""
        return any(each.since <= day < each.until for each in self.aways)

    def back(self, day: date) -> date:
        """The first day from `day` on that is not away."""
        while self.away(day):
            day += timedelta(days=1)
        return day

    @cached_property
    def today(self) -> date:
        """The user's date."""
        return self.now.astimezone(self.zone).date()

    def wrong_number(self, person: Person) -> Fact | None:
        """That the number which `person` has today is wrong; None where nobody said so."""
        return wrong_number(person, self.journal.barring.get(person.whose, ()))

    def barred(self, person: Person) -> frozenset[str]:
        """The channels by which `person` cannot be contacted, since their number is wrong."""
        if self.wrong_number(person) is None:
            return frozenset()
        return frozenset(c for c, needed in ADDRESS_OF_CHANNEL.items() if needed == "phone")

    def channels_of(self, person: Person) -> tuple[str, ...]:
        """The channels by which `person` can be contacted, in order; none where their number is
        wrong and all need it."""
        channels, barred = self.roster.channels_of(person), self.barred(person)
        return tuple(c for c in channels if c not in barred) if barred else channels

    def admitted(self, person: Person) -> date | None:
        """When the ramp let `person` in; None where it did not."""
        met = self.acquaintances.get(person.whose)
        return met.admitted if met is not None else None

    def waits(self, person: Person) -> bool:
        """Whether the ramp has not let `person` in yet."""
        return self.roster.ramp is not None and self.admitted(person) is None

    def blocks_of(self, person: Person) -> tuple[Block, ...]:
        """The blocks that serve `person` and do not rest."""
        blocks = self.roster.blocks_of(person)
        return tuple(block for block in blocks if block.name not in self.resting)

    def left(self, person: Person, stand: Standing) -> bool:
        """Whether the open attempt of `person` is to go from the calendar in which it is, since
        its block is not there any more. What they just moved is read there first."""
        slot = stand.trace.slot
        blocks = (slot.block,) if slot is not None else ()
        return stand.snoozed_to is None and self.houses.left(stand.record, person, *blocks)

    def looked(self, stand: Standing) -> bool:
        """Whether the calendar in which an entry is could be read, and without doubt."""
        return stand.record.calendar in self.houses.looked

    def rest_of(self, person: Person) -> str:
        """Why the list of `person` rests; empty where it does not."""
        blocks = self.roster.blocks_for(person)
        if blocks and all(block.name in self.resting for block in blocks):
            return self.resting[blocks[0].name]
        return ""
