"""Reading events in iCalendar bodies (RFC 5545) into entries.

Everything here is hostile input: what cannot be understood raises `Unreadable` with one sentence,
and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import icalendar

from syncd.calendars.reading import Unreadable, checked_rule, cleaned, timed, until_of
from syncd.model.entries import YEARS, Entry, Instant, Override, Recurrence

TRACE = "X-SYNCD-TRACE"
"""Its value is percent-encoded where TEXT would need a backslash: whether the value of a property
that is not theirs is to be unescaped, programs do not agree."""
EXTRAS = ("LOCATION", "ATTACH", "URL", "COMMENT", "CONTACT", "CONFERENCE")
_UNSAID = {"TRANSP": "OPAQUE", "CLASS": "PUBLIC"}
"""What it means where a property is not there."""


def calendar_of(body: str) -> icalendar.Calendar:
    """`body` as the library's tree. Raises ValueError and what else the library raises."""
    tree = icalendar.Calendar.from_ical(body)
    if not isinstance(tree, icalendar.Calendar):
        raise Unreadable("it is not a calendar")
    return tree


def components(
    tree: icalendar.Calendar,
) -> tuple[icalendar.Event, list[icalendar.Event]] | None:
    """The master and its overrides; None where there is no event. Raises Unreadable where there is
    more than one event, or none but exceptions."""
    events = [each for each in tree.subcomponents if isinstance(each, icalendar.Event)]
    if not events:
        return None
    if len({str(each.get("UID", "")) for each in events}) != 1:
        raise Unreadable("it holds several events")
    masters = [each for each in events if "RECURRENCE-ID" not in each]
    if len(masters) != 1:
        raise Unreadable("it holds exceptions without the series that they are from")
    return masters[0], [each for each in events if each is not masters[0]]


def read_event(master: icalendar.Event, overrides: list[icalendar.Event], zone: ZoneInfo) -> Entry:
    """The entry that a master and its overrides are. Raises Unreadable, or what else NONSENSE
    names."""
    start = moment(master, "DTSTART", zone)
    end = end_of(master, start, zone)
    return Entry(
        uid=str(master["UID"]),
        title=words(master, "SUMMARY"),
        start=start,
        end=end,
        text=words(master, "DESCRIPTION", lines=True),
        busy=str(master.get("TRANSP", "OPAQUE")).upper() != "TRANSPARENT",
        private=str(master.get("CLASS", "")).upper() in ("PRIVATE", "CONFIDENTIAL"),
        alarm=lead(master, start, end),
        cancelled=cancelled(master),
        guests=len(several(master.get("ATTENDEE"))),
        extras=any(master.get(name) for name in EXTRAS),
        trace=unquote(words(master, TRACE)),
        recurrence=_recurrence(master, overrides, start, zone),
    )


def _recurrence(
    master: icalendar.Event, overrides: list[icalendar.Event], start: Instant, zone: ZoneInfo
) -> Recurrence | None:
    rules = several(master.get("RRULE"))
    if not rules:
        if overrides:
            raise Unreadable("it holds exceptions to something that does not repeat")
        return None
    if len(rules) > 1:
        raise Unreadable("it has several recurrence rules")
    rule = checked_rule(rules[0].to_ical().decode())
    where = series_zone(start, zone)
    return Recurrence(
        rule=rule.repeats,
        until=until_of(rule.until, where),
        count=rule.count,
        exdates=frozenset(
            timed(_placed(value.dt, value.params, zone), where)
            for listed in several(master.get("EXDATE"))
            for value in listed.dts
        ),
        overrides=tuple(
            sorted(
                (_override(each, master, start, zone, where) for each in overrides),
                key=lambda override: override.original,
            )
        ),
    )


def _override(
    component: icalendar.Event,
    master: icalendar.Event,
    series: Instant,
    zone: ZoneInfo,
    where: ZoneInfo,
) -> Override:
    if "RANGE" in component["RECURRENCE-ID"].params:
        raise Unreadable("an exception in it holds for a range, which few programs understand")
    start = moment(component, "DTSTART", zone)
    end = end_of(component, start, zone)
    return Override(
        original=original_of(component, series, zone),
        start=timed(start, where),
        end=timed(end, where),
        title=words(component if "SUMMARY" in component else master, "SUMMARY"),
        text=words(component, "DESCRIPTION", lines=True),
        alarm=lead(component, start, end),
        cancelled=cancelled(component),
        own=_has_own(component, master, lead(component, start, end)),
    )


def _has_own(component: icalendar.Event, master: icalendar.Event, alarm: timedelta | None) -> bool:
    """Whether an override has what its master has not, its first `alarm` aside."""
    for name in ("ATTENDEE", "CATEGORIES", "COLOR", *EXTRAS, *_UNSAID):
        if not _values(component, name) <= {*_values(master, name), _UNSAID.get(name, "")}:
            return True
    first = {("DISPLAY", alarm), ("AUDIO", alarm)}
    return not _rings(component) <= {*_rings(master), *first}


def _values(component: icalendar.Event, name: str) -> set[str]:
    """What a property says, its parameters aside."""
    return {each.to_ical().decode() for each in several(component.get(name)) if each}


