"""What the strict reference refuses, and the user that it comes with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from syncd.calendars.base import Fate, Verb, Write
from syncd.calendars.memory import MemoryCalendar
from syncd.model.entries import Entry, Recurrence
from tests.calendars.bench import create, removal, replaced
from tests.calendars.zoo import HOUR, TEN, WEEK, block, contact, override

NAIVE = datetime(2026, 11, 26, 10)


def repeating(**fields: object) -> Entry:
    values = {"rule": "FREQ=WEEKLY", **fields}
    return block(recurrence=Recurrence(**values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "entry",
    [
        contact(start=NAIVE),
        contact(end=NAIVE),
        contact(start=date(2026, 11, 26)),
        contact(end=TEN - HOUR),
        contact(start=TEN.astimezone(timezone(HOUR))),
        contact(start=TEN.replace(microsecond=1)),
        contact(title="two\nlines"),
        contact(title="bell\x07"),
        contact(text="bell\x07"),
        contact(text="a\r\nb"),
        contact(trace="two\nlines"),
        contact(guests=-1),
        contact(uid=""),
        contact(uid="with space"),
        contact(uid="with/slash"),
        contact(uid="ümlaut"),
        contact(uid="0" * 201),
        repeating(rule=""),
        repeating(rule="FREQ=WEEKLY;INTERVAL=1"),
        repeating(rule="freq=weekly"),
        repeating(rule="FREQ=WEEKLY;COUNT=3"),
        repeating(rule="FREQ=WEEKLY;UNTIL=20261224T090000Z"),
        repeating(rule="FREQ=WEEKLY;BYDAY=TH,MO"),
        repeating(rule="FREQ=WEEKLY;SOMETIMES=1"),
        repeating(until=NAIVE),
        repeating(until=TEN, count=2),
        repeating(exdates=frozenset({NAIVE})),
        repeating(overrides=(override(TEN + WEEK), override(TEN))),
        repeating(overrides=(override(TEN), override(TEN))),
        repeating(overrides=(override(NAIVE, start=TEN, end=TEN),)),
        repeating(overrides=(override(TEN, end=TEN - HOUR),)),
        repeating(overrides=(override(TEN, title="two\nlines"),)),
    ],
    ids=lambda entry: "",
)
def test_what_no_calendar_could_hold_is_refused(entry: Entry) -> None:
    calendar = MemoryCalendar("home")
    with pytest.raises(ValueError):
        calendar.write([create(contact("bob")), create(entry)])
    assert calendar.entries() == []


def test_a_write_must_make_sense() -> None:
    calendar = MemoryCalendar("home")
    (one,) = calendar.write([create(contact())])
    for write in (
        Write(verb=Verb.CREATE),
        replace(create(contact("bob")), href="/bob.ics"),
        replace(removal(one), entry=contact()),
        replace(removal(one), version=""),
        replace(removal(one), href=""),
        replace(removal(one), body=""),
        replace(removal(one), body="another's"),
        replaced(one, contact("bob")),
    ):
        with pytest.raises(ValueError):
            calendar.write([write])
    with pytest.raises(ValueError, match="same resource"):
        calendar.write([removal(one), replaced(one, contact(title="x"))])
    assert calendar.entries() == [contact()]


def test_an_id_may_be_used_once() -> None:
    calendar = MemoryCalendar("home", once=True)
    (one,) = calendar.write([create(contact())])
    assert calendar.write([create(contact())])[0].fate is Fate.STALE
    calendar.write([removal(one)])
    assert calendar.write([create(contact())])[0].fate is Fate.TAKEN
    calendar.put(contact())
    assert calendar.find(contact().uid) == contact()
    calendar.drop(contact().uid)
    assert calendar.write([create(contact())])[0].fate is Fate.TAKEN


def test_a_user_may_do_what_users_do() -> None:
    calendar = MemoryCalendar("home")
    calendar.put(replace(contact(), uid="Any UID / at all"))
    calendar.edit("Any UID / at all", title="x", end=TEN + timedelta(hours=3))
    assert calendar.find("Any UID / at all").title == "x"
    first = calendar.changes("", {})
    calendar.drop("Any UID / at all")
    second = calendar.changes(first.cursor, {s.href: s.version for s in first.sightings})
    assert len(second.gone) == 1 and not second.full
    for act in (calendar.find, calendar.drop, calendar.edit):
        with pytest.raises(KeyError):
            act("nobody")
    with pytest.raises(ValueError):
        calendar.put(contact(start=NAIVE))
    assert contact(start=TEN.astimezone(ZoneInfo("Asia/Tokyo"))).start == TEN
