"""What files are called in messages, where they are, and which names fit into a key."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from syncd.model.keys import LONGEST_ID, Key, Kind

DEPLOYMENT = "default"
"""What a deployment is called that config gives no name."""


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


def state_folder(env: Mapping[str, str]) -> Path:
    """Where syncd keeps what it remembers: `SYNCD_STATE`, else the platform's place for it."""
    if env.get("SYNCD_STATE"):
        return Path(env["SYNCD_STATE"])
    home = Path(env.get("HOME") or Path.home())
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "syncd"
    if os.name == "nt":
        return Path(env.get("LOCALAPPDATA") or home / "AppData" / "Local") / "syncd"
    return Path(env.get("XDG_STATE_HOME") or home / ".local" / "state") / "syncd"


def database(named: Path | None, deployment: str, env: Mapping[str, str]) -> Path:
    """The database of `deployment` (the default one where it has no name): the file that config
    names, else one in the state folder."""
    return named or state_folder(env) / f"{deployment or DEPLOYMENT}.sqlite"


def too_long(kind: Kind, subject: str, deployment: str) -> bool:
    """Whether entries of the block or person `subject` would get longer names than some servers
    take, in their 99th attempt and generation."""
    day, number = date(2026, 1, 1), 99
    key = Key(kind=kind, subject=subject, day=day, attempt=number, generation=number)
    return len(key.encode(deployment)) > LONGEST_ID
