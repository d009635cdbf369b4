"""The daemon in a thread: one tick at a time, wishes, reloading, bad ticks, stopping."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, MutableMapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from syncd.engine.service import Service
from syncd.engine.telling import Summary
from syncd.errors import ConfigError, Problem, Unreachable
from syncd.store import open_store
from tests.daemon.world import SOON_ENOUGH, Running, Scripted, roster, service, sqlite

Logs = list[MutableMapping[str, Any]]


@pytest.fixture
def logs() -> Iterator[Logs]:
    structlog.reset_defaults()  # an earlier test's log may leave debug lines out
    with capture_logs() as said:
        yield said


@pytest.fixture
def calendar() -> Scripted:
    return Scripted()


def said(logs: Logs) -> list[str]:
    return [str(line["event"]) for line in logs]


def until(happened: Callable[[], bool], what: str) -> None:
    """Await what shows only by being looked at."""
    deadline = time.monotonic() + SOON_ENOUGH
    while not happened():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


def test_it_ticks_at_once_and_stops_when_told(calendar: Scripted, logs: Logs) -> None:
    made = service(calendar)
    with Running(lambda: made) as running:
        assert running.next() == Summary(read=1)
        running.daemon.stop()
        assert running.ended.wait(SOON_ENOUGH)
    assert running.status == 0
    assert not running.daemon.busy
    assert said(logs) == ["started", "tick", "stopped"]
    assert [line["log_level"] for line in logs] == ["info", "info", "info"]


def test_it_ticks_again_and_again(calendar: Scripted) -> None:
    made = service(calendar, roster(poll=timedelta(seconds=1)))
    with Running(lambda: made) as running:
        for _ in range(2):
            running.next()
    assert calendar.most_at_once == 1


def test_one_tick_at_a_time_and_a_wish_during_it_is_granted_once_after_it(
    calendar: Scripted,
) -> None:
    made = service(calendar)
    loads: list[Service] = []

    def load() -> Service:
        loads.append(made)
        return made

    with Running(load) as running:
        running.next()
        calendar.inside.clear()
        calendar.door.clear()
        running.daemon.soon()
        assert calendar.inside.wait(SOON_ENOUGH)
        for _ in range(5):
            running.daemon.soon()
        running.daemon.reload()  # nothing new: but once it is read, the wishes were heard
        until(lambda: len(loads) == 2, "the config was not read again")
        calendar.door.set()
        running.next()
        running.next()
        assert running.ticks.empty()
    assert calendar.most_at_once == 1
    assert calendar.readings == 3


def test_what_a_tick_did_is_said_in_counts_and_ids(calendar: Scripted, logs: Logs) -> None:
    made = service(calendar, roster(people=2))
    with Running(lambda: made) as running:
        first = running.next()
    assert first.wrote == {"create": 3}
    (line,) = [line for line in logs if line["event"] == "tick"]
    assert line.pop("seconds") < SOON_ENOUGH
    assert line == {"event": "tick", "log_level": "info", "read": 1, "seen": 0, "create": 3}
    assert "Person" not in str(logs)


def test_a_tick_that_could_not_read_says_so_in_its_line(calendar: Scripted, logs: Logs) -> None:
    calendar.fails = [Unreachable("Calendar home did not answer.")]
    with Running(lambda: service(calendar)) as running:
        running.next()
    (line,) = [line for line in logs if line["event"] == "tick"]
    assert (line["read"], line["errors"]) == (0, 1)


def test_a_tick_that_breaks_is_not_the_last(calendar: Scripted, logs: Logs) -> None:
    calendar.fails = [ZeroDivisionError("a bug")]
    made = service(calendar)
    with Running(lambda: made) as running:
        until(lambda: "a tick failed; the next one goes on" in said(logs), "the bug is not logged")
        running.daemon.soon()
        running.next()
    assert running.status == 0


def test_a_calendar_that_is_away_is_said_once_and_so_is_its_return(
    calendar: Scripted, logs: Logs
) -> None:
    calendar.fails = [Unreachable("Calendar home did not answer.")] * 2
    now = [datetime(2026, 11, 24, 12, tzinfo=UTC)]
    made = service(calendar, clock=lambda: now[0])
    with Running(lambda: made) as running:
        for _ in range(4):
            assert running.next().errors == ("Calendar home did not answer.",)
            running.daemon.soon()
        readings = calendar.readings
        assert readings == 1
        now[0] += timedelta(days=2)
        running.next()
        running.daemon.soon()
        running.next()
        now[0] += timedelta(days=2)
        running.daemon.soon()
        while running.next().errors:
            pass
        until(lambda: "all is well again" in said(logs), "its return is not said")
    assert said(logs).count("Calendar home did not answer.") == 1


def test_a_state_that_another_process_holds_is_named_and_tried_again(
    calendar: Scripted, logs: Logs, tmp_path: Path
) -> None:
    made = service(calendar, store=sqlite(tmp_path))
    other = sqlite(tmp_path)
    with other.exclusive(), Running(lambda: made) as running:
        until(lambda: any("Another syncd (process" in text for text in said(logs)), "not named")
        assert running.ticks.empty()
        running.daemon.soon()
    with Running(lambda: made) as running:
        running.next()


def test_another_verb_works_beside_it(calendar: Scripted, tmp_path: Path) -> None:
    of = roster(people=2)
    made = service(calendar, of, store=open_store(tmp_path / "syncd.sqlite"))
    beside = service(calendar, of, store=open_store(tmp_path / "syncd.sqlite"))
    with Running(lambda: made) as running:
        running.next()
        calendar.inside.clear()
        calendar.door.clear()
        running.daemon.soon()
        assert calendar.inside.wait(SOON_ENOUGH)
        beside.log("p0", note="met in the street")  # while a tick is under way
        assert [fact.note for fact in beside.history()] == ["met in the street"]
        calendar.door.set()
        running.next()
        running.daemon.soon()
        running.next()
    assert [fact.note for fact in made.history()] == ["met in the street"]


class Config:
    """A YAML file and what reading it gives: a roster of as many people as it says."""

    def __init__(self, file: Path, calendar: Scripted) -> None:
        self.file = file
        self.calendar = calendar
        self.store = open_store("memory:")
        self.loads = 0
        self.write("1")

    def write(self, text: str) -> None:
        new = self.file.with_name(".new")
        new.write_text(text)
        new.replace(self.file)

    def load(self) -> Service:
        self.loads += 1
        text = self.file.read_text()
        if not text.isdigit():
            raise ConfigError(
                [Problem(file=str(self.file), line=3, column=7, message=f"«{text}» is no number")]
            )
        of = roster(people=int(text), files=(self.file,))
        return service(self.calendar, of, store=self.store)


@pytest.fixture
def config(tmp_path: Path, calendar: Scripted) -> Config:
    return Config(tmp_path / "config.yaml", calendar)


def test_a_changed_file_is_read_and_acted_upon(config: Config, logs: Logs) -> None:
    with Running(config.load) as running:
        assert running.next().wrote == {"create": 2}
        config.write("3")
        assert running.next().wrote["create"] == 2
    (taken,) = [line for line in logs if line["event"] == "config taken"]
    assert taken["people"] == 3


def test_a_broken_file_keeps_the_last_good_config_and_is_said_once(
    config: Config, logs: Logs
) -> None:
    with Running(config.load) as running:
        running.next()
        config.write("three")
        until(lambda: any(line["log_level"] == "error" for line in logs), "not said")
        running.daemon.soon()
        assert running.next() == Summary(read=1)  # the one person stays, nobody is removed
        loads = config.loads
        config.write("four")
        until(lambda: config.loads > loads, "the second change was not read")
        config.write("2")
        assert running.next().wrote["create"] == 1
    errors = [line for line in logs if line["log_level"] == "error"]
    assert [line["problems"] for line in errors] == [
        [f"{config.file}:3:7: «three» is no number"],
        [f"{config.file}:3:7: «four» is no number"],
    ]


def test_a_config_that_is_broken_at_the_start_ends_it(config: Config) -> None:
    config.write("none")
    from syncd.engine.daemon import Daemon

    with pytest.raises(ConfigError, match="3:7"):
        Daemon(config.load).run()


def test_a_config_that_cannot_even_be_judged_keeps_the_last_good_one(
    config: Config, logs: Logs
) -> None:
    with Running(config.load) as running:
        running.next()
        config.file.unlink()  # makes load itself fail
        until(lambda: any(line["log_level"] == "error" for line in logs), "not said")
        running.daemon.soon()
        running.next()
        config.write("2")
        assert running.next().wrote["create"] == 1


def test_reading_the_same_again_changes_nothing(config: Config, logs: Logs) -> None:
    with Running(config.load) as running:
        running.next()
        running.daemon.reload()
        until(lambda: "config read again: nothing changed" in said(logs), "not said")
        assert running.ticks.empty()
    assert config.calendar.readings == 2  # the first tick's two looks


def test_a_new_poll_takes_hold(calendar: Scripted) -> None:
    rosters = iter([roster(), roster(poll=timedelta(seconds=1))])
    with Running(lambda: service(calendar, next(rosters))) as running:
        running.next()
        running.daemon.reload()
        for _ in range(3):
            running.next()


def test_it_ends_within_two_seconds_though_a_calendar_does_not_answer(
    calendar: Scripted, logs: Logs
) -> None:
    calendar.door.clear()
    made = service(calendar)
    with Running(lambda: made, grace=0.2) as running:
        assert calendar.inside.wait(SOON_ENOUGH)
        began = time.monotonic()
        running.daemon.stop()
        assert running.ended.wait(SOON_ENOUGH)
        assert time.monotonic() - began < 1.5
        assert running.daemon.busy
        calendar.door.set()
        until(lambda: not running.daemon.busy, "the tick did not end")
    assert "stopped in the middle of a tick; the next start goes on from there" in said(logs)


def test_a_clock_that_is_set_back_does_not_put_the_next_tick_off(calendar: Scripted) -> None:
    made = service(calendar)
    with Running(lambda: made) as running:
        running.next()
        until(lambda: not running.daemon.busy, "the tick did not end")
        late = datetime.now(UTC) + timedelta(days=1)  # as it looks once the clock was set back
        running.daemon._scheduler.modify_job("tick", next_run_time=late)
        running.next()
