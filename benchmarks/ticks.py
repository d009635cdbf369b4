"""A tick inside the daemon: with nothing to do, and with one mark to read."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from caldav.davclient import DAVClient

from benchmarks import worlds
from benchmarks.measure import Row, Spent, best, ms, progress, spent, times
from benchmarks.vdirsyncer import Vdirsyncer, is_there
from syncd.bootstrap import Opener
from syncd.calendars.caldav import CalDavCalendar, dav
from syncd.calendars.caldav.render import new_body
from syncd.calendars.memory import MemoryCalendar
from syncd.engine.daemon import Daemon
from syncd.engine.service import Service
from syncd.model.entries import Entry
from syncd.reconcile import plan
from syncd.reconcile.plan import World
from tests import servers
from tests.client import Client
from tests.servers import Server

PEOPLE = 1000
SIZES = (1_000, 10_000)
ROUNDS = 30
THREE_WEEKS = timedelta(days=21)


@dataclass
class Clock:
    """Time that stands still but where it is moved."""

    now: datetime = worlds.NOW

    def __call__(self) -> datetime:
        return self.now


def lived(size: int) -> tuple[list[Entry], datetime]:
    """What the calendar of 1,000 people holds once so many entries are in it, and when that is:
    each was written by syncd, and all but the last ones were marked and acknowledged."""
    clock, calendar = Clock(), MemoryCalendar("home")
    of = worlds.roster(worlds.settings(), PEOPLE)
    service = Service(
        roster=of,
        store=worlds.open_store("memory:"),
        calendars=lambda state: {"home": calendar},
        clock=clock,
    )
    service.sync()
    while len(calendar.entries()) < size:
        for entry in calendar.entries():
            if entry.title.startswith("P"):
                calendar.edit(entry.uid, title=f"x {entry.title}")
        clock.now += timedelta(days=14)
        service.sync()
        clock.now += THREE_WEEKS + timedelta(days=7)
        report = service.sync()
        assert not report.held, report.held
    return calendar.entries(), clock.now


def rows() -> Iterator[Row]:
    """On a Radicale, which has tokens."""
    with worlds.folder() as where, servers.running("radicale", where) as process:
        made = {}
        for size in SIZES:
            progress(f"{size:,} entries of 1,000 people")
            made[size] = _world(where, process, size)
        yield from _quiet(made)
        if is_there():
            yield _vdirsyncer(where, made[SIZES[1]])
        yield _mark(made[SIZES[1]])
