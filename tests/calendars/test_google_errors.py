"""What Google says went wrong, in sentences; and that nothing is asked for in vain."""

from __future__ import annotations

import http.client
import json
import os
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httplib2
import pytest
from google.auth.exceptions import RefreshError, TransportError
from googleapiclient.errors import HttpError

from syncd.calendars.google.ends import notice_of
from syncd.calendars.google.errors import AN_HOUR, explained
from syncd.errors import Refused, SignedOut, Unreachable
from syncd.model.roster import CalendarSettings, GoogleSettings, Secret
from tests.calendars.bench import OnGoogle
from tests.emulator.faults import Fault, Kind
from tests.emulator.google import Account


def answered(status: int, reason: str, message: str = "said", **headers: str) -> HttpError:
    body = {"error": {"code": status, "message": message, "errors": [{"reason": reason}]}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpError(httplib2.Response({"status": status, **named}), json.dumps(body).encode())


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (answered(403, "userRateLimitExceeded"), "less often"),
        (answered(403, "rateLimitExceeded"), "less often"),
        (answered(429, "rateLimitExceeded"), "less often"),
        (answered(403, "quotaExceeded"), "quota is used up"),
        (answered(403, "dailyLimitExceeded"), "quota is used up"),
        (answered(500, "backendError"), "Google failed (500 backendError)"),
        (answered(503, ""), "Google failed (503"),
        (TimeoutError("timed out"), "does not answer (timed out)"),
        (ConnectionResetError("reset"), "does not answer (reset)"),
        (httplib2.ServerNotFoundError("no name"), "does not answer (no name)"),
        (http.client.IncompleteRead(b""), "does not answer"),
        (TransportError("no route"), "does not answer (no route)"),
        (json.JSONDecodeError("no", "x", 0), "cannot be understood"),
        (RefreshError("later", retryable=True), "sign-in does not answer (later)"),
        (ssl.SSLCertVerificationError("bad"), "certificate is not trusted"),
    ],
)
def test_what_may_pass(error: Exception, said: str) -> None:
    found = explained(error, "home")
    assert isinstance(found, Unreachable)
    assert str(found).startswith("Calendar home: ") and said in str(found)
    assert " Next: " in str(found)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (answered(401, "authError"), "Next: syncd auth google home"),
        (answered(403, "accessNotConfigured"), "enable the Google Calendar API"),
        (answered(403, "insufficientPermissions"), "must be given in config by its id"),
        (answered(403, "requiredAccessLevel"), "see that you may change the calendar"),
        (answered(403, "forbidden"), "does not allow this (forbidden: said)"),
        (answered(404, "notFound"), "no such calendar"),
        (answered(400, "invalid", "Invalid\n value"), "400 invalid: Invalid value"),
        (RefreshError("x", {"error": "invalid_grant"}), "the sign-in to Google has ended"),
        (RefreshError("x", {"error": "invalid_client"}), "download its JSON again"),
        (RefreshError("x", {"error": "unauthorized_client"}), "domain-wide delegation"),
        (RefreshError("x", {"error": "new_one"}), "does not take the sign-in (new_one)"),
    ],
)
def test_what_will_not_pass(error: Exception, said: str) -> None:
    found = explained(error, "home")
    assert isinstance(found, Refused)
    assert str(found).startswith("Calendar home: ") and said in str(found)


@pytest.mark.parametrize(
    ("error", "ended"),
    [
        (answered(401, "authError"), True),
        (RefreshError("x", {"error": "invalid_grant"}), True),
        (RefreshError("x", {"error": "new_one"}), True),
        (answered(403, "insufficientPermissions"), False),
        (answered(404, "notFound"), False),
    ],
)
def test_a_sign_in_that_has_ended_is_told_from_other_refusals(
    error: Exception, ended: bool
) -> None:
    assert isinstance(explained(error, "home"), SignedOut) is ended


def test_how_long_it_is_to_be_left_alone() -> None:
    found = explained(answered(429, "rateLimitExceeded", retry_after="7"), "home")
    assert isinstance(found, Unreachable) and found.after == timedelta(seconds=7)
    found = explained(answered(403, "quotaExceeded"), "home")
    assert isinstance(found, Unreachable) and found.after == AN_HOUR
    found = explained(answered(503, "", retry_after="soon"), "home")
    assert isinstance(found, Unreachable) and found.after is None


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {}}', b"7"]
)
def test_an_error_that_makes_no_sense(content: bytes) -> None:
    found = explained(HttpError(httplib2.Response({"status": 418}), content), "home")
    assert isinstance(found, Refused) and "418" in str(found)


