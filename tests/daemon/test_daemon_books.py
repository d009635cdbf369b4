"""Address books before a tick of the daemon: what is new in them is loaded first."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from syncd.engine.freshening import AGE, WAIT, Fresh
from syncd.engine.service import Service
from syncd.store import open_store
from tests.daemon.world import Running, Scripted, roster, service


@pytest.fixture
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    structlog.reset_defaults()
    with capture_logs() as said:
        yield said


def test_what_is_new_in_a_book_is_loaded_before_the_tick() -> None:
    calendar, store = Scripted(), open_store("memory:")
    loaded: list[Service] = []
    asked: list[tuple[timedelta, timedelta]] = []

    def freshen(age: timedelta, wait: timedelta) -> Fresh:
        asked.append((age, wait))
        return Fresh(changed=len(asked) == 1, errors=() if len(asked) == 1 else ("Book: away.",))

    def load() -> Service:
        made = service(calendar, roster(len(loaded)), store=store)
        loaded.append(replace(made, freshen=freshen))
        return loaded[-1]

    with Running(load) as running:
        told = running.next()
        assert told.wrote == {"create": 2}, "the block and the one person of the second loading"
        assert told.errors == ("Book: away.",)
    assert asked[:2] == [(timedelta(), WAIT), (AGE, WAIT)]
    assert len(loaded) == 2


def test_nothing_is_written_before_a_book_was_read_once(
    logs: list[MutableMapping[str, Any]],
) -> None:
    calendar = Scripted()
    asked: list[int] = []

    def freshen(age: timedelta, wait: timedelta) -> Fresh:
        asked.append(calendar.readings)
        return Fresh(errors=("Book: away.",), unread=len(asked) == 1)

    made = replace(service(calendar, roster(1, poll=timedelta(seconds=0.2))), freshen=freshen)
    with Running(lambda: made) as running:
        running.next()
    assert asked[:2] == [0, 0], "the first tick did not look at the calendar"
    assert "Book: away." in [line["event"] for line in logs]
