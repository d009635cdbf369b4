"""A calendar on syncd's own server, from the command line to the user's app and back."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from syncd.calendars.embedded import Houses
from syncd.demo.server import Server
from syncd.demo.user import User
from syncd.model.roster import EmbeddedSettings
from tests.cli.desk import CONFIG, PATIENCE, Desk
from tests.cli.test_cli_run import await_line, daemon
from tests.servers import Server as Elsewhere

START = CONFIG.index("    provider:"), CONFIG.index("    calendar:")


@pytest.fixture
def port(desk: Desk) -> int:
    """Where the server is to listen; config says so, and Ann Lee is long due."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = int(free.getsockname()[1])
    desk.write_people("Ann Lee", "Bob Ray")
    listening(desk, f"127.0.0.1:{found}")
    return found


def listening(desk: Desk, where: str) -> None:
    here = f"    provider: embedded\n    listen: {where}\n"
    desk.config.write_text((CONFIG[: START[0]] + here + CONFIG[START[1] :]).format())


def folder(desk: Desk) -> Path:
    return desk.state / "default.calendars"


def app(desk: Desk) -> User:
    """The user's app, with what connect says typed into it."""
    said = desk.syncd("connect").out
    typed = dict(re.findall(r"^  (address|user|password) +(\S+)$", said, re.MULTILINE))
    server = Server(url=typed["address"], username=typed["user"], password=typed["password"])
    return User(server, "Outreach")


def mark(desk: Desk, name: str) -> None:
    user = app(desk)
    (event,) = [e for e in user.week(datetime.now(UTC), 21) if e.title == f"{name}: call"]
    user.retitle(event, f"x {event.title} new job")


def answers(port: int) -> bool:
    try:
        urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
    except URLError:
        return False
    return True


def await_up(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not answers(port):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@contextmanager
def server(desk: Desk, port: int) -> Iterator[None]:
    """While it holds, somebody else keeps the server up."""
    with Houses() as houses:
        houses.at(EmbeddedSettings(folder=folder(desk), port=port), "syncd").awake()
        yield


def test_sync_mark_sync_without_a_daemon(desk: Desk, port: int) -> None:
    first = desk.process("sync")
    assert (first.status, first.out, first.err) == (0, "In the calendar: 3 created.\n", "")
    assert not answers(port), "it runs no longer than the verb"
    with server(desk, port):
        mark(desk, "Ann Lee")
    second = desk.process("sync")
    assert second.status == 0
    assert "Understood: Ann Lee: reached" in second.out
    (fact,) = desk.syncd("history", "--json").json
    assert (fact["person"], fact["note"]) == ("ann-lee", "new job")
    assert desk.process("sync").out == "Nothing to do.\n"


def test_beside_a_daemon_verbs_use_its_server_and_it_ends_with_it(desk: Desk, port: int) -> None:
    with daemon(desk) as child:
        assert await_line(child, "tick")["create"] == 3
        assert "It is up." in desk.syncd("connect").out
        mark(desk, "Bob Ray")
        said = desk.syncd("sync")
        assert "Understood: Bob Ray: reached" in said.out
        assert (said.status, said.err) == (0, "")
        assert desk.syncd("plan").out == "Nothing to do: the calendar is as it should be.\n"
        assert answers(port)
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE) == 0
        assert not answers(port)
    assert "It is not up now. Next: syncd run" in desk.syncd("connect").out


def test_a_daemon_that_was_killed_leaves_nothing_in_the_way(desk: Desk, port: int) -> None:
    with daemon(desk) as child:
        await_line(child, "tick")
        child.kill()
        child.wait(PATIENCE)
        with daemon(desk) as another:
            await_line(another, "started")
            await_up(port)
            mark(desk, "Ann Lee")
            assert "Understood: Ann Lee" in desk.syncd("sync").out


