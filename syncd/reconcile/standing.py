"""What a record says of itself: what we wrote last, and what of it the user has changed.

Three versions of an entry may be ours: the one whose trace the calendar shows, the last one
confirmed, and the one that was about to be written. A field equal to any of them is ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.entries import Entry, Instant
from syncd.model.records import Record
from syncd.reconcile.marks import ACKNOWLEDGED, sign_of
from syncd.reconcile.occurrences import instant, later
from syncd.reconcile.text import section_in
from syncd.reconcile.trace import Trace, decode, fact_of_entry


def standing(record: Record, cores: Sequence[str] = ()) -> Trace:
    """What syncd last wrote into this entry, as far as can be told.

    The trace in the calendar is the surest, since it says which of our writes arrived. Without one
    it is the last confirmed version's, then the intended one's; without any, what is seen is taken
    for what was written, but for the title where one of `cores`, those that its person's entries
    may have, stands in it.
    """
    for entry in (record.seen, record.base, record.intent):
        trace = decode(entry.trace) if entry is not None else None
        if trace is not None:
            return trace if trace.title else _titled(trace, record)
    entry = record.seen or record.base or record.intent
    assert entry is not None, "a record of nothing"
    rule = entry.recurrence.rule if entry.recurrence else ""
    core = next((core for core in cores if core in entry.title), "")
    # A sign that is not that of what is acknowledged is the user's, who may type the same ones.
    fact, sign = fact_of_entry(entry, record.key), split_sign(entry.title)[0]
    if fact is None or sign_of(fact) != sign:
        sign = ""
    return Trace(
        title=f"{sign} {core}".strip() if core else entry.title,
        start=entry.start,
        end=entry.end,
        alarm=entry.alarm,
        rule=rule,
        channel=core.rpartition(": ")[2],
    )


def _titled(trace: Trace, record: Record) -> Trace:
    entry = record.base or record.intent or record.seen
    return replace(trace, title=entry.title if entry else "")


def versions(record: Record) -> tuple[Trace, ...]:
    """Every version of this entry that may be ours."""
    found = [standing(record)]
    for entry in (record.base, record.intent):
        trace = decode(entry.trace) if entry is not None else None
        if trace is not None and trace not in found:
            found.append(trace)
    return tuple(found)


def texts(record: Record) -> tuple[str, ...]:
    """Our sections of the descriptions that we may have written, newest first."""
    found: list[str] = []
    for entry in (record.intent, record.base):
        trace = decode(entry.trace) if entry is not None else None
        if entry is not None and trace is not None:
            found.append(section_in(entry.text, trace.lines))
    return tuple(found)


def is_bare(record: Record) -> bool:
    """Whether what is there says nothing of syncd's, of which nothing was confirmed either."""
    seen = record.seen
    if record.base is not None or seen is None or seen.trace:
        return False
    return fact_of_entry(seen, record.key) is None


def split_sign(title: str) -> tuple[str, str]:
    """Our sign at the start of a title that we wrote, and the rest of it."""
    for sign in ACKNOWLEDGED.values():
        if title.startswith(f"{sign} "):
            return sign, title[len(sign) + 1 :]
    return "", title


@dataclass(frozen=True, kw_only=True)
class Times:
    """From when to when an entry lies."""

    start: Instant
    end: Instant


def times_of(entry: Entry) -> Times:
    """The times of `entry`; an end that is not after its start is a minute after it."""
    if type(entry.start) is type(entry.end) and instant(entry.end) > instant(entry.start):
        return Times(start=entry.start, end=entry.end)
    least = timedelta(minutes=1) if isinstance(entry.start, datetime) else timedelta(days=1)
    return Times(start=entry.start, end=entry.start + least)


def task_times(entry: Entry, told: Trace, zone: ZoneInfo) -> Times:
    """The times of a task, which says when it is due and, in many places, only on which day: length
    and time of day are those that syncd last wrote, as `told` has them."""
    start: Instant = entry.start
    if not isinstance(told.start, datetime) or not isinstance(told.end, datetime):
        return times_of(entry)
    if not isinstance(start, datetime):
        was = told.start.astimezone(zone)
        start = told.start if start == was.date() else _at(start, was)
    length = max(instant(told.end) - instant(told.start), timedelta(minutes=1))
    return Times(start=start, end=later(start, length))


def _at(day: date, was: datetime) -> datetime:
    """The wall-clock time of `was`, on `day`."""
    return datetime.combine(day, was.time(), was.tzinfo)


def zoned(times: Times, zone: ZoneInfo) -> Times:
    """`times` in `zone` where all that is left of theirs is an offset, as in what was read back."""

    def placed(when: Instant) -> Instant:
        told = isinstance(when, datetime) and not isinstance(when.tzinfo, ZoneInfo)
        return when.astimezone(zone) if told and isinstance(when, datetime) else when

    return Times(start=placed(times.start), end=placed(times.end))


def begins(when: Instant, zone: ZoneInfo) -> datetime:
    """The instant at which something that starts or ends `when` does so in `zone`."""
    if isinstance(when, datetime):
        return when
    return datetime(when.year, when.month, when.day, tzinfo=zone)


def same_time(one: Instant, other: Instant) -> bool:
    """Whether both are the same instant, or the same date."""
    if isinstance(one, datetime) != isinstance(other, datetime):
        return False
    return instant(one) == instant(other)
