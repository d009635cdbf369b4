"""Looking back: counts that add up, and nobody who is blamed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from syncd.model.blocks import OccurrenceId
from syncd.model.facts import Fact, Outcome, Source
from syncd.model.people import Period
from syncd.reconcile.occurrences import Occurrence
from syncd.reconcile.review import Review, Tally, review
from tests.household import clients, person
from tests.reconcile.world import ZONE, roster

NOW = datetime(2026, 12, 13, 20, 0, tzinfo=ZONE)
"""A Sunday."""
SINCE, UNTIL = date(2026, 12, 7), date(2026, 12, 14)


def fact(day: int, hour: int = 10, outcome: Outcome = Outcome.REACHED, **more: Any) -> Fact:
    at = datetime(2026, 12, 1, hour, 5, tzinfo=ZONE) + timedelta(days=day - 1)
    values: dict[str, Any] = {
        "id": f"{day}/{hour}/{outcome}",
        "person": "ann-lee",
        "at": at,
        "outcome": outcome,
        "source": Source.MARK,
        "recorded": at,
        "channel": "call",
        **more,
    }
    return Fact(**values)


def hour(day: int, **more: Any) -> Occurrence:
    start = datetime(2026, 12, day, 10, tzinfo=ZONE)
    values: dict[str, Any] = {
        "id": OccurrenceId("weekly", start.date()),
        "original": start,
        "start": start,
        "end": start + timedelta(hours=1),
        **more,
    }
    return Occurrence(**values)


def looked(*facts: Fact, hours: tuple[Occurrence, ...] = (), **due: date | None) -> Review:
    people = roster(person("Ann Lee"), person("Bob Roy", id="bob"))
    return review(facts, hours, due, people, SINCE, UNTIL, NOW, ZONE)


def test_nothing_is_nothing() -> None:
    found = looked()
    assert found.all == Tally() and found.all.rate is None
    assert (found.people, found.kept, found.held, found.weeks) == (0, 0, 0, 0)
    assert not found.by_list and not found.drifting


def test_attempts_and_whom_they_reached() -> None:
    found = looked(
        fact(8),
        fact(9, 15, Outcome.LEFT_MESSAGE, person="bob"),
        fact(10, 15, Outcome.REACHED, person="bob", channel="email"),
        fact(10, 16, Outcome.SKIPPED),
        fact(10, 17, Outcome.SNOOZED),
        fact(2),
    )
    assert found.all == Tally(tried=3, reached=2) and found.people == 2
    assert found.by_channel == {
        "call": Tally(tried=2, reached=1),
        "email": Tally(tried=1, reached=1),
    }
    assert found.by_weekday == {
        1: Tally(tried=1, reached=1),
        2: Tally(tried=1, reached=0),
        3: Tally(tried=1, reached=1),
    }
    assert found.by_hour == {10: Tally(tried=1, reached=1), 15: Tally(tried=2, reached=1)}
    assert found.by_list == {"clients": Tally(tried=3, reached=2)}
    assert Outcome.SNOOZED not in found.outcomes and found.outcomes[Outcome.SKIPPED] == 1


def test_a_meeting_is_a_channel_of_its_own() -> None:
    found = looked(fact(8, channel=None, source=Source.MEETING), fact(9, channel=None), fact(10))
    one = Tally(tried=1, reached=1)
    assert found.by_channel == {"": one, "call": one, "meeting": one}


def test_the_days_are_the_users_own() -> None:
    late = fact(6, 23)
    assert looked(replace(late, at=late.at + timedelta(minutes=54))).all.tried == 0
    assert looked(replace(late, at=late.at + timedelta(minutes=56))).all.tried == 1


def test_an_hour_was_used_if_anything_was_tried_in_it() -> None:
    moved = hour(8, start=datetime(2026, 12, 9, 15, tzinfo=ZONE), end=NOW)
    found = looked(fact(10), hours=(hour(10), hour(11), hour(12, cancelled=True)))
    assert (found.kept, found.held) == (1, 2)
    assert looked(fact(9, 16), hours=(moved,)).kept == 1
    ahead = hour(13, start=NOW, end=NOW + timedelta(hours=1))
    assert looked(hours=(ahead, hour(3))).held == 0


def test_weeks_in_a_row_end_with_the_last_and_the_running_one_breaks_nothing() -> None:
    assert looked(fact(8), fact(1), fact(-14)).weeks == 2
    assert looked(fact(8), fact(1), fact(-3)).weeks == 3
    assert looked(fact(1), fact(-3)).weeks == 2
    assert looked(fact(-3)).weeks == 0
    assert looked(fact(8, 10, Outcome.MISSED)).weeks == 0


def test_who_is_late_by_more_than_half_a_cadence_drifts_the_worst_first() -> None:
    people = roster(
        person("Ann Lee"),
        person("Bob Roy"),
        person("Cid Oz", cadence=Period(days=7)),
        lists=[clients()],
    )
    due = {
        "ann-lee": NOW.date() - timedelta(days=30),
        "bob-roy": NOW.date() - timedelta(days=20),
        "cid-oz": NOW.date() - timedelta(days=6),
        "gone": NOW.date() - timedelta(days=900),
        "later": None,
    }
    found = review((), (), due, people, SINCE, UNTIL, NOW, ZONE)
    assert [(each.person, each.days) for each in found.drifting] == [("cid-oz", 6), ("ann-lee", 30)]


def test_who_was_called_otherwise_is_still_of_their_list() -> None:
    people = roster(person("Ann Lee", formerly=("annie",)))
    found = review((fact(8, person="annie"),), (), {}, people, SINCE, UNTIL, NOW, ZONE)
    assert found.by_list == {"clients": Tally(tried=1, reached=1)}
    found = review((fact(8, person="nobody"),), (), {}, people, SINCE, UNTIL, NOW, ZONE)
    assert found.by_list == {"": Tally(tried=1, reached=1)}


@given(
    st.lists(
        st.builds(
            fact,
            st.integers(-40, 20),
            st.integers(0, 23),
            st.sampled_from(list(Outcome)),
            person=st.sampled_from(["ann-lee", "bob", "gone"]),
            channel=st.sampled_from(["call", "email", None]),
        ),
        max_size=40,
    )
)
def test_every_table_adds_up_to_the_whole(facts: list[Fact]) -> None:
    found = looked(*facts)
    for table in (found.by_list, found.by_channel, found.by_weekday, found.by_hour):
        assert sum(each.tried for each in table.values()) == found.all.tried
        assert sum(each.reached for each in table.values()) == found.all.reached
    assert found.all.reached <= found.all.tried <= sum(found.outcomes.values())
