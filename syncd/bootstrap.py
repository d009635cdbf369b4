"""The composition root: the one place that names concrete adapters.

Config gives a roster; a roster, the environment and a clock give a `Service`. Nothing is opened
here that is not needed: the database is touched at the first use, a calendar at its first request.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from syncd.calendars.base import Calendar, Diary, Pause, Progress
from syncd.config import Loaded, load, names, state_folder
from syncd.errors import Problem
from syncd.model.entries import Entry
from syncd.model.letters import Letter, Post
from syncd.model.records import CalendarState, State
from syncd.model.roster import (
    AddressBook,
    CalendarSettings,
    GoogleSettings,
    Notify,
    Roster,
    Secret,
)
from syncd.store import open_store

if TYPE_CHECKING:
    from syncd.calendars.embedded import Houses
    from syncd.calendars.google.account import Account
    from syncd.engine.crediting import Diaries
    from syncd.engine.freshening import Sheets
    from syncd.engine.service import Calendars, Service
    from syncd.model.examination import Check, Found, Step
    from syncd.store.sql import SqlStore

__all__ = [
    "Loaded",
    "Opener",
    "archive",
    "database",
    "examined",
    "examined_book",
    "examined_post",
    "houses",
    "joined",
    "load",
    "memory",
    "mistaken",
    "service",
    "state_folder",
]


def database(roster: Roster, env: Mapping[str, str]) -> Path:
    """The deployment's database: what config names, else a file in the state folder."""
    return names.database(roster.database, roster.deployment, env)


def houses() -> Houses:
    """The servers of syncd's own, none of which runs yet: to be closed at the end."""
    from syncd.calendars.embedded import Houses

    return Houses()


def memory(roster: Roster, env: Mapping[str, str], clock: Callable[[], datetime]) -> SqlStore:
    """What is remembered, as a file that can be backed up and put back."""
    from syncd.store.sql import SqlStore

    return SqlStore(database(roster, env), deployment=roster.deployment, clock=clock)


def service(
    roster: Roster,
    env: Mapping[str, str],
    clock: Callable[[], datetime],
    pause: Pause = time.sleep,
    houses: Callable[[], Houses] = houses,
) -> Service:
    """The verbs over `roster`; `pause` waits where a server's quota wants it, `houses` gives the
    servers of syncd's own where one is needed. Each thread needs one of its own. Raises nothing:
    what cannot be used is said by the verb that needs it."""
    from syncd.engine.freshening import freshen
    from syncd.engine.service import Service  # its arithmetic of dates is heavy

    store = open_store(database(roster, env), roster.deployment)
    opener = Opener(roster.timezone, pause, houses)
    return Service(
        roster=roster,
        store=store,
        calendars=opener.all_of(roster),
        diaries=opener.diaries_of(roster),
        clock=clock,
        endings=lambda: _endings(roster),
        troubles=lambda: _troubles(roster),
        post=_post(roster),
        freshen=lambda age, wait: freshen(roster, store, _fetched, clock(), age, wait),
    )


def archive(entries: Sequence[Entry], stamp: datetime, progress: Progress | None = None) -> str:
    """`entries` as iCalendar, for another program or for keeping."""
    from syncd.calendars.caldav.archive import archive as made

    return made(entries, stamp, progress)


def joined(roster: Roster, env: Mapping[str, str]) -> tuple[Roster, list[Problem]]:
    """`roster` with those who are in its address books, and what is doubtful about them. Raises
    StateError."""
    from syncd.engine.addressbooks import joined as with_books  # what knows numbers is heavy
    from syncd.engine.deciding import decisions

    store = open_store(database(roster, env), roster.deployment)
    try:
        return with_books(roster, decisions(store.load().settings))
    finally:
        store.close()


def mistaken(roster: Roster, env: Mapping[str, str]) -> list[Problem]:
    """What is wrong with the people of `roster` in the light of what is remembered, as the Service
    says it, without all that it can do besides. Raises StateError."""
    from syncd.reconcile.identity import mistaken as found

    store = open_store(database(roster, env), roster.deployment)
    try:
        return found(roster, store.load())
    finally:
        store.close()


def _fetched(book: AddressBook, known: Sheets) -> Sheets:
    from syncd.books.carddav import fetch

    return fetch(book, known)


def _endings(roster: Roster) -> Mapping[str, datetime]:
    if not any(each.google for each in roster.calendars.values()):
        return {}
    from syncd.calendars.google.ends import notice_of

    found = filter(None, map(notice_of, roster.calendars.values()))
    return {said: ends for ends, said in found}


def _post(roster: Roster) -> Post | None:
    wanted = roster.notify
    if wanted is None:
        return None

    def sent(letter: Letter) -> tuple[str, ...]:
        from syncd.post import send  # apprise takes half a second to import

        return send(wanted, letter)

    return sent


def examined_post(wanted: Notify) -> Iterator[Step]:
    """The steps of an examination of the ways by which notifications go, each as it is done: a
    message goes to every address."""
    from syncd.model.examination import examined as steps
    from syncd.post import checks

    for each in checks(wanted):
        yield from steps([each])


def _troubles(roster: Roster) -> tuple[str, ...]:
    folders = {each.embedded.folder for each in roster.calendars.values() if each.embedded}
    if not folders:
        return ()
    from syncd.calendars.embedded import trouble_of

    found = (trouble_of(each, ZoneInfo(roster.timezone)) for each in sorted(folders))
    return tuple(trouble for trouble in found if trouble)


