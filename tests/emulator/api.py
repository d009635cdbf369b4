"""From a request to the resource that it means, and what comes of it."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any

from tests.emulator import shapes
from tests.emulator.account import Account
from tests.emulator.calendar import Calendar
from tests.emulator.errors import ApiError, Violation, not_found
from tests.emulator.oauth import Grant
from tests.emulator.shapes import Method
from tests.emulator.tasklist import TaskList

Json = dict[str, Any]
_MADE_BY_APP = "https://www.googleapis.com/auth/calendar.app.created"
_WRITES = ("insert", "patch", "update", "delete", "clear")


def answer(
    grant: Grant, verb: str, path: str, query: dict[str, list[str]], body: bytes, headers: Json
) -> Json | None:
    """Carry out one request of `grant`'s; None where there is nothing to say. Raises ApiError."""
    account = grant.account
    method, where = shapes.route(verb, path)
    told = shapes.check_query(method, query)
    try:
        brought = shapes.check_body(method, json.loads(body) if body else None)
    except ValueError as error:
        raise Violation("the body is no JSON") from error
    if not account.enabled:
        raise _not_enabled()
    may = set(grant.scopes) & method.scopes
    if not may:
        raise _too_few_scopes()
    call = _Call(grant, method, where, told, brought, headers, only_own=may == {_MADE_BY_APP})
    found = call.carried_out()
    if "fields" in told and found is not None:
        found = shapes.partial(method, told["fields"], found)
    return found


