"""What was loaded is kept, and is never anything else than what the database holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from syncd.errors import StateError
from syncd.model.records import Delta, State, applied
from syncd.store import sql
from syncd.store.sql import SqlStore
from tests.store import values

MORE = Delta(
    facts=(replace(values.DELTA.facts[0], id="another"),), settings={"more": "1"}, verb=True
)


@pytest.fixture
def asked(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables of which rows are read."""
    found: list[str] = []

    def look(statement: str) -> None:
        if statement.startswith("SELECT") and "WHERE" not in statement:
            found.append(statement.partition("FROM ")[2].split()[0])

    def watched(connect: Callable[[], sqlite3.Connection] = store._connect) -> sqlite3.Connection:
        connection = connect()
        connection.set_trace_callback(look)
        return connection

    monkeypatch.setattr(store, "_connect", watched)
    return found


def test_nothing_is_read_again_while_nothing_changes(store: SqlStore, asked: list[str]) -> None:
    store.commit(values.DELTA)
    state = store.load()
    asked.clear()
    assert store.load() is state
    assert not {"facts", "records", "foreign_resources"} & set(asked)


def test_what_it_commits_itself_needs_no_reading(
    store: SqlStore, path: Path, asked: list[str]
) -> None:
    store.commit(values.DELTA)
    store.load()
    asked.clear()
    store.commit(MORE)
    assert store.load() == SqlStore(path).load()
    assert not {"facts", "records", "foreign_resources"} & set(asked)


def test_many_commits_go_over_what_is_kept_once(
    store: SqlStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.commit(values.DELTA)
    store.load()
    gone_over = []

    def counted(state: State, *deltas: Delta) -> State:
        gone_over.append(len(deltas))
        return applied(state, *deltas)

    monkeypatch.setattr(sql, "applied", counted)
    for n in range(9):
        store.commit(Delta(settings={f"setting {n}": "1"}))
    assert not gone_over
    assert store.load() == SqlStore(path).load()
    assert gone_over == [9]


def by_another(path: Path) -> None:
    SqlStore(path).commit(MORE)


def by_hand(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO settings VALUES ('by hand', '1')")


def by_hand_in_the_journal(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("DELETE FROM facts WHERE position = 1")


def by_a_backup(path: Path) -> None:
    backup, store = path.with_name("backup"), SqlStore(path)
    store.backup(backup)
    store.commit(MORE)
    store.restore(backup)


def by_a_file(path: Path) -> None:
    """Somebody copies an older one over it, which was one commit behind."""
    before = path.read_bytes()
    SqlStore(path).commit(MORE)
    path.write_bytes(before)


@pytest.mark.parametrize(
    "changed", [by_another, by_hand, by_hand_in_the_journal, by_a_backup, by_a_file]
)
def test_what_anybody_else_changes_is_seen(
    store: SqlStore, path: Path, changed: Callable[[Path], None]
) -> None:
    store.commit(values.DELTA)
    store.load()
    changed(path)
    assert store.load() == SqlStore(path).load()
    store.commit(Delta(settings={"mine": "1"}))
    assert store.load() == SqlStore(path).load()


def test_what_another_changed_before_a_commit_is_seen_after_it(store: SqlStore, path: Path) -> None:
    store.commit(values.DELTA)
    store.load()
    SqlStore(path).commit(MORE)
    store.commit(Delta(settings={"mine": "1"}))
    assert store.load().settings.keys() >= {"more", "mine"}
    assert store.load() == SqlStore(path).load()


def test_of_the_journal_only_what_is_new_is_read(store: SqlStore, path: Path) -> None:
    store.commit(values.DELTA)
    known = store.load().facts
    SqlStore(path).commit(MORE)
    facts = store.load().facts
    assert all(one is other for one, other in zip(known, facts, strict=False))
    assert [each.id for each in [*facts][len(known) :]] == ["another"]


def test_a_commit_that_failed_changes_nothing_that_is_kept(store: SqlStore, path: Path) -> None:
    store.commit(values.DELTA)
    state = store.load()
    with pytest.raises(StateError):
        store.commit(Delta(settings={"a": object()}))  # type: ignore[dict-item]
    assert store.load() == state == SqlStore(path).load()
