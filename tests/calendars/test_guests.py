"""Who comes to a meeting, and which meetings an iCalendar body holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.calendars.caldav.meetings import meetings_in
from syncd.calendars.guests import Answer, Guest, address, present
from syncd.calendars.reading import Unreadable
from syncd.model.meetings import Meeting

ZONE = ZoneInfo("Europe/Berlin")
SINCE, UNTIL = datetime(2026, 12, 1, tzinfo=UTC), datetime(2026, 12, 8, tzinfo=UTC)
ANN = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ann@example.org"


def body(*events: str) -> str:
    told = "".join(f"BEGIN:VEVENT\n{each.strip()}\nEND:VEVENT\n" for each in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{told}END:VCALENDAR\n"
    return text.replace("\n", "\r\n")


def event(*lines: str, start: str = ":20261203T090000Z", end: str = ":20261203T100000Z") -> str:
    return "\n".join(("UID:one", "SUMMARY:Sync", f"DTSTART{start}", f"DTEND{end}", *lines))


def found(*events: str, me: frozenset[str] = frozenset()) -> list[Meeting]:
    return sorted(
        meetings_in(body(*events), SINCE, UNTIL, ZONE, me), key=lambda each: str(each.start)
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mailto:Ann@Example.org", "ann@example.org"),
        ("MAILTO:ann%2Bx@example.org", "ann+x@example.org"),
        (" ann@example.org ", "ann@example.org"),
        ("mailto:ann@example.org?subject=x", "ann@example.org"),
        ("urn:uuid:1234", ""),
        ("/principals/users/ann@example.org/", ""),
        ("https://example.org/@ann", ""),
        ("", ""),
    ],
)
def test_addresses(text: str, said: str) -> None:
    assert address(text) == said


def guest(email: str, answer: Answer = Answer.ACCEPTED, *, me: bool = False) -> Guest:
    return Guest(email=email, answer=answer, me=me)


def test_who_comes() -> None:
    guests = [guest("a@x"), guest("b@x", Answer.DECLINED), guest("c@x", Answer.OTHER)]
    assert present(guests, "", frozenset()) == ({"a@x"}, False)
    assert present(guests, "d@x", frozenset()) == ({"a@x", "d@x"}, False)
    assert present(guests, "b@x", frozenset()) == ({"a@x"}, False)
    assert present(guests, "c@x", frozenset()) == ({"a@x", "c@x"}, False)


def test_who_is_alone_meets_nobody() -> None:
    assert present([], "d@x", frozenset()) == (frozenset(), False)
    assert present([guest("d@x", Answer.OTHER)], "d@x", frozenset()) == (frozenset(), False)


def test_oneself_is_nobody_one_meets_and_may_decline() -> None:
    guests = [guest("a@x"), guest("me@x")]
    assert present(guests, "me@x", frozenset({"me@x"})) == ({"a@x"}, False)
    said_no = [guest("a@x"), guest("me@x", Answer.DECLINED)]
    assert present(said_no, "a@x", frozenset({"me@x"})) == ({"a@x"}, True)
    said_no = [guest("a@x"), guest("me@x", Answer.DECLINED, me=True)]
    assert present(said_no, "a@x", frozenset()) == ({"a@x"}, True)


# -- bodies


def test_one_event() -> None:
    (one,) = found(event(ANN, "ATTENDEE:mailto:bob@example.org"))
    assert one == Meeting(
        uid="one",
        original=None,
        start=datetime(2026, 12, 3, 9, tzinfo=UTC),
        end=datetime(2026, 12, 3, 10, tzinfo=UTC),
        title="Sync",
        emails=frozenset({"ann@example.org"}),
    )


def test_an_event_without_guests_is_none() -> None:
    assert found(event("ORGANIZER:mailto:ann@example.org")) == []


def test_it_was_cancelled_or_declined() -> None:
    (one,) = found(event(ANN, "STATUS:CANCELLED"))
    assert one.cancelled
    no = "ATTENDEE;PARTSTAT=declined:mailto:Me@example.org"
    (one,) = found(event(ANN, no), me=frozenset({"me@example.org"}))
    assert one.declined and one.emails == {"ann@example.org"}


def test_where_the_address_is_a_path_its_parameter_counts() -> None:
    path = "ATTENDEE;EMAIL=Ann@example.org;PARTSTAT=ACCEPTED:/principals/1/"
    (one,) = found(event(path))
    assert one.emails == {"ann@example.org"}


DAILY = ("RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20261204T090000Z", ANN)
OVERRIDE = event(
    "RECURRENCE-ID:20261205T090000Z",
    "ATTENDEE;PARTSTAT=DECLINED:mailto:ann@example.org",
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.org",
    start=":20261205T150000Z",
    end=":20261205T160000Z",
)


def test_a_series_is_its_instances_each_with_its_own_answers() -> None:
    told = [(each.original, each.start, each.emails) for each in found(event(*DAILY), OVERRIDE)]
    at = [datetime(2026, 12, day, 9, tzinfo=UTC) for day in (3, 5, 6)]
    ann, bob = frozenset({"ann@example.org"}), frozenset({"bob@example.org"})
    assert told == [(at[0], at[0], ann), (at[1], at[1].replace(hour=15), bob), (at[2], at[2], ann)]


def test_an_invitation_to_one_instance_alone() -> None:
    (one,) = found(OVERRIDE)
    assert one.original == datetime(2026, 12, 5, 9, tzinfo=UTC)
    assert one.start == datetime(2026, 12, 5, 15, tzinfo=UTC)


def test_wall_clock_times_stay_put_through_daylight_saving() -> None:
    berlin = ";TZID=Europe/Berlin:20261001T090000", ";TZID=Europe/Berlin:20261001T100000"
    told = found(event("RRULE:FREQ=WEEKLY", ANN, start=berlin[0], end=berlin[1]))
    assert [each.start for each in told] == [datetime(2026, 12, 3, 9, tzinfo=ZONE)]
    assert told[0].original == told[0].start


def test_floating_times_and_dates() -> None:
    (one,) = found(event(ANN, start=":20261203T090000", end=":20261203T100000"))
    assert one.start == datetime(2026, 12, 3, 9, tzinfo=ZONE)
    told = found(
        event("RRULE:FREQ=DAILY;COUNT=2", ANN, start=":20261203T090000", end=":20261203T100000")
    )
    assert [each.start for each in told] == [datetime(2026, 12, d, 9, tzinfo=ZONE) for d in (3, 4)]
    days = ";VALUE=DATE:20261203", ";VALUE=DATE:20261204"
    told = found(event("RRULE:FREQ=DAILY;COUNT=2", ANN, start=days[0], end=days[1]))
    assert [(each.start, each.original) for each in told] == [
        (date(2026, 12, 3), date(2026, 12, 3)),
        (date(2026, 12, 4), date(2026, 12, 4)),
    ]


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ("FREQ=DAILY;BYHOUR=9,14;BYMINUTE=0", 10),
        ("FREQ=WEEKLY;INTERVAL=1;BYDAY=TH,FR", 2),
        ("FREQ=MONTHLY;BYDAY=TH;BYSETPOS=1", 1),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=3", 1),
    ],
)
def test_rules_that_people_have(rule: str, count: int) -> None:
    assert len(found(event(f"RRULE:{rule}", ANN))) == count


def test_a_duration_stands_for_an_end() -> None:
    lines = f"UID:one\nDTSTART:20261203T090000Z\nDURATION:PT2H\n{ANN}"
    (one,) = found(lines)
    assert one.end - one.start == timedelta(hours=2)


@pytest.mark.parametrize(
    "lines",
    [
        "RRULE:FREQ=SECONDLY",
        "RRULE:FREQ=HOURLY",
        "RRULE:FREQ=DAILY;BYHOUR=9;BYMINUTE=0,1,2,3,4",
        "RRULE:FREQ=YEARLY;BYHOUR=9,10,11;BYMINUTE=0,30",
        "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "RRULE:FREQ=WEEKLY;BYDAY=MO;BYSETPOS=5",
        "RRULE:FREQ=DAILY;INTERVAL=0",
        "RRULE:FREQ=SOMETIMES",
        "DTSTART;TZID=Mars/Olympus:20261203T090000",
        "DTSTART:99991203T090000Z",
    ],
)
def test_what_makes_no_sense_is_unreadable(lines: str) -> None:
    with pytest.raises(Unreadable):
        found(event(lines, ANN))


pieces = st.sampled_from(
    [
        *(ANN, "ATTENDEE:", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:", "ORGANIZER:mailto:@", "STATUS:x"),
        *("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY;UNTIL=2026", "RDATE:20261204T090000Z"),
        *("RDATE;VALUE=DATE:20261205", "EXDATE:20261203", "RECURRENCE-ID:20261203T090000Z"),
        *("DTSTART:20261203", "DTSTART;VALUE=DATE:20261203", "DTEND:20261101T000000Z", "UID:two"),
        *("DURATION:-PT5H", "DURATION:P9999999D", "RECURRENCE-ID;RANGE=THISANDFUTURE:20261203"),
        *("DTSTART;TZID=Europe/Berlin:20261203T093000", "SUMMARY:\x00", "CALSCALE:MARS", "x"),
    ]
)


@given(st.lists(st.lists(pieces, max_size=6), min_size=1, max_size=3))
def test_no_body_raises_anything_else(events: list[list[str]]) -> None:
    try:
        told = found(*(event(*lines) for lines in events))
    except Unreadable:
        return
    for each in told:
        assert each.end >= each.start or type(each.end) is not type(each.start)
