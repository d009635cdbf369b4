"""Reading Google's events into entries.

A series is its master and its exceptions, which Google keeps as events of their own: an occurrence
that was deleted is a cancelled exception, and one that differs in nothing that matters here is
none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from syncd.calendars.google.text import read_description
from syncd.calendars.reading import NONSENSE, Unreadable, checked_rule, cleaned, timed, until_of
from syncd.model.entries import YEARS, Entry, Instant, Override, Recurrence
from syncd.model.walls import walls

Json = dict[str, Any]
FIELDS = (
    "id,etag,status,iCalUID,recurringEventId,originalStartTime,summary,description,start,end,"
    "recurrence,transparency,visibility,reminders,colorId,location,attendees/email,"
    "attachments/fileUrl,conferenceData/conferenceId,hangoutLink,source/url,"
    "extendedProperties/private"
)
"""What is asked for of each event (`fields` of partial responses)."""
TRACE = "syncd"
"""Private properties that hold the trace, in pieces: `syncd0`, `syncd1`, …"""
_EXTRAS = ("location", "attachments", "conferenceData", "hangoutLink", "source")
_OWN = ("location", "conferenceData", "hangoutLink", "source", "colorId")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a calendar says for events that do not say it themselves."""

    zone: ZoneInfo
    alarm: timedelta | None = None
    """Its default reminder."""


@dataclass(frozen=True, kw_only=True)
class Family:
    """An event as Google has it; of a series, the master and all its exceptions."""

    master: Json
    exceptions: tuple[Json, ...] = ()

    @property
    def repeats(self) -> bool:
        """Whether it is a series."""
        return bool(self.master.get("recurrence"))

    @property
    def etags(self) -> dict[str, str]:
        """The etag of each of its events, by id."""
        members = (self.master, *self.exceptions)
        return {str(each.get("id")): str(each.get("etag", "")) for each in members}


def read_family(family: Family, settings: Settings) -> Entry:
    """The entry that `family` is. Raises Unreadable."""
    try:
        return _entry(family, settings)
    except Unreadable:
        raise
    except NONSENSE as error:
        told = " ".join(str(error).split())
        raise Unreadable(f"it is no event that makes sense: {told[:200]}") from error


def _entry(family: Family, settings: Settings) -> Entry:
    event = family.master
    start, end = when_of(event["start"], settings), when_of(event["end"], settings)
    if isinstance(start, datetime) is not isinstance(end, datetime):
        raise Unreadable("it begins with a time and ends with a date, or the other way round")
    return Entry(
        uid=str(event["id"]),
        title=_text(event, "summary"),
        start=start,
        end=max(end, start),
        text=read_description(str(event.get("description") or "")),
        busy=event.get("transparency") != "transparent",
        private=event.get("visibility") in ("private", "confidential"),
        alarm=_alarm(event, settings),
        cancelled=event.get("status") == "cancelled",
        guests=len(event.get("attendees") or ()),
        extras=any(event.get(name) for name in _EXTRAS),
        trace=trace_of(event),
        recurrence=_recurrence(family, start, end, settings),
        colour=str(event.get("colorId") or ""),
    )


def _text(event: Json, name: str) -> str:
    return cleaned(str(event.get(name) or ""))


def when_of(when: Json, settings: Settings) -> Instant:
    """A start or an end. Raises what NONSENSE names."""
    if when.get("date"):
        day = date.fromisoformat(when["date"])
        return _of_our_age(day)
    moment = datetime.fromisoformat(when["dateTime"])
    key = when.get("timeZone")
    zone = settings.zone if key is None else UTC if key == "UTC" else ZoneInfo(key)
    if moment.tzinfo is None:
        return _of_our_age(moment.replace(tzinfo=zone))
    _of_our_age(moment)
    return moment.astimezone(zone)


def _of_our_age(moment: Instant) -> Instant:
    if moment.year not in YEARS:
        raise Unreadable(f"it is of the year {moment.year}")
    return moment


def _alarm(event: Json, settings: Settings) -> timedelta | None:
    """How long before the start the earliest one rings that a person notices at once."""
    reminders = event.get("reminders") or {}
    if reminders.get("useDefault"):
        return settings.alarm
    return earliest(reminders.get("overrides") or ())


def earliest(reminders: Iterable[Json]) -> timedelta | None:
    """The earliest of `reminders` that pops up."""
    leads = [int(each["minutes"]) for each in reminders if each.get("method") == "popup"]
    return timedelta(minutes=max(leads)) if leads else None


def trace_of(event: Json) -> str:
    """The trace, put together from its pieces."""
    private = (event.get("extendedProperties") or {}).get("private") or {}
    pieces: list[str] = []
    while (piece := private.get(f"{TRACE}{len(pieces)}")) is not None:
        pieces.append(str(piece))
    return cleaned("".join(pieces))


# -- series