def test_a_server_that_dies_is_told_in_log_and_status(desk: Desk, port: int) -> None:
    with daemon(desk) as child:
        await_line(child, "tick")
        os.kill(int((folder(desk) / "server").read_text()), signal.SIGKILL)
        line = await_line(child, "The calendar server ended by itself")
        assert line["level"] == "warning"
        told = desk.syncd("status")
        assert "The calendar server of syncd's own has failed since" in told.out
        assert "(SIGKILL" in told.out
        said = desk.syncd("sync")  # a second later, or refused with words
        while said.status:
            assert "ended by itself" in said.err
            said = desk.syncd("sync")
        assert answers(port)


def test_a_port_that_is_taken(desk: Desk, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        said = desk.syncd("sync")
        assert said.status == 3
        assert f"127.0.0.1:{port} is taken by another program" in said.err
        assert "Next: end that one, or write another port at listen" in said.err
        assert "Your marks are safe in the calendar." in said.err
        assert desk.syncd("plan").status == 3
        doctor = desk.syncd("doctor")
        assert doctor.status == 3
        assert "✗ server: The calendar server cannot listen" in doctor.out
        assert "is taken by another program" in desk.syncd("status").out
    assert desk.syncd("sync").status == 0
    status = desk.syncd("status")
    assert (status.status, "taken" in status.out) == (0, False)


def test_it_is_the_same_calendar_wherever_it_listens(desk: Desk, port: int) -> None:
    assert desk.syncd("sync").status == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        other = int(free.getsockname()[1])
    listening(desk, f"127.0.0.1:{other}")
    said = desk.syncd("sync")
    assert (said.status, said.out, said.err) == (0, "Nothing to do.\n", "")


def test_verbs_that_ask_no_calendar_start_no_server(desk: Desk, port: int) -> None:
    for verb in ("check", "due", "status", "history", "review"):
        assert desk.syncd(verb).status == 0
    assert not folder(desk).exists()


def test_a_daemon_moves_it_as_the_config_does(desk: Desk, port: int) -> None:
    with daemon(desk) as child:
        await_line(child, "tick")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            other = int(free.getsockname()[1])
        listening(desk, f"127.0.0.1:{other}")
        child.send_signal(signal.SIGHUP)
        await_line(child, "config taken")
        await_up(other)
        assert not answers(port)


def test_connect_says_which_way_a_phone_reaches_it(desk: Desk, port: int) -> None:
    alone = desk.syncd("connect").out
    assert "Only this machine reaches it." in alone
    assert f"listen: 0.0.0.0:{port}" in alone
    assert f"cal.example.org {{ reverse_proxy http://127.0.0.1:{port} }}" in alone
    listening(desk, f"0.0.0.0:{port}")
    shared = desk.syncd("connect").out
    assert "the home network reaches it" in shared
    assert "127.0.0.1" not in shared.partition("Instead:")[0]
    for name in ("iPhone", "Mac", "DAVx⁵", "Thunderbird"):
        assert shared.count(name) >= 2, f"{name}: where it is entered, and what not to set"


def test_connect_as_json_names_the_file_of_the_password(desk: Desk, port: int) -> None:
    said = desk.syncd("connect", "--json")
    word = Path(said.json["password_file"]).read_text().strip()
    assert word not in said.out
    assert said.json["address"] == f"http://127.0.0.1:{port}/"
    assert (said.json["username"], said.json["up"]) == ("syncd", False)
    assert f"  password  {word}\n" in desk.syncd("connect").out


def test_connect_where_the_calendar_is_elsewhere(desk: Desk, radicale: Elsewhere) -> None:
    desk.write(radicale)
    said = desk.syncd("connect")
    assert said.status == 2
    assert "Next: write provider: embedded for one" in said.err


def test_the_password_is_in_no_log_and_no_error(desk: Desk, port: int) -> None:
    with daemon(desk) as child:
        await_line(child, "tick")
        word = (folder(desk) / "password").read_text().strip()
        child.send_signal(signal.SIGTERM)
        assert child.stderr is not None
        assert word not in child.stderr.read()
    (folder(desk) / "password").write_text("another\n")
    with daemon(desk) as child:
        await_line(child, "started")
        await_up(port)
        (folder(desk) / "password").write_text("a third\n")
        said = desk.syncd("sync")
        assert said.status == 3
        assert "a third" not in said.err
        assert f"Next: check {folder(desk) / 'password'}." in said.err
