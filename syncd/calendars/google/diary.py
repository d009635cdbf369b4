"""A calendar at Google whose meetings count, behind the seam of `syncd.calendars.base`: it is only
read."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from syncd.calendars.base import Pause
from syncd.calendars.google.account import Account
from syncd.calendars.google.parse import Settings, when_of
from syncd.calendars.google.place import Place, is_given
from syncd.calendars.guests import Answer, Guest, address, present
from syncd.calendars.reading import NONSENSE, cleaned
from syncd.errors import Refused
from syncd.model.keys import is_key
from syncd.model.meetings import Meeting
from syncd.model.roster import CalendarSettings

Json = dict[str, Any]
_CALENDARS = {"maxResults": 250, "fields": "nextPageToken,items(id,summary,accessRole)"}
_READABLE = ("owner", "writer", "reader")
_FIELDS = (
    "nextPageToken,items(id,iCalUID,recurringEventId,originalStartTime,status,summary,start,end,"
    "organizer(email,self),attendees(email,responseStatus,self,resource))"
)
_HALF = re.compile(r"_R\d{8}(?:T\d{6})?(?=@|$)")
"""What the second half of a series that was split has behind the name of the first."""
_ANSWERS = {"accepted": Answer.ACCEPTED, "declined": Answer.DECLINED}


class GoogleDiary(Place):
    """One calendar of one Google user. Implements `syncd.calendars.base.Diary`. `me` are the user's
    addresses beside the one that Google knows."""

    def __init__(
        self,
        settings: CalendarSettings,
        account: Account,
        *,
        timezone: str,
        me: frozenset[str] = frozenset(),
        memo: str = "",
        pause: Pause = time.sleep,
    ) -> None:
        super().__init__(settings, account, timezone=timezone, memo=memo, pause=pause)
        self._me = me

    def meetings(self, since: datetime, until: datetime) -> tuple[Meeting, ...]:
        """See the seam."""
        self._account.ready(self.name)
        if not self._memo.calendar:
            self._memo = replace(self._memo, calendar=self._found())
        try:
            rows = self._pages(
                self._calls.api.events.list,
                calendarId=self._memo.calendar,
                timeMin=_told(since),
                timeMax=_told(until),
                singleEvents=True,
                showDeleted=False,
                maxResults=2500,
                fields=_FIELDS,
            )
        except Refused:  # it may be another one by now that is called so
            self._memo = replace(self._memo, calendar="")
            raise
        found: list[Meeting] = []
        for row in rows:
            with suppress(*NONSENSE):  # of what cannot be understood nothing counts
                found.append(_meeting(row, Settings(zone=self._zone), self._me))
        return tuple(found)

    def _found(self) -> str:
        """The calendar's id. Raises Unreachable, or Refused where there is not one such."""
        wanted = self._settings.calendar
        if is_given(wanted):
            return wanted
        found = [
            str(each["id"])
            for each in self._pages(self._calls.api.calendarList.list, **_CALENDARS)
            if each.get("summary") == wanted and each.get("accessRole") in _READABLE
        ]
        if len(found) == 1:
            return found[0]
        if found:
            raise Refused(
                f"Calendar {self.name}: {len(found)} calendars are called «{wanted}»: "
                f"{', '.join(found)}. Next: write the id of one of them under credit: in config."
            )
        raise Refused(
            f"Calendar {self.name}: Google shows no calendar «{wanted}» to who signed in. "
            "Next: check meetings: under credit: in the config; your own is called primary."
        )


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _meeting(event: Json, settings: Settings, me: frozenset[str]) -> Meeting:
    """Raises what NONSENSE names."""
    guests = [
        Guest(
            email=address(str(each.get("email") or "")),
            answer=_ANSWERS.get(str(each.get("responseStatus")), Answer.OTHER),
            me=bool(each.get("self")),
        )
        for each in event.get("attendees") or ()
        if not each.get("resource")
    ]
    inviting = event.get("organizer") or {}
    organizer = "" if inviting.get("self") else address(str(inviting.get("email") or ""))
    emails, declined = present(guests, organizer, me)
    original = event.get("originalStartTime")
    return Meeting(
        uid=_uid(event),
        original=when_of(original, settings) if original else None,
        start=when_of(event["start"], settings),
        end=when_of(event["end"], settings),
        title=cleaned(str(event.get("summary") or "")),
        emails=emails,
        cancelled=event.get("status") == "cancelled",
        declined=declined,
    )


def _uid(event: Json) -> str:
    """What all instances of a series, and both halves of one that was split, have in common, in
    whichever of the user's calendars; of an entry of syncd's, its key."""
    id = _HALF.sub("", str(event.get("recurringEventId") or event["id"]))
    return id if is_key(id) else _HALF.sub("", str(event.get("iCalUID") or id))