def _rings(component: icalendar.Event) -> set[tuple[str, timedelta]]:
    """Every alarm that rings so long before the start; one that was put off is none (RFC 9074 5.1),
    and none one that does nothing."""
    return {
        (action, -trigger.dt)
        for alarm in component.subcomponents
        if isinstance(alarm, icalendar.Alarm) and "RELATED-TO" not in alarm
        if (action := str(alarm.get("ACTION", "")).upper()) not in ("", "NONE")
        for trigger in several(alarm.get("TRIGGER"))
        if isinstance(trigger.dt, timedelta)
    }


def original_of(component: icalendar.Event, series: Instant, zone: ZoneInfo) -> datetime:
    """An override's RECURRENCE-ID, in the zone of the series that starts at `series`."""
    where = series_zone(series, zone)
    found = timed(moment(component, "RECURRENCE-ID", zone), where)
    return found.astimezone(where)


def series_zone(start: Instant, zone: ZoneInfo) -> ZoneInfo:
    """The zone in which a series that starts at `start` repeats."""
    own = start.tzinfo if isinstance(start, datetime) else None
    return own if isinstance(own, ZoneInfo) else zone


def moment(component: icalendar.Component, name: str, zone: ZoneInfo) -> Instant:
    """A DATE or DATE-TIME property; aware where it has a time."""
    value: Any = component[name]
    if isinstance(value, list):
        raise Unreadable(f"it has several {name}")
    return _placed(value.dt, value.params, zone)


def _placed(value: object, params: Any, zone: ZoneInfo) -> Instant:
    if isinstance(value, date) and value.year not in YEARS:
        raise Unreadable(f"it is of the year {value.year}")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            tzid = params.get("TZID")
            if tzid is not None:
                raise Unreadable(f"its time zone «{tzid}» is unknown")
            return value.replace(tzinfo=zone)
        if value.tzinfo is UTC or isinstance(value.tzinfo, ZoneInfo):
            return value
        return value.astimezone(zone)
    if isinstance(value, date):
        return value
    raise Unreadable("it has a time that is none")


def end_of(component: icalendar.Component, start: Instant, zone: ZoneInfo) -> Instant:
    """DTEND, else DTSTART plus DURATION, else as RFC 5545 3.6.1 says."""
    if "DTEND" in component:
        end = moment(component, "DTEND", zone)
        if isinstance(end, datetime) != isinstance(start, datetime):
            raise Unreadable("it begins with a time and ends with a date, or the other way round")
        return max(end, start)
    if "DURATION" in component:
        told: Any = component["DURATION"]
        until = _after(start, max(told.dt, timedelta()))
        if until.year not in YEARS:
            raise Unreadable(f"it lasts until the year {until.year}")
        return until
    return start if isinstance(start, datetime) else start + timedelta(days=1)


def _after(start: Instant, length: timedelta) -> Instant:
    """`start` plus a DURATION, whose days are those of the clock on the wall and whose hours are
    exact (RFC 5545 3.3.6)."""
    nominal = start + timedelta(days=length.days)
    if not isinstance(nominal, datetime):
        return nominal
    exact = nominal.astimezone(UTC) + timedelta(seconds=length.seconds)
    return exact.astimezone(nominal.tzinfo)


def lead(component: icalendar.Event, start: Instant, end: Instant) -> timedelta | None:
    """How long before the start the earliest alarm rings that a person notices (VALARM with ACTION
    DISPLAY or AUDIO); None where there is none."""
    leads = [found for alarm in alarms(component) if (found := lead_of(alarm, start, end))]
    return max((each[0] for each in leads), default=None)


def alarms(component: icalendar.Component) -> Iterable[icalendar.Alarm]:
    """Those that a person notices."""
    for each in component.subcomponents:
        if isinstance(each, icalendar.Alarm) and str(each.get("ACTION", "")).upper() in (
            "DISPLAY",
            "AUDIO",
        ):
            yield each


def lead_of(alarm: icalendar.Alarm, start: Instant, end: Instant) -> tuple[timedelta] | None:
    """How long before the start one alarm rings; None for one that does not say when."""
    trigger = alarm.get("TRIGGER")
    if trigger is None or isinstance(trigger, list):
        return None
    value = trigger.dt
    if isinstance(value, timedelta):
        from_end = str(trigger.params.get("RELATED", "START")).upper() == "END"
        length: timedelta = end - start  # type: ignore[operator]
        return (-length - value if from_end else -value,)
    if isinstance(value, datetime) and value.tzinfo and isinstance(start, datetime):
        return (start - value,)
    return None


def cancelled(component: icalendar.Component) -> bool:
    """Whether its STATUS says that it does not take place."""
    return str(component.get("STATUS", "")).upper() == "CANCELLED"


def several(value: Any) -> list[Any]:
    """The values of a property that may be there more than once."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def words(component: icalendar.Component, name: str, *, lines: bool = False) -> str:
    """A TEXT property without control characters; newlines stay where `lines` says so."""
    value = component.get(name, "")
    return cleaned(str(value[0] if isinstance(value, list) else value), lines=lines)
