"""The verbs: what the command line and the daemon do with a deployment.

Each verb takes plain values, does one thing and gives a value back; printing is the caller's. Those
that only concern the journal or a pause need no calendar: they are remembered, and the next tick
makes them true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import chain, count
from zoneinfo import ZoneInfo

from syncd.calendars.base import Calendar, Progress
from syncd.engine.crediting import Diaries
from syncd.engine.foreseeing import foreseen
from syncd.engine.freshening import Fresh, Freshen
from syncd.engine.notices import left_behind, moving
from syncd.engine.tick import Look, Report, look, tick_from
from syncd.errors import ConfigError, UsageError
from syncd.model.facts import CLOSING, RESTING, Fact, Outcome, Source, effective, undoing
from syncd.model.letters import Post
from syncd.model.people import Person, whose
from syncd.model.records import Delta, State
from syncd.model.roster import Roster
from syncd.reconcile import plan as planning
from syncd.reconcile.acquaintances import met
from syncd.reconcile.attempts import Position
from syncd.reconcile.elsewhere import placed
from syncd.reconcile.identity import mistaken
from syncd.reconcile.journal import Journal
from syncd.reconcile.marks import LETTERS, SIGNS, WORDS, Meaning
from syncd.reconcile.pauses import Pauses
from syncd.reconcile.plan import Plan, World
from syncd.reconcile.ramp import expected, let_in_on, started, waiting
from syncd.reconcile.resolve import WAITS
from syncd.reconcile.standing import begins
from syncd.store.base import Store

Calendars = Callable[[State], Mapping[str, Calendar]]
"""Opens the calendars of a deployment, given what is remembered of them."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """Where one person stands."""

    person: Person
    due: date | None
    late_days: int
    attempt: int | None
    next: datetime | None
    """When their open contact event starts; None where there is none."""
    reason: str
    """Why nothing is planned; empty where something is, or will be."""
    waits: bool = False
    """Whether the ramp has not let them in yet."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A deployment, ready for verbs: what config says, what is remembered, how calendars are
    reached, and the clock."""

    roster: Roster
    store: Store
    calendars: Calendars
    clock: Callable[[], datetime]
    endings: Callable[[], Mapping[str, datetime]] = dict
    """What is to be known of calendars before it becomes a fault, in sentences with what to do, and
    when it will be: the end of a sign-in. Asks no server."""
    troubles: Callable[[], tuple[str, ...]] = tuple
    """What ails the servers of syncd's own, in sentences with what to do."""
    post: Post | None = None
    """How notifications are sent; None where nobody wants any."""
    diaries: Diaries = lambda state: {}
    """How the calendars are reached whose meetings count."""
    freshen: Freshen = lambda age, wait: Fresh()
    """Reads the address books anew, before a tick."""

    @property
    def zone(self) -> ZoneInfo:
        """The user's zone."""
        return ZoneInfo(self.roster.timezone)

    def notices(self) -> tuple[str, ...]:
        """What is to be known of calendars before it becomes a fault. Asks no server."""
        return (*self.endings(), *self.troubles())

    # -- looking

    def plan(self, progress: Progress | None = None) -> Look:
        """What a sync would do. Reads the calendars; writes nothing, anywhere. Raises StateError
        and, as `mistaken` says, ConfigError; what calendars cannot do is in the answer."""
        state = self._settled()
        unsettled = replace(state, settings={**state.settings, "unsettled": "1"})
        now = self.clock()
        found = look(self.roster, unsettled, self.calendars(state), now, progress)
        return foreseen(found, self.roster, self.diaries(state), now)

    def offline(self) -> tuple[State, Plan]:
        """What is remembered, and what would be planned if the calendars were as last seen."""
        state, now = self.store.load(), self.clock()
        new = met(self.roster, state, now.astimezone(self.zone).date())
        state = replace(state, acquaintances={**state.acquaintances, **new})
        return state, planning.make(World(roster=self.roster, state=state, now=now))

    def _settled(self) -> State:
        state = self.store.load()
        if problems := mistaken(self.roster, state):
            raise ConfigError(problems)
        return state

    def due(self) -> list[Due]:
        """Where everybody stands, most overdue first."""
        state, plan = self.offline()
        today = self.clock().astimezone(self.zone).date()
        del state
        rows = [
            self._due(person, plan.positions.get(person.id), plan, today)
            for person in self.roster.in_full.people.values()
        ]
        late = sorted(rows, key=lambda row: (row.due or date.max, row.person.id))
        return sorted(late, key=lambda row: row.due is None)

    def _due(self, person: Person, position: Position | None, plan: Plan, today: date) -> Due:
        stand = plan.standings.get(person.id)
        seen = stand is not None and stand.record.seen is not None
        due = position.due if position else None
        return Due(
            person=person,
            due=due,
            late_days=max(0, (today - due).days) if due else 0,
            attempt=position.attempt if position else None,
            next=begins(stand.trace.start, self.zone) if stand and seen else None,
            reason=position.reason if position else "",
            waits=position is not None and position.reason == WAITS,
        )

    def waiting(self) -> list[tuple[Person, date]]:
        """Who waits to be let in by the ramp, and when each is expected to be, soonest first;
        nobody where there is no ramp."""
        ramp = self.roster.ramp
        if ramp is None:
            return []
        state, _ = self.offline()
        inside = {id for id in self.roster.people if _is_in(state, id)}
        today = self.clock().astimezone(self.zone).date()
        people = waiting(self.roster, inside, Pauses(state.pauses), today)
        since = started(state.acquaintances) or today
        return list(
            zip(people, expected(ramp, since, today, len(inside), len(people)), strict=True)
        )

    def admit(self, person: str) -> Person:
        """Let somebody in now, whatever the ramp says, and give them. Raises UsageError where
        nobody of that name waits."""
        if self.roster.ramp is None:
            raise UsageError("There is no ramp in the config: everybody is in.")
        who = self.person(person)
        state, _ = self.offline()
        if _is_in(state, who.id):
            raise UsageError(f"{who.name} is in already.")
        today = self.clock().astimezone(self.zone).date()
        day = let_in_on(state.acquaintances, today)
        met = replace(state.acquaintances[who.id], admitted=day)
        self.store.commit(Delta(acquaintances={who.id: met}, verb=True))
        return who

    def history(self, person: str | None = None, *, everything: bool = False) -> list[Fact]:
        """The journal, oldest contact first; of one person where `person` names one. Snoozes and
        what was taken back only with `everything`."""
        facts = list(self.store.load().facts)
        who = self.named(person, facts) if person else None
        if everything:
            shown = sorted(facts, key=lambda fact: (fact.recorded, fact.id))
        else:
            shown = [f for f in effective(facts) if f.outcome is not Outcome.SNOOZED]
        ids = set(who.ids) if isinstance(who, Person) else {who}
        return [fact for fact in shown if who is None or whose(fact.person) in ids]

    # -- doing

    def sync(
        self,
        progress: Progress | None = None,
        stopping: Callable[[], bool] = lambda: False,
        enough: Callable[[], bool] = lambda: False,
    ) -> Report:
        """One tick, as `tick` does it. Raises StateError, and ConfigError as `mistaken` says; what
        calendars cannot do is in the report."""
        with self.store.exclusive():
            state = self._settled()
            report = tick_from(
                state,
                self.roster,
                self.store,
                self.calendars(state),
                self.clock(),
                progress,
                stopping,
                self.diaries(state),
                enough,
            )
        left = left_behind(self.roster, report.looks[-1].state, report.now)
        return replace(report, notices=(*self.notices(), *moving(report.plan), *left))

    def broke(self, error: Exception) -> None:
        """Remember that a tick broke off by a fault of ours, until one comes off again, so that
        `status` says so. Raises StateError."""
        said = f"{type(error).__name__}: {error}".partition("\n")[0][:200]
        if self.store.load().settings.get("broken") != said:
            self.store.commit(Delta(settings={"broken": said}))

    def log(
        self,
        person: str,
        outcome: str = "reached",
        *,
        at: datetime | None = None,
        by: str | None = None,
        note: str = "",
    ) -> Fact:
        """Remember a contact made elsewhere. Within an open touch it counts as the mark; before
        its opening it only moves what comes after. Raises UsageError for an unknown person or
        outcome, or a time that is still to come."""
        who = self.person(person)
        meaning = outcome_named(outcome)
        now = self.clock()
        at = at or now
        if at > now:
            raise UsageError(f"{at.isoformat()} is still to come. Next: say when it happened.")
        state, plan = self.offline()
        bare = Fact(
            id=_unused(f"log:{who.id}:{now.isoformat()}", state),
            person=who.id,
            at=at,
            outcome=meaning.outcome,
            source=Source.LOG,
            recorded=now,
            channel=by,
            note=note,
            direction=meaning.direction,
            number=(who.phone or "") if meaning.outcome is Outcome.WRONG_NUMBER else "",
        )
        (fact,) = placed([bare], plan, self.zone, self.roster)
        self.store.commit(Delta(facts=(fact,), verb=True))
        return fact

    def settled(self, fact: Fact) -> list[str]:
        """What else a contact that was logged counts for: `birthday card`, `coffee`."""
        state = self.store.load()
        roster = self.roster.in_full
        journal = Journal.of(state.facts, roster)
        lines = (each for each in roster.people.values() if each.whose == whose(fact.person))
        return [
            each.strategy.label
            for each in lines
            if each.strategy and any(fact.id == told.id for told in journal.about(each.id))
        ]

    def undo(self, person: str) -> Fact:
        """Take back the newest fact of a person, whatever its source, and give it. Raises
        UsageError where there is none."""
        facts = list(self.store.load().facts)
        who = self.named(person, facts)
        ids = set(who.ids) if isinstance(who, Person) else {who}
        held = [
            fact
            for fact in effective(facts)
            if whose(fact.person) in ids
            and fact.outcome is not Outcome.SNOOZED
            and not (fact.source is Source.SYNCD and fact.entry is None)
        ]
        if not held:
            raise UsageError(f"There is nothing to take back for {person}.")
        order = {fact.id: n for n, fact in enumerate(facts)}
        newest = max(held, key=lambda fact: (fact.recorded, fact.at, order[fact.id]))
        now = self.clock()
        voids = [undoing(newest, now)]
        voids += [
            undoing(fact, now)
            for fact in effective(facts)
            if fact.source is Source.SYNCD
            and fact.entry is None
            and fact.outcome in CLOSING
            and fact.touch == newest.touch
            and fact.person == newest.person
        ]
        self.store.commit(Delta(facts=tuple(voids), verb=True))
        return newest

    # -- names

    def person(self, name: str) -> Person:
        """The person whose id or name begins with `name`. Raises UsageError where that is nobody,
        or more than one."""
        wanted = name.casefold().strip()
        people = list(self.roster.people.values())
        exact = [p for p in people if wanted in (p.id.casefold(), p.name.casefold())]
        found = exact or [
            p
            for p in people
            if p.id.casefold().startswith(wanted) or p.name.casefold().startswith(wanted)
        ]
        if len(found) == 1:
            return found[0]
        if not found:
            raise UsageError(f"Nobody is called «{name}». Next: syncd due lists everybody.")
        names = ", ".join(sorted(p.id for p in found)[:8])
        raise UsageError(f"«{name}» fits {len(found)} people: {names}. Next: say which.")

    def named(self, name: str, facts: list[Fact]) -> Person | str:
        """As `person`; else the id of somebody who is only in the journal."""
        gone = {whose(fact.person) for fact in facts} - set(self.roster.people)
        if name in gone:
            return name
        return self.person(name)


