"""The plan: from everything that is known, what is to be written and why. Pure.

    series  →  read the contact events  →  resolve each person  →  place  →  render  →  actions

Reading comes before planning, because marks change what is wanted; the series come before reading,
because whether a drag left its occurrence depends on where that is now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.facts import Fact
from syncd.model.keys import Kind
from syncd.model.records import Fate, Record, State
from syncd.model.roster import Roster
from syncd.reconcile import contacts
from syncd.reconcile.actions import Action
from syncd.reconcile.agenda import sections, served
from syncd.reconcile.attempts import Position, Resolution, Scene
from syncd.reconcile.blocks import block_actions, settled, without_absent_series
from syncd.reconcile.course import grace_ends
from syncd.reconcile.dates import dates
from syncd.reconcile.events import Away
from syncd.reconcile.fold import is_over, read_back
from syncd.reconcile.houses import Houses
from syncd.reconcile.items import left, taken_in
from syncd.reconcile.journal import Journal
from syncd.reconcile.lines import bare
from syncd.reconcile.misses import GRACE, is_tired
from syncd.reconcile.occurrences import Occurrence, instant, upcoming
from syncd.reconcile.pauses import Pauses
from syncd.reconcile.placement import place
from syncd.reconcile.read import Read, read_contacts
from syncd.reconcile.reader import Standing
from syncd.reconcile.recall import recalled
from syncd.reconcile.resolve import resolve
from syncd.reconcile.standing import begins, standing
from syncd.reconcile.text import core_title

KEPT = timedelta(days=400)
"""How long it is remembered of an entry that it was taken out: its key must not be used again."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be done, what was concluded, and until when that holds."""

    actions: tuple[Action, ...]
    facts: tuple[Fact, ...]
    """Read and concluded in this pass, to be added to the journal."""
    records: tuple[Record, ...]
    """Records that changed without anything to be written."""
    forgotten: tuple[tuple[str, str], ...]
    """(calendar, uid) of records of entries that are long out of the calendar, and their touch
    over."""
    positions: Mapping[str, Position]
    standings: Mapping[str, Standing]
    """For each person their open attempt's entry, where there is one."""
    resting: Mapping[str, str]
    until: datetime
    """When time alone may change this plan."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What a plan is made from."""

    roster: Roster
    state: State
    now: datetime
    absent: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """For each calendar that could be read without doubt, the UIDs that are gone from it."""
    missed: Mapping[str, Mapping[str, datetime | None]] = field(default_factory=dict)
    """For each calendar: the UIDs that were in doubt, and when each was first missed."""

    @property
    def zone(self) -> ZoneInfo:
        """The user's zone."""
        return ZoneInfo(self.roster.timezone)

    @property
    def records(self) -> tuple[Record, ...]:
        """The records in calendars that config has: of any other nothing is seen any more."""
        return tuple(r for r in self.state.records if r.calendar in self.roster.calendars)


def make(world: World) -> Plan:
    """Plan a pass over `world`."""
    roster = world.roster.in_full
    state, now, zone = world.state, world.now, world.zone
    pauses = Pauses(state.pauses)
    records, gone = without_absent_series(world.records, world.absent, roster)
    blocks = settled(world.roster, records, pauses, world.absent.keys(), now)
    said = recalled(state.settings, world.roster, now.astimezone(zone).date())
    aways = tuple(each for each in said.values() if isinstance(each, Away))
    occurrences = {
        o.id: _unless_away(o, aways, zone) for each in blocks.values() for o in each.occurrences
    }
    slots = {id: o for each in blocks.values() for id, o in each.alias.items()} | occurrences
    houses = Houses.of(roster, state.records, world.absent)
    items = taken_in(records, slots, houses)
    records, told = items.records, read_back(items.facts, items.withdrawn, state.facts, now)
    facts = state.facts.plus(told)
    known = Journal.of(facts, roster)
    colours = {name: each.colours for name, each in roster.calendars.items()}
    numbers = {id: p.phone or "" for p in roster.people.values() for id in p.ids}
    cores = _cores(roster, records)
    read = read_contacts(
        records, world.absent, world.missed, known, slots, cores, colours, numbers, now, zone
    )
    fresh = {(record.calendar, record.uid): record for record in read.records}
    records = tuple(fresh.get((record.calendar, record.uid), record) for record in records)
    scene = Scene(
        roster=roster,
        journal=Journal.of(facts.plus(read.facts), roster) if read.facts else known,
        now=now,
        zone=zone,
        occurrences=slots,
        resting={name: each.resting for name, each in blocks.items() if each.resting},
        pauses=pauses,
        acquaintances=state.acquaintances,
        houses=houses,
        aways=aways,
    )
    resolutions, strangers = _resolve(scene, read, records)
    next_two = [
        occurrence
        for name, each in blocks.items()
        if name not in scene.resting
        for occurrence in upcoming([occurrences[o.id] for o in each.occurrences], now)
    ]
    unmarked = {s.record.key.subject for s in read.standings if s.trace.rolls} | _sent_off(records)
    tired = frozenset(
        name
        for name, each in blocks.items()
        if is_tired(each.occurrences, served(roster, name), unmarked, scene.journal.since, now)
    )
    placement = place(
        [keep for each in resolutions.values() for keep in each.keep],
        [each.want for each in resolutions.values() if each.want is not None],
        next_two,
        tuple(occurrences.values()),
        roster,
        now,
        zone,
        tired,
        scene.away,
        [stand for stand in strangers if stand.record.is_unknown],
    )
    book = contacts.Book(scene=scene, records=state.records)
    drawn = book.draw(resolutions, strangers, placement)
    actions = list(drawn.actions)
    positions = {id: r.position for id, r in resolutions.items() if r.position is not None}
    texts = sections(scene, blocks, drawn, next_two, positions, said, scene.journal.since)
    seated = {seat.key.encode(roster.deployment) for s in drawn.seated.values() for seat in s}
    theirs = left(items, (stand.record for stand in read.standings), seated)
    actions += block_actions(world.roster, blocks, occurrences, texts, theirs, now)
    dated = dates(houses, records, world.absent, scene.today, zone)
    actions += dated.actions
    concluded = tuple(fact for each in resolutions.values() for fact in each.facts)
    changed = {
        (r.calendar, r.uid): r
        for r in (*gone, *items.changed, *map(bare, read.records), *dated.records)
    }
    touched = {(a.record.calendar, a.record.uid) for a in actions}
    return Plan(
        actions=tuple(sorted(actions, key=_order)),
        facts=(*told, *read.facts, *concluded),
        records=tuple(
            record for id, record in (changed | drawn.records).items() if id not in touched
        ),
        forgotten=(*_forgotten(scene, state.records), *items.moved),
        positions=positions,
        standings=drawn.standings,
        resting=scene.resting,
        until=_until(scene, occurrences.values(), resolutions.values()),
    )


