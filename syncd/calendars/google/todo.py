"""Between Google's tasks and entries.

A task has no id that could be chosen and no private field, so that a line of its notes says whose
it is: `syncd ID TRACE`. It is due on a date; a time of day is neither taken nor given.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncd.calendars.reading import Unreadable, cleaned
from syncd.model.entries import YEARS, Entry

Json = dict[str, Any]
LONGEST_NOTES = 8192
LONGEST_TITLE = 1024
_OURS = re.compile(r"^syncd ([a-v0-9]{5,})(?: (.*))?$", re.MULTILINE)
"""The line that says whose a task is."""


def read_task(row: Json) -> Entry:
    """The entry that a task is. One that is nobody's has the UID of its own id. Raises Unreadable,
    or what else NONSENSE names."""
    notes = cleaned(str(row.get("notes") or ""), lines=True)
    ours = _OURS.search(notes)
    if not row.get("due"):
        raise Unreadable("it is a task without a date")
    due = date.fromisoformat(str(row["due"])[:10])
    if due.year not in YEARS:
        raise Unreadable(f"it is of the year {due.year}")
    completed = datetime.fromisoformat(row["completed"]) if row.get("completed") else None
    done = row.get("status") == "completed"
    return Entry(
        uid=ours[1] if ours else f"google-task:{row['id']}",
        title=cleaned(str(row.get("title") or "")),
        start=due,
        end=due + timedelta(days=1),
        text=_without(notes, ours),
        busy=False,
        private=True,
        trace=(ours[2] or "") if ours else "",
        task=True,
        done=done,
        completed=completed.astimezone(UTC) if completed and completed.tzinfo and done else None,
    )


def new_task(entry: Entry, zone: ZoneInfo) -> Json:
    """The body of an insert. Raises ValueError for what does not fit into a task."""
    return {
        "title": _title(entry.title),
        "notes": _notes(entry),
        "due": _due(entry, zone),
        "status": "completed" if entry.done else "needsAction",
        **({"completed": _moment(entry.completed)} if entry.done and entry.completed else {}),
    }


def changed_task(before: Entry, after: Entry, zone: ZoneInfo) -> Json:
    """The body of a patch that makes `after` of `before`. Raises ValueError for what is too
    long."""
    found: Json = {}
    if before.title != after.title:
        found["title"] = _title(after.title)
    if (before.text, before.trace, before.uid) != (after.text, after.trace, after.uid):
        found["notes"] = _notes(after)
    if _due(before, zone) != _due(after, zone):
        found["due"] = _due(after, zone)
    if before.done != after.done:
        found["status"] = "completed" if after.done else "needsAction"
        found["completed"] = _moment(after.completed) if after.done and after.completed else None
    return found


def _due(entry: Entry, zone: ZoneInfo) -> str:
    start = entry.start
    day = start.astimezone(zone).date() if isinstance(start, datetime) else start
    return f"{day.isoformat()}T00:00:00.000Z"


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _title(title: str) -> str:
    if len(title) > LONGEST_TITLE:
        raise ValueError(f"its title has more than {LONGEST_TITLE:,} characters")
    return title


def _notes(entry: Entry) -> str:
    """The text, and below it the line that says whose it is."""
    line = f"syncd {entry.uid} {entry.trace}".rstrip()
    notes = f"{entry.text}\n\n{line}" if entry.text else line
    if len(notes) > LONGEST_NOTES:
        raise ValueError(f"its notes have more than {LONGEST_NOTES:,} characters")
    return notes


def _without(notes: str, ours: re.Match[str] | None) -> str:
    """The text without our line, and without the empty one above it, which is ours too."""
    if ours is None:
        return notes
    before, after = notes[: ours.start()], notes[ours.end() :]
    before = before.removesuffix("\n").removesuffix("\n")
    return before + after if before else after.removeprefix("\n")
