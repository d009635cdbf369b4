"""How a deployment is doing, for whoever asks every half minute: the few rows that say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

from syncd.model.records import CalendarState
from syncd.store.codec import decode_moment
from syncd.store.reading import opened, reading
from syncd.store.rows import doubtful
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
    with reading(partial(opened, path, PATIENCE), path) as ask:
        if not any(ask("SELECT 1 FROM sqlite_master")):
            return Vitals()
        (about,) = ask("SELECT schema FROM syncd")
        if about["schema"] > SCHEMA:
            raise newer(path, about["schema"])
        rows = list(ask("SELECT name, succeeded, failing_since, error, doubtful FROM calendars"))
        settings = {row["name"]: row["value"] for row in ask("SELECT name, value FROM settings")}
    try:
        calendars = {
            row["name"]: CalendarState(
                succeeded=_moment(row["succeeded"]),
                failing_since=_moment(row["failing_since"]),
                error=row["error"],
                doubtful=doubtful(row["doubtful"]),
            )
            for row in rows
        }
    except (ValueError, KeyError, TypeError) as error:
        raise unreadable(error, path) from error
    return Vitals(calendars=calendars, settings=settings)


def _moment(text: str | None) -> datetime | None:
    return decode_moment(text) if text else None
