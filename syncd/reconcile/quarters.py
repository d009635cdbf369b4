"""The quarters of an hour that are free on days, taken one after the other.

What was free once and is taken stays taken: so the quarters at which something may start on a day
are found once for each kind of hours and length that is asked for, and each taking leaves fewer of
them. Nobody is tried against everybody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from syncd.model.people import Hours
from syncd.reconcile.occurrences import instant


class Quarter(NamedTuple):
    """A time at which something may start: on the wall, and in UTC, from its start to its end."""

    wall: datetime
    low: datetime
    high: datetime


class Quarters:
    """Days of which each instant is taken once, after `now`; walls are those of `zone`."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self.now, self.zone = instant(now), zone
        self.taken: dict[date, list[tuple[datetime, datetime]]] = defaultdict(list)
        self._free: dict[date, dict[tuple[Hours, timedelta, str], list[Quarter]]] = defaultdict(
            dict
        )

    def take(self, start: datetime, end: datetime) -> None:
        """Have nothing start any more that would meet this."""
        day, low, high = start.astimezone(self.zone).date(), instant(start), instant(end)
        self.taken[day].append((low, high))
        for free in self._free[day].values():
            free[:] = [each for each in free if each.high <= low or high <= each.low]

    def free(
        self, day: date, hours: Hours, length: timedelta, theirs: str | None = None
    ) -> Sequence[Quarter]:
        """When something of that `length` can still start on `day`, within `hours` here and in the
        zone named `theirs`. Where the two never meet, those here hold: better at an odd time than
        never."""
        kind = hours, length, theirs or ""
        found = self._free[day].get(kind)
        if found is None:
            every = [
                Quarter(wall, instant(wall), instant(wall + length))
                for span in hours.on(day)
                for wall in _walls(day, span.start, span.end, length, self.zone)
            ]
            if theirs:
                there = ZoneInfo(theirs)
                every = [each for each in every if _within(hours, each, there)] or every
            found = [each for each in every if self._is_free(each, day)]
            self._free[day][kind] = found
        return found

    def _is_free(self, quarter: Quarter, day: date) -> bool:
        _, low, high = quarter
        return low > self.now and all(high <= a or b <= low for a, b in self.taken[day])


def _within(hours: Hours, quarter: Quarter, zone: ZoneInfo) -> bool:
    """Whether the hours hold in `zone`, too."""
    begin, finish = quarter.low.astimezone(zone), quarter.high.astimezone(zone)
    return begin.date() == finish.date() and any(
        span.start <= begin.time() and (finish.time() <= span.end or span.end == time.max)
        for span in hours.on(begin.date())
    )


def _walls(
    day: date, start: time, end: time, length: timedelta, zone: ZoneInfo
) -> Iterator[datetime]:
    """The quarters of an hour of `day` at which something of `length` can start."""
    minutes = -(-(start.hour * 60 + start.minute) // 15) * 15
    last = 24 * 60 if end == time.max else end.hour * 60 + end.minute
    while minutes + length.total_seconds() / 60 <= last:
        wall = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=zone)
        if instant(wall).astimezone(zone).time() == wall.time():
            yield wall  # a time that daylight saving skips is none
        minutes += 15
