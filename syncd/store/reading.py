"""The database as it is read: by what Python brings along, since SQLAlchemy takes half a second to
import, and whoever only looks must not wait for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from syncd.store.files import is_frozen
from syncd.store.rows import Ask, Row
from syncd.store.trouble import explained


def opened(path: Path, patience: float) -> sqlite3.Connection:
    """A connection to the database at `path`, which is there, for reading and writing; `patience`
    is how many seconds to wait for another process's transaction. Raises sqlite3.Error."""
    # mode=rw: a file that has gone is not made anew behind our back. No isolation level:
    # transactions are begun by us, since sqlite3 would begin them late and weakly.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{'immutable=1' if is_frozen(path) else 'mode=rw'}",
        uri=True,
        timeout=patience,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA synchronous = FULL")
    return connection


@contextmanager
def reading(connect: Callable[[], sqlite3.Connection], path: Path) -> Iterator[Ask]:
    """A transaction that reads the database at `path`, by a connection of its own. Raises
    StateError."""
    try:
        with closing(connect()) as connection:
            connection.execute("BEGIN")
            yield partial(_asked, connection)
    except sqlite3.Error as error:
        raise explained(error, path) from error


def _asked(connection: sqlite3.Connection, sql: str, *values: object) -> Iterator[Row]:
    found = connection.execute(sql, values)
    names = [name for name, *_ in found.description]
    return (dict(zip(names, row, strict=True)) for row in found)
