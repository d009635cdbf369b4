"""Laws 2 and 4 at the store: whatever is killed, and whoever writes beside, all or nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.errors import StateError
from syncd.store.sql import SqlStore
from tests.store.child import WIDTH, age, step, step_of

ROOT = Path(__file__).parents[2]


def start(verb: str, *arguments: object) -> subprocess.Popen[str]:
    """`child.py VERB …`, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.child", verb, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def output(verb: str, *arguments: object) -> list[str]:
    """What it prints, once it has ended well."""
    with start(verb, *arguments) as child:
        said, _ = child.communicate(timeout=180)
    assert child.returncode == 0
    return said.splitlines()


def test_killed_at_any_statement_a_commit_is_undone_whole(tmp_path: Path) -> None:
    said = output("die_at_each_statement", tmp_path / "a.db")
    lines = [tuple(map(int, line.split())) for line in said]
    assert len(lines) > 10
    for fatal, killed, before, after in lines[:-1]:
        assert (killed, after) == (signal.SIGKILL, before), f"at statement {fatal}"
    assert lines[-1][1:] == (0, 0, 1)


def test_killed_while_an_old_database_is_brought_up_it_is_as_it_was(tmp_path: Path) -> None:
    said = output("die_while_it_is_brought_up", tmp_path / "a.db")
    lines = [tuple(map(int, line.split())) for line in said]
    # In its transaction: two columns and the version, before each of which it may die.
    assert [line[1:] for line in lines].count((signal.SIGKILL, 1)) >= 4
    assert lines[-1][1:] == (0, 2)
    # Copied before, once, however often it died; nothing half copied is left.
    assert sorted(os.listdir(tmp_path)) == ["a.db", "a.db.schema-1.backup"]


def test_killed_at_any_moment_what_was_acknowledged_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    for acknowledged in (1, 4, 9, 15, 22, 30):
        with start("commit_for_ever", path) as child:
            assert child.stdout is not None
            while int(child.stdout.readline()) < acknowledged:
                pass
            child.kill()
            rest = child.stdout.read().split()
        last = int(rest[-1]) if rest else acknowledged
        assert step_of(SqlStore(path).load()) in (last, last + 1)


def test_two_processes_commit_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    children = [start("add_facts", path, name) for name in ("a", "b")]
    for child in children:
        with child:
            child.communicate(timeout=180)
        assert child.returncode == 0
    state = SqlStore(path).load()
    assert len(state.facts) == 40 + 40 + 1
    assert state.revision == 80


def test_two_processes_take_turns(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    children = [start("count_up", path) for _ in range(2)]
    for child in children:
        with child:
            child.communicate(timeout=180)
        assert child.returncode == 0
    assert SqlStore(path).load().settings == {"count": "80"}


def test_who_holds_it_is_named_and_a_crash_lets_it_go(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with start("hold", path) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        impatient = SqlStore(path, patience=timedelta(milliseconds=50))
        said = rf"Another syncd \(process {child.pid}, since 20\d\d-.*\) is at work, and holds "
        with pytest.raises(StateError, match=said), impatient.exclusive():
            pass
        child.kill()
        with SqlStore(path, patience=timedelta(seconds=10)).exclusive():
            pass


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    ((done, complaint),) = (line.split(" ", 1) for line in output("fill", path))
    assert int(done) > 2
    assert f"{path} was in use: it is full, at its quota, or broken. Nothing was" in complaint
    assert step_of(SqlStore(path).load()) == int(done)
    assert len(SqlStore(path).load().facts) == int(done) * WIDTH


def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o500)
    loaded, committed, held = output("unprivileged", folder / "deeper" / "a.db")
    assert loaded == "done"
    denied = "may not be written by this user. Nothing was changed"
    assert f"{folder / 'deeper' / 'a.db'} {denied}" in committed
    assert f"{folder / 'deeper' / 'a.db.lock'} {denied}" in held
    assert list(folder.iterdir()) == []


def test_an_old_database_that_may_not_be_written_is_named_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    SqlStore(path).commit(step(1))
    age(path)
    before = path.read_bytes()
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    loaded, committed, _ = output("unprivileged", path)
    denied = f"{path} may not be written by this user. Nothing was changed"
    assert denied in loaded and denied in committed
    assert path.read_bytes() == before
    tmp_path.chmod(0o700)
    path.chmod(0o600)
    assert step_of(SqlStore(path).load()) == 1


def test_a_folder_that_may_not_be_searched_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o000)
    try:
        complaints = output("unprivileged", folder / "a.db")
    finally:
        folder.chmod(0o700)
    assert all("may not be written by this user" in complaint for complaint in complaints)
    assert len(complaints) == 3


def test_a_database_that_may_only_be_read_can_be_loaded(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    SqlStore(path).commit(step(1))
    path.chmod(0o400)
    loaded, committed, _ = output("unprivileged", path)
    assert loaded == "done"
    assert f"{path} may not be written by this user." in committed
