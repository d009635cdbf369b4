"""Which occurrences of a series have to be written, as they are and as they are to be: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from syncd.calendars.google.parse import at, series_zone, those_given
from syncd.calendars.reading import timed
from syncd.model.entries import Entry, Override


@dataclass(frozen=True, kw_only=True)
class Change:
    """One occurrence that is to be otherwise than it is."""

    before: Override
    """As it is; cancelled where it was deleted, and nothing else is known of it."""
    after: Override
    optional: bool = False
    """Whether it may not be there: Google drops the exceptions that a series of other times, or
    with another rule, does not have."""


def changes(
    before: Entry | None,
    after: Entry,
    known: Collection[datetime],
    deleted: Collection[datetime],
    zone: ZoneInfo,
) -> Iterator[Change]:
    """What changes in the occurrences as a series becomes `after`; `before` is None for a new one.
    `known` are the original starts of its exceptions, `deleted` those of them that were deleted."""
    new, old = after.recurrence, before.recurrence if before else None
    if new is None:
        return
    plain = first_of(after, zone)
    was = first_of(before, zone) if before else plain
    told = {each.original: each for each in old.overrides} if old else {}
    wanted = {each.original: each for each in new.overrides}
    back = (old.exdates if old else frozenset()) - new.exdates
    reshaped = before is not None and is_reshaped(before, after)
    there = those_given(new.rule, new.count, new.until, plain.start, deleted)
    for original in sorted({*told, *wanted, *back} - new.exdates):
        to_be = wanted.get(original) or at(plain, original)
        if original in deleted:
            if (
                original in there
                and not to_be.cancelled
                and (original in wanted or original in back)
            ):
                yield Change(before=replace(to_be, cancelled=True), after=to_be)
        elif original in told or original in wanted:
            # One that is no exception has changed with its series.
            is_now = told.get(original) or at(was if original in known else plain, original)
            if is_now != to_be:
                optional = reshaped and original not in wanted
                yield Change(before=is_now, after=to_be, optional=optional)


def first_of(entry: Entry, zone: ZoneInfo) -> Override:
    """The first occurrence of a series, without anything of its own."""
    where = series_zone(entry.start, zone)
    return Override(
        original=timed(entry.start, where),
        start=timed(entry.start, where),
        end=timed(entry.end, where),
        title=entry.title,
        text=entry.text,
        alarm=entry.alarm,
    )


def is_reshaped(before: Entry, after: Entry) -> bool:
    """Whether a series takes place at other times, so that Google may drop exceptions of it."""
    return _shape(before) != _shape(after)


def _shape(entry: Entry) -> object:
    recurrence = entry.recurrence
    if recurrence is None:
        return None
    return entry.start, recurrence.rule, recurrence.until, recurrence.count, recurrence.exdates
