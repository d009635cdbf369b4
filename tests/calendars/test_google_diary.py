"""Reading meetings at Google: what it says of them, page by page; nonsense stops no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.bootstrap import Opener
from syncd.calendars.google.diary import GoogleDiary
from syncd.calendars.google.signin import EVENTS, LISTED, OWN, READ, scopes_for
from syncd.errors import Refused, Unreachable
from syncd.model.keys import Key, Kind
from syncd.model.meetings import Meeting
from syncd.model.roster import CalendarSettings
from tests.emulator.client import GoogleClient
from tests.emulator.faults import Fault
from tests.emulator.faults import Kind as Going
from tests.emulator.google import Account
from tests.hosts import SCOPES, settings_on
from tests.stories.stage import ZONE

SINCE = datetime(2026, 12, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=7)
START = datetime(2026, 12, 3, 9, tzinfo=ZONE)
END = START + timedelta(hours=1)
ANN = {"ann@example.org": "accepted"}


def settings(google: Account, folder: Path, calendar: str) -> CalendarSettings:
    made = settings_on(google, calendar, folder, name=f"home/{calendar}")
    google.token_file(folder, scopes=(*SCOPES, READ))
    return made


def diary(google: Account, folder: Path, calendar: str = "primary") -> GoogleDiary:
    opener = Opener("Europe/Berlin", pause=lambda seconds: None)
    found = settings(google, folder, calendar)
    assert found.google is not None
    return GoogleDiary(found, opener.account(found.google), timezone="Europe/Berlin")


@pytest.fixture
def primary(google: Account, tmp_path: Path) -> GoogleDiary:
    return diary(google, tmp_path)


@pytest.fixture
def app(google: Account) -> GoogleClient:
    return GoogleClient(google, "primary")


def told(primary: GoogleDiary) -> list[Meeting]:
    return sorted(primary.meetings(SINCE, UNTIL), key=lambda each: str(each.start))


def test_a_meeting(primary: GoogleDiary, app: GoogleClient, google: Account) -> None:
    made = app.meet("Sync", START, END, {**ANN, "bob@example.org": "tentative"})
    app.add("Dentist", START, END)
    first, second = sorted(told(primary), key=lambda each: each.title)
    assert first.emails == frozenset()
    assert second == Meeting(
        uid=f"{made.uid}@google.com",
        original=None,
        start=START,
        end=END,
        title="Sync",
        emails=frozenset({"ann@example.org"}),
    )


def test_the_user_is_not_whom_they_meet_and_may_decline(
    primary: GoogleDiary, app: GoogleClient, google: Account
) -> None:
    made = app.meet("Sync", START, END, {**ANN, google.email: "accepted"})
    (one,) = told(primary)
    assert one.emails == {"ann@example.org"} and not one.declined
    app.answer(made, google.email, "declined")
    (one,) = told(primary)
    assert one.declined


def test_instances_with_their_own_answers(primary: GoogleDiary, app: GoogleClient) -> None:
    series = app.meet("Standup", START, END, ANN, "FREQ=DAILY;COUNT=4")
    days = [START + timedelta(days=n) for n in range(4)]
    app.answer(series, "ann@example.org", "declined", days[1])
    app.delete_occurrence(series, days[2])
    app.move_occurrence(series, days[3], days[3] + timedelta(hours=4))
    found = told(primary)
    assert [(each.original, each.start) for each in found] == [
        (days[0], days[0]),
        (days[1], days[1]),
        (days[3], days[3] + timedelta(hours=4)),
    ]
    assert [len(each.emails) for each in found] == [1, 0, 1]
    assert len({each.uid for each in found}) == 1


def test_both_halves_of_a_series_that_was_split_are_one(
    primary: GoogleDiary, app: GoogleClient
) -> None:
    series = app.meet("Standup", START, END, ANN, "FREQ=DAILY")
    app.split(series, START + timedelta(days=1), START + timedelta(days=1, hours=2))
    assert len({each.uid for each in told(primary)}) == 1


def test_all_day_events_have_dates(primary: GoogleDiary, app: GoogleClient) -> None:
    app.meet("Offsite", date(2026, 12, 3), date(2026, 12, 5), ANN)
    (one,) = told(primary)
    assert (one.start, one.end) == (date(2026, 12, 3), date(2026, 12, 5))


def test_an_entry_of_syncds_has_its_key(primary: GoogleDiary, google: Account) -> None:
    key = Key(kind=Kind.CONTACT, subject="ann-lee", day=date(2026, 12, 3)).encode("default")
    when = {"dateTime": START.isoformat(), "timeZone": "Europe/Berlin"}
    until = {"dateTime": END.isoformat(), "timeZone": "Europe/Berlin"}
    google.calendars[google.email].insert({"id": key, "start": when, "end": until})
    assert [each.uid for each in told(primary)] == [key]


def test_every_page_is_read(
    primary: GoogleDiary, app: GoogleClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(5):
        app.meet(f"{n}", START, END, ANN)
    listed = primary._calls.api.events.list

    def small(**asked: Any) -> Any:
        return listed(**{**asked, "maxResults": 2})

    monkeypatch.setattr(primary._calls.api.events, "list", small)
    assert len(told(primary)) == 5


@pytest.mark.parametrize(
    "nonsense",
    [
        {"start": {"dateTime": "soon"}},
        {"start": {"dateTime": "9999-12-31T23:59:59Z"}},
        {"start": {}},
        {"end": None},
        {"attendees": "everybody"},
        {"attendees": [None]},
        {"organizer": 7},
    ],
)
def test_nonsense_stops_no_other(
    primary: GoogleDiary,
    app: GoogleClient,
    monkeypatch: pytest.MonkeyPatch,
    nonsense: dict[str, Any],
) -> None:
    app.meet("Sync", START, END, ANN)
    pages = primary._pages

    def spoilt(ask: Any, **asked: Any) -> list[Any]:
        rows = pages(ask, **asked)
        return [{**rows[0], **nonsense}, *rows]

    monkeypatch.setattr(primary, "_pages", spoilt)
    assert [each.title for each in told(primary)] == ["Sync"]


def test_one_that_is_called_so_is_looked_for_once_and_again_when_it_is_gone(
    google: Account, tmp_path: Path
) -> None:
    google.add_calendar("1@group.calendar.google.com", "Personal")
    found = diary(google, tmp_path, "Personal")
    since = google.mark()
    for _ in range(3):
        found.meetings(SINCE, UNTIL)
    assert len(google.requests(since)) == 4
    del google.calendars["1@group.calendar.google.com"]
    with pytest.raises(Refused):
        found.meetings(SINCE, UNTIL)
    google.add_calendar("2@group.calendar.google.com", "Personal")
    GoogleClient(google, "Personal").meet("Sync", START, END, ANN)
    assert len(found.meetings(SINCE, UNTIL)) == 1


def test_google_fails(primary: GoogleDiary, google: Account) -> None:
    google.fail(*(Fault(Going.LOST_BEFORE) for _ in range(20)))
    with pytest.raises(Unreachable):
        primary.meetings(SINCE, UNTIL)


def test_the_least_rights(google: Account, tmp_path: Path) -> None:
    own, given = settings(google, tmp_path, "Outreach"), settings(google, tmp_path, "primary")
    named = replace(own, calendar="Personal")
    assert scopes_for([own], [given]) == (OWN, LISTED, READ)
    assert scopes_for([given], [given]) == (EVENTS,)
    assert scopes_for([given], [named]) == (EVENTS, LISTED)
    assert scopes_for([own]) == (OWN, LISTED)
