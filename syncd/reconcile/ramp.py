"""Starting small: who is let in, and when. Pure, and stable: whoever is in stays in, whoever comes
is put behind or between those who wait."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from syncd.model.people import Period, Person
from syncd.model.records import Acquaintance
from syncd.model.roster import Ramp, Roster
from syncd.reconcile.pauses import Pauses


def admissions(
    roster: Roster,
    acquaintances: Mapping[str, Acquaintance],
    begun: Collection[str],
    pauses: Pauses,
    today: date,
) -> dict[str, Acquaintance]:
    """Who is let in today, by id. `begun` are the ids of those with whom something is going on
    already, though the ramp never let them in: they came while there was none, or what was known of
    it is lost. They are in, and the ramp goes on as if it had let them in."""
    ramp = roster.ramp
    if ramp is None:
        return {}
    met = {id: acquaintances[id] for id in roster.people if id in acquaintances}
    inside = {id for id, each in met.items() if each.admitted is not None}
    came = [id for id in met if id in begun and id not in inside]
    inside.update(came)
    since, day = started(acquaintances) or today, let_in_on(acquaintances, today)
    if came:
        since = min(since, _as_if_begun(ramp, len(inside), day))
    found = {id: replace(met[id], admitted=since) for id in came}
    room = allowed(ramp, since, today) - len(inside)
    for person in waiting(roster, inside, pauses, today)[: max(room, 0)]:
        if person.id in met:
            found[person.id] = replace(met[person.id], admitted=day)
    return found


def let_in_on(acquaintances: Mapping[str, Acquaintance], today: date) -> date:
    """The day to note of somebody who is let in today: not one before the ramp began, should the
    clock have gone back, since the ramp would seem that much older."""
    return max(started(acquaintances) or today, today)


def waiting(roster: Roster, inside: Collection[str], pauses: Pauses, today: date) -> list[Person]:
    """Those who are not `inside`, the first to be let in first; nobody who is paused."""
    assert roster.ramp is not None
    order = {id: n for n, id in enumerate(roster.people)}

    def place(person: Person) -> tuple[float, ...]:
        keys = {
            "liked": 0.0 if person.liked else 1.0,
            "recent": -float(person.last_contact.toordinal()) if person.last_contact else 0.0,
        }
        assert roster.ramp is not None
        return (*(keys[each] for each in roster.ramp.order), float(order[person.id]))

    people = (p for p in roster.people.values() if p.strategy is None and p.id not in inside)
    return sorted((p for p in people if pauses.of(p, today) is None), key=place)


def started(acquaintances: Mapping[str, Acquaintance]) -> date | None:
    """The day on which the ramp began: when it first let somebody in."""
    return min((a.admitted for a in acquaintances.values() if a.admitted is not None), default=None)


def _as_if_begun(ramp: Ramp, inside: int, today: date) -> date:
    """The day on which the ramp would have begun, had it let in so many by `today`; far ahead where
    that is too long ago for a calendar."""
    steps = max(0, math.ceil((inside - ramp.start) / ramp.add))
    return _step(ramp, -steps).after(today)


def allowed(ramp: Ramp, since: date, today: date) -> int:
    """How many may be in on `today`."""
    steps = 0
    while _step(ramp, steps + 1).after(since) <= today:
        steps += 1
    return ramp.start + ramp.add * steps


def expected(ramp: Ramp, since: date, today: date, inside: int, waiting: int) -> list[date]:
    """When each of so many who are `waiting` is let in, by today's numbers."""
    found: list[date] = []
    step = 0
    while len(found) < waiting:
        day = _step(ramp, step).after(since) if step else today
        room = ramp.start + ramp.add * step - inside - len(found)
        if day >= today and room > 0:
            found += [day] * min(room, waiting - len(found))
        step += 1
    return found


def _step(ramp: Ramp, number: int) -> Period:
    return Period(months=ramp.every.months * number, days=ramp.every.days * number)
