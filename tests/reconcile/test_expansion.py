"""Occurrences of series: wall-clock time through daylight saving, and every shape of a rule."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.entries import Entry, Override, Recurrence
from syncd.reconcile.occurrences import expand, first_start, instant, last_start, upcoming

NAIVE = (datetime(2024, 1, 1), datetime(2027, 1, 1))
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "UTC")


def series(start: datetime, rule: str, **more: Any) -> Entry:
    return Entry(
        uid="b",
        title="Outreach",
        start=start,
        end=start + timedelta(hours=1),
        recurrence=Recurrence(rule=rule, **more),
    )


def days(entry: Entry, since: datetime, ahead: int = 6) -> list[str]:
    found = expand("b", entry, since, since, ahead=ahead)
    return [f"{one.start:%Y-%m-%d %H:%M}" for one in found if not one.cancelled]


@pytest.mark.parametrize("name", ZONES)
def test_ten_o_clock_stays_ten_o_clock(name: str) -> None:
    zone = ZoneInfo(name)
    entry = series(datetime(2026, 1, 1, 10, tzinfo=zone), "FREQ=WEEKLY;BYDAY=TH")
    found = expand("b", entry, entry.start, entry.start, ahead=55)  # type: ignore[arg-type]
    assert len(found) == 56
    assert {one.start.strftime("%a %H:%M") for one in found} == {"Thu 10:00"}
    assert {one.length for one in found} == {timedelta(hours=1)}
    apart = {instant(b.start) - instant(a.start) for a, b in itertools.pairwise(found)}
    assert len(apart) == (1 if name == "UTC" else 3)


def test_the_hour_that_daylight_saving_skips_and_the_one_it_doubles() -> None:
    """RFC 5545 3.3.5: as with the offset before the gap; the first of two."""
    berlin = ZoneInfo("Europe/Berlin")
    entry = series(datetime(2026, 3, 27, 2, 30, tzinfo=berlin), "FREQ=DAILY")
    found = expand("b", entry, entry.start, entry.start, ahead=3)  # type: ignore[arg-type]
    assert [instant(one.start).hour for one in found] == [1, 1, 1, 0]
    assert found[2].id.date == date(2026, 3, 29)
    assert found[2].end - found[2].start  # an hour later by any clock
    assert instant(found[2].end) - instant(found[2].start) == timedelta(hours=1)
    entry = series(datetime(2026, 10, 24, 2, 30, tzinfo=berlin), "FREQ=DAILY")
    found = expand("b", entry, entry.start, entry.start, ahead=2)  # type: ignore[arg-type]
    assert [instant(one.start).hour for one in found] == [0, 0, 1]


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("FREQ=YEARLY", "2024-02-29", ["2024-02-29", "2028-02-29", "2032-02-29"]),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "2026-12-24", ["2026-12-24", "2027-12-24"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2028-01-31", ["2028-01-31", "2028-02-29", "2028-03-31"]),
        ("FREQ=MONTHLY;BYDAY=1MO", "2026-12-07", ["2026-12-07", "2027-01-04", "2027-02-01"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-27", ["2026-11-27", "2026-12-25", "2027-01-29"]),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "2026-10-30",
            ["2026-10-30", "2026-11-30", "2026-12-31"],
        ),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-12-21", ["2026-12-21", "2027-01-04"]),
        ("FREQ=WEEKLY;BYDAY=TU,TH", "2026-12-01", ["2026-12-01", "2026-12-03", "2026-12-08"]),
    ],
)
def test_rules(rule: str, start: str, expected: list[str]) -> None:
    begin = datetime.fromisoformat(f"{start}T10:00").replace(tzinfo=ZoneInfo("Europe/Berlin"))
    found = days(series(begin, rule), begin, ahead=len(expected))
    assert found[: len(expected)] == [f"{day} 10:00" for day in expected]


BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 12, 3, 10, tzinfo=BERLIN)
WEEKLY = series(BEGIN, "FREQ=WEEKLY;BYDAY=TH")


def week(number: int) -> datetime:
    return BEGIN + timedelta(weeks=number)


def with_(entry: Entry = WEEKLY, **more: Any) -> Entry:
    assert entry.recurrence is not None
    return replace(entry, recurrence=replace(entry.recurrence, **more))


def moved(number: int, start: datetime, hours: float = 1, **more: Any) -> Override:
    return Override(
        original=week(number),
        start=start,
        end=start + timedelta(hours=hours),
        title="Outreach",
        text="",
        **more,
    )


def test_until_is_the_last() -> None:
    cut = with_(until=week(1).astimezone(UTC))
    assert days(cut, BEGIN) == ["2026-12-03 10:00", "2026-12-10 10:00"]
    assert len(expand("b", cut, BEGIN, BEGIN, uncut=True)) == 5
    assert days(with_(until=week(1) - timedelta(seconds=1)), BEGIN) == ["2026-12-03 10:00"]


def test_count() -> None:
    assert days(with_(count=2), week(1)) == ["2026-12-10 10:00"]
    assert days(with_(count=1), week(1)) == []


def test_an_exdate_does_not_take_place() -> None:
    entry = with_(exdates=frozenset({week(1).astimezone(UTC)}))
    assert days(entry, BEGIN, ahead=2) == [
        "2026-12-03 10:00",
        "2026-12-17 10:00",
        "2026-12-24 10:00",
    ]
    cancelled = [one for one in expand("b", entry, BEGIN, BEGIN) if one.cancelled]
    assert [one.id.date for one in cancelled] == [date(2026, 12, 10)]


def test_an_override_keeps_its_name_wherever_it_goes() -> None:
    entry = with_(overrides=(moved(1, week(3) + timedelta(days=1)),))
    found = {one.id.date: one.start for one in expand("b", entry, BEGIN, BEGIN)}
    assert found[date(2026, 12, 10)] == week(3) + timedelta(days=1)
    starts = [one.start for one in expand("b", entry, BEGIN, BEGIN)]
    assert starts == sorted(starts)


def test_one_moved_here_from_far_away_is_here_and_one_moved_away_is_not() -> None:
    entry = with_(overrides=(moved(40, week(0) + timedelta(days=1)),))
    found = expand("b", entry, BEGIN, BEGIN)
    assert [one.id.date for one in found][:2] == [date(2026, 12, 3), week(40).date()]
    entry = with_(overrides=(moved(20, week(0) + timedelta(days=1)),))
    late = expand("b", entry, week(19), week(19))
    assert week(20).date() not in [one.id.date for one in late]
    back = expand("b", with_(overrides=(moved(0, week(30)),)), week(29), week(29))
    assert date(2026, 12, 3) in [one.id.date for one in back]


def test_a_shortened_and_a_cancelled_one() -> None:
    entry = with_(overrides=(moved(0, week(0), hours=0.5), moved(1, week(1), cancelled=True)))
    found = expand("b", entry, BEGIN, BEGIN)
    assert found[0].length == timedelta(minutes=30)
    assert found[1].cancelled
    assert [one.id.date for one in upcoming(found, BEGIN)] == [
        date(2026, 12, 3),
        date(2026, 12, 17),
    ]


def test_an_override_that_was_cut_off_is_gone_with_the_rest() -> None:
    entry = with_(until=week(0), overrides=(moved(1, week(1)), moved(2, week(2))))
    assert days(entry, BEGIN) == ["2026-12-03 10:00"]
    assert len(expand("b", entry, BEGIN, BEGIN, uncut=True)) == 5


def test_an_occurrence_is_ahead_until_it_ends() -> None:
    found = expand("b", WEEKLY, BEGIN, BEGIN + timedelta(minutes=59))
    assert upcoming(found, BEGIN + timedelta(minutes=59))[0].start == BEGIN
    assert upcoming(found, BEGIN + timedelta(hours=1))[0].start == week(1)


def test_the_last_that_began() -> None:
    assert last_start(WEEKLY, BEGIN - timedelta(seconds=1)) is None
    assert last_start(WEEKLY, BEGIN) == BEGIN
    assert last_start(WEEKLY, week(5) + timedelta(days=3)) == week(5)
    assert last_start(with_(until=week(2)), week(5)) == week(2)
    assert last_start(with_(count=2), week(5)) == week(1)
    assert last_start(replace(WEEKLY, recurrence=None), week(5)) is None


def test_the_first_from_a_day_on() -> None:
    naive = datetime(2026, 12, 1, 10)
    assert first_start("FREQ=WEEKLY;BYDAY=TH", naive, BERLIN) == BEGIN
    assert first_start("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", naive, BERLIN) is None


@pytest.mark.parametrize("rule", ["FREQ=SOMETIMES", "", "FREQ=WEEKLY;BYDAY=XX"])
def test_a_rule_that_cannot_be_read_raises(rule: str) -> None:
    with pytest.raises(ValueError):
        expand("b", series(BEGIN, rule), BEGIN, BEGIN)


@given(
    zone=st.sampled_from(ZONES),
    begin=st.datetimes(*NAIVE),
    rule=st.sampled_from(
        ["FREQ=DAILY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=2TU"]
    ),
    later=st.integers(0, 900),
)
def test_whenever_one_looks_the_same_occurrences_are_there(
    zone: str, begin: datetime, rule: str, later: int
) -> None:
    entry = series(begin.replace(tzinfo=ZoneInfo(zone), second=0, microsecond=0), rule)
    assert isinstance(entry.start, datetime)
    now = entry.start + timedelta(days=later)
    all_ = {one.id: one for one in expand("b", entry, entry.start, now)}
    near = expand("b", entry, now, now)
    assert [one for one in near if all_.get(one.id) != one] == []
    assert sum(instant(one.start) > instant(now) for one in near) == 4
    wall = {one.original.time() for one in near}
    assert wall == {entry.start.time().replace(tzinfo=None)}
