"""Taking in what the user says by events of their own in our calendars: facts for the journal, and
what is to be remembered until it is done with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from syncd.engine.observe import Observed
from syncd.model.entries import Entry
from syncd.model.facts import Fact, Outcome, Source, effective
from syncd.model.records import Delta, State
from syncd.model.roster import Roster
from syncd.reconcile import plan as planning
from syncd.reconcile.elsewhere import placed
from syncd.reconcile.events import (
    PAST,
    Asked,
    Away,
    Proposed,
    Told,
    read_event,
    recalled,
    remembered,
    setting_of,
)
from syncd.reconcile.plan import World
from syncd.reconcile.spelling import fold
from syncd.reconcile.standing import begins


def heard(observed: Iterable[Observed], roster: Roster, state: State, now: datetime) -> Delta:
    """What the events of the user's own that were seen change in `state`, which knows already what
    else was seen."""
    zone = ZoneInfo(roster.timezone)
    settings: dict[str, str | None] = _done_with(roster, state, now, zone)
    facts: list[Fact] = []
    for each in observed:
        if each.absorbed is None:
            continue
        for href in each.foreign_gone:
            settings[setting_of(each.name, href)] = None
        for sighting in each.absorbed.strangers:
            assert sighting.entry is not None
            said = read_event(sighting.entry, roster.people.values(), roster.away_words, now, zone)
            name = setting_of(each.name, sighting.href)
            settings[name] = remembered(said)
            told = said if isinstance(said, Told) else None
            facts += _facts(sighting.entry, told, state, now, zone)
    changed = {name: v for name, v in settings.items() if v != state.settings.get(name)}
    return Delta(facts=_placed(facts, roster, state, now, zone), settings=changed)


def _done_with(
    roster: Roster, state: State, now: datetime, zone: ZoneInfo
) -> dict[str, str | None]:
    """What need not be remembered any more."""
    today = now.astimezone(zone).date()
    names = {fold(person.name)[0] for person in roster.people.values()}
    done: dict[str, str | None] = {}
    for name, said in recalled(state.settings).items():
        match said:
            case Away(until=until) | Asked(until=until) if until <= today:
                done[name] = None
            case Proposed() if fold(said.name)[0] in names:
                done[name] = None
    return done


def _facts(
    entry: Entry, told: Told | None, state: State, now: datetime, zone: ZoneInfo
) -> list[Fact]:
    """What is new in the journal by an event that says `told`, or nothing any more."""
    # A UID is any text at all; its checksum keeps the journal's ids short.
    prefix = f"event:{hashlib.sha256(entry.uid.encode()).hexdigest()[:24]}#"
    known = [fact for fact in state.facts if fact.id.startswith(prefix)]
    before = next(iter(effective(known)), None)
    id = f"{prefix}{len(known) + 1}"
    if told is None:
        if before is None or begins(entry.start, zone) < now - PAST:
            return []  # what was read long ago stands, whatever is edited since
        return [replace(before, id=id, recorded=now, supersedes=before.id, void=True)]
    wrong = told.meaning.outcome is Outcome.WRONG_NUMBER
    fact = Fact(
        id=id,
        person=told.person.id,
        at=min(begins(entry.start, zone), now),
        outcome=told.meaning.outcome,
        source=Source.EVENT,
        recorded=now,
        note=told.note,
        direction=told.meaning.direction,
        number=(told.person.phone or "") if wrong else "",
    )
    if before is None:
        return [fact]
    if _says(before) == _says(fact):
        return []
    same = ("touch", "attempt", "opened", "entry", "channel")  # it counts where it did before
    return [replace(fact, supersedes=before.id, **{name: getattr(before, name) for name in same})]


def _says(fact: Fact) -> tuple[object, ...]:
    return fact.person, fact.outcome, fact.direction, fact.note


def _placed(
    facts: list[Fact], roster: Roster, state: State, now: datetime, zone: ZoneInfo
) -> tuple[Fact, ...]:
    """`facts` as they count: within the open touch of their person, if it was open by then."""
    if all(fact.supersedes for fact in facts):
        return tuple(facts)
    plan = planning.make(World(roster=roster, state=state, now=now))
    fresh = [fact for fact in facts if not fact.supersedes]
    return (*(fact for fact in facts if fact.supersedes), *placed(fresh, plan, zone, roster))
