"""That the tests' calendar app does to a calendar what it says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

from tests.client import Client, Refusal, Shown, instant
from tests.servers import Server

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 26, 12, tzinfo=BERLIN)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


@pytest.fixture
def client(server: Server) -> Client:
    body = (
        '<mkcalendar xmlns="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:set><D:prop>'
        "<D:displayname>Öffi &amp; mehr</D:displayname></D:prop></D:set></mkcalendar>"
    )
    path = f"{server.home}{quote('öffi')}/"
    status, _ = server.ask("MKCALENDAR", path, body.encode(), Content_Type="text/xml")
    assert status == 201
    return Client(server, "Öffi & mehr")


def starts(shown: list[Shown]) -> list[datetime]:
    return [instant(each.start) for each in shown]


def test_an_event_is_added_edited_deleted_and_restored(client: Client) -> None:
    made = client.add("Dentist", NOON, NOON + HOUR, "bring the card")
    assert client.find("Dentist") == made
    edited = client.retitle(made, "✅ Dentist 🎉")
    edited = client.describe(edited, "a\nb, c; d")
    edited = client.drag(edited, NOON + WEEK)
    assert (edited.title, edited.text) == ("✅ Dentist 🎉", "a\nb, c; d")
    assert (edited.start, edited.end) == (NOON + WEEK, NOON + WEEK + HOUR)
    with pytest.raises(Refusal) as refused:
        client.retitle(made, "too late")
    assert refused.value.status == 412
    client.delete(edited)
    assert client.entries() == [] and client.again(edited) is None
    back = client.restore(edited)
    assert (back.title, back.start) == (edited.title, edited.start)
    client.wipe()
    assert client.entries() == []
    client.drop()
    assert not client.exists


def test_all_day_events_guests_copies_and_strange_properties(client: Client) -> None:
    made = client.add("Holiday", date(2026, 12, 24), date(2026, 12, 27))
    made = client.set(made, "X-COLOUR", "red")
    made = client.invite(made, "bob@example.org")
    assert "bob@example.org" in made.properties["ATTENDEE"]
    twin = client.copy(made)
    assert twin.uid != made.uid and twin.properties["X-COLOUR"] == "red"
    assert "X-COLOUR" not in client.strip(twin).properties
    assert client.drag(made, date(2026, 12, 25)).end == date(2026, 12, 28)


def test_occurrences_are_moved_shortened_and_deleted(client: Client) -> None:
    made = client.add_series("Outreach", NOON, NOON + HOUR, "FREQ=WEEKLY;BYDAY=TH")
    assert starts(client.week(NOON, 15)) == [NOON, NOON + WEEK, NOON + 2 * WEEK]
    made = client.move_occurrence(made, NOON, NOON + timedelta(days=1))
    made = client.shorten_occurrence(made, NOON + WEEK, NOON + WEEK + HOUR / 2)
    made = client.delete_occurrence(made, NOON + 2 * WEEK)
    made = client.delete_occurrence(made, NOON + 3 * WEEK, cancelled=True)
    shown = client.week(NOON, 29)
    assert starts(shown) == [NOON + timedelta(days=1), NOON + WEEK, NOON + 4 * WEEK]
    assert [each.original for each in shown][:2] == [NOON, NOON + WEEK]
    assert shown[1].end == NOON + WEEK + HOUR / 2
    assert made.exdates == {NOON + 2 * WEEK}
    assert made.overrides[NOON + 3 * WEEK].cancelled
    made = client.restore_occurrence(made, NOON + 2 * WEEK)
    assert NOON + 2 * WEEK in starts(client.week(NOON, 29))
    client.delete_series(made)
    assert client.week(NOON, 29) == []


def test_a_series_keeps_to_the_clock_on_the_wall(client: Client) -> None:
    march = datetime(2027, 3, 25, 10, tzinfo=BERLIN)
    client.add_series("Outreach", march, march + HOUR, "FREQ=WEEKLY")
    shown = client.week(march, 8)
    assert [f"{each.start:%H:%M}" for each in shown] == ["10:00", "10:00"]
    assert starts(shown)[1] == datetime(2027, 4, 1, 8, tzinfo=UTC)


def test_all_of_a_series_is_moved(client: Client) -> None:
    made = client.add_series("Outreach", NOON, NOON + HOUR, "FREQ=WEEKLY;BYDAY=TH")
    made = client.delete_occurrence(made, NOON + WEEK)
    day = timedelta(days=1)
    made = client.move_series(made, NOON + day)
    assert made.rrule == "FREQ=WEEKLY;BYDAY=FR"
    assert starts(client.week(NOON, 16)) == [NOON + day, NOON + 2 * WEEK + day]


@pytest.mark.parametrize("cut_first", [True, False])
@pytest.mark.parametrize("marked", [True, False])
def test_a_series_is_split(client: Client, marked: bool, cut_first: bool) -> None:
    made = client.add_series("Outreach", NOON, NOON + HOUR, "FREQ=WEEKLY;BYDAY=TH")
    made = client.set(made, "X-SYNCD-TRACE", "block")
    start = NOON + 2 * WEEK + timedelta(days=1)
    first, second = client.split(made, NOON + 2 * WEEK, start, marked=marked, cut_first=cut_first)
    assert first.uid == made.uid and first.uid != second.uid
    assert ("X-SYNCD-TRACE" in second.properties) == marked
    assert starts(client.week(NOON, 24)) == [NOON, NOON + WEEK, start, start + WEEK]
