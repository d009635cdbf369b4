"""What is to become of each block's series, and which occurrences it has.

a live series, its rule as last written      stays; the user's changes to it stand
a second one of that rule                    goes, once what the user wrote into it is in the first
config's rule is another than was written    the old one ends now, a new one starts; one that
                                               has no past yet is changed in place; hours that
                                               the user deleted or moved stay so
in a calendar that the block has left        a new one takes on what the user did to it, and
                                               once that is there, the old one ends
cut by the user, its second half known       both are the block
deleted, or cut for good, by the user        the block rests
nothing yet                                  a first one is made
the block gone from config                   the series ends now, or goes if it has no past
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from syncd.model.blocks import Block
from syncd.model.keys import Key, Kind
from syncd.model.records import Fate, Record
from syncd.reconcile.occurrences import (
    instant,
    is_timed_series,
    last_start,
)
from syncd.reconcile.pauses import Pauses
from syncd.reconcile.ruling import as_they_had, ended, planned, rest_of
from syncd.reconcile.runs import (
    Run,
    Series,
    entry_of,
    has_future,
    made,
    own_ahead,
    recurrence_of,
)
from syncd.reconcile.standing import standing

GENERATIONS = 3
"""How many new ids for one thing are tried in a day where a server takes none."""


def settle(
    name: str,
    block: Block | None,
    records: Sequence[Record],
    pauses: Pauses,
    now: datetime,
    deployment: str,
    looked: Collection[str],
) -> Series:
    """Decide about the series of block `name`, which is None where config has it no more; `records`
    are all records of its series, those that are gone included. `looked` are the calendars that
    could be read: out of no other one it moves."""
    alive = [
        record
        for record in records
        if record.fate is Fate.LIVE and is_timed_series(entry_of(record))
    ]
    lost = [
        record
        for record in records
        if record.fate is Fate.GONE
        or (record.fate is Fate.LIVE and record.seen and not is_timed_series(record.seen))
    ]
    alive.sort(key=lambda record: record.key)
    over = [record for record in alive if standing(record).until is not None]
    going = [record for record in alive if record not in over]
    runs = [Run(record=r, shape=entry_of(r), ended=standing(r).until) for r in over]
    if block is None:
        runs += [ended(record, now, "the block is no longer in config") for record in going]
        return made(name, runs, now)
    current = [record for record in going if record.calendar == block.calendar]
    left = [record for record in going if record not in current]
    arrived = _arrived(block, records)
    if not arrived and not current:  # it stays where it is while that cannot be read
        current = [record for record in left if record.calendar not in looked]
        left = [record for record in left if record.calendar in looked]
    uncut = _uncut(current)
    right = [record for record in uncut if not _reruled(record, block)]
    for record in left:
        gone = ended(record, now, f"the block moves to {block.calendar}")
        heir = next((each.uid for each in right), "")
        waits = not arrived or record.calendar not in looked
        runs.append(replace(gone, waits=waits, instead=heir))
    for extra in (right or uncut)[1:]:
        current.remove(extra)
        twice = Run(record=extra, shape=entry_of(extra), removed=True, reason="a second series")
        runs.append(replace(twice, instead=(right or uncut)[0].uid))
    live = [record for record in current if has_future(name, record, now)]
    for record in current:
        if record in live and record in uncut and right and record not in right:
            # The new one is there, and takes what was written into this one since.
            runs.append(replace(_replaced(record, now), instead=right[0].uid))
        elif record in live and _reruled(record, block):
            runs.append(_rerule(record, block, now))
        else:
            runs.append(Run(record=record, shape=entry_of(record)))
    goes_on = any(run.ended is None and not run.removed and run.record in live for run in runs)
    if goes_on:
        return made(name, runs, now, _paused(block, pauses, now))
    cut_off = [record for record in (*current, *left) if not has_future(name, record, now)]
    deleted = [record for record in lost if standing(record).until is None]
    if not live and (cut_off or deleted):
        how = "its series was deleted" if deleted else "its series was ended"
        rest = f"block {name} rests: {how} in the calendar; syncd resume --block {name}"
        return made(name, runs, now, rest)
    turned_down = [r.why for r in records if r.fate is Fate.REMOVED and r.seen is None and r.why]
    enough = len(turned_down) >= GENERATIONS
    new = None if enough else _first(block, records, live, left, now, deployment)
    if new is None:
        why = turned_down[0] if enough else "its rule gives no date"
        return made(name, runs, now, f"block {name}: {why}")
    return made(name, [*runs, new], now, _paused(block, pauses, now))


def _uncut(records: Sequence[Record]) -> list[Record]:
    """Those that have no end."""
    told = [(record, recurrence_of(record)) for record in records]
    return [record for record, each in told if each.until is None and each.count is None]


def _arrived(block: Block, records: Sequence[Record]) -> bool:
    """Whether the block has, or the user has deleted, a series of its own in its calendar of
    today."""
    here = (each for each in records if each.calendar == block.calendar and each.seen is not None)
    return any(standing(each).until is None for each in here if each.fate is not Fate.REMOVED)


def _first(
    block: Block,
    records: Sequence[Record],
    live: Sequence[Record],
    left: Sequence[Record],
    now: datetime,
    deployment: str,
) -> Run | None:
    """The first run of a block's rule from now on, under a key that was never used, instead of
    those that were `live` up to now; what goes on there was `left` in another calendar."""
    like = next((each for each in left if not _reruled(each, block)), None)
    shape = rest_of(like, now) if like is not None else planned(block, now)
    if shape is None:
        return None
    for old in (*live, *left) if like is None else ():
        shape = as_they_had(shape, entry_of(old), block.name, now)
    assert isinstance(shape.start, datetime)
    key = Key(kind=Kind.BLOCK, subject=block.name, day=shape.start.date())
    used = {record.uid for record in records}
    while key.encode(deployment) in used:
        key = key.next_generation()
    uid = key.encode(deployment)
    record = Record(calendar=block.calendar, uid=uid, key=key)
    reason = "the block's series"
    return Run(record=record, shape=replace(shape, uid=uid), like=like, reason=reason)


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
    entry = entry_of(record)
    begun = last_start(entry, now) is not None
    if not (begun or own_ahead(record, now)) and (shape := planned(block, now)) is not None:
        shape = replace(entry, start=shape.start, end=shape.end, recurrence=shape.recurrence)
        return Run(
            record=record,
            shape=as_they_had(shape, entry, block.name, now),
            reason="the block's rule changed",
        )
    return _replaced(record, now)


def _replaced(record: Record, now: datetime) -> Run:
    """The series up to now, hours that were up and that the user moved ahead, and those that have
    what cannot go along."""
    told = recurrence_of(record).overrides
    moved = [o for o in told if instant(o.original) <= instant(now) < instant(o.start)]
    stays = [each for each in moved if not each.cancelled] + own_ahead(record, now)
    return ended(record, now, "the block's rule changed", stays)


def _paused(block: Block, pauses: Pauses, now: datetime) -> str:
    pause = pauses.of_block(block.name, now.astimezone(ZoneInfo(block.timezone)).date())
    if pause is None:
        return ""
    return f"block {block.name} is paused" + (f" until {pause.until}" if pause.until else "")
