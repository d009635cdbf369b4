"""Tasks as CalDAV clients write them (RFC 5545 3.6.2), and as they are written back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from syncd.calendars.caldav.body import read_entry
from syncd.calendars.caldav.render import changed_body, new_body
from syncd.calendars.reading import Unreadable
from syncd.model.entries import Entry
from tests.calendars.zoo import BERLIN, TEN, ZOO, task

STAMP = datetime(2026, 11, 26, 12, tzinfo=UTC)


def todo(*lines: str) -> str:
    inner = ("BEGIN:VTODO", "UID:1", "DTSTAMP:20261125T120000Z", "SUMMARY:Ann Lee: call", *lines)
    whole = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *inner, "END:VTODO", "END:VCALENDAR", "")
    return "\r\n".join(whole)


def read(*lines: str) -> Entry:
    found = read_entry(todo(*lines), BERLIN)
    assert found is not None and found.task
    return found


@pytest.mark.parametrize(
    "line", ["STATUS:COMPLETED", "PERCENT-COMPLETE:100", "COMPLETED:20261126T090705Z"]
)
def test_each_alone_means_done(line: str) -> None:
    assert read("DUE:20261126T090000Z", line).done


@pytest.mark.parametrize(
    "line", ["STATUS:NEEDS-ACTION", "STATUS:IN-PROCESS", "PERCENT-COMPLETE:99", "X-DONE:1"]
)
def test_nothing_else_does(line: str) -> None:
    found = read("DUE:20261126T090000Z", line)
    assert not found.done and not found.cancelled and found.completed is None


def test_when_it_was_done() -> None:
    assert read("DUE:20261126T090000Z", "COMPLETED:20261126T090705Z").completed == datetime(
        2026, 11, 26, 9, 7, 5, tzinfo=UTC
    )


def test_cancelled() -> None:
    assert read("DUE:20261126T090000Z", "STATUS:CANCELLED").cancelled


@pytest.mark.parametrize(
    ("lines", "due"),
    [
        (("DUE;VALUE=DATE:20261126",), date(2026, 11, 26)),
        (("DUE;TZID=Europe/Berlin:20261126T100000",), TEN),
        (("DTSTART:20261126T080000Z", "DURATION:PT1H"), TEN),
        (("DTSTART:20261126T090000Z",), TEN),
        (("DTSTART:20261120T090000Z", "DUE:20261126T090000Z"), TEN),
        (("DUE:20261126T100000",), TEN),
    ],
)
def test_when_it_is_due(lines: tuple[str, ...], due: object) -> None:
    found = read(*lines)
    assert found.start == due
    assert found.end == (due if isinstance(due, datetime) else date(2026, 11, 27))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), "without a date"),
        (("DUE:20261126T090000Z", "RRULE:FREQ=WEEKLY"), "repeats"),
        (("DUE:20261126T090000Z", "RECURRENCE-ID:20261126T090000Z"), "repeats"),
        (("DUE;TZID=America:20261126T100000",), "America|not valid"),
        (("DUE:18991231T000000Z",), "1899"),
        (("DUE:20261126T090000Z", "PERCENT-COMPLETE:many"), "not valid"),
    ],
)
def test_what_is_no_task_that_can_be_worked_with(lines: tuple[str, ...], said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        read_entry(todo(*lines), BERLIN)


@pytest.mark.parametrize(
    ("trigger", "alarm"),
    [
        ("TRIGGER;RELATED=END:-PT10M", timedelta(minutes=10)),
        ("TRIGGER:-PT10M", timedelta(hours=1, minutes=10)),
        ("TRIGGER;VALUE=DATE-TIME:20261126T083000Z", timedelta(minutes=30)),
    ],
)
def test_when_it_rings(trigger: str, alarm: timedelta) -> None:
    alarms = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:x", trigger, "END:VALARM")
    found = read("DTSTART:20261126T080000Z", "DUE:20261126T090000Z", *alarms)
    assert found.alarm == alarm


@pytest.mark.parametrize("name", [name for name in ZOO if name.startswith("task")])
def test_what_is_written_is_what_is_read(name: str) -> None:
    body = new_body(ZOO[name], STAMP)
    assert read_entry(body, BERLIN) == ZOO[name]
    for word in ("RRULE", "DTSTART:2", "DTSTART;", "VEVENT"):
        assert word not in body.partition("BEGIN:VTODO")[2]


def test_a_tick_says_so_in_all_three_ways_and_takes_them_back() -> None:
    body = new_body(task(), STAMP)
    done = changed_body(body, replace(task(), done=True), BERLIN, STAMP)
    for line in ("STATUS:COMPLETED", "PERCENT-COMPLETE:100", "COMPLETED:20261126T120000Z"):
        assert line in done
    again = changed_body(done, task(), BERLIN, STAMP)
    assert "STATUS:NEEDS-ACTION" in again
    assert "COMPLETE:" not in again and "COMPLETED:" not in again


def test_what_an_app_put_there_stays() -> None:
    body = new_body(task(), STAMP).replace(
        "END:VTODO", "X-APPLE-SORT-ORDER:7\r\nCATEGORIES:Work,Home\r\nPRIORITY:5\r\nEND:VTODO"
    )
    after = changed_body(body, replace(task(), title="Ann Lee: email"), BERLIN, STAMP)
    for line in ("X-APPLE-SORT-ORDER:7", "CATEGORIES:Work,Home", "PRIORITY:5"):
        assert line in after


def test_a_start_that_would_lie_after_it_is_due_goes() -> None:
    body = todo("DTSTART:20261126T080000Z", "DUE:20261126T090000Z")
    before = read_entry(body, BERLIN)
    assert before is not None
    earlier = before.start - timedelta(days=3)
    after = changed_body(body, replace(before, start=earlier, end=earlier), BERLIN, STAMP)
    assert "DTSTART" not in after.partition("BEGIN:VTODO")[2]
    found = read_entry(after, BERLIN)
    assert found is not None and found.start == earlier


def test_only_the_alarm_that_is_ours_is_replaced() -> None:
    mine = ("BEGIN:VALARM", "ACTION:EMAIL", "DESCRIPTION:x", "TRIGGER:-PT1H", "END:VALARM")
    body = new_body(task(alarm=timedelta()), STAMP).replace(
        "END:VTODO", "\r\n".join((*mine, "END:VTODO"))
    )
    after = changed_body(body, task(alarm=None), BERLIN, STAMP)
    assert after.count("BEGIN:VALARM") == 1 and "ACTION:EMAIL" in after
