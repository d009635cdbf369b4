"""When a recurrence rule (RFC 5545 3.3.10) puts something, by the clock on the wall.

dateutil looks for the next date until the year 9999, day by day for a rule that gives none, which
takes a quarter of a minute. The calendar is the same again after 400 years, weekdays and all: rules
are followed so many ages ahead that the end of time is near.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from itertools import count as counted
from itertools import dropwhile, takewhile
from threading import Lock

from dateutil.rrule import rrule, rruleset, rrulestr

_AGES = 19 * 400
"""Years that every date is put off by: what may be the date of an appointment is before 9999 then,
and not long."""


class Walls:
    """The times at which a rule puts something, naive, in order; they end some time after those
    that an appointment may have. The rule is followed once, whichever threads ask: dateutil, which
    can remember what it found as well, forgets to let go of its lock where a rule ends."""

    def __init__(self, rule: rrule) -> None:
        self._rest = iter(rule)
        self._found: list[datetime] = []
        self._lock = Lock()

    def __iter__(self) -> Iterator[datetime]:
        for number in counted():
            with self._lock:
                if number == len(self._found):
                    try:
                        self._found.append(_back(next(self._rest)))
                    except (StopIteration, ValueError, OverflowError):  # or time itself ends
                        return
                found = self._found[number]
            yield found

    def since(self, moment: datetime) -> Iterator[datetime]:
        """Those from `moment` on, itself included."""
        return dropwhile(lambda wall: wall < moment, self)

    def last(self, moment: datetime) -> datetime | None:
        """The last of them by `moment`, itself included."""
        found = None
        for found in takewhile(lambda wall: wall <= moment, self):  # noqa: B007
            pass
        return found


@lru_cache(maxsize=256)
def walls(rule: str, start: datetime, count: int | None = None) -> Walls:
    """When `rule`, which has neither UNTIL nor COUNT, puts something from `start` on, which is
    naive; no more than `count` times. Raises ValueError for what is no rule."""
    text = f"{rule};COUNT={count}" if count else rule
    made = rrulestr(text, dtstart=_ahead(start))
    if isinstance(made, rruleset):
        raise ValueError(f"not one rule: {rule}")
    return Walls(made)


def _ahead(moment: datetime) -> datetime:
    return moment.replace(year=moment.year + _AGES)


def _back(moment: datetime) -> datetime:
    return moment.replace(year=moment.year - _AGES)
