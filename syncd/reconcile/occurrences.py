"""The occurrences of a series: RFC 5545 recurrence, expanded in wall-clock time.

A rule is expanded on the naive wall clock of the series' zone and given that zone afterwards, so
that ten o'clock stays ten o'clock through daylight saving.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from syncd.model.blocks import OccurrenceId
from syncd.model.entries import Entry, Override
from syncd.model.walls import walls

LOOK_BACK = timedelta(days=45)
"""How far back occurrences are looked for that may still hold something."""
_MOST = 10_000
"""More instances than this in any stretch that is looked at is a rule gone mad."""


@dataclass(frozen=True, kw_only=True)
class Occurrence:
    """One recurrence instance of a block, as it stands in the calendar."""

    id: OccurrenceId
    original: datetime
    """Where the rule puts it."""
    start: datetime
    end: datetime
    cancelled: bool = False

    @property
    def length(self) -> timedelta:
        """From its start to its end, by any clock."""
        return instant(self.end) - instant(self.start)


def zone_of(entry: Entry, fallback: ZoneInfo) -> ZoneInfo:
    """The zone in which a series repeats."""
    zone = entry.start.tzinfo if isinstance(entry.start, datetime) else None
    return zone if isinstance(zone, ZoneInfo) else fallback


def is_timed_series(entry: Entry | None) -> bool:
    """Whether `entry` is a series with times of day, the only kind that can be a block."""
    return entry is not None and entry.recurrence is not None and isinstance(entry.start, datetime)


def expand(
    block: str,
    entry: Entry,
    since: datetime,
    now: datetime,
    *,
    ahead: int = 4,
    uncut: bool = False,
) -> tuple[Occurrence, ...]:
    """The occurrences of `entry` that end after `since`, until `ahead` are after `now`, sorted.

    Cancelled ones are among them, marked so. With `uncut` the rule runs on past its UNTIL. Raises
    ValueError where the rule cannot be read or is no rule for people.
    """
    if entry.recurrence is None or not isinstance(entry.start, datetime):
        return ()
    zone = zone_of(entry, ZoneInfo("UTC"))
    length = instant(entry.end) - instant(entry.start)
    overrides = {instant(each.original): each for each in entry.recurrence.overrides}
    gone = {instant(each) for each in entry.recurrence.exdates}
    found: list[Occurrence] = []
    future = 0
    for start in _starts(entry, since - LOOK_BACK, uncut):
        one = _occurrence(block, start, length, zone, overrides.pop(instant(start), None), gone)
        found.append(one)
        future += instant(one.original) > instant(now) and not one.cancelled
        if future >= ahead:
            break
    until = None if uncut else entry.recurrence.until
    found += [  # moved here from outside the stretch that was looked at
        _occurrence(block, override.original, length, zone, override, gone)
        for override in overrides.values()
        if instant(override.end) > instant(since)
        and not override.cancelled
        and not (until and instant(override.original) > instant(until))  # cut off with the rest
    ]
    alive = (one for one in found if instant(one.end) > instant(since))
    return tuple(sorted(alive, key=lambda one: instant(one.start)))


def first_start(rule: str, at: datetime, zone: ZoneInfo) -> datetime | None:
    """The first start that `rule` gives after `at` when its wall-clock time is that of `at` in
    `zone`'s day: `at` is a naive wall-clock time from whose date the search begins, inclusive."""
    found = next(iter(walls(rule, at)), None)
    return found.replace(tzinfo=zone) if found else None


def last_start(entry: Entry, now: datetime) -> datetime | None:
    """Where the rule of `entry` puts its last instance begun by `now`, not after its UNTIL; None if
    none has."""
    if entry.recurrence is None or not isinstance(entry.start, datetime):
        return None
    if entry.recurrence.until is not None:
        now = min(now, entry.recurrence.until)
    zone = zone_of(entry, ZoneInfo("UTC"))
    wall = entry.start.astimezone(zone).replace(tzinfo=None)
    rule = walls(entry.recurrence.rule, wall, entry.recurrence.count)
    found = rule.last(now.astimezone(zone).replace(tzinfo=None))
    return found.replace(tzinfo=zone) if found else None


def later(moment: datetime, by: timedelta) -> datetime:
    """`moment` when so much time has passed, in its zone: through a night of daylight saving an
    hour is an hour, whatever the clock on the wall says."""
    return (instant(moment) + by).astimezone(moment.tzinfo)


def instant(moment: datetime | date) -> datetime:
    """`moment` in UTC, for comparison; a date is its first moment in UTC."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)


def _occurrence(
    block: str,
    start: datetime,
    length: timedelta,
    zone: ZoneInfo,
    override: Override | None,
    gone: set[datetime],
) -> Occurrence:
    start = start.astimezone(zone)
    return Occurrence(
        id=OccurrenceId(block, start.date()),
        original=start,
        start=override.start if override else instant(start).astimezone(zone),
        end=override.end if override else (instant(start) + length).astimezone(zone),
        cancelled=instant(start) in gone or bool(override and override.cancelled),
    )


def _starts(entry: Entry, since: datetime, uncut: bool) -> Iterator[datetime]:
    assert entry.recurrence is not None and isinstance(entry.start, datetime)
    zone = zone_of(entry, ZoneInfo("UTC"))
    wall = entry.start.astimezone(zone).replace(tzinfo=None)
    until = None if uncut else entry.recurrence.until
    rule = walls(entry.recurrence.rule, wall, entry.recurrence.count)
    low = max(wall, since.astimezone(zone).replace(tzinfo=None))
    for naive in islice(rule.since(low), _MOST):
        start = naive.replace(tzinfo=zone)
        if until is not None and instant(start) > instant(until):
            return
        yield start


def upcoming(
    occurrences: Iterable[Occurrence], now: datetime, how_many: int = 2
) -> tuple[Occurrence, ...]:
    """The next occurrences of one block that are not over, the current one among them."""
    ahead = [o for o in occurrences if not o.cancelled and instant(o.end) > instant(now)]
    return tuple(sorted(ahead, key=lambda o: instant(o.start))[:how_many])
