"""Writing entries as iCalendar bodies (RFC 5545).

A body is never rebuilt: what the entry says differently from the old body is changed in it, and
everything that syncd does not know (attachments, colours, a client's own properties) stays. A new
entry is an edit of an empty event.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import icalendar
from icalendar import vCategory, vDDDLists, vDDDTypes, vRecur, vText

from syncd.calendars.caldav.body import read_entry
from syncd.calendars.caldav.fields import Words, plain, put, same, told
from syncd.calendars.caldav.parse import (
    TRACE,
    alarms,
    calendar_of,
    components,
    lead,
    lead_of,
    original_of,
)
from syncd.calendars.caldav.todo import change_todo, new_todo, todo_of
from syncd.calendars.reading import NONSENSE, Unreadable
from syncd.model.entries import Entry, Instant, Override, Recurrence

_OF_SERIES = ("RRULE", "EXRULE", "RDATE", "EXDATE", "DURATION", "STATUS")
"""What an instance has not of its series."""
_ZONE_YEARS = 5
"""How far a VTIMEZONE reaches beyond the last date in its resource; it is drawn anew in time."""


def new_body(entry: Entry, stamp: datetime) -> str:
    """The body of a new resource that holds `entry`; `stamp` is the instant of writing."""
    tree = icalendar.Calendar()
    tree["PRODID"] = Words("-//syncd//syncd//EN")
    tree["VERSION"] = Words("2.0")
    if entry.task:
        tree.add_component(new_todo(entry, stamp))
        _zones(tree, entry)
        return str(tree.to_ical().decode())
    master = icalendar.Event()
    master["UID"] = Words(entry.uid)
    tree.add_component(master)
    return _edited(tree, master, [], None, entry, stamp)


def changed_body(body: str, entry: Entry, zone: ZoneInfo, stamp: datetime) -> str:
    """`body` with what `entry` says differently; one that cannot be understood is replaced."""
    try:
        before = read_entry(body, zone)
        tree = _faithful(calendar_of(body))
        found = components(tree)
        todo = todo_of(tree)
    except (Unreadable, *NONSENSE):
        return new_body(entry, stamp)
    if before is None or before.task is not entry.task:
        return new_body(entry, stamp)
    if found is not None:
        master, overrides = found
        body = _edited(tree, master, overrides, before, entry, stamp, zone)
    elif todo is not None:
        change_todo(todo, before, entry, stamp)
        _zones(tree, entry)
        body = str(tree.to_ical().decode())
    try:
        read_entry(body, zone)
    except Unreadable:  # its nesting was broken so that reading forgives it, and writing does not
        return new_body(entry, stamp)
    return body


def _faithful(tree: icalendar.Calendar) -> icalendar.Calendar:
    """`tree` with texts that are written as they were read."""

    def kept(value: object) -> object:
        if isinstance(value, vText):
            return Words(value, params=value.params)
        if isinstance(value, vCategory):
            value.cats = [Words(each) for each in value.cats]
        return value

    for component in tree.walk():
        for name, value in component.items():
            component[name] = [kept(v) for v in value] if isinstance(value, list) else kept(value)
    return tree


def _edited(
    tree: icalendar.Calendar,
    master: icalendar.Event,
    overrides: list[icalendar.Event],
    before: Entry | None,
    after: Entry,
    stamp: datetime,
    zone: ZoneInfo | None = None,
) -> str:
    _common(master, before, after)
    if before is None or before.busy != after.busy:
        master["TRANSP"] = Words("OPAQUE" if after.busy else "TRANSPARENT")
    if before is None or before.private != after.private:
        master["CLASS"] = Words("PRIVATE" if after.private else "PUBLIC")
    if before is None or before.trace != after.trace:
        put(master, TRACE, plain(after.trace))
    if (before.cancelled if before else False) != after.cancelled:
        put(master, "STATUS", "CANCELLED" if after.cancelled else "CONFIRMED")
    _repeat(tree, master, overrides, before, after, zone)
    for each in (master, *(c for c in tree.subcomponents if isinstance(c, icalendar.Event))):
        each["DTSTAMP"] = vDDDTypes(stamp.astimezone(UTC))
    master["LAST-MODIFIED"] = vDDDTypes(stamp.astimezone(UTC))
    _zones(tree, after)
    return str(tree.to_ical().decode())


def _common(
    component: icalendar.Event, before: Entry | Override | None, after: Entry | Override
) -> None:
    """What masters and overrides have alike."""
    if before is None or before.title != after.title:
        component["SUMMARY"] = Words(after.title)
    if before is None or before.text != after.text:
        put(component, "DESCRIPTION", after.text)
    repeats = isinstance(after, Entry) and after.recurrence is not None
    if before is None or not same(before.start, after.start):
        component["DTSTART"] = vDDDTypes(after.start if repeats else told(after.start))
    if before is None or not (same(before.end, after.end) and same(before.start, after.start)):
        component.pop("DURATION", None)
        component["DTEND"] = vDDDTypes(after.end if repeats else told(after.end))
    if (before.alarm if before else None) != after.alarm:
        _ring(component, before, after)


def _ring(
    component: icalendar.Event, before: Entry | Override | None, after: Entry | Override
) -> None:
    """Put the alarm in the place of the one that was taken for it before; others stay."""
    if before is not None:
        for alarm in list(alarms(component)):
            if lead_of(alarm, before.start, before.end) == (before.alarm,):
                component.subcomponents.remove(alarm)
    if after.alarm is None or lead(component, after.start, after.end) == after.alarm:
        return
    alarm = icalendar.Alarm()
    alarm["ACTION"] = Words("DISPLAY")
    alarm["DESCRIPTION"] = Words(after.title)
    alarm["TRIGGER"] = vDDDTypes(-after.alarm)
    component.add_component(alarm)


def _repeat(
    tree: icalendar.Calendar,
    master: icalendar.Event,
    overrides: list[icalendar.Event],
    before: Entry | None,
    after: Entry,
    zone: ZoneInfo | None,
) -> None:
    """Rule, exceptions and overrides, as far as they differ."""
    old = before.recurrence if before else None
    new = after.recurrence
    if old == new:
        return
    if new is None:
        for name in ("RRULE", "EXDATE", "RDATE"):
            master.pop(name, None)
    else:
        if old is None or (old.rule, old.until, old.count) != (new.rule, new.until, new.count):
            master.pop("RRULE", None)
            master["RRULE"] = vRecur.from_ical(_rule(new, after.start))
        if old is None or old.exdates != new.exdates:
            master.pop("EXDATE", None)
            if new.exdates:
                master["EXDATE"] = vDDDLists([_like(after.start, at) for at in sorted(new.exdates)])
    standing = {
        original_of(each, before.start, zone): each
        for each in overrides
        if before is not None and zone is not None
    }
    said = {each.original: each for each in old.overrides} if old else {}
    wanted = {each.original: each for each in new.overrides} if new else {}
    for at, component in standing.items():
        if at not in wanted:
            tree.subcomponents.remove(component)
    for at, override in wanted.items():
        if at not in standing:
            standing[at] = _override(master, after, override)
            tree.add_component(standing[at])
        component = standing[at]
        _common(component, said.get(at), override)
        if (said[at].cancelled if at in said else False) != override.cancelled:
            put(component, "STATUS", "CANCELLED" if override.cancelled else "CONFIRMED")


def _override(master: icalendar.Event, entry: Entry, override: Override) -> icalendar.Event:
    """A new instance that has all that its series, `entry`, has: what an override does not say, it
    has not (RFC 5545 3.8.4.4). What it is to have otherwise is set after it."""
    component = deepcopy(master)
    for name in (*_OF_SERIES, *(each for each in master if each.startswith("X-SYNCD-"))):
        component.pop(name, None)
    for alarm in [each for each in component.subcomponents if not _recurs(each)]:
        component.subcomponents.remove(alarm)
    component["RECURRENCE-ID"] = vDDDTypes(_like(entry.start, override.original))
    if override.alarm != entry.alarm:
        _ring(component, entry, override)
    return component


def _recurs(alarm: icalendar.Component) -> bool:
    """Whether an alarm rings at every instance: not at one moment, and not as one put off does."""
    trigger = alarm.get("TRIGGER")
    return isinstance(getattr(trigger, "dt", None), timedelta) and "RELATED-TO" not in alarm


def _rule(recurrence: Recurrence, start: Instant) -> str:
    """RRULE's value, its UNTIL in UTC, or a date where the series is one of days (RFC 5545
    3.3.10)."""
    ends = []
    if recurrence.until is not None:
        if isinstance(start, datetime):
            ends.append(f"UNTIL={recurrence.until.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        else:
            ends.append(f"UNTIL={recurrence.until:%Y%m%d}")
    if recurrence.count is not None:
        ends.append(f"COUNT={recurrence.count}")
    return ";".join((recurrence.rule, *ends))


def _like(start: Instant, value: datetime) -> Instant:
    """`value` as a property that must be of DTSTART's type and zone (RFC 5545 3.8.5.1)."""
    if not isinstance(start, datetime):
        return value.date()
    return value.astimezone(start.tzinfo)


