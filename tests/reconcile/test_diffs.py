"""The diff, row by row: what is desired, what is there, what we wrote, and what comes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from syncd.model.entries import Entry, Sighting
from syncd.model.keys import Kind
from syncd.model.records import Delta, Fate, Record, State, applied
from syncd.reconcile.absorb import absorb
from syncd.reconcile.actions import Act
from tests.household import person
from tests.reconcile.world import DEPLOYMENT, ZONE, Room, acts, key, roster, writes


def settled(*people: Any) -> Room:
    room = Room(roster=roster(*(people or (person(),))))
    room.settle()
    return room


def test_desired_and_not_there_is_created() -> None:
    plan = Room(roster=roster(person())).plan()
    assert [(a.act, a.record.key.kind) for a in plan.actions] == [
        (Act.CREATE, Kind.BLOCK),
        (Act.CREATE, Kind.CONTACT),
    ]
    contact = plan.actions[1].entry
    assert contact is not None
    assert (contact.title, contact.private, contact.busy, contact.alarm) == (
        "Ann Lee: call",
        True,
        False,
        None,
    )
    series = plan.actions[0].entry
    assert series is not None
    assert (series.private, series.busy, series.alarm) == (True, True, timedelta(minutes=10))


def test_ours_and_wanted_otherwise_is_updated() -> None:
    room = settled()
    room.people(person(phone="+49 30 1"))
    assert acts(room.settle()) == [Act.UPDATE]
    assert room.entry().text.startswith("+49 30 1\n")


@pytest.mark.parametrize(
    "theirs",
    [
        {"title": "Lunch, not Ann"},
        {"alarm": timedelta(minutes=3)},
        {"busy": True},
        {"private": False},
        {"guests": 2},
    ],
)
def test_a_field_of_the_users_stands_while_ours_move(theirs: dict[str, Any]) -> None:
    room = settled()
    room.edit(room.record(), **theirs)
    room.settle()
    room.people(person(phone="+49 30 1"))
    assert acts(room.settle())[0] in (Act.MERGE, Act.UPDATE)
    entry = room.entry()
    assert {name: getattr(entry, name) for name in theirs} == theirs
    assert entry.text.startswith("+49 30 1\n")


def test_the_users_text_stands_and_our_section_moves() -> None:
    room = settled()
    text = room.entry().text
    room.edit(room.record(), text=f"above\n{text}\nbelow".replace("\n", "\r\n"))
    assert not writes(room.plan())
    room.people(person(phone="+49 30 1"))
    room.settle()
    lines = room.entry().text.split("\n")
    assert (lines[0], lines[1], lines[-1]) == ("above", "+49 30 1", "below")


def test_an_accepted_drag_becomes_the_base() -> None:
    room = settled()
    start = datetime(2026, 12, 9, 16, 30, tzinfo=ZONE)
    room.drag(start)
    plan = room.settle()
    assert room.outcomes() == ["snoozed"]
    assert room.entry().start == start
    assert plan.standings["ann-lee"].trace.pinned
    room.people(person(phone="+49 30 1"))
    room.settle()
    assert room.entry().start == start
    assert room.outcomes() == ["snoozed"]


def test_what_we_were_about_to_write_is_ours() -> None:
    """A crash between the write and its record: the calendar shows the intent, or does not."""
    for arrived in (True, False):
        room = settled()
        before = room.entry()
        room.people(person("Ann Roe", id="ann-lee"))
        (action,) = [a for a in room.plan().actions if a.record.key.kind is Kind.CONTACT]
        record = replace(action.record, intent=action.entry)
        room.state = applied(room.state, Delta(records=(record,)))
        entry = action.entry if arrived else before
        room.show(record, Sighting(href=record.href, version="9", entry=entry))
        room.settle()
        assert room.entry().title == "Ann Roe: call"
        assert not writes(room.plan())


def test_a_mark_beside_words_of_the_users_is_read_where_the_person_is_called_otherwise_by_now() -> (
    None
):
    room = settled()
    room.mark("{} about the roof")
    room.settle()
    room.people(person("Ann Roe", id="ann-lee"))
    room.settle()
    assert room.entry().title == "Ann Lee: call about the roof"
    assert not writes(room.plan())
    room.mark("x {}")
    room.settle()
    assert room.outcomes() == ["reached"]
    assert room.entry(attempt=1).title == "✅ Ann Roe: call"
    (fact,) = room.facts()
    assert fact.note == "about the roof"


def adopted(room: Room, *entries: Entry) -> None:
    """The database was lost; the calendar shows `entries`."""
    sightings = [Sighting(href=f"/{e.uid}.ics", version="1", entry=e) for e in entries]
    found = absorb("home", DEPLOYMENT, (), sightings, frozenset())
    room.state = applied(State(), Delta(records=tuple(found.records.values()), facts=found.facts))
    room.meet()


def shown(room: Room) -> list[Entry]:
    return [r.seen for r in room.state.records if r.seen is not None and r.fate is Fate.LIVE]


def test_what_decodes_is_adopted_and_nothing_is_duplicated() -> None:
    room = settled(person(), person("Bob Roy"))
    room.at("2026-12-03", "10:20")
    room.mark("m {} try Monday")
    room.settle()
    before, facts = sorted(shown(room), key=lambda e: e.uid), room.facts()
    adopted(room, *before)
    assert not writes(room.plan())
    room.settle()
    assert sorted(shown(room), key=lambda e: e.uid) == before
    assert room.facts() == facts


def test_an_open_entry_found_is_the_open_attempt_whatever_its_slot_and_the_lower_key_stays() -> (
    None
):
    room = settled()
    entry = room.entry()
    series = room.series().seen
    assert series is not None
    own = replace(entry, start=entry.start + timedelta(days=3), end=entry.end + timedelta(days=3))
    second = replace(entry, uid=key(day=date(2026, 12, 4)).encode(DEPLOYMENT))
    adopted(room, series, own, second)
    plan = room.settle()
    gone = [a.record.uid for a in plan.actions if a.act is Act.DELETE]
    assert gone == [second.uid]
    assert room.record("ann-lee").key.day in (date(2026, 12, 3), date(2026, 12, 4))
    assert plan.standings["ann-lee"].record.uid == entry.uid


def test_gone_while_ahead_is_a_skip_and_never_comes_back_under_its_key() -> None:
    room = settled()
    record = room.record()
    room.delete(record)
    room.settle()
    (fact,) = room.facts()
    assert (fact.outcome.value, fact.source.value, fact.day) == (
        "skipped",
        "deletion",
        date(2026, 12, 3),
    )
    assert record.uid not in [e.uid for e in shown(room)]
    room.later(days=60)
    room.settle()
    assert record.uid not in [e.uid for e in shown(room)]


def test_gone_after_its_time_is_no_mark_and_goes_on_under_the_next_generation() -> None:
    room = settled()
    record = room.record()
    room.at("2026-12-03", "18:00")
    room.delete(record)
    room.settle()
    assert room.outcomes() == []
    again = room.record()
    assert again.key == record.key.next_generation()
    assert room.entry().start == datetime(2026, 12, 10, 10, 0, tzinfo=ZONE)


def test_an_acknowledged_one_that_is_gone_is_tidied_away() -> None:
    room = settled()
    room.at("2026-12-03", "10:20")
    room.mark("x {}")
    room.settle()
    room.delete(room.record())
    plan = room.settle()
    assert (plan.facts, acts(plan)) == ((), [])
    assert room.outcomes() == ["reached"]


def test_not_wanted_and_ahead_is_deleted_and_history_stays() -> None:
    room = settled(person(), person("Bob Roy"))
    room.at("2026-12-03", "10:20")
    room.mark("x {}")
    room.settle()
    room.drag(datetime(2026, 12, 8, 9, tzinfo=ZONE), "bob-roy")
    room.settle()
    room.people()
    plan = room.settle()
    deleted = [a for a in plan.actions if a.act is Act.DELETE]
    assert [a.record.key.subject for a in deleted] == ["bob-roy"]
    assert not deleted[0].asked
    assert room.entry("ann-lee").title == "✅ Ann Lee: call"


@pytest.mark.parametrize(
    ("theirs", "act"),
    [
        ({"text": "+"}, Act.RELEASE),
        ({"title": "Lunch with Ann"}, Act.RELEASE),
        ({"guests": 1}, Act.RELEASE),
        ({"alarm": timedelta(minutes=5)}, Act.DELETE),
        ({"busy": True}, Act.DELETE),
        ({}, Act.DELETE),
    ],
)
def test_not_wanted_is_released_only_where_the_user_added_words_or_guests(
    theirs: dict[str, Any], act: Act
) -> None:
    room = settled()
    if "text" in theirs:
        theirs = {"text": f"{room.entry().text}\nbring the book"}
    room.edit(room.record(), **theirs)
    room.settle()
    room.people()
    assert acts(room.settle()) == [act]
    assert room.record().fate is (Fate.RELEASED if act is Act.RELEASE else Fate.REMOVED)


def test_an_orphan_is_reported_and_left_alone() -> None:
    room = settled()
    stranger = replace(room.entry(), uid=replace(key(), subject="zoe").encode(DEPLOYMENT))
    found = absorb(
        "home",
        DEPLOYMENT,
        room.state.records,
        [Sighting(href="/z.ics", version="1", entry=stranger)],
        frozenset(),
    )
    room.state = applied(room.state, Delta(records=tuple(found.records.values())))
    assert acts(room.plan()) == [Act.REPORT]


def test_what_is_not_ours_is_not_read() -> None:
    room = settled()
    copy = replace(room.entry(), uid="0A1B-copy")
    other = replace(room.entry(), uid=key().encode("another"))
    found = absorb(
        "home",
        DEPLOYMENT,
        (),
        [Sighting(href=f"/{n}", version="1", entry=e) for n, e in enumerate((copy, other))],
        frozenset(),
    )
    assert not found.records
    assert found.foreign == {"/0": "1", "/1": "1"}


def test_an_entry_that_only_moved_house_is_not_gone() -> None:
    record = settled().record()
    sighting = Sighting(href="/elsewhere.ics", version="2", entry=record.seen)
    found = absorb("home", DEPLOYMENT, [record], [sighting], frozenset({record.href}))
    assert not found.absent
    assert found.records[record.uid].href == "/elsewhere.ics"


def test_a_write_that_did_not_arrive_is_made_again_under_the_same_key() -> None:
    room = Room(roster=roster(person()))
    plan = room.plan()
    (action,) = [a for a in plan.actions if a.record.key.kind is Kind.CONTACT]
    record: Record = replace(action.record, intent=action.entry)
    room.state = applied(room.state, Delta(records=(record,)))
    room.settle()
    assert [r.uid for r in room.state.records if r.key.kind is Kind.CONTACT] == [record.uid]


@pytest.mark.parametrize("place", range(5))
def test_words_between_our_lines_stay_however_often_it_is_written(place: int) -> None:
    room = Room(roster=roster(person(interests=("sailing",))))
    room.settle()
    lines = room.entry().text.split("\n")
    room.edit(room.record(), text="\n".join((*lines[:place], "Ask her", *lines[place:])))
    room.settle()
    room.drag(datetime(2026, 12, 3, 10, 15, tzinfo=ZONE))
    room.settle()
    room.people(person(interests=("tea",)))
    room.settle()
    for _ in range(2):
        room.later(days=7)
        room.settle()
    room.mark("x {}", attempt=1)
    room.settle()
    text = room.entry(attempt=1).text
    assert text.count("Ask her") == 1
    assert text.count("(syncd)") <= 1 and "sailing" not in text and "tea" not in text
