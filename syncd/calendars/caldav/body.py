"""Reading iCalendar bodies (RFC 5545): an event, a series with its overrides, or a task."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo

from syncd.calendars.caldav.parse import calendar_of, components, read_event
from syncd.calendars.caldav.todo import read_todo, todo_of
from syncd.calendars.reading import NONSENSE, Unreadable
from syncd.model.entries import Entry

_INLINE = re.compile(r"^ATTACH;[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.MULTILINE)
"""An attachment, which may stand there whole."""
LONGEST = 2_000_000
"""Characters; a larger body is not parsed."""


def read_entry(body: str, zone: ZoneInfo) -> Entry | None:
    """What is in `body`; None for a resource that is a journal or anything else. Floating times
    (RFC 5545 3.3.5) are taken to be in `zone`. Raises Unreadable."""
    try:
        tree = calendar_of(trimmed(body))
        found = components(tree)
        if found is not None:
            return read_event(*found, zone)
        todo = todo_of(tree)
        return read_todo(todo, zone) if todo is not None else None
    except Unreadable:
        raise
    except NONSENSE as error:
        told = " ".join(str(error).split())
        raise Unreadable(f"it is not valid iCalendar: {told[:200]}") from error


def trimmed(body: str) -> str:
    """`body` without attachments that stand in it whole, where it is very long. Raises Unreadable
    where that does not help."""
    if len(body) > LONGEST:
        body = _INLINE.sub("ATTACH:cid:left-out", body)
    if len(body) > LONGEST:
        raise Unreadable(f"it is too large: {len(body):,} characters")
    return body
