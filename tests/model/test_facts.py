"""Which facts hold, whatever corrected or took back which."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model import facts as journal
from syncd.model.facts import Fact, Facts, Outcome, Source, effective

BEGIN = datetime(2026, 11, 26, 10, tzinfo=UTC)


def fact(number: int, supersedes: int | None = None, *, void: bool = False, hours: int = 0) -> Fact:
    return Fact(
        id=str(number),
        person="ann-lee",
        at=BEGIN + timedelta(hours=hours),
        outcome=Outcome.REACHED,
        source=Source.MARK,
        recorded=BEGIN + timedelta(minutes=number),
        supersedes=None if supersedes is None else str(supersedes),
        void=void,
    )


def held(*facts: Fact) -> list[str]:
    return [each.id for each in effective(list(facts))]


def test_what_nobody_took_back_holds() -> None:
    assert held(fact(1), fact(2)) == ["1", "2"]


def test_a_correction_of_a_correction() -> None:
    assert held(fact(1), fact(2, 1), fact(3, 2)) == ["3"]


def test_what_was_taken_back_is_gone_and_so_is_the_taking_back() -> None:
    assert held(fact(1), fact(2, 1, void=True)) == []


def test_a_correction_taken_back_does_not_bring_back_what_it_corrected() -> None:
    assert held(fact(1), fact(2, 1), fact(3, 2, void=True)) == []


def test_an_undo_stays_undone() -> None:
    assert held(fact(1), fact(2, 1, void=True), fact(3, 2, void=True)) == []


def test_marked_anew_after_it_was_taken_back() -> None:
    assert held(fact(1), fact(2, 1, void=True), fact(3)) == ["3"]


def test_two_corrections_of_one_fact_are_both_told() -> None:
    assert held(fact(1), fact(2, 1), fact(3, 1)) == ["2", "3"]


def test_of_two_with_one_id_the_first_counts() -> None:
    assert [each.at for each in effective([fact(1), fact(1, hours=3)])] == [BEGIN]


def test_the_oldest_contact_comes_first_whenever_it_was_learned_of() -> None:
    assert held(fact(1, hours=5), fact(2, hours=1), fact(3, hours=5)) == ["2", "1", "3"]


FACTS = st.lists(
    st.builds(
        fact,
        st.integers(0, 12),
        st.none() | st.integers(0, 12),
        void=st.booleans(),
        hours=st.integers(0, 3),
    ),
    max_size=14,
    unique_by=lambda each: each.id,
)


@given(facts=FACTS, seed=st.randoms(use_true_random=False))
def test_the_order_in_which_they_are_given_does_not_matter(facts: list[Fact], seed: object) -> None:
    mixed = list(facts)
    seed.shuffle(mixed)  # type: ignore[attr-defined]
    assert effective(mixed) == effective(facts)


@given(facts=FACTS)
def test_what_holds_is_what_nothing_names_and_is_no_taking_back(facts: list[Fact]) -> None:
    named = {each.supersedes for each in facts}
    expected = {each.id for each in facts if not each.void and each.id not in named}
    assert {each.id for each in effective(facts)} == expected
    assert len(effective(facts + facts)) == len(expected)


@given(facts=FACTS, cut=st.integers(0, 14))
def test_a_journal_that_grew_holds_all_in_the_order_in_which_they_came(
    facts: list[Fact], cut: int
) -> None:
    grown = Facts.of(facts[:cut]).plus(facts)
    assert [*grown] == facts and len(grown) == len(facts)
    assert grown == Facts.of(facts)
    assert grown.last == (facts[-1] if facts else None)
    assert all(grown.has(each.id) for each in facts) and not grown.has("99")
    assert grown.plus(facts) is grown


def test_what_two_journals_begin_with_is_theirs_alone() -> None:
    first = Facts.of([fact(1)])
    one, other = first.plus([fact(2)]), first.plus([fact(3), fact(1, hours=5), fact(3, hours=5)])
    assert [*first] == [fact(1)]
    assert [*one] == [fact(1), fact(2)]
    assert [*other] == [fact(1), fact(3)]
    assert one.heap is other.heap


def test_what_came_since_joins_the_heap_once_it_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST", 2)
    grown = Facts()
    for number in range(7):
        grown = grown.plus([fact(number)])
    assert [*grown.heap] == list("012345") and [*grown.since] == ["6"]