def _forgotten(scene: Scene, records: Iterable[Record]) -> tuple[tuple[str, str], ...]:
    past = scene.today - KEPT
    return tuple(
        (record.calendar, record.uid)
        for record in records
        if record.key.kind is not Kind.BLOCK
        and record.fate in (Fate.GONE, Fate.REMOVED)
        and record.key.day < past
        and (
            record.key.kind is Kind.DATE
            or is_over(record.key, scene.journal.about(record.key.subject))
        )
    )


def _cores(roster: Roster, records: Iterable[Record]) -> dict[str, list[str]]:
    """By every id of whoever has an entry: the titles that their contact events may have."""
    there = {r.key.subject for r in records if r.key.kind is Kind.CONTACT}
    # Those of other lists last: they may have been in one when the event was made.
    others = dict.fromkeys(c for each in roster.lists.values() for c in each.channels)
    return {
        id: [
            core_title(person, channel)
            for channel in dict.fromkeys((*roster.channels_of(person), *others))
        ]
        for person in roster.people.values()
        for id in person.ids
        if id in there
    }


def _resolve(
    scene: Scene, read: Read, records: Iterable[Record]
) -> tuple[dict[str, Resolution], list[Standing]]:
    """What becomes of everybody in the roster, and the entries of those who are not in it."""
    people = scene.roster.people
    renamed = scene.journal.renamed
    standings: dict[str, list[Standing]] = defaultdict(list)
    strangers: list[Standing] = []
    for stand in read.standings:
        subject = renamed.get(stand.record.key.subject, stand.record.key.subject)
        if subject in people:
            standings[subject].append(stand)
        else:
            strangers.append(stand)
    loose: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record.key.kind is Kind.CONTACT and record.fate in (Fate.UNPLACED, Fate.GONE):
            loose[renamed.get(record.key.subject, record.key.subject)].append(record)
    resolutions = {
        id: resolve(person, standings.get(id, []), loose.get(id, []), scene)
        for id, person in people.items()
    }
    return resolutions, strangers


def _unless_away(occurrence: Occurrence, aways: Iterable[Away], zone: ZoneInfo) -> Occurrence:
    """`occurrence`, without anybody in it on a day away; the event itself stays."""
    day = occurrence.start.astimezone(zone).date()
    away = any(each.since <= day < each.until for each in aways)
    return replace(occurrence, cancelled=True) if away else occurrence


def _sent_off(records: Iterable[Record]) -> set[str]:
    """Whom nobody marked, and who found no other place."""
    return {
        record.key.subject
        for record in records
        if record.key.kind is Kind.CONTACT
        and record.fate is Fate.UNPLACED
        and standing(record).rolls
    }


def _until(
    scene: Scene, occurrences: Iterable[Occurrence], resolutions: Iterable[Resolution]
) -> datetime:
    """The next moment at which time alone may change the plan: a new day, an occurrence that begins
    or ends, an entry whose day of grace is over."""
    zones = {scene.zone, *(ZoneInfo(each.timezone) for each in scene.roster.blocks.values())}
    moments: list[datetime] = []
    for zone in zones:
        next_day = scene.now.astimezone(zone).date() + timedelta(days=1)
        moments.append(datetime(next_day.year, next_day.month, next_day.day, tzinfo=zone))
    for occurrence in occurrences:
        moments += [occurrence.start, occurrence.end, instant(occurrence.end) + GRACE]
    for resolution in resolutions:
        for keep in resolution.keep:
            start = begins(keep.times.start, scene.zone)
            moments += [start, grace_ends(keep.standing, keep.times, scene.zone)]
    return min(moment for moment in moments if instant(moment) > instant(scene.now))


def _order(action: Action) -> tuple[bool, str, datetime, str]:
    """Series first, then by start: an hour stands before it is filled."""
    entry = action.entry
    start = instant(entry.start) if entry else datetime.max.replace(tzinfo=UTC)
    is_block = action.record.key.kind is Kind.BLOCK
    return not is_block, action.record.calendar, start, action.record.uid
