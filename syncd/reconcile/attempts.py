"""What is to become of each person's attempt: the state machine.

For one person, from their fold and the contact events that stand in the calendar:

    an entry with a fact                    is history
    the lowest entry without one, whose     is the open attempt: it keeps its place, goes along with
      touch is not closed                     its occurrence, wants another place, or is missed
    any other                               is withdrawn while it is ahead
    no open attempt, a touch with attempts  wants the next attempt, or is closed as not-reached
    no open touch                           waits until it is due, then wants a first attempt

Nothing is placed here: a `Want` says what is wanted, and `syncd.reconcile.placement` where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.blocks import Block, OccurrenceId
from syncd.model.facts import CLOSING, TRIED, Fact, Outcome, Source
from syncd.model.people import Period, Person
from syncd.model.records import Acquaintance, Fate, Record
from syncd.model.roster import Roster
from syncd.reconcile.fold import (
    Fold,
    Journal,
    first_due,
    fold,
    next_channel,
    paused_by_mark,
    wait_after,
)
from syncd.reconcile.occurrences import Occurrence, instant
from syncd.reconcile.pauses import Pauses
from syncd.reconcile.read import Standing
from syncd.reconcile.standing import Times, begins, standing

GRACE = timedelta(hours=24)
"""How long after its end an unmarked entry stays before it moves on."""
ROLLS = 3
"""How often it moves on; the next time its touch closes as missed."""


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
    generation_of: Record | None = None
    """The entry that stood for this attempt before and is no more."""
    blocks: tuple[Block, ...] = ()
    """The blocks in whose occurrences it may be placed; empty for a day of its own."""
    head: bool = False
    """Whether it goes before all that were not placed yet."""
    pinned: bool = False
    rolls: int = 0
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

    @property
    def today(self) -> date:
        """The user's date."""
        return self.now.astimezone(self.zone).date()

    def blocks_of(self, person: Person) -> tuple[Block, ...]:
        """The blocks that serve `person` and do not rest."""
        blocks = self.roster.blocks_of(person)
        return tuple(block for block in blocks if block.name not in self.resting)

    def rest_of(self, person: Person) -> str:
        """Why the list of `person` rests; empty where it does not."""
        blocks = self.roster.blocks_of(person)
        if blocks and all(block.name in self.resting for block in blocks):
            return self.resting[blocks[0].name]
        return ""


def resolve(
    person: Person, standings: list[Standing], unplaced: list[Record], scene: Scene
) -> Resolution:
    """Decide what becomes of the attempts of `person`, given their `standings` in the calendar and
    their attempts that are `unplaced`."""
    facts = scene.journal.by_person.get(person.id, ())
    told = fold(person, facts, scene.roster.cadence_of(person), scene.zone)
    out = Resolution()
    candidates = _sort_out(standings, facts, told, scene, out)
    reason = _inactive(person, facts, scene)
    stand = candidates[0] if candidates else None
    due = _due(person, told, facts, scene)
    if stand is not None:
        key = stand.record.key
        position = Position(
            person=person, fold=told, due=due, touch=key.day, attempt=key.attempt, reason=reason
        )
        out.position = position
        if reason:
            _rest(stand, reason, scene, out)
            return out
        if not _settle(person, stand, due or scene.today, scene, out):
            return out
        told = fold(person, (*facts, *out.facts), scene.roster.cadence_of(person), scene.zone)
        due = _due(person, told, (*facts, *out.facts), scene)
    if told.touch is not None:
        _next_attempt(person, told, unplaced, due, reason, scene, out)
        if out.want is not None or not out.facts:
            return out
        told = fold(person, (*facts, *out.facts), scene.roster.cadence_of(person), scene.zone)
        due = _due(person, told, (*facts, *out.facts), scene)
    out.position = Position(person=person, fold=told, due=due, reason=reason)
    if reason or due is None:
        return out
    before = next((r for r in unplaced if r.key.attempt == 1 and _open(r, facts, told)), None)
    trace = standing(before) if before else None
    out.want = Want(
        person=person,
        attempt=1,
        channel=(trace.channel if trace else "") or scene.roster.channels_of(person)[0],
        due=due,
        earliest=due,
        touch=before.key.day if before else None,
        opened=trace.opened if trace else None,
        generation_of=before,
        blocks=scene.blocks_of(person),
        head=bool(trace and trace.head),
        rolls=trace.rolls if trace else 0,
    )
    return out


