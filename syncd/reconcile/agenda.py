"""What the next occurrence of a block says beside who is up: what was understood since the last
one, and who is next in line should there be time left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from syncd.model.blocks import OccurrenceId
from syncd.model.facts import RESTING, Fact, Source
from syncd.model.keys import Key
from syncd.model.people import Person, whose
from syncd.model.roster import Roster
from syncd.reconcile import text
from syncd.reconcile.attempts import Position, Scene
from syncd.reconcile.checklist import Told, state_line
from syncd.reconcile.events import Asked, Proposed, Said
from syncd.reconcile.occurrences import Occurrence, instant
from syncd.reconcile.pen import Drawn, Seat
from syncd.reconcile.runs import Series

MOST = 4
"""Lines about what was, questions among them."""
NAMED = 3
NEXT = 5
"""How many are next in line."""
ROOM = 7500
"""Characters for all that is said of who is up: Google takes 8,192, the user's own among them."""
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
    recorded: Callable[[datetime], Sequence[Fact]],
) -> dict[OccurrenceId, str]:
    """What each of the next occurrences says: who is up and, in the first of each block, what was
    since the last one, by the effective facts that `recorded` gives since a moment, and who is next
    in line."""
    found: dict[OccurrenceId, str] = {}
    told: set[str] = set()
    for occurrence in sorted(next_two, key=lambda o: instant(o.start)):
        block = occurrence.id.block
        up = sorted(drawn.seated.get(occurrence.id, ()), key=_by_start)
        since: tuple[str, ...] = ()
        following: tuple[str, ...] = ()
        if block not in told:
            told.add(block)
            people = served(scene.roster, block)
            before = last_started(blocks[block].occurrences, scene.now) or scene.now - RECENT
            moved = [each.person for each in up if each.person and _rolled(drawn, each.person)]
            since = since_last(people, scene.roster, recorded(before), said.values(), moved, before)
            following = next_in_line(people, scene.roster, positions, drawn.standings, scene.today)
        found[occurrence.id] = _section(occurrence.id, up, since, following)
    checked = {id for id, seats in drawn.seated.items() if any(seat.item for seat in seats)}
    for id in checked - found.keys():  # lines that are still to be marked, or were
        found[id] = _section(id, sorted(drawn.seated[id], key=_by_start))
    return found


def _by_start(seat: Seat) -> tuple[datetime, Key]:
    return instant(seat.start), seat.key


def _section(
    id: OccurrenceId, up: Sequence[Seat], since: Sequence[str] = (), following: Sequence[str] = ()
) -> str:
    """Whom to contact in an occurrence, in order, with what there is to say beside; empty where
    nobody is up and nothing was."""
    if not up and not since:
        return ""
    whole = [seat.lines for seat in up]
    items = [seat.item for seat in up if seat.item is not None]
    found = _written(id, whole, items, since, following)
    if len(found) <= ROOM:
        return found
    return _written(id, [each.partition("\n")[0] for each in whole], items, since, following)


def _written(
    id: OccurrenceId,
    lines: Sequence[str],
    items: Sequence[Told],
    since: Sequence[str],
    following: Sequence[str],
) -> str:
    written = text.occurrence_section(lines, since, following).split("\n")[:-1]
    stand = ((item.stands.rstrip(), item.line.rstrip()) for item in items)  # spaces are a server's
    users = {stands for stands, line in stand if stands != line}
    state = state_line(id, items, [line for line in written if line not in users])
    return text.occurrence_section(lines, since, following, state)


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
) -> tuple[str, ...]:
    """At most four lines: what is asked, as far as all else leaves room; who is to be added; what a
    deletion skipped and how to undo that, what was understood, who was not marked and `moved` on.
    Of `people`, by id, since the moment `before`."""
    recent = [
        fact
        for fact in facts
        if whose(fact.person) in people and instant(fact.recorded) >= instant(before)
    ]
    called = {id: person.name for person in roster.people.values() for id in person.ids}
    said = tuple(said)
    lines: list[str] = []
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
    questions = _asked([each.question for each in said if isinstance(each, Asked)], len(lines))
    return tuple(text.one_line(line) for line in (*questions, *lines)[:MOST])


def _asked(questions: Sequence[str], others: int) -> list[str]:
    """The first of the `questions`, with how many more there are: they leave `others` their lines,
    all but one."""
    lines = [f"Not understood: {question}" for question in questions[: max(1, MOST - others)]]
    if more := len(questions) - len(lines):
        lines[-1] += f" And {more} more: syncd status"
    return lines


_CONCLUDED = (Source.DELETION, Source.DRAG, Source.SYNCD)


def next_in_line(
    people: Collection[str],
    roster: Roster,
    positions: Mapping[str, Position],
    up: Collection[str],
    today: date,
) -> tuple[str, ...]:
    """Those of `people`, by id, who are due first and are not `up`, with how to reach them; nobody
    whose cadence has just started over."""
    waiting = sorted(
        (position.due, id)
        for id, position in positions.items()
        if id in people
        and id not in up
        and position.due is not None
        and position.touch is None
        and not position.reason
        and position.due <= today + SOON
        and not _just_closed(position, roster, today)
    )
    found = [positions[id].person for _, id in waiting[:NEXT]]
    return tuple(_reach(person) for person in found)


def _just_closed(position: Position, roster: Roster, today: date) -> bool:
    anchor = position.fold.anchor
    quarter = timedelta(days=roster.cadence_of(position.person).approximate_days / 4)
    return anchor is not None and today < anchor + quarter


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
