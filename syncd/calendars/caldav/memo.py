"""What has been found out about a server, kept between processes so that it need not be asked
again. It holds no secret."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True)
class Memo:
    """Where a calendar is and how its server wants to be treated."""

    url: str
    username: str
    calendar: str
    """These three as config had them: found out for other ones, a memo is worth nothing."""
    collection: str = ""
    """The calendar's full address, ending in a slash; empty while there is none."""
    home: str = ""
    """Where a calendar would be made."""
    scheme: str = ""
    quirks: str = ""
    one_by_one: bool = False
    """Whether it turns down writes that come while it carries out another."""
    tokens_refused: int = 0
    """How often in a row the server did not know the token that it had given."""

    def encode(self) -> str:
        """As one line."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def read(cls, text: str, *, url: str, username: str, calendar: str) -> Memo:
        """What `encode` gave, if it was found out for the same settings; else nothing yet."""
        fresh = cls(url=url, username=username, calendar=calendar)
        try:
            told = cls(**json.loads(text)) if text else fresh
        except (ValueError, TypeError):
            return fresh
        same = (told.url, told.username, told.calendar) == (url, username, calendar)
        return told if same else fresh
