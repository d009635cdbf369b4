"""Dates of the year: on which day they are kept, how many years it is, and when they are due."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.occasions import Occasion

DAYS = [date(1900, 1, 1) + timedelta(days=n) for n in range(366 * 201) if n < 73_414]
"""Every day from 1900 to 2100."""
FEBRUARY = Occasion(name="birthday", month=2, day=29, year=1980)


def test_the_days_are_those_of_two_centuries() -> None:
    assert (DAYS[0], DAYS[-1]) == (date(1900, 1, 1), date(2100, 12, 31))


def test_every_day_is_kept_on_itself_and_comes_round_within_a_year() -> None:
    for day in DAYS:
        each = Occasion(name="birthday", month=day.month, day=day.day, year=day.year)
        assert each.next_from(day) == day
        assert each.years(day) is None  # the day of the birth itself
        again = each.next_from(day + timedelta(days=1))
        assert again.year == day.year + 1 and each.years(again) == 1
        assert (again.month, again.day) in ((day.month, day.day), (2, 28))
        assert 365 <= (again - day).days <= 366


@pytest.mark.parametrize("year", range(1900, 2101))
def test_the_last_of_february(year: int) -> None:
    kept = FEBRUARY.on(year)
    assert kept == date(year, 2, 29 if calendar.isleap(year) else 28)
    assert FEBRUARY.years(kept) == (year - 1980 if year > 1980 else None)


@given(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.integers(0, 180),
    st.none() | st.dates(date(1899, 1, 1), date(2100, 1, 1)),
)
def test_due_is_a_lead_before_a_day_that_is_not_past(
    born: date, today: date, lead: int, anchor: date | None
) -> None:
    each = Occasion(name="birthday", month=born.month, day=born.day)
    due = each.due_after(anchor, today, lead)
    kept = due + timedelta(days=lead)
    assert kept == each.on(kept.year) and kept >= today
    assert anchor is None or due > anchor
    if anchor is None or anchor < today - timedelta(days=366):
        assert (kept - today).days <= 366  # none is left out


def test_without_a_year_nobody_counts() -> None:
    assert Occasion(name="birthday", month=5, day=1).years(date(2027, 5, 1)) is None
