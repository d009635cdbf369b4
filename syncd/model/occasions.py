"""Occasions: dated reasons to get in touch, such as birthdays, that come every year."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

BIRTHDAY = "birthday"
BELATED = timedelta(days=14)
"""How long after its day something may still be done for an occasion."""


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """A day of the year that matters. 29 February is kept on the 28th where there is none."""

    name: str
    """What it is called: `birthday`, `anniversary`, `Founded Acme`."""
    month: int
    day: int
    year: int | None = None
    """The year in which it began; None where nobody knows."""

    def on(self, year: int) -> date:
        """The day on which it is kept in `year`."""
        if (self.month, self.day) == (2, 29) and not calendar.isleap(year):
            return date(year, 2, 28)
        return date(year, self.month, self.day)

    def next_from(self, day: date) -> date:
        """The first day on which it is kept that is not before `day`."""
        this = self.on(day.year)
        return this if this >= day else self.on(day.year + 1)

    def near(self, day: date) -> date:
        """The day on which it is kept for which something is done on `day`: the next one, unless
        the last is so short a time ago that it is belated."""
        return self.next_from(day - BELATED)

    def years(self, day: date) -> int | None:
        """How many years it is on the day `day` on which it is kept; None where that is unknown or
        before it began."""
        count = day.year - self.year if self.year is not None else None
        return count if count is not None and count > 0 else None

    def due_after(self, anchor: date | None, today: date, lead_days: int) -> date:
        """The first day, `lead_days` before it is kept, that is after `anchor` and whose occasion
        is not past on `today`."""
        kept = self.next_from(today)
        while anchor is not None and kept - timedelta(days=lead_days) <= anchor:
            kept = self.next_from(kept + timedelta(days=1))
        return kept - timedelta(days=lead_days)
