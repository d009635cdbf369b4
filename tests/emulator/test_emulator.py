"""The emulated Google is as strict as the real one, and stricter where a test must not go wrong,
as Google's own library sees it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import google_auth_httplib2
import httplib2
import pytest
from google.auth.exceptions import RefreshError
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.errors import HttpError

from tests.emulator.account import ALL, Account
from tests.emulator.faults import Fault, Kind
from tests.emulator.google import Emulator

TIMES = {
    "start": {"dateTime": "2026-12-03T10:00:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-12-03T11:00:00", "timeZone": "Europe/Berlin"},
}
WEEKLY = {**TIMES, "recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=TH"]}


@pytest.fixture
def account(google_server: Emulator) -> Account:
    """Without the check for violations, which are what is tested here."""
    return google_server.fresh()


class Library:
    """google-api-python-client, pointed here."""

    def __init__(self, account: Account, folder: Path, scopes: tuple[str, ...] = ALL) -> None:
        told = json.loads(account.token_file(folder, scopes=scopes).read_text())
        made = Credentials.from_authorized_user_info(told)  # type: ignore[no-untyped-call]
        self.credentials = made.with_token_uri(told["token_uri"])
        self.calendar = self._built(account, "calendar", "v3")
        self.tasks = self._built(account, "tasks", "v1")

    def _built(self, account: Account, name: str, version: str) -> Any:
        document = json.loads(get_static_doc(name, version))
        document["rootUrl"] = account.url
        http = google_auth_httplib2.AuthorizedHttp(self.credentials, http=httplib2.Http(timeout=10))
        return build_from_document(document, http=http)

    @property
    def events(self) -> Any:
        return self.calendar.events()

    def insert(self, id: str, **fields: Any) -> Any:
        body = {"id": id, "summary": id, **TIMES, **fields}
        return self.events.insert(calendarId="primary", body=body).execute()


@pytest.fixture
def library(account: Account, tmp_path: Path) -> Library:
    return Library(account, tmp_path)


def refused(request: Any) -> tuple[int, str]:
    with pytest.raises(HttpError) as told:
        request.execute()
    return told.value.resp.status, json.loads(told.value.content)["error"]["errors"][0]["reason"]


def test_an_event_is_what_was_sent_and_more(library: Library, account: Account) -> None:
    made = library.insert("abcde")
    assert made["start"] == {"dateTime": "2026-12-03T10:00:00+01:00", "timeZone": "Europe/Berlin"}
    assert made["iCalUID"] == "abcde@google.com" and made["reminders"] == {"useDefault": True}
    assert not account.violations


@pytest.mark.parametrize("id", ["ABCDE", "abcd", "wxyz1", "a-b-c", "ab cd", "ä" * 6])
def test_ids_that_are_none(library: Library, id: str) -> None:
    body = {"id": id, **TIMES}
    assert refused(library.events.insert(calendarId="primary", body=body)) == (400, "invalid")


def test_an_id_is_used_once(library: Library) -> None:
    library.insert("abcde")
    again = library.events.insert(calendarId="primary", body={"id": "abcde", **TIMES})
    assert refused(again) == (409, "duplicate")
    delete = library.events.delete(calendarId="primary", eventId="abcde")
    delete.execute()
    assert refused(library.events.delete(calendarId="primary", eventId="abcde")) == (410, "deleted")
    assert refused(again) == (409, "duplicate")
    gone = library.events.get(calendarId="primary", eventId="abcde").execute()
    assert (gone["status"], gone["summary"]) == ("cancelled", "abcde")
    patch = library.events.patch(calendarId="primary", eventId="abcde", body={"summary": "x"})
    assert patch.execute()["status"] == "cancelled"


def test_conditions_hold(library: Library) -> None:
    made = library.insert("abcde")
    patch = library.events.patch(calendarId="primary", eventId="abcde", body={"summary": "x"})
    patch.headers["If-Match"] = '"other"'
    assert refused(patch) == (412, "conditionNotMet")
    patch.headers["If-Match"] = made["etag"]
    assert patch.execute()["etag"] != made["etag"]
    delete = library.events.delete(calendarId="primary", eventId="abcde")
    delete.headers["If-Match"] = made["etag"]
    assert refused(delete) == (412, "conditionNotMet")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"end": TIMES["start"]}, "timeRangeEmpty"),
        ({"end": {"date": "2026-12-04"}}, "invalid"),
        ({"recurrence": ["RRULE:FREQ=SOMETIMES"]}, "invalid"),
        ({"recurrence": ["DTSTART:20261203T090000Z"]}, "invalid"),
        (
            {
                "recurrence": ["RRULE:FREQ=DAILY"],
                "start": {"dateTime": "2026-12-03T10:00:00Z"},
                "end": {"dateTime": "2026-12-03T11:00:00Z"},
            },
            "required",
        ),
        ({"start": {"dateTime": "2026-12-03T10:00:00", "timeZone": "Mars/Olympus"}}, "invalid"),
        (
            {"reminders": {"useDefault": True, "overrides": [{"method": "popup", "minutes": 1}]}},
            "cannotUseDefaultRemindersAndSpecifyOverride",
        ),
        ({"iCalUID": "x@y"}, "invalid"),
    ],
)
def test_what_google_does_not_take(library: Library, fields: Any, reason: str) -> None:
    body = {"id": "abcde", **TIMES, **fields}
    assert refused(library.events.insert(calendarId="primary", body=body)) == (400, reason)


@pytest.mark.parametrize(
    "fields", [{"colour": "1"}, {"summary": 7}, {"etag": '"1"'}, {"start": {"dat": "2026-12-03"}}]
)
def test_a_field_that_is_none_fails_the_test(
    library: Library, account: Account, fields: Any
) -> None:
    body = {"id": "abcde", **TIMES, **fields}
    assert refused(library.events.insert(calendarId="primary", body=body))[0] == 400
    assert account.violations


@pytest.mark.parametrize("query", ["maxResult=5", "maxResults=many", "orderBy=size", "fields=itms"])
def test_a_parameter_that_is_none_fails_the_test(
    library: Library, account: Account, query: str
) -> None:
    request = library.events.list(calendarId="primary")
    request.uri = f"{request.uri}&{query}"
    assert refused(request)[0] == 400
    assert account.violations


def test_tokens_go_with_few_parameters_and_end(library: Library, account: Account) -> None:
    token = library.events.list(calendarId="primary").execute()["nextSyncToken"]
    for more in ({"timeMin": "2026-12-03T00:00:00Z"}, {"iCalUID": "x"}, {"showDeleted": False}):
        assert refused(library.events.list(calendarId="primary", syncToken=token, **more))[0] == 400
    other = library.events.list(calendarId="primary", syncToken=token, showHiddenInvitations=True)
    assert refused(other)[0] == 400
    assert len(account.violations) == 4
    library.insert("abcde")
    library.events.delete(calendarId="primary", eventId="abcde").execute()
    (row,) = library.events.list(calendarId="primary", syncToken=token).execute()["items"]
    assert row.keys() == {"kind", "etag", "id", "status"}
    account.expire_sync_tokens()
    again = library.events.list(calendarId="primary", syncToken=token)
    assert refused(again) == (410, "fullSyncRequired")


def test_occurrences_are_events_of_their_own(library: Library) -> None:
    library.insert("abcde", **WEEKLY)
    id = "abcde_20261210T090000Z"
    plain = library.events.get(calendarId="primary", eventId=id).execute()
    assert plain["originalStartTime"]["dateTime"] == "2026-12-10T10:00:00+01:00"
    library.events.patch(calendarId="primary", eventId=id, body={"description": "x"}).execute()
    other = library.events.get(calendarId="primary", eventId="abcde_20261211T090000Z")
    assert refused(other) == (404, "notFound")
    library.events.delete(calendarId="primary", eventId="abcde_20261217T090000Z").execute()
    rows = library.events.list(calendarId="primary").execute()["items"]
    assert [row["status"] for row in rows] == ["confirmed", "confirmed", "cancelled"]
    assert rows[2].keys() >= {"id", "recurringEventId", "originalStartTime"}
    assert "summary" not in rows[2]
    body = {"recurrence": ["RRULE:FREQ=WEEKLY;BYDAY=FR"]}
    library.events.patch(calendarId="primary", eventId="abcde", body=body).execute()
    rows = library.events.list(calendarId="primary").execute()["items"]
    assert [row["status"] for row in rows] == ["confirmed", "cancelled", "cancelled"]
    library.events.delete(calendarId="primary", eventId="abcde").execute()
    assert library.events.list(calendarId="primary").execute()["items"] == []


def test_private_properties_are_merged_and_cut(library: Library) -> None:
    private = {"a": "1", "b": "x" * 2000, "k" * 45: "2"}
    library.insert("abcde", extendedProperties={"private": private})
    body = {"extendedProperties": {"private": {"a": None, "c": "3"}}}
    after = library.events.patch(calendarId="primary", eventId="abcde", body=body).execute()
    assert after["extendedProperties"]["private"] == {"b": "x" * 1024, "c": "3"}


def test_a_batch_has_an_answer_for_each_part_and_no_more_than_fifty(
    library: Library, account: Account
) -> None:
    told: dict[str, int] = {}

    def answered(id: str, answer: Any, error: Any) -> None:
        told[id] = error.resp.status if error else 200

    batch = library.calendar.new_batch_http_request(callback=answered)
    for n in range(50):
        body = {"id": f"abcd{n % 40:02d}", **TIMES}
        batch.add(library.events.insert(calendarId="primary", body=body), request_id=str(n))
    batch.execute()
    assert [told[str(n)] for n in range(50)] == [200] * 40 + [409] * 10
    batch = library.calendar.new_batch_http_request(callback=answered)
    for _ in range(51):
        batch.add(library.events.list(calendarId="primary"))
    with pytest.raises(HttpError):
        batch.execute()
    assert account.violations == ["a batch of 51"]


def test_a_quota_is_kept_by_the_minute(library: Library, account: Account) -> None:
    account.quota = 3
    for n in range(3):
        library.insert(f"abcde{n}")
    over = library.events.list(calendarId="primary")
    assert refused(over) == (403, "userRateLimitExceeded")
    account.shift = timedelta(minutes=1)
    assert len(over.execute()["items"]) == 3


def test_rights_are_held_to(account: Account, tmp_path: Path) -> None:
    library = Library(account, tmp_path, ("https://www.googleapis.com/auth/calendar.app.created",))
    for request in (
        library.calendar.calendarList().list(),
        library.events.list(calendarId="primary"),
        library.tasks.tasklists().list(),
    ):
        assert refused(request) == (403, "insufficientPermissions")
    made = library.calendar.calendars().insert(body={"summary": "Mine"}).execute()
    assert library.events.list(calendarId=made["id"]).execute()["items"] == []


def test_a_sign_in_ends(library: Library, account: Account) -> None:
    library.insert("abcde")
    account.revoke()
    with pytest.raises(RefreshError, match="invalid_grant"):
        library.insert("abcdf")


def test_faults_strike_once_and_where_they_are_to(library: Library, account: Account) -> None:
    account.fail(Fault(Kind.ERROR_AFTER, where=lambda method, path: method == "POST"))
    library.events.list(calendarId="primary").execute()
    insert = library.events.insert(calendarId="primary", body={"id": "abcde", **TIMES})
    assert refused(insert) == (503, "backendError")
    assert refused(insert) == (409, "duplicate")
    account.fail(Fault(Kind.TORN))
    with pytest.raises(Exception, match=r"IncompleteRead|Expecting|JSON"):
        library.events.list(calendarId="primary").execute()
    assert [each.status for each in account.requests()] == [200, 503, 409, 0]


def test_instances_within_a_span(library: Library, account: Account) -> None:
    library.insert("abcde", **WEEKLY)
    library.insert("abcdf", start={"date": "2026-12-04"}, end={"date": "2026-12-05"})

    def listed(since: str, until: str, **more: Any) -> list[str]:
        window = {"timeMin": since, "timeMax": until, "singleEvents": True, **more}
        return [
            row["id"]
            for row in library.events.list(calendarId="primary", **window).execute()["items"]
        ]

    ends, starts = "2026-12-03T11:00:00+01:00", "2026-12-10T10:00:00+01:00"
    assert listed("2026-12-03T10:59:59+01:00", starts) == ["abcde_20261203T090000Z", "abcdf"]
    assert listed(ends, "2026-12-10T10:00:01+01:00") == ["abcde_20261210T090000Z", "abcdf"]
    assert listed(ends, "2026-12-04T00:00:00+01:00") == []
    assert listed(ends, "2026-12-04T00:00:01+01:00") == ["abcdf"], "the zone is the calendar's"
    empty = library.events.list(
        calendarId="primary", timeMin=starts, timeMax=ends, singleEvents=True
    )
    assert refused(empty) == (400, "timeRangeEmpty")
    assert not account.violations
    for more in ({"timeMin": starts}, {"timeMin": ends, "timeMax": starts, "showDeleted": True}):
        refused(library.events.list(calendarId="primary", singleEvents=True, **more))
    assert len(account.violations) == 2


def test_attendees_are_marked_by_google(library: Library, account: Account) -> None:
    guests = [{"email": account.email, "self": False}, {"email": "bob@example.org"}]
    made = library.insert("abcde", attendees=guests)
    assert made["attendees"] == [
        {
            "email": account.email,
            "responseStatus": "needsAction",
            "self": True,
            "organizer": True,
        },
        {"email": "bob@example.org", "responseStatus": "needsAction"},
    ]
    for wrong in ({"responseStatus": "accepted"}, {"email": "x@y.z", "responseStatus": "yes"}):
        body = {"id": "abcdf", **TIMES, "attendees": [wrong]}
        assert refused(library.events.insert(calendarId="primary", body=body))[0] == 400


def test_when_somebody_is_busy(library: Library) -> None:
    library.insert("abcde", **WEEKLY)
    library.insert("abcdf", transparency="transparent")
    window = {"timeMin": "2026-12-01T00:00:00Z", "timeMax": "2026-12-15T00:00:00Z"}
    body = {**window, "items": [{"id": "primary"}, {"id": "nobody@example.org"}]}
    told = library.calendar.freebusy().query(body=body).execute()["calendars"]
    assert [span["start"] for span in told["primary"]["busy"]] == [
        "2026-12-03T10:00:00+01:00",
        "2026-12-10T10:00:00+01:00",
    ]
    assert told["nobody@example.org"]["errors"][0]["reason"] == "notFound"


def test_tasks_are_due_on_a_date_and_hidden_when_cleared(library: Library) -> None:
    tasks = library.tasks.tasks()
    body = {"title": "Call", "due": "2026-12-03T17:30:00Z"}
    made = tasks.insert(tasklist="@default", body=body).execute()
    assert made["due"] == "2026-12-03T00:00:00.000Z" and made["status"] == "needsAction"
    patch = tasks.patch(tasklist="@default", task=made["id"], body={"status": "completed"})
    assert patch.execute()["completed"]
    tasks.clear(tasklist="@default").execute()
    assert tasks.list(tasklist="@default").execute()["items"] == []
    (shown,) = tasks.list(tasklist="@default", showHidden=True).execute()["items"]
    assert shown["hidden"]
    stale = tasks.patch(tasklist="@default", task=made["id"], body={"title": "x"})
    stale.headers["If-Match"] = made["etag"]
    assert refused(stale) == (412, "conditionNotMet")
    long = tasks.insert(tasklist="@default", body={"title": "x" * 1025})
    assert refused(long)[0] == 400