def _sort_out(
    standings: list[Standing], facts: tuple[Fact, ...], told: Fold, scene: Scene, out: Resolution
) -> list[Standing]:
    """The one standing that is the open attempt, if any; the others find their place in `out`."""
    candidates: list[Standing] = []
    for stand in sorted(standings, key=lambda s: s.record.key):
        fact = scene.journal.by_entry.get(stand.record.uid)
        ahead = begins(stand.trace.start, scene.zone) > scene.now
        if fact is not None:
            if fact.source is Source.LOG and ahead:
                _withdraw(stand, Fate.REMOVED, "logged meanwhile", out)
            else:
                out.history.append(History(standing=stand, fact=fact))
        elif not _open(stand.record, facts, told) or candidates:
            if ahead:
                _withdraw(stand, Fate.REMOVED, "its touch is over", out)
            else:
                out.keep.append(Keep(standing=stand, times=stand.times, open=False))
        else:
            candidates.append(stand)
    return candidates


def _open(record: Record, facts: tuple[Fact, ...], told: Fold) -> bool:
    """Whether the touch of this attempt is open and nothing later came of it."""
    key = record.key
    opened = standing(record).opened
    if opened is not None and told.closed_by_log is not None and opened <= told.closed_by_log:
        return False
    for fact in facts:
        if fact.touch is None or fact.outcome not in CLOSING | TRIED:
            continue
        if (fact.touch, fact.attempt or 0) > (key.day, key.attempt):
            return False
        if fact.touch == key.day and fact.outcome in CLOSING:
            return False
    return True


def _inactive(person: Person, facts: tuple[Fact, ...], scene: Scene) -> str:
    """Why nothing is to come for `person`; empty where something is."""
    if rest := scene.rest_of(person):
        return rest
    pause = scene.pauses.of(person, scene.today)
    if pause is not None:
        return pause.reason
    mark = paused_by_mark(facts, scene.today)
    if mark is not None:
        return "paused by a mark" + (f" until {mark.until}" if mark.until else "")
    return ""


def _due(person: Person, told: Fold, facts: tuple[Fact, ...], scene: Scene) -> date | None:
    """When the next touch of `person` is due, not before a pause's end."""
    cadence: Period = scene.roster.cadence_of(person)
    if told.anchor is not None:
        due = cadence.after(told.anchor)
    else:
        met = scene.acquaintances.get(person.id)
        due = first_due(met.first_seen, met.seat, cadence) if met else scene.today
    ends = [f.until for f in facts if f.outcome is Outcome.PAUSED and f.until]
    ends += scene.pauses.ends(person, scene.acquaintances.get(person.id))
    return max([due, *ends])


def _rest(stand: Standing, reason: str, scene: Scene, out: Resolution) -> None:
    """An open attempt of somebody to whom nothing is to come: ahead it goes, past it stays."""
    if begins(stand.trace.start, scene.zone) > scene.now:
        _withdraw(stand, Fate.UNPLACED, reason, out)
    else:
        out.keep.append(Keep(standing=stand, times=stand.times))


