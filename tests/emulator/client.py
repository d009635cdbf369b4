"""A calendar app at Google, as the tests' user has it: plain HTTP and JSON, none of syncd's code,
and none of Google's libraries.

It has the verbs of `tests.client.Client`, so that the same story can be told on either. An entry is
shown with the exceptions of its series as overrides; an edit is made on what was shown, under its
etag, and gives what is shown then; whatever Google does not accept raises `Refusal`.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from tests.client import Refusal
from tests.emulator.account import Account
from tests.ical import Moment, Shown, instant

Json = dict[str, Any]
_NAMES = {
    "LOCATION": "location",
    "SUMMARY": "summary",
    "DESCRIPTION": "description",
    "COLOR": "colorId",
    "STATUS": "status",
}
_SERVER_SIDE = ("kind", "etag", "htmlLink", "created", "updated", "creator", "organizer", "iCalUID")


class GoogleClient:
    """Somebody with Google's app, at the calendar called `calendar` of `account`."""

    def __init__(self, account: Account, calendar: str) -> None:
        self._account = account
        self._calendar = calendar
        self._token = account.app_token()

    # -- looking

    @property
    def collection(self) -> str:
        """The calendar's id. Raises LookupError where there is none of that name, or several."""
        if self._calendar == "primary":
            return "primary"
        rows = self._ask("GET", "users/me/calendarList")["items"]
        found = [str(each["id"]) for each in rows if each["summary"] == self._calendar]
        if len(found) != 1:
            raise LookupError(f"{len(found)} calendars are called «{self._calendar}»")
        return found[0]

    @property
    def exists(self) -> bool:
        """Whether there is such a calendar."""
        try:
            return bool(self.collection)
        except LookupError:
            return False

    def entries(self) -> list[Shown]:
        """Every event and series, series as they are, the earliest first."""
        rows, more = [], {}
        while True:
            page = self._ask("GET", self._events(), {"maxResults": 2500, **more})
            rows += page["items"]
            if "nextPageToken" not in page:
                break
            more = {"pageToken": page["nextPageToken"]}
        exceptions: dict[str, list[Json]] = {}
        for row in rows:
            if "recurringEventId" in row:
                exceptions.setdefault(row["recurringEventId"], []).append(row)
        found = [
            shown(row, exceptions.get(row["id"], []))
            for row in rows
            if "recurringEventId" not in row and row["status"] != "cancelled"
        ]
        return sorted(found, key=lambda each: (instant(each.start), each.title, each.uid))

    def week(self, start: Moment, days: int = 7) -> list[Shown]:
        """What takes place in the `days` days from `start`, every instance by itself."""
        first = instant(start)
        window = {
            "singleEvents": "true",
            "timeMin": first.isoformat(),
            "timeMax": (first + timedelta(days=days)).isoformat(),
            "maxResults": 2500,
        }
        rows = self._ask("GET", self._events(), window)["items"]
        found = [replace(shown(row), uid=row.get("recurringEventId", row["id"])) for row in rows]
        return sorted(found, key=lambda each: (instant(each.start), each.title, each.uid))

    def look(self, what: str) -> list[Shown]:
        """The entries whose id is `what`, or whose title begins with it."""
        entries = self.entries()
        return [each for each in entries if each.uid == what] or [
            each for each in entries if each.title.startswith(what)
        ]

    def find(self, what: str) -> Shown:
        """The one entry whose id is `what`, or whose title begins with it. Raises LookupError for
        none and for several."""
        found = self.look(what)
        if len(found) != 1:
            titles = [f"{each.title} ({each.start})" for each in self.entries()]
            raise LookupError(f"{len(found)} entries begin with «{what}»; there are {titles}")
        return found[0]

    def again(self, entry: Shown) -> Shown | None:
        """The same event as it is now; None where it is gone."""
        found = [each for each in self.entries() if each.uid == entry.uid]
        return found[0] if found else None

    # -- events

    def add(self, title: str, start: Moment, end: Moment, text: str = "") -> Shown:
        """An event of the user's own."""
        return self._added(
            {"summary": title, "description": text, "start": _when(start), "end": _when(end)}
        )

    def add_series(self, title: str, start: datetime, end: datetime, rule: str) -> Shown:
        """A series of the user's own, in the zone of `start`."""
        body = {"summary": title, "start": _when(start), "end": _when(end)}
        return self._added({**body, "recurrence": [f"RRULE:{rule}"]})

    def retitle(self, entry: Shown, title: str) -> Shown:
        """Give an entry another title."""
        return self._edit(entry, {"summary": title})

    def describe(self, entry: Shown, text: str) -> Shown:
        """Give an entry another text."""
        return self._edit(entry, {"description": text})

    def drag(self, entry: Shown, start: Moment, end: Moment | None = None) -> Shown:
        """Move an event; its length stays unless `end` is given."""
        return self._edit(entry, _moved(entry, start, end))

    def set(self, entry: Shown, name: str, value: str) -> Shown:
        """Give an entry a property, by iCalendar's name, or another value for one."""
        if name == "TRANSP":
            return self._edit(entry, {"transparency": value.lower()})
        if (name, value) == ("STATUS", "CANCELLED"):  # which is how Google says deleted
            self.delete(entry)
            return entry
        if name == "CLASS":
            return self._edit(entry, {"visibility": value.lower()})
        return self._edit(entry, {_NAMES[name]: value})

    def silence(self, entry: Shown) -> Shown:
        """Take an entry's alarms away."""
        return self._edit(entry, {"reminders": {"useDefault": False, "overrides": []}})

    def delete(self, entry: Shown) -> None:
        """Delete an entry; a series with all its instances."""
        self._ask("DELETE", self._events(entry.uid), etag=entry.etag)

    delete_series = delete

    def restore(self, entry: Shown) -> Shown:
        """Take a deleted entry out of the trash."""
        self._ask("PATCH", self._events(entry.uid), body={"status": "confirmed"})
        return self._now(entry)

    def put_back(self, entry: Shown, before: Shown) -> Shown:
        """Make an entry what it was before, as a backup or a second device does."""
        told = _writable(json.loads(before.body)["event"])
        self._ask("PUT", self._events(entry.uid), body=told, etag=entry.etag)
        return self._now(entry)

    def invite(self, entry: Shown, address: str) -> Shown:
        """Invite somebody to an entry."""
        return self._edit(entry, {"attendees": [{"email": address}]})

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
        body = {"summary": title, "start": _when(start), "end": _when(end)}
        body["attendees"] = [_attendee(*each) for each in guests.items()]
        if rule is not None:
            body["recurrence"] = [f"RRULE:{rule}"]
        return self._added(body)

    def answer(
        self, entry: Shown, address: str, answer: str, original: datetime | None = None
    ) -> Shown:
        """What somebody answers to a meeting, or to its one occurrence at `original`."""
        id = entry.uid if original is None else _instance(entry, original)
        there = self._ask("GET", self._events(id)).get("attendees", [])
        others = [each for each in there if each["email"] != address]
        body = {"attendees": [*others, _attendee(address, answer)]}
        self._ask("PATCH", self._events(id), body=body)
        return self._now(entry)

    def strip(self, entry: Shown) -> Shown:
        """Take out every private property, as some apps do when they save."""
        told = _writable(json.loads(entry.body)["event"])
        told.pop("extendedProperties", None)
        self._ask("PUT", self._events(entry.uid), body=told, etag=entry.etag)
        return self._now(entry)

    def copy(self, entry: Shown) -> Shown:
        """Duplicate an entry, all its properties but the id included."""
        told = _writable(json.loads(entry.body)["event"])
        made = self._added(told)
        for override in entry.overrides.values():
            assert override.original is not None
            self.change_occurrence(
                made,
                override.original,
                start=_aware(override.start),
                end=_aware(override.end),
                title=override.title,
                text=override.text,
            )
        return self._now(made)

    def wipe(self) -> None:
        """Delete every entry, one by one."""
        for entry in self.entries():
            self.delete(entry)

    def drop(self) -> None:
        """Delete the calendar itself."""
        self._ask("DELETE", f"calendars/{quote(self.collection, safe='')}")

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
        body: Json = {}
        there = self._ask("GET", self._events(_instance(entry, original)))
        if start is not None or end is not None:
            body |= _moved(shown(there), start or _aware(shown(there).start), end)
        if title is not None:
            body["summary"] = title
        if text is not None:
            body["description"] = text
        if place is not None:
            body["location"] = place
        self._ask("PATCH", self._events(_instance(entry, original)), body=body)
        return self._now(entry)

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
        """Delete one occurrence; Google has one way for it."""
        del cancelled
        self._ask("DELETE", self._events(_instance(entry, original)))
        return self._now(entry)

    def restore_occurrence(self, entry: Shown, original: datetime) -> Shown:
        """Take back whatever was done to one occurrence."""
        body = {"status": "confirmed", "summary": entry.title, "description": entry.text}
        length = instant(entry.end) - instant(entry.start)
        body |= {"start": _when(original), "end": _when(original + length)}  # type: ignore[dict-item]
        self._ask("PATCH", self._events(_instance(entry, original)), body=body)
        return self._now(entry)

    def move_series(self, entry: Shown, start: datetime, end: datetime | None = None) -> Shown:
        """Move all occurrences: the first one starts at `start`. Exceptions are lost thereby."""
        rule = _redayed(entry.rrule or "", start)
        return self._edit(entry, {**_moved(entry, start, end), "recurrence": [f"RRULE:{rule}"]})

    def cut(self, entry: Shown, until: datetime) -> Shown:
        """End a series: what starts after `until` does not take place."""
        rule = _endless(entry.rrule or "")
        line = f"RRULE:{rule};UNTIL={until.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        return self._edit(entry, {"recurrence": [line]})

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
        """Change "this and following": the series ends the second before its occurrence at `at`,
        and a second one, named after the first, starts at `start` instead. With `marked` it keeps
        the private properties. Gives both halves."""
        told = _writable(json.loads(entry.body)["event"])
        told["id"] = f"{entry.uid.partition('_R')[0]}_R{at.astimezone(UTC):%Y%m%dT%H%M%S}"
        told["recurrence"] = [f"RRULE:{rule or _redayed(_endless(entry.rrule or ''), start)}"]
        told |= _moved(entry, start, end)
        if not marked:
            told.pop("extendedProperties", None)
        if cut_first:
            first = self.cut(entry, at - timedelta(seconds=1))
            return first, self._added(told)
        made = self._added(told)
        return self.cut(entry, at - timedelta(seconds=1)), made

    # -- the wire

    def _events(self, id: str | None = None) -> str:
        path = f"calendars/{quote(self.collection, safe='')}/events"
        return path if id is None else f"{path}/{quote(id, safe='')}"

    def _added(self, body: Json) -> Shown:
        made = self._ask("POST", self._events(), body=body)
        return shown(made)

    def _edit(self, entry: Shown, body: Json) -> Shown:
        self._ask("PATCH", self._events(entry.uid), body=body, etag=entry.etag)
        return self._now(entry)

    def _now(self, entry: Shown) -> Shown:
        found = self.again(entry)
        if found is None:
            raise Refusal("GET", entry.uid, 404)
        return found

    def _ask(
        self,
        method: str,
        path: str,
        query: Json | None = None,
        body: Json | None = None,
        etag: str | None = None,
    ) -> Json:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        if etag is not None:
            headers["If-Match"] = etag
        where = urlsplit(self._account.url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        try:
            target = f"/calendar/v3/{path}" + (f"?{urlencode(query)}" if query else "")
            content = json.dumps(body) if body is not None else None
            connection.request(method, target, content, headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise Refusal(method, path, answer.status)
        return json.loads(said) if said else {}  # type: ignore[no-any-return]


def shown(event: Json, exceptions: list[Json] | None = None) -> Shown:
    """An event as an app shows it."""
    zone = ZoneInfo(event["start"].get("timeZone") or "UTC")
    start, end = _moment(event["start"], zone), _moment(event["end"], zone)
    lines = event.get("recurrence", [])
    rule = next((line[6:] for line in lines if line.startswith("RRULE:")), None)
    overrides: dict[datetime, Shown] = {}
    exdates = {
        datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).astimezone(zone)
        for line in lines
        if line.startswith("EXDATE:")
        for value in line[7:].split(",")
    }
    for each in exceptions or []:
        original = _moment(each["originalStartTime"], zone)
        assert isinstance(original, datetime)
        if each["status"] == "cancelled":
            exdates.add(original)
            continue
        one = replace(shown(each), uid=event["id"], rrule=rule)
        same = (one.title, one.text) == (event.get("summary", ""), event.get("description", ""))
        moved = one.start != original or instant(one.end) - instant(one.start) != instant(
            end
        ) - instant(start)
        if not same or moved:
            overrides[original] = one
    reminders = event.get("reminders", {})
    leads = [timedelta(minutes=each["minutes"]) for each in reminders.get("overrides", [])]
    original = None
    if "originalStartTime" in event:
        moment = _moment(event["originalStartTime"], zone)
        original = moment if isinstance(moment, datetime) else None
    return Shown(
        href=event["id"],
        etag=event["etag"],
        body=json.dumps({"event": event}),
        uid=event["id"],
        title=event.get("summary", ""),
        start=start,
        end=end,
        text=event.get("description", ""),
        alarm=max(leads, default=None),
        busy=event.get("transparency") != "transparent",
        private=event.get("visibility") == "private",
        cancelled=event["status"] == "cancelled",
        rrule=rule,
        exdates=frozenset(exdates),
        overrides=overrides,
        original=original,
        properties={name: str(event[key]) for name, key in _NAMES.items() if key in event},
    )


def _moment(when: Json, zone: ZoneInfo) -> Moment:
    if "date" in when:
        return date.fromisoformat(when["date"])
    return datetime.fromisoformat(when["dateTime"]).astimezone(
        ZoneInfo(when.get("timeZone", zone.key))
    )


def _when(moment: Moment) -> Json:
    if not isinstance(moment, datetime):
        return {"date": moment.isoformat()}
    key = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else "UTC"
    return {"dateTime": moment.isoformat(), "timeZone": key}


def _moved(entry: Shown, start: Moment, end: Moment | None) -> Json:
    if end is None:
        if isinstance(start, datetime) and isinstance(entry.start, datetime):
            length = instant(entry.end) - instant(entry.start)
            end = (start.astimezone(UTC) + length).astimezone(start.tzinfo)
        elif isinstance(start, datetime):
            end = start + timedelta(hours=1)
        else:
            end = start + timedelta(days=1)
    times = {"start": _when(start), "end": _when(end)}
    for each in times.values():  # the absent half is nulled, so that a date replaces a time
        for name in ("date", "dateTime"):
            each.setdefault(name, None)
    return times


def _instance(entry: Shown, original: datetime) -> str:
    if isinstance(entry.start, datetime):
        return f"{entry.uid}_{original.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{entry.uid}_{original:%Y%m%d}"


def _writable(event: Json) -> Json:
    """All of an event that an app may send."""
    told = deepcopy(event)
    for name in (*_SERVER_SIDE, "id", "sequence", "eventType"):
        told.pop(name, None)
    return told


def _attendee(address: str, answer: str) -> Json:
    return {"email": address, "responseStatus": answer.replace("needs-action", "needsAction")}


def _endless(rule: str) -> str:
    return ";".join(p for p in rule.split(";") if not p.startswith(("UNTIL=", "COUNT=")))


def _redayed(rule: str, start: datetime) -> str:
    day = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[start.weekday()]
    parts = rule.split(";")
    return ";".join(f"BYDAY={day}" if p.startswith("BYDAY=") else p for p in parts)


def _aware(moment: Moment) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), UTC)
