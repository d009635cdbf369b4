"""Where the proof takes place: in memory, for depth, and at real servers, for truth."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from syncd.calendars.base import Calendar, Changes, Fate, Progress, Result, Verb, Write
from syncd.calendars.caldav import CalDavCalendar
from syncd.calendars.memory import MemoryCalendar
from syncd.model.entries import Entry, Recurrence, Sighting
from syncd.model.facts import Outcome
from syncd.model.roster import CalendarSettings, GoogleSettings
from tests.emulator.client import GoogleClient
from tests.emulator.faults import Fault, Kind
from tests.emulator.google import Account
from tests.ferry import Moment, ferry
from tests.hosts import Host, opened, settings_on
from tests.ical import Shown
from tests.servers import Server
from tests.year import user
from tests.year.cast import settings

NAMES = ("home", "office")
COLOURED = GoogleSettings(
    credentials=Path("credentials.json"),
    token=Path("token.json"),
    colours={"10": Outcome.REACHED, "11": Outcome.NO_ANSWER},
)
_SECOND = datetime(2026, 1, 5, tzinfo=UTC)
LOSSES = {
    Moment.BEFORE: Kind.LOST_BEFORE,
    Moment.AFTER: Kind.LOST_AFTER,
    Moment.TORN: Kind.TORN,
}
"""How a request may be lost, or its answer, and what the emulated Google calls it."""


class Hands(user.Hands, Protocol):
    """What a calendar app lets one do in one calendar."""

    def put(self, entry: Entry) -> None: ...

    def skip(self, uid: str, at: datetime) -> None:
        """Delete the occurrence of a series whose original start is `at`."""
        ...


def _skipped(series: Entry, at: datetime) -> Recurrence:
    recurrence = series.recurrence
    assert recurrence is not None
    return replace(
        recurrence,
        exdates=recurrence.exdates | {at},
        overrides=tuple(each for each in recurrence.overrides if each.original != at),
    )


class Shelf(MemoryCalendar):
    """A calendar in memory by the user's hands."""

    def skip(self, uid: str, at: datetime) -> None:
        self.edit(uid, recurrence=_skipped(self.find(uid), at))


class Rewriting(Shelf):
    """One whose server keeps what it is given in words of its own, and tells no version of it."""

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        results = super().write(writes, progress)
        for write, result in zip(writes, results, strict=True):
            if result.fate is Fate.APPLIED and write.entry is not None:
                self.put(_reworded(write.entry))
        return [replace(result, version="", entry=None, body="") for result in results]


def _reworded(entry: Entry) -> Entry:
    """Lines end in spaces, and a last one is added."""
    recurrence = entry.recurrence
    if recurrence is not None:
        overrides = (replace(each, text=_lines(each.text)) for each in recurrence.overrides)
        recurrence = replace(recurrence, overrides=tuple(overrides))
    return replace(entry, text=_lines(entry.text), recurrence=recurrence)


def _lines(text: str) -> str:
    return "".join(f"{line.rstrip()} \n" for line in text.splitlines())


class Place(Protocol):
    """Where a household's calendars are."""

    settings: dict[str, CalendarSettings]
    calendars: Mapping[str, Calendar]
    """As syncd has them."""
    hands: Mapping[str, Hands]
    """As the user has them."""
    once: frozenset[str]
    """In which of them a deleted entry's last words can be read, and its id is used up, as at
    Google."""
    tasks: bool
    """Whether tasks are kept in the calendars themselves."""
    guests: bool
    """Whether guests can be invited by `hands`."""

    def process(self, memos: Mapping[str, str]) -> Mapping[str, Calendar]:
        """The calendars as another process of syncd's has them, with what is remembered of each."""
        ...

    def lose_cursors(self) -> None:
        """Let no cursor that was given out be known any more."""
        ...

    def losing(self, number: int, moment: Moment, act: Callable[[], object]) -> bool:
        """`act`, of which syncd's request of that number, from 1, is lost, or its answer; whether
        it came to that."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class Memory:
    """Two calendars in memory, kept in a `shelf` each, which do as CalDAV servers do, but for those
    named in `once`, which do as Google."""

    tasks = True
    guests = True

    def __init__(self, once: Collection[str], shelf: type[Shelf] = Shelf) -> None:
        self.once = frozenset(once)
        self.settings = {
            name: replace(settings(name), google=COLOURED if name in once else None)
            for name in NAMES
        }
        self.memory = {name: shelf(name, once=name in once) for name in NAMES}
        self.calendars: Mapping[str, Calendar] = dict(self.memory)
        self.hands: Mapping[str, Hands] = dict(self.memory)

    def process(self, memos: Mapping[str, str]) -> Mapping[str, Calendar]:
        return self.calendars

    def lose_cursors(self) -> None:
        for each in self.memory.values():
            each.forget()

    def losing(self, number: int, moment: Moment, act: Callable[[], object]) -> bool:
        act()
        return False

    def close(self) -> None:
        pass


class Device:
    """The user's app at one calendar of a server, which may show what is old: it keeps what it
    read until it is told to look again."""

    def __init__(self, calendar: Calendar, google: GoogleClient | None) -> None:
        self.calendar, self.google = calendar, google
        self.seen: dict[str, Sighting] = {}
        self.cursor = ""
        self.trash: dict[str, Shown] = {}

    def entries(self) -> list[Entry]:
        known = {sight.href: sight.version for sight in self.seen.values()}
        changes = self.calendar.changes(self.cursor, known)
        self.cursor = changes.cursor
        self.seen = {uid: s for uid, s in self.seen.items() if s.href not in changes.gone}
        self.seen |= {s.entry.uid: s for s in changes.sightings if s.entry is not None}
        return [s.entry for _, s in sorted(self.seen.items()) if s.entry is not None]

    def edit(self, uid: str, **fields: Any) -> None:
        self.entries()
        sight = self.seen[uid]
        assert sight.entry is not None
        self._sent(Verb.REPLACE, replace(sight.entry, **fields), sight)

    def skip(self, uid: str, at: datetime) -> None:
        if self.google is not None:
            self.google.delete_occurrence(self.google.find(uid), at)
            return
        self.entries()
        series = self.seen[uid].entry
        assert series is not None
        self.edit(uid, recurrence=_skipped(series, at))

    def drop(self, uid: str) -> None:
        self.entries()
        if self.google is not None:
            self.trash[uid] = self.google.find(uid)
        self._sent(Verb.REMOVE, None, self.seen[uid])

    def put(self, entry: Entry) -> None:
        if entry.uid in self.trash:
            assert self.google is not None
            self.google.restore(self.trash.pop(entry.uid))
            return
        self.entries()
        if entry.uid in self.seen:
            self._sent(Verb.REPLACE, entry, self.seen[entry.uid])
        else:
            self._sent(Verb.CREATE, entry, None)

    def _whole(self, sight: Sighting) -> Sighting:
        """A sight with its body: of what is not syncd's a listing does not keep it."""
        if sight.body:
            return sight
        found = self.calendar.changes("", {sight.href: "any other"}).sightings
        return next(each for each in found if each.href == sight.href)

    def _sent(self, verb: Verb, entry: Entry | None, sight: Sighting | None) -> None:
        sight = sight and self._whole(sight)
        where = {"href": sight.href, "version": sight.version, "body": sight.body} if sight else {}
        (result,) = self.calendar.write([Write(verb=verb, entry=entry, **where)])
        if (
            result.fate is Fate.STALE and sight is not None
        ):  # what it showed was old: it looks again
            self.cursor, self.seen = "", {}
            self.entries()
            sight = self._whole(self.seen[sight.entry.uid]) if sight.entry else sight
            where = {"href": sight.href, "version": sight.version, "body": sight.body}
            (result,) = self.calendar.write([Write(verb=verb, entry=entry, **where)])
        assert result.fate is Fate.APPLIED, result


