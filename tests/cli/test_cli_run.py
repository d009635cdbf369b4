"""The daemon from the command line, and the other verbs beside it."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.cli.desk import PATIENCE, Desk
from tests.client import Client, Refusal
from tests.daemon.test_metrics import free_port, shown
from tests.ending import ended
from tests.servers import Server


@contextmanager
def daemon(desk: Desk) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        desk.command("run"),
        cwd=desk.folder,
        env=desk.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate(timeout=PATIENCE)


def await_line(child: subprocess.Popen[str], event: str) -> dict[str, Any]:
    assert child.stderr is not None
    for text in child.stderr:
        line: dict[str, Any] = json.loads(text)
        if line["event"].startswith(event):
            return line
    raise AssertionError(f"it ended without {event!r}")


def test_run_goes_on_by_itself_and_other_verbs_work_beside_it(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee", "Bob Ray")
    alone = desk.syncd("status")
    assert alone.status == 0
    assert "No tick yet. No daemon is running." in alone.out
    with daemon(desk) as child:
        assert await_line(child, "tick")["create"] == 3
        status = desk.syncd("status", "--json").json
        assert status["last_tick"] is not None
        assert status["next_tick"] > status["last_tick"]
        assert "Next tick: " in desk.syncd("status").out
        second = desk.syncd("run")
        assert second.status == 5
        since = rf"\(process {child.pid} on {re.escape(socket.gethostname())}, since 20\d\d-"
        assert re.search(since, second.err)
        logged = desk.syncd("log", "ann")
        assert logged.status == 0
        assert "The daemon does it at its next tick." in desk.syncd("pause", "bob").out
        assert desk.syncd("sync").status == 0
        assert not Client(radicale, "Outreach").look("Bob Ray")
        status, seconds = ended(child, signal.SIGTERM, PATIENCE)
        assert (status, seconds < 2) == (0, True), seconds
        assert child.stdout is not None
        assert child.stdout.read() == "", "stdout is for answers"
    after = desk.syncd("status", "--json").json
    assert after["next_tick"] is None
    assert "No daemon is running." in desk.syncd("status").out


def test_metrics_count_the_requests_that_the_server_saw(desk: Desk, radicale: Server) -> None:
    port = free_port()
    desk.write(radicale, "Ann Lee")
    desk.config.write_text(f"metrics: {port}\n{desk.config.read_text()}")
    before = len(radicale.requests())
    with daemon(desk) as child:
        await_line(child, "tick")
        found = shown(port)
        assert found['syncd_calendar_requests_total{calendar="home"}'] == (
            len(radicale.requests()) - before
        )
        assert found['syncd_calendar_last_success_timestamp_seconds{calendar="home"}'] > 0


def test_the_log_has_ids_and_nothing_else_of_anybody(desk: Desk, radicale: Server) -> None:
    desk.write(radicale)
    private = (
        "Zebulon",
        "Xaver",
        "Quux",
        "901820",
        "zebulon@",
        "Peonies",
        "Linienstr",
        "Jane Roe",
        "4711",
    )
    people = """
- {name: Zebulon Quux, id: p1, lists: [clients], phone: "+49 30 901820", last-contact: 2026-01-01,
   email: zebulon@example.org, notes: Peonies., address: Linienstr. 1}
- {name: Xaver Quux, id: p2, lists: [clients], last-contact: 2026-01-01}
"""
    desk.people.write_text(people)
    assert desk.syncd("sync").status == 0
    client = Client(radicale, "Outreach")
    call, other = client.find("Zebulon Quux: call"), client.find("Xaver Quux: call")
    client.retitle(call, f"✅ {call.title}")
    start = datetime.now(UTC) + timedelta(hours=2)
    client.add("+ Jane Roe +49 30 4711", start, start + timedelta(hours=1))
    client.add("something about Zebulon", start, start + timedelta(hours=1))
    nonsense = other.body.replace("SUMMARY", "DTSTART:Zebulon Quux\r\nSUMMARY", 1)
    with suppress(Refusal):  # the server may be wiser than to take it
        client._send(other.href, nonsense.encode(), {})
    with daemon(desk) as child:
        tick = await_line(child, "tick")
        desk.people.write_text(people.replace("[clients]", "[Peonies]"))
        broken = await_line(child, "config not taken")
        child.send_signal(signal.SIGTERM)
        assert child.stderr is not None
        rest = child.stderr.read()
    assert "p1 reached" in tick["facts"]
    assert tick["seen"] >= 3
    said = json.dumps([tick, broken], ensure_ascii=False) + rest
    assert not [each for each in private if each in said], said
    assert "people.yaml:2:" in str(broken["problems"])


def test_a_daemon_that_was_killed_is_not_said_to_run(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    with daemon(desk) as child:
        await_line(child, "tick")
        child.kill()
        child.wait(PATIENCE)
        assert "No daemon is running." in desk.syncd("status").out
    with daemon(desk) as child:
        await_line(child, "started")
        assert desk.syncd("status", "--json").json["next_tick"] is not None
