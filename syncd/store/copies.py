"""Whole copies of a database file, by SQLite's own way of taking one while others are at work.

    source  →  .NAME.1f2e3d4c.new  →  examined, synced to the disk  →  renamed to NAME

A copy is there whole or not at all. What replaces a database is written into it by SQLite, in one
transaction of its own: whoever has it open sees the old one or the new one, also after a crash.
"""

from __future__ import annotations

import os
import re
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from syncd.errors import StateError
from syncd.store.files import is_frozen, open_private
from syncd.store.trouble import explained

Progress = Callable[[int, int], None]

KEPT = 5
"""So many copies are kept beside a database, the youngest; the user's own do not count."""
_OF_THE_SOURCE = (
    *(sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED),
)
"""The kinds of error that a copy that is just being made cannot have."""
_PAGES = 256
"""How many pages are copied at a time, between which progress is told."""


def copy(source: Path, target: Path, progress: Progress | None = None) -> None:
    """Have `target` be a copy of the database `source`, for this user's eyes only, whatever it was
    before; `progress` is told how many pages are done. Raises StateError, `target` being as it
    was: also where the copy is damaged, since then `source` is."""
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")
    try:
        _sweep(target.parent, target.name)
        os.close(open_private(beside))
        try:
            _copied(source, beside, progress)
            _sync(beside)
            beside.replace(target)
            with suppress(OSError):  # not every file system can
                _sync(target.parent)
        finally:
            _sweep(target.parent, target.name)
    except sqlite3.Error as error:
        theirs = error.sqlite_errorcode & 0xFF in _OF_THE_SOURCE
        raise explained(error, source if theirs else target) from error
    except OSError as error:
        raise explained(error, target) from error


def _sweep(folder: Path, name: str) -> None:
    """Take away what is left in `folder` of copies called `name`, or so and more, that did not
    come about: whoever made them was killed."""
    for each in folder.iterdir() if folder.is_dir() else ():
        if each.name.startswith(f".{name}.") and each.name.endswith((".new", ".new-journal")):
            each.unlink(missing_ok=True)


def keep(database: Path, label: str) -> Path:
    """Copy `database` to a file beside it that tells `label`, and take the oldest of such copies
    away where they are more than `KEPT`; the copy's path. Raises StateError."""
    kept = database.with_name(f"{database.name}.{label}.backup")
    with suppress(OSError):
        _sweep(database.parent, database.name)
    copy(database, kept)
    ours = re.compile(rf"{re.escape(database.name)}\.(schema-\d+|replaced-[\dTZ]+)\.backup")
    copies = [each for each in database.parent.iterdir() if ours.fullmatch(each.name)]
    others = sorted((each for each in copies if each != kept), key=lambda e: e.stat().st_mtime)
    for old in others[: max(0, len(copies) - KEPT)]:
        with suppress(OSError):
            old.unlink()
    return kept


def move_aside(database: Path, label: str) -> Path:
    """Rename a database that cannot be used, with what SQLite has beside it; its path then. Raises
    StateError."""
    aside = database.with_name(f"{database.name}.{label}.backup")
    try:
        for end in ("-wal", "-shm", "-journal", ""):
            with suppress(FileNotFoundError):
                database.with_name(database.name + end).replace(aside.with_name(aside.name + end))
    except OSError as error:
        raise explained(error, database) from error
    return aside


def pour(source: Path, database: Path) -> None:
    """Have the file `database` hold what `source` does, wholly or not at all. Raises StateError,
    `database` being as it was."""
    try:
        with closing(_connected(source)) as ours, closing(_connected(database)) as theirs:
            theirs.execute("PRAGMA synchronous = FULL")
            ours.backup(theirs)
    except sqlite3.Error as error:
        raise explained(error, database) from error


def is_usable(database: Path) -> bool:
    """Whether SQLite finds nothing wrong with the file."""
    try:
        with closing(_connected(database)) as connection:
            return _is_whole(connection)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return False
        raise explained(error, database) from error


def _copied(source: Path, target: Path, progress: Progress | None) -> None:
    def moved(_: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(total - remaining, total)

    with closing(_connected(source)) as ours, closing(_connected(target)) as theirs:
        ours.execute("BEGIN")  # so that nobody's writing in the midst begins it anew
        ours.execute("SELECT count(*) FROM sqlite_master").fetchone()
        ours.backup(theirs, pages=_PAGES, progress=moved)
        ours.execute("ROLLBACK")
        theirs.execute("PRAGMA journal_mode = DELETE")  # the one file is all there is
        if not _is_whole(theirs):
            raise StateError(
                f"{source} is damaged, so that no copy of it was made. Next: syncd restore FILE "
                "puts a backup back; or move it aside and sync: the journal is read back from the "
                "calendar."
            )


def _is_whole(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))


def _connected(path: Path) -> sqlite3.Connection:
    # rw also where it is only read: whoever closes a database last takes its log into the file.
    how = "immutable=1" if is_frozen(path) else "mode=rw"
    return sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, isolation_level=None)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
