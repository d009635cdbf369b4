"""What has been found out about a calendar, kept between processes; it holds no secret."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Memo:
    """Which calendar it is, and what it says for all its events."""

    place: str
    """As config had it: found out for another one, a memo is worth nothing."""
    calendar: str = ""
    """Its id, or a task list's; empty while there is none."""
    zone: str = ""
    """Its IANA zone."""
    alarm: int | None = None
    """Its default reminder, in minutes."""

    def encode(self) -> str:
        """As one line."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def read(cls, text: str, *, place: str) -> Memo:
        """What `encode` gave, if it was found out for the same place; else nothing yet."""
        fresh = cls(place=place)
        try:
            told = cls(**json.loads(text)) if text else fresh
        except (ValueError, TypeError):
            return fresh
        return told if told.place == place else fresh
