"""What files are called in messages, what paths in config mean, and which names fit into a key."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from syncd.model.keys import LONGEST_ID, Key, Kind


def shown(path: Path) -> str:
    """`path` as one would type it: from the working directory where it lies below it."""
    here = Path.cwd()
    try:
        return str(Path(os.path.abspath(path)).relative_to(here))
    except ValueError:
        return str(path)


def resolved(text: str, folder: Path, env: Mapping[str, str]) -> Path:
    """What the path `text` means in a file that lies in `folder`; `~` is the home in `env`."""
    if text == "~" or text.startswith("~/"):
        text = (env.get("HOME") or str(Path.home())) + text[1:]
    return Path(os.path.normpath(folder / text))


def too_long(kind: Kind, subject: str, deployment: str) -> bool:
    """Whether entries of the block or person `subject` would get longer names than some servers
    take, in their 99th attempt and generation."""
    day, number = date(2026, 1, 1), 99
    key = Key(kind=kind, subject=subject, day=day, attempt=number, generation=number)
    return len(key.encode(deployment)) > LONGEST_ID
