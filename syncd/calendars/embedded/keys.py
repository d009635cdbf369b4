"""The password of the embedded server: made once, and kept for its owner's eyes only.

It lies there as it is. syncd has to sign in with it and to show it, so that a hash of it beside it
would hide nothing; and as it is not a person's own, it opens nothing else.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from syncd.errors import StateError

NAME = "password"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What nobody mistakes for another on a phone's keyboard."""
GROUPS, EACH = 4, 5
"""Twenty letters: 99 bits."""


def password(folder: Path) -> str:
    """The password of the server in `folder`, made where there is none. Raises StateError where it
    cannot be read or kept."""
    path = folder / NAME
    try:
        while not (found := _read(path)):
            make_folder(folder)
            _keep(path, _made())
    except (OSError, UnicodeDecodeError) as error:
        raise unusable(path, error) from error
    return found


def make_folder(folder: Path) -> None:
    """Make `folder`, and what is missing above it, for its owner alone. Raises OSError."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def keep_users(path: Path, username: str, word: str) -> None:
    """Write the htpasswd file for Radicale. Raises OSError."""
    beside = _beside(path, f"{username}:{word}\n")
    beside.replace(path)


def unusable(path: Path, error: OSError | ValueError) -> StateError:
    """What to say where a file of the server's cannot be used."""
    why = (error.strerror if isinstance(error, OSError) else "") or error
    return StateError(
        f"{path} cannot be used: {why}. The calendar server of syncd's own needs it. "
        "Next: see that this user may write there, and that the disk has room."
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def _keep(path: Path, word: str) -> None:
    """Have `path` hold `word`, unless another process was first."""
    beside = _beside(path, f"{word}\n")
    try:
        if path.exists():  # and is empty
            beside.replace(path)
        else:
            os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()


def _beside(path: Path, text: str) -> Path:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return beside


def _made() -> str:
    groups = ("".join(secrets.choice(LETTERS) for _ in range(EACH)) for _ in range(GROUPS))
    return "-".join(groups)
