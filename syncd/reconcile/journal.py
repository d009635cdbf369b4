"""The facts, sorted by whom and by which entry they concern; pure.

A journal only grows. So what was sorted last is kept, and what came since is laid over it: of the
million facts of a lifetime those few are sorted anew whose people or entries the new ones concern.
What is kept is a memory of the same arithmetic, no more, and is made anew where it does not fit.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar

from syncd.model.facts import RESTING, Fact, Facts, Outcome, effective
from syncd.model.people import Person, whose
from syncd.model.roster import Roster
from syncd.reconcile.crossing import crossed
from syncd.reconcile.fold import revision_of

_BARRING = RESTING | {Outcome.WRONG_NUMBER}
_V = TypeVar("_V")


class _Over(Mapping[str, _V]):
    """What is `below`, with `above` over it: None there hides what is below."""

    def __init__(self, below: Mapping[str, _V], above: Mapping[str, _V | None]) -> None:
        self._below = below
        self._above = above

    def __getitem__(self, name: str) -> _V:
        found = self._above[name] if name in self._above else self._below[name]
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        if name in self._above:
            return self._above[name] is not None  # type: ignore[index]
        return name in self._below

    def __iter__(self) -> Iterator[str]:
        yield from (name for name in self._below if name not in self._above)
        yield from (name for name, value in self._above.items() if value is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True, kw_only=True)
class Journal:
    """The facts, sorted by whom and by which entry they concern."""

    by_person: Mapping[str, tuple[Fact, ...]]
    """Effective facts, oldest contact first."""
    by_entry: Mapping[str, Fact]
    """For each entry its effective fact; snoozes are no entry's outcome."""
    told: Mapping[str, int]
    """For each entry the highest revision of its mark that made a fact, effective or not."""
    snoozes: Mapping[str, Fact]
    """For each entry the newest snooze that was read on it."""
    voided: Mapping[str, Fact]
    """For each entry on which a fact was taken back: the newest that does so."""
    ids: Mapping[str, Fact]
    """All facts, by id."""
    renamed: Mapping[str, str]
    """By every id that means somebody in the roster: the one that they have today."""
    whole: Mapping[str, tuple[Fact, ...]]
    """By id of a person, not of a line: the effective facts of all their lines."""
    barring: Mapping[str, tuple[Fact, ...]]
    """Those of `whole` that say whether, or by which number, somebody is to be contacted."""
    _heap: _Heap = field(repr=False)
    _since: Mapping[str, Fact] = field(default_factory=dict, repr=False)
    """By id: what came after the heap."""

    def about(self, subject: str) -> tuple[Fact, ...]:
        """The effective facts of whoever `subject` means, oldest contact first."""
        return self.by_person.get(self.renamed.get(subject, subject), ())

    def since(self, moment: datetime) -> list[Fact]:
        """The effective facts that were recorded at `moment` or later, oldest contact first."""
        gone, since = {fact.supersedes for fact in self._since.values()}, moment.astimezone(UTC)
        held = self._heap.held[bisect_left(self._heap.recorded, since) :]
        held += [f for f in self._since.values() if f.recorded.astimezone(UTC) >= since]
        return _lasting(held, gone, self._heap.gone)

    @classmethod
    def of(cls, facts: Iterable[Fact], roster: Roster) -> Journal:
        """Sort `facts`; those of people who were formerly called otherwise go to their new id."""
        return _of(Facts.of(facts), roster)


def _by_contact(fact: Fact) -> tuple[datetime, datetime, str]:
    return fact.at, fact.recorded, fact.id


def _lasting(facts: Iterable[Fact], *gone: set[str | None]) -> list[Fact]:
    """Those of `facts`, each there once, that are neither void nor `gone`, as `effective` does."""
    held = (f for f in facts if not f.void and not any(f.id in each for each in gone))
    return sorted(held, key=_by_contact)


@dataclass(frozen=True, kw_only=True)
class _Heap:
    """The facts of a heap, sorted once. Nothing in it is ever changed."""

    facts: dict[str, Fact]
    roster: Roster
    gone: set[str | None]
    """The ids of all that was superseded."""
    people: dict[str, list[Fact]]
    """By id of today: all facts of theirs, effective or not."""
    lines: dict[str, set[str]]
    """By id of a person: the ids under which they have facts."""
    known: dict[str, dict[str, Person]]
    """The same of those who are in the roster."""
    entries: dict[str, list[Fact]]
    """By entry: all facts read on it."""
    recorded: list[datetime]
    """When the effective facts were recorded, in UTC, ascending."""
    held: list[Fact]
    """Those, in the same order."""


_kept: Journal | None = None
"""What was sorted last, with nothing over it."""


def _of(facts: Facts, roster: Roster) -> Journal:
    global _kept  # noqa: PLW0603 - a memory, not a state: any other answer would be the same
    kept = _kept
    if kept is None or kept._heap.facts is not facts.heap or kept._heap.roster is not roster:
        _kept = kept = None  # two of them at once may be more than there is room for
        _kept = kept = _sorted(facts.heap, roster)
    return _laid_over(kept, facts.since) if facts.since else kept


