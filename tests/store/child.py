"""What the crash and concurrency tests run in processes of their own: `python child.py VERB PATH`.

A process that has no threads yet may fork, so that many crashes cost one start.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path

from sqlalchemy import Engine, event

from syncd.errors import StateError
from syncd.model.records import Delta, State
from syncd.store.sql import SqlStore
from tests.store import values

WIDTH = 20
PATIENCE = timedelta(seconds=30)


def step(number: int) -> Delta:
    """A delta that changes every table, each change telling `number`."""
    return Delta(
        facts=tuple(values.fact(f"{number}-{place}") for place in range(WIDTH)),
        records=tuple(values.record(f"u{place}", tries=number) for place in range(WIDTH)),
        foreign={"home": {f"/{place}": str(number) for place in range(WIDTH)}},
        settings={"step": str(number)},
        verb=True,
    )


def step_of(state: State) -> int:
    """The step that `state` shows in every table. Raises AssertionError where they differ."""
    number = int(state.settings.get("step", 0))
    assert state.revision == number
    assert len(state.facts) == number * WIDTH
    assert {record.tries for record in state.records} <= {number}
    assert set(state.foreign.get("home", {}).values()) <= {str(number)}
    assert len(state.records) == len(state.foreign.get("home", {})) == (WIDTH if number else 0)
    return number


def forked(work: Callable[[], None]) -> int:
    """Do `work` in a fork; the signal that ended it, or 0."""
    process = os.fork()
    if not process:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return os.WTERMSIG(os.waitpid(process, 0)[1])


def die_at_each_statement(path: Path) -> None:
    """Commit step after step, killed at the first statement, the second, … until none is left.

    Prints the statement's number, and the step that the database shows after it.
    """
    for fatal in count(1):
        before = step_of(SqlStore(path).load())

        def commit(fatal: int = fatal, before: int = before) -> None:
            seen = count(1)

            def perhaps_die(*_: object) -> None:
                if next(seen) == fatal:
                    os.kill(os.getpid(), signal.SIGKILL)

            # Before each statement, and before COMMIT itself.
            event.listen(Engine, "before_cursor_execute", perhaps_die)
            event.listen(Engine, "commit", perhaps_die)
            SqlStore(path).commit(step(before + 1))

        killed = forked(commit)
        print(fatal, killed, before, step_of(SqlStore(path).load()), flush=True)
        if not killed:
            return


def age(path: Path) -> None:
    """Make the database at `path` one of the first schema."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("ALTER TABLE facts DROP COLUMN number")
        database.execute("ALTER TABLE acquaintances DROP COLUMN admitted")
        database.execute("UPDATE syncd SET schema = 1")


