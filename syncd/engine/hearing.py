"""Taking in what the user says by events of their own in our calendars: facts for the journal, and
what is to be remembered until it is done with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from syncd.engine.observe import Observed
from syncd.model.entries import Entry
from syncd.model.facts import Fact, Outcome, Source, effective, is_undoing
from syncd.model.keys import Kind
from syncd.model.people import Person
from syncd.model.records import Delta, State
from syncd.model.roster import Roster
from syncd.reconcile import plan as planning
from syncd.reconcile.elsewhere import placed
from syncd.reconcile.events import AHEAD, PAST, Heard, Told, read_event
from syncd.reconcile.plan import World
from syncd.reconcile.recall import (
    digest,
    done_with,
    heard_before,
    heard_of,
    remembered,
    setting_of,
    stale,
    written,
)
from syncd.reconcile.standing import begins


def heard(observed: Sequence[Observed], roster: Roster, state: State, now: datetime) -> Delta:
    """What the events of the user's own that were seen change in `state`, which knows already what
    else was seen."""
    zone = ZoneInfo(roster.timezone)
    today = now.astimezone(zone).date()
    people = roster.people.values()
    settings: dict[str, str | None] = {**stale(state.settings, roster, today)}
    told_of = any(each.absorbed is not None and each.absorbed.strangers for each in observed)
    journal = _Journal.of(state.facts if told_of else (), people)
    since = _since(observed, now, zone)
    facts: list[Fact] = []
    for each in observed:
        if each.absorbed is None:
            continue
        for href in each.foreign_gone:
            settings[setting_of(each.name, href)] = None
        for sighting in each.absorbed.strangers:
            entry = sighting.entry
            assert entry is not None
            before = heard_before(state.settings, entry.uid)
            said = read_event(entry, people, roster.away_words, now, zone, since, before)
            left = None if done_with(said, people, today) else remembered(said)
            settings[setting_of(each.name, sighting.href)] = left
            told = said if isinstance(said, Told) else None
            settings[heard_of(entry.uid)] = written(told.heard) if told else None
            facts += journal.told(entry, told, before, now, zone)
    changed = {name: v for name, v in settings.items() if v != state.settings.get(name)}
    return Delta(facts=_placed(facts, roster, state, now, zone), settings=changed)


def _since(observed: Iterable[Observed], now: datetime, zone: ZoneInfo) -> datetime:
    """How far back events of the user's own tell of contacts: a month. Where entries of ours stand
    in the calendars and none was known, the database was lost, and it is a month before those."""
    seen = [each.absorbed for each in observed if each.absorbed is not None]
    known = sum(len(each.records) for each in seen)
    adopted = [record for each in seen for record in each.adopted]
    oldest = now
    if len(adopted) == known:
        for record in adopted:
            if record.seen is not None and record.key.kind is not Kind.DATE:
                oldest = min(oldest, begins(record.seen.start, zone))
    return oldest - PAST


@dataclass(frozen=True, kw_only=True)
class _Journal:
    """What the journal knows from events of the user's own."""

    facts: dict[str, list[Fact]]
    """By what their ids begin with, and with whatever corrected them since, in the order in which
    they were recorded."""
    people: dict[str, Person]
    """By every id that they have had."""

    @classmethod
    def of(cls, facts: Iterable[Fact], people: Iterable[Person]) -> _Journal:
        found: dict[str, list[Fact]] = defaultdict(list)
        events: dict[str, str] = {}
        for fact in facts:
            event = events.get(fact.supersedes or "", "")
            if not event and fact.source is Source.EVENT:
                event = fact.id.partition("#")[0]
            if event:
                events[fact.id] = event
                found[event].append(fact)
        return cls(facts=found, people={id: each for each in people for id in each.ids})

    def told(
        self, entry: Entry, told: Told | None, heard: Heard | None, now: datetime, zone: ZoneInfo
    ) -> list[Fact]:
        """What is new by an event that says `told`, or nothing any more, and said `heard` when it
        was last read."""
        prefix = f"event:{digest(entry.uid)}"
        known = self.facts.get(prefix, [])
        before = next(iter(effective(known)), None)
        taken = {each.id for each in known}  # what was read back from entries has gaps
        numbered = (f"{prefix}#{number}" for number in count(len(known) + 1))
        id = next(each for each in numbered if each not in taken)
        if told is None or told.start > now + AHEAD:
            # What was read before this was remembered stands once it is long ago.
            if before is None or (heard is None and begins(entry.start, zone) < now - PAST):
                return []
            return [replace(before, id=id, recorded=now, supersedes=before.id, void=True)]
        moved = heard is not None and heard.start != told.start
        fact = self._fact(id, told, now)
        if before is None:
            undone = bool(known) and is_undoing(known[-1]) and self._same(known[-1], fact)
            return [] if undone or fact.person not in self.people else [fact]
        if heard is not None and self._who(before) == fact.person:
            fact = _corrected(fact, told, before, heard)
        same = self._same(before, fact)
        fact = replace(
            fact,
            supersedes=before.id,
            at=fact.at if moved else before.at,
            number=before.number if same else fact.number,
        )
        if same and (fact.at, fact.note) == (before.at, before.note):
            return []
        return [self._where_it_was(fact, before, moved)]

    def _fact(self, id: str, told: Told, now: datetime) -> Fact:
        person = self.people.get(told.person)
        wrong = told.meaning.outcome is Outcome.WRONG_NUMBER
        return Fact(
            id=id,
            person=person.id if person else told.person,
            at=min(told.start, now),
            outcome=told.meaning.outcome,
            source=Source.EVENT,
            recorded=now,
            note=told.note,
            direction=told.meaning.direction,
            number=(person.phone or "") if person and wrong else "",
        )

    def _where_it_was(self, fact: Fact, before: Fact, moved: bool) -> Fact:
        """`fact`, which corrects `before`, within the touch of that where it still belongs there;
        else without one as yet, and without a channel."""
        known = fact.person in self.people
        within = before.opened is not None and fact.at >= before.opened
        if self._who(before) != fact.person or (moved and known and not within):
            return fact
        kept = ["touch", "attempt", "opened", "entry", "channel"]
        if fact.outcome is before.outcome:
            kept.append("day")
        return replace(fact, **{name: getattr(before, name) for name in kept})

    def _same(self, one: Fact, fact: Fact) -> bool:
        """Whether `fact` says of the same person the same as `one`."""
        said = self._who(one), one.outcome, one.direction
        return said == (fact.person, fact.outcome, fact.direction)

    def _who(self, fact: Fact) -> str:
        person = self.people.get(fact.person)
        return person.id if person else fact.person


def _corrected(fact: Fact, told: Told, before: Fact, heard: Heard) -> Fact:
    """`fact` with what was corrected `before` elsewhere, on an entry or by a verb, where the event
    says of it what it said when it was last `heard`."""
    if told.meaning == heard.meaning:
        fact = replace(fact, outcome=before.outcome, direction=before.direction, until=before.until)
    return replace(fact, note=before.note) if told.said == heard.said else fact


def _placed(
    facts: list[Fact], roster: Roster, state: State, now: datetime, zone: ZoneInfo
) -> tuple[Fact, ...]:
    """`facts` as they count: those that have no place yet, and so no channel, within the open touch
    of their person, if it was open by then."""
    fresh, others = list[Fact](), list[Fact]()
    for fact in facts:
        bare = fact.channel is None and fact.person in roster.people
        (fresh if bare else others).append(fact)
    if not fresh:
        return tuple(others)
    plan = planning.make(World(roster=roster, state=state, now=now))
    return (*others, *placed(fresh, plan, zone, roster))