def _sorted(facts: dict[str, Fact], roster: Roster) -> Journal:
    renamed = {old: p.id for p in roster.people.values() for old in p.ids}
    people: dict[str, list[Fact]] = defaultdict(list)
    lines: dict[str, set[str]] = defaultdict(set)
    entries: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts.values():
        id = renamed.get(fact.person, fact.person)
        people[id].append(fact)
        lines[renamed.get(whose(id), whose(id))].add(id)
        if fact.entry:
            entries[fact.entry].append(fact)
    known: dict[str, dict[str, Person]] = defaultdict(dict)
    for person in roster.people.values():
        known[person.whose][person.id] = person
    held: dict[str, list[Fact]] = defaultdict(list)
    whole: dict[str, list[Fact]] = defaultdict(list)
    by_entry: dict[str, Fact] = {}
    lasting = effective(list(facts.values()))
    for fact in lasting:
        id = renamed.get(fact.person, fact.person)
        held[id].append(fact)
        whole[renamed.get(whose(id), whose(id))].append(fact)
        if fact.entry and fact.outcome is not Outcome.SNOOZED:
            by_entry[fact.entry] = fact
    by_recorded = sorted(lasting, key=_recorded)
    heap = _Heap(
        facts=facts,
        roster=roster,
        gone={fact.supersedes for fact in facts.values()},
        people=dict(people),
        lines=dict(lines),
        known=dict(known),
        entries=dict(entries),
        recorded=list(map(_recorded, by_recorded)),
        held=by_recorded,
    )
    marks = _marks(facts.values(), {})
    return Journal(
        by_person=crossed(held, roster),
        by_entry=by_entry,
        told=marks.told,
        snoozes=marks.snoozes,
        voided=marks.voided,
        ids=facts,
        renamed=renamed,
        whole={who: tuple(theirs) for who, theirs in whole.items()},
        barring={who: found for who, theirs in whole.items() if (found := _barring(theirs))},
        _heap=heap,
    )


def _recorded(fact: Fact) -> datetime:
    return fact.recorded.astimezone(UTC)


def _barring(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(fact for fact in facts if fact.outcome in _BARRING)


@dataclass
class _Marks:
    """What all facts, effective or not, say of the entries that they were read on."""

    told: dict[str, int]
    snoozes: dict[str, Fact]
    voided: dict[str, Fact]


def _marks(facts: Iterable[Fact], before: Mapping[str, int]) -> _Marks:
    found = _Marks({}, {}, {})
    for fact in facts:
        if not fact.entry:
            continue
        known = found.told.get(fact.entry, before.get(fact.entry, 0))
        found.told[fact.entry] = max(known, revision_of(fact))
        if fact.outcome is Outcome.SNOOZED:
            found.snoozes[fact.entry] = fact
        if fact.void:
            found.voided[fact.entry] = fact
    return found


def _laid_over(kept: Journal, since: Mapping[str, Fact]) -> Journal:
    """`kept` with the facts that came `since` over it."""
    heap, renamed = kept._heap, kept.renamed
    gone = {fact.supersedes for fact in since.values()}
    undone = [heap.facts[id] for id in gone if id is not None and id in heap.facts]
    more: dict[str, list[Fact]] = defaultdict(list)
    for fact in since.values():
        more[renamed.get(fact.person, fact.person)].append(fact)

    def one(id: str) -> str:
        return renamed.get(whose(id), whose(id))

    by_person: dict[str, tuple[Fact, ...] | None] = {}
    whole: dict[str, tuple[Fact, ...] | None] = {}
    for who in {*map(one, more), *(one(renamed.get(f.person, f.person)) for f in undone)}:
        ids = {*heap.lines.get(who, ()), *(id for id in more if one(id) == who)}
        held = {
            id: _lasting((*heap.people.get(id, ()), *more.get(id, ())), gone, heap.gone)
            for id in ids
        }
        theirs = heap.known.get(who, {})
        by_person.update(dict.fromkeys((*ids, *theirs), ()))
        by_person.update(crossed(held, replace(heap.roster, people=theirs)))
        whole[who] = tuple(sorted((f for each in held.values() for f in each), key=_by_contact))
    by_entry: dict[str, Fact | None] = {}
    read: dict[str, list[Fact]] = defaultdict(list)
    for fact in since.values():
        if fact.entry:
            read[fact.entry].append(fact)
    for entry in {*read, *(fact.entry for fact in undone if fact.entry)}:
        both = (*heap.entries.get(entry, ()), *read.get(entry, ()))
        found = _lasting(both, gone, heap.gone)
        by_entry[entry] = next(
            (fact for fact in reversed(found) if fact.outcome is not Outcome.SNOOZED), None
        )
    marks = _marks(since.values(), kept.told)
    return Journal(
        by_person=_Over(kept.by_person, by_person),
        by_entry=_Over(kept.by_entry, by_entry),
        told=_Over(kept.told, marks.told),
        snoozes=_Over(kept.snoozes, marks.snoozes),
        voided=_Over(kept.voided, marks.voided),
        ids=_Over(kept.ids, since),
        renamed=renamed,
        whole=_Over(kept.whole, whole),
        barring=_Over(kept.barring, {who: _barring(f or ()) for who, f in whole.items()}),
        _heap=heap,
        _since=since,
    )