def columns(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The columns of each table of the database at `path`, as SQLite tells them."""
    with closing(sqlite3.connect(path)) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: database.execute(f"PRAGMA table_info({name})").fetchall() for (name,) in tables
        }


def die_while_it_is_brought_up(path: Path) -> None:
    """Load a database of the first schema, killed at the first statement, the second, … until none
    is left.

    Prints the statement's number, the signal, and of which schema the database is after it.
    """
    SqlStore(path).commit(step(1))
    new = columns(path)
    age(path)
    old = columns(path)
    for fatal in count(1):

        def load(fatal: int = fatal) -> None:
            seen = count(1)

            def perhaps_die(*_: object) -> None:
                if next(seen) == fatal:
                    os.kill(os.getpid(), signal.SIGKILL)

            event.listen(Engine, "before_cursor_execute", perhaps_die)
            event.listen(Engine, "commit", perhaps_die)
            SqlStore(path).load()

        killed = forked(load)
        found = columns(path)
        assert found in (old, new)
        with closing(sqlite3.connect(path)) as database:
            (version,) = database.execute("SELECT schema FROM syncd").fetchone()
        assert found == (old if version == 1 else new)
        print(fatal, killed, version, flush=True)
        if not killed:
            assert step_of(SqlStore(path).load()) == 1
            return


def die_at_each_audit(work: Callable[[], object]) -> Iterator[int]:
    """Do `work` in forks, killed at the first thing that it does to a file or a database, the
    second, … until none is left; the signal that ended it, each time."""
    told = ("open", "os.", "sqlite3.", "shutil.")
    for fatal in count(1):

        def perhaps(fatal: int = fatal) -> None:
            seen = count(1)

            def hook(name: str, _: object) -> None:
                if name.startswith(told) and next(seen) == fatal:
                    os.kill(os.getpid(), signal.SIGKILL)

            sys.addaudithook(hook)
            work()

        killed = forked(perhaps)
        yield killed
        if not killed:
            return


def die_while_it_is_backed_up(path: Path) -> None:
    """Back up the second step over a backup of the first, killed at each step; print the signal and
    the step that the backup shows."""
    backup = path.with_name("a.backup")
    SqlStore(path).commit(step(1))
    SqlStore(path).backup(backup)
    SqlStore(path).commit(step(2))
    for killed in die_at_each_audit(lambda: SqlStore(path).backup(backup)):
        print(killed, step_of(SqlStore(backup).load()), flush=True)


def die_while_it_is_restored(path: Path) -> None:
    """Put a backup of the first step back over the second, killed at each step; print the signal
    and the step that the database shows, and go on from the second."""
    backup, second = path.with_name("a.backup"), path.with_name("second.backup")
    SqlStore(path).commit(step(1))
    SqlStore(path).backup(backup)
    SqlStore(path).commit(step(2))
    SqlStore(path).backup(second)
    for killed in die_at_each_audit(lambda: SqlStore(path).restore(backup)):
        state = SqlStore(path).load()
        number = int(state.settings["step"])
        assert len(state.facts) == number * WIDTH
        print(killed, number, flush=True)
        if killed and number == 1:
            SqlStore(path).restore(second)


def _without_room(path: Path, work: Callable[[], object]) -> None:
    room = path.stat().st_size - 4096
    assert room > 32_768  # SQLite's shared memory takes so much
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        work()
    except StateError as error:
        print(error, flush=True)


def back_up_without_room(path: Path) -> None:
    """Back up where files may grow no more; print the complaint."""
    SqlStore(path).commit(step(1))
    SqlStore(path).backup(path.with_name("a.backup"))
    _without_room(path, lambda: SqlStore(path).backup(path.with_name("a.backup")))


def restore_without_room(path: Path) -> None:
    """Put a backup back where files may grow no more; print the complaint."""
    SqlStore(path).commit(step(1))
    SqlStore(path).backup(path.with_name("a.backup"))
    _without_room(path, lambda: SqlStore(path).restore(path.with_name("a.backup")))


def bring_up_without_room(path: Path) -> None:
    """Load a database of the first schema where files may grow no more; print the complaint."""
    SqlStore(path).commit(step(1))
    age(path)
    _without_room(path, SqlStore(path).load)


def commit_for_ever(path: Path) -> None:
    """Commit step after step, printing each when it is done."""
    store = SqlStore(path)
    for number in count(step_of(store.load()) + 1):
        store.commit(step(number))
        print(number, flush=True)


def add_facts(path: Path, name: str) -> None:
    """Commit 40 facts, one at a time, while others do so too."""
    store = SqlStore(path, patience=PATIENCE)
    for number in range(40):
        store.commit(Delta(facts=(values.fact(f"{name}-{number}"), values.fact("same")), verb=True))


def count_up(path: Path) -> None:
    """Read, add one and write, 40 times, each time alone."""
    store = SqlStore(path, patience=PATIENCE)
    for _ in range(40):
        with store.exclusive():
            so_far = int(store.load().settings.get("count", "0"))
            store.commit(Delta(settings={"count": str(so_far + 1)}))


def hold(path: Path) -> None:
    """Hold the lock until somebody ends this process or its input."""
    with SqlStore(path).exclusive():
        print("held", flush=True)
        sys.stdin.read()


def fill(path: Path) -> None:
    """Commit until files may grow no more; print the steps done and the complaint."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    store = SqlStore(path)
    for number in count(1):
        try:
            store.commit(step(number))
        except StateError as error:
            print(number - 1, error, flush=True)
            return


def unprivileged(path: Path) -> None:
    """Load, commit and lock as somebody whom file modes hold back, root or not."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    assert ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)()) == 0
    store = SqlStore(path, patience=PATIENCE)
    attempts: tuple[Callable[[], object], ...] = (
        store.load,
        lambda: store.commit(step(1)),
        lambda: store.exclusive().__enter__(),
    )
    for attempt in attempts:
        try:
            attempt()
            print("done")
        except StateError as error:
            print(error)


VERBS: dict[str, Callable[..., None]] = {
    verb.__name__: verb
    for verb in (
        die_at_each_statement, die_while_it_is_brought_up, die_while_it_is_backed_up,
        die_while_it_is_restored, back_up_without_room, restore_without_room,
        bring_up_without_room, commit_for_ever, add_facts, count_up, hold, fill, unprivileged,
    )
}  # fmt: skip

if __name__ == "__main__":
    VERBS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
