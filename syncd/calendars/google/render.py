"""Writing entries as Google's events: what a new one holds, and what of an old one changes.

A change holds only the fields that differ, and nothing of what the user's apps put there.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncd.calendars.google.parse import TRACE, exdates_of, series_zone, trace_of
from syncd.calendars.google.text import written_description
from syncd.model.entries import Entry, Instant, Override, Recurrence

Json = dict[str, Any]
_PIECE = 500
"""Characters in a piece of the trace: Google cuts what is longer than 1,024, and says nothing."""
_MOST_MINUTES = 40_320


def new_event(entry: Entry) -> Json:
    """The body of an insert; exceptions are written after it."""
    event: Json = {
        "id": entry.uid,
        "summary": entry.title,
        "description": written_description(entry.text),
        **_span(entry),
        "transparency": "opaque" if entry.busy else "transparent",
        "visibility": "private" if entry.private else "default",
        "reminders": {"useDefault": False, "overrides": _rings(entry.alarm)},
        "extendedProperties": {"private": _trace(entry.trace)},
    }
    if entry.recurrence is not None:
        recurrence = entry.recurrence
        event["recurrence"] = _lines(recurrence, sorted(recurrence.exdates), entry.start)
    return event


def changed_event(raw: Json, before: Entry, after: Entry, zone: ZoneInfo) -> Json:
    """The body of a patch that makes of `before`, which Google has as `raw`, `after`; exceptions
    aside. Empty where nothing differs."""
    found = _changes(raw, before, after)
    if _span(before) != _span(after):
        found |= _span(after)
    if before.busy != after.busy:
        found["transparency"] = "opaque" if after.busy else "transparent"
    if before.private != after.private:
        found["visibility"] = "private" if after.private else "default"
    if before.trace != after.trace:
        left = dict.fromkeys(_trace(trace_of(raw)))
        found["extendedProperties"] = {"private": {**left, **_trace(after.trace)}}
    if before.cancelled and not after.cancelled:
        found["status"] = "confirmed"
    if before.recurrence != after.recurrence:
        lines = _new_lines(raw, before, after, zone)
        if lines != (raw.get("recurrence") or []):
            found["recurrence"] = lines
    return found


def changed_instance(raw: Json, before: Override, after: Override) -> Json:
    """The body of a patch that makes of the occurrence `before`, which Google has as `raw`,
    `after`."""
    found = _changes(raw, before, after)
    if (before.start, before.end) != (after.start, after.end):
        found |= {"start": _when(after.start), "end": _when(after.end)}
    if after.cancelled:
        found["status"] = "cancelled"
    return found


def revived_instance(after: Override) -> Json:
    """The body of a patch that makes `after` of an occurrence that was deleted: of such a one only
    is known that it was."""
    return {
        "status": "confirmed",
        "summary": after.title,
        "description": written_description(after.text),
        "start": _when(after.start),
        "end": _when(after.end),
        "reminders": {"useDefault": False, "overrides": _rings(after.alarm)},
    }


def _changes(raw: Json, before: Entry | Override, after: Entry | Override) -> Json:
    """What events and occurrences have alike."""
    found: Json = {}
    if before.title != after.title:
        found["summary"] = after.title
    if before.text != after.text:
        found["description"] = written_description(after.text)
    if before.alarm != after.alarm:
        told = (raw.get("reminders") or {}).get("overrides") or []
        ours = {"method": "popup", "minutes": _minutes(before.alarm)}
        kept = [each for each in told if each != ours]
        found["reminders"] = {"useDefault": False, "overrides": [*kept, *_rings(after.alarm)][:5]}
    return found


def _rings(alarm: timedelta | None) -> list[Json]:
    """None at all is said, too: without a word Google's defaults ring."""
    return [] if alarm is None else [{"method": "popup", "minutes": _minutes(alarm)}]


def _minutes(alarm: timedelta | None) -> int:
    return 0 if alarm is None else max(0, min(_MOST_MINUTES, alarm // timedelta(minutes=1)))


def _trace(trace: str) -> Json:
    pieces = [trace[n : n + _PIECE] for n in range(0, len(trace), _PIECE)]
    return {f"{TRACE}{n}": piece for n, piece in enumerate(pieces)}


# -- times


def _span(entry: Entry) -> Json:
    return {"start": _when(entry.start), "end": _when(entry.end)}


def _when(moment: Instant) -> Json:
    """The absent half is nulled, so that a patch may make a date of a time."""
    if not isinstance(moment, datetime):
        return {"date": moment.isoformat(), "dateTime": None, "timeZone": None}
    key = moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else "UTC"
    return {"dateTime": moment.isoformat(), "timeZone": key, "date": None}


# -- recurrence


def _new_lines(raw: Json, before: Entry, after: Entry, zone: ZoneInfo) -> list[str]:
    """The recurrence after a change. Lines of the user's that say something else stay; an
    occurrence that was deleted, which is an exception of its own, needs no line."""
    old, new = before.recurrence, after.recurrence
    if new is None:
        return []
    lines = [str(each) for each in raw.get("recurrence") or ()]
    said = set(exdates_of(lines, series_zone(before.start, zone)))
    fresh = new.exdates - (old.exdates if old else frozenset())
    exdates = sorted((said & new.exdates) | fresh)
    others = [each for each in lines if not each.startswith(("RRULE", "EXDATE"))]
    return [*_lines(new, exdates, after.start), *others]


def _lines(recurrence: Recurrence, exdates: list[datetime], start: Instant) -> list[str]:
    ends = ""
    if recurrence.until is not None and isinstance(start, datetime):
        ends = f";UNTIL={recurrence.until.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    elif recurrence.until is not None:
        ends = f";UNTIL={recurrence.until:%Y%m%d}"
    elif recurrence.count is not None:
        ends = f";COUNT={recurrence.count}"
    lines = [f"RRULE:{recurrence.rule}{ends}"]
    if exdates and isinstance(start, datetime):
        told = ",".join(f"{each.astimezone(UTC):%Y%m%dT%H%M%SZ}" for each in exdates)
        lines.append(f"EXDATE:{told}")
    elif exdates:
        lines.append("EXDATE;VALUE=DATE:" + ",".join(f"{each:%Y%m%d}" for each in exdates))
    return lines


def instance_id(series: str, original: datetime, start: Instant) -> str:
    """The id of the occurrence that the rule of a series, which starts at `start`, puts at
    `original`."""
    if isinstance(start, datetime):
        return f"{series}_{original.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{series}_{original:%Y%m%d}"
