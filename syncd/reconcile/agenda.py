"""What the next occurrence of a block says beside who is up: what was understood since the last
one, and who is next in line should there be time left."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from syncd.model.blocks import OccurrenceId
from syncd.model.facts import RESTING, Fact, Source
from syncd.model.people import Person, whose
from syncd.model.roster import Roster
from syncd.reconcile import text
from syncd.reconcile.attempts import Position, Scene
from syncd.reconcile.events import Asked, Proposed, Said
from syncd.reconcile.occurrences import Occurrence, instant
from syncd.reconcile.pen import Drawn
from syncd.reconcile.render import who_is_up
from syncd.reconcile.series import Series

MOST = 4
"""Lines about what was."""
NAMED = 3
NEXT = 5
"""How many are next in line."""
RECENT = timedelta(days=7)
"""How far back it is told where there was no occurrence before."""
SOON = timedelta(days=60)


def sections(
    scene: Scene,
    blocks: Mapping[str, Series],
    drawn: Drawn,
    next_two: Iterable[Occurrence],
    positions: Mapping[str, Position],
    said: Mapping[str, Said],
    facts: Sequence[Fact],
) -> dict[OccurrenceId, str]:
    """What each of the next occurrences says: who is up and, in the first of each block, what was
    since the last one, by the effective `facts`, and who is next in line."""
    found: dict[OccurrenceId, str] = {}
    told: set[str] = set()
    for occurrence in sorted(next_two, key=lambda o: instant(o.start)):
        block = occurrence.id.block
        up = sorted(drawn.seated.get(occurrence.id, ()), key=lambda seat: instant(seat[0]))
        since: tuple[str, ...] = ()
        following: tuple[str, ...] = ()
        if block not in told:
            told.add(block)
            people = served(scene.roster, block)
            before = last_started(blocks[block].occurrences, scene.now) or scene.now - RECENT
            moved = [person for _, person, _ in up if _rolled(drawn, person)]
            since = since_last(
                people, scene.roster, facts, said.values(), moved, before, scene.today
            )
            following = next_in_line(people, positions, drawn.standings, scene.today)
        found[occurrence.id] = who_is_up(up, scene.zone, since, following)
    return found


def served(roster: Roster, block: str) -> frozenset[str]:
    """All the ids of those whom a block serves."""
    lists = set(roster.blocks[block].lists) if block in roster.blocks else set()
    people = (person for person in roster.people.values() if person.strategy is None)
    return frozenset(id for person in people if lists & set(person.lists) for id in person.ids)


def _rolled(drawn: Drawn, person: Person) -> bool:
    placed, stand = drawn.placed.get(person.id), drawn.standings.get(person.id)
    if placed is not None:
        return placed.want.rolls > 0
    return stand is not None and stand.trace.rolls > 0


def since_last(
    people: Collection[str],
    roster: Roster,
    facts: Iterable[Fact],
    said: Iterable[Said],
    moved: Iterable[Person],
    before: datetime,
    today: date,
) -> tuple[str, ...]:
    """At most four lines: what is asked, what a deletion skipped and how to undo that, what was
    understood, who was not marked and `moved` on. Of `people`, by id, since the moment `before`."""
    recent = [
        fact
        for fact in facts
        if whose(fact.person) in people and instant(fact.recorded) >= instant(before)
    ]
    called = {id: person.name for person in roster.people.values() for id in person.ids}
    lines = [
        f"Not understood: {e.question}" for e in said if isinstance(e, Asked) and e.until > today
    ]
    proposed = [each.name for each in said if isinstance(each, Proposed)]
    if proposed:
        lines.append(f"To be added: {_some(proposed)}. syncd add --proposed")
    skipped = [f for f in recent if f.source is Source.DELETION]
    if skipped:
        names = _some(_names(skipped, called))
        lines.append(f"Skipped, since you deleted it: {names}. To undo: syncd log --undo NAME")
    told = [f for f in recent if f.source not in _CONCLUDED]
    if told:
        lines.append(f"Understood: {_some([_told(fact, called) for fact in told])}.")
    unmarked = [person.name for person in moved]
    if unmarked:
        lines.append(f"Not marked, so up again: {_some(unmarked)}.")
    return tuple(text.one_line(line) for line in lines[:MOST])


_CONCLUDED = (Source.DELETION, Source.DRAG, Source.SYNCD)


def next_in_line(
    people: Collection[str],
    positions: Mapping[str, Position],
    up: Collection[str],
    today: date,
) -> tuple[str, ...]:
    """Those of `people`, by id, who are due first and are not `up`, with how to reach them."""
    waiting = sorted(
        (position.due, id)
        for id, position in positions.items()
        if id in people
        and id not in up
        and position.due is not None
        and position.touch is None
        and not position.reason
        and position.due <= today + SOON
    )
    found = [positions[id].person for _, id in waiting[:NEXT]]
    return tuple(_reach(person) for person in found)


def last_started(occurrences: Iterable[Occurrence], now: datetime) -> datetime | None:
    """When the last occurrence that is over at `now` began."""
    ended = [o.start for o in occurrences if instant(o.end) <= instant(now) and not o.cancelled]
    return max(ended, key=instant, default=None)


def _reach(person: Person) -> str:
    name = text.one_line(person.name)
    address = text.one_line(person.phone or person.email or "")
    return f"{name}, {address}" if address else name


def _told(fact: Fact, called: Mapping[str, str]) -> str:
    (name,) = _names([fact], called)
    word = "they called" if fact.direction == "in" else fact.outcome.value.replace("-", " ")
    if fact.outcome in RESTING and fact.until is not None:
        word = f"{word} until {fact.until.isoformat()}"
    return f"{name} ({word})"


def _names(facts: Iterable[Fact], called: Mapping[str, str]) -> list[str]:
    ids = (whose(fact.person) for fact in facts)
    return list(dict.fromkeys(called.get(id, id) for id in ids))


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"
