"""A deployment, its server, its user and what befalls them, tick by tick."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.client import Client
from tests.servers import Process, Server, running
from tests.soak.door import Door
from tests.soak.figures import Child, Moment, measured
from tests.soak.user import DEPLOYMENT, ZONE, User

TICKS = int(os.environ.get("SYNCD_SOAK", "100"))
SEED = int(os.environ.get("SYNCD_SEED", "7"))
BEGIN = datetime(2026, 1, 5, 6, 30, tzinfo=ZONE)
SPAN = timedelta(days=365 if TICKS > 2000 else 45)
STEP = SPAN / TICKS
SETTLED = max(40, TICKS * 15 // 100)
"""The tick from which on nothing may grow: by then all is loaded that is loaded at first use."""
PEOPLE = {"clients": 8, "friends": 10}
TROUBLES = ("stop", "shut", "slow", "mute", "lossy", "wipe-approve", "wipe-restore", "copy")

CONFIG = f"""
timezone: Europe/Berlin
deployment: {DEPLOYMENT}
poll: {int(STEP.total_seconds())} seconds
database: syncd.sqlite
people: people.yaml
calendars:
  home:
    url: http://127.0.0.1:PORT/
    username: USER
    password: !env SYNCD_PASSWORD
    calendar: Outreach
blocks:
  weekly:
    repeats: weekly on thursday
    at: "10:00"
    lasts: 2 hours
    per-person: 15 minutes
    lists: [clients]
lists:
  clients: {{cadence: 3 weeks, channels: [call, email], retry: {{left-message: 3 days}}}}
  friends: {{cadence: 3 weeks, channels: [call, message], retry: {{no-answer: 2 days}}, a-day: 5}}
