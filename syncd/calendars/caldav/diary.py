"""A calendar of the user's on a CalDAV server whose meetings count, behind the seam of
`syncd.calendars.base`: it is only read.

Where it is, and who the user is to the server, is looked for once and remembered in the memo.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from syncd.calendars.caldav import dav
from syncd.calendars.caldav.discover import addresses, find_calendar
from syncd.calendars.caldav.meetings import meetings_in
from syncd.calendars.caldav.transport import REDIRECTS, Transport, parsed
from syncd.calendars.reading import Unreadable
from syncd.errors import Refused
from syncd.model.meetings import Meeting
from syncd.model.roster import CalendarSettings


class CalDavDiary:
    """One collection of one user. Implements `syncd.calendars.base.Diary`.

    `timezone` is the zone in which floating times are read, `me` the user's addresses beside those
    that the server tells, `memo` what an earlier instance had found out, `awake` is the
    transport's. Raises ConfigError where the password cannot be had.
    """

    def __init__(
        self,
        settings: CalendarSettings,
        *,
        timezone: str,
        me: frozenset[str] = frozenset(),
        memo: str = "",
        awake: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._zone = ZoneInfo(timezone)
        self._me = me
        self._transport = Transport(
            name=settings.name,
            url=settings.url,
            username=settings.username,
            password=settings.password.reveal() if settings.username else "",
            origin=settings.password.origin,
            awake=awake,
        )
        found = _read(memo, settings.place)
        self._collection = found.get("collection", "")
        self._told: list[str] = found.get("addresses", [])
        self._transport.scheme = found.get("scheme", "")

    @property
    def memo(self) -> str:
        """See the seam."""
        found = {
            "place": self._settings.place,
            "collection": self._collection,
            "addresses": self._told,
            "scheme": self._transport.scheme,
        }
        return json.dumps(found, sort_keys=True)

    def close(self) -> None:
        """See the seam."""
        self._transport.close()

    def meetings(self, since: datetime, until: datetime) -> tuple[Meeting, ...]:
        """See the seam."""
        for _ in range(2):
            if not self._collection:
                self._find()
            found = self._asked(since, until)
            if found is not None:
                return tuple(found)
            self._collection = ""
        raise self._nowhere()

    def _find(self) -> None:
        url, wanted = self._settings.url, self._settings.calendar
        self._collection, _ = find_calendar(self._transport, url, wanted)
        if not self._collection:
            raise self._nowhere()
        self._told = sorted(addresses(self._transport, url))

    def _nowhere(self) -> Refused:
        return Refused(
            f"Calendar {self.name}: {self._transport.host} has no calendar "
            f"«{self._settings.calendar}». Next: check meetings: under credit: in the config."
        )

    def _asked(self, since: datetime, until: datetime) -> list[Meeting] | None:
        """None where there is no calendar at the remembered address."""
        answer = self._transport.request(
            "REPORT", self._collection, dav.calendar_query(since, until), {"Depth": "1"}
        )
        if answer.status in (404, 410, *REDIRECTS):
            return None
        self._transport.ensure(answer, "read it")
        me = self._me.union(self._told, _own(self._settings.username))
        found: list[Meeting] = []
        for row in dav.rows(parsed(self._transport, answer)):
            with suppress(Unreadable):  # of what cannot be understood nothing counts
                body = row.text("C:calendar-data")
                if body:
                    found += meetings_in(body, since, until, self._zone, me)
        return found


def _own(username: str) -> set[str]:
    """A user name that is an address, as it is with most providers."""
    return {username.casefold()} if "@" in username else set()


def _read(memo: str, place: str) -> dict[str, Any]:
    """What an earlier instance had found out about the same place."""
    try:
        told = json.loads(memo)
        same = told["place"] == place
        return dict(told) if same else {}
    except (ValueError, KeyError, TypeError):
        return {}
