"""A file of whatever kind as a book."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from syncd.books import monica, table, vcard
from syncd.books.card import Book
from syncd.books.table import Ask
from syncd.errors import UsageError

LARGEST = 1 << 30
"""Of an export that must be read as a whole, so many bytes."""
Progress = Callable[[int, int], None]


def read(
    path: Path,
    zone: ZoneInfo,
    columns: Mapping[str, str],
    ask: Ask | None = None,
    progress: Progress | None = None,
) -> Book:
    """What is in the address book at `path`: vCards, a table, or an export of Monica's, told by
    what it holds. `zone` is the user's. `columns` and `ask` are for tables, see there. `progress`
    is told how many of a hundred parts are read.

    Raises UsageError where it cannot be read, or is none of these.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            start = _text(file.read(monica.SNIFFED))
            file.seek(0)
            moved = _moved(size, progress)
            if "begin:vcard" in start.lower().replace(" ", ""):
                return vcard.read(file, path.name, moved)
            for fits, whole in (
                (monica.is_json, monica.from_json),
                (monica.is_sql, monica.from_sql),
            ):
                if fits(start) and not table.named(path):
                    if size > LARGEST:
                        raise UsageError(f"{path} is larger than {LARGEST >> 20} MB.")
                    return whole(_text(file.read()), path.name, zone)
            if table.named(path) or any(sign in start.split("\n")[0] for sign in table.DELIMITERS):
                return table.read(file, path.name, columns, ask, moved)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error
    raise UsageError(
        f"{path} holds no vCards, no table and no export of Monica 4's. "
        "Next: export your contacts as vCard or CSV."
    )


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    return data.decode("utf-8-sig", errors="replace")


def _moved(size: int, progress: Progress | None) -> Callable[[int], None]:
    """Tells `progress` of what was read, once for each part."""
    told = -1

    def moved(read: int) -> None:
        nonlocal told
        part = min(100, read * 100 // max(1, size))
        if part > told and progress is not None:
            told = part
            progress(part, 100)

    return moved
