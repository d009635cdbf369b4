"""A calendar at Google, behind the seam of `syncd.calendars.base`.

The calendar is looked for once and remembered in the memo; should it no longer be there, it is
looked for again. Several calendars of one sign-in share an `Account`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from googleapiclient.errors import HttpError

from syncd.calendars.base import Changes, Fate, Pause, Progress, Result, Write
from syncd.calendars.google.account import Account
from syncd.calendars.google.calls import MOST, Calls
from syncd.calendars.google.errors import explained
from syncd.calendars.google.memo import Memo
from syncd.calendars.google.parse import Settings
from syncd.calendars.google.read import CalendarLost, Reader, default_alarm
from syncd.calendars.google.write import Writer
from syncd.errors import CalendarError, CursorLost, Refused, Unreachable
from syncd.model.roster import CalendarSettings

_WRITABLE = ("owner", "writer")


class GoogleCalendar:
    """One calendar of one Google user. Implements `syncd.calendars.base.Calendar`.

    `timezone` is the zone of a calendar that is made, and of events that have none; `memo` is what
    an earlier instance had found out; `pause` waits where Google wants it.
    """

    batch = MOST

    def __init__(
        self,
        settings: CalendarSettings,
        account: Account,
        *,
        timezone: str,
        memo: str = "",
        pause: Pause = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._account = account
        self._zone = ZoneInfo(timezone)
        self._memo = Memo.read(memo, place=settings.place)
        self._calls = Calls(
            account=account,
            api=account.api("calendar", "v3"),
            name=settings.name,
            pause=pause,
            chance=chance,
        )
        self._known: Reader | None = None

    @property
    def memo(self) -> str:
        """See the seam."""
        alarm = self._known.settings.alarm if self._known else default_alarm(self._memo.alarm)
        minutes = None if alarm is None else int(alarm.total_seconds() // 60)
        return replace(self._memo, alarm=minutes).encode()

    @property
    def notice(self) -> str:
        """See the seam."""
        return notice_of(self._account, self.name)

    def close(self) -> None:
        """See the seam."""
        self._account.close()

    # -- reading

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        """See the seam. A calendar that does not exist is made by the first write."""
        for _ in range(2):
            reader = self._reader()
            if reader is None:
                return Changes(
                    sightings=(), gone=frozenset(known), cursor="", full=True, missing=True
                )
            try:
                return self._read(reader, cursor, known, progress)
            except CalendarLost:
                self._forget()
                cursor = ""
        raise self._nowhere()

    def _read(
        self, reader: Reader, cursor: str, known: Mapping[str, str], progress: Progress | None
    ) -> Changes:
        try:
            return reader.changes(cursor, known, progress)
        except CursorLost:
            return reader.changes("", known, progress)

    def _reader(self) -> Reader | None:
        """None where there is no such calendar yet."""
        self._account.ready(self.name)
        if not self._memo.calendar:
            self._memo = replace(self._memo, calendar=self._found())
        if not self._memo.calendar:
            return None
        if self._known is None:
            settings = Settings(zone=self._zone, alarm=default_alarm(self._memo.alarm))
            self._known = Reader(calls=self._calls, calendar=self._memo.calendar, settings=settings)
        return self._known

    def _forget(self) -> None:
        self._memo = replace(self._memo, calendar="")
        self._known = None
        if self._is_given:
            raise self._nowhere()

    def _nowhere(self) -> Refused:
        return Refused(
            f"Calendar {self.name}: Google has no calendar «{self._settings.calendar}», or not for "
            "who signed in. Next: check calendar: in the config, or syncd auth google "
            f"{self.name}"
        )

    @property
    def _is_given(self) -> bool:
        """Whether config names the calendar itself, rather than what it is called."""
        return self._settings.calendar == "primary" or "@" in self._settings.calendar

    def _found(self) -> str:
        """The id of the calendar that config means; empty where there is none yet."""
        wanted = self._settings.calendar
        if self._is_given:
            return wanted
        found = [
            str(each["id"])
            for each in self._listed()
            if each.get("summary") == wanted and each.get("accessRole") in _WRITABLE
        ]
        if len(found) > 1:
            raise Refused(
                f"Calendar {self.name}: {len(found)} calendars are called «{wanted}»: "
                f"{', '.join(found)}. Next: write the id of one of them under calendar: in the "
                "config, or rename the others."
            )
        return found[0] if found else ""

    def _listed(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        more: dict[str, Any] = {}
        while True:
            page = self._ask(
                self._calls.api.calendarList.list(
                    maxResults=250,
                    fields="nextPageToken,items(id,summary,accessRole)",
                    **more,
                )
            )
            rows += page.get("items") or ()
            if not page.get("nextPageToken"):
                return rows
            more["pageToken"] = page["nextPageToken"]

    def _ask(self, request: Any, *, again: bool = True) -> dict[str, Any]:
        try:
            return self._calls.one(request, again=again)
        except HttpError as error:
            raise explained(error, self.name) from error

    # -- writing

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        """See the seam. A series takes two more requests than its batch."""
        if not writes:
            return []
        try:
            reader = self._reader() or self._made()
        except CalendarError as error:
            return [failed(error)] * len(writes)
        results: list[Result] = []
        for start in range(0, len(writes), MOST):
            results += Writer(reader=reader).send(writes[start : start + MOST])
            if progress is not None:
                progress(len(results), len(writes))
        return results

    def _made(self) -> Reader:
        """The calendar, which there was not yet. Where the answer is lost it may have been made,
        and is found by its name the next time. Raises Unreachable or Refused."""
        body = {"summary": self._settings.calendar, "timeZone": self._zone.key}
        made = self._ask(self._calls.api.calendars.insert(body=body, fields="id"), again=False)
        self._memo = replace(self._memo, calendar=str(made.get("id", "")))
        reader = self._reader()
        if reader is None:
            raise Unreachable(f"Calendar {self.name}: Google made none. Next: nothing.")
        return reader


def failed(error: CalendarError) -> Result:
    """What becomes of a write that `error` kept from being sent."""
    if isinstance(error, Unreachable):
        return Result(fate=Fate.LATER, why=str(error), after=error.after)
    return Result(fate=Fate.REFUSED, why=str(error))


def notice_of(account: Account, name: str) -> str:
    """The day on which a sign-in ends, where that is known."""
    ends = account.ends
    if ends is None:
        return ""
    day = f"{ends:%A} {ends.day} {ends:%B %Y}"
    return (
        f"Calendar {name}: the sign-in to Google ends on {day}, since its app is in Testing. "
        f"Next: publish the app (In production), then syncd auth google "
        f"{name.removesuffix(' tasks')}"
    )
