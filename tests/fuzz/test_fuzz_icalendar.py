"""Whatever stands in a CalDAV calendar: it is read or named, once, and stops nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape

import pytest
from hypothesis import strategies as st

from syncd import markup
from syncd.calendars.caldav.body import read_entry
from syncd.calendars.caldav.meetings import meetings_in
from syncd.calendars.caldav.render import changed_body
from syncd.calendars.reading import Unreadable
from syncd.engine.tick import tick
from syncd.model.keys import decode
from syncd.model.roster import CalendarSettings, Secret
from syncd.store import open_store
from tests.calendars.bench import create
from tests.calendars.scripted import CALENDAR, COLLECTION, serving
from tests.calendars.zoo import BERLIN, contact
from tests.client import Client
from tests.fuzz.bodies import STAMP, bodies
from tests.fuzz.effort import within
from tests.hosts import opened
from tests.household import person
from tests.servers import Process, settings_for
from tests.stories.stage import BEGIN, roster
from tests.trials import Tell, examine

SINCE = datetime(2026, 11, 1, tzinfo=UTC)
LATER = BEGIN + timedelta(days=2, hours=2, minutes=20)
"""The Thursday, in the hour of the block."""


def read(text: str) -> str:
    """Why `text` cannot be read; empty where it can."""
    try:
        read_entry(text, BERLIN)
    except Unreadable as error:
        return str(error) or "?"
    return ""


def is_read_or_named(text: str) -> None:
    with within(20):
        why = read(text)
        assert "\n" not in why and len(why) < 400
        with suppress(Unreadable):
            meetings_in(text, SINCE, SINCE + timedelta(days=90), BERLIN, frozenset())
        after = contact(title="ours")
        changed = read_entry(changed_body(text, after, BERLIN, STAMP), BERLIN)
    assert changed is not None and changed.title == "ours" and changed.start == after.start


def test_a_body_is_read_or_named(tell: Tell) -> None:
    examine("fuzzing, iCalendar bodies", tell, is_read_or_named, bodies(), examples=50)


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"])
def test_a_block_that_comes_too_often_or_never_takes_no_time(rule: str) -> None:
    is_left_alone((["BEGIN:VCALENDAR"], ours(rule)))


def ours(rule: str) -> str:
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:UID\r\nSUMMARY:Outreach"
        "\r\nDTSTAMP:20261201T000000Z\r\nDTSTART;TZID=Europe/Berlin:19010103T100000\r\n"
        f"DURATION:PT1H\r\nRRULE:{rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


def is_left_alone(given: tuple[Sequence[str], str]) -> None:
    """A tick on a calendar with hostile bodies, one of them in the place of one of ours."""
    foreign, spoilt = given
    with serving() as dav:
        settings = CalendarSettings(
            name="home",
            provider="caldav",
            url=dav.url,
            username="ann",
            password=Secret(value="secret"),
            calendar=CALENDAR,
        )
        of = roster(settings, person("Ann Lee"), person("Bob Roy"))
        store, calendars = open_store("memory:"), {"home": dav.calendar()}
        assert not tick(of, store, calendars, BEGIN).errors
        at = {}
        for path in dav.resources:
            key = decode(path.removeprefix(COLLECTION).removesuffix(".ics"), of.deployment)
            assert key is not None
            at[key.subject] = path
        mine = "weekly" if "RRULE:FREQ" in spoilt and "UID:UID" in spoilt else "bob-roy"
        uid = at[mine].removeprefix(COLLECTION).removesuffix(".ics")
        spoilt = spoilt.replace("UID:UID", f"UID:{uid}")
        put = {dav.put(f"hostile{n}.ics", body): body for n, body in enumerate(foreign)}
        dav.put(at[mine].removeprefix(COLLECTION), spoilt)
        marked = dav.resources[at["ann-lee"]][1].replace("SUMMARY:", "SUMMARY:x ")
        dav.put(at["ann-lee"].removeprefix(COLLECTION), marked)
        with within(60):
            report = tick(of, store, calendars, LATER)
            since = len(dav.asked)
            again = tick(of, store, calendars, LATER)
        assert not report.errors and not report.held, (report.errors, report.held)
        assert [f.outcome.value for f in store.load().facts if f.person == "ann-lee"] == ["reached"]
        assert {path: dav.resources[path][1] for path in put} == put
        assert not again.spoilt and dav.kinds(since) == ["sync-collection"]
        if why := read(markup.read(f"<a>{escape(spoilt)}</a>".encode()).text or ""):
            assert dav.resources[at[mine]][1] == spoilt
            assert any(at[mine] in each for each in report.spoilt), why


def test_a_calendar_of_them_stops_no_tick(tell: Tell) -> None:
    made = st.tuples(st.lists(bodies(), min_size=4, max_size=9), bodies())
    examine("fuzzing, CalDAV calendars", tell, is_left_alone, made, examples=6)


@pytest.mark.parametrize("odd", ["\x01", "\x00", "\ufffe", "\udc80", "\x85", "&#1;", "&#xd83d;"])
def test_what_no_xml_may_hold_hides_no_other_event(radicale_process: Process, odd: str) -> None:
    server = radicale_process.fresh()
    calendar = opened(settings_for(server, "Outreach"), "")
    calendar.write([create(contact())])
    body = ours("FREQ=WEEKLY").replace("SUMMARY:", f"SUMMARY:{odd}")
    path = f"{Client(server, 'Outreach').collection}odd.ics"
    data = body.encode("utf-8", "surrogatepass")
    status, _ = server.ask("PUT", path, data, Content_Type="text/calendar")
    assert status < 300
    found = calendar.changes("", {})
    assert contact().title in {s.entry.title for s in found.sightings if s.entry is not None}
