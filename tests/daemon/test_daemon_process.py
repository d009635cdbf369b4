"""The daemon as a process, on a real Radicale: signals, a write in flight, starting again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from syncd.demo.server import Server
from syncd.demo.user import User
from tests.daemon.gate import Gate, Hold
from tests.daemon.world import PEOPLE
from tests.ending import ended
from tests.servers import Server as Radicale

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0


@pytest.fixture
def server(radicale: Radicale) -> Server:
    return Server(url=radicale.url, username=radicale.username, password=radicale.password)


class Child:
    def __init__(self, folder: Path, url: str, server: Server) -> None:
        environment = {**os.environ, "SECRET": server.password}
        command = [sys.executable, "-m", "tests.daemon.child", str(folder), url, server.username]
        self.process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True
        )

    def line(self, event: str) -> dict[str, Any]:
        """Await the next line of the log that says `event`."""
        assert self.process.stderr is not None
        for text in self.process.stderr:
            print(text, end="")
            line: dict[str, Any] = json.loads(text)
            if line["event"].startswith(event):
                return line
        raise AssertionError(f"it ended, exit status {self.process.wait()}, without {event!r}")

    def ended(self, number: int) -> tuple[int, float]:
        """Send a signal; give the exit status and the seconds that the end took."""
        return ended(self.process, number, PATIENCE)


@contextmanager
def child(folder: Path, url: str, server: Server) -> Iterator[Child]:
    made = Child(folder, url, server)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.wait()
        assert made.process.stderr is not None
        made.process.stderr.close()


def titles(server: Server) -> list[str]:
    """What the calendar holds: of a series, its title once."""
    found = User(server, "Outreach").week(datetime.now(UTC), 15)
    return sorted({each.href: each.title for each in found}.values())


WHOLE = sorted(["Outreach", *(f"Person {n}: call" for n in range(PEOPLE))])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_an_idle_daemon_at_once(tmp_path: Path, server: Server, number: int) -> None:
    with child(tmp_path, server.url, server) as made:
        assert made.line("tick")["create"] == PEOPLE + 1
        status, seconds = made.ended(number)
    assert status == 0
    assert seconds < 1
    assert titles(server) == WHOLE


@pytest.mark.parametrize("hold", list(Hold))
@pytest.mark.parametrize("passing", [0, 2])
def test_sigterm_ends_it_within_two_seconds_with_a_write_in_flight_and_the_next_start_heals(
    tmp_path: Path, server: Server, hold: Hold, passing: int
) -> None:
    port = int(server.url.rstrip("/").rpartition(":")[2])
    with Gate(port, hold, passing) as gate:
        with child(tmp_path, f"http://127.0.0.1:{gate.port}/", server) as made:
            assert gate.held.wait(PATIENCE)
            status, seconds = made.ended(signal.SIGTERM)
            made.line("stopped in the middle of a tick")
        assert status == 0
        assert seconds < 2
    with child(tmp_path, server.url, server) as made:
        made.line("tick")
        assert made.ended(signal.SIGTERM)[0] == 0
    assert titles(server) == WHOLE


def test_killed_with_a_write_in_flight_the_next_start_heals_too(
    tmp_path: Path, server: Server
) -> None:
    port = int(server.url.rstrip("/").rpartition(":")[2])
    with (
        Gate(port, Hold.ANSWER) as gate,
        child(tmp_path, f"http://127.0.0.1:{gate.port}/", server) as made,
    ):
        assert gate.held.wait(PATIENCE)
        made.ended(signal.SIGKILL)
    with child(tmp_path, server.url, server) as made:
        made.line("tick")
    assert titles(server) == WHOLE


def test_sighup_reads_the_config_again(tmp_path: Path, server: Server) -> None:
    with child(tmp_path, server.url, server) as made:
        made.line("tick")
        made.process.send_signal(signal.SIGHUP)
        made.line("config read again")
        assert made.ended(signal.SIGTERM)[0] == 0


def test_the_password_is_in_no_line(tmp_path: Path, server: Server) -> None:
    wrong = Server(url=server.url, username="you", password="not-the-word")
    with child(tmp_path, server.url, wrong) as made:
        line = made.line("Calendar home")
        assert "401" in line["event"]
        assert line["level"] == "warning"
        made.process.send_signal(signal.SIGTERM)
        assert made.process.stderr is not None
        assert "not-the-word" not in json.dumps(line) + made.process.stderr.read()
