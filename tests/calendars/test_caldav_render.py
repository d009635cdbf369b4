"""Writing iCalendar (RFC 5545): what is said is changed, and everything else stays."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.calendars.caldav.body import read_entry
from syncd.calendars.caldav.render import changed_body, new_body
from syncd.model.entries import Entry, Override, Recurrence
from tests.calendars.zoo import BERLIN, HOUR, TEN, WEEK, ZOO, block, contact, override
from tests.length import often

STAMP = datetime(2026, 11, 25, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 26, 12, tzinfo=UTC)
THEIRS = "\r\n".join(
    (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Theirs//EN", "METHOD:PUBLISH",
        "X-WR-CALNAME:Work",
        "BEGIN:VTIMEZONE", "TZID:Europe/Berlin", "X-LIC-LOCATION:Europe/Berlin",
        "BEGIN:STANDARD", "DTSTART:19701025T030000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZNAME:CET", "END:STANDARD",
        "BEGIN:DAYLIGHT", "DTSTART:19700329T020000", "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST", "END:DAYLIGHT", "END:VTIMEZONE",
        "BEGIN:VEVENT", "UID:one", "DTSTAMP:20261101T000000Z", "CREATED:20261101T000000Z",
        "DTSTART;TZID=Europe/Berlin:20261126T100000", "DURATION:PT1H",
        "SUMMARY;LANGUAGE=en:Outreach", "DESCRIPTION:who\\nis up", "LOCATION:C:\\\\New\\, here",
        "CATEGORIES:a\\\\Nb,c", "COLOR:red", "X-APPLE-TRAVEL-DURATION;VALUE=DURATION:PT15M",
        "X-ODD:a,b;c\\,d\\\\N", "GEO:52.5;13.4", "SEQUENCE:3", "STATUS:TENTATIVE",
        'ATTENDEE;CN="Lee, Ann";PARTSTAT=ACCEPTED:mailto:ann@example.org',
        "ORGANIZER:mailto:me@example.org", "RRULE:FREQ=WEEKLY;BYDAY=TH",
        "EXDATE;TZID=Europe/Berlin:20261210T100000",
        "ATTACH:https://example.org/a.pdf", "CONFERENCE;VALUE=URI:https://meet.example.org/x",
        "BEGIN:VALARM", "ACTION:EMAIL", "TRIGGER:-P1D", "SUMMARY:mail", "DESCRIPTION:mail",
        "ATTENDEE:mailto:me@example.org", "END:VALARM",
        "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT10M", "DESCRIPTION:ring",
        "X-WR-ALARMUID:42", "END:VALARM", "END:VEVENT",
        "BEGIN:VEVENT", "UID:one", "RECURRENCE-ID;TZID=Europe/Berlin:20261203T100000",
        "DTSTAMP:20261101T000000Z", "DTSTART;TZID=Europe/Berlin:20261203T110000",
        "DTEND;TZID=Europe/Berlin:20261203T120000", "SUMMARY:moved", "X-MOOD:fine", "END:VEVENT",
        "END:VCALENDAR", "",
    )
)  # fmt: skip


def theirs() -> Entry:
    entry = read_entry(THEIRS, BERLIN)
    assert entry is not None
    return entry


def lines_of(body: str) -> str:
    """`body`, unfolded."""
    return re.sub(r"\r\n[ \t]", "", body)


def lines(body: str) -> set[str]:
    """Its lines, unfolded, but for those that say when it was written."""
    return {
        each
        for each in lines_of(body).split("\r\n")
        if not each.startswith(("DTSTAMP", "LAST-MODIFIED"))
    }


def changed(entry: Entry, **fields: object) -> str:
    return changed_body(THEIRS, replace(entry, **fields), BERLIN, LATER)  # type: ignore[arg-type]


class TestRoundTrip:
    @pytest.mark.parametrize("entry", ZOO.values(), ids=ZOO.keys())
    def test_what_is_written_is_read(self, entry: Entry) -> None:
        assert read_entry(new_body(entry, STAMP), BERLIN) == entry
        assert read_entry(new_body(entry, STAMP), ZoneInfo("Asia/Tokyo")) == entry

    @pytest.mark.parametrize("after", ZOO.values(), ids=ZOO.keys())
    def test_one_becomes_another(self, after: Entry) -> None:
        turn = list(ZOO.values()).index(after)
        for nth, before in enumerate(ZOO.values()):
            if (turn + nth) % often(4, 1):  # each has several turns, before and after
                continue
            wanted = replace(after, uid=before.uid)
            body = changed_body(new_body(before, STAMP), wanted, BERLIN, LATER)
            assert read_entry(body, BERLIN) == wanted

    @pytest.mark.parametrize("text", ["C:\\New", "\\N", "a\\\\Nb", "\\n", "\\", "\\,", "x\\"])
    def test_backslashes(self, text: str) -> None:
        entry = contact(title=text, text=text)
        body = new_body(entry, STAMP)
        assert read_entry(body, BERLIN) == entry
        other = changed_body(body, replace(entry, busy=True), BERLIN, LATER)
        assert read_entry(other, BERLIN) == replace(entry, busy=True)

    def test_lines_end_and_fold_as_they_must(self) -> None:
        body = new_body(ZOO["long"], STAMP)
        assert "\n" not in body.replace("\r\n", "")
        assert max(len(line.encode()) for line in body.split("\r\n")) <= 75


SAFE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)
LINES = st.lists(SAFE, max_size=4).map("\n".join)
ZONES = st.sampled_from(
    [UTC, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]
)
LEADS = st.none() | st.integers(-60, 3000).map(lambda minutes: timedelta(minutes=minutes))


EARLY, LATE = datetime(2020, 1, 1), datetime(2035, 1, 1)


@st.composite
def instants(draw: st.DrawFn, zone: object = None) -> datetime:
    where = zone or draw(ZONES)
    naive = draw(st.datetimes(EARLY, LATE))
    return naive.replace(tzinfo=where, second=0, microsecond=0)  # type: ignore[arg-type]


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    start = draw(instants())
    zone = start.tzinfo
    if start.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != start.replace(tzinfo=None):
        start += timedelta(hours=3)  # a time that the clocks leave out
    span = timedelta(minutes=draw(st.integers(0, 3000)))
    recurrence = None
    if draw(st.booleans()):
        overrides = {
            start + timedelta(days=7 * week): Override(
                original=start + timedelta(days=7 * week),
                start=start + timedelta(days=7 * week, hours=draw(st.integers(-3, 3))),
                end=start + timedelta(days=7 * week, hours=4),
                title=draw(SAFE),
                text=draw(LINES),
                alarm=draw(LEADS),
                cancelled=draw(st.booleans()),
            )
            for week in draw(st.sets(st.integers(0, 9), max_size=3))
        }
        until = draw(st.none() | instants(UTC))
        recurrence = Recurrence(
            rule="FREQ=WEEKLY",
            until=until,
            exdates=frozenset(
                start + timedelta(days=7 * week)
                for week in draw(st.sets(st.integers(0, 9), max_size=3))
            ),
            overrides=tuple(overrides[at] for at in sorted(overrides)),
        )
    return contact(
        title=draw(SAFE),
        text=draw(LINES),
        start=start,
        end=start + span,
        busy=draw(st.booleans()),
        private=draw(st.booleans()),
        alarm=draw(LEADS),
        cancelled=draw(st.booleans()),
        trace=draw(SAFE),
        recurrence=recurrence,
    )


class TestAnyEntry:
    @settings(max_examples=often(30, 1000))
    @given(entries(), entries())
    def test_is_read_as_it_was_written_and_becomes_any_other(
        self, before: Entry, after: Entry
    ) -> None:
        body = new_body(before, STAMP)
        assert read_entry(body, BERLIN) == before
        assert read_entry(changed_body(body, after, BERLIN, LATER), BERLIN) == after


class TestChangingTheirs:
    def test_nothing_said_is_nothing_changed(self) -> None:
        assert lines(changed(theirs())) == lines(THEIRS)

    @pytest.mark.parametrize(
        ("fields", "gone", "come"),
        [
            ({"title": "✅ x"}, {"SUMMARY;LANGUAGE=en:Outreach"}, {"SUMMARY:✅ x"}),
            ({"text": "a\nb"}, {"DESCRIPTION:who\\nis up"}, {"DESCRIPTION:a\\nb"}),
            ({"text": ""}, {"DESCRIPTION:who\\nis up"}, set()),
            ({"busy": False}, set(), {"TRANSP:TRANSPARENT"}),
            ({"private": True}, set(), {"CLASS:PRIVATE"}),
            ({"cancelled": True}, {"STATUS:TENTATIVE"}, {"STATUS:CANCELLED"}),
            ({"trace": "a, b"}, set(), {"X-SYNCD-TRACE:a%2C b"}),
            (
                {"end": TEN + 2 * HOUR},
                {"DURATION:PT1H"},
                {"DTEND;TZID=Europe/Berlin:20261126T120000"},
            ),
            (
                {"alarm": None},
                {"ACTION:DISPLAY", "TRIGGER:-PT10M", "DESCRIPTION:ring", "X-WR-ALARMUID:42"},
                set(),
            ),
        ],
    )
    def test_one_field(self, fields: dict[str, object], gone: set[str], come: set[str]) -> None:
        after = lines(changed(theirs(), **fields))
        assert lines(THEIRS) - after == gone
        assert after - lines(THEIRS) == come

    def test_another_alarm_takes_the_place_of_the_one_that_rang(self) -> None:
        entry = replace(theirs(), alarm=timedelta(hours=1))
        body = changed_body(THEIRS, entry, BERLIN, LATER)
        assert read_entry(body, BERLIN) == entry
        assert body.count("BEGIN:VALARM") == 2 and "ACTION:EMAIL" in body

    def test_another_override(self) -> None:
        entry = theirs()
        assert entry.recurrence is not None
        more = (*entry.recurrence.overrides, override(TEN + 3 * WEEK))
        body = changed(entry, recurrence=replace(entry.recurrence, overrides=more))
        assert lines(THEIRS) <= lines(body)
        assert "RECURRENCE-ID;TZID=Europe/Berlin:20261217T100000" in lines(body)
        assert "X-MOOD:fine" in lines(body)

    def test_another_override_has_all_that_its_series_has(self) -> None:
        body = THEIRS.replace("X-ODD:", "X-SYNCD-TRACE:t\r\nX-ODD:")
        put_off = ("BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER;VALUE=DATE-TIME:20261126T091000Z")
        body = body.replace("END:VALARM\r\nEND:VEVENT", "\r\n".join(
            ("END:VALARM", *put_off, "END:VALARM", "END:VEVENT")
        ))  # fmt: skip
        entry = read_entry(body, BERLIN)
        assert entry is not None and entry.recurrence is not None
        at = TEN + 3 * WEEK
        one = override(at, title=entry.title, text=f"{entry.text}\nAnn Lee", alarm=HOUR / 2)
        overrides = (*entry.recurrence.overrides, one)
        wanted = replace(entry, recurrence=replace(entry.recurrence, overrides=overrides))
        after = changed_body(body, wanted, BERLIN, LATER)
        assert read_entry(after, BERLIN) == wanted
        told = lines_of(after).split("BEGIN:VEVENT\r\n")
        master, found = (set(each.split("\r\n")) for each in (told[1], told[-1]))
        assert master - found == {
            "DTSTART;TZID=Europe/Berlin:20261126T100000",
            "DURATION:PT1H",
            "DESCRIPTION:who\\nis up",
            "EXDATE;TZID=Europe/Berlin:20261210T100000",
            "RRULE:FREQ=WEEKLY;BYDAY=TH",
            "STATUS:TENTATIVE",
            "SUMMARY;LANGUAGE=en:Outreach",
            "LAST-MODIFIED:20261126T120000Z",
            "X-SYNCD-TRACE:t",
            put_off[2],
            "TRIGGER:-PT10M",
            "DESCRIPTION:ring",
            "X-WR-ALARMUID:42",
        }
        assert found - master == {
            "RECURRENCE-ID;TZID=Europe/Berlin:20261217T100000",
            "DTSTART;TZID=Europe/Berlin:20261217T100000",
            "DTEND;TZID=Europe/Berlin:20261217T110000",
            "DESCRIPTION:who\\nis up\\nAnn Lee",
            "SUMMARY:Outreach",
            "DESCRIPTION:Outreach",
            "TRIGGER:-PT30M",
            "END:VCALENDAR",
        }

    def test_an_override_less(self) -> None:
        entry = theirs()
        assert entry.recurrence is not None
        body = changed(entry, recurrence=replace(entry.recurrence, overrides=()))
        assert lines(THEIRS) - lines(body) == {
            "RECURRENCE-ID;TZID=Europe/Berlin:20261203T100000",
            "DTSTART;TZID=Europe/Berlin:20261203T110000",
            "DTEND;TZID=Europe/Berlin:20261203T120000",
            "SUMMARY:moved",
            "X-MOOD:fine",
        }

    def test_an_end(self) -> None:
        entry = theirs()
        assert entry.recurrence is not None
        until = (TEN + 4 * WEEK - timedelta(seconds=1)).astimezone(UTC)
        body = changed(entry, recurrence=replace(entry.recurrence, until=until))
        assert lines(body) - lines(THEIRS) == {
            "RRULE:FREQ=WEEKLY;UNTIL=20261224T085959Z;BYDAY=TH",
        }

    def test_the_same_time_said_in_another_zone_is_no_change(self) -> None:
        entry = replace(ZOO["contact"], alarm=timedelta(minutes=5))
        body = new_body(entry, STAMP)
        assert isinstance(entry.start, datetime)
        london = entry.start.astimezone(UTC).astimezone(ZoneInfo("Europe/Paris"))
        after = changed_body(body, replace(entry, start=london), BERLIN, LATER)
        assert "DTSTART;TZID=Europe/Berlin:20261126T100000" in lines(after)

    def test_it_is_stamped(self) -> None:
        body = changed(theirs(), title="x")
        assert body.count("DTSTAMP:20261126T120000Z") == 2
        assert "LAST-MODIFIED:20261126T120000Z" in body

    @pytest.mark.parametrize(
        "body", ["", "<html>", THEIRS[:300], THEIRS.replace("VEVENT", "VTODO")]
    )
    def test_what_cannot_be_understood_is_replaced(self, body: str) -> None:
        assert read_entry(changed_body(body, contact(), BERLIN, LATER), BERLIN) == contact()


class TestZones:
    def zones(self, body: str) -> list[icalendar.Timezone]:
        return list(icalendar.Calendar.from_ical(body).walk("VTIMEZONE"))

    def transitions(self, body: str) -> str:
        """The definitions' lines, unfolded."""
        return "".join(lines_of(z.to_ical().decode()) for z in self.zones(body))

    def test_every_zone_that_is_named_is_defined_once_and_bounded(self) -> None:
        body = new_body(ZOO["two-zones"], STAMP)
        assert {str(z["TZID"]) for z in self.zones(body)} == {"Europe/Berlin", "America/New_York"}
        assert len(body) < 4000
        for name in ("contact", "block", "moved"):
            body = new_body(ZOO[name], STAMP)
            assert [str(z["TZID"]) for z in self.zones(body)] == ["Europe/Berlin"]
            assert len(body) < 6000
        assert self.zones(new_body(ZOO["utc"], STAMP)) == []
        assert self.zones(new_body(ZOO["all-day"], STAMP)) == []

    def test_a_definition_of_ours_is_drawn_anew_when_it_ends_too_soon(self) -> None:
        body = new_body(block(), STAMP)
        assert "20301027T030000" in self.transitions(body)
        entry = block()
        assert entry.recurrence is not None
        far = datetime(2036, 11, 27, 10, tzinfo=BERLIN)
        late = replace(entry, recurrence=replace(entry.recurrence, overrides=(override(far),)))
        after = changed_body(body, late, BERLIN, LATER)
        assert len(self.zones(after)) == 1 and read_entry(after, BERLIN) == late
        assert "20401028T030000" in self.transitions(after)

    def test_a_definition_of_somebody_elses_stays(self) -> None:
        entry = theirs()
        assert entry.recurrence is not None
        far = datetime(2036, 11, 27, 10, tzinfo=BERLIN)
        more = (*entry.recurrence.overrides, override(far))
        body = changed(entry, recurrence=replace(entry.recurrence, overrides=more))
        assert "X-LIC-LOCATION:Europe/Berlin" in lines(body) and len(self.zones(body)) == 1

    def test_a_series_stays_at_its_time_on_the_wall(self) -> None:
        march = datetime(2027, 3, 25, 10, tzinfo=BERLIN)
        entry = block(
            start=march, end=march + HOUR, recurrence=Recurrence(rule="FREQ=WEEKLY;BYDAY=TH")
        )
        body = new_body(entry, STAMP)
        assert "DTSTART;TZID=Europe/Berlin:20270325T100000" in lines(body)

    def test_dates_stay_dates(self) -> None:
        body = new_body(contact(start=date(2026, 11, 26), end=date(2026, 11, 27)), STAMP)
        assert {"DTSTART;VALUE=DATE:20261126", "DTEND;VALUE=DATE:20261127"} <= lines(body)
