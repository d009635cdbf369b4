"""A small deployment for the daemon's tests, and a calendar that can be held, or made to fail."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from queue import Queue

from syncd.calendars.base import Calendar, Changes, Fate, Progress, Result, Write
from syncd.engine.daemon import Daemon, Load
from syncd.engine.service import Service
from syncd.engine.telling import Summary
from syncd.model.blocks import Block
from syncd.model.people import ContactList, Period, Person
from syncd.model.records import State
from syncd.model.roster import CalendarSettings, Roster, Secret
from syncd.store import open_store
from syncd.store.base import Store

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PEOPLE = 4
SOON_ENOUGH = 10.0
"""Seconds after which what should have happened is taken not to happen."""


class Scripted:
    """A calendar that is empty and stays so, with a door before it.

    `fails` are raised, one at each reading, before it works; `held` keeps a reading until `door` is
    opened. It counts readings, and how many there were at once.
    """

    name = "home"
    memo = ""
    batch = 50

    def __init__(self) -> None:
        self.door = threading.Event()
        self.door.set()
        self.inside = threading.Event()
        self.fails: list[Exception] = []
        self.answers: list[list[Result]] = []
        self.readings = 0
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        with self._lock:
            self.readings += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.inside.set()
        try:
            if not self.door.wait(SOON_ENOUGH):
                raise AssertionError("nobody opened the door")
            if self.fails:
                raise self.fails.pop(0)
            return Changes(sightings=(), gone=frozenset(), cursor="1", full=not cursor)
        finally:
            with self._lock:
                self.at_once -= 1

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        if self.answers:
            return self.answers.pop(0)
        return [Result(fate=Fate.APPLIED, href=f"{n}.ics") for n, _ in enumerate(writes)]

    def close(self) -> None:
        pass


def roster(people: int = 0, *, poll: timedelta = timedelta(hours=1), **more: object) -> Roster:
    """`people` people who are long due, one block, one calendar."""
    settings = CalendarSettings(
        name="home",
        provider="caldav",
        url="http://127.0.0.1:9/",
        username="ann",
        password=Secret(value="secret"),
        calendar="Outreach",
    )
    block = Block(
        name="weekly",
        title="Outreach",
        calendar="home",
        rule="FREQ=WEEKLY;BYDAY=TH",
        at=time(10),
        lasts=timedelta(hours=1),
        per_person=timedelta(minutes=15),
        lists=("clients",),
        timezone="Europe/Berlin",
    )
    known = [
        Person(id=f"p{n}", name=f"Person {n}", list="clients", last_contact=date(2026, 1, 1))
        for n in range(people)
    ]
    values: dict[str, object] = {
        "timezone": "Europe/Berlin",
        "deployment": "default",
        "poll": poll,
        "database": None,
        "calendars": {"home": settings},
        "blocks": {"weekly": block} if people else {},
        "lists": {"clients": ContactList(name="clients", cadence=Period(days=42))},
        "people": {each.id: each for each in known},
        "digest": f"{people}",
        **more,
    }
    return Roster(**values)  # type: ignore[arg-type]


def service(
    calendar: Calendar,
    of: Roster | None = None,
    *,
    store: Store | None = None,
    clock: Callable[[], datetime] = lambda: NOW,
) -> Service:
    """The verbs over `of`, by default an empty roster, in memory unless a store is given."""
    calendars: Mapping[str, Calendar] = {calendar.name: calendar}

    def opened(state: State) -> Mapping[str, Calendar]:
        del state
        return calendars

    return Service(
        roster=of or roster(), store=store or open_store("memory:"), calendars=opened, clock=clock
    )


class Running:
    """A daemon in a thread; `next()` awaits its next tick. Use it as a context."""

    def __init__(
        self, load: Load, *, watch: float = 0.02, grace: float = 1.5, budget: float = 300.0
    ) -> None:
        self.ticks: Queue[Summary] = Queue()
        self.daemon = Daemon(load, watch=watch, grace=grace, budget=budget, after=self.ticks.put)
        self.status: int | None = None
        self.ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        try:
            self.status = self.daemon.run()
        finally:
            self.ended.set()

    def next(self) -> Summary:
        return self.ticks.get(timeout=SOON_ENOUGH)

    def __enter__(self) -> Running:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.daemon.stop()
        assert self.ended.wait(SOON_ENOUGH)


def sqlite(folder: Path) -> Store:
    """A store on disk that does not wait for others."""
    from syncd.store.sql import SqlStore

    return SqlStore(folder / "syncd.sqlite", patience=timedelta(milliseconds=50))
