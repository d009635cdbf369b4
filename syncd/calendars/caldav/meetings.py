"""Reading iCalendar bodies (RFC 5545) into meetings: each instance of a series by itself, with who
comes to it. Everything here is hostile input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from syncd.calendars.caldav.body import trimmed
from syncd.calendars.caldav.parse import calendar_of, cancelled, end_of, moment, several, words
from syncd.calendars.guests import Answer, Guest, address, present
from syncd.calendars.reading import NONSENSE, Unreadable, checked_rule, parts_of
from syncd.model.meetings import Meeting
from syncd.model.rules import Rule

_ANSWERS = {"ACCEPTED": Answer.ACCEPTED, "DECLINED": Answer.DECLINED}
_DAYS = ("BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
_REPEATING = ("RRULE", "RDATE", "RECURRENCE-ID")


def meetings_in(
    body: str, since: datetime, until: datetime, zone: ZoneInfo, me: frozenset[str]
) -> list[Meeting]:
    """The meetings in `body` that lie between `since` and `until`. Floating times are taken to be
    in `zone`; `me` are the user's addresses, case-folded. Raises Unreadable."""
    try:
        tree = calendar_of(trimmed(body))
        events = [each for each in tree.subcomponents if isinstance(each, icalendar.Event)]
        if not any("ATTENDEE" in each for each in events):
            return []
        for event in events:
            _check(event, zone)
        repeating = {str(each.get("UID", "")) for each in events if _repeats(each)}
        query = recurring_ical_events.of(tree)
        parts = query.between(since.astimezone(zone), until.astimezone(zone))
        return [_meeting(part, zone, repeating, me) for part in parts]
    except Unreadable:
        raise
    except NONSENSE as error:
        told = " ".join(str(error).split())
        raise Unreadable(f"it is not valid iCalendar: {told[:200]}") from error


def _check(event: icalendar.Event, zone: ZoneInfo) -> None:
    """Raises Unreadable for a time zone that is unknown, and for rules that nobody can follow."""
    moment(event, "DTSTART", zone)
    for rule in several(event.get("RRULE")):
        if not _is_followed(checked_rule(rule.to_ical().decode())):
            raise Unreadable("it repeats as no meeting does")


def _is_followed(rule: Rule) -> bool:
    """Whether a rule can be followed in a moment, however long ago it began. One that looks day by
    day for one that there may never be takes minutes."""
    parts = parts_of(rule)
    return parts["FREQ"] in ("MONTHLY", "YEARLY") or parts.keys().isdisjoint(_DAYS)


def _repeats(event: icalendar.Event) -> bool:
    return any(name in event for name in _REPEATING)


def _meeting(
    part: icalendar.Component, zone: ZoneInfo, repeating: set[str], me: frozenset[str]
) -> Meeting:
    uid = str(part.get("UID", ""))
    start = moment(part, "DTSTART", zone)
    emails, declined = present(_guests(part), _organizer(part), me)
    return Meeting(
        uid=uid,
        original=moment(part, "RECURRENCE-ID", zone) if uid in repeating else None,
        start=start,
        end=end_of(part, start, zone),
        title=words(part, "SUMMARY"),
        emails=emails,
        cancelled=cancelled(part),
        declined=declined,
    )


def _guests(part: icalendar.Component) -> Iterator[Guest]:
    for each in several(part.get("ATTENDEE")):
        told = str(each.params.get("PARTSTAT", "")).upper()
        for email in _addresses(each):
            yield Guest(email=email, answer=_ANSWERS.get(told, Answer.OTHER))


def _organizer(part: icalendar.Component) -> str:
    found = several(part.get("ORGANIZER"))
    return next((email for each in found for email in _addresses(each)), "")


def _addresses(person: Any) -> Iterable[str]:
    """The addresses of an attendee: the value, else, as where that is a server's path, EMAIL (RFC
    7986 6.2)."""
    named = address(str(person)) or address(str(person.params.get("EMAIL", "")))
    return [named] if named else []
