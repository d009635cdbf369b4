"""What is to become of each block's series, and which occurrences it has.

a live series, its rule as last written      stays; the user's changes to it stand
config's rule is another than was written    the old one ends now, a new one starts; one that
                                               has no past yet is changed in place
cut by the user, its second half known       both are the block
deleted, or cut for good, by the user        the block rests
nothing yet                                  a first one is made
the block gone from config                   the series ends now, or goes if it has no past
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.blocks import Block, OccurrenceId
from syncd.model.entries import Entry, Recurrence
from syncd.model.keys import Key, Kind
from syncd.model.records import Fate, Record
from syncd.reconcile.occurrences import (
    Occurrence,
    expand,
    first_start,
    instant,
    is_timed_series,
    last_start,
    zone_of,
)
from syncd.reconcile.pauses import Pauses
from syncd.reconcile.standing import standing

GENERATIONS = 3
"""How many new ids for one thing are tried in a day where a server takes none."""
LOOK_BACK = timedelta(days=40)
"""How long past occurrences are kept in sight, for entries that wait in them to be marked."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One series as it is to be: `record` may be new, `shape` is what rule and times become."""

    record: Record
    shape: Entry
    """Times and recurrence as they are to be; the other fields are for rendering."""
    ended: date | None = None
    """The day on which syncd ended it."""
    removed: bool = False
    """Whether it is to be taken out altogether."""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Series:
    """A block's runs, and what they make."""

    name: str
    runs: tuple[Run, ...]
    occurrences: tuple[Occurrence, ...]
    """Of the runs that are the block, those ended by us too, from `LOOK_BACK` ago on, sorted."""
    owner: dict[OccurrenceId, str]
    """The UID of the run to which each occurrence belongs."""
    alias: dict[OccurrenceId, Occurrence]
    """For occurrences that a change of the series took away: those that came in their place."""
    resting: str = ""
    """Why the block takes nobody; empty where it does."""


def settle(
    name: str,
    block: Block | None,
    records: Sequence[Record],
    pauses: Pauses,
    now: datetime,
    deployment: str,
) -> Series:
    """Decide about the series of block `name`, which is None where config has it no more; `records`
    are all records of its series, those that are gone included."""
    alive = [
        record for record in records if record.fate is Fate.LIVE and is_timed_series(_entry(record))
    ]
    lost = [
        record
        for record in records
        if record.fate is Fate.GONE
        or (record.fate is Fate.LIVE and record.seen and not is_timed_series(record.seen))
    ]
    runs: list[Run] = []
    current: list[Record] = []
    for record in sorted(alive, key=lambda r: r.key):
        if standing(record).until is not None:
            runs.append(Run(record=record, shape=_entry(record), ended=standing(record).until))
        elif block is None or record.calendar != block.calendar:
            runs.append(_ended(record, now, "the block is no longer in config"))
        else:
            current.append(record)
    if block is None:
        return _made(name, runs, now)
    uncut = [r for r in current if _recurrence(r).until is None and _recurrence(r).count is None]
    for extra in uncut[1:]:
        current.remove(extra)
        runs.append(Run(record=extra, shape=_entry(extra), removed=True, reason="a second series"))
    live = [record for record in current if _has_future(name, record, now)]
    for record in current:
        if record in live and _reruled(record, block):
            runs.append(_rerule(record, block, now))
        else:
            runs.append(Run(record=record, shape=_entry(record)))
    goes_on = any(run.ended is None and not run.removed and run.record in live for run in runs)
    if goes_on:
        return _made(name, runs, now, _paused(block, pauses, now))
    user_ended = [record for record in current if record not in live]
    deleted = [record for record in lost if standing(record).until is None]
    if not live and (user_ended or deleted):
        how = "its series was deleted" if deleted else "its series was ended"
        rest = f"block {name} rests: {how} in the calendar; syncd resume --block {name}"
        return _made(name, runs, now, rest)
    turned_down = [r.why for r in records if r.fate is Fate.REMOVED and r.seen is None and r.why]
    enough = len(turned_down) >= GENERATIONS
    new = None if enough else _first(block, records, now, deployment)
    if new is None:
        why = turned_down[0] if enough else "its rule gives no date"
        return _made(name, runs, now, f"block {name}: {why}")
    return _made(name, [*runs, new], now, _paused(block, pauses, now))


