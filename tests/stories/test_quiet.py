"""Nothing to do costs one request, by the server's own count."""

from __future__ import annotations

from datetime import timedelta

from tests.emulator.account import Request as Asked
from tests.hosts import GOOGLE
from tests.stories.stage import Make


def test_a_quiet_tick_makes_one_request_and_writes_nothing(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    since = stage.server.mark()
    for _ in range(3):
        stage.later(minutes=2)
        stage.service.sync()
    asked = stage.server.requests(since)
    assert len(asked) == 3, asked
    assert {each.method for each in asked} <= {"REPORT", "PROPFIND", "GET"}


def test_in_a_new_process_too(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.restart()
    since = stage.server.mark()
    stage.later(minutes=2)
    stage.service.sync()
    assert len(stage.server.requests(since)) == 1


def test_others_events_are_read_once_and_cost_nothing_after_that(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    for n in range(3):
        start = stage.now + timedelta(days=n)
        stage.app.add(f"Dentist {n}", start, start + timedelta(hours=1))
    stage.service.sync()
    since = stage.server.mark()
    stage.service.sync()
    assert len(stage.server.requests(since)) == 1


def test_a_tick_that_wrote_ends_with_one_more_look(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    since = stage.server.mark()
    stage.service.sync()
    # Xandikos turns one of two writes at once down, which is sent again, alone.
    asked = [each for each in stage.server.requests(since) if each.status != 423]
    methods = [each.method for each in asked]
    if stage.server.kind == GOOGLE:  # two batches: her event; the occurrence that named her
        assert methods == ["GET", "POST", "POST", "GET"]
    else:
        assert methods.count("PUT") == 2
        assert len(methods) <= 7, methods
    since = stage.server.mark()
    stage.service.sync()
    assert len(stage.server.requests(since)) == 1


def test_once_a_day_it_lists_in_full(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.later(hours=25)
    since = stage.server.mark()
    stage.service.sync()
    first = stage.server.requests(since)[0]
    if isinstance(first, Asked):
        assert first.method == "GET" and "syncToken" not in first.query
    else:
        assert first.method == "PROPFIND"