def _is_in(state: State, id: str) -> bool:
    met = state.acquaintances.get(id)
    return met is not None and met.admitted is not None


def outcome_named(word: str) -> Meaning:
    """What an outcome, or a mark, means. Raises UsageError with the accepted forms."""
    wanted = word.casefold().strip().replace("_", "-")
    names = {
        "reached": Meaning(Outcome.REACHED),
        "left-message": Meaning(Outcome.LEFT_MESSAGE),
        "no-answer": Meaning(Outcome.NO_ANSWER),
        "wrong-number": Meaning(Outcome.WRONG_NUMBER),
        "skipped": Meaning(Outcome.SKIPPED),
    }
    marks = {**SIGNS, **WORDS, **LETTERS}
    meaning = names.get(wanted) or marks.get(wanted) or marks.get(wanted.replace("-", " "))
    if meaning is None or meaning.outcome in RESTING:
        forms = "reached (x), they called (i), left-message (m), no-answer (n), wrong-number, "
        forms += "skipped (s)"
        raise UsageError(f"«{word}» is no outcome. Forms: {forms}.")
    return meaning


def _unused(id: str, state: State) -> str:
    """`id`, numbered where the journal has it: of two facts with one id only the first counts, and
    a clock may stand still."""
    taken = {fact.id for fact in state.facts}
    return next(each for each in chain((id,), (f"{id}+{n}" for n in count(2))) if each not in taken)