"""


@dataclass
class Soak:
    """The world of one run."""

    random: Random
    server: Server
    door: Door
    folder: Path
    child: Child
    user: User
    tick: int = 0
    down: bool = False
    seen: Counter[str] = field(default_factory=Counter)
    moments: list[Moment] = field(default_factory=list)
    wiped: set[str] = field(default_factory=set)
    """The entries that a wipe or a copy took along: their absence says what it says."""
    put_back: set[str] = field(default_factory=set)
    """Those that a copy put back to what they had been: a mark may be read a second time."""

    @property
    def process(self) -> Process:
        return self.server.process

    @property
    def now(self) -> datetime:
        return BEGIN + STEP * self.tick

    @property
    def home(self) -> Path:
        """Where the server keeps the user's calendars."""
        return self.server.folder / "data" / "collection-root" / self.server.username

    def run(self) -> None:
        """All of it: now this trouble, now that one, each as often as the others."""
        self.ticks(SETTLED // 4)
        gap, kinds = TICKS // 100, list[str]()
        while self.tick < TICKS - gap or not all(self.seen[kind] for kind in TROUBLES):
            kinds = kinds or self.random.sample(TROUBLES, len(TROUBLES))
            self.trouble(kinds.pop())
            self.ticks(self.random.randrange(gap, 2 * gap + 1))
        self.quiet()
        self.measure(bare=True)

    # -- time

    def ticks(self, number: int) -> list[dict[str, Any]]:
        """So many ticks; the user looks into the calendar once a day, and at most at each."""
        return [self._tick() for _ in range(number)]

    def _tick(self) -> dict[str, Any]:
        before = self.now
        self.tick += 1
        evening = datetime.combine(before.date(), time(18), ZONE)
        if before < evening <= self.now or before < evening + timedelta(days=1) <= self.now:
            self._act()
        answer = self.child.ask(tick=self.now.isoformat())
        assert "failed" not in answer, Path(self.child.log.name).read_text()[-3000:]
        self.seen["ticks with errors"] += bool(answer["errors"])
        self.seen["ticks held"] += bool(answer["held"])
        if not answer["errors"]:
            self.user.ledger.read(self.now)
        if self.tick % max(10, TICKS // 40) == 0 and not answer["errors"]:
            self.measure()
        return answer

    def _act(self) -> None:
        if not self.down and self.user.client.exists:
            self.user.act(self.now)

    def quiet(self) -> None:
        """Tick until all is read and nothing is held. A server that was away may be left alone for
        a while, which is at most a poll or half an hour."""
        for _ in range(3 + int(timedelta(minutes=40) / STEP)):
            answer = self._tick()
            if answer["held"] and not answer["errors"]:
                self._decide()
            elif not answer["errors"]:
                return
        raise AssertionError(f"tick {self.tick}: no end of {answer}")

    def _decide(self) -> None:
        verb = self.random.choice(("approve", "restore"))
        self.seen[f"syncd {verb}"] += 1
        self.child.ask(verb=verb)

    # -- what becomes of the server

    def trouble(self, kind: str) -> None:
        self.seen[kind] += 1
        long = self.random.randrange(2, 9)
        match kind:
            case "stop":
                self._stopped()
                answers = self.ticks(long)
                self._started()
                assert all(each["errors"] for each in answers)
            case "shut":  # the user reaches the server, and syncd does not
                self.door.shut()
                answers = self.ticks(long)
                self.door.open()
                assert all(each["errors"] for each in answers)
            case "slow":
                self.door.way = Door.Way.SLOW
                assert not any(each["errors"] for each in self.ticks(2))
                self.door.way = Door.Way.OPEN
            case "mute" | "lossy":
                self.door.way = Door.Way(kind)
                answers = self.ticks(2)
                self.door.way = Door.Way.OPEN
                self.door.cut()
                assert all(each["errors"] for each in answers)
            case "wipe-approve" | "wipe-restore":
                self._wipe(kind.removeprefix("wipe-"), long)
            case "copy":
                self._copied_and_put_back()
        self.quiet()

    def _stopped(self) -> None:
        self.process.stop()
        self.door.shut()
        self.down = True

    def _started(self) -> None:
        self.process.restart()
        self.door.open()
        self.down = False

    def _wipe(self, verb: str, held: int) -> None:
        self.quiet()
        entries = self.user.client.entries()
        self.wiped |= {entry.uid for entry in entries}
        self._stopped()
        shutil.rmtree(self.home)
        self._started()
        self.down = True  # there is nothing to look into
        self.user.ledger.foreign.clear()
        self.user.client = Client(self.server, "Outreach")
        self.quiet_until_held()
        for answer in self.ticks(held):
            assert answer["held"], f"tick {self.tick}: nothing is doubted after a wipe: {answer}"
            assert not list(self.home.rglob("*.ics")), "what is in doubt is not written"
        self.child.ask(verb=verb)
        self.down = False
        self.ticks(1)
        if verb == "approve":  # it said that the user deleted the series, too
            self.child.ask(verb="resume")

    def quiet_until_held(self) -> None:
        for _ in range(3 + int(timedelta(minutes=40) / STEP)):
            answer = self._tick()
            if answer["held"]:
                return
        raise AssertionError(f"tick {self.tick}: nothing is held: {answer}")

    def _copied_and_put_back(self) -> None:
        self.quiet()
        copy = self.folder / "copy"
        before = {entry.uid: entry for entry in self.user.client.entries()}
        foreign = set(self.user.ledger.foreign)
        self.user.ledger.since_copy.clear()
        shutil.copytree(self.home, copy)
        self.ticks(self.random.randrange(5, max(6, min(100, TICKS // 20))))
        self.quiet()
        after = {entry.uid: entry for entry in self.user.client.entries()}
        self._stopped()
        shutil.rmtree(self.home)
        shutil.move(copy, self.home)
        self._started()
        self.wiped |= before.keys() ^ after.keys()
        self.put_back |= self.user.ledger.since_copy
        self.put_back |= {
            uid for uid in before if uid in after and before[uid].body != after[uid].body
        }
        self.put_back |= before.keys() - after.keys()
        self.user.ledger.foreign = foreign

    # -- figures

    def measure(self, *, bare: bool = False) -> None:
        """Take the figures, from when nothing may grow on; the first time `bare`."""
        bare = bare or (not self.moments and self.tick >= SETTLED)
        database = self.folder / "syncd.sqlite"
        moment = measured(self.tick, self.child, database, bare=bare)
        print(moment, flush=True)
        if bare or self.moments:
            self.moments.append(moment)


@contextmanager
def soaking(folder: Path) -> Iterator[Soak]:
    with running("radicale", folder / "radicale") as process:
        server = process.fresh()
        door = Door(process.port)
        config = CONFIG.replace("PORT", str(door.port)).replace("USER", server.username)
        (folder / "config.yaml").write_text(config)
        people = [
            f'- {{name: "{of.title()} Number{n}", lists: [{of}], phone: "+49 30 9018{n:02}", '
            f"email: {of}{n}@example.org}}\n"
            for of, size in PEOPLE.items()
            for n in range(size)
        ]
        (folder / "people.yaml").write_text("".join(people))
        child = Child(folder, BEGIN, server.password)
        random = Random(SEED)
        user = User(random, Client(server, "Outreach"))
        try:
            yield Soak(random, server, door, folder, child, user)
        finally:
            door.shut()
            child.end()
