"""What a calendar app makes of iCalendar (RFC 5545), and how it edits it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import icalendar
from icalendar import vCalAddress, vDDDLists, vDDDTypes

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

Moment = datetime | date


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An event, a series, or one instance of a series, as an app shows it."""

    href: str
    etag: str
    body: str = field(repr=False)
    """The whole resource, as the server gave it."""
    uid: str
    title: str
    start: Moment
    end: Moment
    text: str
    alarm: timedelta | None
    """How long before its start it rings."""
    busy: bool
    private: bool
    cancelled: bool
    rrule: str | None = None
    exdates: frozenset[datetime] = frozenset()
    overrides: Mapping[datetime, Shown] = field(default_factory=dict)
    """By RECURRENCE-ID."""
    original: datetime | None = None
    """The RECURRENCE-ID of an instance."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """The raw values of its component's properties; of one that is there twice, the last."""

    @property
    def series(self) -> bool:
        """Whether it repeats."""
        return self.rrule is not None


def instant(moment: Moment) -> datetime:
    """When it begins, in UTC; an all-day entry at midnight."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)


# -- reading


@lru_cache(maxsize=1024)  # most resources stay as they are from one look to the next
def shown(href: str, etag: str, body: str) -> Shown:
    """A resource, as an app shows it."""
    tree = icalendar.Calendar.from_ical(body)
    bare = Shown(
        href=href,
        etag=etag,
        body=body,
        uid="",
        title="",
        start=date.min,
        end=date.min,
        text="",
        alarm=None,
        busy=True,
        private=False,
        cancelled=False,
    )
    overrides = {at(part, "RECURRENCE-ID"): component(part, bare) for part in overrides_of(tree)}
    return component(master_of(tree), bare, overrides)


def component(part: Any, of: Shown, overrides: Mapping[datetime, Shown] | None = None) -> Shown:
    """One component of the resource that `of` shows."""
    start = part.decoded("DTSTART")
    original = at(part, "RECURRENCE-ID") if "RECURRENCE-ID" in part else None
    rule = part.get("RRULE")
    return Shown(
        href=of.href,
        etag=of.etag,
        body=of.body,
        uid=str(part["UID"]),
        title=str(part.get("SUMMARY", "")),
        start=start,
        end=part.decoded("DTEND") if "DTEND" in part else start,
        text=str(part.get("DESCRIPTION", "")),
        alarm=_alarm(part),
        busy=str(part.get("TRANSP", "OPAQUE")) != "TRANSPARENT",
        private=str(part.get("CLASS", "PUBLIC")) != "PUBLIC",
        cancelled=str(part.get("STATUS", "")) == "CANCELLED",
        rrule=rule.to_ical().decode() if rule is not None else of.rrule,
        exdates=frozenset(exdates(part)),
        overrides=overrides or {},
        original=original,
        properties={name: _raw(part[name]) for name in part},
    )


def _raw(value: Any) -> str:
    last = value[-1] if isinstance(value, list) else value
    raw: bytes = last.to_ical()
    return raw.decode()


def _alarm(part: Any) -> timedelta | None:
    leads = [
        -alarm["TRIGGER"].dt
        for alarm in part.walk("VALARM")
        if isinstance(alarm["TRIGGER"].dt, timedelta)
    ]
    return max(leads, default=None)


def master_of(tree: icalendar.Calendar) -> Any:
    """The event itself, or the series."""
    return next(part for part in tree.walk("VEVENT") if "RECURRENCE-ID" not in part)


def overrides_of(tree: icalendar.Calendar) -> list[Any]:
    """The occurrences that differ."""
    return [part for part in tree.walk("VEVENT") if "RECURRENCE-ID" in part]


def at(part: Any, name: str) -> datetime:
    """When a property says, in UTC."""
    return instant(part.decoded(name))


def exdates(part: Any) -> set[datetime]:
    """The occurrences that are left out, in UTC."""
    listed = part.get("EXDATE", [])
    listed = listed if isinstance(listed, list) else [listed]
    return {instant(value.dt) for each in listed for value in each.dts}


# -- changing


def put(part: Any, name: str, value: Any) -> None:
    """Give `part` a property in the place of all of that name."""
    part.pop(name, None)
    part[name] = value


def answer(part: Any, address: str, said: str) -> None:
    """Let `part` say what the attendee at `address` answered."""
    there = part.get("ATTENDEE", [])
    there = there if isinstance(there, list) else [there]
    made = vCalAddress(f"mailto:{address}")
    made.params["PARTSTAT"] = said.upper()
    part["ATTENDEE"] = [each for each in there if not str(each).endswith(f":{address}")] + [made]


def utc(moment: Moment) -> Moment:
    """The same instant in UTC; a date as it is."""
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def event(title: str, start: Moment, end: Moment, text: str) -> icalendar.Event:
    """A new event."""
    event = icalendar.Event()
    event.add("UID", str(uuid.uuid4()))
    event.add("DTSTAMP", datetime.now(UTC).replace(microsecond=0))
    event.add("SUMMARY", title)
    event["DTSTART"] = vDDDTypes(start)
    event["DTEND"] = vDDDTypes(end)
    if text:
        event.add("DESCRIPTION", text)
    return event


def like(part: Any, moment: Moment, name: str = "DTSTART") -> Moment:
    """`moment` in the zone in which `part` stands."""
    before = part.decoded(name)
    if isinstance(moment, datetime) and isinstance(before, datetime):
        return moment.astimezone(before.tzinfo)
    return moment


def move(part: Any, start: Moment, end: Moment | None) -> None:
    """Give `part` another start; its length stays unless `end` is given."""
    before = part.decoded("DTSTART")
    until = part.decoded("DTEND") if "DTEND" in part else before + part["DURATION"].dt
    begin = like(part, start)
    finish = begin + (wall(until) - wall(before)) if end is None else like(part, end)
    part.pop("DURATION", None)
    put(part, "DTSTART", vDDDTypes(begin))
    put(part, "DTEND", vDDDTypes(finish))


def wall(moment: Moment) -> datetime:
    """Without its zone, so that differences are those of the clock on the wall."""
    if isinstance(moment, datetime):
        return moment.replace(tzinfo=None)
    return datetime(moment.year, moment.month, moment.day)


def override(tree: icalendar.Calendar, original: datetime) -> Any:
    """The override of the occurrence at `original`, made as a copy of the master where none is."""
    for part in overrides_of(tree):
        if at(part, "RECURRENCE-ID") == original:
            return part
    master = master_of(tree)
    made = deepcopy(master)
    for name in ("RRULE", "EXDATE", "RDATE"):
        made.pop(name, None)
    put(made, "RECURRENCE-ID", vDDDTypes(like(master, original)))
    move(made, original, None)
    tree.add_component(made)
    return made


def exclude(master: Any, moments: set[Any]) -> None:
    """Leave out exactly these occurrences."""
    master.pop("EXDATE", None)
    if moments:
        master["EXDATE"] = vDDDLists([like(master, each) for each in sorted(moments)])


def cut(tree: icalendar.Calendar, until: datetime) -> None:
    """End a series at `until`."""
    master = master_of(tree)
    master["RRULE"].pop("COUNT", None)
    master["RRULE"]["UNTIL"] = [until.astimezone(UTC)]
    for part in overrides_of(tree):
        if at(part, "RECURRENCE-ID") > until:
            tree.subcomponents.remove(part)
    exclude(master, {each for each in exdates(master) if each <= until})


def reday(master: Any) -> None:
    """Let a weekly rule name the day on which the series starts."""
    rule = master["RRULE"]
    if rule.get("FREQ") == ["WEEKLY"] and len(rule.get("BYDAY", [])) == 1:
        rule["BYDAY"] = [_WEEKDAYS[master.decoded("DTSTART").weekday()]]
