"""The life of the container against a real calendar server."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from syncd.demo import server as demo
from syncd.demo.user import User
from tests.container.box import Box, hand_over, mountpoint, service
from tests.container.conftest import USER, Make
from tests.container.images import ROOT, TAG, said, successor
from tests.servers import Server

pytestmark = pytest.mark.container

LATER = "localhost/syncd:check-later"
SOON = 2.0
"""Seconds within which a signal ends it."""


def app(server: Server) -> User:
    """The user's calendar app."""
    known = demo.Server(url=server.url, username=server.username, password=server.password)
    return User(known, "Outreach")


def titles(server: Server) -> set[str]:
    return {each.title for each in app(server).week(datetime.now(UTC), 15)}


def writes(server: Server, since: int) -> list[str]:
    found = server.requests(since)
    return [str(each) for each in found if each.method in ("PUT", "DELETE", "MKCALENDAR")]


def looked(box: Box, server: Server, since: int) -> None:
    """Await a tick that got as far as reading the calendar."""

    def read() -> bool:
        return any(each.method == "REPORT" for each in server.requests(since))

    box.awaited(read, "look at the calendar")


def test_its_life(box: Box, radicale: Server, measured: dict[str, str]) -> None:
    box.start()
    box.line("started")
    cold = time.monotonic() - box.began
    assert box.created() == 4
    first = time.monotonic() - box.began
    measured["cold start"] = f"{cold:.1f} s"
    measured["first sync, from the start"] = f"{first:.1f} s"
    assert {"Ann Lee: call", "Bob Roy: call", "Cy Dee: call"} < titles(radicale)
    assert box.healthy()[0] == 0, box.healthy()

    ann = next(e for e in app(radicale).week(datetime.now(UTC), 15) if "Ann" in e.title)
    app(radicale).retitle(ann, "x " + ann.title + " good talk")
    assert box.tick("facts")["facts"] == ["ann-lee reached"]
    assert "✅ Ann Lee: call" in titles(radicale)

    status, seconds = box.stop()
    assert (status, seconds < SOON) == (0, True), seconds
    assert box.line("stopped")

    told = list(_again(box, radicale))  # a restart, an upgrade, and one over old tables
    assert told == [["ann-lee"], ["ann-lee"], ["ann-lee"]]
    assert "✅ Ann Lee: call" in titles(radicale)


def _again(box: Box, server: Server) -> Iterator[list[str]]:
    """Start it over the volume of the one before, three times, and each time see that it finds
    nothing to do; who is in its log."""
    successor(LATER)
    for image, older in ((TAG, False), (LATER, False), (LATER, True)):
        if older:
            _as_of_old(mountpoint(box.data) / "default.sqlite")
        since = server.mark()
        box.start(image=image)
        looked(box, server, since)
        status, said_so = box.ask("history", "--json")
        assert status == 0, said_so
        version = box.ask("--version")[1]
        assert version == "syncd 99.0.0\n" if image == LATER else version != "syncd 99.0.0\n"
        yield [each["person"] for each in json.loads(said_so)]
        assert box.stop()[0] == 0
        assert writes(server, since) == []


def _as_of_old(database: Path) -> None:
    """Give the tables the form that they had in the first version."""
    with sqlite3.connect(database) as connection:
        connection.execute("ALTER TABLE facts DROP COLUMN number")
        connection.execute("ALTER TABLE acquaintances DROP COLUMN admitted")
        connection.execute("UPDATE syncd SET schema = 1")
    connection.close()
    hand_over(database.parent, USER)


def test_what_compose_begins_with_has_a_calendar_of_its_own(make: Make, config: Path) -> None:
    sample = (ROOT / "sample/config.yaml").read_text()
    assert service()["ports"] == ["127.0.0.1:5232:5232"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert sample.count("0.0.0.0:5232") == 1
    (config / "config.yaml").write_text(sample.replace("0.0.0.0:5232", f"127.0.0.1:{port}"))
    (config / "people.yaml").write_text((ROOT / "sample/people.yaml").read_text())
    box = make()
    box.start()
    assert box.created() == 3
    assert box.healthy()[0] == 0
    told = json.loads(box.ask("connect", "--json")[1])
    assert (told["address"], told["up"]) == (f"http://127.0.0.1:{port}/", True)
    password = said("podman", "exec", box.name, "cat", told["password_file"]).strip()
    known = demo.Server(url=told["address"], username=told["username"], password=password)
    titles = {each.title for each in User(known, "Outreach").week(datetime.now(UTC), 15)}
    assert {"Mira Okafor: call", "Jonas Weber: call"} < titles
    assert password not in box.output() + json.dumps(box.inspected())
    status, seconds = box.stop()
    assert (status, seconds < SOON) == (0, True), seconds


def test_a_signal_ends_it_before_it_has_begun(box: Box) -> None:
    box.start()
    process = Path("/proc", str(box.inspected()["State"]["Pid"]), "status")

    def handles() -> bool:
        caught = next(line for line in process.read_text().splitlines() if "SigCgt" in line)
        return bool(int(caught.split()[1], 16) & 1 << signal.SIGTERM - 1)

    box.awaited(handles, "handler of SIGTERM")
    status, seconds = box.stop()
    assert seconds < SOON
    assert (status, box.lines()) == (143, [])
