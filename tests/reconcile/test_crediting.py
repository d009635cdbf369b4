"""Which meetings are contacts: once each, whatever is done to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.facts import Fact, Outcome, Source, effective
from syncd.model.keys import Key, Kind
from syncd.model.meetings import Meeting
from syncd.reconcile.credit import LONGEST, credited
from tests.household import person
from tests.reconcile.world import ZONE, roster

ANN = person("Ann Lee", email="ann@example.org")
BOB = person("Bob Roy", email="Bob@Example.org", formerly=("bobby",))
NOBODY = person("Cid Oz", email=None)
ROSTER = roster(ANN, BOB, NOBODY)
NOW = datetime(2026, 12, 3, 18, 0, tzinfo=ZONE)
SINCE = NOW - timedelta(days=2)


def meeting(**more: Any) -> Meeting:
    values: dict[str, Any] = {
        "uid": "one@example.org",
        "original": None,
        "start": datetime(2026, 12, 3, 9, tzinfo=ZONE),
        "end": datetime(2026, 12, 3, 10, tzinfo=ZONE),
        "title": "Project sync",
        "emails": frozenset({"ann@example.org"}),
        **more,
    }
    return Meeting(**values)


def told(*meetings: Meeting, journal: tuple[Fact, ...] = ()) -> list[Fact]:
    return credited(meetings, ROSTER, journal, SINCE, NOW, NOW)


def test_what_a_fact_of_a_meeting_says() -> None:
    (fact,) = told(meeting())
    assert fact.id.startswith("meeting:") and fact.id.endswith("::ann-lee")
    assert fact == Fact(
        id=fact.id,
        person="ann-lee",
        at=datetime(2026, 12, 3, 9, tzinfo=ZONE),
        outcome=Outcome.REACHED,
        source=Source.MEETING,
        recorded=NOW,
        note="Project sync",
    )


def test_everybody_who_came_was_reached() -> None:
    emails = frozenset({"ann@example.org", "bob@example.org", "somebody@else.org"})
    assert [fact.person for fact in told(meeting(emails=emails))] == ["ann-lee", "bob-roy"]


@pytest.mark.parametrize(
    ("emails", "count"),
    [
        ({"lee@work.example"}, 1),
        ({"ann@example.org"}, 1),
        ({"ann@example.org", "lee@work.example"}, 1),
        ({"l.ee@work.example"}, 0),
        ({"lee+x@work.example"}, 0),
    ],
)
def test_any_address_of_theirs_counts_and_all_of_them_once(emails: set[str], count: int) -> None:
    ann = replace(ANN, more_emails=("Lee@Work.example",))
    met = [meeting(emails=frozenset(emails))]
    assert len(credited(met, roster(ann, BOB), (), SINCE, NOW, NOW)) == count


@pytest.mark.parametrize(
    "more",
    [
        {"cancelled": True},
        {"declined": True},
        {"emails": frozenset()},
        {"emails": frozenset({"cid@example.org", ""})},
        {"uid": Key(kind=Kind.CONTACT, subject="ann-lee", day=date(2026, 12, 3)).encode("any")},
        {"end": NOW + timedelta(seconds=1)},
        {"end": SINCE},
    ],
)
def test_what_counts_not(more: dict[str, Any]) -> None:
    assert told(meeting(**more)) == []
    assert len(told(meeting(end=NOW))) == len(told(meeting(end=SINCE + timedelta(seconds=1)))) == 1


def test_an_all_day_event_was_at_noon_and_is_over_at_its_end() -> None:
    day = meeting(start=date(2026, 12, 2), end=date(2026, 12, 3))
    (fact,) = told(day)
    assert fact.at == datetime(2026, 12, 2, 12, tzinfo=ZONE)
    assert told(replace(day, end=date(2026, 12, 4))) == []


def test_a_title_is_one_short_line() -> None:
    (fact,) = told(meeting(title="a\n\tb\x00 " + "x" * 5000))
    assert fact.note.startswith("a b xxx") and len(fact.note) == LONGEST


def test_what_is_taken_back_does_not_come_back() -> None:
    (fact,) = told(meeting())
    undone = replace(fact, id=f"{fact.id}~undo", supersedes=fact.id, void=True)
    moved = meeting(start=NOW - timedelta(hours=2), end=NOW)
    assert effective([fact, undone]) == []
    assert told(meeting(), journal=(fact, undone)) == []
    assert told(moved, journal=(fact, undone)) == []


def test_somebody_who_got_another_id_is_known() -> None:
    (fact,) = told(meeting(emails=frozenset({"bob@example.org"})))
    former = replace(fact, id=fact.id.replace("bob-roy", "bobby"), person="bobby")
    assert told(meeting(emails=frozenset({"bob@example.org"})), journal=(former,)) == []


def instances(*hours: int, by: timedelta = timedelta()) -> list[Meeting]:
    found = []
    for hour in hours:
        start = datetime(2026, 12, 3, hour, tzinfo=ZONE) + by
        found.append(meeting(original=start, start=start, end=start + timedelta(minutes=30)))
    return found


def test_instances_count_apart_also_on_one_day() -> None:
    first = told(*instances(9))
    both = told(*instances(9, 11), journal=tuple(first))
    assert [fact.at.hour for fact in first + both] == [9, 11]
    assert told(*instances(9, 11), journal=(*first, *both)) == []


def test_a_series_that_is_moved_as_a_whole_is_the_same_that_day() -> None:
    (fact,) = told(*instances(9))
    assert told(*instances(9, by=timedelta(hours=2)), journal=(fact,)) == []
    assert told(*instances(9, by=timedelta(days=-1)), journal=(fact,)) != []


def test_an_event_that_is_made_to_repeat_is_the_same_that_day() -> None:
    (fact,) = told(meeting())
    assert told(*instances(9), journal=(fact,)) == []


def test_the_same_event_in_two_calendars_counts_once() -> None:
    assert len(told(meeting(), meeting())) == 1


moments = st.datetimes(
    datetime(2026, 11, 1), datetime(2027, 1, 30), timezones=st.sampled_from([ZONE, UTC])
)
meetings = st.builds(
    lambda start, length, **more: Meeting(start=start, end=start + length, **more),
    start=moments,
    length=st.timedeltas(timedelta(), timedelta(days=3)),
    uid=st.text(max_size=3) | st.sampled_from(["a", "b", "\ud800", "x" * 9999]),
    original=st.none() | moments | st.dates(date(2026, 11, 1), date(2027, 1, 30)),
    title=st.text(max_size=20),
    emails=st.frozensets(st.sampled_from(["ann@example.org", "bob@example.org", "x@y"])),
    cancelled=st.booleans(),
    declined=st.booleans(),
)


@given(st.lists(meetings, max_size=8), st.randoms(use_true_random=False))
def test_once_logged_nothing_is_logged_again(found: list[Meeting], random: Any) -> None:
    facts = told(*found)
    assert len({fact.id for fact in facts}) == len(facts)
    assert all(len(fact.id) < 100 and fact.id.isprintable() for fact in facts)
    assert all(fact.at <= NOW and fact.touch is None for fact in facts)
    again = list(found)
    random.shuffle(again)
    assert told(*again) == facts
    assert told(*again, journal=tuple(facts)) == []


@given(meetings, st.lists(moments, max_size=4))
def test_however_often_it_is_moved(one: Meeting, starts: list[datetime]) -> None:
    journal: list[Fact] = []
    for start in [one.start, *starts]:
        moved = replace(one, start=start, end=start + timedelta(hours=1))
        journal += told(moved, journal=tuple(journal))
    assert len(journal) <= len(one.emails & {"ann@example.org", "bob@example.org"})
