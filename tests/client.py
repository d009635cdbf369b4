"""A calendar app, as the tests' user has it: plain HTTP, and none of syncd's own code (RFC 4918,
RFC 4791, RFC 5545).

It shows what is in one calendar and does to it what people do: retitle, drag, delete, and the many
ways in which apps change a series. An edit is made on the bytes that were shown, under their ETag,
and gives what is shown then; whatever the server does not accept raises `Refusal`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urljoin, urlsplit
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events
from icalendar import vDDDTypes, vRecur, vText
from lxml import etree

from tests import ical
from tests.ical import Moment, Shown, instant
from tests.servers import Server

_DAV = "{DAV:}"
_CALDAV = "{urn:ietf:params:xml:ns:caldav}"
_PROPFIND = '<propfind xmlns="DAV:"><prop><displayname/><resourcetype/></prop></propfind>'
_QUERY = """<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<prop><getetag/><C:calendar-data/></prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter>
</C:calendar-query>"""


class Refusal(Exception):
    """The server did not do as it was told."""

    def __init__(self, method: str, path: str, status: int) -> None:
        super().__init__(f"{method} {path}: {status}")
        self.status = status


class Client:
    """Somebody with a calendar app, at the calendar called `calendar` on `server`."""

    def __init__(self, server: Server, calendar: str) -> None:
        self._server = server
        self._calendar = calendar
        self._found: str | None = None

    # -- looking

    @property
    def collection(self) -> str:
        """The calendar's path. Raises LookupError where there is none of that name, or several."""
        if self._found is None:
            there = [
                urlsplit(answer.findtext(f"{_DAV}href")).path
                for answer in self._rows("PROPFIND", self._server.home, _PROPFIND)
                if answer.find(f".//{_DAV}resourcetype/{_CALDAV}calendar") is not None
                and (answer.findtext(f".//{_DAV}displayname") or "") == self._calendar
            ]
            if len(there) != 1:
                raise LookupError(f"{len(there)} calendars are called «{self._calendar}»")
            self._found = there[0]
        return self._found

    @property
    def exists(self) -> bool:
        """Whether there is such a calendar."""
        try:
            return bool(self.collection)
        except LookupError:
            return False

    def entries(self) -> list[Shown]:
        """Every event and series, series as they are, the earliest first."""
        found = [
            ical.shown(
                urlsplit(answer.findtext(f"{_DAV}href")).path,
                answer.findtext(f".//{_DAV}getetag") or "",
                answer.findtext(f".//{_CALDAV}calendar-data") or "",
            )
            for answer in self._rows("REPORT", self.collection, _QUERY)
        ]
        return sorted(found, key=lambda each: (instant(each.start), each.title, each.uid))

    def week(self, start: Moment, days: int = 7) -> list[Shown]:
        """What takes place in the `days` days from `start`, every instance by itself."""
        first = instant(start)
        found: list[Shown] = []
        for entry in self.entries():
            tree = icalendar.Calendar.from_ical(entry.body)
            for part in recurring_ical_events.of(tree).between(first, first + timedelta(days=days)):
                one = ical.component(part, entry)
                if not one.cancelled:
                    found.append(one)
        return sorted(found, key=lambda each: (instant(each.start), each.title, each.uid))

    def look(self, what: str) -> list[Shown]:
        """The entries whose UID is `what`, or whose title begins with it."""
        entries = self.entries()
        return [each for each in entries if each.uid == what] or [
            each for each in entries if each.title.startswith(what)
        ]

    def find(self, what: str) -> Shown:
        """The one entry whose UID is `what`, or whose title begins with it. Raises LookupError for
        none and for several."""
        found = self.look(what)
        if len(found) != 1:
            titles = [f"{each.title} ({each.start})" for each in self.entries()]
            raise LookupError(f"{len(found)} entries begin with «{what}»; there are {titles}")
        return found[0]

    def again(self, entry: Shown) -> Shown | None:
        """The same resource as it is now; None where it is gone."""
        try:
            return self._got(entry.href)
        except Refusal as refusal:
            if refusal.status in (404, 410):
                return None
            raise

    # -- events

    def add(self, title: str, start: Moment, end: Moment, text: str = "") -> Shown:
        """An event of the user's own."""
        return self._add(ical.event(title, ical.utc(start), ical.utc(end), text))

    def add_series(self, title: str, start: datetime, end: datetime, rule: str) -> Shown:
        """A series of the user's own, in the zone of `start`."""
        event = ical.event(title, start, end, "")
        event["RRULE"] = vRecur.from_ical(rule)
        return self._add(event)

    def retitle(self, entry: Shown, title: str) -> Shown:
        """Give an entry another title."""
        return self._edit(
            entry, lambda tree: ical.put(ical.master_of(tree), "SUMMARY", vText(title))
        )

    def describe(self, entry: Shown, text: str) -> Shown:
        """Give an entry another text."""
        return self._edit(
            entry, lambda tree: ical.put(ical.master_of(tree), "DESCRIPTION", vText(text))
        )

    def drag(self, entry: Shown, start: Moment, end: Moment | None = None) -> Shown:
        """Move an event; its length stays unless `end` is given."""
        return self._edit(entry, lambda tree: ical.move(ical.master_of(tree), start, end))

    def set(self, entry: Shown, name: str, value: str) -> Shown:
        """Give an entry a property, or another value for one."""
        return self._edit(entry, lambda tree: ical.put(ical.master_of(tree), name, vText(value)))

    def silence(self, entry: Shown) -> Shown:
        """Take an entry's alarms away."""

        def change(tree: icalendar.Calendar) -> None:
            event = ical.master_of(tree)
            event.subcomponents = [c for c in event.subcomponents if c.name != "VALARM"]

        return self._edit(entry, change)

    def delete(self, entry: Shown) -> None:
        """Delete an entry; a series with all its instances."""
        self._ask("DELETE", entry.href, None, {"If-Match": entry.etag})

    delete_series = delete

    def restore(self, entry: Shown) -> Shown:
        """Put a deleted entry back as it was shown."""
        return self._send(entry.href, entry.body.encode(), {"If-None-Match": "*"})

    def put_back(self, entry: Shown, before: Shown) -> Shown:
        """Make an entry what it was before, as a backup or a second device does."""
        return self._send(entry.href, before.body.encode(), {"If-Match": entry.etag})

    def invite(self, entry: Shown, address: str) -> Shown:
        """Invite somebody to an entry."""

        def change(tree: icalendar.Calendar) -> None:
            ical.put(
                ical.master_of(tree), "ORGANIZER", icalendar.vCalAddress("mailto:me@example.org")
            )
            ical.master_of(tree).add("ATTENDEE", icalendar.vCalAddress(f"mailto:{address}"))

        return self._edit(entry, change)

    def meet(
        self,
        title: str,
        start: Moment,
        end: Moment,
        guests: Mapping[str, str],
        rule: str | None = None,
    ) -> Shown:
        """A meeting with `guests`, by address with what they answered (RFC 5545 3.2.12); with
        `rule` it repeats."""
        event = ical.event(title, start, end, "")
        ical.put(event, "ORGANIZER", icalendar.vCalAddress("mailto:me@example.org"))
        for address, answer in guests.items():
            ical.answer(event, address, answer)
        if rule is not None:
            event["RRULE"] = vRecur.from_ical(rule)
        return self._add(event)

    def answer(
        self, entry: Shown, address: str, answer: str, original: datetime | None = None
    ) -> Shown:
        """What somebody answers to a meeting, or to its one occurrence at `original`."""

        def change(tree: icalendar.Calendar) -> None:
            part = ical.master_of(tree) if original is None else ical.override(tree, original)
            ical.answer(part, address, answer)

        return self._edit(entry, change)

    def strip(self, entry: Shown) -> Shown:
        """Take out every property that RFC 5545 does not name, as some apps do when they save."""

        def change(tree: icalendar.Calendar) -> None:
            for part in tree.walk():
                for name in [name for name in part if name.startswith("X-")]:
                    part.pop(name)

        return self._edit(entry, change)

    def copy(self, entry: Shown) -> Shown:
        """Duplicate an entry, all its properties but the UID included."""
        tree = icalendar.Calendar.from_ical(entry.body)
        uid = str(uuid.uuid4())
        for part in tree.walk("VEVENT"):
            ical.put(part, "UID", vText(uid))
        return self._create(uid, tree)

    def wipe(self) -> None:
        """Delete every entry, one by one."""
        for entry in self.entries():
            self.delete(entry)

    def drop(self) -> None:
        """Delete the calendar itself."""
        self._ask("DELETE", self.collection, None, {})
        self._found = None

    # -- series; an occurrence is named by its original start

    def change_occurrence(
        self,
        entry: Shown,
        original: datetime,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        title: str | None = None,
        text: str | None = None,
        place: str | None = None,
    ) -> Shown:
        """Change one occurrence of a series."""

        def change(tree: icalendar.Calendar) -> None:
            override = ical.override(tree, original)
            if start is not None or end is not None:
                ical.move(override, start or override.decoded("DTSTART"), end)
            if title is not None:
                ical.put(override, "SUMMARY", vText(title))
            if text is not None:
                ical.put(override, "DESCRIPTION", vText(text))
            if place is not None:
                ical.put(override, "LOCATION", vText(place))

        return self._edit(entry, change)

    def move_occurrence(
        self, entry: Shown, original: datetime, start: datetime, end: datetime | None = None
    ) -> Shown:
        """Drag one occurrence; its length stays unless `end` is given."""
        return self.change_occurrence(entry, original, start=start, end=end)

    def shorten_occurrence(self, entry: Shown, original: datetime, end: datetime) -> Shown:
        """Let one occurrence end at `end`."""
        return self.change_occurrence(entry, original, end=end)

    def delete_occurrence(
        self, entry: Shown, original: datetime, *, cancelled: bool = False
    ) -> Shown:
        """Delete one occurrence: by an EXDATE, or as some apps do by an override that is
        cancelled."""

        def change(tree: icalendar.Calendar) -> None:
            if cancelled:
                ical.put(ical.override(tree, original), "STATUS", vText("CANCELLED"))
                return
            for part in ical.overrides_of(tree):
                if ical.at(part, "RECURRENCE-ID") == original:
                    tree.subcomponents.remove(part)
            ical.exclude(ical.master_of(tree), {*ical.exdates(ical.master_of(tree)), original})

        return self._edit(entry, change)

    def restore_occurrence(self, entry: Shown, original: datetime) -> Shown:
        """Take back whatever was done to one occurrence."""

        def change(tree: icalendar.Calendar) -> None:
            for part in ical.overrides_of(tree):
                if ical.at(part, "RECURRENCE-ID") == original:
                    tree.subcomponents.remove(part)
            ical.exclude(ical.master_of(tree), ical.exdates(ical.master_of(tree)) - {original})

        return self._edit(entry, change)

    def move_series(self, entry: Shown, start: datetime, end: datetime | None = None) -> Shown:
        """Move all occurrences, the exceptions along: the first one starts at `start`."""

        def change(tree: icalendar.Calendar) -> None:
            master = ical.master_of(tree)
            before = master.decoded("DTSTART")
            ical.move(master, start, end)
            by = ical.wall(master.decoded("DTSTART")) - ical.wall(before)
            ical.reday(master)
            ical.exclude(master, {each + by for each in ical.exdates(master)})
            for part in ical.overrides_of(tree):
                for name in ("RECURRENCE-ID", "DTSTART", "DTEND"):
                    ical.put(part, name, vDDDTypes(part.decoded(name) + by))

        return self._edit(entry, change)

    def cut(self, entry: Shown, until: datetime) -> Shown:
        """End a series: what starts after `until` does not take place."""
        return self._edit(entry, lambda tree: ical.cut(tree, until))

    def split(
        self,
        entry: Shown,
        at: datetime,
        start: datetime,
        end: datetime | None = None,
        *,
        rule: str | None = None,
        marked: bool = True,
        cut_first: bool = True,
    ) -> tuple[Shown, Shown]:
        """Change "this and following": the series ends before its occurrence at `at`, and a second
        one under another UID starts at `start` instead. With `marked` it keeps the properties that
        RFC 5545 does not name. Gives both halves."""
        tree = icalendar.Calendar.from_ical(entry.body)
        uid = str(uuid.uuid4())
        for part in ical.overrides_of(tree):
            tree.subcomponents.remove(part)
        second = ical.master_of(tree)
        ical.put(second, "UID", vText(uid))
        ical.move(second, start, end)
        ical.exclude(second, set())
        if rule is not None:
            ical.put(second, "RRULE", vRecur.from_ical(rule))
        else:
            for name in ("UNTIL", "COUNT"):
                second["RRULE"].pop(name, None)
            ical.reday(second)
        if not marked:
            for name in [name for name in second if name.startswith("X-")]:
                second.pop(name)
        if cut_first:
            first = self.cut(entry, at - timedelta(seconds=1))
            return first, self._create(uid, tree)
        made = self._create(uid, tree)
        return self.cut(entry, at - timedelta(seconds=1)), made

    # -- the wire

    def _add(self, event: icalendar.Event) -> Shown:
        tree = icalendar.Calendar()
        tree.add("PRODID", "-//somebody//their app//EN")
        tree.add("VERSION", "2.0")
        tree.add_component(event)
        start = event.decoded("DTSTART")
        if isinstance(start, datetime) and isinstance(start.tzinfo, ZoneInfo):
            first = start.date()
            tree.add_missing_timezones(first - timedelta(days=400), first + timedelta(days=1500))
        return self._create(str(event["UID"]), tree)

    def _create(self, uid: str, tree: icalendar.Calendar) -> Shown:
        path = f"{self.collection}{quote(uid)}.ics"
        return self._send(path, tree.to_ical(), {"If-None-Match": "*"})

    def _edit(self, entry: Shown, change: Callable[[icalendar.Calendar], object]) -> Shown:
        tree = icalendar.Calendar.from_ical(entry.body)
        change(tree)
        for part in tree.walk("VEVENT"):
            ical.put(part, "DTSTAMP", vDDDTypes(datetime.now(UTC).replace(microsecond=0)))
            ical.put(part, "SEQUENCE", icalendar.vInt(int(part.get("SEQUENCE", 0)) + 1))
        return self._send(entry.href, tree.to_ical(), {"If-Match": entry.etag})

    def _send(self, path: str, body: bytes, condition: Mapping[str, str]) -> Shown:
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        self._ask("PUT", path, body, headers)
        return self._got(path)

    def _got(self, path: str) -> Shown:
        for answer in self._rows(
            "REPORT",
            self.collection,
            f'<C:calendar-multiget xmlns="DAV:" xmlns:C="{_CALDAV[1:-1]}">'
            f"<prop><getetag/><C:calendar-data/></prop><href>{path}</href></C:calendar-multiget>",
        ):
            body = answer.findtext(f".//{_CALDAV}calendar-data")
            if body:
                return ical.shown(path, answer.findtext(f".//{_DAV}getetag") or "", body)
        raise Refusal("REPORT", path, 404)

    def _rows(self, method: str, path: str, body: str) -> Iterator[Any]:
        headers = {"Content-Type": "application/xml; charset=utf-8", "Depth": "1"}
        root: Any = etree.fromstring(self._ask(method, path, body.encode(), headers))
        yield from root.iter(f"{_DAV}response")

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        where = urlsplit(urljoin(self._server.url, path)).path
        status, content = self._server.ask(method, where, body, **headers)
        if status >= 300:
            raise Refusal(method, path, status)
        return content
