"""The user's own files, written wholly or not at all."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from syncd.errors import UsageError


def content(path: Path) -> str | None:
    """What `path` holds, line ends as they are; None where there is no such file. Raises
    UsageError where it cannot be read."""
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not text in UTF-8.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}.") from error


def make(path: Path, text: str) -> None:
    """Write a new file, for its owner's eyes only. Raises UsageError where it cannot be made, or is
    there."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, text, 0o600)
    except OSError as error:
        raise _unwritable(path, error) from error


def keep_secret(path: Path, text: str) -> None:
    """Have `path` hold `text`, for its owner's eyes only, whatever it was before. Raises
    UsageError, the file being as it was."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists():
            path.chmod(0o600)
    except OSError as error:
        raise _unwritable(path, error) from error
    replace(path, text)


def replace(path: Path, text: str) -> None:
    """Have `path` hold `text`, its mode kept, and a link to it too; at no time is it half written.
    Raises UsageError, the file being as it was."""
    path = path.resolve()
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        mode = path.stat().st_mode & 0o7777 if path.exists() else 0o600
        _write(beside, text, mode)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise _unwritable(path, error) from error


def _write(path: Path, text: str, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _unwritable(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path} cannot be written: {error.strerror or error}. Nothing was changed.")
