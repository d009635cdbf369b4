"""What the user wrote into hours goes along where the rule of their block changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest

from syncd.model.entries import Override
from syncd.model.keys import Kind
from tests.household import clients, weekly
from tests.reconcile.test_placing import overdue, ruled
from tests.reconcile.world import Room, roster

WORDS = "Ask the bank for the form"
CHANGES: list[dict[str, Any]] = [
    {"lasts": timedelta(minutes=90)},
    {"at": time(15)},
    {"timezone": "Europe/Paris"},
    {"rule": "FREQ=WEEKLY;BYDAY=MO,WE"},
    {"rule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"},
]


def written_into(room: Room, number: int = 0, **fields: Any) -> None:
    """The user writes into an hour ahead that names who is up."""
    series = room.series()
    assert series.seen is not None and series.seen.recurrence is not None
    ahead = [o for o in series.seen.recurrence.overrides if o.start > room.now]
    chosen = ahead[number]
    fields = {"text": f"{chosen.text}\n\n{WORDS}", **fields}
    overrides = tuple(
        replace(o, **fields) if o is chosen else o for o in series.seen.recurrence.overrides
    )
    room.edit(series, recurrence=replace(series.seen.recurrence, overrides=overrides))
    room.settle()


def hours(room: Room) -> list[Override]:
    """The hours ahead that differ from their series, sorted."""
    found = [
        override
        for record in room.state.records
        if record.key.kind is Kind.BLOCK and record.seen and record.seen.recurrence
        for override in record.seen.recurrence.overrides
        if override.start > room.now and record.uid not in room.gone
    ]
    return sorted(found, key=lambda each: each.start)


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_it_goes_along_with_the_hour(change: dict[str, Any], begun: bool) -> None:
    room = Room(roster=roster(overdue(0, "Ann"), overdue(-1, "Bob")))
    room.settle()
    if begun:
        room.at("2026-12-04", "11:30")
        room.settle()
    written_into(room, title="Outreach with Carl", alarm=timedelta(hours=1))
    room.roster = replace(room.roster, blocks={"weekly": weekly(**change)})
    room.settle()
    told = [each for each in hours(room) if WORDS in each.text]
    assert [(each.title, each.alarm, each.text.count(WORDS)) for each in told] == [
        ("Outreach with Carl", timedelta(hours=1), 1)
    ]
    assert told == hours(room)[:1], "the first is still the first"
    assert told[0].text.count("Who is up") == 1, "what is ours is written anew"


def test_what_stood_in_an_hour_that_is_no_more_goes_to_the_next() -> None:
    room = Room(roster=roster(*(overdue(-7, f"P{n}") for n in range(8))))
    ruled(room, "TH,FR")
    room.at("2026-12-04", "11:30")
    room.settle()
    written_into(room, 0)  # Thursday
    written_into(room, 1, text="Buy flowers")  # Friday
    ruled(room, "FR")
    friday = hours(room)[0]
    assert friday.start.date().isoformat() == "2026-12-11"
    assert WORDS in friday.text and "Buy flowers" in friday.text


def test_a_series_that_the_user_called_otherwise_is_called_so_again() -> None:
    room = Room(roster=roster(overdue(0, "Ann")))
    room.settle()
    room.at("2026-12-04", "11:30")
    room.settle()
    series = room.series().seen
    assert series is not None and series.recurrence is not None
    overrides = tuple(replace(o, title="My hour") for o in series.recurrence.overrides)
    recurrence = replace(series.recurrence, overrides=overrides)
    mine = {"title": "My hour", "alarm": timedelta(hours=2), "recurrence": recurrence}
    room.edit(room.series(), **mine)
    room.settle()
    ruled(room, "MO,WE")
    newest = max(
        (r for r in room.state.records if r.key.kind is Kind.BLOCK), key=lambda r: r.key
    ).seen
    assert newest is not None
    assert (newest.title, newest.alarm) == ("My hour", timedelta(hours=2))
    assert {each.title for each in hours(room)} == {"My hour"}


def test_where_the_new_series_could_not_be_made_at_once_nothing_is_lost_or_doubled() -> None:
    room = Room(roster=roster(overdue(0, "Ann"), overdue(-1, "Bob")))
    room.settle()
    room.at("2026-12-04", "11:30")
    room.settle()
    written_into(room)
    room.roster = replace(room.roster, blocks={"weekly": weekly(rule="FREQ=WEEKLY;BYDAY=MO,WE")})
    room.settle()
    again = room.plan()
    assert not again.actions
    assert sum(each.text.count(WORDS) for each in hours(room)) == 1


def test_the_users_lines_of_an_hour_with_a_checklist_go_along_and_its_items_do_not() -> None:
    of = roster(overdue(0, "Ann"), overdue(-1, "Bob"), lists=(clients(as_checklist=True),))
    room = Room(roster=of)
    room.settle()
    room.at("2026-12-04", "11:30")
    room.settle()
    written_into(room)
    room.roster = replace(room.roster, blocks={"weekly": weekly(rule="FREQ=WEEKLY;BYDAY=MO,WE")})
    room.settle()
    text = "\n".join(each.text for each in hours(room))
    assert text.count(WORDS) == 1
    assert text.count("[ ] 10:00 Bob") == text.count("[ ] 10:15 Ann") == 1
    assert text.count("[") == 2, "lines of the hour before are ours, and stay behind"
    assert not room.facts("ann") and not room.facts("bob")
