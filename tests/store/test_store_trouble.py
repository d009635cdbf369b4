"""A database that cannot be used is named, with what to do, and left as it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from syncd.errors import StateError
from syncd.model.facts import Facts
from syncd.model.records import Delta, State
from syncd.store.sql import SqlStore
from tests.store import values
from tests.store.child import age, columns


def test_a_newer_schema_is_refused_and_left_alone(store: SqlStore, path: Path) -> None:
    store.commit(values.DELTA)
    with sqlite3.connect(path) as newer:
        newer.execute("UPDATE syncd SET schema = schema + 1")
    newer.close()
    before = path.read_bytes()
    said = r"syncd\.db was written by a newer syncd \(schema 3; this one knows 2\)"
    for use in (store.load, lambda: SqlStore(path).commit(values.DELTA)):
        with pytest.raises(StateError, match=said) as raised:
            use()
        assert raised.value.exit_status == 5
    assert path.read_bytes() == before


@pytest.mark.parametrize("first", ["load", "commit"])
def test_a_database_of_an_older_syncd_is_brought_up_to_date(
    store: SqlStore, path: Path, first: str
) -> None:
    store.commit(values.DELTA)
    known = store.load()
    fresh = columns(path)
    age(path)
    again = SqlStore(path)
    if first == "commit":
        again.commit(Delta(settings={"planned": "now"}))
    facts = tuple(replace(fact, number="") for fact in known.facts)
    assert tuple(again.load().facts) == facts
    assert all(met.admitted is None for met in again.load().acquaintances.values())
    assert columns(path) == fresh
    with sqlite3.connect(path) as now:
        assert now.execute("SELECT schema FROM syncd").fetchone() == (2,)
    now.close()


def test_another_programs_database_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE bookmarks (url)")
    other.close()
    before = path.read_bytes()
    for use in (SqlStore(path).load, lambda: SqlStore(path).commit(values.DELTA)):
        with pytest.raises(StateError, match="another program's database"):
            use()
    assert path.read_bytes() == before


def test_an_interrupted_beginning_is_empty(store: SqlStore, path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    assert store.load() == State()
    store.commit(values.DELTA)
    assert tuple(store.load().facts) == values.DELTA.facts


def write(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def nonsense(path: Path) -> None:
    SqlStore(path).commit(values.DELTA)
    with sqlite3.connect(path) as damaged:
        damaged.execute("UPDATE records SET base = '{}'")
    damaged.close()


def unknown_zone(path: Path) -> None:
    SqlStore(path).commit(values.DELTA)
    with sqlite3.connect(path) as damaged:
        damaged.execute("UPDATE facts SET at = '2026-12-03T12:00:00[Mars/Base]'")
    damaged.close()


def damage(path: Path) -> None:
    SqlStore(path).commit(values.DELTA)
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))


@pytest.mark.parametrize(
    ("befall", "said"),
    [
        (write(b"people:\n- name: Ann Lee\n" * 99), "is not a database. Next: check `database`"),
        (damage, "is damaged. Next: syncd restore FILE"),
        (nonsense, "holds what cannot be understood"),
        (unknown_zone, "a time zone that this machine does not know: .*Mars/Base.* install"),
        (Path.mkdir, "cannot be opened. Next: check that it is a file"),
    ],
)
def test_an_unusable_database_is_named_and_left_as_it_is(
    path: Path, befall: Callable[[Path], object], said: str
) -> None:
    path.parent.mkdir()
    befall(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(StateError, match=f"(?s){path}.*{said}"):
        SqlStore(path).load()
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_path_through_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = SqlStore(tmp_path / "file" / "a.db")
    for use in (
        store.load,
        lambda: store.commit(values.DELTA),
        lambda: store.exclusive().__enter__(),
    ):
        with pytest.raises(StateError, match=r"file/a\.db.* its folder is a file"):
            use()


def test_a_full_database_keeps_what_it_has(store: SqlStore) -> None:
    store.commit(values.DELTA)

    @event.listens_for(store._engine, "connect")
    def narrow(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")

    many = tuple(values.record(f"u{number}") for number in range(500))
    with pytest.raises(
        StateError, match=r"The disk is full: .*syncd\.db cannot be written"
    ) as full:
        store.commit(Delta(facts=(values.fact("new"),), records=many))
    assert "Ann Lee" not in str(full.value.__cause__), "a traceback tells of people"
    assert store.load() == State(facts=Facts.of(values.DELTA.facts), records=values.DELTA.records)


def test_a_locked_database_is_waited_for_and_then_named(store: SqlStore, path: Path) -> None:
    store.commit(values.DELTA)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert tuple(store.load().facts) == values.DELTA.facts
        with pytest.raises(StateError, match=r"is locked by another program\. Nothing was"):
            store.commit(Delta(settings={"a": "1"}))
    finally:
        other.close()
    store.commit(Delta(settings={"a": "1"}))