def test_of_tasks_the_calendar_signs_in() -> None:
    found = explained(answered(401, "authError"), "home tasks")
    assert str(found).endswith("Next: syncd auth google home")


class TestASignInThatIsDead:
    def test_is_asked_for_once_until_somebody_signs_in(
        self, google: Account, tmp_path: Path
    ) -> None:
        bench = OnGoogle(google, tmp_path)
        calendar = bench.open()
        calendar.changes("", {})
        google.revoke()
        before = len(google.google.oauth.asked)
        for _ in range(5):
            with pytest.raises(Refused, match="the sign-in to Google has ended"):
                calendar.changes("", {})
            with pytest.raises(Refused):
                bench.open().changes("", {})  # another calendar of the same sign-in
        assert len(google.google.oauth.asked) - before <= 2
        path = google.token_file(tmp_path)
        os.utime(path, ns=(1, 1))
        assert calendar.changes("", {}).complete

    def test_is_tried_again_after_an_hour(self, google: Account, tmp_path: Path) -> None:
        bench = OnGoogle(google, tmp_path)
        now = [0.0]
        bench.signed_in._monotonic = lambda: now[0]
        calendar = bench.open()
        google.testing = True
        google.token_file(tmp_path)
        google.shift = timedelta(days=8)
        with pytest.raises(Refused, match="the app is in Testing"):
            calendar.changes("", {})
        google.shift = timedelta()
        now[0] = 3500.0
        with pytest.raises(Refused):
            calendar.changes("", {})
        now[0] = 3700.0
        assert calendar.changes("", {}).complete

    @pytest.mark.parametrize("content", ["", "{}", "[]", '{"type": "service_account"}', "x" * 10])
    def test_a_file_that_holds_none(self, google: Account, tmp_path: Path, content: str) -> None:
        bench = OnGoogle(google, tmp_path)
        (tmp_path / "token.json").write_text(content)
        with pytest.raises(Refused, match="holds no sign-in to Google"):
            bench.open().changes("", {})
        assert notice_of(bench.settings) is None

    def test_no_file(self, google: Account, tmp_path: Path) -> None:
        bench = OnGoogle(google, tmp_path)
        (tmp_path / "token.json").unlink()
        with pytest.raises(Refused, match="nobody has signed in to Google yet"):
            bench.open().changes("", {})


def test_an_access_token_that_ends_is_renewed(google: Account, tmp_path: Path) -> None:
    calendar = OnGoogle(google, tmp_path).open()
    calendar.changes("", {})
    google.shift = timedelta(hours=2)
    assert calendar.changes("", {}).complete
    assert google.google.oauth.asked[-1] == "refresh_token"


def test_pauses_grow_and_retry_after_is_honoured(google: Account, tmp_path: Path) -> None:
    waited: list[float] = []
    bench = OnGoogle(google, tmp_path)
    calendar = bench.open()
    calendar._calls = calls = type(calendar._calls)(
        account=calendar._calls.account,
        api=calendar._calls.api,
        name="home",
        pause=waited.append,
        chance=lambda: 0.5,
    )
    assert calls.pause == waited.append
    google.fail(*(Fault(Kind.ERROR_BEFORE) for _ in range(3)))
    calendar.changes("", {})
    assert waited == [0.5, 1.0, 2.0]
    waited.clear()
    google.fail(Fault(Kind.ERROR_BEFORE, status=429, reason="rateLimitExceeded", retry_after=9))
    calendar.changes("", {})
    assert waited == [9.0]
    waited.clear()
    google.fail(Fault(Kind.ERROR_BEFORE, status=429, reason="rateLimitExceeded", retry_after=99))
    with pytest.raises(Unreachable) as told:
        calendar.changes("", {})
    assert told.value.after == timedelta(seconds=99) and waited == []


def test_the_end_of_a_sign_in_is_known_by_its_day_and_in_words(tmp_path: Path) -> None:
    token = tmp_path / "google.json"
    ours = {"granted": "2026-11-20T09:00:00+00:00", "testing": True}
    token.write_text(json.dumps({"syncd": ours}))
    settings = CalendarSettings(
        name="home",
        provider="google",
        url="",
        username="",
        password=Secret(value=""),
        calendar="Outreach",
        google=GoogleSettings(credentials=None, token=token),
    )
    found = notice_of(settings)
    assert found is not None
    assert found[0] == datetime(2026, 11, 27, 9, tzinfo=UTC)
    assert "ends on Friday 27 November 2026" in found[1]
