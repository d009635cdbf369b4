"""A year, day by day: fifty people, a user with habits, and what must hold after every tick.

And the same with the database deleted on the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

import pytest

from syncd.calendars.memory import MemoryCalendar
from syncd.engine.tick import Report, tick
from syncd.model.entries import Entry
from syncd.model.facts import CLOSING, Fact, Outcome, effective
from syncd.model.keys import Kind
from syncd.model.records import Fate, State
from syncd.model.roster import Roster
from syncd.reconcile.actions import Act
from syncd.reconcile.occurrences import instant
from syncd.store import open_store
from syncd.store.base import Store
from tests.length import often
from tests.year import oracle
from tests.year.cast import BEGIN, ZONE, bound, roster
from tests.year.user import User

SPAN = often(100, 365)
"""Days in which the database is lost."""
AFTER = 200
"""Days after the year in which the user does nothing: what is open then closes by itself."""
QUIET = often(3, 1)
"""Every how many days a tick finds nothing to do, and must do nothing."""


def fresh() -> Store:
    """A store that remembers nothing yet."""
    return open_store("memory:")


@dataclass(kw_only=True)
class Household:
    """Two calendars, a store, a user, and syncd's tick over them."""

    seed: int
    store: Store = field(default_factory=fresh)
    now: datetime = BEGIN
    opened: dict[tuple[str, date], datetime] = field(default_factory=dict)
    wrote: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        print(f"seed {self.seed}")
        self.roster: Roster = roster(Random(self.seed))
        once = self.seed % 2 == 0  # as at Google
        self.calendars = {n: MemoryCalendar(n, once=once) for n in self.roster.calendars}
        self.user = User(Random(self.seed + 1000), dict(self.calendars))

    @property
    def entries(self) -> list[Entry]:
        return [entry for each in self.calendars.values() for entry in each.entries()]

    @property
    def state(self) -> State:
        return self.store.load()

    def tick(self) -> Report:
        report = tick(self.roster, self.store, self.calendars, self.now)
        assert not report.held and not report.errors, (self.now, report.held, report.errors)
        self.wrote.update(each.action.act.value for each in report.outcomes if each.done)
        self.check()
        return report

    def check(self) -> None:
        entries, state = self.entries, self.state
        released = frozenset(r.uid for r in state.records if r.fate is Fate.RELEASED)
        ledger = self.user.ledger
        oracle.at_most_one_open(entries, state.facts, released)
        oracle.no_occurrence_over_capacity(entries, state.facts, released, ledger, self.now)
        oracle.no_mark_lost(entries, state.facts, ledger)
        for key, _ in oracle.open_contacts(entries, state.facts, released):
            self.opened.setdefault((key.subject, key.day), self.now)

    def lose(self) -> None:
        """The database is gone; what no entry shows is lost with it, and may be written anew."""
        self.store = fresh()
        there = {entry.uid for entry in self.entries}
        ledger = self.user.ledger
        ledger.said = {uid: said for uid, said in ledger.said.items() if uid in there}
        ledger.written = {uid: line for uid, line in ledger.written.items() if uid in there}
        ledger.skipped.clear()

    def day(self, *, act: bool = True) -> None:
        """A tick in the morning, the user at work, a tick at night, and one that finds nothing.
        Where nobody acts, the one at night does."""
        if act:
            self.now = self.now.replace(hour=6, minute=30)
            self.tick()
        self.now = self.now.replace(hour=20, minute=0)
        if act:
            self.user.act(self.now)
        self.tick()
        if self.now.toordinal() % QUIET == 0:
            self.now = self.now.replace(minute=2)
            quiet = self.tick()
            assert not quiet.outcomes, [each.action for each in quiet.outcomes]
        self.now = datetime.combine(self.now.date() + timedelta(days=1), self.now.time(), ZONE)


def live(household: Household, days: int, every: Callable[[int], None] = lambda day: None) -> None:
    """Let `days` days go by, `every` of them looked at."""
    for number in range(days):
        try:
            household.day(act=number < 365)
            every(number)
        except AssertionError:
            print(f"day {number}, {household.now:%Y-%m-%d %H:%M}")
            print("\n".join(household.user.ledger.deeds[-60:]))
            raise


@pytest.mark.parametrize("seed", often([2], [1, 2]))
def test_a_year(seed: int) -> None:
    household = Household(seed=seed)
    live(household, 365 + AFTER)
    facts = effective(list(household.state.facts))
    closed = {
        (fact.person, fact.touch): fact.recorded
        for fact in facts
        if fact.touch and fact.outcome in CLOSING
    }
    late = []
    for (person, touch), since in household.opened.items():
        of = household.roster.lists[household.roster.people[person].list]
        done = closed.get((person, touch), household.now)
        if done - since > bound(of):
            late.append((person, touch, done - since))
    assert not late
    eldest = household.now.date() - timedelta(days=401)
    out = [each for each in household.state.records if each.fate in (Fate.GONE, Fate.REMOVED)]
    assert out
    assert all(each.key.day >= eldest for each in out if each.key.kind is Kind.CONTACT)
    outcomes = Counter(fact.outcome for fact in facts)
    print(household.wrote, outcomes)
    for outcome in set(Outcome) - {Outcome.STOPPED}:  # which would end somebody's year
        assert outcomes[outcome], f"the year never saw {outcome.value}"


def copied(calendar: MemoryCalendar) -> MemoryCalendar:
    """The same entries, in a calendar of their own."""
    made = MemoryCalendar(calendar.name, once=calendar.once)
    for entry in calendar.entries():
        made.put(entry)
    return made


def told(fact: Fact) -> Fact:
    """A fact without what only a journal that never got lost can say of it."""
    return replace(fact, supersedes=None)


def test_the_database_may_be_lost_on_any_day() -> None:
    """The next tick duplicates nothing, and the journal that comes back equals the old one but for
    what no entry shows any more."""
    household = Household(seed=3)
    days = Random(3).sample(range(SPAN), SPAN // 6)

    def lose(day: int) -> None:
        if day not in days:
            return
        there = {entry.uid: entry for entry in household.entries}
        shown = {
            fact.id: told(fact)
            for fact in effective(list(household.state.facts))
            if fact.entry in there and fact.outcome is not Outcome.SNOOZED
        }
        calendars = {name: copied(each) for name, each in household.calendars.items()}
        store = fresh()
        now = household.now - timedelta(days=1, minutes=-2)  # just after it last ticked
        report = tick(household.roster, store, calendars, now)
        after = {
            fact.id: told(fact)
            for fact in effective(list(store.load().facts))
            if fact.entry is not None and fact.recorded < now
        }
        assert after == shown
        oracle.at_most_one_open(
            [entry for each in calendars.values() for entry in each.entries()],
            store.load().facts,
            frozenset(),
        )
        for outcome in report.outcomes:
            action = outcome.action
            known = there.get(action.record.uid)
            if known is None:  # somebody of whom no entry says anything: due for all that is known
                assert action.record.key.kind is Kind.CONTACT
                continue
            assert action.act is Act.UPDATE
            assert action.entry is not None
            assert action.entry.title == known.title
            waited = instant(known.end) <= now  # for room, which what was lost may have made
            assert action.entry.start == known.start or waited

    live(household, SPAN, lose)


def test_a_year_in_which_the_database_is_lost_again_and_again() -> None:
    """And everything goes on: one open event each, no hour too full, no mark forgotten."""
    household = Household(seed=4)
    random = Random(4)

    def lose(day: int) -> None:
        if random.random() < 0.05:
            household.lose()

    live(household, SPAN, lose)
