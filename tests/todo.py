"""A to-do app, as the tests' user has it: plain HTTP, at a CalDAV calendar or a list of Google's
tasks."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

import icalendar
from icalendar import vDDDTypes, vInt, vText

from tests import ical
from tests.client import Client, Refusal
from tests.emulator.account import Account

BERLIN = ZoneInfo("Europe/Berlin")
_QUERY = """<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<prop><getetag/><C:calendar-data/></prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VTODO"/></C:comp-filter></C:filter>
</C:calendar-query>"""


@dataclass(frozen=True, kw_only=True)
class Todo:
    """A task, as an app shows it."""

    href: str
    etag: str
    body: str
    uid: str
    title: str
    due: date
    """The day, in Berlin."""
    done: bool
    text: str
    cancelled: bool = False


class TodoApp(Protocol):
    """Whatever app it is."""

    def tasks(self) -> list[Todo]:
        """All of them, by day and title."""
        ...

    def retitle(self, todo: Todo, title: str) -> None: ...

    def describe(self, todo: Todo, text: str) -> None: ...

    def tick(self, todo: Todo, when: datetime | None = None) -> None: ...

    def untick(self, todo: Todo) -> None: ...

    def postpone(self, todo: Todo, day: date) -> None: ...

    def delete(self, todo: Todo) -> None: ...


class CalDavTodos:
    """At a calendar on a CalDAV server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def tasks(self) -> list[Todo]:
        found = []
        for row in self._client._rows("REPORT", self._client.collection, _QUERY):
            href = urlsplit(row.findtext("{DAV:}href")).path
            body = row.findtext(".//{urn:ietf:params:xml:ns:caldav}calendar-data") or ""
            todo = _todo_in(icalendar.Calendar.from_ical(body))
            due = todo.decoded("DUE")
            found.append(
                Todo(
                    href=href,
                    etag=row.findtext(".//{DAV:}getetag") or "",
                    body=body,
                    uid=str(todo["UID"]),
                    title=str(todo.get("SUMMARY", "")),
                    due=due.astimezone(BERLIN).date() if isinstance(due, datetime) else due,
                    done=str(todo.get("STATUS", "")) == "COMPLETED",
                    cancelled=str(todo.get("STATUS", "")) == "CANCELLED",
                    text=str(todo.get("DESCRIPTION", "")),
                )
            )
        return sorted(found, key=lambda each: (each.due, each.title))

    def retitle(self, todo: Todo, title: str) -> None:
        self._edit(todo, lambda task: ical.put(task, "SUMMARY", vText(title)))

    def describe(self, todo: Todo, text: str) -> None:
        self._edit(todo, lambda task: ical.put(task, "DESCRIPTION", vText(text)))

    def tick(self, todo: Todo, when: datetime | None = None, how: str = "all") -> None:
        def change(task: Any) -> None:
            if how in ("all", "status"):
                ical.put(task, "STATUS", vText("COMPLETED"))
            if how in ("all", "percent"):
                ical.put(task, "PERCENT-COMPLETE", vInt(100))
            if how == "completed" or (how == "all" and when is not None):
                moment = when or datetime.now(UTC)
                ical.put(task, "COMPLETED", vDDDTypes(moment.astimezone(UTC)))

        self._edit(todo, change)

    def untick(self, todo: Todo) -> None:
        def change(task: Any) -> None:
            task.pop("COMPLETED", None)
            task.pop("PERCENT-COMPLETE", None)
            ical.put(task, "STATUS", vText("NEEDS-ACTION"))

        self._edit(todo, change)

    def cancel(self, todo: Todo) -> None:
        self._edit(todo, lambda task: ical.put(task, "STATUS", vText("CANCELLED")))

    def postpone(self, todo: Todo, day: date) -> None:
        def change(task: Any) -> None:
            due = task.decoded("DUE")
            if isinstance(due, datetime):
                local = due.astimezone(BERLIN)
                due = datetime.combine(day, time(local.hour, local.minute), BERLIN)
            ical.put(task, "DUE", vDDDTypes(due))

        self._edit(todo, change)

    def delete(self, todo: Todo) -> None:
        self._client._ask("DELETE", todo.href, None, {"If-Match": todo.etag})

    def _edit(self, todo: Todo, change: Callable[[Any], object]) -> None:
        tree = icalendar.Calendar.from_ical(todo.body)
        change(_todo_in(tree))
        headers = {"Content-Type": "text/calendar; charset=utf-8", "If-Match": todo.etag}
        self._client._ask("PUT", todo.href, tree.to_ical(), headers)


class GoogleTodos:
    """At the list of Google's tasks that is called `title`."""

    def __init__(self, account: Account, title: str) -> None:
        self._account = account
        self._title = title
        self._token = account.app_token()

    @property
    def _list(self) -> str:
        rows = self._ask("GET", "users/@me/lists")["items"]
        return next(str(each["id"]) for each in rows if each["title"] == self._title)

    def tasks(self) -> list[Todo]:
        query = {"maxResults": 100, "showHidden": "true"}
        rows = self._ask("GET", f"lists/{self._list}/tasks", query)["items"]
        found = []
        for row in rows:
            ours = re.search(r"^syncd (\w+)", row.get("notes", ""), re.MULTILINE)
            found.append(
                Todo(
                    href=row["id"],
                    etag=row["etag"],
                    body=json.dumps(row),
                    uid=ours[1] if ours else "",
                    title=row["title"],
                    due=date.fromisoformat(row["due"][:10]),
                    done=row["status"] == "completed",
                    text=row.get("notes", ""),
                )
            )
        return sorted(found, key=lambda each: (each.due, each.title))

    def retitle(self, todo: Todo, title: str) -> None:
        self._patch(todo, title=title)

    def describe(self, todo: Todo, text: str) -> None:
        self._patch(todo, notes=text)

    def tick(self, todo: Todo, when: datetime | None = None) -> None:
        completed = when.astimezone(UTC).isoformat() if when else None
        self._patch(todo, status="completed", **({"completed": completed} if completed else {}))

    def untick(self, todo: Todo) -> None:
        self._patch(todo, status="needsAction")

    def postpone(self, todo: Todo, day: date) -> None:
        self._patch(todo, due=f"{day.isoformat()}T00:00:00.000Z")

    def delete(self, todo: Todo) -> None:
        self._ask("DELETE", f"lists/{self._list}/tasks/{quote(todo.href)}")

    def _patch(self, todo: Todo, **fields: Any) -> None:
        self._ask("PATCH", f"lists/{self._list}/tasks/{quote(todo.href)}", body=fields)

    def _ask(self, method: str, path: str, query: Any = None, body: Any = None) -> Any:
        where = urlsplit(self._account.url)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        target = f"/tasks/v1/{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            connection.request(method, target, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise Refusal(method, path, answer.status)
        return json.loads(said) if said else {}


def _todo_in(tree: icalendar.Calendar) -> Any:
    return next(iter(tree.walk("VTODO")))
