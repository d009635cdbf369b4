"""A lifetime's journal: the tick over a million facts, and over ten thousand."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from benchmarks import worlds
from benchmarks.measure import Row, Spent, best, beyond, ms, progress, spent, times
from benchmarks.plans import weekly
from syncd.calendars.memory import MemoryCalendar
from syncd.engine.service import Service
from syncd.model.records import Delta
from syncd.store.rows import fact_row

PEOPLE = 1000
SIZES = (10_000, 1_000_000)
ROUNDS = 4


class _Deployment:
    """One with a journal of so many facts, in a database, and a calendar that costs nothing."""

    def __init__(self, where: Path, facts: int) -> None:
        where.mkdir()
        self.now = worlds.NOW
        of = worlds.roster(worlds.settings(), PEOPLE, a_day=3)
        of = replace(of, blocks={"weekly": weekly()})
        store, calendar = worlds.store_in(where), MemoryCalendar("home")
        store.commit(Delta(settings={"filled": "by hand"}))  # makes the tables
        _fill(where / "syncd.sqlite", facts)
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


def _fill(database: Path, facts: int) -> None:
    """Put so many facts, such as those of `worlds.history`, into the table itself: by commits it
    takes longer than what is measured."""
    last = sorted(map(fact_row, worlds.history(PEOPLE, 1)), key=lambda row: row["recorded"])
    names = list(last[0])
    into = f"INSERT INTO facts ({', '.join(names)}) VALUES ({', '.join(f':{n}' for n in names)})"
    days = [
        (worlds.NOW - k * timedelta(days=worlds.CADENCE.days)).date().isoformat()
        for k in range(facts // PEOPLE, 0, -1)
    ]
    rows = (
        {**row, "id": f"log:{row['person']}:{day}", "at": at, "recorded": at}
        for day in days
        for row in last
        for at in [day + row["at"][len(day) :]]
    )
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executemany(into, rows)


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
                missed=beyond((one.cpu / other.cpu, 1.5, "×")),
            )
        progress(f"the first tick of the process took {ms(large.first.cpu)} of CPU")


__all__ = ["date", "rows"]
