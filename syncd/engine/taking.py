"""Contacts that another program kept, as facts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from syncd.model.facts import Direction, Fact, Outcome, Source
from syncd.model.records import Delta
from syncd.reconcile.elsewhere import placed

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
    now = service.clock()
    facts = placed([_fact(each, now) for each in new], plan, service.zone, service.roster)
    service.store.commit(Delta(facts=facts, verb=True))
    return len(facts)


def _fact(contact: Contact, now: datetime) -> Fact:
    return Fact(source=Source.LOG, recorded=now, **vars(contact))
