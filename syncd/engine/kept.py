"""What was last read of an address book: a file in the state folder, for its owner alone (0600)."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from syncd.errors import StateError

SAID = "syncd writes this file; it holds an address book as it was last read. Change that instead."


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An address book as it was last read."""

    sheets: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By path: ETag and vCard, in the order of the paths."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """By the id of a card: the person's."""


def read(path: Path) -> Kept:
    """What is in the file; nothing where there is none. Raises StateError."""
    try:
        found = json.loads(path.read_bytes())
        sheets = {str(p): (str(each[0]), str(each[1])) for p, each in found["sheets"].items()}
        ids = {str(uid): str(id) for uid, id in found["ids"].items()}
    except FileNotFoundError:
        return Kept()
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise StateError(
            f"{path} is damaged. Next: delete it; the address book is read anew."
        ) from error
    return Kept(sheets=sheets, ids=ids)


def touch(path: Path) -> None:
    """Have the file, if there is one, look changed to whoever watches it. Raises StateError."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StateError(f"{path} cannot be touched: {error.strerror or error}.") from error


def write(path: Path, kept: Kept) -> None:
    """Have the file hold `kept`; at no time is it half written. Raises StateError, the file being
    as it was."""
    text = json.dumps(
        {"about": SAID, "sheets": kept.sheets, "ids": kept.ids}, ensure_ascii=False, indent=1
    )
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "replace"))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise StateError(f"{path} cannot be written: {error.strerror or error}.") from error
