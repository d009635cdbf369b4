"""Backups: whole or not there, for this user only, and put back wholly or not at all."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncd.errors import StateError
from syncd.model.records import Delta, State
from syncd.store import copies
from syncd.store.sql import SqlStore
from tests.store import values
from tests.store.child import age, step, step_of
from tests.store.test_store_crash import output


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# -- taking one


def test_a_backup_is_the_same_database_and_this_users_only(
    store: SqlStore, path: Path, tmp_path: Path
) -> None:
    store.commit(values.DELTA)
    target = tmp_path / "new" / "a.backup"
    store.backup(target)
    assert SqlStore(target).load() == store.load()
    assert mode(target) == 0o600 and mode(target.parent) == 0o700
    assert names(target.parent) == ["a.backup"]


def test_a_backup_holds_all_of_what_was_committed_and_nothing_of_what_was_not(
    store: SqlStore, path: Path, tmp_path: Path
) -> None:
    """Also what stands in the write-ahead log alone."""
    store.commit(step(1))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")  # keeps the log from being taken into the file
        other.execute("SELECT * FROM settings").fetchall()
        store.commit(step(2))
        with closing(sqlite3.connect(path, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("DELETE FROM facts")
            store.backup(tmp_path / "a.backup")
            writer.execute("ROLLBACK")
    assert step_of(SqlStore(tmp_path / "a.backup").load()) == 2


def test_progress_is_told(store: SqlStore, tmp_path: Path) -> None:
    store.commit(values.DELTA)
    told: list[tuple[int, int]] = []
    store.backup(tmp_path / "a.backup", lambda done, total: told.append((done, total)))
    assert told and told[-1][0] == told[-1][1] > 0


def test_where_nothing_is_remembered_there_is_nothing_to_back_up(
    store: SqlStore, tmp_path: Path
) -> None:
    with pytest.raises(StateError, match="there is nothing to back up"):
        store.backup(tmp_path / "a.backup")
    assert names(tmp_path) == []


def test_a_damaged_database_makes_no_backup(store: SqlStore, path: Path, tmp_path: Path) -> None:
    store.commit(step(1))
    damage_an_index(path)
    (tmp_path / "a.backup").write_text("before")
    with pytest.raises(StateError, match=r"syncd\.db is damaged, so that no copy of it was made"):
        store.backup(tmp_path / "a.backup")
    assert (tmp_path / "a.backup").read_text() == "before"
    assert names(tmp_path) == ["a.backup", "state"]


def damage_an_index(path: Path) -> None:
    """So that what is read most is still well."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA writable_schema = ON")
        (page,) = database.execute(
            "SELECT rootpage FROM sqlite_master WHERE name LIKE 'sqlite_autoindex_facts%'"
        ).fetchone()
    content = bytearray(path.read_bytes())
    start = (page - 1) * 4096
    content[start : start + 4096] = bytes(4096)
    path.write_bytes(content)


def test_killed_at_any_step_of_a_backup_the_old_one_or_the_new_one_is_there(
    tmp_path: Path,
) -> None:
    lines = output("die_while_it_is_backed_up", tmp_path / "state" / "a.db")
    killed = [line.split() for line in lines]
    assert [each[0] for each in killed].count("9") >= 4
    assert {each[1] for each in killed} == {"1", "2"}
    assert killed[-1] == ["0", "2"]
    assert names(tmp_path / "state") == ["a.backup", "a.db"]


def test_on_a_full_disk_the_old_backup_stays(tmp_path: Path) -> None:
    complaint = " ".join(output("back_up_without_room", tmp_path / "a.db"))
    assert "a.backup" in complaint and "Nothing was changed" in complaint
    assert "free some space" in complaint
    assert step_of(SqlStore(tmp_path / "a.backup").load()) == 1
    assert names(tmp_path) == ["a.backup", "a.db"]


# -- before a migration


def test_before_an_old_database_is_brought_up_it_is_copied(store: SqlStore, path: Path) -> None:
    store.commit(step(1))
    age(path)
    assert step_of(SqlStore(path).load()) == 1
    copy = path.with_name("syncd.db.schema-1.backup")
    assert mode(copy) == 0o600
    assert schema_of(copy) == 1 and schema_of(path) == 2
    assert names(path.parent) == ["syncd.db", copy.name]


def schema_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        (version,) = database.execute("SELECT schema FROM syncd").fetchone()
    assert isinstance(version, int)
    return version


def test_a_database_of_which_no_copy_can_be_made_is_left_as_it_is(
    store: SqlStore, path: Path
) -> None:
    store.commit(step(1))
    age(path)
    before = path.read_bytes()
    copy = path.with_name("syncd.db.schema-1.backup")
    copy.mkdir()
    with pytest.raises(StateError, match=r"schema-1\.backup"):
        SqlStore(path).load()
    assert path.read_bytes() == before


def test_on_a_full_disk_an_old_database_stays_old(tmp_path: Path) -> None:
    complaint = " ".join(output("bring_up_without_room", tmp_path / "a.db"))
    assert "a.db.schema-1.backup" in complaint and "free some space" in complaint
    assert schema_of(tmp_path / "a.db") == 1
    assert names(tmp_path) == ["a.db"]


