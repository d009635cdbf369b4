"""How long a calendar that is away is left alone."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from syncd.calendars.base import Fate, Result, Verb, Write
from syncd.engine.patience import (
    LONGEST,
    OBEYED,
    PatientCalendar,
    PatientDiary,
    patient_diaries,
    rest,
)
from syncd.errors import CalendarError, Refused, Unreachable
from syncd.model.meetings import Meeting
from syncd.model.records import State
from tests.daemon.world import NOW, Scripted

POLL = timedelta(minutes=2)
MINUTES = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("failures", "minutes"), [(1, 2), (2, 4), (3, 8), (4, 16), (5, 30), (6, 30), (100_000, 30)]
)
def test_the_rest_doubles_up_to_half_an_hour(failures: int, minutes: int) -> None:
    assert rest(failures, POLL, None, 0.5) == minutes * MINUTES


def test_jitter_is_a_quarter_either_way_and_never_over_the_longest() -> None:
    assert rest(3, POLL, None, 0.0) == 6 * MINUTES
    assert rest(3, POLL, None, 1.0) == 10 * MINUTES
    assert rest(9, POLL, None, 1.0) == LONGEST


def test_what_a_server_asks_for_is_granted_within_reason() -> None:
    assert rest(1, POLL, 47 * MINUTES, 0.5) == 47 * MINUTES
    assert rest(3, POLL, timedelta(seconds=1), 0.5) == 8 * MINUTES
    assert rest(1, POLL, timedelta(days=3650), 0.5) == OBEYED


def test_a_rare_poll_is_not_made_more_often_by_failing() -> None:
    assert rest(1, timedelta(hours=2), None, 0.5) == timedelta(hours=2)
    assert rest(7, timedelta(hours=2), None, 1.0) == timedelta(hours=2)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server() -> Scripted:
    return Scripted()


@pytest.fixture
def calendar(server: Scripted, clock: Clock) -> PatientCalendar:
    return PatientCalendar(server, poll=POLL, clock=clock, chance=lambda: 0.5)


def failed(calendar: PatientCalendar) -> bool:
    try:
        calendar.changes("", {})
    except Unreachable:
        return True
    return False


def test_while_it_is_left_alone_it_says_what_it_said_and_is_not_asked(
    calendar: PatientCalendar, server: Scripted, clock: Clock
) -> None:
    server.fails = [Unreachable("Calendar home did not answer.")]
    for seconds in (0, 60, 119):
        clock.now = NOW + timedelta(seconds=seconds)
        with pytest.raises(Unreachable, match="did not answer"):
            calendar.changes("", {})
    assert server.readings == 1
    clock.now = NOW + timedelta(seconds=120)
    assert calendar.changes("", {}).cursor == "1"
    assert server.readings == 2


def test_an_outage_of_a_day_costs_few_requests_and_ends_within_half_an_hour(
    calendar: PatientCalendar, server: Scripted, clock: Clock
) -> None:
    server.fails = [Unreachable("away")] * 1_000
    while clock.now < NOW + timedelta(days=1):
        failed(calendar)
        clock.now += POLL
    assert 45 <= server.readings <= 60
    server.fails = []
    back = clock.now
    while failed(calendar):
        clock.now += POLL
    assert clock.now - back <= LONGEST


def test_after_a_success_it_begins_anew(
    calendar: PatientCalendar, server: Scripted, clock: Clock
) -> None:
    server.fails = [Unreachable("away")] * 3
    for minutes in (0, 2, 6):
        clock.now = NOW + minutes * MINUTES
        assert failed(calendar)
    clock.now += 8 * MINUTES
    assert not failed(calendar)
    server.fails = [Unreachable("away again")]
    assert failed(calendar)
    clock.now += 2 * MINUTES
    assert not failed(calendar)
    assert server.readings == 6


def test_the_servers_own_wish_is_obeyed(
    calendar: PatientCalendar, server: Scripted, clock: Clock
) -> None:
    server.fails = [Unreachable("busy", timedelta(minutes=45))]
    assert failed(calendar)
    clock.now += 44 * MINUTES
    assert failed(calendar)
    clock.now += MINUTES
    assert not failed(calendar)
    assert server.readings == 2


def test_a_refused_password_is_not_sent_at_every_poll(
    calendar: PatientCalendar, server: Scripted, clock: Clock
) -> None:
    server.fails = [Refused("Calendar home refused the password (401).")] * 1_000
    while clock.now < NOW + timedelta(hours=1):
        with pytest.raises(Refused, match="refused the password"):
            calendar.changes("", {})
        clock.now += POLL
    assert server.readings <= 6


WRITES = [Write(verb=Verb.REMOVE, href="1.ics", version="1")]


def test_a_server_that_wants_to_be_written_later_is_left_alone(
    calendar: PatientCalendar, server: Scripted, clock: Clock
) -> None:
    wish = timedelta(minutes=10)
    server.answers = [[Result(fate=Fate.LATER, why="Calendar home is busy (503).", after=wish)]]
    assert [each.fate for each in calendar.write(WRITES)] == [Fate.LATER]
    with pytest.raises(Unreachable, match="is busy"):
        calendar.changes("", {})
    assert server.readings == 0
    clock.now += wish
    assert not failed(calendar)


def test_writes_that_fail_again_and_again_make_it_rest_longer_though_reading_works(
    calendar: PatientCalendar, server: Scripted, clock: Clock
) -> None:
    rests = []
    for _ in range(6):
        server.answers = [[Result(fate=Fate.LATER, why="busy")]]
        calendar.write(WRITES)
        since = clock.now
        while failed(calendar):
            clock.now += MINUTES
        rests.append((clock.now - since) / MINUTES)
    assert rests == [2, 4, 8, 16, 30, 30]
    calendar.write(WRITES)
    server.answers = [[Result(fate=Fate.LATER, why="busy")]]
    calendar.write(WRITES)
    clock.now += 2 * MINUTES
    assert not failed(calendar)


def test_a_clock_that_is_set_back_does_not_make_the_rest_longer(
    calendar: PatientCalendar, server: Scripted, clock: Clock
) -> None:
    server.fails = [Unreachable("away")]
    assert failed(calendar)
    clock.now -= timedelta(days=1)
    assert not failed(calendar)


class Read:
    """A diary that fails as it is told to."""

    name = "home/Personal"
    memo = "known"

    def __init__(self) -> None:
        self.fails: list[CalendarError] = []
        self.readings = 0
        self.closed = False

    def meetings(self, since: datetime, until: datetime) -> tuple[Meeting, ...]:
        self.readings += 1
        if self.fails:
            raise self.fails.pop(0)
        return ()

    def close(self) -> None:
        self.closed = True


def test_a_diary_is_left_alone_too(clock: Clock) -> None:
    inner = Read()
    diary = PatientDiary(inner, poll=POLL, clock=clock, chance=lambda: 0.5)
    inner.fails = [Refused("no rights"), Unreachable("busy", timedelta(minutes=45))]
    asked = []
    while inner.readings < 3:
        try:
            diary.meetings(NOW, NOW)
        except CalendarError as error:
            asked.append(str(error))
        clock.now += MINUTES
    assert asked == ["no rights"] * 2 + ["busy"] * 45
    assert (diary.name, diary.memo) == ("home/Personal", "known")
    diary.close()
    assert inner.closed


def test_the_same_diary_keeps_its_rest_from_tick_to_tick(clock: Clock) -> None:
    inner = Read()
    opened = patient_diaries(lambda state: {inner.name: inner}, POLL, clock)
    assert opened(State())[inner.name] is opened(State())[inner.name]
