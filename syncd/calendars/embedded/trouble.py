"""How the server ended where nobody wanted it to: remembered for `status`, until it runs well."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

_NAME = "trouble"


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """That it ended by itself, or could not be started, so many times in a row."""

    times: int
    since: str
    """ISO 8601."""
    words: str
    """The last time's."""

    def told(self, zone: ZoneInfo) -> str:
        """In sentences, with times in `zone`."""
        since = datetime.fromisoformat(self.since).astimezone(zone)
        often = "" if self.times == 1 else " again and again"
        said, _, following = self.words.partition(" Next: ")
        following = following or "nothing, unless it comes again: syncd starts it anew each time."
        return (
            f"The calendar server of syncd's own has failed{often} since {since:%Y-%m-%d %H:%M}: "
            f"{said} Your marks are safe in its folder. Next: {following}"
        )


def remember(folder: Path, words: str, now: datetime) -> None:
    """Count one more trouble."""
    before = _read(folder)
    found = Trouble(
        times=before.times + 1 if before else 1,
        since=before.since if before else now.isoformat(),
        words=words,
    )
    with suppress(OSError):
        (folder / _NAME).write_text(json.dumps(asdict(found)))


def forget(folder: Path) -> None:
    """It runs well."""
    with suppress(OSError):
        (folder / _NAME).unlink(missing_ok=True)


def trouble_of(folder: Path, zone: ZoneInfo) -> str:
    """What is remembered, in sentences; empty where all is well."""
    found = _read(folder)
    return found.told(zone) if found else ""


def words_of(folder: Path) -> str:
    """What was said the last time; empty where all is well."""
    found = _read(folder)
    return found.words if found else ""


def _read(folder: Path) -> Trouble | None:
    try:
        return Trouble(**json.loads((folder / _NAME).read_text()))
    except (OSError, ValueError, TypeError):
        return None