def examined(
    roster: Roster, name: str, *, read_only: bool, houses: Callable[[], Houses] = houses
) -> Iterator[Step]:
    """The steps of an examination of the calendar `name`, each as it is done; `read_only` leaves
    out those that write a probe."""
    from syncd.model.examination import examined as steps

    settings, opener = roster.calendars[name], Opener(roster.timezone, houses=houses)
    yield from steps(_checks(roster, settings, opener, read_only=read_only))


def examined_book(book: AddressBook) -> Iterator[Step]:
    """The steps of an examination of an address book, each as it is done; it is only read."""
    from syncd.books.doctor import checks
    from syncd.calendars.reach import network
    from syncd.model.examination import examined as steps

    yield from steps(checks(book, network(book.url)))


def _checks(
    roster: Roster, settings: CalendarSettings, opener: Opener, *, read_only: bool
) -> Iterator[tuple[str, Check]]:
    from syncd.calendars import diagnosis

    def now() -> datetime:
        return datetime.now(UTC)

    if settings.google is None:
        from syncd.calendars.caldav import doctor as caldav

        if settings.embedded is not None:
            yield "server", partial(_is_up, settings, opener)
            settings, _ = opener.at_home(settings)
        yield from caldav.checks(settings, now)
    else:
        from syncd.calendars.google import doctor as google

        account = opener.account(settings.google)
        shared = [d for d in roster.diaries if d.google and opener.account(d.google) is account]
        yield from google.checks(settings, account, now, shared)
    yield from diagnosis.calendar(lambda: opener.open(settings), settings, read_only=read_only)
    for each in roster.diaries:
        if each.name.partition("/")[0] == settings.name:
            yield from diagnosis.diary(partial(opener.diary, roster, each), each, now)


def _is_up(settings: CalendarSettings, opener: Opener) -> Found:
    from syncd.model.examination import Found

    _, awake = opener.at_home(settings)
    awake()
    return Found(said=f"syncd's own is up at {settings.url}")


class Opener:
    """Opens calendars; those at Google that have one sign-in share it. Their libraries are heavy,
    so that each is imported when it is needed."""

    def __init__(
        self,
        timezone: str,
        pause: Pause = time.sleep,
        houses: Callable[[], Houses] = houses,
    ) -> None:
        self._timezone = timezone
        self._pause = pause
        self._houses = houses
        self._accounts: dict[tuple[Path, str], Account] = {}

    def all_of(self, roster: Roster) -> Calendars:
        """The calendars of `roster`, each opened once, with what is remembered of it."""
        opened: dict[str, Calendar] = {}

        def calendars(state: State) -> Mapping[str, Calendar]:
            for name, settings in roster.calendars.items():
                if name not in opened:
                    memo = state.calendars.get(name, CalendarState()).memo
                    opened[name] = self.open(settings, memo)
            return opened

        return calendars

    def open(self, settings: CalendarSettings, memo: str = "") -> Calendar:
        """One calendar."""
        if settings.google is None:
            from syncd.calendars.caldav import CalDavCalendar

            settings, awake = self.at_home(settings)
            return CalDavCalendar(settings, timezone=self._timezone, memo=memo, awake=awake)
        from syncd.calendars.google.adapter import GoogleCalendar
        from syncd.calendars.google.tasks import GoogleTasks

        kind = GoogleTasks if settings.is_tasks else GoogleCalendar
        return kind(
            settings,
            self.account(settings.google),
            timezone=self._timezone,
            memo=memo,
            pause=self._pause,
        )

    def diaries_of(self, roster: Roster) -> Diaries:
        """The calendars whose meetings count, each opened once, with what is remembered of it."""
        opened: dict[str, Diary] = {}

        def diaries(state: State) -> Mapping[str, Diary]:
            for settings in roster.diaries:
                if settings.name not in opened:
                    memo = state.calendars.get(settings.name, CalendarState()).memo
                    opened[settings.name] = self.diary(roster, settings, memo)
            return opened

        return diaries

    def diary(self, roster: Roster, settings: CalendarSettings, memo: str = "") -> Diary:
        """One calendar whose meetings count."""
        me = roster.credit.me if roster.credit is not None else frozenset()
        if settings.google is None:
            from syncd.calendars.caldav.diary import CalDavDiary

            settings, awake = self.at_home(settings)
            return CalDavDiary(settings, timezone=self._timezone, me=me, memo=memo, awake=awake)
        from syncd.calendars.google.diary import GoogleDiary

        return GoogleDiary(
            settings,
            self.account(settings.google),
            timezone=self._timezone,
            me=me,
            memo=memo,
            pause=self._pause,
        )

    def at_home(self, settings: CalendarSettings) -> tuple[CalendarSettings, Callable[[], None]]:
        """`settings` with the password, and what sees that the server is up, where that is syncd's
        own. Raises StateError where the password cannot be kept."""
        if settings.embedded is None:
            return settings, lambda: None
        from syncd.calendars.embedded import password

        folder = settings.embedded.folder
        secret = Secret(value=password(folder), origin=str(folder / "password"))
        house = self._houses().at(settings.embedded, settings.username)
        return replace(settings, password=secret), house.awake

    def account(self, google: GoogleSettings) -> Account:
        """The sign-in of a calendar at Google."""
        from syncd.calendars.google.account import Account

        key = (google.token, google.endpoint)
        if key not in self._accounts:
            self._accounts[key] = Account(google)
        return self._accounts[key]
