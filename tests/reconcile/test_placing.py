"""Who gets which slot or quarter of an hour, played on plans of small and of random rosters."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.model.entries import Recurrence
from syncd.model.facts import Fact, Outcome, Source
from syncd.model.people import DAYS_AHEAD, Hours, Period, Person, Span
from syncd.model.records import Delta, Fate, applied
from tests.household import clients, person, weekly
from tests.length import often
from tests.reconcile.world import NOW, ZONE, Room, roster

DAILY = Hours(spans=(Span(weekdays=frozenset(range(7)), start=time(9), end=time(18)),))


def room(*people: Person, now: datetime = NOW, block: bool = True, **of: Any) -> Room:
    made = roster(*people, lists=(clients(**of),))
    if not block:
        made = replace(made, blocks={})
    return Room(roster=made, now=now)


def places(room: Room) -> dict[str, str]:
    """When each person's open attempt begins."""
    return {
        id: stand.trace.start.astimezone(ZONE).strftime("%m-%d %H:%M")  # type: ignore[union-attr]
        for id, stand in room.plan().standings.items()
    }


def overdue(days: int, name: str, **more: Any) -> Person:
    """Due so many days before the first occurrence."""
    last = date(2026, 12, 3) - timedelta(days=42 + days)
    return person(name, last_contact=last, **more)


def test_the_most_overdue_first_lateness_divided_by_cadence() -> None:
    yearly = overdue(40, "Yearly", cadence=Period(days=365))
    yearly = replace(yearly, last_contact=date(2026, 12, 3) - timedelta(days=365 + 40))
    it = room(
        overdue(3, "Few"), overdue(30, "Most"), yearly, overdue(20, "More"), overdue(0, "Zero")
    )
    assert places(it) == {
        "most": "12-03 10:00",
        "more": "12-03 10:15",
        "yearly": "12-03 10:30",
        "few": "12-03 10:45",
        "zero": "12-10 10:00",
    }


def test_the_next_two_occurrences_and_no_more() -> None:
    it = room(*(overdue(n, f"P{n}") for n in range(20)))
    assert len(places(it)) == 8
    assert max(places(it).values()) == "12-10 10:45"


def test_due_by_the_day_of_the_slot() -> None:
    it = room(overdue(0, "On it"), overdue(-1, "A day later"), overdue(-8, "Later"))
    assert places(it) == {"on-it": "12-03 10:00", "a-day-later": "12-10 10:00"}


def test_a_slot_once_given_stays_whoever_else_is_more_overdue() -> None:
    few = [overdue(n, f"P{n}") for n in range(3)]
    it = room(*few)
    it.settle()
    before = places(it)
    it.people(*few, overdue(100, "Urgent"), overdue(90, "Pressing"))
    after = places(it)
    assert {id: after[id] for id in before} == before
    assert (after["urgent"], after["pressing"]) == ("12-03 10:45", "12-10 10:00")


def test_what_rolls_over_goes_to_the_head_and_displaces_nobody() -> None:
    people = [overdue(n, f"P{n}") for n in range(12)]
    it = room(*people)
    it.settle()
    first = {id for id, at in places(it).items() if at.startswith("12-03")}
    seated = {id: at for id, at in places(it).items() if at.startswith("12-10")}
    it.at("2026-12-04", "11:30")
    it.settle()
    after = places(it)
    assert {id: after[id] for id in seated} == seated
    assert {after[id][:5] for id in first} == {"12-17"}
    waiting = {f"p{n}" for n in range(12)} - first - set(seated)
    assert not waiting & set(after)


def test_who_goes_along_with_an_hour_of_a_new_rule_keeps_others_out_of_their_place() -> None:
    it = room(overdue(0, "First"), overdue(-1, "Second"))
    it.settle()
    assert places(it) == {"first": "12-03 10:00", "second": "12-10 10:00"}
    it.at("2026-12-04", "11:30")
    it.roster = replace(it.roster, blocks={"weekly": weekly(rule="FREQ=WEEKLY;BYDAY=MO,WE")})
    it.settle()
    assert places(it) == {"second": "12-07 10:00", "first": "12-07 10:15"}
    it.at("2026-12-07", "11:30")
    it.settle()
    assert places(it)["second"] == "12-07 10:00", "it is in no hour that is still to come"


