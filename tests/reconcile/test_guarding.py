"""Doubt begins exactly where it is said to."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from syncd.model.entries import Entry
from syncd.model.keys import Key, Kind
from syncd.model.records import Fate, Record
from syncd.reconcile.actions import Act, Action
from syncd.reconcile.guards import absence_digest, deletions, doubtful, too_much
from tests.reconcile.world import NOW, ZONE


def record(number: int, hours: float = 24, fate: Fate = Fate.LIVE) -> Record:
    key = Key(kind=Kind.CONTACT, subject=f"p{number}", day=date(2026, 12, 3), attempt=1)
    start = NOW + timedelta(hours=hours)
    entry = Entry(uid=f"u{number}", title="", start=start, end=start + timedelta(minutes=15))
    return Record(calendar="home", uid=entry.uid, key=key, seen=entry, fate=fate)


def doubted(of: int, missing: int, *, history: int = 0, gone_history: int = 0) -> bool:
    records = [record(n) for n in range(of)] + [record(1000 + n, -48) for n in range(history)]
    absent = [f"u{n}" for n in range(missing)] + [f"u{1000 + n}" for n in range(gone_history)]
    known = frozenset(f"u{1000 + n}" for n in range(history))
    return doubtful(records, frozenset(absent), known, NOW, ZONE)


@pytest.mark.parametrize(
    ("of", "missing", "doubt"),
    [
        (1, 1, False),
        (2, 2, False),
        (3, 2, False),
        (3, 3, True),
        (5, 4, False),
        (5, 5, True),
        (6, 5, False),
        (10, 5, False),
        (10, 6, True),
        (17, 6, True),
        (18, 6, False),
        (19, 6, False),
        (20, 7, True),
        (21, 7, False),
        (30, 0, False),
    ],
)
def test_what_is_gone_at_one_look(of: int, missing: int, doubt: bool) -> None:
    assert doubted(of, missing) is doubt


def test_history_counts_neither_as_gone_nor_as_there() -> None:
    assert not doubted(2, 2, history=8, gone_history=8)
    assert doubted(3, 3, history=8)
    assert not doubted(18, 6, history=10, gone_history=10)


def test_only_what_is_in_the_calendar_counts() -> None:
    records = [record(n) for n in range(3)] + [record(9, fate=Fate.GONE)]
    gone = frozenset({"u0", "u1", "u2"})
    assert doubtful(records, gone, frozenset(), NOW, ZONE)
    unmarked = [record(n, -48) for n in range(3)]
    assert doubtful(unmarked, gone, frozenset(), NOW, ZONE)
    assert not doubtful(unmarked, gone, gone, NOW, ZONE)


def deletion(number: int, *, asked: bool = False, act: Act = Act.DELETE) -> Action:
    of = record(number)
    return Action(act=act, record=of, entry=of.seen, reason="", asked=asked)


@pytest.mark.parametrize(
    ("of", "deleted", "held"),
    [
        (10, 10, False),
        (11, 11, True),
        (43, 11, True),
        (44, 11, False),
        (48, 12, False),
        (47, 12, True),
    ],
)
def test_what_a_plan_deletes(of: int, deleted: int, held: bool) -> None:
    records = [record(n) for n in range(of)]
    assert bool(too_much([deletion(n) for n in range(deleted)], records)) is held


def test_what_was_asked_for_is_not_held() -> None:
    records = [record(n) for n in range(12)]
    assert not too_much([deletion(n, asked=True) for n in range(12)], records)
    assert not too_much([deletion(n, act=Act.UPDATE) for n in range(12)], records)
    mixed = [deletion(n, asked=n < 2) for n in range(12)]
    assert not too_much(mixed, records)
    assert "11 of 12" in too_much([deletion(n, asked=n < 1) for n in range(12)], records)


def test_what_is_approved_is_exactly_that() -> None:
    one, two, three = deletion(1), deletion(2), deletion(3, asked=True)
    assert deletions([one, two, three]) == deletions([two, one])
    assert deletions([one]) < deletions([one, two])
    assert absence_digest(["a", "b"]) == absence_digest(["b", "a"])
    assert absence_digest(["a"]) != absence_digest(["a", "b"])
