"""A lifetime's journal: the tick over a million facts, and over ten thousand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from benchmarks import worlds
from benchmarks.measure import Row, Spent, best, ms, progress, spent, times
from benchmarks.plans import weekly
from syncd.calendars.memory import MemoryCalendar
from syncd.engine.service import Service
from syncd.model.records import Delta

PEOPLE = 1000
SIZES = (10_000, 1_000_000)
ROUNDS = 8
CHUNK = 50_000


class _Deployment:
    """One with a journal of so many facts, in a database, and a calendar that costs nothing."""

    def __init__(self, where: Path, facts: int) -> None:
        where.mkdir()
        self.now = worlds.NOW
        of = worlds.roster(worlds.settings(), PEOPLE, a_day=3)
        of = replace(of, blocks={"weekly": weekly()})
        store, calendar = worlds.store_in(where), MemoryCalendar("home")
        journal = sorted(worlds.history(PEOPLE, facts // PEOPLE), key=lambda f: (f.recorded, f.id))
        for start in range(0, len(journal), CHUNK):
            store.commit(Delta(facts=tuple(journal[start : start + CHUNK])))
        self.service = Service(
            roster=of,
            store=store,
            calendars=lambda state: {"home": calendar},
            clock=lambda: self.now,
        )
        self.first = spent(self.settle)

    def settle(self) -> None:
        """Tick until there is nothing to do."""
        for _ in range(5):
            report = self.service.sync()
            assert not report.errors and not report.held
            if not report.outcomes:
                return
        raise AssertionError("it does not settle")

    def quiet(self) -> None:
        """Tick with nothing to do."""
        assert self.service.sync().looks[-1].plan is None

    def planned(self) -> Spent:
        """A tick that plans, and finds nothing to do."""
        self.now += timedelta(hours=24)
        self.settle()
        self.service.store.commit(Delta(settings={"planned": None}))
        return spent(self._planned)

    def _planned(self) -> None:
        report = self.service.sync()
        assert report.looks[0].plan is not None and not report.outcomes

    def logged(self) -> Spent:
        """A tick after somebody was said to have been reached, who is not due for a while."""
        who = self.service.roster.people[worlds.person(PEOPLE - 1).id]
        self.service.log(who.id, at=self.now - timedelta(minutes=1))
        return spent(self.service.sync)


def rows() -> Iterator[Row]:
    """Each tick in turn on both."""
    with worlds.folder() as where:
        made = {}
        for size in SIZES:
            progress(f"a journal of {size:,} facts")
            made[size] = _Deployment(where / str(size), size)
        small, large = (made[size] for size in SIZES)
        progress("ticks over them")
        quiet = {each: [] for each in made.values()}
        planned = {each: [] for each in made.values()}
        logged = {each: [] for each in made.values()}
        for _ in range(ROUNDS):
            for each in made.values():
                quiet[each].append(spent(each.quiet))
                planned[each].append(each.planned())
                each.quiet()
                logged[each].append(each.logged())
                each.settle()
                each.quiet()
        told = (
            ("with nothing to do", quiet),
            ("that plans", planned),
            ("after syncd log", logged),
        )
        for what, found in told:
            one, other = best(found[large]), best(found[small])
            yield Row(
                measure=f"journal of 1,000,000 facts: a tick {what}",
                ours=f"{ms(one.cpu)} CPU",
                against=f"itself at 10,000: {ms(other.cpu)}",
                goal="within 1.5×",
                got=times(one.cpu, other.cpu),
                well=one.cpu <= 1.5 * other.cpu,
            )
        progress(f"the first tick of the process took {ms(large.first.cpu)} of CPU")


__all__ = ["date", "rows"]
