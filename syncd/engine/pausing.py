"""The verbs that let people, lists and blocks rest, and wake them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from syncd.engine.service import Service
from syncd.errors import UsageError
from syncd.model import facts as journal
from syncd.model.keys import Kind
from syncd.model.people import Person, whose
from syncd.model.records import Delta, Fate, Pause, Record, Scope
from syncd.reconcile.occurrences import expand
from syncd.reconcile.pauses import Pauses
from syncd.reconcile.standing import standing


def pause(service: Service, scope: Scope, name: str, until: date | None) -> Pause:
    """Pause somebody, a list, a block or everything until `until`, or until further notice. Raises
    UsageError for a name that config does not have, or a day that is not ahead."""
    name = _scoped(service, scope, name)
    today = service.clock().astimezone(service.zone).date()
    if until is not None and until <= today:
        raise UsageError(f"{until} is not ahead of today, {today}.")
    if scope is Scope.PERSON:
        _not_in_yaml(service.roster.people[name], today)
    made, names = (
        Pause(scope=scope, name=name, since=today, until=until),
        _all(service, scope, name),
    )
    with service.store.exclusive():
        others = tuple(
            replace(p, until=today) if _holds(p, scope, names, today) else p
            for p in service.store.load().pauses
        )
        service.store.commit(Delta(pauses=(*others, made), verb=True))
    return made


def resume(service: Service, scope: Scope, name: str) -> str:
    """End a pause, and bring back a block that was deleted in the calendar. Gives what was done, in
    words. Raises UsageError where there was nothing to end, naming the line where a pause stands in
    the YAML."""
    name = _scoped(service, scope, name)
    with service.store.exclusive():
        return _resumed(service, scope, name)


def _resumed(service: Service, scope: Scope, name: str) -> str:
    today = service.clock().astimezone(service.zone).date()
    state, names = service.store.load(), _all(service, scope, name)
    done: list[str] = []
    pauses = tuple(
        replace(p, until=today) if _holds(p, scope, names, today) else p for p in state.pauses
    )
    if pauses != state.pauses:
        done.append("the pause is over")
    records: list[Record] = []
    facts: list[journal.Fact] = []
    if scope is Scope.PERSON:
        _not_in_yaml(service.roster.people[name], today)
        facts = [
            journal.undoing(fact, service.clock())
            for fact in journal.effective(list(state.facts))
            if whose(fact.person) in names
            and fact.outcome in journal.RESTING
            and (fact.until is None or fact.until > today)
        ]
        if facts:
            done.append("the pause that a mark set is over")
    if scope is Scope.BLOCK:
        records = [
            replace(record, fate=fate)
            for record in state.records
            if (fate := _brought_back(record, name, service.clock())) is not None
        ]
        if records:
            done.append("the next tick makes its series anew")
    if not done:
        wider = _wider(service, scope, name, state.pauses, today)
        raise UsageError(f"{name or 'Everything'} is not paused{wider}.")
    service.store.commit(
        Delta(pauses=pauses, records=tuple(records), facts=tuple(facts), verb=True)
    )
    return "; ".join(done)


def _not_in_yaml(person: Person, today: date) -> None:
    """Raises UsageError where the YAML has `person` paused: that is the user's to change."""
    if person.paused and (person.paused_until is None or person.paused_until > today):
        until = f" until {person.paused_until}" if person.paused_until else ""
        raise UsageError(
            f"{person.name} is paused{until} in {person.where}. "
            "Next: change `paused` there, or take it out."
        )


def _wider(
    service: Service, scope: Scope, name: str, pauses: tuple[Pause, ...], today: date
) -> str:
    """The pause of more than `name` that holds for it, if there is one."""
    found = None
    if scope is Scope.PERSON:
        found = Pauses(pauses).of(service.roster.people[name], today)
    return f" by name; but {found.reason}" if found is not None else ""


def _brought_back(record: Record, block: str, now: datetime) -> Fate | None:
    """What becomes of a series of a block that is made anew; None for one that is no hindrance."""
    if record.key.kind is not Kind.BLOCK or record.key.subject != block:
        return None
    if record.fate is Fate.GONE:
        return Fate.REMOVED
    seen = record.seen
    if record.fate is not Fate.LIVE or seen is None or standing(record).until is not None:
        return None
    if seen.recurrence is None:
        return Fate.RELEASED
    ahead = any(not each.cancelled for each in expand(block, seen, now, now))
    return None if ahead else Fate.RELEASED


def _scoped(service: Service, scope: Scope, name: str) -> str:
    match scope:
        case Scope.PERSON:
            return service.person(name).id
        case Scope.LIST | Scope.BLOCK:
            known = service.roster.lists if scope is Scope.LIST else service.roster.blocks
            if name not in known:
                raise UsageError(
                    f"There is no {scope.value} called «{name}». There are: {', '.join(known)}."
                )
            return name
        case Scope.ALL:
            return ""


def _all(service: Service, scope: Scope, name: str) -> tuple[str, ...]:
    """All the names under which a pause of `name` may be known."""
    return service.roster.people[name].ids if scope is Scope.PERSON else (name,)


def _holds(pause: Pause, scope: Scope, names: Collection[str], today: date) -> bool:
    named = pause.scope is scope and pause.name in names
    return named and (pause.until is None or pause.until > today)
