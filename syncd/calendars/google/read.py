"""Reading one calendar: what changed since a token, or everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from googleapiclient.errors import HttpError

from syncd.calendars.base import Changes, Progress
from syncd.calendars.google.books import sighting_of, version_of
from syncd.calendars.google.calls import Answer, Calls
from syncd.calendars.google.errors import explained, status_of
from syncd.calendars.google.pages import items, pages
from syncd.calendars.google.parse import FIELDS, Family, Settings, earliest, read_family
from syncd.calendars.reading import NONSENSE, Unreadable, lean
from syncd.errors import CalendarError, CursorLost
from syncd.model.entries import Entry, Sighting
from syncd.model.keys import is_key

Json = dict[str, Any]
PAGE = 2500
_LISTED = f"nextPageToken,nextSyncToken,timeZone,defaultReminders,items({FIELDS})"


class CalendarLost(CalendarError):
    """There is no calendar under the remembered id."""


@dataclass(kw_only=True)
class Reader:
    """Reads the calendar whose id is `calendar`."""

    calls: Calls
    calendar: str
    settings: Settings
    """As the calendar said them last; a reading may learn others."""
    members: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    """By series: the version that was told for it last, and the etags of its events in that. It
    says nothing where another version is known: what was told may not have been kept."""

    # -- pages

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        """As the seam's `changes`. Raises Unreachable, Refused, CalendarLost, or CursorLost for a
        token that is unknown."""
        kind, _, token = cursor.partition(":")
        if kind != "sync" or not token:
            return self._everything(known, progress)
        rows = list[Json]()
        for page in self._pages({"syncToken": token}):
            rows += items(page)
            token = _token(page)
            if progress is not None and rows:
                progress(len(rows), len(rows))
        families, gone = self._changed(rows, known)
        return Changes(
            sightings=tuple(self._sightings(families, known)),
            gone=frozenset(gone & known.keys()),
            last_words=self._last_words(sorted(gone & known.keys())),
            cursor=f"sync:{token}",
        )

    def _everything(self, known: Mapping[str, str], progress: Progress | None) -> Changes:
        """A listing of everything. What does not repeat is read page by page, and nothing else of
        it kept; a series waits for its exceptions, which may be on any page."""
        singles: dict[str, Sighting | None] = {}
        masters: dict[str, Json] = {}
        exceptions: dict[str, list[Json]] = {}
        token, done = "", 0
        for page in self._pages({}):
            for row in items(page):
                id, series = str(row["id"]), row.get("recurringEventId")
                if series:
                    exceptions.setdefault(str(series), []).append(row)
                elif row.get("status") == "cancelled":
                    continue
                elif row.get("recurrence"):  # what comes up twice changed meanwhile
                    singles.pop(id, None)
                    masters[id] = row
                else:
                    masters.pop(id, None)
                    told = self._sightings({id: Family(master=row)}, known)
                    singles[id] = next(iter(told), None)
            token = _token(page)
            done += len(items(page))
            if progress is not None and done:
                progress(done, done)
        families = {id: _family(row, exceptions.get(id, ())) for id, row in masters.items()}
        gone = known.keys() - families.keys() - singles.keys()
        return Changes(
            sightings=(
                *(each for each in singles.values() if each is not None),
                *self._sightings(families, known),
            ),
            gone=frozenset(gone),
            last_words=self._last_words(sorted(gone)),
            cursor=f"sync:{token}",
            full=True,
        )

    def _pages(self, asked: Json) -> Iterator[Json]:
        """All pages. Every parameter is the same each time, as tokens demand."""
        for page in pages(lambda more: self._ask(self._list(**asked, **more)), self.calls.name):
            self._learn(page)
            yield page

    def _list(self, **more: Any) -> Any:
        return self.calls.api.events.list(
            calendarId=self.calendar, maxResults=PAGE, singleEvents=False, fields=_LISTED, **more
        )

    def _ask(self, request: Any) -> Json:
        try:
            return self.calls.one(request)
        except HttpError as error:
            if status_of(error) == 410:
                raise CursorLost from error
            if status_of(error) == 404:
                raise CalendarLost from error
            raise explained(error, self.calls.name) from error

    def _learn(self, page: Json) -> None:
        reminders = page.get("defaultReminders")
        if isinstance(reminders, list):
            with suppress(*NONSENSE):
                self.settings = replace(self.settings, alarm=earliest(reminders))

    # -- families

    def _changed(
        self, rows: Iterable[Json], known: Mapping[str, str]
    ) -> tuple[dict[str, Family], set[str]]:
        """The families in a listing of what changed, and the ids of what is gone. Of a series it
        shows only what changed in it: unless that is what was written here, all of it is asked
        for."""
        families: dict[str, Family] = {}
        gone: set[str] = set()
        partly: dict[str, dict[str, str]] = {}
        for row in rows:
            id, series = str(row.get("id")), row.get("recurringEventId")
            if series:
                partly.setdefault(str(series), {})[id] = str(row.get("etag", ""))
            elif row.get("status") == "cancelled":
                gone.add(id)
            elif row.get("recurrence"):
                partly.setdefault(id, {})[id] = str(row.get("etag", ""))
            else:
                families[id] = Family(master=row)
                self.members.pop(id, None)
        wanted = [
            id
            for id, etags in partly.items()
            if id not in gone and not etags.items() <= self._members(id, known).items()
        ]
        for id, family in self.fetch(wanted).items():
            if family is None:
                gone.add(id)
            else:
                families[id] = family
        for id in gone:
            self.members.pop(id, None)
        return families, gone

    def remember(self, family: Family) -> None:
        """Note a series whose version is told now."""
        self.members[str(family.master["id"])] = version_of(family), family.etags

    def _members(self, id: str, known: Mapping[str, str]) -> dict[str, str]:
        version, etags = self.members.get(id, ("", {}))
        return etags if version == known.get(id) else {}

    def fetch(self, ids: list[str]) -> dict[str, Family | None]:
        """The families of these events as they are now; None for those that are not there. Raises
        Unreachable or Refused."""
        found: dict[str, Family | None] = {}
        masters = {}
        for id, answer in zip(ids, self._get(ids), strict=True):
            if isinstance(answer, HttpError) and status_of(answer) in (404, 410):
                found[id] = None
            elif isinstance(answer, Exception):
                raise explained(answer, self.calls.name)
            elif answer.get("status") == "cancelled":
                found[id] = None
            else:
                masters[id] = {**answer, "id": id}
        repeating = [id for id, master in masters.items() if master.get("recurrence")]
        requests = [
            self._list(iCalUID=masters[id].get("iCalUID"), showDeleted=True) for id in repeating
        ]
        exceptions = dict(zip(repeating, self.calls.many(requests), strict=True))
        for id, master in masters.items():
            answer = exceptions.get(id, {})
            if isinstance(answer, Exception):
                raise explained(answer, self.calls.name)
            found[id] = _family(
                master, (row for row in items(answer) if row.get("recurringEventId") == id)
            )
        return found

    def _get(self, ids: Iterable[str]) -> list[Answer]:
        events = self.calls.api.events
        return self.calls.many(
            [events.get(calendarId=self.calendar, eventId=id, fields=FIELDS) for id in ids]
        )

    def _sightings(
        self, families: Mapping[str, Family], known: Mapping[str, str]
    ) -> Iterator[Sighting]:
        """How those are sighted that are new or have another version."""
        for href, family in families.items():
            if known.get(href) != version_of(family):
                if family.repeats:
                    self.remember(family)
                yield lean(sighting_of(family, self.settings), known)

    def _last_words(self, gone: list[str]) -> dict[str, Entry]:
        """What those of ours that are gone said last: a deleted event can be read, for a while.
        Raises Unreachable or Refused, since nobody would ask again."""
        ours = [id for id in gone if is_key(id)]
        found: dict[str, Entry] = {}
        for id, answer in zip(ours, self._get(ours) if ours else (), strict=True):
            if isinstance(answer, HttpError) and status_of(answer) in (404, 410):
                continue
            if isinstance(answer, Exception):
                raise explained(answer, self.calls.name)
            if "start" not in answer:
                continue
            try:
                entry = read_family(Family(master=answer), self.settings)
            except Unreadable:
                continue
            if entry.recurrence is None:
                found[id] = replace(entry, cancelled=False)
        return found


def _token(page: Json) -> str:
    return str(page.get("nextSyncToken") or "")


def _family(master: Json, exceptions: Iterable[Json]) -> Family:
    if not master.get("recurrence"):
        return Family(master=master)
    return Family(
        master=master, exceptions=tuple(sorted(exceptions, key=lambda each: str(each.get("id"))))
    )


def default_alarm(minutes: int | None) -> timedelta | None:
    """The default reminder that a memo remembers."""
    return None if minutes is None else timedelta(minutes=minutes)
