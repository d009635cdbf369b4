"""A thousand contact events at Google: how many requests they take, and that its quota is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syncd.calendars.base import Calendar
from syncd.calendars.google.account import Account as SignIn
from syncd.calendars.google.adapter import GoogleCalendar
from syncd.calendars.google.pace import A_MINUTE, Pace
from syncd.engine.service import Service
from syncd.model.people import Hours, Span
from syncd.store import open_store
from tests.emulator.google import Account
from tests.hosts import settings_on
from tests.household import clients, person
from tests.stories.stage import BEGIN, CALENDAR, roster

PEOPLE = 1000


@dataclass
class Clock:
    """Time that passes only where somebody waits, and a little with each request."""

    seconds: float = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        self.seconds += 0.01
        return datetime(2026, 12, 1, 8, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def pause(self, seconds: float) -> None:
        self.seconds += seconds


def test_a_thousand_entries_and_then_nothing(google: Account, tmp_path: Path) -> None:
    clock = Clock()
    google.clock = clock.now
    settings = settings_on(google, CALENDAR, tmp_path)
    assert settings.google is not None
    signed_in = SignIn(settings.google, Pace(clock.monotonic))
    calendar: Calendar = GoogleCalendar(
        settings, signed_in, timezone="Europe/Berlin", pause=clock.pause
    )
    all_day = Span(weekdays=frozenset(range(7)), start=BEGIN.time().replace(hour=0), end=LAST)
    service = Service(
        roster=roster(
            settings,
            *(person(f"P{n:04d} Roy") for n in range(PEOPLE)),
            lists=(clients(a_day=100, hours=Hours(spans=(all_day,))),),
            blocks=(),
        ),
        store=open_store(tmp_path / "syncd.sqlite", "stories"),
        calendars=lambda state: {"home": calendar},
        clock=lambda: BEGIN,
    )
    report = service.sync()
    assert not report.errors
    requests = google.requests()
    writes = [each for each in requests if each.method != "GET"]
    made = [part for each in writes for part in each.parts]
    assert len(made) == PEOPLE and {part.status for part in made} == {200}
    assert len(writes) <= PEOPLE / 50 + 5, len(writes)
    assert 403 not in {each.status for each in requests}
    # 550 at once, and the rest a minute later: the quota leaves no less.
    floor = 60 * ((PEOPLE - 1) // A_MINUTE)
    assert floor <= clock.seconds <= 1.5 * floor
    since = google.mark()
    quiet = service.sync()
    assert not quiet.outcomes
    (asked,) = google.requests(since)
    assert asked.method == "GET" and "syncToken" in asked.query


LAST = datetime.max.time()
