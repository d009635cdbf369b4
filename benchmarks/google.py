"""A thousand writes at Google, that is the emulator: its quota, and what a write costs.

Time for the quota is virtual: it passes where somebody waits, and by 100 ms with each request. For
CPU the emulator is a process of its own: `python -m benchmarks.google FOLDER [ENTRIES]`, with so
many events of somebody else's in the calendar.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen

from benchmarks import worlds
from benchmarks.measure import Row, Spent, best, beyond, ms, progress, spent, times
from benchmarks.writes import entries
from syncd.calendars.base import Fate, Result, Verb, Write
from syncd.calendars.google.account import Account as SignIn
from syncd.calendars.google.adapter import GoogleCalendar
from syncd.calendars.google.pace import A_MINUTE, Pace
from syncd.model.entries import Entry
from syncd.model.roster import CalendarSettings, GoogleSettings, Secret
from tests.emulator.google import running
from tests.hosts import SCOPES, settings_on

WRITES = 1000
FIRST = 500
LATENCY = 0.1
PRICED = 250
"""How many are written to learn what one costs, below the quota."""
ROUNDS = 3


@dataclass
class Clock:
    """Time that passes only where somebody waits, and with each request."""

    seconds: float = 0.0

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime(2026, 12, 1, 8, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def pause(self, seconds: float) -> None:
        self.seconds += seconds


def rows() -> Iterator[Row]:
    """How fast the quota is used up, then what a write costs."""
    yield from _pace()
    yield _price()


def _pace() -> Iterator[Row]:
    progress(f"{WRITES} writes under Google's quota, in virtual time")
    clock = Clock()
    with running() as google, worlds.folder() as where:
        account = google.fresh()
        account.clock = clock.now
        settings = settings_on(account, "Outreach", where)
        assert settings.google is not None
        signed_in = SignIn(settings.google, Pace(clock.monotonic))
        calendar = GoogleCalendar(settings, signed_in, timezone="Europe/Berlin", pause=clock.pause)
        wanted = entries(WRITES)
        written, at = 0, []
        for start in range(0, WRITES, calendar.batch):
            told = calendar.write(_creates(wanted[start : start + calendar.batch]))
            assert all(each.fate is Fate.APPLIED for each in told), told[0]
            clock.seconds += LATENCY
            written += len(told)
            at.append((written, clock.seconds))
        asked = [each for each in account.requests() if each.parts]
        refused = sum(part.status == 403 for each in asked for part in each.parts)
    first = next(seconds for many, seconds in at if many >= FIRST)
    requests = next(n for n, (many, _) in enumerate(at, 1) if many >= FIRST)
    took = clock.seconds
    floor = 60 * math.floor((WRITES - 1) / A_MINUTE) + LATENCY * len(asked)
    yield Row(
        measure=f"{WRITES:,} writes at Google, 100 ms latency, 600 parts a minute",
        ours=f"the first {FIRST} in {requests} requests and {first:.1f} s, all in {took:.1f} s",
        against=f"the quota's own floor: {floor:.1f} s",
        goal="500 in 10 requests, all within 1.2× of the floor, no 403",
        got=f"{times(took, floor)}, {refused or 'no'} 403",
        missed=beyond(
            (requests, 10, " requests"), (took / floor, 1.2, "×"), (refused, 0, " refused")
        ),
    )


def _creates(wanted: list[Entry]) -> list[Write]:
    return [Write(verb=Verb.CREATE, entry=each) for each in wanted]


def _price() -> Row:
    ours: list[Spent] = []
    bare: list[Spent] = []
    for n in range(ROUNDS):
        progress(f"what a write at Google costs, round {n + 1}")
        for told, work in ((ours, _by_syncd), (bare, _by_the_library)):
            with worlds.folder() as where, Elsewhere(where) as url:
                calendar = _calendar(where, url)
                calendar.write(_creates(entries(1)))  # signs in, and makes the calendar
                told.append(work(calendar))
    one, other = best(ours).cpu / PRICED, best(bare).cpu / PRICED
    return Row(
        measure="CPU of a write at Google",
        ours=ms(one),
        against=f"the library's bare insert, one by one: {ms(other)}",
        goal="at most 2×",
        got=times(one, other),
        missed=beyond((one / other, 2, "×")),
    )


def _by_syncd(calendar: GoogleCalendar) -> Spent:
    wanted, found = entries(PRICED), list[Result]()
    took = spent(lambda: found.extend(calendar.write(_creates(wanted))))
    assert all(each.fate is Fate.APPLIED for each in found)
    return took


def _by_the_library(calendar: GoogleCalendar) -> Spent:
    api, http = calendar._calls.api, calendar._account.http
    assert calendar._memo.calendar

    def bare() -> None:
        for n in range(PRICED):
            start = worlds.NOW + timedelta(minutes=15 * n)
            body = {
                "summary": f"Person {n}: call",
                "description": "Words about them, and some more of them.",
                "start": {"dateTime": start.isoformat(), "timeZone": "Europe/Berlin"},
                "end": {
                    "dateTime": (start + timedelta(minutes=15)).isoformat(),
                    "timeZone": "Europe/Berlin",
                },
                "visibility": "private",
            }
            asked = api.events.insert(calendarId=calendar._memo.calendar, body=body)
            asked.execute(http=http)

    return spent(bare)


class Elsewhere:
    """While it holds, an emulator is there, in a process of its own: its address."""

    def __init__(self, where: Path, entries: int = 0) -> None:
        self._where = where
        self._entries = entries

    def __enter__(self) -> str:
        command = [sys.executable, "-m", "benchmarks.google", str(self._where)]
        command.append(str(self._entries))
        self._child = Popen(command, stdout=PIPE, text=True)
        assert self._child.stdout is not None
        return self._child.stdout.readline().strip()

    def __exit__(self, *error: object) -> None:
        self._child.terminate()
        self._child.wait()
        assert self._child.stdout is not None
        self._child.stdout.close()


def _calendar(where: Path, url: str) -> GoogleCalendar:
    of = settings(where, url)
    assert of.google is not None
    return GoogleCalendar(of, SignIn(of.google), timezone="Europe/Berlin")


def settings(where: Path, url: str) -> CalendarSettings:
    """The calendar as config has it; what signs in lies in the folder `where`."""
    return CalendarSettings(
        name="home",
        provider="google",
        url="",
        username="",
        password=Secret(value=""),
        calendar="Outreach",
        google=GoogleSettings(
            credentials=where / "client_secret.json",
            token=next(where.glob("*token*")),
            endpoint=url,
        ),
    )


def main(folder: Path, entries: int) -> None:
    """Serve until ended; what signs in is put into `folder`."""
    with running() as google:
        account = google.fresh()
        account.credentials_file(folder)
        account.token_file(folder, scopes=SCOPES)
        if entries:
            client = json.loads(next(folder.glob("*token*")).read_text())["client_id"]
            calendar = account.add_calendar("full", "Outreach", app=client)
            for n in range(entries):
                day = f"2026-{1 + n % 9:02}-01T09"
                calendar.insert(
                    {
                        "summary": f"Something of somebody's {n}",
                        "description": "Words about it, and some more of them",
                        "start": {"dateTime": f"{day}:00:00Z"},
                        "end": {"dateTime": f"{day}:30:00Z"},
                    }
                )
        print(google.url, flush=True)
        while True:
            time.sleep(3600)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
