"""The second halves of series of ours that the user split ("this and following"). Pure.

An app ends the series before the hour from which on it is to be another way, and makes a second one
of its own for the rest, which may be split again before we look.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from syncd.model.entries import Entry, Sighting
from syncd.model.keys import Key, Kind
from syncd.model.records import Fate, Record
from syncd.reconcile.absorb import Absorbed, seen
from syncd.reconcile.occurrences import expand, instant, last_start
from syncd.reconcile.standing import standing
from syncd.reconcile.trace import Trace
from syncd.reconcile.trace import decode as decode_trace


def newly_cut(records: Iterable[Record], absorbed: Absorbed) -> bool:
    """Whether the user has split, or ended, a series since it was as in `records`."""
    before = {record.uid for record in records if _cut_by_user(record)}
    return any(
        _cut_by_user(record) and record.uid not in before for record in absorbed.records.values()
    )


def with_second_halves(name: str, absorbed: Absorbed, foreign: Mapping[str, str]) -> Absorbed:
    """`absorbed` with the second halves of series that the user split taken for ours, and those of
    second halves that were split, too."""
    strangers = sorted(absorbed.foreign_series, key=_begins)  # of two the nearer one is next
    found: list[Record] = []
    cut = [record for record in absorbed.records.values() if _cut_by_user(record)]
    while cut and strangers:
        second = _second_half(name, cut.pop(), strangers, foreign)
        if second is not None:
            found.append(second)
            strangers = [each for each in strangers if each.href != second.href]
            cut += [second] if _cut_by_user(second) else []
    if not found:
        return absorbed
    hrefs = {record.href for record in found}
    return replace(
        absorbed,
        records={**absorbed.records, **{record.uid: record for record in found}},
        adopted=(*absorbed.adopted, *found),
        foreign={h: v for h, v in absorbed.foreign.items() if h not in hrefs},
    )


def _begins(sighting: Sighting) -> datetime:
    assert sighting.entry is not None
    return instant(sighting.entry.start)


def _second_half(
    name: str, record: Record, strangers: Iterable[Sighting], foreign: Mapping[str, str]
) -> Record | None:
    """The second half of `record`, a series that the user cut, if one of `strangers` is it."""
    assert record.seen is not None and record.seen.recurrence is not None
    until = record.seen.recurrence.until
    assert until is not None
    after = [
        one
        for one in expand(record.key.subject, record.seen, until, until, uncut=True)
        if instant(one.original) > instant(until)
    ]
    limit = after[1].original if len(after) > 1 else until + timedelta(days=31)
    # Who drags the rest to an earlier day has its start before the cut.
    since = last_start(record.seen, until) or until
    return _continuation(name, record, strangers, foreign, since, limit)


def _cut_by_user(record: Record) -> bool:
    seen = record.seen
    return (
        record.key.kind is Kind.BLOCK
        and record.fate is Fate.LIVE
        and seen is not None
        and seen.recurrence is not None
        and seen.recurrence.until is not None
        and standing(record).until is None
    )


def _continuation(
    calendar: str,
    cut: Record,
    sightings: Iterable[Sighting],
    foreign: Mapping[str, str],
    since: datetime,
    limit: datetime,
) -> Record | None:
    """The record of the second half of `cut`, a series of ours that the user split, if one of
    `sightings` is it: it starts after `since` and no later than `limit`, and carries our trace or
    is as private as ours, of the same name, and new; of one that was `foreign` before, the length
    and the alarm must be ours too."""
    assert cut.seen is not None
    for sighting in sightings:
        entry = sighting.entry
        if entry is None or not isinstance(entry.start, datetime):
            continue
        ours = bool(entry.trace) and entry.trace == cut.seen.trace
        alike = (entry.title, entry.private) == (cut.seen.title, cut.seen.private)
        if sighting.href in foreign:
            length = instant(entry.end) - instant(entry.start)
            same = length == instant(cut.seen.end) - instant(cut.seen.start)
            alike = alike and same and entry.alarm == cut.seen.alarm
        if (ours or alike) and since < entry.start <= limit:
            trace = decode_trace(cut.seen.trace) or (
                decode_trace(cut.base.trace) if cut.base else None
            )
            record = Record(
                calendar=calendar,
                uid=entry.uid,
                key=Key(kind=Kind.BLOCK, subject=cut.key.subject, day=entry.start.date()),
                base=replace(entry, trace=_inherit(trace, entry).encode()),
            )
            return seen(record, sighting)
    return None


def _inherit(trace: Trace | None, entry: Entry) -> Trace:
    """The trace of a second half: what config said of the first stays what config said."""
    rule = entry.recurrence.rule if entry.recurrence else ""
    return trace or Trace(title=entry.title, start=entry.start, end=entry.end, rule=rule)
