"""The journal as a table: what is read is what was written, whatever the notes hold."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.engine import journal
from syncd.errors import UsageError
from syncd.model.facts import Fact
from syncd.model.records import Delta
from syncd.store.memory import MemoryStore
from tests.store import values


def in_utc(fact: Fact) -> Fact:
    """Instants in one zone: those of an ambiguous hour equal nothing in another."""
    told: dict[str, Any] = {
        name: value.astimezone(UTC)
        for name, value in vars(fact).items()
        if isinstance(value, datetime)
    }
    told |= {name: getattr(fact, name) or None for name in ("channel", "entry", "supersedes")}
    return replace(fact, **told)


NOTES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.builds(replace, values.facts, note=NOTES), max_size=5))
def test_what_is_read_is_what_was_written(tmp_path: Path, facts: list[Fact]) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(journal.table(facts, {"bob": 'Bob "B", Ray\n'}).encode())
    assert journal.is_table(path)
    assert [*map(in_utc, journal.read(path))] == [*map(in_utc, facts)]


def test_it_speaks_of_people_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    fact = replace(values.fact("1"), person="bob/coffee")
    path.write_text(journal.table([fact], {"bob": "Bob Ray"}))
    (row,) = csv.DictReader(path.open(newline=""))
    assert (row["name"], row["person"]) == ("Bob Ray", "bob/coffee")


@pytest.mark.parametrize(
    ("column", "said"),
    [("at", "2026-12-03"), ("at", "soon"), ("outcome", "hit"), ("id", ""), ("void", "perhaps")],
)
def test_what_is_no_line_of_a_log_is_named_where_it_stands(
    tmp_path: Path, column: str, said: str
) -> None:
    path = tmp_path / "log.csv"
    lines = journal.table([values.fact("1"), values.fact("2")], {}).splitlines()
    cells = lines[2].split(",")
    cells[journal.COLUMNS.index(column)] = said
    path.write_text("\n".join([*lines[:2], ",".join(cells)]))
    with pytest.raises(UsageError, match=r"log\.csv:3: this is no line of a log"):
        journal.read(path)


def test_only_what_is_not_known_is_taken_and_what_is_corrected_stays_so() -> None:
    known, told = values.fact("known"), values.fact("told")
    wrong = replace(told, id="wrong", note="wrong")
    taken_back = replace(wrong, id="wrong~undo", supersedes="wrong", void=True)
    again = replace(known, id="known by another id")
    store = MemoryStore()
    store.commit(Delta(facts=(known,)))
    service: Any = SimpleNamespace(store=store)
    new = journal.unknown(service, [known, replace(told, note="x"), wrong, taken_back, again])
    assert [fact.id for fact in new] == ["told", "wrong", "wrong~undo"]
    journal.take(service, new)
    assert journal.unknown(service, new) == []
    assert [fact.id for fact in store.load().facts] == ["known", "told", "wrong", "wrong~undo"]
