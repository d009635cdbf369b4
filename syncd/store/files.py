"""The files of the state folder: made for this user only."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make `folder`, and what is missing above it, with mode 0700. Raises OSError."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def is_frozen(database: Path) -> bool:
    """Whether nobody can write `database`, its file system being read-only, and it is whole.

    SQLite would otherwise want to make its shared memory beside it, even in order to read.
    """
    try:
        read_only = os.statvfs(database).f_flag & os.ST_RDONLY
    except OSError:
        return False
    return bool(read_only) and not database.with_name(database.name + "-wal").exists()


def open_private(path: Path) -> int:
    """A descriptor of `path` for reading and writing; made with mode 0600 where it is missing, its
    folder too. Raises OSError."""
    make_folder(path.parent)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


@contextmanager
def scratch(database: Path) -> Iterator[Path]:
    """A folder beside `database` for as long as it holds, and nobody else's: to be used by one at a
    time. Raises OSError."""
    folder = database.with_name(f".{database.name}.scratch")
    shutil.rmtree(folder, ignore_errors=True)  # of one that was killed
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
