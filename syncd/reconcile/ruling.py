"""Which times a series is to have from now on: by the rule of the YAML, as the user has it, or none
more. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.blocks import Block
from syncd.model.entries import Entry, Override, Recurrence
from syncd.model.records import Record
from syncd.reconcile.occurrences import first_start, instant, last_start, later, zone_of
from syncd.reconcile.runs import FAR, LOOK_BACK, Run, entry_of, expanded


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


def rest_of(record: Record, now: datetime) -> Entry | None:
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
        overrides=tuple(
            replace(o, own=False)  # which cannot be written elsewhere
            for o in told.overrides
            if instant(o.original) >= instant(first)
        ),
    )
    length = instant(entry.end) - instant(entry.start)
    return replace(entry, start=first, end=later(first, length), trace="", recurrence=recurrence)


def as_they_had(shape: Entry, old: Entry, name: str, now: datetime) -> Entry:
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
        elif ahead and each.own and not _in_place(each, whole):
            deleted.add(day)  # or it stays where it was moved
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
                    text=shape.text,
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
