"""The container against a real calendar server: its life, and what goes wrong with it."""

from __future__ import annotations

import json
import os
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
from tests.container.conftest import PEOPLE, USER, Make
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
    assert box.line("tick", after=2)["facts"] == ["ann-lee reached"]
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


def test_without_a_config_it_says_where_one_belongs(box: Box, config: Path) -> None:
    (config / "config.yaml").unlink()
    box.start()
    assert box.ended() == 1
    assert "/config/config.yaml: there is no such file. Next: " in box.output()


def test_a_wrong_secret_is_said_without_it_and_the_right_one_is_taken_while_it_runs(
    box: Box, config: Path, radicale: Server
) -> None:
    (config / "password").write_text("not-the-word")
    box.start()
    line = box.line("401")
    assert "password" in line["event"] and "Next: " in line["event"]
    status, words = box.healthy()
    assert status != 0 and "home" in words
    told = box.output() + words + json.dumps(box.inspected()) + box.ask("status")[1]
    assert "not-the-word" not in told

    (config / "password").write_text(radicale.password)
    assert box.created() == 4
    assert box.healthy()[0] == 0
    assert radicale.password not in box.output() + json.dumps(box.inspected())


def test_a_secret_that_is_missing_is_named(box: Box, config: Path) -> None:
    text = (config / "config.yaml").read_text()
    (config / "config.yaml").write_text(text.replace("!file password", "!file /run/secrets/caldav"))
    box.start()
    assert box.ended() == 1
    assert "config.yaml:8:15: password: the file /run/secrets/caldav does not exist. Next: " in (
        box.output()
    )


def test_a_full_disk_is_said_and_freed_it_goes_on(
    make: Make, tmp_path: Path, radicale: Server
) -> None:
    disk = tmp_path / "data"
    disk.mkdir()
    said("mount", "-t", "tmpfs", "-o", f"size=256k,uid={USER},gid={USER},mode=0700", "disk", disk)
    try:
        (disk / "junk").write_bytes(b"x" * (252 * 1024))
        box = make(disk)
        box.start()
        line = box.line("disk")
        assert "The disk is full: /data/" in line["event"] and "free some space" in line["event"]
        assert box.healthy()[0] != 0
        (disk / "junk").unlink()
        said("mount", "-o", "remount,size=16m", disk)
        assert box.created() == 4
        assert box.stop()[0] == 0
        box.remove()
    finally:
        said("umount", "--lazy", disk)


def test_a_volume_of_somebody_elses_is_said_and_handed_over_it_goes_on(
    make: Make, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    box = make(folder)
    box.start()
    line = box.line("written")
    assert "/data/" in line["event"] and "user 1000" in line["event"]
    assert box.healthy()[0] != 0
    os.chown(folder, USER, USER)
    assert box.created() == 4


def test_as_any_other_user_it_works_on_a_volume_of_theirs(
    make: Make, tmp_path: Path, config: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    for each in (folder, config):
        hand_over(each, 4711)
    box = make(folder)
    box.start(options=("--user=4711:4711",))
    assert box.created() == PEOPLE.count("name:") + 1
    assert box.stop()[0] == 0