def _recurrence(
    family: Family, start: Instant, end: Instant, settings: Settings
) -> Recurrence | None:
    lines = [str(each) for each in family.master.get("recurrence") or ()]
    rules = [each for each in lines if each.startswith("RRULE:")]
    if not rules:
        if lines:
            raise Unreadable("it repeats on single dates, without a rule")
        return None
    if len(rules) > 1:
        raise Unreadable("it has several recurrence rules")
    rule = checked_rule(rules[0].removeprefix("RRULE:"))
    where = series_zone(start, settings.zone)
    until = until_of(rule.until, where)
    plain = Override(
        original=timed(start, where),
        start=timed(start, where),
        end=timed(end, where),
        title=_text(family.master, "summary"),
        text=read_description(str(family.master.get("description") or "")),
        alarm=_alarm(family.master, settings),
    )
    exdates = set(exdates_of(lines, where))
    overrides = []
    deleted = []
    for each in family.exceptions:
        original = original_of(each, where, settings)
        if each.get("status") == "cancelled":
            deleted.append(original)
            continue
        override = read_instance(each, original, where, settings, family.master)
        if override != at(plain, original):
            overrides.append(override)
    exdates |= those_given(rule.repeats, rule.count, until, plain.start, deleted)
    return Recurrence(
        rule=rule.repeats,
        until=until,
        count=rule.count,
        exdates=frozenset(exdates),
        overrides=tuple(sorted(overrides, key=lambda each: each.original)),
    )


def those_given(
    repeats: str,
    count: int | None,
    until: datetime | None,
    start: datetime,
    originals: Collection[datetime],
) -> set[datetime]:
    """Those of `originals` at which a series with such a rule that starts at `start` has an
    occurrence: what was deleted before it got another rule is no exception to that. The rule is
    followed once for all of them, and no further than the last."""
    asked = {original.replace(tzinfo=None): original for original in originals}
    if not asked:
        return set()
    last = max(asked)
    given = walls(repeats, start.replace(tzinfo=None), count)
    there = {*takewhile(lambda wall: wall <= last, given)}
    found = (original for wall, original in asked.items() if wall in there)
    return {original for original in found if until is None or original <= until}


def series_zone(start: Instant, zone: ZoneInfo) -> ZoneInfo:
    """The zone in which a series that starts at `start` repeats."""
    own = start.tzinfo if isinstance(start, datetime) else None
    return own if isinstance(own, ZoneInfo) else zone


def at(plain: Override, original: datetime) -> Override:
    """The occurrence at `original` of the series whose first one is `plain`."""
    start = original.astimezone(UTC)
    end = start + (plain.end.astimezone(UTC) - plain.start.astimezone(UTC))
    return Override(
        original=original,
        start=original,
        end=end.astimezone(plain.end.tzinfo),
        title=plain.title,
        text=plain.text,
        alarm=plain.alarm,
    )


def read_instance(
    event: Json, original: datetime, where: ZoneInfo, settings: Settings, master: Json
) -> Override:
    """An occurrence of the series `master` as Google shows it. Raises what NONSENSE names."""
    start, end = when_of(event["start"], settings), when_of(event["end"], settings)
    return Override(
        original=original,
        start=timed(start, where),
        end=timed(max(end, start), where),
        title=_text(event, "summary"),
        text=read_description(str(event.get("description") or "")),
        alarm=_alarm(event, settings),
        own=_has_own(event, master),
    )


def _has_own(event: Json, master: Json) -> bool:
    """Whether an occurrence has what its series has not."""
    known = {*_values(master, "attendees", "email"), *_values(master, "attachments", "fileUrl")}
    found = {*_values(event, "attendees", "email"), *_values(event, "attachments", "fileUrl")}
    plain = {"transparency": "opaque", "visibility": "default"}
    return (
        bool(found - known)
        or any(event.get(each) not in (None, "", master.get(each)) for each in _OWN)
        or any((event.get(n) or usual) not in (usual, master.get(n)) for n, usual in plain.items())
        or not _letters(event) <= _letters(master)
    )


def _values(event: Json, name: str, key: str) -> Iterable[str]:
    return (f"{name} {each.get(key)}" for each in event.get(name) or ())


def _letters(event: Json) -> set[str]:
    """The reminders that come as e-mail."""
    told = (event.get("reminders") or {}).get("overrides") or ()
    return {str(each.get("minutes")) for each in told if each.get("method") == "email"}


def original_of(event: Json, where: ZoneInfo, settings: Settings) -> datetime:
    """Where the rule put this exception, in the zone of the series."""
    return timed(when_of(event["originalStartTime"], settings), where).astimezone(where)


_EXDATE = re.compile(r"EXDATE(?:;[^:]*?TZID=([^:;]+))?[^:]*:(.+)")


def exdates_of(lines: Iterable[str], where: ZoneInfo) -> Iterable[datetime]:
    """The dates in EXDATE lines (RFC 5545 3.8.5.1)."""
    for line in lines:
        match = _EXDATE.fullmatch(line)
        if match is None:
            continue
        zone = ZoneInfo(match[1]) if match[1] else where
        for value in match[2].split(","):
            form = "%Y%m%d" if "T" not in value else "%Y%m%dT%H%M%S"
            moment = datetime.strptime(value.rstrip("Z"), form)  # noqa: DTZ007  placed below
            _of_our_age(moment)
            placed = moment.replace(tzinfo=UTC if value.endswith("Z") else zone)
            yield placed.astimezone(where)
