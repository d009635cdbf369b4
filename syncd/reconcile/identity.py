"""Who is who: a person is their id, and somebody may come back under another."""

from __future__ import annotations

from syncd.errors import Problem
from syncd.model.people import LINE, Person, whose
from syncd.model.records import State
from syncd.model.roster import Roster


def mistaken(roster: Roster, state: State) -> list[Problem]:
    """People who are new while an id with history and the same phone or e-mail is gone from the
    people files: whether they are one, only the user knows, and planning either way may be wrong.
    Whoever says `formerly`, be it nothing, has answered."""
    new = [
        person
        for person in roster.people.values()
        if person.formerly is None and person.id not in state.acquaintances
    ]
    if not new:
        return []
    known = {id for person in roster.people.values() for id in person.ids}
    told = {whose(f.person) for f in state.facts} | {whose(r.key.subject) for r in state.records}
    people = (id for id in state.acquaintances if LINE not in id)
    gone = [id for id in people if id not in known and id in told]
    problems: list[Problem] = []
    for person in new:
        for id in gone:
            met = state.acquaintances[id]
            if shared := _shared(person, met.phone, met.email):
                file, _, line = person.where.rpartition(":")
                problems.append(
                    Problem(
                        file=file,
                        line=int(line) if line.isdigit() else 0,
                        column=1,
                        message=f"{person.id} is new and has the {shared} of {id}, who has history "
                        f"and is no longer there. If they are the same person, write "
                        f"formerly: [{id}] here; if not, write formerly: []",
                    )
                )
    return problems


def _shared(person: Person, phone: str, email: str) -> str:
    if phone in person.phones:
        return "phone number"
    if email.casefold() in (each.casefold() for each in person.emails):
        return "e-mail address"
    return ""