def _made(name: str, runs: list[Run], now: datetime, resting: str = "") -> Series:
    found: dict[OccurrenceId, Occurrence] = {}
    owner: dict[OccurrenceId, str] = {}
    for run in runs:
        if run.removed:
            continue
        for one in _expand(name, run.shape, now - LOOK_BACK, now):
            if one.id not in found or found[one.id].cancelled:
                found[one.id] = one
                owner[one.id] = run.record.uid
    return Series(
        name=name,
        runs=tuple(runs),
        occurrences=tuple(sorted(found.values(), key=lambda o: instant(o.start))),
        owner=owner,
        alias=_aliases(name, runs, found, owner, now),
        resting=resting,
    )


def _aliases(
    name: str,
    runs: Iterable[Run],
    found: dict[OccurrenceId, Occurrence],
    owner: dict[OccurrenceId, str],
    now: datetime,
) -> dict[OccurrenceId, Occurrence]:
    """Each occurrence ahead that is no more, to that which took its place: the first to the first.

    What a cut took away goes on in the runs that came after it; what a change of rule or start took
    away, in its own run.
    """
    ahead = sorted(
        (o for o in found.values() if instant(o.end) > instant(now) and not o.cancelled),
        key=lambda o: instant(o.start),
    )
    alias: dict[OccurrenceId, Occurrence] = {}
    for run in runs:
        old = _as_written(run)
        if old is None:
            continue
        was = [o for o in _expand(name, old, now, now, uncut=True) if o.id not in found]
        was = [o for o in was if instant(o.original) > instant(now)]
        until = run.shape.recurrence.until if run.shape.recurrence else None
        if until is None:
            came = [o for o in ahead if owner[o.id] == run.record.uid]
        else:
            last = last_start(run.shape, until) or until
            others = [o for o in ahead if owner[o.id] != run.record.uid]
            came = [o for o in others if instant(o.original) > instant(last)]
        alias |= {before.id: after for before, after in zip(was, came, strict=False)}
    return alias


def _as_written(run: Run) -> Entry | None:
    """A changed series as it was before: a cut one as it is, any other by rule and start as syncd
    last wrote them. None for one that did not change, and for the second half of a split one, whose
    start was the user's from the first."""
    if not (run.record.seen or run.record.intent or run.record.base) or run.removed:
        return None
    entry, trace = _entry(run.record), standing(run.record)
    if run.shape.recurrence is not None and run.shape.recurrence.until is not None:
        return entry
    if entry.recurrence is None or not isinstance(trace.start, datetime) or not trace.rule:
        return None
    zone = ZoneInfo(trace.zone) if trace.zone else zone_of(entry, ZoneInfo("UTC"))
    start, end = trace.start.astimezone(zone), instant(trace.end).astimezone(zone)
    if start.date() != run.record.key.day:
        return None
    if trace.rule == entry.recurrence.rule and instant(start) == instant(entry.start):
        return None
    return replace(entry, start=start, end=end, recurrence=Recurrence(rule=trace.rule))


def _first(block: Block, records: Sequence[Record], now: datetime, deployment: str) -> Run | None:
    """The first run of a block's rule from now on, under a key that was never used."""
    shape = planned(block, now)
    if shape is None:
        return None
    assert isinstance(shape.start, datetime)
    key = Key(kind=Kind.BLOCK, subject=block.name, day=shape.start.date())
    used = {record.uid for record in records}
    while key.encode(deployment) in used:
        key = key.next_generation()
    uid = key.encode(deployment)
    record = Record(calendar=block.calendar, uid=uid, key=key)
    return Run(record=record, shape=replace(shape, uid=uid), reason="the block's series")