def _settle(person: Person, stand: Standing, due: date, scene: Scene, out: Resolution) -> bool:
    """Decide about the open attempt; true where its touch is over thereby."""
    trace, key = stand.trace, stand.record.key
    base = Want(
        person=person,
        attempt=key.attempt,
        channel=trace.channel or scene.roster.channels_of(person)[0],
        due=due,
        earliest=scene.today,
        touch=key.day,
        opened=trace.opened,
        standing=stand,
        rolls=trace.rolls,
    )
    if stand.snoozed_to is not None:
        out.want = replace(base, earliest=stand.snoozed_to, pinned=True, rolls=0)
        return False
    times, sent_on = _along(stand, scene)
    if sent_on:
        out.want = replace(base, blocks=scene.blocks_of(person), head=True)
        return False
    if grace_ends(stand, times, scene.zone) > scene.now:
        out.keep.append(Keep(standing=stand, times=times))
        return False
    if trace.rolls < ROLLS:
        blocks = scene.blocks_of(person)
        out.want = replace(base, blocks=blocks, head=True, rolls=trace.rolls + 1)
        return False
    uid = stand.record.uid
    fact = Fact(
        id=f"{uid}#{scene.journal.told.get(uid, 0) + 1}",
        person=person.id,
        at=scene.now,
        outcome=Outcome.MISSED,
        source=Source.SYNCD,
        recorded=scene.now,
        channel=trace.channel or None,
        touch=key.day,
        attempt=key.attempt,
        opened=trace.opened,
        entry=uid,
    )
    out.facts.append(fact)
    out.history.append(History(standing=stand, fact=fact))
    return True


def grace_ends(stand: Standing, times: Times, zone: ZoneInfo) -> datetime:
    """Until when an unmarked entry at `times` stays where it is."""
    end = begins(times.end, zone)
    return max(end, stand.reopened or end) + GRACE


def _along(stand: Standing, scene: Scene) -> tuple[Times, bool]:
    """Where an entry lies as its occurrence stands now, and whether it has to be sent on."""
    trace, times = stand.trace, stand.times
    if trace.slot is None or not isinstance(times.start, datetime):
        return times, False
    ahead = times.start > scene.now
    occurrence = scene.occurrences.get(trace.slot)
    if occurrence is None or occurrence.cancelled:
        return times, ahead
    length = instant(times.end) - instant(times.start)
    start = occurrence.start + timedelta(minutes=trace.offset)
    if instant(start) == instant(times.start):
        moved = times
    else:
        moved = Times(start=start, end=start + length)
    beyond = instant(moved.end) > instant(occurrence.end)
    return moved, beyond and instant(moved.start) > instant(scene.now)


def _next_attempt(
    person: Person,
    told: Fold,
    unplaced: list[Record],
    due: date | None,
    reason: str,
    scene: Scene,
    out: Resolution,
) -> None:
    """Want the attempt after those tried, or close the touch where no channel is left."""
    assert told.touch is not None
    last = told.tried[-1]
    retry = scene.roster.lists[person.list].retry
    channel = next_channel(told.tried, scene.roster.channels_of(person), retry.tries)
    if channel is None:
        out.facts.append(
            replace(
                last,
                id=f"{last.id}~not-reached",
                outcome=Outcome.NOT_REACHED,
                source=Source.SYNCD,
                recorded=scene.now,
                note="",
                entry=None,
                supersedes=None,
            )
        )
        return
    attempt = (last.attempt or len(told.tried)) + 1
    out.position = Position(
        person=person, fold=told, due=due, touch=told.touch, attempt=attempt, reason=reason
    )
    if reason:
        return
    before = next(
        (r for r in unplaced if (r.key.day, r.key.attempt) == (told.touch, attempt)), None
    )
    trace = standing(before) if before else None
    earliest = wait_after(last, retry).after(last.at.astimezone(scene.zone).date())
    rolled = bool(trace and trace.head)
    out.want = Want(
        person=person,
        attempt=attempt,
        channel=channel,
        due=due or earliest,
        earliest=earliest,
        touch=told.touch,
        opened=told.tried[0].opened,
        generation_of=before,
        blocks=scene.blocks_of(person) if retry.in_block or rolled else (),
        head=True,
        rolls=trace.rolls if trace else 0,
        failed_at=last.at,
    )


def _withdraw(stand: Standing, fate: Fate, reason: str, out: Resolution) -> None:
    out.withdraw.append(Withdraw(standing=stand, fate=fate, reason=reason))
