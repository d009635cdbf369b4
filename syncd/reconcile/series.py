"""What is to become of each block's series, and which occurrences it has.

a live series, its rule as last written      stays; the user's changes to it stand
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

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.blocks import Block
from syncd.model.entries import Entry, Override, Recurrence
from syncd.model.keys import Key, Kind
from syncd.model.records import Fate, Record
from syncd.reconcile.occurrences import (
    first_start,
    instant,
    is_timed_series,
    last_start,
    later,
    zone_of,
)
from syncd.reconcile.pauses import Pauses
from syncd.reconcile.runs import (
    FAR,
    LOOK_BACK,
    Run,
    Series,
    entry_of,
    expanded,
    has_future,
    made,
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
    for record in left:
        gone = ended(record, now, f"the block moves to {block.calendar}")
        runs.append(replace(gone, waits=not arrived or record.calendar not in looked))
    uncut = _uncut(current)
    right = [record for record in uncut if not _reruled(record, block)]
    for extra in (right or uncut)[1:]:
        current.remove(extra)
        reason = "a second series"
        runs.append(Run(record=extra, shape=entry_of(extra), removed=True, reason=reason))
    live = [record for record in current if has_future(name, record, now)]
    for record in current:
        if record in live and record in uncut and right and record not in right:
            runs.append(ended(record, now, "the block's rule changed"))  # the new one is there
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
    """Whether the block has, or had, a series of its own in its calendar of today."""
    here = (each for each in records if each.calendar == block.calendar and each.seen is not None)
    return any(standing(each).until is None for each in here)


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
    shape = _rest_of(like, now) if like is not None else planned(block, now)
    if shape is None:
        return None
    for old in (*live, *left) if like is None else ():
        shape = _as_they_had(shape, entry_of(old), block.name, now)
    assert isinstance(shape.start, datetime)
    key = Key(kind=Kind.BLOCK, subject=block.name, day=shape.start.date())
    used = {record.uid for record in records}
    while key.encode(deployment) in used:
        key = key.next_generation()
    uid = key.encode(deployment)
    record = Record(calendar=block.calendar, uid=uid, key=key)
    reason = "the block's series"
    return Run(record=record, shape=replace(shape, uid=uid), like=like, reason=reason)


def _rest_of(record: Record, now: datetime) -> Entry | None:
    """What of a series is ahead, as the user has it; None where nothing is."""
    entry = entry_of(record)
    ahead = expanded(record.key.subject, entry, now, now)
    first = min((o.original for o in ahead if instant(o.original) > instant(now)), default=None)
    if first is None or entry.recurrence is None:
        return None
    told = entry.recurrence
    recurrence = Recurrence(
        rule=told.rule,
        exdates=frozenset(at for at in told.exdates if instant(at) >= instant(first)),
        overrides=tuple(o for o in told.overrides if instant(o.original) >= instant(first)),
    )
    length = instant(entry.end) - instant(entry.start)
    return replace(entry, start=first, end=later(first, length), trace="", recurrence=recurrence)


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


def _as_they_had(shape: Entry, old: Entry, name: str, now: datetime) -> Entry:
    """`shape` in which the hours ahead that the user deleted, moved or made longer or shorter in
    `old` are so, too, where there is one on the same day."""
    told, new = old.recurrence, shape.recurrence
    assert told is not None and new is not None and isinstance(shape.start, datetime)
    zone = zone_of(old, ZoneInfo("UTC"))
    whole, lasts = instant(old.end) - instant(old.start), instant(shape.end) - instant(shape.start)
    deleted = {at.astimezone(zone).date() for at in told.exdates if instant(at) > instant(now)}
    changed: dict[date, Override] = {}
    for each in told.overrides:
        day = each.original.astimezone(zone).date()
        ahead = instant(each.original) > instant(now)
        if ahead and (each.cancelled or instant(each.start) <= instant(now)):
            deleted.add(day)  # or it was held already
        elif not (each.cancelled or instant(each.end) <= instant(now) or _in_place(each, whole)):
            changed[day] = each
    if not deleted and not changed:
        return shape
    exdates: list[datetime] = []
    overrides: list[Override] = []
    for hour in expanded(name, shape, now, now, FAR):
        if hour.id.date in deleted:
            exdates.append(hour.original)
        elif (there := changed.get(hour.id.date)) is not None:
            was = instant(there.end) - instant(there.start)
            moved = instant(there.start) != instant(there.original)
            start = there.start if moved else hour.start
            end = later(start, lasts if was == whole else was)
            overrides.append(
                Override(
                    original=hour.original,
                    start=start,
                    end=end,
                    title=shape.title,
                    text="",
                    alarm=shape.alarm,
                )
            )
    known = {override.original for override in overrides}
    overrides += [each for each in new.overrides if each.original not in known]
    recurrence = replace(
        new,
        exdates=new.exdates.union(exdates),
        overrides=tuple(sorted(overrides, key=lambda each: instant(each.original))),
    )
    return replace(shape, recurrence=recurrence)


def _in_place(override: Override, lasts: timedelta) -> bool:
    """Whether an instance begins where its rule puts it, and is as long as its series."""
    length = instant(override.end) - instant(override.start)
    return instant(override.start) == instant(override.original) and length == lasts


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
    if last_start(entry, now) is None and (shape := planned(block, now)) is not None:
        shape = replace(entry, start=shape.start, end=shape.end, recurrence=shape.recurrence)
        return Run(
            record=record,
            shape=_as_they_had(shape, entry, block.name, now),
            reason="the block's rule changed",
        )
    return ended(record, now, "the block's rule changed")


def ended(record: Record, now: datetime, reason: str, stays: Iterable[Override] = ()) -> Run:
    """The series with nothing that begins after now but what `stays`, whatever the user moved
    where; taken out altogether if nothing has begun, and nothing stays."""
    entry = entry_of(record)
    last = last_start(entry, now)
    if entry.recurrence is None:
        return Run(record=record, shape=entry, removed=True, reason=reason)
    begun = [o for o in entry.recurrence.overrides if instant(o.start) <= instant(now)]
    kept = sorted([*begun, *stays], key=lambda o: instant(o.original))
    until = max([*(o.original for o in kept), *([last] if last else [])], key=instant, default=None)
    if until is None:
        return Run(record=record, shape=entry, removed=True, reason=reason)
    stay = {instant(o.original) for o in kept}
    moved = {o.original for o in entry.recurrence.overrides} - {o.original for o in kept}
    many = 600 if last is None or until > last else 0  # all up to an hour that was moved far
    ahead = {o.original for o in expanded(record.key.subject, entry, now - LOOK_BACK, now, many)}
    ahead = {at for at in ahead if instant(at) > instant(now) and instant(at) not in stay}
    exdates = {*entry.recurrence.exdates, *moved, *ahead}
    recurrence = replace(
        entry.recurrence,
        until=until,
        count=None,
        overrides=tuple(kept),
        exdates=frozenset(at for at in exdates if instant(at) <= instant(until)),
    )
    shape = replace(entry, recurrence=recurrence)
    return Run(record=record, shape=shape, ended=now.date(), reason=reason)


def _paused(block: Block, pauses: Pauses, now: datetime) -> str:
    pause = pauses.of_block(block.name, now.astimezone(ZoneInfo(block.timezone)).date())
    if pause is None:
        return ""
    return f"block {block.name} is paused" + (f" until {pause.until}" if pause.until else "")
