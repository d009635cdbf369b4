"""Planning is pure, settles at once, and holds until it says: for any small world."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.model.entries import Override
from syncd.model.facts import CLOSING, TRIED, effective
from syncd.model.keys import Kind
from syncd.model.people import ContactList, Period, Retry
from syncd.model.records import Delta, Fate, Pause, Scope, applied
from syncd.model.roster import Roster
from syncd.reconcile.occurrences import expand, instant
from syncd.reconcile.plan import Plan
from syncd.reconcile.standing import begins
from tests.household import clients, person, weekly
from tests.length import often
from tests.reconcile.world import NOW, ZONE, Room, acts, roster, writes

LISTS = (
    clients(),
    ContactList(name="friends", cadence=Period(months=1), channels=("call",), a_day=1),
    ContactList(name="work", cadence=Period(days=10), retry=Retry(tries=2, in_block=True)),
)
BLOCKS = (
    weekly(),
    weekly(
        name="work",
        rule="FREQ=DAILY;INTERVAL=2",
        at=time(17, 30),
        lasts=timedelta(minutes=40),
        per_person=timedelta(minutes=20),
        lists=("work", "clients"),
    ),
)
ZONES = (None, None, None, "Europe/London", "Asia/Tokyo")
FORMS = ("x {}", "m {}", "n {}", "s {}", "i {}", "⏸ {}", "{} good talk x", "{} >3d", "{} >soon")


def cast(random: Random) -> Roster:
    people = [
        person(
            f"P {n}",
            list=random.choice(("clients", "clients", "friends", "work")),
            last_contact=random.choice((None, NOW.date() - timedelta(days=random.randrange(60)))),
            timezone=random.choice(ZONES),
            email=random.choice((None, "p@example.org")),
        )
        for n in range(random.randrange(1, 14))
    ]
    return roster(*people, lists=LISTS, blocks=BLOCKS[: random.randrange(3)])


def act(room: Room, random: Random) -> None:
    """The user, a verb or the YAML does something."""
    live = [r for r in room.state.records if r.fate is Fate.LIVE and r.seen is not None]
    contacts = [r for r in live if r.key.kind is Kind.CONTACT]
    series = [r for r in live if r.key.kind is Kind.BLOCK]
    if contacts and random.random() < 0.8:
        record = random.choice(contacts)
        seen = record.seen
        assert seen is not None
        match random.randrange(8):
            case 0 | 1 | 2 | 3:
                core = seen.title.split(" ", 1)[1] if seen.title[0] in "✅↩✉↻⏭⏸" else seen.title
                room.edit(record, title=random.choice((*FORMS, "{}")).format(core))
            case 4:
                days, hours = random.randrange(-2, 12), random.randrange(-3, 4)
                by = timedelta(days=days, hours=hours)
                room.edit(record, start=seen.start + by, end=seen.end + by)
            case 5:
                room.delete(record)
            case 6:
                room.edit(record, text=f"mine\n{seen.text}\nmine too")
            case 7:
                title = f"{random.choice(('x', 'm', 'n'))} {seen.title}"
                room.edit(record, title=title, start=seen.start, end=seen.end)
        return
    match random.randrange(4):
        case 0:
            until = random.choice((None, room.now.date() + timedelta(days=random.randrange(1, 9))))
            scope = random.choice((Scope.ALL, Scope.LIST))
            name = "" if scope is Scope.ALL else "clients"
            made = Pause(scope=scope, name=name, since=room.now.date(), until=until)
            room.state = applied(room.state, Delta(pauses=(made,)))
        case 1:
            room.state = applied(room.state, Delta(pauses=()))
        case 2 if series:
            record = random.choice(series)
            if record.seen is not None and record.seen.recurrence is not None:
                _override(room, random)
        case _:
            people = list(room.roster.people.values())
            random.shuffle(people)
            keep = people[: max(1, len(people) - random.randrange(2))]
            room.people(*sorted(keep, key=lambda each: each.id))


def _override(room: Room, random: Random) -> None:
    live = [r for r in room.state.records if r.fate is Fate.LIVE and r.key.kind is Kind.BLOCK]
    record = random.choice(live)
    seen = record.seen
    assert seen is not None and seen.recurrence is not None
    found = [
        o for o in expand("b", seen, room.now, room.now) if instant(o.start) > instant(room.now)
    ]
    if not found:
        return
    one = random.choice(found[:2])
    others = tuple(o for o in seen.recurrence.overrides if o.original != one.original)
    known = [o for o in seen.recurrence.overrides if o.original == one.original]
    recurrence = seen.recurrence
    if random.random() < 0.3:
        changed = replace(recurrence, exdates=recurrence.exdates | {one.original}, overrides=others)
    else:
        start = one.start + timedelta(hours=random.choice((0, 2, 26)))
        override = Override(
            original=one.original,
            start=start,
            end=start + random.choice((one.length, timedelta(minutes=30))),
            title=seen.title,
            text=known[0].text if known else "",
            alarm=seen.alarm,
        )
        both = sorted((*others, override), key=lambda each: each.original)
        changed = replace(recurrence, overrides=tuple(both))
    room.edit(record, recurrence=changed)


def story(seed: int, steps: int) -> Room:
    random = Random(seed)
    room = Room(roster=cast(random))
    room.settle()
    for _ in range(steps):
        room.later(hours=random.choice((0, 1, 5, 24, 30, 80)), minutes=random.randrange(60))
        for _ in range(random.randrange(4)):
            act(room, random)
        room.settle()
    return room


def nothing(plan: Plan) -> None:
    assert not writes(plan), [(a.act, a.reason, a.entry, a.record.seen) for a in writes(plan)]
    assert not plan.facts


worlds = st.tuples(st.integers(0, 10**9), st.integers(0, 7))


@settings(max_examples=often(15, 150))
@given(world=worlds)
def test_a_plan_is_pure_and_settles_at_once(world: tuple[int, int]) -> None:
    random = Random(world[0] + 1)
    room = story(*world)
    room.later(hours=random.randrange(60))
    act(room, random)
    before = room.state
    first, again = room.plan(), room.plan()
    assert first == again
    assert room.state == before
    room.carry_out(first)
    nothing(room.plan())


@settings(max_examples=often(15, 150))
@given(world=worlds, shares=st.lists(st.floats(0, 0.999), min_size=3, max_size=3))
def test_it_holds_until_it_says(world: tuple[int, int], shares: list[float]) -> None:
    room = story(*world)
    plan = room.tick()
    until = instant(plan.until)
    assert instant(room.now) < until <= instant(room.now) + timedelta(hours=25)
    plan = room.plan()
    for share in (0.0, *shares):
        when = instant(room.now) + share * (instant(plan.until) - instant(room.now))
        nothing(room.plan(when.astimezone(ZONE)))


@settings(max_examples=often(15, 150))
@given(world=worlds)
def test_nobody_has_two_open_and_nothing_is_over_capacity(world: tuple[int, int]) -> None:
    room = story(*world)
    facts = effective(list(room.state.facts))
    told = {fact.entry for fact in facts if fact.outcome.value != "snoozed"}
    plan = room.plan()
    open_: dict[str, list[datetime]] = defaultdict(list)
    for record in room.state.records:
        if record.key.kind is not Kind.CONTACT or record.fate is not Fate.LIVE or not record.seen:
            continue
        ahead = begins(record.seen.start, ZONE) > room.now
        if record.uid not in told and ahead:
            open_[record.key.subject].append(begins(record.seen.start, ZONE))
    assert all(len(theirs) == 1 for theirs in open_.values()), open_
    seats: dict[object, list[tuple[datetime, datetime]]] = defaultdict(list)
    for stand in plan.standings.values():
        slot = stand.trace.slot
        if slot is not None and stand.reopened is None and not stand.trace.pinned:
            seats[slot].append((begins(stand.trace.start, ZONE), begins(stand.trace.end, ZONE)))
    for slot, taken in seats.items():
        block = room.roster.blocks[slot.block]  # type: ignore[attr-defined]
        assert len([each for each in taken if each[0] > room.now]) <= block.capacity


@settings(max_examples=often(15, 150))
@given(world=worlds)
def test_what_the_journal_says_is_one_story_for_each_entry(world: tuple[int, int]) -> None:
    room = story(*world)
    assert len({fact.id for fact in room.state.facts}) == len(room.state.facts)
    held: dict[str, list[str]] = defaultdict(list)
    closed: dict[tuple[str, date], list[str]] = defaultdict(list)
    for fact in effective(list(room.state.facts)):
        if fact.entry and fact.outcome in CLOSING | TRIED:
            held[fact.entry].append(fact.id)
        if fact.touch and fact.outcome in CLOSING:
            closed[fact.person, fact.touch].append(fact.id)
    assert all(len(ids) == 1 for ids in held.values()), held


@pytest.mark.parametrize("seed", range(3))
def test_what_nobody_marks_is_let_go(seed: int) -> None:
    room = Room(roster=cast(Random(seed)))
    room.settle()
    for _ in range(60):
        room.later(hours=24)
        room.settle()
    assert all(fact.outcome.value == "missed" for fact in effective(list(room.state.facts)))


def test_what_was_released_stays_the_users_as_its_time_passes() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.edit(room.record(), text=f"mine\n{room.entry().text}")
    room.state = applied(
        room.state, Delta(pauses=(Pause(scope=Scope.ALL, name="", since=room.now.date()),))
    )
    room.settle()
    assert room.record().fate is Fate.RELEASED
    room.at("2026-12-03", "10:05")
    assert not acts(room.plan())
    room.settle()
    assert room.record().fate is Fate.RELEASED
