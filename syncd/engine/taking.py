"""Contacts that were made elsewhere, as facts: one that the user logs, and those that another
program kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from syncd.model.facts import Direction, Fact, Outcome, Source
from syncd.model.records import Delta
from syncd.reconcile.plan import Plan
from syncd.reconcile.standing import begins

if TYPE_CHECKING:
    from syncd.engine.service import Service


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One contact with somebody, as it is told to us."""

    id: str
    """Of the fact that it becomes."""
    person: str
    """Their id."""
    at: datetime
    """Aware."""
    channel: str | None = None
    note: str = ""
    outcome: Outcome = Outcome.REACHED
    direction: Direction = Direction.OUT


def logged(contact: Contact, plan: Plan, usual: str, now: datetime, zone: ZoneInfo) -> Fact:
    """The fact that `contact` is, learned of at `now`. Within an open touch it counts as the mark;
    before its opening it only moves what comes after. `usual` is by which channel it was where
    nobody says; `zone` is the user's."""
    position = plan.positions.get(contact.person)
    stand = plan.standings.get(contact.person)
    opened = stand.trace.opened if stand else None
    if opened is None and position is not None and position.fold.tried:
        opened = position.fold.tried[0].opened
    inside = position is not None and position.touch is not None and opened is not None
    inside = inside and opened is not None and contact.at >= opened
    day = None
    if contact.outcome is Outcome.SKIPPED and stand is not None and inside:
        day = max(contact.at, begins(stand.trace.start, zone)).astimezone(zone).date()
    return Fact(
        id=contact.id,
        person=contact.person,
        at=contact.at,
        outcome=contact.outcome,
        source=Source.LOG,
        recorded=now,
        channel=contact.channel or (stand.trace.channel if stand and inside else usual),
        note=contact.note,
        direction=contact.direction,
        touch=position.touch if position and inside else None,
        attempt=position.attempt if position and inside else None,
        day=day,
        opened=opened if inside else None,
        entry=stand.record.uid if stand and stand.record.seen and inside else None,
    )


def unknown(service: Service, contacts: Sequence[Contact]) -> list[Contact]:
    """Those of `contacts` that the journal does not have, be it because they are taken for the
    first time or because the journal was lost: neither by their id, nor as the same contact with
    the same person. Those that are still to come are none. Raises StateError."""
    now = service.clock()
    facts = service.store.load().facts
    ids = {fact.id for fact in facts}
    same = {(fact.person, fact.at, fact.channel, fact.note) for fact in facts}
    return [
        each
        for each in contacts
        if each.at <= now
        and each.id not in ids
        and (each.person, each.at, each.channel, each.note) not in same
    ]


def take(service: Service, contacts: Sequence[Contact]) -> int:
    """Remember those of `contacts` that are not known yet, and give how many they are. Taken again,
    they count once. Raises StateError."""
    new = unknown(service, contacts)
    if not new:
        return 0
    _, plan = service.offline()
    now, zone, roster = service.clock(), service.zone, service.roster
    facts = [
        logged(each, plan, roster.channels_of(roster.people[each.person])[0], now, zone)
        for each in new
    ]
    service.store.commit(Delta(facts=tuple(facts), verb=True))
    return len(facts)
