"""One list of tasks, and what the tasks resource does to it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.emulator.calendar import Ticks
from tests.emulator.errors import ApiError, Violation, invalid, not_found

Json = dict[str, Any]


@dataclass
class TaskList:
    """Its tasks by id, the deleted ones among them."""

    id: str
    title: str
    clock: Callable[[], datetime]
    ticks: Ticks
    tasks: dict[str, Json] = field(default_factory=dict)
    pages: dict[str, list[Json]] = field(default_factory=dict)

    def get(self, id: str, condition: str | None = None) -> Json:
        del condition
        if id not in self.tasks:
            raise not_found()
        return self.tasks[id]

    def insert(self, body: Json) -> Json:
        task: Json = {
            "kind": "tasks#task",
            "id": secrets.token_urlsafe(12),
            "title": "",
            "status": "needsAction",
            "position": f"{self.ticks.now:020d}",
            "links": [],
        }
        return self._stored(self._patched(task, body))

    def patch(self, id: str, body: Json, condition: str | None = None) -> Json:
        before = self.get(id)
        self._must_match(before, condition)
        return self._stored(self._patched(before, body))

    def delete(self, id: str, condition: str | None = None) -> None:
        task = self.get(id)
        if task.get("deleted"):
            raise not_found()
        self._must_match(task, condition)
        self._stored({**task, "deleted": True})

    def clear(self) -> None:
        """Hide what is completed."""
        for task in list(self.tasks.values()):
            if task["status"] == "completed" and not task.get("hidden"):
                self._stored({**task, "hidden": True})

    def list(self, query: Json) -> Json:
        if "pageToken" in query:
            if query["pageToken"] not in self.pages:
                raise invalid("Invalid page token.")
            rows = self.pages.pop(query["pageToken"])
        else:
            rows = [each for each in self.tasks.values() if _shown(each, query)]
        size = query.get("maxResults", 20)
        if size > 100:
            raise Violation("maxResults is at most 100")
        answer: Json = {"kind": "tasks#tasks", "etag": f'"t{self.ticks.now}"', "items": rows[:size]}
        if len(rows) > size:
            answer["nextPageToken"] = secrets.token_urlsafe(12)
            self.pages[answer["nextPageToken"]] = rows[size:]
        return answer

    def _must_match(self, task: Json, condition: str | None) -> None:
        if condition not in (None, "*", task["etag"]):
            raise ApiError(412, "conditionNotMet", "Precondition Failed")

    def _patched(self, before: Json, body: Json) -> Json:
        after = dict(before)
        for name, value in body.items():
            if name == "id":
                raise Violation("an id cannot be chosen")
            if value is None or value == "":
                after.pop(name, None)
            else:
                after[name] = value
        after.setdefault("title", "")
        if after.get("due"):
            moment = datetime.fromisoformat(after["due"])
            after["due"] = moment.astimezone(UTC).strftime("%Y-%m-%dT00:00:00.000Z")
        if len(after["title"]) > 1024 or len(after.get("notes", "")) > 8192:
            raise invalid("Too long.")
        if after["status"] == "completed":
            after.setdefault("completed", _text(self.clock()))
        elif after["status"] == "needsAction":
            after.pop("completed", None)
            after.pop("hidden", None)
        else:
            raise invalid("Invalid status.")
        return after

    def _stored(self, task: Json) -> Json:
        tick = self.ticks.next()
        task = {**task, "etag": f'"T{tick}"', "updated": _text(self.clock())}
        self.tasks[task["id"]] = task
        return task


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _shown(task: Json, query: Json) -> bool:
    if task.get("deleted") and not query.get("showDeleted"):
        return False
    if task["status"] == "completed" and not query.get("showCompleted", True):
        return False
    if task.get("hidden") and not query.get("showHidden"):
        return False
    since = query.get("updatedMin")
    return since is None or datetime.fromisoformat(task["updated"]) >= datetime.fromisoformat(since)
