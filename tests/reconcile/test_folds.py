"""Where people stand, folded from every kind of journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.facts import CLOSING, ELSEWHERE, Fact, Outcome, Source, effective
from syncd.model.occasions import Occasion
from syncd.model.people import Period, Retry, Strategy
from syncd.model.records import Acquaintance, Pause, Scope
from syncd.reconcile.fold import (
    Fold,
    first_due,
    fold,
    next_channel,
    paused_by_mark,
    read_back,
    wait_after,
)
from syncd.reconcile.journal import Journal
from syncd.reconcile.pauses import Pauses
from tests.household import person
from tests.reconcile.world import ZONE, roster

TOUCH = date(2026, 12, 3)
BEGIN = datetime(2026, 12, 3, 10, tzinfo=ZONE)
CADENCE = Period(days=42)
ANN = person(last_contact=None)


def fact(outcome: Outcome, attempt: int = 1, **more: Any) -> Fact:
    values: dict[str, Any] = {
        "id": f"e{attempt}#1",
        "person": "ann-lee",
        "at": BEGIN + timedelta(days=7 * (attempt - 1)),
        "outcome": outcome,
        "source": Source.MARK,
        "recorded": BEGIN + timedelta(days=7 * (attempt - 1), hours=1),
        "channel": "call",
        "touch": TOUCH,
        "attempt": attempt,
        "entry": f"e{attempt}",
        "opened": BEGIN - timedelta(days=2),
        **more,
    }
    return Fact(**values)


def folded(*facts: Fact, last: date | None = None) -> Fold:
    return fold(person(last_contact=last), tuple(effective(list(facts))), CADENCE, ZONE)


def test_nothing_said() -> None:
    assert folded() == Fold(anchor=None, last=None)
    assert folded(last=date(2026, 9, 1)).anchor == date(2026, 9, 1)


@pytest.mark.parametrize("outcome", sorted(CLOSING))
def test_what_closes_a_touch_moves_the_anchor(outcome: Outcome) -> None:
    told = folded(fact(Outcome.LEFT_MESSAGE), fact(outcome, 2), last=date(2026, 9, 1))
    assert (told.touch, told.tried) == (None, ())
    assert told.anchor == date(2026, 12, 10)


@pytest.mark.parametrize("outcome", [Outcome.LEFT_MESSAGE, Outcome.NO_ANSWER])
def test_what_is_tried_keeps_it_open_and_does_not_move_the_anchor(outcome: Outcome) -> None:
    one, two = fact(outcome), fact(outcome, 2)
    told = folded(two, one, last=date(2026, 9, 1))
    assert (told.touch, told.tried, told.last) == (TOUCH, (one, two), two)
    assert told.anchor == date(2026, 9, 1)


@pytest.mark.parametrize("outcome", [Outcome.SNOOZED, Outcome.PAUSED])
def test_what_is_neither_changes_nothing(outcome: Outcome) -> None:
    assert folded(fact(outcome)) == Fold(anchor=None, last=None)


def test_the_day_of_a_fact_is_the_users_and_a_skips_is_its_entrys() -> None:
    late = datetime(2026, 12, 3, 23, 30, tzinfo=UTC)
    assert folded(fact(Outcome.REACHED, at=late)).anchor == date(2026, 12, 4)
    ahead = fact(Outcome.SKIPPED, day=date(2026, 12, 10))
    assert folded(ahead).anchor == date(2026, 12, 10)


def test_last_contact_counts_where_it_is_later() -> None:
    assert folded(fact(Outcome.REACHED), last=date(2027, 1, 1)).anchor == date(2027, 1, 1)


def test_a_later_touch_is_the_open_one() -> None:
    newer = fact(Outcome.NO_ANSWER, 1, id="f#1", touch=date(2027, 2, 4))
    told = folded(fact(Outcome.LEFT_MESSAGE), newer)
    assert (told.touch, told.tried) == (date(2027, 2, 4), (newer,))


def test_a_closing_taken_back_opens_the_touch_again() -> None:
    tried, reached = fact(Outcome.LEFT_MESSAGE), fact(Outcome.REACHED, 2)
    void = replace(reached, id="e2#2", supersedes=reached.id, void=True)
    assert folded(tried, reached, void).tried == (tried,)
    corrected = replace(reached, id="e2#2", outcome=Outcome.NO_ANSWER, supersedes=reached.id)
    assert folded(tried, reached, corrected).tried == (tried, corrected)


@pytest.mark.parametrize("source", sorted(ELSEWHERE))
def test_what_was_said_elsewhere_stays_where_a_touch_had_been_let_go_already(
    source: Source,
) -> None:
    said = fact(Outcome.LEFT_MESSAGE, id="log:1", at=BEGIN + timedelta(days=9), source=source)
    missed = fact(Outcome.MISSED, source=Source.SYNCD)
    told = read_back([missed], frozenset(), [said], BEGIN + timedelta(days=10))
    held = effective([said, *told])
    assert [(each.outcome, each.touch, each.entry) for each in held] == [
        (Outcome.MISSED, TOUCH, "e1"),
        (Outcome.LEFT_MESSAGE, None, None),
    ]
    assert read_back([missed], frozenset(), [said, *told], BEGIN + timedelta(days=11)) == []


def test_what_was_said_elsewhere_is_corrected_by_a_mark() -> None:
    said = fact(Outcome.LEFT_MESSAGE, id="log:1", source=Source.LOG)
    marked = fact(Outcome.REACHED, recorded=said.recorded + timedelta(minutes=1))
    told = read_back([marked], frozenset(), [said], BEGIN)
    assert [each.outcome for each in effective([said, *told])] == [Outcome.REACHED]


def test_what_was_said_elsewhere_since_stands() -> None:
    marked = fact(Outcome.LEFT_MESSAGE)
    said = fact(Outcome.REACHED, id="log:1", source=Source.LOG)
    told = read_back([marked], frozenset(), [said], BEGIN)
    assert [each.outcome for each in effective([said, *told])] == [Outcome.REACHED]
    again = read_back([marked], frozenset(), [said, *told], BEGIN)
    assert not again


def logged(at: datetime, recorded: datetime) -> Fact:
    return replace(
        fact(Outcome.REACHED, id="log:1", at=at, recorded=recorded, source=Source.LOG),
        touch=None,
        attempt=None,
        entry=None,
    )


def test_a_contact_before_the_touch_closes_it_where_the_new_due_date_lies_ahead() -> None:
    tried = fact(Outcome.LEFT_MESSAGE)
    near = logged(BEGIN - timedelta(days=10), BEGIN + timedelta(days=1))
    assert folded(tried, near).touch is None
    far = logged(BEGIN - timedelta(days=60), BEGIN + timedelta(days=1))
    assert folded(tried, far).touch == TOUCH


def test_a_touch_opened_after_it_was_logged_is_not_closed_by_it() -> None:
    near = logged(BEGIN - timedelta(days=10), BEGIN - timedelta(days=5))
    assert folded(fact(Outcome.LEFT_MESSAGE), near).touch == TOUCH


USABLE = ("call", "email", "message")


@pytest.mark.parametrize("tries", [1, 2, 3, 5])
@pytest.mark.parametrize("usable", [USABLE[:1], USABLE[:2], USABLE])
def test_so_many_tries_on_the_first_channel_and_one_on_each_further(
    tries: int, usable: tuple[str, ...]
) -> None:
    tried: list[Fact] = []
    went: list[str] = []
    while (channel := next_channel(tuple(tried), usable, tries)) is not None:
        went.append(channel)
        tried.append(fact(Outcome.NO_ANSWER, len(tried) + 1, channel=channel))
    assert went == [usable[0]] * tries + list(usable[1:])


def test_a_channel_gone_from_config_keeps_its_place() -> None:
    tried = (fact(Outcome.NO_ANSWER, channel="call"),)
    assert next_channel(tried, ("email",), 2) == "call"
    assert next_channel(tried, ("email",), 1) == "email"
    again = (*tried, fact(Outcome.NO_ANSWER, 2, channel="email"))
    assert next_channel(again, ("email",), 1) is None


def test_waits() -> None:
    retry = Retry(left_message=Period(days=9), no_answer=Period(days=2))
    assert wait_after(fact(Outcome.LEFT_MESSAGE), retry) == Period(days=9)
    assert wait_after(fact(Outcome.NO_ANSWER), retry) == Period(days=2)


@given(people=st.integers(1, 200), days=st.sampled_from([7, 30, 42, 183, 365]))
def test_newcomers_are_spread_evenly_over_one_cadence(people: int, days: int) -> None:
    seen = date(2026, 12, 1)
    due = [(first_due(seen, seat, Period(days=days)) - seen).days for seat in range(people)]
    assert all(0 <= day < days for day in due)
    for upto in range(0, days + 1, max(1, days // 7)):
        wanted = people * upto / days
        assert abs(sum(day < upto for day in due) - wanted) <= 2 + people.bit_length()


def test_a_place_stays_whoever_else_comes() -> None:
    seen = date(2026, 12, 1)
    first = [(first_due(seen, seat, Period(days=42)) - seen).days for seat in range(8)]
    assert first == [0, 21, 10, 31, 5, 26, 15, 36]
    assert first_due(date(2027, 1, 1), 1, Period(months=1)) == date(2027, 1, 16)


def test_a_mark_pauses_until_its_day() -> None:
    paused = fact(Outcome.PAUSED, until=date(2027, 3, 3))
    assert paused_by_mark((paused,), date(2027, 3, 2)) == paused
    assert paused_by_mark((paused,), date(2027, 3, 3)) is None
    ever = fact(Outcome.PAUSED, until=None)
    assert paused_by_mark((ever,), date(2099, 1, 1)) == ever


def test_the_journal_sorts_by_person_entry_and_revision() -> None:
    one = fact(Outcome.LEFT_MESSAGE)
    two = replace(one, id="e1#4", outcome=Outcome.REACHED, supersedes="e1#1")
    snooze = fact(Outcome.SNOOZED, 2, id="e2#1", note=">3d")
    later = fact(Outcome.SNOOZED, 2, id="e2#2", note=">1w")
    void = fact(Outcome.REACHED, 3, id="e3#2", supersedes="e3#1", void=True)
    old = fact(Outcome.REACHED, 5, person="ann")
    journal = Journal.of([one, two, snooze, later, void, old], roster(person(formerly=("ann",))))
    assert set(journal.by_person) == {"ann-lee"}
    assert journal.by_entry == {"e1": two, "e5": old}
    assert journal.told == {"e1": 4, "e2": 2, "e3": 2, "e5": 1}
    assert journal.snoozes == {"e2": later}
    assert journal.voided == {"e3": void}
    assert "e1#1" in journal.ids


@pytest.mark.parametrize("source", sorted(Source))
def test_what_counts_for_another_line(source: Source) -> None:
    """A rhythm of the same channel takes a call from elsewhere, an occasion takes none; what was
    marked on an entry is about that entry."""
    born = Occasion(name="birthday", month=12, day=14)
    often = Strategy(name="often", channel="call", every=Period(months=3))
    once = Strategy(name="once", channel="call", occasion="birthday")
    ann = person(dates=(born,), strategies=(often, once))
    call = fact(Outcome.REACHED, source=source)
    journal = Journal.of([call], roster(ann).in_full)
    outside = replace(call, touch=None, attempt=None, opened=None, entry=None)
    assert journal.about("ann-lee") == (call,)
    assert journal.about("ann-lee/often") == ((outside,) if source in ELSEWHERE else ())
    assert journal.about("ann-lee/once") == ()


def test_what_was_reached_on_a_line_counts_for_its_person_where_it_is_a_talk() -> None:
    coffee = Strategy(name="coffee", channel="coffee", every=Period(months=6))
    card = Strategy(name="card", channel="card", every=Period(months=6), counts=False)
    ann = person(strategies=(coffee, card))
    met = fact(Outcome.REACHED, person="ann-lee/coffee", channel="coffee")
    sent = fact(Outcome.REACHED, 2, person="ann-lee/card", channel="card")
    missed = fact(Outcome.NO_ANSWER, 3, person="ann-lee/coffee", channel="coffee")
    journal = Journal.of([met, sent, missed], roster(ann).in_full)
    assert [each.id for each in journal.about("ann-lee")] == [met.id]
    assert journal.about("ann-lee")[0].touch is None


def test_pauses_of_a_person_their_list_and_everybody() -> None:
    today = date(2026, 12, 1)

    def of(*pauses: Pause, who: Any = ANN) -> Any:
        return Pauses(pauses).of(who, today)

    since = date(2026, 11, 1)
    assert of() is None
    for scope, name in ((Scope.PERSON, "ann-lee"), (Scope.LIST, "clients"), (Scope.ALL, "")):
        assert of(Pause(scope=scope, name=name, since=since)).until is None
        until = Pause(scope=scope, name=name, since=since, until=date(2026, 12, 2))
        assert of(until).until == date(2026, 12, 2)
        assert of(replace(until, until=today)) is None
    assert of(Pause(scope=Scope.PERSON, name="bob", since=since)) is None
    assert of(Pause(scope=Scope.LIST, name="friends", since=since)) is None
    assert of(Pause(scope=Scope.BLOCK, name="weekly", since=since)) is None
    assert of(who=person(paused=True)).until is None
    assert of(who=person(paused=True, paused_until=date(2026, 12, 2))) is not None
    assert of(who=person(paused=True, paused_until=today)) is None
    assert of(Pause(scope=Scope.PERSON, name="ann", since=since), who=person(formerly=("ann",)))


def test_pauses_of_a_block_and_the_days_they_end() -> None:
    today = date(2026, 12, 1)
    block = Pause(scope=Scope.BLOCK, name="weekly", since=today, until=date(2026, 12, 9))
    mine = Pause(scope=Scope.PERSON, name="ann-lee", since=today, until=date(2026, 12, 5))
    pauses = Pauses((block, mine))
    assert pauses.of_block("weekly", today) == block
    assert pauses.of_block("weekly", date(2026, 12, 9)) is None
    assert pauses.of_block("other", today) is None
    met = Acquaintance(first_seen=today, seat=0, active_since=date(2026, 11, 20))
    who = person(paused=True, paused_until=date(2026, 11, 11))
    assert sorted(pauses.ends(who, met)) == [
        date(2026, 11, 11),
        date(2026, 11, 20),
        date(2026, 12, 5),
    ]
