"""The series of a block as they are to be, and the occurrences that they make. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.blocks import OccurrenceId
from syncd.model.entries import Entry, Override, Recurrence
from syncd.model.records import Record
from syncd.reconcile.occurrences import Occurrence, expand, instant, last_start, zone_of
from syncd.reconcile.standing import standing

LOOK_BACK = timedelta(days=40)
"""How long past occurrences are kept in sight, for entries that wait in them to be marked."""
AHEAD = 4
"""How many occurrences ahead are in sight."""
FAR = 150
"""How many hours ahead of a rule are looked at for whether it had one that another has: those of
every day, beside four that are a month apart."""


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
    waits: bool = False
    """Whether nothing is done to it yet: the one that goes on in its place is not there yet."""
    like: Record | None = None
    """The one in another calendar that goes on in this one."""
    instead: str = ""
    """The UID of the one that stays, where this one is a second one."""
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


def made(name: str, runs: list[Run], now: datetime, resting: str = "") -> Series:
    found: dict[OccurrenceId, Occurrence] = {}
    owner: dict[OccurrenceId, str] = {}
    for run in runs:
        if run.removed:
            continue
        for one in expanded(name, run.shape, now - LOOK_BACK, now):
            if run.ended is not None and one.original.date() > run.ended:
                continue  # it is only the user's
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
    """Each occurrence that is no more, to that which took its place, where that is not over yet:
    the first to the first. One that was the block's already took nobody's.

    What a cut took away goes on in the runs that came after it; what a change of rule or start took
    away, in its own run, and as far away as its start was moved. Whether an hour has begun when the
    change is seen makes no difference: it may be seen late.
    """
    hours = sorted((o for o in found.values() if not o.cancelled), key=lambda o: instant(o.start))
    alias: dict[OccurrenceId, Occurrence] = {}
    for run in runs:
        old = _as_written(run)
        if old is None:
            continue
        until = run.shape.recurrence.until if run.shape.recurrence else None
        last = instant(last_start(run.shape, until) or until) if until else None
        if last is not None and last < instant(now - LOOK_BACK):
            continue  # whoever was in it went along long ago
        before = expanded(name, old, now - LOOK_BACK, now, FAR, uncut=True)
        names = {o.id for o in before}
        was = [o for o in before if o.id not in found]
        came = [o for o in hours if o.id not in names]
        if last is None:
            came = [o for o in came if owner[o.id] == run.record.uid]
            came = _from_nearest(came, was, instant(run.shape.start) - instant(old.start))
        else:
            was = [o for o in was if instant(o.original) > last]
            came = [o for o in came if instant(o.original) > last]
        pairs = zip(was, came, strict=False)
        alias |= {o.id: after for o, after in pairs if instant(after.end) > instant(now)}
    return alias


def _from_nearest(
    came: list[Occurrence], was: list[Occurrence], moved: timedelta
) -> list[Occurrence]:
    """Those of `came` from the one on that is nearest to where the first of `was` lies, `moved`."""
    if not was or not came:
        return []
    there = instant(was[0].start) + moved
    nearest = min(came, key=lambda o: abs(instant(o.start) - there))
    return came[came.index(nearest) :]


def _as_written(run: Run) -> Entry | None:
    """A changed series as it was before: a cut one as it is, any other by rule and start as syncd
    last wrote them. None for one that did not change, and for the second half of a split one, whose
    start was the user's from the first."""
    if not (run.record.seen or run.record.intent or run.record.base) or run.removed:
        return None
    entry, trace = entry_of(run.record), standing(run.record)
    if run.shape.recurrence is not None and run.shape.recurrence.until is not None:
        return entry
    if entry.recurrence is None or not isinstance(trace.start, datetime) or not trace.rule:
        return None
    zone = ZoneInfo(trace.zone) if trace.zone else zone_of(entry, ZoneInfo("UTC"))
    start, end = trace.start.astimezone(zone), instant(trace.end).astimezone(zone)
    if start.date() != run.record.key.day:
        return None
    shape = run.shape.recurrence
    if shape and trace.rule == shape.rule and instant(start) == instant(run.shape.start):
        return None
    return replace(entry, start=start, end=end, recurrence=Recurrence(rule=trace.rule))


def has_future(name: str, record: Record, now: datetime) -> bool:
    return any(not one.cancelled for one in expanded(name, entry_of(record), now, now))


def own_ahead(record: Record, now: datetime) -> list[Override]:
    """The hours to come to which the user gave what their series has not, and we cannot write."""
    told = recurrence_of(record).overrides
    return [o for o in told if o.own and not o.cancelled and _ahead(o, now)]


def _ahead(override: Override, now: datetime) -> bool:
    return min(instant(override.original), instant(override.start)) > instant(now)


def expanded(
    name: str,
    entry: Entry,
    since: datetime,
    now: datetime,
    ahead: int = AHEAD,
    *,
    uncut: bool = False,
) -> tuple[Occurrence, ...]:
    try:
        return expand(name, entry, since, now, ahead=ahead, uncut=uncut)
    except (ValueError, OverflowError):
        return ()


def entry_of(record: Record) -> Entry:
    entry = record.seen or record.intent or record.base
    assert entry is not None, "a series without an entry"
    return entry


def recurrence_of(record: Record) -> Recurrence:
    recurrence = entry_of(record).recurrence
    assert recurrence is not None
    return recurrence