def test_who_was_passed_over_too_often_and_has_no_place_comes_back_no_sooner() -> None:
    it = room(
        overdue(-7, "P0"),
        *(overdue(-14, f"P{n}") for n in (1, 2, 3)),
        *(overdue(-21, f"P{n}") for n in (4, 5, 6)),
    )
    it.settle()
    for day in ("2026-12-04", "2026-12-10", "2026-12-11", "2026-12-12"):
        it.at(day, "12:00")
        it.settle()  # or it would be written and taken out for ever


def ruled(room: Room, days: str) -> None:
    """The block's hours are on those days from now on, by the YAML."""
    block = weekly(rule=f"FREQ=WEEKLY;BYDAY={days}")
    room.roster = replace(room.roster, blocks={"weekly": block})
    room.settle()


def test_an_hour_that_stays_takes_nobodys_place() -> None:
    it = room(*(overdue(-7, f"P{n}") for n in range(8)))
    ruled(it, "TH,FR")
    it.at("2026-12-04", "11:30")
    it.settle()
    before = places(it)
    friday = {id: at for id, at in before.items() if at.startswith("12-11")}
    assert len(friday) == 4 and all(at.startswith("12-1") for at in before.values())
    ruled(it, "FR")
    after = places(it)
    assert {id: after[id] for id in friday} == friday
    assert sorted(at for id, at in after.items() if id not in friday) == [
        f"12-18 10:{minute:02}" for minute in (0, 15, 30, 45)
    ]


def test_a_rule_that_changes_before_the_first_hour_takes_people_along_in_order() -> None:
    it = room(*(overdue(n, f"P{n}") for n in range(6)))
    it.settle()
    ruled(it, "MO,WE")
    first = {id for id, at in places(it).items() if at.startswith("12-02")}
    assert first == {"p2", "p3", "p4", "p5"}
    assert {id: at[:5] for id, at in places(it).items() if id not in first} == {
        "p0": "12-07",
        "p1": "12-07",
    }


@pytest.mark.parametrize("seen", ["2026-12-03 09:59", "2026-12-03 10:05", "2026-12-03 12:00"])
def test_a_moved_series_takes_each_hours_people_along_however_late_it_is_seen(seen: str) -> None:
    it = room(*(overdue(n, f"P{n}") for n in range(6)))
    it.settle()
    before, series, day = places(it), it.series(), timedelta(days=1)
    it.at(*seen.split())
    entry = series.seen
    assert entry is not None and isinstance(entry.start, datetime)
    assert isinstance(entry.end, datetime)
    friday = Recurrence(rule="FREQ=WEEKLY;BYDAY=FR")
    it.edit(series, start=entry.start + day, end=entry.end + day, recurrence=friday)
    it.settle()
    moved = {"12-03": "12-04", "12-10": "12-11"}
    assert places(it) == {id: f"{moved[at[:5]]}{at[5:]}" for id, at in before.items()}


def test_a_retry_has_its_own_day_and_keeps_three_hours_from_the_time_that_failed() -> None:
    it = room(overdue(1, "Ann Lee"))
    it.settle()
    it.at("2026-12-03", "10:20")
    it.mark("m {}")
    it.settle()
    assert places(it) == {"ann-lee": "12-10 13:00"}
    assert it.entry().alarm == timedelta(0)


@pytest.mark.parametrize(
    ("failed", "at"),
    [
        ("12:00", "09:00"),
        ("13:30", "09:00"),
        ("11:59", "15:00"),
        ("09:00", "12:00"),
        ("17:30", "09:00"),
    ],
)
def test_three_hours_away_on_either_side(failed: str, at: str) -> None:
    assert retried(failed, (9, 18)) == at


@pytest.mark.parametrize(("failed", "at"), [("10:00", "11:45"), ("11:30", "10:00")])
def test_as_far_as_the_hours_allow(failed: str, at: str) -> None:
    assert retried(failed, (10, 12)) == at


