"""When a recurrence rule (RFC 5545 3.3.10) puts something, by the clock on the wall.

dateutil looks for the next date until the year 9999, day by day for a rule that gives none, which
takes a quarter of a minute. The calendar is the same again after 400 years, weekdays and all: rules
are followed so many ages ahead that the end of time is near.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from dateutil.rrule import rrule, rruleset, rrulestr

_AGES = 19 * 400
"""Years that every date is put off by: what may be the date of an appointment is before 9999 then,
and not long."""


@dataclass(frozen=True)
class Walls:
    """The times at which a rule puts something, naive, in order; they end some time after those
    that an appointment may have."""

    _rule: rrule

    def __iter__(self) -> Iterator[datetime]:
        return map(_back, self._rule)

    def since(self, moment: datetime) -> Iterator[datetime]:
        """Those from `moment` on, itself included."""
        return map(_back, self._rule.xafter(_ahead(moment), inc=True))

    def last(self, moment: datetime) -> datetime | None:
        """The last of them by `moment`, itself included."""
        found = self._rule.before(_ahead(moment), inc=True)
        return None if found is None else _back(found)


@lru_cache(maxsize=256)
def walls(rule: str, start: datetime, count: int | None = None) -> Walls:
    """When `rule`, which has neither UNTIL nor COUNT, puts something from `start` on, which is
    naive; no more than `count` times. Raises ValueError for what is no rule."""
    text = f"{rule};COUNT={count}" if count else rule
    made = rrulestr(text, dtstart=_ahead(start), cache=True)
    if isinstance(made, rruleset):
        raise ValueError(f"not one rule: {rule}")
    return Walls(made)


def _ahead(moment: datetime) -> datetime:
    return moment.replace(year=moment.year + _AGES)


def _back(moment: datetime) -> datetime:
    return moment.replace(year=moment.year - _AGES)
