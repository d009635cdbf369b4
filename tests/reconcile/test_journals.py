"""A journal that grew is the same as one that was sorted at once, whatever was kept meanwhile."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model import facts as journal_facts
from syncd.model.facts import Fact, Facts, Outcome, Source, effective
from syncd.model.occasions import Occasion
from syncd.model.people import Period, Strategy
from syncd.model.roster import Roster
from syncd.reconcile import journal as journals
from syncd.reconcile.journal import Journal
from tests.household import person
from tests.reconcile.world import ZONE, roster

BEGIN = datetime(2026, 12, 3, 10, tzinfo=ZONE)
LINES = (
    Strategy(name="coffee", channel="coffee", every=Period(months=6)),
    Strategy(name="card", channel="card", occasion="birthday", counts=False),
)
ANN = person(
    formerly=("ann",),
    dates=(Occasion(name="birthday", month=12, day=14),),
    strategies=LINES,
)
ROSTER = roster(ANN, person("Bob Roy")).in_full
WHO = ("ann-lee", "ann", "ann-lee/coffee", "ann-lee/card", "bob-roy", "gone", "gone/coffee")
PEOPLE = st.sampled_from(WHO)


@st.composite
def facts(draw: st.DrawFn) -> tuple[Fact, ...]:
    """Facts in the order in which they were recorded, some of which take others back, earlier or
    later ones, or have the id of another."""
    many = draw(st.integers(0, 12))
    ids = [f"{draw(st.sampled_from(('e1', 'e2', 'e3')))}#{n}" for n in range(many)]
    found = []
    for n, id in enumerate(ids):
        day = draw(st.integers(0, 4))
        found.append(
            Fact(
                id=draw(st.sampled_from((id, id, id, ids[0]))),
                person=draw(PEOPLE),
                at=BEGIN + timedelta(days=day),
                outcome=draw(st.sampled_from(Outcome)),
                source=draw(st.sampled_from(Source)),
                recorded=BEGIN + timedelta(days=draw(st.integers(0, 4))),
                channel=draw(st.sampled_from((None, "coffee", "card"))),
                touch=draw(st.sampled_from((None, BEGIN.date()))),
                entry=draw(st.sampled_from((None, id.partition("#")[0]))),
                note=f"{n}",
                supersedes=draw(st.none() | st.sampled_from(ids)),
                void=draw(st.booleans()),
            )
        )
    return tuple(found)


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    journals._kept = None
    yield
    journals._kept = None


def told(journal: Journal) -> dict[str, Any]:
    """All that can be asked of it. Nobody's facts are the same as none."""
    names = ("by_person", "by_entry", "told", "snoozes", "voided", "ids", "whole", "barring")
    found: dict[str, Any] = {}
    for name in names:
        each: Mapping[str, Any] = getattr(journal, name)
        found[name] = {key: each[key] for key in each if each[key] != ()}
        assert len(found[name]) <= len(each)
        assert all(key in each and each.get(key) == value for key, value in found[name].items())
        assert "nobody" not in each and each.get("nobody") is None
    found["since"] = [journal.since(BEGIN + timedelta(days=n)) for n in range(-1, 6)]
    return found


def at_once(of: tuple[Fact, ...]) -> dict[str, Any]:
    journals._kept = None
    return told(Journal.of(of, ROSTER))


@given(of=facts(), cuts=st.lists(st.integers(0, 12), max_size=3).map(sorted))
def test_it_grows_as_if_it_were_sorted_anew(of: tuple[Fact, ...], cuts: list[int]) -> None:
    wanted = [at_once(of[:cut]) for cut in (*cuts, len(of))]
    beside = at_once((*of[: cuts[0] if cuts else 0], *reversed(of)))
    journals._kept = None
    first = grown = Facts.of(of[: cuts[0] if cuts else 0])
    for cut, each in zip((*cuts, len(of)), wanted, strict=True):
        grown = grown.plus(of[:cut])
        assert told(Journal.of(grown, ROSTER)) == each
    assert told(Journal.of(first.plus(reversed(of)), ROSTER)) == beside
    assert told(Journal.of(grown, ROSTER)) == wanted[-1], "one that begins alike changes nothing"


@given(of=facts())
def test_what_holds_since_ever_is_what_holds(of: tuple[Fact, ...]) -> None:
    journals._kept = None
    grown = Facts.of(of[: len(of) // 2]).plus(of)
    assert Journal.of(grown, ROSTER).since(BEGIN - timedelta(days=1)) == effective(list(of))


def test_one_that_does_not_go_on_from_what_is_kept_is_sorted_anew() -> None:
    one = Fact(
        id="e1#1", person="ann", at=BEGIN, outcome=Outcome.REACHED, source=Source.LOG,
        recorded=BEGIN,
    )  # fmt: skip
    Journal.of((one,), ROSTER)
    assert not Journal.of((), ROSTER).ids
    other = roster(person("Ann"))
    assert Journal.of((one,), other).about("ann") == (one,)
    assert Journal.of((one,), ROSTER).by_person["ann-lee"] == (one,)


def test_two_of_them_are_never_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    heap = weakref.ref(Journal.of((), ROSTER)._heap)
    sort = journals._sorted

    def watched(facts: dict[str, Fact], of: Roster) -> Journal:
        assert heap() is None, "the room of the old one is free"
        return sort(facts, of)

    monkeypatch.setattr(journals, "_sorted", watched)
    Journal.of((), roster(person("Ann")))


def test_what_is_there_is_sorted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    sort = journals._sorted

    def counted(heap: dict[str, Fact], of: Roster) -> Journal:
        seen.append(len(heap))
        return sort(heap, of)

    monkeypatch.setattr(journals, "_sorted", counted)
    monkeypatch.setattr(journal_facts, "MOST", 2)
    many = tuple(
        Fact(
            id=f"log:{n}", person="bob-roy", at=BEGIN, outcome=Outcome.REACHED, source=Source.LOG,
            recorded=BEGIN,
        )
        for n in range(6)
    )  # fmt: skip
    grown = Facts.of(many[:1])
    for n in range(1, 7):
        grown = grown.plus(many[:n])
        assert len(Journal.of(grown, ROSTER).about("bob-roy")) == n
    assert seen == [1, 4], "and again once much came since"
