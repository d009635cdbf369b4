"""How a deployment is doing, read from its database by what Python brings along: SQLAlchemy takes a
third of a second to import, and whoever asks every half minute must not wait for it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from syncd.model.records import CalendarState
from syncd.store.codec import decode_moment
from syncd.store.files import is_frozen
from syncd.store.trouble import explained, unreadable
from syncd.store.versions import SCHEMA, newer

PATIENCE = 5.0
"""Seconds to wait for another process's transaction."""


@dataclass(frozen=True, kw_only=True)
class Vitals:
    """The part of a State that says how it is going."""

    calendars: Mapping[str, CalendarState] = field(default_factory=dict)
    """Only when they were last read, since when they fail, why, and what is in doubt."""
    settings: Mapping[str, str] = field(default_factory=dict)


def vitals(path: Path) -> Vitals:
    """What the database at `path` says; nothing where it is not made yet. Makes and changes
    nothing. Raises StateError."""
    try:
        path.stat()
    except FileNotFoundError:
        return Vitals()
    except OSError as error:
        raise explained(error, path) from error
    mode = "immutable=1" if is_frozen(path) else "mode=rw"
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=PATIENCE)
        ) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                return Vitals()
            (schema,) = connection.execute("SELECT schema FROM syncd").fetchone()
            if schema > SCHEMA:
                raise newer(path, schema)
            rows = connection.execute(
                "SELECT name, succeeded, failing_since, error, doubtful FROM calendars"
            ).fetchall()
            settings = dict(connection.execute("SELECT name, value FROM settings").fetchall())
    except sqlite3.Error as error:
        raise explained(error, path) from error
    try:
        calendars = {
            name: CalendarState(
                succeeded=_moment(succeeded),
                failing_since=_moment(since),
                error=error,
                doubtful=tuple(json.loads(doubtful)),
            )
            for name, succeeded, since, error, doubtful in rows
        }
    except (ValueError, KeyError, TypeError) as error:
        raise unreadable(error, path) from error
    return Vitals(calendars=calendars, settings=settings)


def _moment(text: str | None) -> datetime | None:
    return decode_moment(text) if text else None
