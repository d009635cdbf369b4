"""What the contract is tested on: each calendar with its user at another app."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from syncd.calendars.base import Calendar, Result, Verb, Write
from syncd.calendars.caldav import CalDavCalendar
from syncd.calendars.google.account import Account as SignIn
from syncd.calendars.google.adapter import GoogleCalendar
from syncd.calendars.google.tasks import GoogleTasks
from syncd.calendars.memory import MemoryCalendar
from syncd.model.entries import Entry, Sighting
from tests.calendars.zoo import BERLIN, HOUR, TEN
from tests.client import Client
from tests.emulator.calendar import Calendar as Calendar_
from tests.emulator.client import GoogleClient
from tests.emulator.google import Account
from tests.emulator.tasklist import TaskList
from tests.hosts import settings_on
from tests.servers import Server, settings_for

NOW = timedelta()
CALENDAR = "Kontakte / Öffi 🎉 & <mehr>"


class Bench(Protocol):
    """A calendar, and a user."""

    once: bool
    """Whether an id that was used and deleted is used up."""
    atomic: bool
    """Whether nobody can come between its look at a version and its writing."""

    def holds(self, entry: Entry) -> Entry | None:
        """What it makes of an entry; None where it cannot hold one like it."""
        ...

    def open(self, memo: str = "") -> Calendar:
        """An instance of its own, as another process would have it."""
        ...

    def add(self, title: str) -> None:
        """The user makes an event."""
        ...

    def retitle(self, uid: str, title: str) -> None: ...

    def delete(self, uid: str) -> None: ...

    def drop(self) -> None:
        """The user deletes the calendar itself."""
        ...

    def lose(self, cursor: str) -> str:
        """A cursor that the server does not know any more."""
        ...


@dataclass
class InMemory:
    calendar: MemoryCalendar = field(default_factory=lambda: MemoryCalendar("home"))
    added: int = 0
    once: bool = False
    atomic: bool = True

    def holds(self, entry: Entry) -> Entry | None:
        return entry

    def open(self, memo: str = "") -> Calendar:
        return self.calendar

    def add(self, title: str) -> None:
        self.added += 1
        self.calendar.put(
            Entry(uid=f"foreign {self.added}", title=title, start=TEN, end=TEN + HOUR)
        )

    def retitle(self, uid: str, title: str) -> None:
        self.calendar.edit(uid, title=title)

    def delete(self, uid: str) -> None:
        self.calendar.drop(uid)

    def drop(self) -> None:
        for entry in self.calendar.entries():
            self.calendar.drop(entry.uid)
        self.calendar.forget()

    def lose(self, cursor: str) -> str:
        self.calendar.forget()
        return cursor


@dataclass
class OnServer:
    server: Server
    name: str = CALENDAR
    once: bool = False

    def holds(self, entry: Entry) -> Entry | None:
        return entry

    def __post_init__(self) -> None:
        self.atomic = self.server.kind != "xandikos"
        self.client = Client(self.server, self.name)

    def open(self, memo: str = "") -> CalDavCalendar:
        settings = replace(settings_for(self.server, self.name), components=("VEVENT", "VTODO"))
        return CalDavCalendar(
            settings,
            timezone="Europe/Berlin",
            memo=memo,
            clock=lambda: datetime(2026, 11, 25, 12, tzinfo=UTC),
        )

    def add(self, title: str) -> None:
        self.client.add(title, TEN, TEN + HOUR)

    def retitle(self, uid: str, title: str) -> None:
        self.client.retitle(self.client.find(uid), title)

    def delete(self, uid: str) -> None:
        self.client.delete(self.client.find(uid))

    def drop(self) -> None:
        self.client.drop()

    def lose(self, cursor: str) -> str:
        kind, _, token = cursor.partition(":")
        digit = "0" if token[-1] != "0" else "1"
        return f"{kind}:{token[:-1]}{digit}"


@dataclass
class OnGoogle:
    account: Account
    folder: Path
    name: str = CALENDAR
    once: bool = True
    atomic: bool = True

    def holds(self, entry: Entry) -> Entry | None:
        """Tasks are elsewhere. An event has a length, rings before it begins, and is deleted where
        it is cancelled; an occurrence that is cancelled is one that was deleted."""
        recurrence = entry.recurrence
        if entry.task or entry.end == entry.start or entry.cancelled or (entry.alarm or NOW) < NOW:
            return None
        if recurrence is None:
            return entry
        gone = {each.original for each in recurrence.overrides if each.cancelled}
        kept = tuple(each for each in recurrence.overrides if not each.cancelled)
        exdates = recurrence.exdates | gone
        return replace(entry, recurrence=replace(recurrence, exdates=exdates, overrides=kept))

    def __post_init__(self) -> None:
        self.settings = settings_on(self.account, self.name, self.folder)
        assert self.settings.google is not None
        self.signed_in = SignIn(self.settings.google)
        self.client = GoogleClient(self.account, self.name)

    def open(self, memo: str = "") -> GoogleCalendar:
        return GoogleCalendar(
            self.settings,
            self.signed_in,
            timezone="Europe/Berlin",
            memo=memo,
            pause=lambda seconds: None,
        )

    @property
    def there(self) -> Calendar_:
        return self.account.named(self.name)

    def add(self, title: str) -> None:
        self.client.add(title, TEN, TEN + HOUR)

    def retitle(self, uid: str, title: str) -> None:
        self.client.retitle(self.client.find(uid), title)

    def delete(self, uid: str) -> None:
        self.client.delete(self.client.find(uid))

    def drop(self) -> None:
        self.client.drop()

    def lose(self, cursor: str) -> str:
        self.account.expire_sync_tokens()
        return cursor


@dataclass
class OnGoogleTasks:
    """A list of tasks: the same contract, on tasks."""

    account: Account
    folder: Path
    name: str = CALENDAR
    once: bool = False
    atomic: bool = True

    def __post_init__(self) -> None:
        settings = settings_on(self.account, self.name, self.folder)
        assert settings.google is not None
        self.settings = replace(settings, components=("VTODO",))
        self.signed_in = SignIn(settings.google)

    def holds(self, entry: Entry) -> Entry | None:
        """A task is due on a date, private, and rings never."""
        if not entry.task or entry.cancelled:
            return None
        day = entry.start.astimezone(BERLIN).date() if isinstance(entry.start, datetime) else None
        start = day or entry.start
        return replace(entry, start=start, end=start + timedelta(days=1), alarm=None)

    def open(self, memo: str = "") -> GoogleTasks:
        return GoogleTasks(
            self.settings,
            self.signed_in,
            timezone="Europe/Berlin",
            memo=memo,
            pause=lambda seconds: None,
        )

    @property
    def there(self) -> TaskList:
        lists = self.account.tasklists.values()
        return next(each for each in lists if each.title == self.name)

    def _id(self, uid: str) -> str:
        tasks = self.there.tasks.values()
        return next(t["id"] for t in tasks if f"syncd {uid}" in t.get("notes", ""))

    def add(self, title: str) -> None:
        self.there.insert({"title": title, "due": "2026-11-26T00:00:00Z"})

    def retitle(self, uid: str, title: str) -> None:
        self.there.patch(self._id(uid), {"title": title})

    def delete(self, uid: str) -> None:
        self.there.delete(self._id(uid))

    def drop(self) -> None:
        del self.account.tasklists[self.there.id]

    def lose(self, cursor: str) -> str:
        return "lost"


def create(entry: Entry) -> Write:
    return Write(verb=Verb.CREATE, entry=entry)


def replaced(sight: Sighting | Result, entry: Entry) -> Write:
    return Write(
        verb=Verb.REPLACE, entry=entry, href=sight.href, version=sight.version, body=sight.body
    )


def removal(sight: Sighting | Result) -> Write:
    return Write(verb=Verb.REMOVE, href=sight.href, version=sight.version, body=sight.body)
