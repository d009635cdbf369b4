"""Who the ramp lets in, whatever happens to the roster, the clock and what is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from syncd.model.facts import Fact, Outcome, Source
from syncd.model.keys import Key, Kind
from syncd.model.people import Period, Person, Strategy
from syncd.model.records import (
    Acquaintance,
    CalendarState,
    Delta,
    Fate,
    Pause,
    Record,
    Scope,
    State,
    applied,
)
from syncd.model.roster import Ramp, Roster
from syncd.reconcile.acquaintances import met
from syncd.reconcile.ramp import allowed, started
from tests.household import clients, person
from tests.reconcile.world import NOW, roster

RAMP = Ramp(start=3, add=2, every=Period(months=1))
TODAY = date(2026, 12, 1)
READ = State(calendars={"home": CalendarState(place="home")})


def everybody(count: int = 12) -> list[Person]:
    return [person(f"P {n}", last_contact=date(2026, 9, 1 + n)) for n in range(count)]


def ramped(*people: Person, ramp: Ramp | None = RAMP, **more: Any) -> Roster:
    return replace(roster(*(people or everybody()), **more), ramp=ramp)


def looked(world: Roster, state: State = READ, today: date = TODAY) -> State:
    """`state` after a look, on `today`."""
    return applied(state, Delta(acquaintances=met(world, state, today)))


def inside(world: Roster, state: State) -> set[str]:
    return {
        id
        for id in world.people
        if id in state.acquaintances and state.acquaintances[id].admitted is not None
    }


def entry_of(subject: str, fate: Fate = Fate.LIVE, kind: Kind = Kind.CONTACT) -> Record:
    key = Key(kind=kind, subject=subject, day=TODAY, attempt=1)
    return Record(calendar="home", uid=key.encode("core"), key=key, fate=fate)


def told(of: str, **more: Any) -> Fact:
    said: dict[str, Any] = {"outcome": Outcome.REACHED, "source": Source.LOG, **more}
    return Fact(id=f"log:{of}", person=of, at=NOW, recorded=NOW, **said)


@given(
    steps=st.lists(
        st.tuples(
            st.integers(-400, 60),
            st.sets(st.integers(0, 11), min_size=4),
            st.sampled_from([("liked", "recent"), ("recent",), ("liked",), ()]),
        ),
        max_size=8,
    )
)
def test_whoever_is_in_stays_in_whatever_clock_order_and_people_do(
    steps: list[tuple[int, set[int], tuple[str, ...]]],
) -> None:
    people = [replace(p, liked=n % 3 == 0) for n, p in enumerate(everybody())]
    state, today, latest = looked(ramped(*people)), TODAY, TODAY
    for days, there, order in steps:
        before = {id for id, each in state.acquaintances.items() if each.admitted is not None}
        today += timedelta(days=days)
        latest = max(latest, today)
        world = ramped(*(people[n] for n in sorted(there)), ramp=replace(RAMP, order=order))
        left = inside(world, state)
        state = looked(world, state, today)
        assert before <= {i for i, each in state.acquaintances.items() if each.admitted is not None}
        assert len(inside(world, state)) <= max(len(left), allowed(RAMP, TODAY, latest))
        assert started(state.acquaintances) == TODAY
        assert not met(world, state, today)  # a second look finds nothing


def test_what_is_going_on_goes_on() -> None:
    state = applied(READ, Delta(records=(entry_of("p-0"), entry_of("p-1", Fate.GONE))))
    state = applied(state, Delta(facts=(told("p-2", touch=TODAY),)))
    state = looked(ramped(ramp=replace(RAMP, start=1)), state)
    assert inside(ramped(), state) == {"p-0", "p-1", "p-2"}


def test_what_came_while_there_was_no_ramp_goes_on_when_it_is_back() -> None:
    state = looked(ramped())
    assert inside(ramped(), state) == {"p-9", "p-10", "p-11"}
    state = looked(ramped(ramp=None), applied(state, Delta(records=(entry_of("p-0"),))))
    state = looked(ramped(), state)
    assert inside(ramped(), state) == {"p-0", "p-9", "p-10", "p-11", "p-8"}  # as if a month on
    assert len(inside(ramped(), looked(ramped(), state, date(2027, 1, 1)))) == 7


def test_what_was_only_logged_or_is_but_a_birthday_lets_nobody_in() -> None:
    state = applied(READ, Delta(facts=tuple(told(f"p-{n}") for n in range(6))))
    state = applied(state, Delta(records=(entry_of("p-6/birthday", kind=Kind.DATE),)))
    assert inside(ramped(), looked(ramped(), state)) == {"p-9", "p-10", "p-11"}


def test_a_touch_of_somebody_lets_them_in() -> None:
    coffee = Strategy(name="coffee", channel="coffee", every=Period(months=6))
    world = ramped(ramp=replace(RAMP, start=1), lists=[clients(strategies=(coffee,))])
    state = looked(world, applied(READ, Delta(records=(entry_of("p-0/coffee"),))))
    assert inside(world, state) == {"p-0"}


def test_however_long_others_were_contacted_before_nobody_is_flooded() -> None:
    state = looked(ramped(*everybody(10), ramp=None), today=date(2025, 12, 1))
    state = applied(state, Delta(records=tuple(entry_of(f"p-{n}") for n in range(10))))
    world = ramped(*everybody(29))
    state = looked(world, state)
    assert len(inside(world, state)) == 11  # 3 + 4 × 2: as if the ramp had let the ten in
    assert len(inside(world, looked(world, state, date(2026, 12, 31)))) == 11
    assert len(inside(world, looked(world, state, date(2027, 1, 1)))) == 13


def test_a_ramp_that_can_never_have_let_so_many_in_begins_today() -> None:
    for every in (Period(months=12), Period(days=3650)):
        ramp = Ramp(start=1, add=1, every=every)
        people = [person(f"P {n}") for n in range(400)]
        entries = tuple(entry_of(each.id) for each in people)
        state = looked(ramped(*people, ramp=ramp), applied(READ, Delta(records=entries)))
        assert len(inside(ramped(*people), state)) == 400
        assert started(state.acquaintances) == TODAY


def test_nobody_is_let_in_before_every_calendar_was_read() -> None:
    unread = State(calendars={"home": CalendarState(error="it is away")})
    state = looked(ramped(), looked(ramped(), State()))
    state = looked(ramped(), applied(unread, Delta(acquaintances=state.acquaintances)))
    assert inside(ramped(), state) == set()
    read = Delta(calendars=READ.calendars, records=(entry_of("p-0"), entry_of("p-1")))
    state = looked(ramped(), applied(state, read))
    assert inside(ramped(), state) == {"p-0", "p-1", "p-11"}


def test_who_is_called_otherwise_today_is_who_they_were() -> None:
    people = everybody()
    coffee = Strategy(name="coffee", channel="coffee", every=Period(months=6))
    lists = [clients(strategies=(coffee,))]
    before = looked(ramped(*people, lists=lists))
    people[11] = replace(people[11], id="ann", name="Ann", formerly=("p-11",))
    world = ramped(*people, lists=lists)
    state = looked(world, before, date(2026, 12, 20))
    assert inside(world, state) == {"ann", "p-9", "p-10"}
    for old, new in (("p-11", "ann"), ("p-11/coffee", "ann/coffee")):
        assert state.acquaintances[new] == before.acquaintances[old]


def test_who_is_called_otherwise_since_the_database_was_lost_is_in() -> None:
    world = ramped(*everybody(11), person("Ann", formerly=("p-0",)))
    state = looked(world, applied(READ, Delta(records=(entry_of("p-0"),))))
    assert "ann" in inside(world, state)


def test_a_clock_that_went_back_makes_the_ramp_no_older() -> None:
    state = looked(ramped())
    state = applied(state, Delta(records=(entry_of("p-0"), entry_of("p-1"))))
    state = looked(ramped(), state, date(2025, 12, 1))
    assert len(inside(ramped(), state)) == 5
    assert len(inside(ramped(), looked(ramped(), state))) == 5


def test_formerly_said_late_joins_what_is_known_of_both() -> None:
    people = everybody()
    state = looked(ramped(*people))
    state = applied(state, Delta(records=(entry_of("p-11"),)))
    people[11] = replace(people[11], id="ann", name="Ann", last_contact=None)
    state = looked(ramped(*people), state, date(2026, 12, 20))
    assert state.acquaintances["ann"].admitted is None
    people[11] = replace(people[11], formerly=("p-11",), paused=True)
    state = looked(ramped(*people), state, date(2026, 12, 24))
    assert state.acquaintances["ann"] == replace(state.acquaintances["p-11"], paused=True)


def test_nobody_is_let_in_while_they_are_paused() -> None:
    people = everybody()
    people[11] = replace(people[11], paused=True)
    people[10] = replace(people[10], paused=True, paused_until=date(2026, 12, 2))
    people[9] = replace(people[9], paused=True, paused_until=TODAY)
    verb = Pause(scope=Scope.PERSON, name="p-8", since=TODAY)
    world = ramped(*people)
    state = looked(world, replace(READ, pauses=(verb,)))
    assert inside(world, state) == {"p-9", "p-7", "p-6"}
    state = looked(world, state, date(2027, 1, 1))
    assert inside(world, state) == {"p-9", "p-7", "p-6", "p-10", "p-5"}


def test_a_pause_of_those_who_are_in_keeps_them_in() -> None:
    state = looked(ramped())
    everyone = Pause(scope=Scope.ALL, name="", since=TODAY)
    state = looked(ramped(), replace(state, pauses=(everyone,)), date(2027, 2, 1))
    assert inside(ramped(), state) == {"p-9", "p-10", "p-11"}


def test_seats_follow_the_people_of_a_list() -> None:
    people = everybody(3)
    state = looked(ramped(*people, ramp=None))
    assert [state.acquaintances[p.id].seat for p in people] == [0, 1, 2]
    people[0] = replace(people[0], id="ann", formerly=("p-0",))
    state = looked(ramped(*people, person("New"), ramp=None), state)
    assert state.acquaintances["ann"].seat == 0
    assert state.acquaintances["new"] == Acquaintance(
        first_seen=TODAY, seat=3, phone="+49 30 901820", email="ann@example.org"
    )
