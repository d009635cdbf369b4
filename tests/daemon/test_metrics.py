"""The numbers of a daemon, as Prometheus reads them: over HTTP, on loopback, while it runs."""

from __future__ import annotations

import re
import socket
import time
import urllib.error
import urllib.request
from itertools import count

import pytest

from syncd.calendars.tally import REQUESTS, Tally
from syncd.engine.metrics import Metrics
from syncd.engine.timing import TimedCalendar
from syncd.errors import Unreachable
from syncd.model.records import Delta
from syncd.store import open_store
from tests.daemon.world import NOW, SOON_ENOUGH, Running, Scripted, roster, service


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def shown(port: int) -> dict[str, float]:
    """What stands at the port, by name and labels."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        text = answer.read().decode()
    assert text.endswith("\n")
    found = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            assert re.fullmatch(r'syncd_[a-z_]+(\{[a-z]+="[^"]*"\})?', name), name
            found[name] = float(value)
    return found


def test_ticks_calendars_facts_and_what_is_held() -> None:
    port, calendar, store = free_port(), Scripted(), open_store("memory:")
    made = service(calendar, roster(people=2, metrics=port), store=store)
    made.log("p0", "reached", at=NOW)
    made.log("p1", "left-message", at=NOW)
    REQUESTS.add("elsewhere")
    with Running(lambda: made) as running:
        running.next()
        first = shown(port)
        calendar.fails = [Unreachable("Calendar home did not answer.")]
        running.daemon.soon()
        running.next()
        second = shown(port)
    assert first['syncd_ticks_total{result="well"}'] == 1
    assert first['syncd_ticks_total{result="failed"}'] == 0
    assert first['syncd_calendar_failing{calendar="home"}'] == 0
    assert first['syncd_calendar_last_success_timestamp_seconds{calendar="home"}'] == (
        NOW.timestamp()
    )
    assert first['syncd_calendar_seconds_total{calendar="home"}'] > 0
    assert first["syncd_tick_seconds_total"] > 0
    assert first['syncd_facts{outcome="reached"}'] == 1
    assert first['syncd_facts{outcome="left-message"}'] == 1
    assert first["syncd_held"] == 0
    assert 'syncd_calendar_requests_total{calendar="elsewhere"}' not in first
    assert second['syncd_ticks_total{result="failed"}'] == 1
    assert second['syncd_calendar_failing{calendar="home"}'] == 1
    with pytest.raises(urllib.error.URLError):
        shown(port)  # it ends with the daemon


def test_writes_that_are_held_and_ticks_that_break_off() -> None:
    port, calendar, store = free_port(), Scripted(), open_store("memory:")
    made = service(calendar, roster(metrics=port), store=store)
    with Running(lambda: made) as running:
        running.next()
        store.commit(Delta(settings={"held": "it would delete 12 entries"}))
        running.daemon.soon()
        running.next()
        assert shown(port)["syncd_held"] == 1
        assert shown(port)['syncd_ticks_total{result="held"}'] == 1
        calendar.fails = [RuntimeError("a fault of ours")]
        running.daemon.soon()
        deadline = time.monotonic() + SOON_ENOUGH
        while shown(port)['syncd_ticks_total{result="broken"}'] != 1:
            assert time.monotonic() < deadline


def test_it_is_at_that_path_and_on_loopback_alone_and_off_by_default() -> None:
    port = free_port()
    with Running(lambda: service(Scripted(), roster(metrics=port))) as running:
        running.next()
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
        refused.value.close()
        with socket.socket() as other, pytest.raises(OSError):
            other.settimeout(5)
            other.connect(("127.0.0.2", port))
    with Running(lambda: service(Scripted(), roster())) as running:
        running.next()
        assert running.daemon._window._server is None


def test_a_port_that_is_taken_does_not_keep_the_daemon_from_ticking() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        made = service(Scripted(), roster(metrics=other.getsockname()[1]))
        with Running(lambda: made) as running:
            assert running.next().read == 1


def test_whoever_hangs_on_the_port_does_not_keep_the_daemon_from_ending() -> None:
    port = free_port()
    with Running(lambda: service(Scripted(), roster(metrics=port))) as running:
        running.next()
        with socket.create_connection(("127.0.0.1", port)) as hanging:
            hanging.send(b"GET /metr")
            running.daemon.stop()
            assert running.ended.wait(2)


def test_names_are_escaped() -> None:
    metrics = Metrics()
    metrics.watch(['a"b\\c\nd'])
    metrics.spent('a"b\\c\nd', 1.5)
    line = 'syncd_calendar_seconds_total{calendar="a\\"b\\\\c\\nd"} 1.5'
    assert line in metrics.text().splitlines()


def test_the_time_of_a_failure_counts_too() -> None:
    calendar, spent = Scripted(), list[tuple[str, float]]()
    calendar.fails = [Unreachable("away")]
    ticking = count()
    timed = TimedCalendar(calendar, lambda *one: spent.append(one), lambda: float(next(ticking)))
    with pytest.raises(Unreachable):
        timed.changes("", {})
    timed.write([])
    assert spent == [("home", 1.0), ("home", 1.0)]


def test_a_tally_counts_by_name() -> None:
    tally = Tally()
    for name in ("home", "work", "home"):
        tally.add(name)
    assert tally.counts() == {"home": 2, "work": 1}
