"""The database as a file: who may read it, and what may befall it while it is in use."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from syncd.errors import StateError
from syncd.model.records import Delta, State
from syncd.store import lock, open_store, schema
from syncd.store.sql import SqlStore
from tests.store import values


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_load_makes_no_file(store: SqlStore, path: Path) -> None:
    store.load()
    store.commit(Delta())
    assert not path.parent.exists()


def test_only_this_user_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "syncd.db"
    store = SqlStore(path)
    modes: dict[str, int] = {}

    @event.listens_for(store._engine, "commit")
    def look(_: object) -> None:
        modes.update((file.name, mode(file)) for file in path.parent.iterdir())

    with store.exclusive():
        store.commit(values.DELTA)
    assert modes == dict.fromkeys(
        ("syncd.db", "syncd.db-wal", "syncd.db-shm", "syncd.db.lock"), 0o600
    )
    assert mode(tmp_path / "a") == mode(tmp_path / "a" / "b") == 0o700


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    SqlStore(tmp_path / "syncd.db").commit(values.DELTA)
    assert mode(tmp_path) == 0o755


def test_at_rest_the_one_file_is_whole(store: SqlStore, path: Path, tmp_path: Path) -> None:
    store.commit(values.DELTA)
    assert [file.name for file in path.parent.iterdir()] == ["syncd.db"]
    copy = path.rename(tmp_path / "copy.db")
    assert tuple(SqlStore(copy).load().facts) == values.DELTA.facts


def test_each_commit_is_synced_to_the_disk(store: SqlStore) -> None:
    asked: list[object] = []

    @event.listens_for(store._engine, "commit")
    def look(connection: object) -> None:
        for pragma in ("journal_mode", "synchronous"):
            row = connection.exec_driver_sql(f"PRAGMA {pragma}").one()  # type: ignore[attr-defined]
            asked.append(row[0])

    store.commit(values.DELTA)
    assert asked == ["wal", 2]


def test_without_shared_memory_it_keeps_a_rollback_journal(
    store: SqlStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a network's file system; SQLite's dotfile locking has no shared memory either."""
    connect = sqlite3.connect

    def elsewhere(database: object, **options: object) -> sqlite3.Connection:
        uri = str(database)
        uri = uri if uri.startswith("file:") else f"{Path(uri).as_uri()}?"
        return connect(f"{uri}&vfs=unix-dotfile", **{**options, "uri": True})  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", elsewhere)
    store.commit(values.DELTA)
    assert tuple(store.load().facts) == values.DELTA.facts
    monkeypatch.undo()
    with sqlite3.connect(path) as plain:
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    plain.close()


def test_on_a_read_only_file_system_it_can_be_loaded(
    store: SqlStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a disk's error, when `status` and `history` are wanted most."""
    store.commit(values.DELTA)
    flags = type("flags", (), {"f_flag": os.ST_RDONLY})
    monkeypatch.setattr(os, "statvfs", lambda _: flags)
    assert tuple(store.load().facts) == values.DELTA.facts
    with pytest.raises(StateError, match="may not be written by this user"):
        store.commit(Delta(settings={"a": "1"}))


def test_a_deleted_database_is_begun_afresh(store: SqlStore, path: Path) -> None:
    store.commit(values.DELTA)
    assert store.load().facts
    path.unlink()
    assert store.load() == State()
    store.commit(Delta(settings={"a": "1"}))
    assert store.load() == State(settings={"a": "1"})


def remove(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    path.unlink()
    SqlStore(path).commit(Delta(settings={"other": "1"}))


@pytest.mark.parametrize("loaded", [True, False])
@pytest.mark.parametrize("befall", [remove, replace])
def test_a_delta_never_goes_to_another_database_than_was_loaded(
    store: SqlStore, path: Path, befall: Callable[[Path], None], loaded: bool
) -> None:
    """Half of what was known beside a cursor would hide the other half for good."""
    store.commit(values.DELTA)
    if loaded:
        store.load()
    befall(path)
    for _ in range(2):
        with pytest.raises(StateError, match="deleted or replaced while syncd was at work"):
            store.commit(Delta(settings={"cursor": "1"}))
    assert "cursor" not in store.load().settings
    store.commit(Delta(settings={"cursor": "1"}))
    assert store.load().settings["cursor"] == "1"


def test_whoever_waited_for_a_deleted_lock_waits_for_its_successor(
    store: SqlStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, refused = threading.Event(), threading.Event()
    wait = lock._waited

    def tell(descriptor: int, patience: timedelta) -> bool:
        waiting.set()
        return wait(descriptor, patience)

    def come_late() -> None:
        with suppress(StateError), SqlStore(path, patience=timedelta(seconds=1)).exclusive():
            return
        refused.set()

    monkeypatch.setattr(lock, "_waited", tell)
    late = threading.Thread(target=come_late)
    with ExitStack() as successor:
        with store.exclusive():
            late.start()
            assert waiting.wait(10)
            path.with_name("syncd.db.lock").unlink()
            successor.enter_context(SqlStore(path).exclusive())
        late.join(10)
        assert refused.is_set()


@pytest.mark.parametrize(
    "url", ["postgresql://ann:secret@db/syncd", "sqlite://", "sqlite:///:memory:", "://"]
)
def test_a_database_of_another_kind_is_refused_and_its_password_kept(url: str) -> None:
    with pytest.raises(StateError) as raised:
        open_store(url)
    assert "database" in str(raised.value)
    assert "secret" not in str(raised.value)


def test_the_tables_are_no_obstacle_to_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in schema.metadata.sorted_tables:
        assert CreateTable(table).compile(dialect=dialect)


def test_only_what_writes_imports_sqlalchemy(store: SqlStore, path: Path) -> None:
    store.commit(values.DELTA)
    code = (
        "import sys\nfrom syncd.store import open_store\n"
        f"print(len(open_store({str(path)!r}).load().facts), 'sqlalchemy' in sys.modules)"
    )
    said = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert said == f"{len(values.DELTA.facts)} False\n"
