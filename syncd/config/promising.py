"""Whether the blocks have room for the people of their lists: the promise that config makes.

    need of a list   =  people / cadence, summed over whoever is not paused
    room of a block  =  occurrences a week × people in one

Lists share the blocks that serve them, so a promise is kept where each group of lists has room in
all the blocks that serve any of them (Hall's condition). The groups looked at are, for each set of
blocks that serves a list, or that lists link into one, the lists served by nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from math import ceil

from dateutil.rrule import rrulestr

from syncd.model.blocks import Block
from syncd.model.people import Period
from syncd.model.repeats import EARLIEST
from syncd.model.roster import Roster

WEEKS = 52 * 28
"""How many weeks a rule is followed to see how often it comes: 28 years, a turn of the calendar."""
SLACK = 1e-6
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def promise(roster: Roster) -> dict[str, str]:
    """By the name of a list, the sentence about the promise that its blocks cannot keep; nothing
    for a list that has room, or that no block serves."""
    served = {
        name: frozenset(block.name for block in roster.blocks.values() if name in block.lists)
        for name in roster.lists
    }
    needs = {name: _need(roster, name) for name in roster.lists}
    found: dict[str, tuple[float, str]] = {}
    for blocks in _groups(served.values()):
        lists = [name for name in roster.lists if served[name] and served[name] <= blocks]
        need = sum(needs[name] for name in lists)
        room = sum(_room(roster.blocks[name]) for name in blocks)
        lists = [name for name in lists if needs[name]]
        if need <= room + SLACK:
            continue
        late = need / room
        for name in lists:
            if late > found.get(name, (1.0, ""))[0]:
                found[name] = (late, _sentence(roster, name, lists, blocks, needs, room))
    return {name: found[name][1] for name in roster.lists if name in found}


def _groups(served: Iterable[frozenset[str]]) -> set[frozenset[str]]:
    """The sets of blocks that serve a list, and the unions of those that overlap."""
    alone = {blocks for blocks in served if blocks}
    linked: list[frozenset[str]] = []
    for blocks in alone:
        touching = [each for each in linked if each & blocks]
        linked = [each for each in linked if not each & blocks]
        linked.append(blocks.union(*touching))
    return alone | set(linked)


def _need(roster: Roster, name: str) -> float:
    """How many people of the list are due in a week."""
    active = (p for p in roster.people.values() if p.list == name and not p.paused)
    return sum(7 / roster.cadence_of(person).approximate_days for person in active)


def _room(block: Block) -> float:
    """How many people the block holds in a week."""
    return _a_week(block.rule) * block.capacity


@lru_cache
def _a_week(rule: str) -> float:
    end = EARLIEST + timedelta(weeks=WEEKS)
    return sum(1 for _ in rrulestr(f"{rule};UNTIL={end:%Y%m%dT%H%M%S}", dtstart=EARLIEST)) / WEEKS


def _sentence(
    roster: Roster,
    name: str,
    lists: list[str],
    blocks: frozenset[str],
    needs: dict[str, float],
    room: float,
) -> str:
    need = sum(needs[each] for each in lists)
    late = need / room
    people = [p for p in roster.people.values() if p.list == name and not p.paused]
    cadence = roster.lists[name].cadence
    average = any(p.cadence not in (None, cadence) for p in people)
    rhythm = every(cadence)
    if average:
        rhythm = f"{every(_weeks(len(people) / needs[name]))} on average"
    others = [each for each in lists if each != name]
    told = (
        f"{name}: {count(len(people), 'person', 'people')} {rhythm} is {_few(needs[name])} a week"
    )
    if others:
        told += f", with {', '.join(others)} {_few(need)}"
    names = [each for each in roster.blocks if each in blocks]
    holds = "holds" if len(names) == 1 else "hold"
    reached = _weeks(len(people) / needs[name] * late)
    more = ceil(late * len(names) - SLACK) - len(names)
    keepable = f"cadence: {reached}" + (
        f" (and the others {_few(late)} times as long)" if others else ""
    )
    if average:  # the list's cadence alone does not say how often
        keepable = f"every cadence {_few(late)} times as long"
    return (
        f"{told}; {' and '.join(names)} {holds} {_few(room)}. "
        f"Each will be reached about {every(reached)}. "
        f"Keepable: {keepable}, or {_word(more)} more block{'s' * (more != 1)}."
    )


def _weeks(number: float) -> Period:
    return Period(days=7 * max(1, ceil(number - SLACK)))


def every(period: Period) -> str:
    """`every 6 weeks`, `every week`."""
    return f"every {str(period).removeprefix('1 ')}"


def count(number: int, one: str, many: str) -> str:
    """`1 person`, `2 people`."""
    return f"{number} {one if number == 1 else many}"


def _few(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _word(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