def planned(block: Block, now: datetime) -> Entry | None:
    """The series that config wants, its first occurrence after `now`; None where there is none."""
    zone = ZoneInfo(block.timezone)
    wall = datetime.combine(now.astimezone(zone).date(), block.at)
    start = first_start(block.rule, wall, zone)
    if start is not None and instant(start) <= instant(now):
        start = first_start(block.rule, wall + timedelta(days=1), zone)
    if start is None:
        return None
    return Entry(
        uid="",
        title=block.title,
        start=start,
        end=(instant(start) + block.lasts).astimezone(zone),
        private=True,
        alarm=block.alarm,
        recurrence=Recurrence(rule=block.rule),
    )


def _reruled(record: Record, block: Block) -> bool:
    """Whether config wants another rule than was last written."""
    trace = standing(record)
    if not isinstance(trace.start, datetime) or not trace.rule:
        return False
    zone = ZoneInfo(trace.zone) if trace.zone else trace.start.tzinfo
    written = (
        trace.rule,
        trace.start.astimezone(zone).time().replace(tzinfo=None),
        instant(trace.end) - instant(trace.start),
        trace.zone or block.timezone,
    )
    return written != (block.rule, block.at, block.lasts, block.timezone)


def _rerule(record: Record, block: Block, now: datetime) -> Run:
    entry = _entry(record)
    if last_start(entry, now) is None and (shape := planned(block, now)) is not None:
        return Run(
            record=record,
            shape=replace(entry, start=shape.start, end=shape.end, recurrence=shape.recurrence),
            reason="the block's rule changed",
        )
    return _ended(record, now, "the block's rule changed")


def _ended(record: Record, now: datetime, reason: str) -> Run:
    """The series with nothing that begins after now, whatever the user moved where; taken out
    altogether if nothing has begun."""
    entry = _entry(record)
    last = last_start(entry, now)
    if entry.recurrence is None:
        return Run(record=record, shape=entry, removed=True, reason=reason)
    begun = [o for o in entry.recurrence.overrides if instant(o.start) <= instant(now)]
    until = max(
        [*(o.original for o in begun), *([last] if last else [])], key=instant, default=None
    )
    if until is None:
        return Run(record=record, shape=entry, removed=True, reason=reason)
    kept = {instant(o.original) for o in begun}
    moved = {o.original for o in entry.recurrence.overrides} - {o.original for o in begun}
    many = 600 if last is None or until > last else 0  # all up to an hour that was moved far
    ahead = {o.original for o in _expand(record.key.subject, entry, now - LOOK_BACK, now, many)}
    ahead = {at for at in ahead if instant(at) > instant(now) and instant(at) not in kept}
    exdates = {*entry.recurrence.exdates, *moved, *ahead}
    recurrence = replace(
        entry.recurrence,
        until=until,
        count=None,
        overrides=tuple(begun),
        exdates=frozenset(at for at in exdates if instant(at) <= instant(until)),
    )
    shape = replace(entry, recurrence=recurrence)
    return Run(record=record, shape=shape, ended=now.date(), reason=reason)


def _has_future(name: str, record: Record, now: datetime) -> bool:
    return any(not one.cancelled for one in _expand(name, _entry(record), now, now))


def _expand(
    name: str,
    entry: Entry,
    since: datetime,
    now: datetime,
    ahead: int = 4,
    *,
    uncut: bool = False,
) -> tuple[Occurrence, ...]:
    try:
        return expand(name, entry, since, now, ahead=ahead, uncut=uncut)
    except (ValueError, OverflowError):
        return ()


def _paused(block: Block, pauses: Pauses, now: datetime) -> str:
    pause = pauses.of_block(block.name, now.astimezone(ZoneInfo(block.timezone)).date())
    if pause is None:
        return ""
    return f"block {block.name} is paused" + (f" until {pause.until}" if pause.until else "")


def _entry(record: Record) -> Entry:
    entry = record.seen or record.intent or record.base
    assert entry is not None, "a series without an entry"
    return entry


def _recurrence(record: Record) -> Recurrence:
    recurrence = _entry(record).recurrence
    assert recurrence is not None
    return recurrence
