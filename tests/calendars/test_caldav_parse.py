"""Reading iCalendar (RFC 5545): what apps write, what the RFC allows, and what neither should."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.calendars.caldav.body import LONGEST, read_entry
from syncd.calendars.caldav.render import changed_body, new_body
from syncd.calendars.reading import Unreadable
from syncd.model.entries import Entry, Recurrence
from tests.calendars.zoo import BERLIN, TEN, ZOO, contact
from tests.length import often

NEW_YORK = ZoneInfo("America/New_York")
STAMP = datetime(2026, 11, 25, 12, tzinfo=UTC)


def body(*lines: str, before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> str:
    """A calendar with one event of these lines."""
    event = ("BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT")
    whole = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *before, *event, *after, "END:VCALENDAR")
    return "\r\n".join((*whole, ""))


def read(*lines: str, before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> Entry:
    entry = read_entry(body(*lines, before=before, after=after), BERLIN)
    assert entry is not None
    return entry


def problem(*lines: str, after: tuple[str, ...] = ()) -> str:
    with pytest.raises(Unreadable) as unreadable:
        read_entry(body(*lines, after=after), BERLIN)
    return str(unreadable.value)


def series(*lines: str, after: tuple[str, ...] = ()) -> Recurrence:
    start = ("DTSTART;TZID=Europe/Berlin:20261126T100000", "DURATION:PT1H")
    entry = read(*start, *lines, after=after)
    assert entry.recurrence is not None
    return entry.recurrence


def exception(*lines: str) -> tuple[str, ...]:
    return ("BEGIN:VEVENT", "UID:1", *lines, "END:VEVENT")


class TestTimes:
    @pytest.mark.parametrize(
        ("start", "at"),
        [
            ("DTSTART:20261126T090000Z", TEN),
            ("DTSTART;TZID=Europe/Berlin:20261126T100000", TEN),
            ("DTSTART;TZID=America/New_York:20261126T040000", TEN),
            ("DTSTART:20261126T100000", TEN),
            ("DTSTART;VALUE=DATE-TIME:20261126T100000", TEN),
            ("DTSTART;TZID=W. Europe Standard Time:20261126T100000", TEN),
            ("DTSTART;TZID=Eastern Standard Time:20261126T040000", TEN),
        ],
    )
    def test_an_instant_in_any_spelling(self, start: str, at: datetime) -> None:
        entry = read(start, "DURATION:PT15M")
        assert isinstance(entry.start, datetime) and entry.start.tzinfo is not None
        assert (entry.start, entry.end) == (at, at + timedelta(minutes=15))

    def test_a_zone_keeps_its_name(self) -> None:
        entry = read("DTSTART;TZID=America/New_York:20261126T040000")
        assert isinstance(entry.start, datetime) and entry.start.tzinfo == NEW_YORK

    def test_a_zone_that_the_body_defines(self) -> None:
        zone = (
            "BEGIN:VTIMEZONE", "TZID:My own", "BEGIN:STANDARD", "DTSTART:19700101T000000",
            "TZOFFSETFROM:+0100", "TZOFFSETTO:+0100", "END:STANDARD", "END:VTIMEZONE",
        )  # fmt: skip
        entry = read("DTSTART;TZID=My own:20261126T100000", before=zone)
        assert entry.start == TEN

    def test_a_zone_that_nobody_knows(self) -> None:
        assert "«Mars/Olympus»" in problem("DTSTART;TZID=Mars/Olympus:20261126T100000")

    @pytest.mark.parametrize(
        ("lines", "end"),
        [
            (("DTSTART;VALUE=DATE:20261126",), date(2026, 11, 27)),
            (("DTSTART;VALUE=DATE:20261126", "DTEND;VALUE=DATE:20261129"), date(2026, 11, 29)),
            (("DTSTART;VALUE=DATE:20261126", "DURATION:P2D"), date(2026, 11, 28)),
            (("DTSTART;VALUE=DATE:20261126", "DURATION:P1W"), date(2026, 12, 3)),
            (("DTSTART:20261126T100000",), TEN),
            (("DTSTART:20261126T100000", "DTEND:20261126T090000"), TEN),
            (("DTSTART:20261126T100000", "DURATION:-PT1H"), TEN),
            (("DTSTART:20261126T100000", "DURATION:P1DT2H"), TEN + timedelta(hours=26)),
        ],
    )
    def test_an_end_that_is_told_or_not(self, lines: tuple[str, ...], end: object) -> None:
        entry = read(*lines)
        assert entry.end == end and type(entry.end) is type(entry.start)

    def test_a_day_of_the_clock_change_has_its_own_length(self) -> None:
        entry = read("DTSTART;TZID=Europe/Berlin:20270328T010000", "DURATION:PT3H")
        assert isinstance(entry.start, datetime) and isinstance(entry.end, datetime)
        assert entry.end.astimezone(UTC) - entry.start.astimezone(UTC) == timedelta(hours=3)

    @pytest.mark.parametrize(
        "line",
        [
            "DTSTART:",
            "DTSTART:tomorrow",
            "DTSTART:20261399T100000",
            "DTSTART:00000000T000000Z",
            "DTSTART;VALUE=DATE:2026",
            "DTSTART;VALUE=PERIOD:20261126T100000Z/PT1H",
            "SUMMARY:no start",
        ],
    )
    def test_a_start_that_is_none(self, line: str) -> None:
        assert problem(line)

    def test_two_starts_and_two_kinds_of_time(self) -> None:
        assert "several" in problem("DTSTART:20261126T100000Z", "DTSTART:20261127T100000Z")
        assert "a time and ends with a date" in problem(
            "DTSTART:20261126T100000Z", "DTEND;VALUE=DATE:20261127"
        )


class TestWords:
    def test_folded_and_escaped(self) -> None:
        entry = read(
            "DTSTART:20261126T100000Z", "SUM", " MARY:Ann\\, Lee\\; é", " 🎉 call",
            "DESCRIPTION:one\\ntwo\\Nthree \\\\n",
        )  # fmt: skip
        assert entry.title == "Ann, Lee; é🎉 call"
        assert entry.text == "one\ntwo\nthree \\n"

    def test_bare_newlines_and_lower_case(self) -> None:
        text = body("dtstart:20261126T100000Z", "summary:x", "class:private", "transp:transparent")
        entry = read_entry(text.replace("\r\n", "\n"), BERLIN)
        assert entry is not None and (entry.title, entry.private, entry.busy) == ("x", True, False)

    def test_controls_are_left_out(self) -> None:
        entry = read("DTSTART:20261126T100000Z", "SUMMARY:a\x1b[31mb\x00\tc", "DESCRIPTION:a\x07b")
        assert entry.title == "a[31mb\tc" and entry.text == "ab"

    def test_what_is_said_twice(self) -> None:
        entry = read("DTSTART:20261126T100000Z", "SUMMARY:one", "SUMMARY:two")
        assert entry.title == "one"

    def test_guests_and_status(self) -> None:
        entry = read(
            "DTSTART:20261126T100000Z",
            "STATUS:CANCELLED",
            "ATTENDEE;CN=Bob:mailto:bob@example.org",
            "ATTENDEE:mailto:cid@example.org",
        )
        assert entry.cancelled and entry.guests == 2

    def test_confidential_is_private(self) -> None:
        assert read("DTSTART:20261126T100000Z", "CLASS:CONFIDENTIAL").private
        assert not read("DTSTART:20261126T100000Z", "CLASS:X-WHATEVER").private


class TestAlarms:
    @pytest.mark.parametrize(
        ("lines", "lead"),
        [
            (("ACTION:DISPLAY", "TRIGGER:-PT10M"), timedelta(minutes=10)),
            (("ACTION:AUDIO", "TRIGGER:-P1D"), timedelta(days=1)),
            (("ACTION:DISPLAY", "TRIGGER:PT5M"), timedelta(minutes=-5)),
            (("ACTION:DISPLAY", "TRIGGER;RELATED=END:-PT1H"), timedelta()),
            (("ACTION:DISPLAY", "TRIGGER;VALUE=DATE-TIME:20261126T083000Z"), timedelta(minutes=30)),
            (("ACTION:EMAIL", "TRIGGER:-PT10M"), None),
            (("ACTION:DISPLAY",), None),
        ],
    )
    def test_when_it_rings(self, lines: tuple[str, ...], lead: timedelta | None) -> None:
        alarm = ("BEGIN:VALARM", *lines, "END:VALARM")
        entry = read("DTSTART;TZID=Europe/Berlin:20261126T100000", "DURATION:PT1H", *alarm)
        assert entry.alarm == lead

    def test_the_earliest_counts(self) -> None:
        alarms = [
            line
            for minutes in (5, 30, 10)
            for line in ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-PT{minutes}M", "END:VALARM")
        ]
        assert read("DTSTART:20261126T100000Z", *alarms).alarm == timedelta(minutes=30)


ALARMS = {
    kind: ("BEGIN:VALARM", f"ACTION:{kind}", "TRIGGER:-PT10M", "END:VALARM")
    for kind in ("DISPLAY", "EMAIL", "NONE")
}
LATE = ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT5M", "END:VALARM")
PUT_OFF = ("BEGIN:VALARM", "RELATED-TO:1", *LATE[1:])


class TestSeries:
    @pytest.mark.parametrize(
        ("of_series", "of_hour", "own"),
        [
            ((), (), False),
            ((), ("LOCATION:Room 4",), True),
            (("LOCATION:Room 4",), ("LOCATION:Room 4",), False),
            (("LOCATION:Room 4",), ("LOCATION:Room 5",), True),
            (("LOCATION:Room 4",), (), False),
            ((), ("ATTENDEE:mailto:bob@example.org",), True),
            (
                ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@example.org",),
                ("ATTENDEE:mailto:bob@example.org",),
                False,
            ),
            (
                ("ATTENDEE:mailto:bob@example.org",),
                ("ATTENDEE:mailto:bob@example.org", "ATTENDEE:mailto:cy@example.org"),
                True,
            ),
            ((), ("ATTACH:https://example.org/a.pdf",), True),
            ((), ("COLOR:red",), True),
            ((), ("CATEGORIES:Work",), True),
            ((), ("TRANSP:TRANSPARENT",), True),
            ((), ("TRANSP:OPAQUE", "CLASS:PUBLIC"), False),
            (("CLASS:PRIVATE",), ("CLASS:PRIVATE",), False),
            (("CLASS:PRIVATE",), (), False),
            ((), ("X-MOZ-LASTACK:20261126T090000Z", "SEQUENCE:2"), False),
            (ALARMS["DISPLAY"], ALARMS["DISPLAY"], False),
            ((), ALARMS["DISPLAY"], False),  # it is the alarm, which is told by itself
            (ALARMS["DISPLAY"], (*ALARMS["DISPLAY"], *ALARMS["EMAIL"]), True),
            (ALARMS["DISPLAY"], (*ALARMS["DISPLAY"], *LATE), True),
            ((*ALARMS["DISPLAY"], *LATE), (*ALARMS["DISPLAY"], *LATE), False),
            (ALARMS["DISPLAY"], (*ALARMS["DISPLAY"], *PUT_OFF), False),
            ((), ALARMS["NONE"], False),
        ],
    )
    def test_what_an_hour_has_of_its_own(
        self, of_series: tuple[str, ...], of_hour: tuple[str, ...], own: bool
    ) -> None:
        when = (
            "RECURRENCE-ID;TZID=Europe/Berlin:20261203T100000",
            "DTSTART;TZID=Europe/Berlin:20261203T100000",
            "DURATION:PT1H",
        )
        told = series("RRULE:FREQ=WEEKLY", *of_series, after=exception(*when, *of_hour))
        assert [each.own for each in told.overrides] == [own]

    def test_the_rule_in_one_spelling(self) -> None:
        told = series("RRULE:byday=th,mo;interval=1;freq=weekly;wkst=MO")
        assert told == Recurrence(rule="FREQ=WEEKLY;BYDAY=MO,TH")

    @pytest.mark.parametrize(
        ("until", "at"),
        [
            ("20261224T090000Z", datetime(2026, 12, 24, 10, tzinfo=BERLIN)),
            ("20261224T100000", datetime(2026, 12, 24, 10, tzinfo=BERLIN)),
            ("20261224", datetime(2026, 12, 24, 23, 59, 59, tzinfo=BERLIN)),
        ],
    )
    def test_its_end(self, until: str, at: datetime) -> None:
        assert series(f"RRULE:FREQ=WEEKLY;UNTIL={until}").until == at

    def test_days_that_are_left_out(self) -> None:
        told = series(
            "RRULE:FREQ=WEEKLY",
            "EXDATE;TZID=Europe/Berlin:20261203T100000,20261210T100000",
            "EXDATE:20261217T090000Z",
            "EXDATE;VALUE=DATE:20261224",
        )
        week = timedelta(days=7)
        assert told.exdates >= {TEN + week, TEN + 2 * week, TEN + 3 * week}
        assert len(told.exdates) == 4

    def test_exceptions_are_named_in_the_zone_of_the_series(self) -> None:
        told = series(
            "RRULE:FREQ=WEEKLY",
            "SUMMARY:Outreach",
            after=(
                *exception("RECURRENCE-ID:20261203T090000Z", "DTSTART:20261203T120000Z"),
                *exception(
                    "RECURRENCE-ID;TZID=Europe/Berlin:20261126T100000",
                    "DTSTART;TZID=Europe/Berlin:20261126T110000",
                    "DURATION:PT30M",
                    "SUMMARY:Today",
                    "STATUS:CANCELLED",
                ),
            ),
        )
        first, second = told.overrides
        assert (first.original, second.original) == (TEN, TEN + timedelta(days=7))
        assert second.original.tzinfo == BERLIN
        assert (first.title, second.title) == ("Today", "Outreach")
        assert first.cancelled and not second.cancelled
        assert first.end - first.start == timedelta(minutes=30)

    def test_an_exception_for_a_range(self) -> None:
        late = exception(
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20261203T090000Z", "DTSTART:20261203T120000Z"
        )
        assert "range" in problem("DTSTART:20261126T090000Z", "RRULE:FREQ=WEEKLY", after=late)

    def test_exceptions_alone(self) -> None:
        assert "without the series" in problem(
            "RECURRENCE-ID:20261203T090000Z", "DTSTART:20261203T120000Z"
        )
        late = exception("RECURRENCE-ID:20261203T090000Z", "DTSTART:20261203T120000Z")
        assert "does not repeat" in problem("DTSTART:20261126T090000Z", after=late)

    @pytest.mark.parametrize(
        "rule",
        [
            "",
            "FREQ=",
            "FREQ=SOMETIMES",
            "BYDAY=TH",
            "FREQ=WEEKLY;BYDAY=XX",
            "FREQ=WEEKLY;COUNT=many",
            "FREQ=WEEKLY;COUNT=-1",
            "FREQ=WEEKLY;INTERVAL=0",
            "FREQ=WEEKLY;INTERVAL=00;BYDAY=TH",
            "FREQ=WEEKLY;INTERVAL=-1",
            "FREQ=WEEKLY;COUNT=0",
            "FREQ=WEEKLY;UNTIL=never",
            "FREQ=WEEKLY;X-NEW=1",
        ],
    )
    def test_a_rule_that_is_none(self, rule: str) -> None:
        assert problem("DTSTART:20261126T090000Z", f"RRULE:{rule}")

    def test_two_rules(self) -> None:
        assert "several" in problem(
            "DTSTART:20261126T090000Z", "RRULE:FREQ=WEEKLY", "RRULE:FREQ=DAILY"
        )


class TestOtherThings:
    @pytest.mark.parametrize("kind", ["VJOURNAL", "VFREEBUSY"])
    def test_other_kinds_are_nothing_to_us(self, kind: str) -> None:
        assert read_entry(body("DTSTART:20261126T090000Z").replace("VEVENT", kind), BERLIN) is None

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "\x00",
            "<html></html>",
            "BEGIN:VCALENDAR",
            "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261126T090000Z\r\nEND:VEVENT\r\n",
            "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ann\r\nEND:VCARD\r\n",
            body("DTSTART:20261126T090000Z") * 2,
            body("DTSTART:20261126T090000Z").replace("UID:1\r\n", ""),
            body("DTSTART:20261126T090000Z", "DESCRIPTION:" + "x" * LONGEST),
        ],
    )
    def test_what_is_no_calendar_of_one_event(self, text: str) -> None:
        with pytest.raises(Unreadable):
            read_entry(text, BERLIN)

    def test_several_events(self) -> None:
        other = ("BEGIN:VEVENT", "UID:2", "DTSTART:20261126T090000Z", "END:VEVENT")
        assert "several events" in problem("DTSTART:20261126T090000Z", after=other)


BODIES = [new_body(entry, STAMP) for entry in ZOO.values() if len(entry.text) < 1000]
NASTY = (
    "", ":", ";", "\\", "=", "-1", "99999999999999999999", "00000101T000000Z", "99991231T235959Z",
    "20261126", "20261126T100000", "P", "-P9999999999D", "FREQ=DAILY;UNTIL=99991231T235959Z",
    "BEGIN:VEVENT", "END:VEVENT", "\x00", "\ufffd",
    "TZID=Nowhere/At/All", '"', "a" * 300,
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A body of ours to which things happened."""
    lines = draw(st.sampled_from(BODIES)).split("\r\n")
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["drop", "twice", "swap", "value", "name", "cut", "other"])):
            case "drop":
                del lines[place]
            case "twice":
                lines.insert(place, lines[place])
            case "swap":
                other = draw(st.integers(0, len(lines) - 1))
                lines[place], lines[other] = lines[other], lines[place]
            case "value":
                name = lines[place].partition(":")[0]
                lines[place] = f"{name}:{draw(st.sampled_from(NASTY))}"
            case "name":
                value = lines[place].partition(":")[2]
                lines[place] = f"{draw(st.sampled_from(NASTY))}:{value}"
            case "cut":
                lines[place] = lines[place][: draw(st.integers(0, len(lines[place])))]
            case "other":
                other = draw(st.integers(0, len(lines) - 1))
                name, value = lines[place].partition(":")[0], lines[other].partition(":")[2]
                lines[place] = f"{name}:{value}"
        if not lines:
            return ""
    return "\r\n".join(lines)


class TestHostile:
    @settings(max_examples=often(80, 1000))
    @given(mutated())
    def test_only_unreadable_is_raised_and_what_is_read_can_be_changed(self, text: str) -> None:
        try:
            entry = read_entry(text, BERLIN)
        except Unreadable as error:
            entry, told = None, str(error)
        else:
            told = "-"
        assert told and "\n" not in told and len(told) < 300
        after = contact(title="ours")
        changed = read_entry(changed_body(text, after, BERLIN, STAMP), BERLIN)
        assert changed is not None and changed.title == "ours" and changed.start == after.start
        if entry is not None:
            assert entry.end >= entry.start  # type: ignore[operator]

    @given(st.text(max_size=200))
    def test_any_text(self, text: str) -> None:
        for whole in (text, body(text), body("DTSTART:20261126T090000Z", f"SUMMARY:{text}")):
            try:
                read_entry(whole, BERLIN)
            except Unreadable:
                continue