class Forgetful:
    """`calendar`, of which a cursor may be asked for that its server never gave."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar, self.lost = calendar, False
        self.name, self.batch = calendar.name, calendar.batch

    @property
    def memo(self) -> str:
        return self.calendar.memo

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        if self.lost and cursor:
            kind, _, token = cursor.partition(":")
            cursor = f"{kind}:{token[:-1]}{'1' if token.endswith('0') else '0'}"
        self.lost = False
        return self.calendar.changes(cursor, known, progress)

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        return self.calendar.write(writes, progress)

    def close(self) -> None:
        self.calendar.close()


class AtServer:
    """Two calendars on a host, and the apps at them. Whatever syncd writes over CalDAV, it writes
    within one second, so that the same entry made twice is the same to the byte."""

    guests = False

    def __init__(self, host: Host, folder: Path) -> None:
        self.host = host
        self._open = ExitStack()
        self.once = frozenset(NAMES if isinstance(host, Account) else ())
        if isinstance(host, Account):
            host.quota = None
        self.tasks = isinstance(host, Server)  # Google has lists of their own for them
        self.settings = {name: settings_on(host, name.title(), folder, name=name) for name in NAMES}
        if self.tasks:
            both = ("VEVENT", "VTODO")
            self.settings = {n: replace(s, components=both) for n, s in self.settings.items()}
        self.ours = self.settings
        if isinstance(host, Server):
            where = urlsplit(host.url)
            self.ferry = self._open.enter_context(ferry(where.port or 0))
            across = urlunsplit(where._replace(netloc=urlsplit(self.ferry.url).netloc))
            self.ours = {n: replace(s, url=across) for n, s in self.settings.items()}
        self.calendars: Mapping[str, Calendar] = self.process({})
        for each in self.calendars.values():
            each.changes("", {})  # by which it is made
        self.hands: Mapping[str, Hands] = {
            name: Device(
                opened(each, ""),
                GoogleClient(host, name.title()) if isinstance(host, Account) else None,
            )
            for name, each in self.settings.items()
        }

    def process(self, memos: Mapping[str, str]) -> Mapping[str, Calendar]:
        found = {name: Forgetful(_opened(s, memos.get(name, ""))) for name, s in self.ours.items()}
        for each in found.values():
            self._open.callback(each.close)
        return found

    def lose_cursors(self) -> None:
        if isinstance(self.host, Account):
            self.host.expire_sync_tokens()
        for each in self.calendars.values():
            assert isinstance(each, Forgetful)
            each.lost = True

    def losing(self, number: int, moment: Moment, act: Callable[[], object]) -> bool:
        if isinstance(self.host, Server):
            with self.ferry.loses(number, moment):
                act()
            return len(self.ferry.crossed) >= number
        fault = Fault(LOSSES[moment], nth=number)
        self.host.fail(fault)
        act()
        self.host.faults.clear()
        return fault.struck

    def close(self) -> None:
        for hands in self.hands.values():
            assert isinstance(hands, Device)
            hands.calendar.close()
        self._open.close()


def _opened(settings: CalendarSettings, memo: str) -> Calendar:
    if settings.google is not None:
        return opened(settings, memo)
    return CalDavCalendar(settings, timezone="Europe/Berlin", memo=memo, clock=lambda: _SECOND)


__all__ = ["LOSSES", "NAMES", "AtServer", "Hands", "Memory", "Place", "Rewriting"]