def _zones(tree: icalendar.Calendar, entry: Entry) -> None:
    """See that every zone that the resource names is defined, for long enough."""
    dates = list(dates_in(entry))
    first, last = min(dates), max(dates)
    defined = {str(z.get("TZID")): z for z in tree.subcomponents if z.name == "VTIMEZONE"}
    for zone in zones_in(entry):
        old = defined.get(zone.key)
        made = definition(zone.key, first.year - 1, last.year + _ZONE_YEARS)
        if old is not None:
            if "COMMENT" not in old or old.to_ical() == made.to_ical():
                continue  # somebody else's, which may reach for ever, or ours as it must be
            tree.subcomponents.remove(old)
        tree.subcomponents.insert(0, made)


def dates_in(entry: Entry) -> Iterable[date]:
    """Every day that an entry names."""
    yield from (_day(entry.start), _day(entry.end))
    if entry.recurrence is not None:
        for override in entry.recurrence.overrides:
            yield from (override.original.date(), _day(override.start), _day(override.end))


def _day(value: Instant) -> date:
    return value.date() if isinstance(value, datetime) else value


def zones_in(entry: Entry) -> list[ZoneInfo]:
    """The zones that it names."""
    moments: list[Instant] = [entry.start, entry.end]
    if entry.recurrence is not None:
        for override in entry.recurrence.overrides:
            moments += [override.start, override.end]
    found: dict[str, ZoneInfo] = {}
    for each in moments:
        zone = each.tzinfo if isinstance(each, datetime) else None
        if isinstance(zone, ZoneInfo) and zone.key not in ("UTC", "Etc/UTC"):
            found[zone.key] = zone
    return list(found.values())


@lru_cache(maxsize=64)
def definition(key: str, first: int, last: int) -> icalendar.Timezone:
    """A VTIMEZONE for the years from `first` to `last`: without an end it would be eight times as
    large. Its dates have a line each, since of a list some servers keep only the first (Radicale).
    """
    zone = icalendar.Timezone.from_tzid(
        key, first_date=date(first, 1, 1), last_date=date(last, 1, 1) + timedelta(days=1)
    )
    for part in zone.subcomponents:
        listed = part.pop("RDATE", None)
        for onset in listed.dts if listed is not None else ():
            part.add("RDATE", onset.dt)
    return zone
