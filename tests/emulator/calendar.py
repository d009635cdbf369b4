"""One calendar, and what the events resource does to it."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from tests.emulator import recurrence
from tests.emulator.errors import ApiError, Violation, invalid, not_found
from tests.emulator.recurrence import said

Json = dict[str, Any]
DEFAULTS = {"status": "confirmed", "eventType": "default"}
_ID = re.compile("[a-v0-9]{5,1024}")
_OMITTED = {"transparency": "opaque", "visibility": "default"}
"""What Google leaves out where it is so."""


class Ticks:
    """Counts up with every change anywhere; what an etag is made from."""

    def __init__(self) -> None:
        self.now = 1

    def next(self) -> int:
        self.now += 1
        return self.now


def etag(tick: int) -> str:
    return f'"{3_181_161_784_712_000 + tick * 2}"'


@dataclass
class Calendar:
    """Its events by id: singles, series and exceptions, the cancelled ones among them."""

    id: str
    summary: str
    zone: str
    clock: Callable[[], datetime]
    ticks: Ticks
    owner: str
    app: str = ""
    """The OAuth client that made it, where one did."""
    role: str = "owner"
    reminders: list[Json] = field(default_factory=lambda: [{"method": "popup", "minutes": 30}])
    events: dict[str, Json] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    oldest: int = 0
    """The tick before which no sync token is known any more."""
    pages: dict[str, tuple[list[Json], int]] = field(default_factory=dict)

    # -- single events

    def find(self, id: str) -> Json:
        """An event, an exception, or an occurrence that is none. Raises ApiError."""
        if id in self.events:
            return self.events[id]
        base, _, stamped = id.rpartition("_")
        master = self.events.get(base)
        if master is None or "recurrence" not in master or master["status"] == "cancelled":
            raise not_found()
        original = recurrence.original_of(stamped, master)
        if original is None:
            raise not_found()
        return recurrence.instance(original, master)

    def get(self, id: str, condition: str | None = None) -> Json:
        found = self.find(id)
        if condition is not None and condition == found["etag"]:
            raise ApiError(304, "notModified")
        return found

    def insert(self, body: Json) -> Json:
        if "id" in body and "iCalUID" in body:
            raise invalid("Either id or iCalUID may be set, not both.")
        id = body.get("id") or base64.b32hexencode(secrets.token_bytes(15)).decode().lower()
        if not _ID.fullmatch(id):
            split = re.fullmatch(r"([a-v0-9]{5,900})_R\d{8}(T\d{6})?", id)
            if split is None or split[1] not in self.events:  # as Google's own app names halves
                raise ApiError(400, "invalid", "Invalid resource id value.")
        if id in self.events:
            raise ApiError(409, "duplicate", "The requested identifier already exists.")
        event: Json = {
            "kind": "calendar#event",
            "id": id,
            **DEFAULTS,
            "htmlLink": f"https://www.google.com/calendar/event?eid={id[:20]}",
            "created": self._now(),
            "iCalUID": body.get("iCalUID") or f"{id}@google.com",
            "sequence": 0,
            "reminders": {"useDefault": True},
            "creator": {"email": self.owner, "self": True},
            "organizer": {"email": self.id, "self": True},
        }
        return self._stored(event, self._patched(event, body))

    def patch(self, id: str, body: Json, condition: str | None = None) -> Json:
        before = self.find(id)
        self._must_match(before, condition)
        after = self._patched(before, body)
        return self._stored(before, after)

    def update(self, id: str, body: Json, condition: str | None = None) -> Json:
        before = self.find(id)
        self._must_match(before, condition)
        kept = ("kind", "id", "htmlLink", "created", "iCalUID", "creator", "organizer", "sequence")
        kept = (*kept, "recurringEventId", "originalStartTime", "eventType")
        bare = {k: before[k] for k in kept if k in before}
        bare |= {"status": "confirmed", "reminders": {"useDefault": True}, "etag": before["etag"]}
        return self._stored(before, self._patched(bare, body))

    def delete(self, id: str, condition: str | None = None) -> None:
        event = self.find(id)
        if event["status"] == "cancelled":
            raise ApiError(410, "deleted", "Resource has been deleted")
        self._must_match(event, condition)
        self._cancel(event)
        for each in self.exceptions(id):
            if each["status"] != "cancelled":
                self._cancel(each)
            else:
                self._touch(each)

    def exceptions(self, id: str) -> list[Json]:
        return [e for e in self.events.values() if e.get("recurringEventId") == id]

    # -- inside

    def _must_match(self, event: Json, condition: str | None) -> None:
        if condition is None or condition == "*":
            return
        if condition != event["etag"]:
            raise ApiError(412, "conditionNotMet", "Precondition Failed")

    def _now(self) -> str:
        return self.clock().astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def _cancel(self, event: Json) -> None:
        self.events[event["id"]] = {**event, "status": "cancelled", "updated": self._now()}
        self._touch(self.events[event["id"]])

    def _touch(self, event: Json) -> None:
        tick = self.ticks.next()
        event["etag"] = etag(tick)
        self.changed[event["id"]] = tick

    def _stored(self, before: Json, after: Json) -> Json:
        only_reminders = {**before, "reminders": 0} == {**after, "reminders": 0}
        if not only_reminders or "updated" not in after:
            after["updated"] = self._now()
        if before.get("status") == "cancelled" and after["status"] == "cancelled":
            return before  # a change of what is deleted is taken, and comes to nothing
        self.events[after["id"]] = after
        self._touch(after)
        timing = ("start", "recurrence")
        if before.get("recurrence") and any(before.get(k) != after.get(k) for k in timing):
            for each in self.exceptions(after["id"]):
                original = recurrence.wall(each["originalStartTime"], recurrence.zone_of(after))
                if each["status"] != "cancelled" and not recurrence.gives(after, original):
                    self._cancel(each)
        return after

    def _patched(self, before: Json, body: Json) -> Json:
        after = deepcopy(before)
        for name, value in body.items():
            if name in ("id", "iCalUID"):
                continue
            if name == "extendedProperties":
                after[name] = self._extended(after.get(name, {}), value)
            elif name == "attendees" and value:
                after[name] = [self._attendee(each, after) for each in value]
            elif name in ("start", "end", "originalStartTime"):
                after[name] = self._when(name, value, after, body)
            elif value is None or _OMITTED.get(name) == value:
                after.pop(name, None)
            else:
                after[name] = deepcopy(value)
        self._check(after)
        return after

    def _when(self, name: str, value: Json, after: Json, body: Json) -> Json:
        told = {k: v for k, v in {**after.get(name, {}), **value}.items() if v is not None}
        if value.get("date"):
            return {"date": value["date"]}
        told.pop("date", None)
        if "dateTime" not in told:
            raise invalid(f"Missing {name} time.")
        key = told.get("timeZone")
        if key is None and (after.get("recurrence") or body.get("recurrence")):
            raise ApiError(400, "required", f"Missing time zone definition for {name} time.")
        try:
            zone = ZoneInfo(key or self.zone)
        except (KeyError, ValueError, OSError) as error:
            raise invalid(f"Invalid time zone definition for {name} time.") from error
        moment = datetime.fromisoformat(told["dateTime"])
        moment = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
        return {"dateTime": said(moment), "timeZone": zone.key}

    def _attendee(self, told: Json, event: Json) -> Json:
        """What Google makes of an attendee that was sent."""
        if not told.get("email"):
            raise ApiError(400, "required", "Missing attendee email.")
        answer = told.get("responseStatus", "needsAction")
        if answer not in ("needsAction", "declined", "tentative", "accepted"):
            raise invalid("Invalid attendee response status.")
        made: Json = {**told, "responseStatus": answer}
        email = told["email"].casefold()
        flags = {"self": self.id, "organizer": event["organizer"]["email"]}
        for flag, whose in flags.items():
            made.pop(flag, None)
            if email == whose.casefold():
                made[flag] = True
        return made

    def _extended(self, before: Json, wanted: Json | None) -> Json:
        found: Json = {}
        for kind in ("private", "shared"):
            values = dict(before.get(kind, {}))
            for key, value in ((wanted or {}).get(kind) or {}).items():
                if value is None:
                    values.pop(key, None)
                elif len(key) <= 44:
                    values[key] = value[:1024]
            if len(values) > 300 or sum(len(k) + len(v) for k, v in values.items()) > 32_768:
                raise invalid("Too many extended properties.")
            if values:
                found[kind] = values
        return found

    def _check(self, event: Json) -> None:
        if "start" not in event or "end" not in event:
            raise ApiError(400, "required", "Missing end time.")
        start, end = event["start"], event["end"]
        if ("date" in start) is not ("date" in end):
            raise invalid("Start and end times must either both be date or both be dateTime.")
        if _instant(end) <= _instant(start):
            raise ApiError(400, "timeRangeEmpty", "The specified time range is empty.")
        if event.get("recurrence"):
            recurrence.check_lines(event["recurrence"], event)
        reminders = event.get("reminders") or {}
        overrides = reminders.get("overrides") or []
        if reminders.get("useDefault") and overrides:
            raise ApiError(400, "cannotUseDefaultRemindersAndSpecifyOverride")
        if len(overrides) > 5 or not all(
            0 <= each.get("minutes", -1) <= 40320 and each.get("method") in ("popup", "email")
            for each in overrides
        ):
            raise ApiError(400, "invalid", "Invalid reminder override.")

    # -- lists

    def list(self, query: Json) -> Json:
        """A page of events. Raises ApiError."""
        size = query.get("maxResults", 250)
        token = query.get("syncToken")
        if token is not None:
            _check_with_token(query)
        if "pageToken" in query:
            if query["pageToken"] not in self.pages:
                raise invalid("Invalid page token.")
            rows, since = self.pages.pop(query["pageToken"])
        else:
            since = self.ticks.now
            rows = self._since(token, query) if token is not None else self._all(query)
        answer: Json = {
            "kind": "calendar#events",
            "etag": f'"p{self.ticks.now}"',
            "summary": self.summary,
            "description": "",
            "updated": self._now(),
            "timeZone": self.zone,
            "accessRole": self.role,
            "defaultReminders": self.reminders,
            "items": rows[:size],
        }
        if len(rows) > size:
            answer["nextPageToken"] = secrets.token_urlsafe(12)
            self.pages[answer["nextPageToken"]] = (rows[size:], since)
        else:
            answer["nextSyncToken"] = f"{self.id}/{since}/{_shape(query)}"
        return answer

    def _since(self, token: str, query: Json) -> list[Json]:
        name, _, rest = token.partition("/")
        tick, _, shape = rest.partition("/")
        if name != self.id or not tick.isdecimal() or int(tick) < self.oldest:
            message = "Sync token is no longer valid, a full sync is required."
            raise ApiError(410, "fullSyncRequired", message)
        if shape != _shape(query):
            raise Violation("other parameters than with the first call of a sync token")
        rows = sorted(
            (at, id) for id, at in self.changed.items() if at > int(tick) and id in self.events
        )
        return [
            _stub(each) if _is_gone(each) else each for _, id in rows for each in [self.events[id]]
        ]

    def _all(self, query: Json) -> list[Json]:
        rows: list[Json] = []
        for each in self.events.values():
            master = self.events.get(each.get("recurringEventId", ""))
            if query.get("iCalUID", each["iCalUID"]) != each["iCalUID"]:
                continue
            if not _is_gone(each):
                rows.append(each)
            elif master is not None and not _is_gone(master):
                rows.append(_stub(each))
            elif query.get("showDeleted"):
                rows.append(_stub(each) if master is not None else each)
        if query.get("singleEvents"):
            rows = self._expanded(query)
        for name in ("timeMin", "timeMax"):
            if name in query and not query.get("singleEvents"):
                raise Violation(f"{name} is not of this Google")
        if {"updatedMin", "q", "orderBy", "sharedExtendedProperty"} & query.keys():
            raise Violation(f"{sorted(query)} are not of this Google")
        return rows

    def _expanded(self, query: Json) -> list[Json]:
        """Single events and instances, those that end after timeMin and start before timeMax."""
        if query.get("showDeleted") or not {"timeMin", "timeMax"} <= query.keys():
            raise Violation("singleEvents without timeMin and timeMax, or with showDeleted")
        after, before = (datetime.fromisoformat(query[k]) for k in ("timeMin", "timeMax"))
        if after >= before:
            raise ApiError(400, "timeRangeEmpty", "The specified time range is empty.")
        rows: list[Json] = []
        for each in list(self.events.values()):
            if _is_gone(each) or "recurringEventId" in each:
                continue
            if "recurrence" in each:
                rows += self._instances(each, after, before)
            elif self._lies(each, after, before):
                rows.append(each)
        return rows

    def _lies(self, event: Json, after: datetime, before: datetime) -> bool:
        """Whether it ends after the one and starts before the other; an all-day event does so in
        the calendar's zone."""
        zone = ZoneInfo(self.zone)
        start, end = (
            datetime.combine(date.fromisoformat(when["date"]), time(), zone)
            if "date" in when
            else _instant(when)
            for when in (event["start"], event["end"])
        )
        return start < before and end > after

    def _instances(self, master: Json, after: datetime, before: datetime) -> list[Json]:
        zone = recurrence.zone_of(master)
        told = {_instant(e["originalStartTime"]): e for e in self.exceptions(master["id"])}
        rows = [e for e in told.values() if not _is_gone(e)]
        since = after.astimezone(zone).replace(tzinfo=None) - recurrence.length(master)
        for each in recurrence.originals(
            master, since, before.astimezone(zone).replace(tzinfo=None)
        ):
            one = recurrence.instance(each, master)
            if _instant(one["originalStartTime"]) not in told:
                rows.append(one)
        return [each for each in rows if self._lies(each, after, before)]


def _instant(when: Json) -> datetime:
    if "date" in when:
        return datetime.combine(date.fromisoformat(when["date"]), time(), ZoneInfo("UTC"))
    return datetime.fromisoformat(when["dateTime"])


def _is_gone(event: Json) -> bool:
    return bool(event["status"] == "cancelled")


def _stub(event: Json) -> Json:
    """All that is sure to be told of what is cancelled."""
    sure = ("kind", "etag", "id", "status", "recurringEventId", "originalStartTime")
    return {name: event[name] for name in sure if name in event}


_FORBIDDEN = {
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMin",
    "timeMax",
    "updatedMin",
}


def _check_with_token(query: Json) -> None:
    wrong = _FORBIDDEN & query.keys()
    if wrong or query.get("showDeleted") is False:
        raise Violation(f"a sync token does not go with {sorted(wrong) or 'showDeleted=false'}")


def _shape(query: Json) -> str:
    """The parameters that must be the same again with a sync token."""
    free = ("syncToken", "pageToken", "maxResults", "alt", "fields")
    return "&".join(f"{k}={v}" for k, v in sorted(query.items()) if k not in free)
