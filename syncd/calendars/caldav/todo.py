"""Tasks (VTODO, RFC 5545 3.6.2): read into entries, and changed in place.

A task of ours is due at its start and never repeats. One that repeats, or has no date, is nobody's
that syncd could work with.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import icalendar
from icalendar import vDDDTypes, vInt

from syncd.calendars.caldav.fields import Words, plain, put, same, told
from syncd.calendars.caldav.parse import EXTRAS, TRACE, alarms, end_of, moment, several, words
from syncd.calendars.reading import Unreadable
from syncd.model.entries import Entry, Instant

_OVER = ("COMPLETED", "CANCELLED")


def todo_of(tree: icalendar.Calendar) -> icalendar.Todo | None:
    """The task in a body; None where there is none. Raises Unreadable where it repeats, or is not
    alone."""
    todos = [each for each in tree.subcomponents if isinstance(each, icalendar.Todo)]
    if not todos:
        return None
    repeats = any("RRULE" in each or "RECURRENCE-ID" in each for each in todos)
    if repeats or len(todos) > 1:
        raise Unreadable("it is a task that repeats" if repeats else "it holds several tasks")
    return todos[0]


def read_todo(todo: icalendar.Todo, zone: ZoneInfo) -> Entry:
    """The entry that a task is. Raises Unreadable, or what else NONSENSE names."""
    due = _due(todo, zone)
    completed = moment(todo, "COMPLETED", zone) if "COMPLETED" in todo else None
    status = str(todo.get("STATUS", "")).upper()
    return Entry(
        uid=str(todo["UID"]),
        title=words(todo, "SUMMARY"),
        start=due,
        end=due if isinstance(due, datetime) else due + timedelta(days=1),
        text=words(todo, "DESCRIPTION", lines=True),
        busy=False,
        private=str(todo.get("CLASS", "")).upper() in ("PRIVATE", "CONFIDENTIAL"),
        alarm=max(_leads(todo, due, zone), default=None),
        cancelled=status == "CANCELLED",
        guests=len(several(todo.get("ATTENDEE"))),
        extras=any(todo.get(name) for name in EXTRAS),
        trace=unquote(words(todo, TRACE)),
        task=True,
        done=status == "COMPLETED" or _percent(todo) == 100 or completed is not None,
        completed=completed if isinstance(completed, datetime) else None,
    )


def _due(todo: icalendar.Todo, zone: ZoneInfo) -> Instant:
    """DUE, else where DTSTART and DURATION end, else DTSTART, else when a task that is over
    was changed last: a tick counts, whatever became of the date."""
    if "DUE" in todo:
        return moment(todo, "DUE", zone)
    if "DTSTART" not in todo:
        over = "COMPLETED" in todo or str(todo.get("STATUS", "")).upper() in _OVER
        for name in ("COMPLETED", "LAST-MODIFIED", "DTSTAMP") if over else ():
            if name in todo:
                return moment(todo, name, zone)
        raise Unreadable("it is a task without a date")
    start = moment(todo, "DTSTART", zone)
    return end_of(todo, start, zone) if "DURATION" in todo else start


def _percent(todo: icalendar.Todo) -> int:
    value = todo.get("PERCENT-COMPLETE", 0)
    return int(value[0] if isinstance(value, list) else value)


def _leads(todo: icalendar.Todo, due: Instant, zone: ZoneInfo) -> Iterable[timedelta]:
    """How long before it is due each alarm rings that a person notices."""
    start = moment(todo, "DTSTART", zone) if "DTSTART" in todo else due
    for alarm in alarms(todo):
        found = _lead(alarm, start, due)
        if found is not None:
            yield found


def _lead(alarm: icalendar.Alarm, start: Instant, due: Instant) -> timedelta | None:
    trigger = alarm.get("TRIGGER")
    if trigger is None or isinstance(trigger, list):
        return None
    value = trigger.dt
    if isinstance(value, timedelta):
        from_due = str(trigger.params.get("RELATED", "START")).upper() == "END"
        if from_due or type(start) is not type(due):
            return -value
        return (due - start) - value
    if isinstance(value, datetime) and value.tzinfo and isinstance(due, datetime):
        return due - value
    return None


# -- writing


def new_todo(entry: Entry, stamp: datetime) -> icalendar.Todo:
    """A task that is `entry`; `stamp` is the instant of writing."""
    todo = icalendar.Todo()
    todo["UID"] = Words(entry.uid)
    todo["STATUS"] = Words("NEEDS-ACTION")
    change_todo(todo, None, entry, stamp)
    return todo


def change_todo(todo: icalendar.Todo, before: Entry | None, after: Entry, stamp: datetime) -> None:
    """Change in `todo` what `after` says otherwise than `before`."""
    if before is None or before.title != after.title:
        todo["SUMMARY"] = Words(after.title)
    if before is None or before.text != after.text:
        put(todo, "DESCRIPTION", after.text)
    if before is None or before.private != after.private:
        todo["CLASS"] = Words("PRIVATE" if after.private else "PUBLIC")
    if before is None or before.trace != after.trace:
        put(todo, TRACE, plain(after.trace))
    if before is None or not same(before.start, after.start):
        for name in ("DUE", "DURATION", "DTSTART"):  # a start after it is due makes no sense
            todo.pop(name, None)
        todo["DUE"] = vDDDTypes(told(after.start))
    if (before.alarm if before else None) != after.alarm:
        _ring(todo, before, after)
    if before is None or _state(before) != _state(after):
        _tick(todo, after, stamp)
    todo["DTSTAMP"] = vDDDTypes(stamp.astimezone(UTC))
    todo["LAST-MODIFIED"] = vDDDTypes(stamp.astimezone(UTC))


def _state(entry: Entry) -> tuple[object, ...]:
    return entry.done, entry.cancelled, entry.completed if entry.done else None


def _tick(todo: icalendar.Todo, after: Entry, stamp: datetime) -> None:
    """Tick it off, cancel it, or open it again."""
    for name in ("PERCENT-COMPLETE", "COMPLETED"):
        todo.pop(name, None)
    if after.done:
        todo["PERCENT-COMPLETE"] = vInt(100)
        todo["COMPLETED"] = vDDDTypes((after.completed or stamp).astimezone(UTC))
    status = "CANCELLED" if after.cancelled else "COMPLETED" if after.done else "NEEDS-ACTION"
    todo["STATUS"] = Words(status)


def _ring(todo: icalendar.Todo, before: Entry | None, after: Entry) -> None:
    """Put the alarm in the place of the one that was taken for it before; others stay."""
    if before is not None and before.alarm is not None:
        for alarm in list(alarms(todo)):
            if _lead(alarm, before.start, before.start) == before.alarm:
                todo.subcomponents.remove(alarm)
    if after.alarm is None:
        return
    alarm = icalendar.Alarm()
    alarm["ACTION"] = Words("DISPLAY")
    alarm["DESCRIPTION"] = Words(after.title)
    alarm["TRIGGER"] = vDDDTypes(-after.alarm)
    alarm["TRIGGER"].params["RELATED"] = "END"
    todo.add_component(alarm)
