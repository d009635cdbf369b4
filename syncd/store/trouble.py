"""What the operating system's and SQLite's errors mean to the user: what, where, what to do."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

from syncd.errors import StateError

_SAFE = "Nothing was changed, and the marks in the calendar are safe."
_FULL = f"The disk is full: {{path}} cannot be written. {_SAFE} Next: free some space."
_DENIED = (
    f"{{path}} may not be written by this user. {_SAFE} "
    "Next: give {user} write access to it and to its folder."
)
_NO_FOLDER = (
    "{path} cannot be made: what should be its folder is a file. "
    "Next: check `database` in the config."
)
_BUSY = (
    f"{{path}} is locked by another program. {_SAFE} Next: end what has it open, then try again."
)
_AFRESH = "move it aside and sync: the journal is read back from the calendar."

_SQLITE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _DENIED,
    sqlite3.SQLITE_PERM: _DENIED,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CORRUPT: (
        f"{{path}} is damaged. Next: syncd restore FILE, where there is a backup; else {_AFRESH}"
    ),
    sqlite3.SQLITE_NOTADB: (
        "{path} is not a database. Next: check `database` in the config; "
        f"if the path is right, {_AFRESH}"
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "{path} cannot be opened. "
        "Next: check that it is a file, and that this user may read it and write in its folder."
    ),
    sqlite3.SQLITE_IOERR: (
        f"The disk failed while {{path}} was in use: it is full, at its quota, or broken. {_SAFE} "
        "Next: free some space, or check the disk."
    ),
}

_SYSTEM = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EROFS: _DENIED,
    errno.EEXIST: _NO_FOLDER,
    errno.ENOTDIR: _NO_FOLDER,
}


def explained(error: BaseException | None, path: Path) -> StateError:
    """`error`, met while `path` was in use, in words that say what to do."""
    template = None
    if isinstance(error, sqlite3.Error):
        # The low byte is the kind; the rest only says at which step.
        template = _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    elif isinstance(error, OSError):
        template = _SYSTEM.get(error.errno or 0)
    if template is not None:
        return StateError(template.format(path=path, user=_user()))
    said = (error.strerror if isinstance(error, OSError) else None) or error
    return StateError(f"{path} cannot be used: {said}. Next: check `database` in the config.")


def _user() -> str:
    """Who we are, by number, since in a container that is all that the outside knows of us."""
    return f"user {os.geteuid()}" if hasattr(os, "geteuid") else "the user"


def unreadable(error: Exception, path: Path) -> StateError:
    """For a database whose tables hold what syncd never wrote."""
    if isinstance(error, ZoneInfoNotFoundError):
        return StateError(
            f"{path} names a time zone that this machine does not know: {error.args[0]}. "
            "Next: install the package tzdata."
        )
    return StateError(f"{path} holds what cannot be understood ({error}). Next: {_AFRESH}")


def replaced(path: Path) -> StateError:
    """For a database that was deleted, or gave way to another, between a load and a commit."""
    return StateError(
        f"{path} was deleted or replaced while syncd was at work. {_SAFE} "
        "Next: sync again: the journal is read back from the calendar."
    )
