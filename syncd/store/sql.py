"""The store in a database: SQLite so far. It is written by SQLAlchemy Core and read by what Python
brings along, since most verbs only read, and would else wait half a second for an import.

Each load and each commit opens the file by its path and closes it again. A database that was
deleted or replaced meanwhile is thereby noticed, no connection is shared between threads, nothing
is held open across the network, and at rest the one file is whole, to be copied as it is.

What was loaded is kept, and goes along with what is committed, so that a daemon need not read it
anew at each tick. It counts only while the database is as it was: each commit draws it a new mark.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.errors import StateError
from syncd.model.facts import Facts
from syncd.model.records import Delta, State, applied
from syncd.store import copies
from syncd.store.files import open_private, scratch
from syncd.store.lock import FileLock
from syncd.store.reading import opened, reading
from syncd.store.rows import Ask, read_state
from syncd.store.trouble import explained, replaced, unreadable
from syncd.store.versions import SCHEMA, About, inspected

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

PATIENCE = timedelta(seconds=30)


def _local_time() -> datetime:
    return datetime.now().astimezone()


@dataclass(frozen=True, kw_only=True)
class _Mark:
    """What differs wherever the database does."""

    birth: str
    drawn: int
    """At the last commit, by any syncd."""
    file: tuple[int, ...]
    """What the file system says of it, for whoever else may write into it."""


@dataclass(kw_only=True)
class _Kept:
    """What was loaded last, and what was committed since, which is taken in once somebody asks: the
    commits of a first sync are many and small, and each would go over all records."""

    mark: _Mark
    """Of the database as it is with both."""
    state: State
    since: list[Delta] = field(default_factory=list)


class SqlStore:
    """The Store protocol over the database `where`: a path, or a URL such as `sqlite:///a.db`. It
    is that of one `deployment` for ever.

    `patience` is how long to wait for another process, be it for the exclusive lock or for its
    transaction to end. `clock` is only shown: since when the lock is held. A load makes no file.
    """

    def __init__(
        self,
        where: str | Path,
        *,
        deployment: str = "default",
        patience: timedelta = PATIENCE,
        clock: Callable[[], datetime] = _local_time,
    ) -> None:
        self._path = _path(where)
        self._deployment = deployment
        self._clock = clock
        self._connect = partial(opened, self._path, patience.total_seconds())
        lock = self._path.with_name(self._path.name + ".lock")
        self._lock = FileLock(lock, patience=patience, clock=clock)
        self._birth: str | None = None
        self._kept: _Kept | None = None

    @property
    def path(self) -> Path:
        """Where the database is."""
        return self._path

    def load(self) -> State:
        """Everything remembered; empty where nothing is yet. Raises StateError."""
        self._birth = None
        if not self._exists():
            return State()
        with self._reading() as ask:
            about = inspected(ask, str(self._path), self._deployment)
            if about is None:
                return State()
            if about.schema == SCHEMA:
                return self._read(ask, about)
        with self._writing() as connection:  # of an older syncd
            self._prepared(connection)
        return self.load()

    def about(self) -> About | None:
        """What the database says of itself; None where nothing is remembered yet. Raises
        StateError."""
        if not self._exists():
            return None
        with self._reading() as ask:
            return inspected(ask, str(self._path), self._deployment)

    def _prepared(self, connection: Connection) -> About:
        from syncd.store.schema import prepare

        # The copy is taken by another connection: it sees what stood before this transaction, and
        # nobody else can write meanwhile.
        keep = partial(copies.keep, self._path)
        return prepare(connection, str(self._path), self._deployment, keep)

    def _read(self, ask: Ask, about: About) -> State:
        mark, kept = self._mark(ask, about.birth), self._kept
        if kept is None or kept.mark != mark:
            same = kept is not None and kept.mark.birth == mark.birth
            facts = kept.state.facts if kept is not None and same else Facts()
            self._kept = kept = None  # two of them at once may be more than there is room for
            try:
                kept = _Kept(mark=mark, state=read_state(ask, about.revision, facts))
            except (ValueError, KeyError, TypeError) as error:
                raise unreadable(error, self._path) from error
        elif kept.since:
            kept = _Kept(mark=mark, state=applied(kept.state, *kept.since))
        self._birth, self._kept = about.birth, kept
        return kept.state

    def _mark(self, ask: Ask, birth: str) -> _Mark:
        (row,) = ask("PRAGMA user_version")
        return _Mark(birth=birth, drawn=row["user_version"], file=self._file())

    def _file(self) -> tuple[int, ...]:
        try:
            told = self._path.stat()
        except OSError as error:
            raise explained(error, self._path) from error
        return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns

    def commit(self, delta: Delta) -> None:
        """Change what is remembered, wholly or not at all; on return it survives a power cut.

        Raises StateError, also where the database is no more the one last loaded or written: a
        delta makes sense only on the state that it was made for.
        """
        if not delta and not delta.verb:
            return
        from syncd.store.schema import asking
        from syncd.store.writing import write_delta

        if self._birth is None:
            self._make()
        elif not self._exists():
            raise replaced(self._path)
        with self._writing() as connection:
            about = self._prepared(connection)
            if self._birth not in (None, about.birth):
                raise replaced(self._path)
            before, kept = self._mark(asking(connection), about.birth), self._kept
            write_delta(connection, delta)
            drawn = secrets.randbits(31)
            connection.exec_driver_sql(f"PRAGMA user_version = {drawn}")
        self._birth = about.birth
        if kept is not None and kept.mark == before:
            kept.since.append(delta)
            kept.mark = _Mark(birth=about.birth, drawn=drawn, file=self._file())

    def backup(self, target: Path, progress: copies.Progress | None = None) -> None:
        """Have `target` be a copy of the database as it is now, whoever is at work on it. Raises
        StateError, `target` being as it was."""
        if self.about() is None:
            raise StateError(
                f"{self._path} remembers nothing yet: there is nothing to back up. "
                "Next: syncd sync, or check `database` in the config."
            )
        copies.copy(self._path, target, progress)

    def restore(self, source: Path, progress: copies.Progress | None = None) -> Path | None:
        """Have the database hold what the backup `source` does, wholly or not at all; where what it
        held is kept, if it held anything. Raises StateError, the database being as it was.

        No daemon may be at work: it remembers of a calendar what the backup may not.
        """
        if not copies.is_usable(source):
            raise StateError(
                f"{source} is damaged, or no database at all. Nothing was changed. "
                "Next: name another backup."
            )
        if SqlStore(source, deployment=self._deployment).about() is None:
            raise StateError(f"{source} holds nothing of syncd's. Next: name a backup of syncd's.")
        label = f"replaced-{self._clock().astimezone(UTC):%Y%m%dT%H%M%SZ}"
        try:
            with self.exclusive(), scratch(self._path) as folder:
                ready = folder / "restored"
                copies.copy(source, ready, progress)
                SqlStore(ready, deployment=self._deployment).renew(source)
                kept = self._set_aside(label)
                self._make()
                copies.pour(ready, self._path)
        except OSError as error:
            raise explained(error, self._path) from error
        return kept

    def renew(self, source: Path) -> None:
        """Make a copy of `source` a database of its own, of this version. Raises StateError, which
        speaks of `source`, where it cannot be understood."""
        from syncd.store.schema import renew

        try:
            self.load()
            with self._writing() as connection:
                renew(connection)
        except StateError as error:
            raise StateError(str(error).replace(str(self._path), str(source))) from error

    def _set_aside(self, label: str) -> Path | None:
        if not self._exists() or not self._path.stat().st_size:
            return None
        keep = copies.keep if copies.is_usable(self._path) else copies.move_aside
        return keep(self._path, label)

    def exclusive(self) -> AbstractContextManager[None]:
        """Held by one tick at a time, across processes and threads.

        Raises StateError naming who has it, RuntimeError where this thread has it already.
        """
        return self._lock.held()

    def close(self) -> None:
        """Let go of files: none is held between two calls."""

    def _exists(self) -> bool:
        try:
            self._path.stat()
        except FileNotFoundError:
            return False
        except OSError as error:  # we may not look: that is not the same as empty
            raise explained(error, self._path) from error
        return True

    def _make(self) -> None:
        """Make the file, so that SQLite, which gives it the mode 0644, need not."""
        try:
            os.close(open_private(self._path))
            if not self._path.stat().st_size:
                self._use_wal()
        except OSError as error:
            raise explained(error, self._path) from error

    def _use_wal(self) -> None:
        """Let readers and a writer not wait for each other, where the file system can do that.

        Where it cannot (shared memory, on a network), SQLite keeps its rollback journal.
        """
        connection = sqlite3.connect(self._path)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error:
            pass
        finally:
            connection.close()

    def _reading(self) -> AbstractContextManager[Ask]:
        return reading(self._connect, self._path)

    @cached_property
    def _engine(self) -> Engine:
        from syncd.store.writing import engine_over

        return engine_over(self._connect)

    def _writing(self) -> AbstractContextManager[Connection]:
        from syncd.store.writing import writing

        return writing(self._engine, self._path)


def _path(where: str | Path) -> Path:
    if isinstance(where, str) and "://" in where:
        from sqlalchemy import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            url = make_url(where)
        except ArgumentError as error:
            raise StateError("`database` is not a URL that can be understood.") from error
        if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
            raise StateError(
                f"{url.render_as_string()} cannot hold syncd's state. "
                "Next: name a SQLite file as `database`, by its path or as sqlite:///path."
            )
        where = url.database
    return Path(where).absolute()
