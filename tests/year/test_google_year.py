"""A season at the emulated Google, lived as the year is lived in memory: by the same household and
the same user, judged by the same oracle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from syncd.calendars.base import Calendar, Fate, Verb, Write
from syncd.calendars.google.account import Account as SignIn
from syncd.calendars.google.adapter import GoogleCalendar
from syncd.engine.tick import tick
from syncd.model.entries import Entry, Sighting
from tests.emulator.client import GoogleClient
from tests.emulator.google import Account
from tests.hosts import settings_on
from tests.length import often
from tests.year.test_year import Household, live
from tests.year.user import User

DAYS = often(40, 120)


class GoogleHands:
    """The user's app at one calendar, another than syncd's own."""

    def __init__(self, calendar: GoogleCalendar, client: GoogleClient) -> None:
        self.calendar, self.client = calendar, client
        self.seen: dict[str, Sighting] = {}

    def entries(self) -> list[Entry]:
        changes = self.calendar.changes("", {})
        self.seen = {s.entry.uid: s for s in changes.sightings if s.entry is not None}
        return [s.entry for s in self.seen.values() if s.entry is not None]

    def edit(self, uid: str, **fields: Any) -> None:
        sight = self.seen[uid]
        assert sight.entry is not None
        after = replace(sight.entry, **fields)
        before, recurrence = sight.entry.recurrence, after.recurrence
        if before is not None and recurrence is not None and recurrence.exdates - before.exdates:
            (at,) = recurrence.exdates - before.exdates
            self.client.delete_occurrence(self.client.find(uid), at)
            return
        self._sent(sight, Verb.REPLACE, after)

    def drop(self, uid: str) -> None:
        self._sent(self.seen[uid], Verb.REMOVE, None)

    def _sent(self, sight: Sighting, verb: Verb, entry: Entry | None) -> None:
        (result,) = self.calendar.write(
            [
                Write(
                    verb=verb,
                    entry=entry,
                    href=sight.href,
                    version=sight.version,
                    body=sight.body,
                )
            ]
        )
        assert result.fate is Fate.APPLIED, result
        self.entries()


class GoogleHousehold(Household):
    """The household, with its calendars at Google."""

    def __init__(self, account: Account, folder: Path, seed: int) -> None:
        self.account, self.folder = account, folder
        super().__init__(seed=seed)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.account.quota = None
        lists = {n: replace(each, as_task=False) for n, each in self.roster.lists.items()}
        calendars = {
            name: settings_on(self.account, name.title(), self.folder, name=name)
            for name in self.roster.calendars
        }
        self.roster = replace(self.roster, lists=lists, calendars=calendars)
        google = calendars["home"].google
        assert google is not None
        signed_in = SignIn(google)
        self.opened_: dict[str, Calendar] = {
            name: self._open(settings, signed_in) for name, settings in calendars.items()
        }
        self.calendars = self.opened_  # type: ignore[assignment]
        tick(self.roster, self.store, self.opened_, self.now)
        self.hands = {
            name: GoogleHands(
                self._open(settings, signed_in), GoogleClient(self.account, name.title())
            )
            for name, settings in calendars.items()
        }
        self.user = User(Random(self.seed + 1000), dict(self.hands))

    def _open(self, settings: Any, signed_in: SignIn) -> GoogleCalendar:
        return GoogleCalendar(
            settings, signed_in, timezone="Europe/Berlin", pause=lambda seconds: None
        )

    @property
    def entries(self) -> list[Entry]:
        return [entry for each in self.hands.values() for entry in each.entries()]


def test_a_season_at_google(google: Account, tmp_path: Path) -> None:
    household = GoogleHousehold(google, tmp_path, 5)
    live(household, DAYS)
    assert household.wrote["create"] > DAYS / 2
    failed = [each for each in google.requests() if each.status in (400, 403)]
    parts = [part for each in google.requests() for part in each.parts]
    assert not failed and not [part for part in parts if part.status in (400, 403)]
