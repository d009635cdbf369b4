"""The laws under crash, fault and concurrency: the simulated household on a bad line.

Every tick may be struck: an answer that is lost, a server that says no, a listing that is empty or
half, a process that ends between any two steps. A day ends with a tick that is spared, and then all
must be as if nothing had happened.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from random import Random

import pytest

from syncd.calendars.base import Calendar, Changes, Progress, Result, Write
from syncd.engine.tick import tick
from syncd.model.facts import Direction, Fact, Outcome, effective
from syncd.model.records import Delta, State
from syncd.store.base import Store
from tests.faults import Crash, Faulty, Read, SendFault, Sent
from tests.length import often
from tests.year.cast import ZONE
from tests.year.test_year import Household, fresh, live
from tests.year.user import SIGNS

DAYS = often(60, 120)


class Mortal:
    """`store`, in a process that ends before or after its n-th commit."""

    def __init__(self, store: Store, dies: int, *, before: bool) -> None:
        self.store, self.left, self.before = store, dies, before

    def load(self) -> State:
        return self.store.load()

    def commit(self, delta: Delta) -> None:
        self.left -= 1
        if self.left < 0 and self.before:
            raise Crash
        self.store.commit(delta)
        if self.left < 0:
            raise Crash

    def exclusive(self) -> AbstractContextManager[None]:
        return self.store.exclusive()

    def close(self) -> None:
        self.store.close()


class Struck(Household):
    """A household whose every tick but the day's last is struck by something."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed=seed)
        self.bad = Random(seed + 2000)
        self.seen: Counter[str] = Counter()

    def strike(self) -> None:
        """A tick on which things go wrong."""
        bad = self.bad
        calendars: dict[str, Calendar] = {}
        for name, calendar in self.calendars.items():
            reads = [bad.choice([*Read, None, None, None, None]) for _ in range(3)]
            sends = [
                SendFault(bad.choice(list(Sent)), bad.randrange(3)) if bad.random() < 0.6 else None
                for _ in range(4)
            ]
            self.seen.update(str(each) for each in reads if each)
            self.seen.update(each.kind for each in sends if each)
            calendars[name] = Faulty(calendar, reads=reads, sends=sends)
        store: Store = self.store
        if bad.random() < 0.3:
            store = Mortal(store, bad.randrange(4), before=bad.random() < 0.5)
        try:
            tick(self.roster, store, calendars, self.now)
        except Crash:
            self.seen["ended"] += 1

    def day(self, *, act: bool = True) -> None:
        self.now = self.now.replace(hour=6, minute=30)
        for _ in range(2):
            self.strike()
        self.now = self.now.replace(hour=20, minute=0)
        for _ in range(3):  # what was turned down is tried again, and a second look finds nothing
            self.spared()
        if act:
            self.user.act(self.now)
        self.now = self.now.replace(minute=5)
        for _ in range(2):
            self.strike()
        self.now = self.now.replace(minute=30)
        for _ in range(3):
            self.spared()
        self.tick()
        quiet = self.tick()
        assert not quiet.outcomes, [each.action for each in quiet.outcomes]
        self.now = datetime.combine(self.now.date() + timedelta(days=1), self.now.time(), ZONE)

    def spared(self) -> None:
        """A tick on which nothing goes wrong."""
        tick(self.roster, self.store, self.calendars, self.now)


@pytest.mark.parametrize("seed", often([11], [11, 12]))
def test_nothing_is_lost_and_nothing_doubled_on_a_bad_line(seed: int) -> None:
    household = Struck(seed)
    live(household, DAYS)
    print(household.seen)
    for kind in (*Read, *Sent, "ended"):
        assert household.seen[kind] > 5, f"{kind} was hardly met"


class Interrupted:
    """`calendar`, to which somebody else comes just before its n-th request."""

    def __init__(self, calendar: Calendar, comes: Callable[[], None], before: int) -> None:
        self.calendar, self.comes, self.left = calendar, comes, before
        self.name, self.batch, self.memo = calendar.name, 3, calendar.memo

    def _request(self) -> None:
        self.left -= 1
        if self.left == -1:
            self.comes()

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        self._request()
        return self.calendar.changes(cursor, known, progress)

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        self._request()
        return self.calendar.write(writes, progress)

    def close(self) -> None:
        self.calendar.close()


class Rivals(Household):
    """A household in which two daemons are at work, each with a database of its own; the other's
    ticks fall anywhere into the first one's."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed=seed)
        self.other = fresh()
        # What one takes out for a pause the other takes for a deletion, as README says.
        del self.user.shares[Outcome.PAUSED, Direction.OUT]
        self.chance = Random(seed + 3000)

    def theirs(self) -> None:
        tick(self.roster, self.other, self.calendars, self.now)

    def at_once(self) -> None:
        before = self.chance.randrange(6)
        at = self.chance.choice(list(self.calendars))
        calendars: dict[str, Calendar] = dict(self.calendars)
        calendars[at] = Interrupted(self.calendars[at], self.theirs, before)
        tick(self.roster, self.store, calendars, self.now)

    def day(self, *, act: bool = True) -> None:
        self.now = self.now.replace(hour=6, minute=30)
        self.at_once()
        self.now = self.now.replace(hour=20, minute=0)
        if act:
            self.user.act(self.now)
        self.at_once()
        for _ in range(2):
            self.theirs()
            self.tick()
        first, second = (
            {(f.entry, f.outcome, f.direction) for f in held(store)}
            for store in (self.store, self.other)
        )
        assert first == second, first ^ second
        self.now = datetime.combine(self.now.date() + timedelta(days=1), self.now.time(), ZONE)


def held(store: Store) -> list[Fact]:
    """What a journal holds of entries."""
    facts = effective(list(store.load().facts))
    return [fact for fact in facts if fact.entry and fact.outcome is not Outcome.SNOOZED]


def test_two_that_read_a_mark_at_different_moments_come_to_rest() -> None:
    household = Rivals(23)
    live(household, 20)
    uid = next(
        entry.uid
        for entry in household.calendars["home"].entries()
        if entry.recurrence is None and not entry.title.startswith(SIGNS)
    )
    title = household.calendars["home"].find(uid).title
    household.calendars["home"].edit(uid, title=f"x {title}")
    for store, seconds in ((household.store, 0), (household.other, 17)):
        at = household.now + timedelta(seconds=seconds)
        calendars: dict[str, Calendar] = {
            name: Faulty(each, sends=[SendFault(Sent.BEFORE)] * 4)
            for name, each in household.calendars.items()
        }
        tick(household.roster, store, calendars, at)
    for minute in range(1, 6):
        at = household.now + timedelta(minutes=minute)
        reports = [
            tick(household.roster, store, household.calendars, at)
            for store in (household.store, household.other)
        ]
    assert not any(report.outcomes for report in reports)


@pytest.mark.parametrize("seed", often([21], [21, 22]))
def test_two_daemons_with_databases_of_their_own_agree_and_duplicate_nothing(seed: int) -> None:
    live(Rivals(seed), DAYS)
