"""Periods, hours and occurrence ids: calendar arithmetic without a clock."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.blocks import OccurrenceId
from syncd.model.people import Hours, Period, Span


@pytest.mark.parametrize(
    ("period", "day", "after"),
    [
        (Period(days=42), date(2026, 11, 26), date(2027, 1, 7)),
        (Period(months=1), date(2027, 1, 31), date(2027, 2, 28)),
        (Period(months=1), date(2028, 1, 31), date(2028, 2, 29)),
        (Period(months=12), date(2028, 2, 29), date(2029, 2, 28)),
        (Period(months=6), date(2026, 8, 31), date(2027, 2, 28)),
        (Period(months=1, days=1), date(2026, 12, 31), date(2027, 2, 1)),
    ],
)
def test_after(period: Period, day: date, after: date) -> None:
    assert period.after(day) == after


@given(
    months=st.integers(0, 60),
    days=st.integers(0, 400),
    day=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
def test_a_longer_wait_never_ends_sooner(months: int, days: int, day: date) -> None:
    here = Period(months=months, days=days).after(day)
    assert here >= day
    assert Period(months=months, days=days + 1).after(day) > here
    assert Period(months=months + 1, days=days).after(day) >= here
    assert abs((here - day).days - Period(months=months, days=days).approximate_days) <= 3


def test_in_words() -> None:
    said = [Period(days=1), Period(days=42), Period(days=10), Period(months=1), Period(months=24)]
    assert [str(each) for each in said] == ["1 day", "6 weeks", "10 days", "1 month", "2 years"]


def test_the_hours_of_a_day_are_in_order() -> None:
    late = Span(weekdays=frozenset({0}), start=time(14), end=time(18))
    early = Span(weekdays=frozenset({0, 1}), start=time(9), end=time(12))
    hours = Hours(spans=(late, early))
    assert hours.on(date(2026, 11, 23)) == (early, late)
    assert hours.on(date(2026, 11, 24)) == (early,)
    assert hours.on(date(2026, 11, 25)) == ()


@given(block=st.text(min_size=1), day=st.dates())
def test_an_occurrence_id_is_read_back(block: str, day: date) -> None:
    assert OccurrenceId.parse(str(OccurrenceId(block, day))) == OccurrenceId(block, day)


@pytest.mark.parametrize("text", ["", "weekly", "/2026-12-03", "weekly/soon"])
def test_what_is_no_occurrence_id(text: str) -> None:
    with pytest.raises(ValueError):
        OccurrenceId.parse(text)