def test_only_the_youngest_copies_are_kept_and_no_file_of_the_users_is_touched(
    store: SqlStore, path: Path
) -> None:
    store.commit(step(1))
    mine = path.with_name("syncd.db.mine.backup")
    store.backup(mine)
    for number in range(9):
        kept = copies.keep(path, f"schema-{number}")
        os.utime(kept, (number, number))
    left = [f"syncd.db.schema-{number}.backup" for number in range(4, 9)]
    assert names(path.parent) == sorted(["syncd.db", mine.name, *left])


# -- putting one back


@pytest.fixture
def backup(store: SqlStore, tmp_path: Path) -> Path:
    """Of the first step; the database itself is at the second."""
    store.commit(step(1))
    store.backup(tmp_path / "a.backup")
    store.commit(step(2))
    return tmp_path / "a.backup"


def test_a_backup_is_put_back_and_what_was_there_is_kept(
    path: Path, store: SqlStore, backup: Path
) -> None:
    restorer = SqlStore(path, clock=lambda: datetime(2026, 12, 3, 10, tzinfo=UTC))
    kept = restorer.restore(backup)
    assert kept == path.with_name("syncd.db.replaced-20261203T100000Z.backup")
    assert SqlStore(path).load().facts == SqlStore(backup).load().facts
    assert step_of(SqlStore(kept).load()) == 2
    assert mode(path) == mode(kept) == 0o600
    assert names(path.parent) == ["syncd.db", "syncd.db.lock", kept.name]


def test_what_was_made_for_the_database_before_never_goes_to_the_one_put_back(
    path: Path, store: SqlStore, backup: Path
) -> None:
    store.load()
    SqlStore(path).restore(backup)
    with pytest.raises(StateError, match="deleted or replaced while syncd was at work"):
        store.commit(Delta(settings={"cursor": "1"}))
    assert SqlStore(path).load().revision > SqlStore(backup).load().revision


def test_whoever_reads_meanwhile_sees_what_was(path: Path, backup: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        before = reader.execute("SELECT count(*) FROM facts").fetchone()
        SqlStore(path).restore(backup)
        assert reader.execute("SELECT count(*) FROM facts").fetchone() == before
        reader.execute("ROLLBACK")
        assert reader.execute("SELECT count(*) FROM facts").fetchone() < before


def test_a_backup_is_put_where_nothing_is(tmp_path: Path, backup: Path) -> None:
    elsewhere = tmp_path / "another" / "b.db"
    assert SqlStore(elsewhere).restore(backup) is None
    assert SqlStore(elsewhere).load().facts == SqlStore(backup).load().facts
    with closing(sqlite3.connect(elsewhere)) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize("content", [b"nonsense" * 999, b"SQLite format 3\0" + b"\xff" * 9000])
def test_a_database_that_cannot_be_used_is_moved_aside(
    path: Path, backup: Path, content: bytes
) -> None:
    path.write_bytes(content)
    kept = SqlStore(path).restore(backup)
    assert kept is not None and kept.read_bytes() == content
    assert step_of_facts(SqlStore(path).load()) == 1


def step_of_facts(state: State) -> int:
    return int(state.settings["step"])


def test_a_backup_of_an_older_syncd_is_brought_up_and_left_as_it_is(
    path: Path, backup: Path
) -> None:
    age(backup)
    before = backup.read_bytes()
    SqlStore(path).restore(backup)
    assert schema_of(path) == 2
    assert backup.read_bytes() == before
    assert step_of_facts(SqlStore(path).load()) == 1


def newer(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE syncd SET schema = schema + 1")


def anothers(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE syncd SET deployment = 'work'")


def nonsense(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE records SET base = '{}'")


@pytest.mark.parametrize(
    ("befall", "said"),
    [
        (newer, "was written by a newer syncd"),
        (anothers, "remembers the deployment «work»"),
        (nonsense, "holds what cannot be understood"),
        (damage_an_index, "is damaged"),
        (lambda path: path.write_bytes(b"x" * 999), "is damaged, or no database at all"),
        (lambda path: path.write_bytes(b""), "holds nothing of syncd's"),
    ],
)
def test_what_is_no_good_backup_is_named_and_changes_nothing(
    path: Path, store: SqlStore, backup: Path, befall: Callable[[Path], object], said: str
) -> None:
    befall(backup)
    with pytest.raises(StateError, match=rf"a\.backup {said}"):
        SqlStore(path).restore(backup)
    assert step_of(store.load()) == 2
    assert names(path.parent) == ["syncd.db"] or names(path.parent) == ["syncd.db", "syncd.db.lock"]


def test_while_a_tick_is_at_work_nothing_is_put_back(
    path: Path, store: SqlStore, backup: Path
) -> None:
    impatient = SqlStore(path, patience=timedelta(milliseconds=50))
    with store.exclusive(), pytest.raises(StateError, match="Another syncd"):
        impatient.restore(backup)
    assert step_of(store.load()) == 2


def test_killed_at_any_step_of_a_restore_the_old_state_or_the_new_one_is_there(
    tmp_path: Path,
) -> None:
    lines = [line.split() for line in output("die_while_it_is_restored", tmp_path / "s" / "a.db")]
    assert [each[0] for each in lines].count("9") >= 6
    assert {each[1] for each in lines} == {"1", "2"}
    assert lines[-1] == ["0", "1"]
    assert not any("scratch" in name or "new" in name for name in names(tmp_path / "s"))


def test_on_a_full_disk_nothing_is_put_back(tmp_path: Path) -> None:
    complaint = " ".join(output("restore_without_room", tmp_path / "a.db"))
    assert "free some space" in complaint
    assert step_of(SqlStore(tmp_path / "a.db").load()) == 1
