"""The first sync of some hundred contact events to real servers, by the clock on the wall."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import local

from benchmarks import worlds
from benchmarks.measure import Row, Spent, best, beyond, ms, progress, spent, times
from benchmarks.writes import entries
from syncd.calendars.caldav.adapter import WRITERS
from syncd.calendars.caldav.render import new_body
from tests import servers
from tests.hosts import calendar_on
from tests.servers import Process, Server

WRITES = 300
"""Radicale goes over all that is there for each new entry, to see that its UID is not: 1,000 take
it too long, whoever sends them."""
ROUNDS = 2
REAL = 1000
"""People of whom it is told how many writes they really need."""


def rows() -> Iterator[Row]:
    """On both servers, in turn with a client that does nothing but PUT."""
    for kind in servers.KINDS:
        with worlds.folder() as where, servers.running(kind, where) as process:
            yield _first(kind, process, where)
    yield _really()


def _first(kind: str, process: Process, where: Path) -> Row:
    ours: list[Spent] = []
    bare: list[Spent] = []
    for n in range(ROUNDS):
        progress(f"{WRITES} entries to {kind}, round {n + 1}")
        server = process.fresh()
        ours.append(_by_syncd(server, where / f"state{n}"))
        server = process.fresh()
        calendar_on(server, "Plain")
        connections = 1 if kind == "xandikos" else WRITERS
        bare.append(_by_a_client(server, f"{server.home}plain/", connections))
    one, other = best(ours), best(bare)
    return Row(
        measure=f"first sync of {WRITES:,} contact events to {kind.capitalize()}",
        ours=f"{ms(one.wall)} ({ms(one.cpu)} of it our CPU)",
        against=f"the same PUTs from a minimal client, {connections} at a time: {ms(other.wall)}",
        goal="within 1.1×",
        got=times(one.wall, other.wall),
        missed=beyond((one.wall / other.wall, 1.1, "×")),
    )


def _by_syncd(server: Server, where: Path) -> Spent:
    where.mkdir()
    of = worlds.roster(servers.settings_for(server, "Outreach"), WRITES)
    service = worlds.service(of, worlds.store_in(where))

    def first() -> None:
        report = service.sync()
        assert not report.errors and len(report.outcomes) == WRITES, report.errors

    return spent(first)


def _by_a_client(server: Server, path: str, connections: int) -> Spent:
    bodies = {each.uid: new_body(each, worlds.NOW).encode() for each in entries(WRITES)}
    token = base64.b64encode(f"{server.username}:{server.password}".encode()).decode()
    headers = {
        "Authorization": f"Basic {token}",
        "Content-Type": "text/calendar; charset=utf-8",
        "If-None-Match": "*",
    }
    mine = local()

    def put(uid: str) -> None:
        if not hasattr(mine, "connection"):
            mine.connection = http.client.HTTPConnection("127.0.0.1", servers.port_of(server))
        mine.connection.request("PUT", f"{path}{uid}.ics", bodies[uid], headers)
        answer = mine.connection.getresponse()
        answer.read()
        assert answer.status == 201, answer.status

    def every() -> None:
        with ThreadPoolExecutor(connections) as pool:
            list(pool.map(put, bodies))

    return spent(every)


def _really() -> Row:
    from dataclasses import replace

    from benchmarks.plans import weekly
    from syncd.calendars.memory import MemoryCalendar
    from syncd.engine.service import Service
    from syncd.store import open_store

    progress(f"what {REAL:,} people really need")
    counts = []
    for blocks in ({}, {"weekly": weekly()}):
        of = replace(worlds.roster(worlds.settings(), REAL, a_day=3), blocks=blocks)
        calendar = MemoryCalendar("home")
        service = Service(
            roster=of,
            store=open_store("memory:"),
            calendars=lambda state, calendar=calendar: {"home": calendar},
            clock=lambda: worlds.NOW,
        )
        counts.append(len(service.sync().outcomes))
    plain, block = counts
    return Row(
        measure=f"writes that a first sync of {REAL:,} people really needs",
        ours=f"{plain} without a block (three a day, two weeks ahead), {block} with an hour a week",
        against=f"one for everybody: {REAL:,}",
        goal="only what is inside the horizon: under 60",
        got=f"{times(REAL, plain)} and {times(REAL, block)} fewer",
        missed=beyond((max(counts), 60, " writes")),
    )