class _Call:
    def __init__(
        self,
        grant: Grant,
        method: Method,
        where: dict[str, str],
        query: Json,
        body: Json,
        headers: Json,
        *,
        only_own: bool,
    ) -> None:
        self.account: Account = grant.account
        self.grant, self.method, self.where = grant, method, where
        self.query, self.body = query, body
        self.match = headers.get("If-Match")
        self.none_match = headers.get("If-None-Match")
        self.only_own = only_own

    def carried_out(self) -> Json | None:
        api, resource, verb = self.method.id.split(".")
        handler = getattr(self, f"{resource}_{verb}", None)
        if handler is None:
            raise Violation(f"{self.method.id} is not of this Google")
        del api
        found: Json | None = handler()
        return found

    # -- calendars

    def _calendar(self, name: str = "calendarId") -> Calendar:
        id = self.where[name]
        found = self.account.calendars.get(self.account.email if id == "primary" else id)
        if found is None:
            raise not_found()
        if self.only_own and found.app != self.grant.client:
            raise _too_few_scopes()
        if found.role == "reader" and self.method.id.split(".")[2] in _WRITES:
            message = "You need to have writer access to this calendar."
            raise ApiError(403, "requiredAccessLevel", message)
        return found

    def _told(self, calendar: Calendar) -> Json:
        return {
            "kind": "calendar#calendar",
            "etag": f'"c{len(calendar.events)}"',
            "id": calendar.id,
            "summary": calendar.summary,
            "timeZone": calendar.zone,
        }

    def calendars_get(self) -> Json:
        return self._told(self._calendar())

    def calendars_insert(self) -> Json:
        if not self.body.get("summary"):
            raise ApiError(400, "required", "Missing title.")
        id = f"{secrets.token_hex(13)}@group.calendar.google.com"
        zone = self.body.get("timeZone") or "UTC"
        made = self.account.add_calendar(id, self.body["summary"], app=self.grant.client, zone=zone)
        return self._told(made)

    def calendars_patch(self) -> Json:
        calendar = self._calendar()
        calendar.summary = self.body.get("summary", calendar.summary)
        calendar.zone = self.body.get("timeZone", calendar.zone)
        return self._told(calendar)

    def calendars_delete(self) -> None:
        del self.account.calendars[self._calendar().id]

    def _listed(self, calendar: Calendar) -> Json:
        return {
            **self._told(calendar),
            "kind": "calendar#calendarListEntry",
            "accessRole": calendar.role,
            "defaultReminders": calendar.reminders,
            "selected": True,
            **({"primary": True} if calendar.id == self.account.email else {}),
        }

    def calendarList_list(self) -> Json:
        rows = [self._listed(each) for each in self.account.calendars.values()]
        return {"kind": "calendar#calendarList", "etag": '"l"', "items": rows, "nextSyncToken": "x"}

    def calendarList_get(self) -> Json:
        return self._listed(self._calendar())

    # -- events

    def events_list(self) -> Json:
        return self._calendar().list(self.query)

    def events_get(self) -> Json:
        return self._calendar().get(self.where["eventId"], self.none_match)

    def events_insert(self) -> Json:
        return self._calendar().insert(self.body)

    def events_patch(self) -> Json:
        return self._calendar().patch(self.where["eventId"], self.body, self.match)

    def events_update(self) -> Json:
        return self._calendar().update(self.where["eventId"], self.body, self.match)

    def events_delete(self) -> None:
        self._calendar().delete(self.where["eventId"], self.match)

    def freebusy_query(self) -> Json:
        busy: Json = {}
        for each in self.body.get("items", []):
            calendar = self.account.calendars.get(each["id"].replace("primary", self.account.email))
            if calendar is None:
                busy[each["id"]] = {"errors": [{"domain": "global", "reason": "notFound"}]}
                continue
            window = {"timeMin": self.body["timeMin"], "timeMax": self.body["timeMax"]}
            rows = calendar.list({**window, "singleEvents": True, "maxResults": 2500})["items"]
            spans = [
                {"start": row["start"]["dateTime"], "end": row["end"]["dateTime"]}
                for row in rows
                if row.get("transparency") != "transparent" and "dateTime" in row["start"]
            ]
            busy[each["id"]] = {
                "busy": sorted(spans, key=lambda span: datetime.fromisoformat(span["start"]))
            }
        return {"kind": "calendar#freeBusy", **window_of(self.body), "calendars": busy}

    # -- tasks

    def _tasklist(self) -> TaskList:
        id = self.where["tasklist"]
        lists = self.account.tasklists
        if id == "@default" and lists:
            return next(iter(lists.values()))
        if id not in lists:
            raise not_found()
        return lists[id]

    def tasklists_list(self) -> Json:
        rows = [
            {"kind": "tasks#taskList", "id": each.id, "title": each.title}
            for each in self.account.tasklists.values()
        ]
        return {"kind": "tasks#taskLists", "etag": '"l"', "items": rows}

    def tasklists_get(self) -> Json:
        found = self._tasklist()
        return {"kind": "tasks#taskList", "id": found.id, "title": found.title}

    def tasklists_insert(self) -> Json:
        made = self.account.add_tasklist(self.body["title"])
        return {"kind": "tasks#taskList", "id": made.id, "title": made.title}

    def tasklists_delete(self) -> None:
        del self.account.tasklists[self._tasklist().id]

    def tasks_list(self) -> Json:
        return self._tasklist().list(self.query)

    def tasks_get(self) -> Json:
        return self._tasklist().get(self.where["task"])

    def tasks_insert(self) -> Json:
        return self._tasklist().insert(self.body)

    def tasks_patch(self) -> Json:
        return self._tasklist().patch(self.where["task"], self.body, self.match)

    def tasks_delete(self) -> None:
        self._tasklist().delete(self.where["task"], self.match)

    def tasks_clear(self) -> None:
        self._tasklist().clear()


def window_of(body: Json) -> Json:
    return {"timeMin": body["timeMin"], "timeMax": body["timeMax"]}


def _too_few_scopes() -> ApiError:
    return ApiError(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
                "domain": "googleapis.com",
            }
        ],
    )


def _not_enabled() -> ApiError:
    return ApiError(
        403,
        "accessNotConfigured",
        "Google Calendar API has not been used in project 1234 before or it is disabled.",
        details=[
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "SERVICE_DISABLED",
                "domain": "googleapis.com",
            }
        ],
    )
