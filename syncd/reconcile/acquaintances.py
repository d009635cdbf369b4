"""Whom syncd knows, since when, and who of them the ramp has let in. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from syncd.model.keys import Kind
from syncd.model.people import Person, whose
from syncd.model.records import Acquaintance, CalendarState, State
from syncd.model.roster import Roster
from syncd.reconcile.pauses import Pauses
from syncd.reconcile.ramp import admissions


def met(roster: Roster, state: State, today: date) -> dict[str, Acquaintance]:
    """People seen for the first time, each with the next seat of their list, those of whom YAML
    says something else than before, and those whom the ramp lets in, by id; `state` knows already
    what was seen today."""
    everybody = roster.in_full.people
    known = {id: _known(person, state.acquaintances) for id, person in everybody.items()}
    seats: dict[tuple[str, str], int] = defaultdict(int)
    for id, met in known.items():
        if met is not None:
            row = _row(everybody[id])
            seats[row] = max(seats[row], met.seat + 1)
    found: dict[str, Acquaintance] = {}
    for id, person in everybody.items():
        met = known[id]
        if met is None:
            seat = seats[_row(person)]
            seats[_row(person)] += 1
            met = Acquaintance(first_seen=today, seat=seat, paused=person.paused)
        elif met.paused != person.paused:
            since = met.active_since if person.paused else today
            met = replace(met, paused=person.paused, active_since=since)
        met = replace(met, phone=person.phone or "", email=person.email or "")
        if met != state.acquaintances.get(id):
            found[id] = met
    if roster.ramp is not None and _was_read(roster, state):
        people = {**state.acquaintances, **found}
        found |= admissions(roster, people, _begun(roster, state), Pauses(state.pauses), today)
    return found


def _known(person: Person, acquaintances: Mapping[str, Acquaintance]) -> Acquaintance | None:
    """What is known of `person` under all of their ids."""
    theirs = [acquaintances[id] for id in person.ids if id in acquaintances]
    if not theirs:
        return None
    first = min(theirs, key=lambda each: each.first_seen)
    let_in = (each.admitted for each in theirs if each.admitted is not None)
    return replace(
        theirs[0],
        first_seen=first.first_seen,
        seat=first.seat,
        admitted=min(let_in, default=None),
    )


def _was_read(roster: Roster, state: State) -> bool:
    """Whether every calendar was read without doubt once. Before that nobody can tell who is in:
    the database may have been lost."""
    states = (state.calendars.get(name, CalendarState()) for name in roster.calendars)
    return all(each.place for each in states)


def _begun(roster: Roster, state: State) -> frozenset[str]:
    """The ids of the people with whom something was or is going on in the calendar."""
    subjects = {record.key.subject for record in state.records if record.key.kind is Kind.CONTACT}
    subjects |= {fact.person for fact in state.facts if fact.touch is not None}
    theirs = {whose(subject) for subject in subjects}
    return frozenset(p.id for p in roster.people.values() if not theirs.isdisjoint(p.ids))


def _row(person: Person) -> tuple[str, str]:
    """Whose first contacts are spread with those of `person`."""
    return person.list, person.strategy.name if person.strategy else ""
