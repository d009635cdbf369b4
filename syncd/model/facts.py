"""The journal's entries: what happened with whom, and how we know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What became of an attempt, or what was decided about a person."""

    REACHED = "reached"
    LEFT_MESSAGE = "left-message"
    NO_ANSWER = "no-answer"
    WRONG_NUMBER = "wrong-number"
    SKIPPED = "skipped"
    NOT_REACHED = "not-reached"
    MISSED = "missed"
    SNOOZED = "snoozed"
    PAUSED = "paused"
    STOPPED = "stopped"


CLOSING = frozenset({Outcome.REACHED, Outcome.SKIPPED, Outcome.NOT_REACHED, Outcome.MISSED})
"""The outcomes after which a touch is over and the cadence starts anew."""

TRIED = frozenset({Outcome.LEFT_MESSAGE, Outcome.NO_ANSWER, Outcome.WRONG_NUMBER})
"""The outcomes after which the touch goes on with another attempt."""

RESTING = frozenset({Outcome.PAUSED, Outcome.STOPPED})
"""The outcomes after which nothing comes for a while, or for good."""


class Direction(StrEnum):
    """Who contacted whom."""

    OUT = "out"
    IN = "in"


class Source(StrEnum):
    """How we know of a fact."""

    MARK = "mark"
    """The user marked an entry."""
    DELETION = "deletion"
    """The user deleted an entry that was still ahead."""
    DRAG = "drag"
    """The user moved an entry."""
    LOG = "log"
    """The user said so on the command line."""
    MEETING = "meeting"
    """A meeting in a calendar of theirs took place."""
    EVENT = "event"
    """The user said so by an event of their own."""
    SYNCD = "syncd"
    """It followed by itself: missed, not-reached."""


ELSEWHERE = frozenset({Source.LOG, Source.MEETING, Source.EVENT})
"""The sources of contacts that were not made on an entry of ours."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One entry of the journal; never changed, corrected only by a later one.

    `id` is its identity: a fact read twice from the same revision of an entry's mark has the same
    id and counts once. A fact that takes another back names it in `supersedes` and is `void`; one
    that corrects another names it and is not.
    """

    id: str
    person: str
    at: datetime
    """When the contact happened; aware."""
    outcome: Outcome
    source: Source
    recorded: datetime
    """When syncd learned of it; aware. Later facts are recorded later."""
    channel: str | None = None
    note: str = ""
    direction: Direction = Direction.OUT
    touch: date | None = None
    """The touch it belongs to; None for a contact outside any touch."""
    attempt: int | None = None
    """The attempt within the touch."""
    day: date | None = None
    """The day that counts for the plan where that is not the day of `at`: a skipped entry's own."""
    until: date | None = None
    """For a pause: the first active day; None means until further notice."""
    entry: str | None = None
    """The id of the entry on which it was read."""
    opened: datetime | None = None
    """When its touch was opened; aware."""
    number: str = ""
    """The number that was wrong, for a wrong number."""
    supersedes: str | None = None
    void: bool = False


MOST = 1000
"""How many facts may have come since before all are one heap again."""


@dataclass(frozen=True, eq=False)
class Facts:
    """All facts of a journal, in the order in which they came; of two with one id the first.

    A journal only grows: what extends another shares the heap of it, so that a new fact costs
    nothing of the million before it.
    """

    heap: dict[str, Fact] = field(default_factory=dict)
    """By id: what it begins with. Never changed, and told from any other by which object it is."""
    since: dict[str, Fact] = field(default_factory=dict)
    """By id: the few that came after."""

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> Facts:
        """`facts` as they are, or in one heap."""
        return facts if isinstance(facts, cls) else cls(_by_id(facts))

    def __iter__(self) -> Iterator[Fact]:
        yield from self.heap.values()
        yield from self.since.values()

    def __len__(self) -> int:
        return len(self.heap) + len(self.since)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Facts) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def has(self, id: str) -> bool:
        """Whether one of them is called so."""
        return id in self.since or id in self.heap

    @property
    def last(self) -> Fact | None:
        """The one that came last; None where there is none."""
        return next(reversed((self.since or self.heap).values()), None)

    def plus(self, more: Iterable[Fact]) -> Facts:
        """These, and those of `more` whose ids are not there yet."""
        new = _by_id(fact for fact in more if not self.has(fact.id))
        if not new:
            return self
        since = {**self.since, **new}
        return Facts(self.heap, since) if len(since) <= MOST else Facts({**self.heap, **since})


def _by_id(facts: Iterable[Fact]) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    for fact in facts:
        found.setdefault(fact.id, fact)
    return found


def effective(facts: list[Fact]) -> list[Fact]:
    """The facts that still hold: neither void nor superseded, oldest contact first.

    `facts` may be in any order. Of two with one id the first counts.
    """
    known = _by_id(facts)
    gone = {fact.supersedes for fact in known.values()}
    held = [fact for fact in known.values() if fact.id not in gone and not fact.void]
    return sorted(held, key=lambda fact: (fact.at, fact.recorded, fact.id))


_UNDO = "~undo"


def undoing(fact: Fact, now: datetime) -> Fact:
    """The fact by which a verb takes `fact` back at `now`."""
    return replace(fact, id=f"{fact.id}{_UNDO}", recorded=now, supersedes=fact.id, void=True)


def is_undoing(fact: Fact) -> bool:
    """Whether a verb took another fact back by `fact`."""
    return fact.void and fact.id == f"{fact.supersedes}{_UNDO}"