def retried(failed: str, hours: tuple[int, int]) -> str:
    span = Span(weekdays=frozenset(range(7)), start=time(hours[0]), end=time(hours[1]))
    it = room(overdue(1, "Ann Lee"), hours=Hours(spans=(span,)), block=False)
    tried(it, "ann-lee", datetime.combine(date(2026, 11, 30), time.fromisoformat(failed), ZONE))
    return places(it)["ann-lee"][-5:]


def tried(it: Room, who: str, at: datetime) -> None:
    fact = Fact(
        id=f"{who}#1",
        person=who,
        at=at,
        outcome=Outcome.LEFT_MESSAGE,
        source=Source.MARK,
        recorded=at,
        channel="call",
        touch=date(2026, 11, 26),
        attempt=1,
    )
    it.state = applied(it.state, Delta(facts=(fact,)))


def test_so_many_a_day_outside_blocks_on_the_quarters_of_an_hour() -> None:
    it = room(*(overdue(n, f"P{n}") for n in range(7)), block=False, a_day=3)
    assert sorted(places(it).values()) == [
        "12-01 09:00",
        "12-01 09:15",
        "12-01 09:30",
        "12-02 09:00",
        "12-02 09:15",
        "12-02 09:30",
        "12-03 09:00",
    ]


def test_first_attempts_are_written_up_to_fourteen_days_ahead_and_retries_at_once() -> None:
    today = NOW.date()
    near, far = (
        person(name, last_contact=today + timedelta(days=days - 42))
        for name, days in (("Near", DAYS_AHEAD), ("Far", DAYS_AHEAD + 1))
    )
    it = room(near, far, block=False, hours=DAILY)
    assert places(it) == {"near": "12-15 09:00"}
    it = room(overdue(1, "Ann Lee"), block=False, retry=clients().retry, hours=DAILY)
    tried(it, "ann-lee", NOW)
    assert places(it)["ann-lee"].startswith("12-08")


def test_nothing_begins_in_the_past_or_off_the_hours() -> None:
    it = room(overdue(9, "Ann Lee"), block=False, now=NOW.replace(hour=17, minute=40))
    assert places(it) == {"ann-lee": "12-01 17:45"}
    it = room(overdue(9, "Ann Lee"), block=False, now=NOW.replace(hour=17, minute=50))
    assert places(it) == {"ann-lee": "12-02 09:00"}
    it = room(overdue(9, "Ann Lee"), block=False, now=datetime(2026, 12, 5, 8, tzinfo=ZONE))
    assert places(it) == {"ann-lee": "12-07 09:00"}


def test_hours_hold_where_the_person_lives_too() -> None:
    it = room(overdue(9, "Tokyo", timezone="Asia/Tokyo"), block=False)
    assert places(it) == {"tokyo": "12-01 09:00"}
    it = room(overdue(9, "New York", timezone="America/New_York"), block=False)
    assert places(it) == {"new-york": "12-01 15:00"}


def test_an_hour_that_daylight_saving_skips_is_none() -> None:
    span = Span(weekdays=frozenset(range(7)), start=time(2), end=time(4))
    now = datetime(2027, 3, 28, 0, 30, tzinfo=ZONE)
    it = room(overdue(1, "Ann Lee"), block=False, hours=Hours(spans=(span,)), now=now)
    assert places(it) == {"ann-lee": "03-28 03:00"}


def test_events_of_ones_own_keep_clear_of_the_blocks() -> None:
    it = room(
        overdue(1, "Ann Lee"),
        overdue(1, "Bob", list="friends"),
        now=datetime(2026, 12, 3, 9, 55, tzinfo=ZONE),
    )
    it.roster = replace(
        it.roster, lists=it.roster.lists | {"friends": clients(name="friends", channels=("call",))}
    )
    assert places(it)["bob"] == "12-03 11:00"


