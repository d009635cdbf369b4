"""The stage of the story tests: syncd as it is run, on a real server, and the user's calendar app.

Time is the story's own: `stage.at("thu 10:20")` is that weekday's next such time, in Berlin.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from syncd.bootstrap import Opener
from syncd.calendars.base import Calendar, Diary
from syncd.engine.service import Service
from syncd.engine.tick import Report
from syncd.model.blocks import Block
from syncd.model.facts import Fact, Outcome
from syncd.model.keys import Key, Kind, decode
from syncd.model.people import ContactList, Person
from syncd.model.records import CalendarState, State
from syncd.model.roster import CalendarSettings, Roster
from syncd.store import open_store
from syncd.store.base import Store
from tests.hosts import App, Host, app_on, opened, todos_on
from tests.household import clients, weekly
from tests.ical import Shown
from tests.todo import Todo, TodoApp

ZONE = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 12, 1, 8, 0, tzinfo=ZONE)
"""A Tuesday; the block is on Thursdays at ten."""
CALENDAR = "Outreach"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def roster(
    settings: CalendarSettings,
    *people: Person,
    block: Block | None = None,
    lists: tuple[ContactList, ...] = (clients(),),
    blocks: tuple[Block, ...] | None = None,
    deployment: str = "stories",
) -> Roster:
    """Those people, in that list, with that block."""
    chosen = blocks if blocks is not None else (block or weekly(),)
    made = Roster(
        timezone="Europe/Berlin",
        deployment=deployment,
        poll=timedelta(minutes=2),
        database=None,
        calendars={"home": settings},
        blocks={each.name: each for each in chosen},
        lists={each.name: each for each in lists},
        people={each.id: each for each in people},
    )
    return replace(made, digest=repr(made))


@dataclass(kw_only=True)
class Stage:
    """One deployment, its calendar and its user."""

    server: Host
    folder: Path
    roster: Roster
    now: datetime = BEGIN
    _app: App | None = None
    _opened: dict[str, Calendar] = field(default_factory=dict)
    _diaries: dict[str, Diary] = field(default_factory=dict)
    database: str = "syncd.sqlite"
    _stores: dict[str, Store] = field(default_factory=dict)

    # -- syncd's side

    @property
    def service(self) -> Service:
        """The verbs, as of `now`."""
        return Service(
            roster=self.roster,
            store=self._store,
            calendars=self._calendars,
            clock=lambda: self.now,
            diaries=self._read_only,
        )

    @property
    def _store(self) -> Store:
        """The process's own: it opens the file anew at every use, but has its SQL by then."""
        deployment = self.roster.deployment
        if deployment not in self._stores:
            self._stores[deployment] = open_store(self.folder / self.database, deployment)
        return self._stores[deployment]

    def _read_only(self, state: State) -> Mapping[str, Diary]:
        for each in self.roster.diaries:
            if each.name not in self._diaries:
                memo = state.calendars.get(each.name, CalendarState()).memo
                opener = Opener(self.roster.timezone, pause=lambda seconds: None)
                self._diaries[each.name] = opener.diary(self.roster, each, memo)
        return self._diaries

    def _calendars(self, state: State) -> Mapping[str, Calendar]:
        if not self._opened:
            for name, settings in self.roster.calendars.items():
                memo = state.calendars.get(name, CalendarState()).memo
                self._opened[name] = opened(settings, memo)
        return self._opened

    def restart(self) -> None:
        """From now on it is a new process."""
        held = self._opened, self._diaries, self._stores
        for each in held:
            for one in each.values():
                one.close()
            each.clear()

    def lose_database(self) -> None:
        """The disk with the state is gone."""
        for each in self.folder.glob(f"{self.database}*"):
            each.unlink()
        self.restart()

    def copy_database(self) -> dict[str, bytes]:
        """The files of the state, as a backup has them."""
        self.restart()
        return {each.name: each.read_bytes() for each in self.folder.glob(f"{self.database}*")}

    def put_database_back(self, files: dict[str, bytes]) -> None:
        """The state is as it was when it was copied."""
        self.lose_database()
        for name, content in files.items():
            (self.folder / name).write_bytes(content)

    def sync(self) -> Report:
        """One tick, which must come off; a second one finds nothing to do."""
        report = self.service.sync()
        assert not report.errors, report.errors
        if not report.held:
            again = self.service.sync()
            assert not again.outcomes, [
                (each.action.act, each.action.reason, each.action.entry) for each in again.outcomes
            ]
        return report

    def changed(self, **fields: Any) -> None:
        """The YAML says something else now."""
        made = replace(self.roster, **fields, digest="")
        self.roster = replace(made, digest=repr(made))

    def with_people(self, *people: Person) -> None:
        """The people files say something else now."""
        self.changed(people={each.id: each for each in people})

    # -- time

    def at(self, when: str) -> datetime:
        """Go to the next such time: `thu 10:20`, `10:20` (today or tomorrow)."""
        day, _, clock = when.rpartition(" ")
        wanted = time.fromisoformat(clock)
        local = self.now.astimezone(ZONE)
        moment = datetime.combine(local.date(), wanted, ZONE)
        while moment < self.now or (day and moment.weekday() != DAYS.index(day)):
            moment = datetime.combine(moment.date() + timedelta(days=1), wanted, ZONE)
        self.now = moment
        return moment

    def later(self, **span: float) -> datetime:
        """Let time pass."""
        self.now = (self.now + timedelta(**span)).astimezone(ZONE)
        return self.now

    # -- the user's side

    @property
    def app(self) -> App:
        """The user's calendar app; the calendar must have been made."""
        if self._app is None:
            self._app = app_on(self.server, CALENDAR)
        return self._app

    @property
    def todos(self) -> TodoApp:
        """The user's to-do app."""
        return todos_on(self.server, CALENDAR)

    def todo(self, name: str) -> Todo:
        """Their newest task."""
        found = []
        for each in self.todos.tasks():
            key = decode(each.uid, self.roster.deployment)
            if key is not None and key.subject == name.casefold().replace(" ", "-"):
                found.append((key, each))
        return max(found, key=lambda each: each[0])[1]

    def contacts(self, name: str = "") -> list[Shown]:
        """The contact events in the calendar, by key; those of one person where one is named."""
        found: list[tuple[Key, Shown]] = []
        for entry in self.app.entries():
            key = decode(entry.uid, self.roster.deployment)
            if key is None or key.kind is not Kind.CONTACT:
                continue
            if not name or key.subject == name.casefold().replace(" ", "-"):
                found.append((key, entry))
        return [entry for _, entry in sorted(found, key=lambda each: each[0])]

    def contact(self, name: str) -> Shown:
        """Their newest contact event."""
        return self.contacts(name)[-1]

    def key(self, entry: Shown) -> Key:
        """What an entry of ours is called."""
        key = decode(entry.uid, self.roster.deployment)
        assert key is not None
        return key

    def series(self) -> list[Shown]:
        """The entries that repeat, by start."""
        found = [entry for entry in self.app.entries() if entry.rrule]
        return sorted(found, key=lambda each: _instant(each.start))

    def starts(self, *names: str) -> list[str]:
        """When each person's newest contact event starts: `thu 03 10:00`."""
        return [when(self.contact(name).start) for name in names]

    def mark(self, name: str, form: str) -> None:
        """Edit the title of their newest contact event: `x {}`."""
        entry = self.contact(name)
        self.app.retitle(entry, form.format(entry.title))

    # -- the journal

    def facts(self, name: str = "", *, everything: bool = False) -> list[Fact]:
        """The journal, of one person where one is named."""
        return self.service.history(name or None, everything=everything)

    def outcomes(self, name: str) -> list[str]:
        """What the journal says of a person, oldest first."""
        return [fact.outcome.value for fact in self.facts(name)]

    def due(self, name: str) -> date | None:
        """When the person is due."""
        rows = (each for each in self.service.due() if each.person.strategy is None)
        return next(each.due for each in rows if each.person.name == name)


def when(moment: datetime | date) -> str:
    """A time as stories tell it."""
    assert isinstance(moment, datetime), moment
    local = moment.astimezone(ZONE)
    return f"{DAYS[local.weekday()]} {local:%d %H:%M}"


def _instant(moment: datetime | date) -> datetime:
    assert isinstance(moment, datetime), moment
    return moment


Make = Callable[..., Stage]
__all__ = ["BEGIN", "CALENDAR", "ZONE", "Make", "Outcome", "Stage", "when"]
