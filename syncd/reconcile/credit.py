"""Credit for what took place: which meetings of the user's are contacts with whom. Pure.

A meeting is known by its UID, by where the rule of its series puts it, and by the person: moved
however often it counts once, and each instance of a series apart. An id that is in the journal,
taken back or not, is never added again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from syncd.model.entries import Instant
from syncd.model.facts import Fact, Outcome, Source
from syncd.model.keys import is_key
from syncd.model.meetings import Meeting
from syncd.model.people import Person
from syncd.model.roster import Roster
from syncd.reconcile.standing import begins
from syncd.reconcile.text import one_line

LONGEST = 200
"""Characters of a title that are kept as a note."""
_PREFIX = "meeting"


@dataclass(frozen=True, kw_only=True)
class _Met:
    """One person in one meeting."""

    meeting: Meeting
    person: Person
    ids: tuple[str, ...]
    """The ids that its fact may have, by every id that the person has had; today's first."""


def credited(
    meetings: Iterable[Meeting],
    roster: Roster,
    journal: Iterable[Fact],
    since: datetime,
    until: datetime,
    now: datetime,
) -> list[Fact]:
    """The facts, outside any touch as yet, of the `meetings` that ended after `since` and not after
    `until` and took place, and that the `journal` does not have; the earliest first."""
    zone = ZoneInfo(roster.timezone)
    meetings = tuple(meetings)
    known = {fact.id: fact for fact in journal if fact.id.startswith(f"{_PREFIX}:")}
    there = {id for met in _met(meetings, roster) for id in met.ids}
    vanished = {
        (_of(fact.id), _day(fact.at, zone))
        for fact in known.values()
        if not fact.void and fact.id not in there
    }
    found: dict[str, Fact] = {}
    for met in _met(meetings, roster):
        ended = begins(met.meeting.end, zone)
        if not since < ended <= until or not _took_place(met.meeting):
            continue
        # A whole series that was moved, or one event that was made to repeat, is another by its
        # ids; what was counted that day is not there any more under its own.
        moved = (_of(met.ids[0]), _day(met.meeting.start, zone)) in vanished
        if not moved and not known.keys() & set(met.ids):
            found.setdefault(met.ids[0], _fact(met, now, zone))
    return sorted(found.values(), key=lambda fact: (fact.at, fact.id))


def _took_place(meeting: Meeting) -> bool:
    return not (meeting.cancelled or meeting.declined or is_key(meeting.uid))


def _met(meetings: Iterable[Meeting], roster: Roster) -> Iterable[_Met]:
    people: dict[str, list[Person]] = {}
    for person in roster.people.values():
        for email in person.emails:
            people.setdefault(email.casefold(), []).append(person)
    for meeting in meetings:
        there = (each for email in meeting.emails & people.keys() for each in people[email])
        for person in {each.id: each for each in there}.values():
            ids = tuple(_id(meeting, each) for each in person.ids)
            yield _Met(meeting=meeting, person=person, ids=ids)


def _id(meeting: Meeting, person: str) -> str:
    """The id of a fact. Of the UID, which may be any text, it has a digest."""
    digest = hashlib.sha256(meeting.uid.encode("utf-8", "surrogatepass")).hexdigest()[:20]
    return f"{_PREFIX}:{digest}:{_stamp(meeting.original)}:{person}"


def _of(id: str) -> tuple[str, str]:
    """What the facts of one series with one person have in common."""
    _, digest, _, person = id.split(":", 3)
    return digest, person


def _stamp(original: Instant | None) -> str:
    if isinstance(original, datetime):
        return f"{original.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    return f"{original:%Y%m%d}" if original is not None else ""


def _day(moment: Instant, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


def _fact(met: _Met, now: datetime, zone: ZoneInfo) -> Fact:
    start = met.meeting.start
    if not isinstance(start, datetime):
        start = datetime.combine(start, time(12), tzinfo=zone)
    return Fact(
        id=met.ids[0],
        person=met.person.id,
        at=start,
        outcome=Outcome.REACHED,
        source=Source.MEETING,
        recorded=now,
        note=one_line(met.meeting.title)[:LONGEST],
    )