@settings(max_examples=often(25, 500))
@given(seed=st.integers(0, 10**9))
def test_no_room_holds_more_than_fits_and_no_two_overlap(seed: int) -> None:
    random = Random(seed)
    block = weekly(
        lasts=timedelta(minutes=random.choice((30, 60, 95))),
        per_person=timedelta(minutes=random.choice((10, 15, 25))),
        at=random.choice((time(10), time(23, 30), time(2, 30), time(1, 30))),
        rule=random.choice(("FREQ=DAILY", "FREQ=WEEKLY;BYDAY=TH,SU")),
        timezone=random.choice(("Europe/Berlin", "America/New_York")),
    )
    people = [
        overdue(random.randrange(-5, 60), f"P{n}", list=random.choice(("clients", "friends")))
        for n in range(random.randrange(1, 40))
    ]
    lists = (clients(), clients(name="friends", a_day=random.randrange(1, 4)))
    day = datetime(2027, 3, 26, tzinfo=UTC) + timedelta(hours=random.randrange(80))
    it = Room(roster=roster(*people, lists=lists, blocks=(block,)), now=day.astimezone(ZONE))
    for each in people:
        if random.random() < 0.3:
            tried(it, each.id, it.now - timedelta(days=random.randrange(1, 9)))
    plan = it.tick()
    slots: dict[object, int] = {}
    days: dict[date, int] = {}
    spans = []
    for stand in plan.standings.values():
        start, end = stand.trace.start, stand.trace.end
        assert isinstance(start, datetime) and isinstance(end, datetime)
        assert start.astimezone(UTC) >= it.now.astimezone(UTC)
        spans.append((start.astimezone(UTC), end.astimezone(UTC)))
        if stand.trace.slot is not None:
            slots[stand.trace.slot] = slots.get(stand.trace.slot, 0) + 1
        else:
            assert start.minute % 15 == 0
            wall = start.astimezone(ZONE)
            assert wall.weekday() < 5 and time(9) <= wall.time() <= time(17, 50)
            days[wall.date()] = days.get(wall.date(), 0) + 1
    assert max(slots.values(), default=0) <= block.capacity
    assert max(days.values(), default=0) <= 3
    spans.sort()
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    assert all(record.fate is Fate.LIVE for record in it.state.records)


def test_a_block_in_another_zone_is_where_it_is_there() -> None:
    block = weekly(timezone="America/New_York", at=time(9))
    it = Room(roster=roster(overdue(1, "Ann Lee"), blocks=(block,)))
    assert places(it) == {"ann-lee": "12-03 15:00"}
    series = it.plan().actions[0].entry
    assert series is not None
    assert series.start == datetime(2026, 12, 3, 9, tzinfo=ZoneInfo("America/New_York"))


def test_on_a_night_of_daylight_saving_slots_follow_the_clock_that_runs() -> None:
    block = weekly(rule="FREQ=DAILY", at=time(1, 30), lasts=timedelta(hours=2))
    people = [overdue(n, f"P{n}") for n in range(130, 150)]
    for now in (datetime(2027, 3, 28, 0, 30, tzinfo=ZONE), datetime(2026, 10, 25, tzinfo=ZONE)):
        it = Room(roster=roster(*people, blocks=(block,)), now=now)
        seats = [
            (stand.trace.start, stand.trace.end)
            for stand in it.plan().standings.values()
            if stand.trace.slot is not None and stand.trace.slot.date == now.date()
        ]
        starts = sorted(start.astimezone(UTC) for start, _ in seats)  # type: ignore[union-attr]
        quarter = timedelta(minutes=15)
        assert starts == [
            now.replace(hour=1, minute=30).astimezone(UTC) + n * quarter for n in range(8)
        ]
        for start, end in seats:
            assert isinstance(start, datetime) and isinstance(end, datetime)
            assert start.astimezone(UTC).astimezone(ZONE).time() == start.time()
            assert end.astimezone(UTC) - start.astimezone(UTC) == quarter


def test_an_entry_that_is_left_alone_keeps_its_place() -> None:
    """Over a lost database, of somebody who is not in the YAML any more."""
    it = room(overdue(1, "Ann"), overdue(0, "Bob"))
    it.settle()
    series, ann, bob = it.series(), it.record("ann"), it.record("bob")
    unknown = replace(ann, base=None, intent=None)
    it.state = replace(it.state, records=(series, unknown))
    it.people(overdue(0, "Bob"))
    assert bob.key.day == date(2026, 12, 3)
    assert places(it) == {"bob": "12-03 10:15"}
