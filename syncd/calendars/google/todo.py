"""Between Google's tasks and entries.

A task has no id that could be chosen and no private field, so that a line of its notes says whose
it is: `syncd ID TRACE`. It is due on a date; a time of day is neither taken nor given.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncd.calendars.reading import Unreadable, cleaned
from syncd.model.entries import YEARS, Entry
from syncd.model.keys import is_key

Json = dict[str, Any]
LONGEST_NOTES = 8192
LONGEST_TITLE = 1024
_OURS = re.compile(r"^syncd ([a-v0-9]{5,})(?: (.*))?$", re.MULTILINE)
"""What may be the line that says whose a task is; one with a key counts before any other."""


def read_task(row: Json) -> Entry:
    """The entry that a task is. One that is nobody's has the UID of its own id. Raises Unreadable,
    or what else NONSENSE names."""
    notes = cleaned(str(row.get("notes") or ""), lines=True)
    uid, trace, text = _parted(notes)
    said = row.get("due") or row.get("completed")  # a tick counts, whatever became of the date
    if not said:
        raise Unreadable("it is a task without a date")
    due = date.fromisoformat(str(said)[:10])
    if due.year not in YEARS:
        raise Unreadable(f"it is of the year {due.year}")
    completed = datetime.fromisoformat(row["completed"]) if row.get("completed") else None
    done = row.get("status") == "completed"
    return Entry(
        uid=uid or f"google-task:{row['id']}",
        title=cleaned(str(row.get("title") or "")),
        start=due,
        end=due + timedelta(days=1),
        text=text,
        busy=False,
        private=True,
        trace=trace,
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


def _parted(notes: str) -> tuple[str, str, str]:
    """The key and the trace that our line of `notes` holds, empty for none, and the text: what is
    left without it and without the empty line above it, which is ours too. Of several lines the
    last counts; what was typed behind its trace is the user's."""
    found = list(_OURS.finditer(notes))
    if not found:
        return "", "", notes
    ours = max(found, key=lambda each: (is_key(each[1]), each.start()))
    trace, typed = _told(ours[2] or "")
    before, after = notes[: ours.start()], notes[ours.end() :]
    before = before.removesuffix("\n").removesuffix("\n")
    if typed:
        after = f"\n{typed}{after}"
    return ours[1], trace, before + after if before else after.removeprefix("\n")


def _told(rest: str) -> tuple[str, str]:
    """The trace, and what was typed behind it. What is no object, or a spoilt one, is whole."""
    if not rest.startswith("{"):
        return rest, ""
    try:
        _, end = json.JSONDecoder().raw_decode(rest)
    except (ValueError, RecursionError):
        return rest, ""
    return rest[:end], rest[end:].strip()
