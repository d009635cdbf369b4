"""A calendar at Google, behind the seam of `syncd.calendars.base`.

The calendar is looked for once and remembered in the memo; should it no longer be there, it is
looked for again. Several calendars of one sign-in share an `Account`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from syncd.calendars.base import Changes, Progress, Result, Write
from syncd.calendars.google.calls import MOST
from syncd.calendars.google.parse import Settings
from syncd.calendars.google.place import Place, failed, is_given
from syncd.calendars.google.read import CalendarLost, Reader, default_alarm
from syncd.calendars.google.write import Writer
from syncd.errors import CalendarError, CursorLost, Refused, Unreachable

_LISTED = {"maxResults": 250, "fields": "nextPageToken,items(id,summary,accessRole)"}
_WRITABLE = ("owner", "writer")


class GoogleCalendar(Place):
    """One calendar of one Google user. Implements `syncd.calendars.base.Calendar`. One that is made
    is in the user's zone, and so are events that have none."""

    _known: Reader | None = None

    @property
    def memo(self) -> str:
        """See the seam."""
        alarm = self._known.settings.alarm if self._known else default_alarm(self._memo.alarm)
        minutes = None if alarm is None else int(alarm.total_seconds() // 60)
        return replace(self._memo, alarm=minutes).encode()

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
        return is_given(self._settings.calendar)

    def _found(self) -> str:
        """The id of the calendar that config means; empty where there is none yet."""
        wanted = self._settings.calendar
        if self._is_given:
            return wanted
        found = self._named()
        if len(found) > 1:
            raise Refused(
                f"Calendar {self.name}: {len(found)} calendars are called «{wanted}»: "
                f"{', '.join(found)}. Next: write the id of one of them under calendar: in the "
                "config, or rename the others."
            )
        return found[0] if found else ""

    def _named(self) -> list[str]:
        """The ids of all calendars that are called as config says, and that may be written."""
        return [
            str(each["id"])
            for each in self._pages(self._calls.api.calendarList.list, **_LISTED)
            if each.get("summary") == self._settings.calendar
            and each.get("accessRole") in _WRITABLE
        ]

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
        and is found by its name the next time. Where somebody else made one at the same moment,
        ours, in which nothing is yet, gives way. Raises Unreachable or Refused."""
        calendars = self._calls.api.calendars
        body = {"summary": self._settings.calendar, "timeZone": self._zone.key}
        made = self._new(calendars.insert(body=body, fields="id"))
        if any(each != made for each in self._named()):
            self._ask(calendars.delete(calendarId=made))
            made = self._found()
        self._memo = replace(self._memo, calendar=made)
        reader = self._reader()
        if reader is None:
            raise Unreachable(f"Calendar {self.name}: it is gone again. Next: nothing.")
        return reader
