"""Signing in to Google and working there, from the command line: against the emulator, the browser
played by one call."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

import pytest

from tests.cli.desk import PATIENCE, Desk, Said
from tests.emulator.client import GoogleClient
from tests.emulator.faults import Fault, Kind
from tests.emulator.google import Account
from tests.ending import ended

NOW = "2026-11-24T12:00+01:00"
_OWN = "https://www.googleapis.com/auth/calendar.app.created"


@pytest.fixture
def desk(tmp_path: Path, google: Account) -> Desk:
    made = Desk(folder=tmp_path)
    made.write_google(google, "Ann Lee", "Bob Roy")
    return made


def signed_in(desk: Desk, google: Account, *options: str, paste: str | None = None) -> Said:
    """Sign in with a browser elsewhere: an address is printed, and one is wanted."""

    def typed(said: str) -> str:
        address = re.search(r"http\S+auth\?\S+", said)
        assert address, said
        return (paste or google.consent(address[0])) + "\n"

    options = options or ("--in-production",)
    return desk.syncd("auth", "google", "--no-browser", *options, typed=typed)


def token_of(desk: Desk) -> Path:
    return desk.state / "default.google.json"


def test_from_nothing_to_a_calendar_that_is_kept(desk: Desk, google: Account) -> None:
    before = desk.syncd("--now", NOW, "plan")
    assert before.status == 3
    assert "nobody has signed in to Google yet." in before.err
    assert "Next: syncd auth google home" in before.err
    done = signed_in(desk, google)
    assert done.status == 0, done.err
    assert f"{_OWN}: to make a calendar of its own" in done.err
    assert "calendar.events:" not in done.err and "auth/tasks" not in done.err
    assert "Signed in; it is kept in" in done.out
    assert token_of(desk).stat().st_mode & 0o777 == 0o600
    assert desk.syncd("--now", NOW, "--rehearse", "sync").status == 0
    app = GoogleClient(google, "Outreach")
    ann = app.find("Ann Lee")
    app.retitle(ann, f"x {ann.title} good talk")
    again = desk.syncd("--now", "2026-11-26T11:00+01:00", "--rehearse", "sync")
    assert "Understood: Ann Lee: reached" in again.out
    assert app.find("✅ Ann Lee").alarm is None
    shown = desk.syncd("--now", "2026-11-26T11:05+01:00", "status")
    assert shown.status == 0 and "sign-in" not in shown.out


def test_in_a_browser_here(desk: Desk, google: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.env["DISPLAY"] = ":1"
    opened: list[str] = []

    class Browser:
        def open(self, url: str, **more: object) -> bool:
            opened.append(url)
            Thread(target=lambda: urlopen(google.consent(url)).read(), daemon=True).start()
            return True

    monkeypatch.setattr("webbrowser.get", lambda name=None: Browser())
    done = desk.syncd("auth", "google", "--in-production", "--json")
    assert done.status == 0, done.err
    told = json.loads(done.out)
    assert told["calendars"] == ["home"] and told["ends"] is None
    assert told["scopes"] == [
        _OWN,
        "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
    ]
    assert "access_type=offline" in opened[0] and "code_challenge" in opened[0]


def test_of_a_calendar_that_is_there_no_more_is_asked_than_its_events(
    desk: Desk, google: Account
) -> None:
    desk.config.write_text(
        desk.config.read_text().replace("calendar: Outreach", "calendar: primary")
    )
    done = signed_in(desk, google)
    assert json.loads(token_of(desk).read_text())["scopes"] == [
        "https://www.googleapis.com/auth/calendar.events"
    ]
    assert done.status == 0
    assert desk.syncd("--now", NOW, "--rehearse", "sync").status == 0
    assert GoogleClient(google, "primary").find("Ann Lee")


def test_tasks_are_asked_for_where_a_list_is_of_tasks(desk: Desk, google: Account) -> None:
    text = desk.config.read_text().replace("channels: [call]", "channels: [call], as: task")
    desk.config.write_text(text)
    signed_in(desk, google)
    assert "https://www.googleapis.com/auth/tasks" in token_of(desk).read_text()


def test_an_app_in_testing_says_when_it_ends_everywhere(desk: Desk, google: Account) -> None:
    google.testing = True
    done = signed_in(desk, google, "--testing")
    day = f"{datetime.now(UTC) + timedelta(days=7):%a} "
    assert f"Google ends this sign-in on {day}" in done.out
    assert "Publish app" in done.out
    assert desk.syncd("sync").status == 0
    shown = desk.syncd("status")
    assert "the sign-in to Google ends on" in shown.out and shown.status == 0
    assert len(json.loads(desk.syncd("status", "--json").out)["notices"]) == 1
    google.shift = timedelta(days=8)
    dead = desk.syncd("sync")
    assert dead.status == 3
    assert "the sign-in to Google has ended. It was revoked, or its seven days are over" in dead.err
    assert "Next: syncd auth google home" in dead.err
    assert "Your marks are safe in the calendar." in dead.err


def test_a_revoked_sign_in_is_named_and_not_asked_for_again(desk: Desk, google: Account) -> None:
    signed_in(desk, google)
    assert desk.syncd("sync").status == 0
    google.revoke()
    dead = desk.syncd("sync")
    assert dead.status == 3
    assert "the sign-in to Google has ended. It was revoked" in dead.err
    shown = desk.syncd("status")
    assert shown.status == 3 and "has ended" in shown.out
    token_of(desk).chmod(0o644)
    signed_in(desk, google)
    assert token_of(desk).stat().st_mode & 0o777 == 0o600
    assert desk.syncd("sync").status == 0
    assert desk.syncd("status").status == 0


def test_a_box_that_was_left_unticked(desk: Desk, google: Account) -> None:
    process_paste: list[str] = []
    original = google.consent

    def consent(url: str, **more: object) -> str:
        process_paste.append(url)
        return original(url, without=("calendarlist.readonly",))

    google.consent = consent  # type: ignore[method-assign, assignment]
    done = signed_in(desk, google)
    assert done.status == 3
    assert "Google was not allowed calendar.calendarlist.readonly" in done.err
    assert not token_of(desk).exists()


@pytest.mark.parametrize(
    ("paste", "said"),
    [
        ("http://127.0.0.1:1/?state=x&code=y", "is of another sign-in than this one"),
        ("https://example.org/", "That is not the address that the browser ended at"),
        ("http://127.0.0.1:1/?error=access_denied&state=x", "of another sign-in than this one"),
        ("nonsense", "That is not the address that the browser ended at"),
    ],
)
def test_what_was_pasted_is_not_it(desk: Desk, google: Account, paste: str, said: str) -> None:
    done = signed_in(desk, google, paste=paste)
    assert done.status in (2, 3) and said in done.err, done.err
    assert not token_of(desk).exists()


def test_cancel_was_pressed(desk: Desk, google: Account) -> None:
    google.consent = google.google.oauth.refusal  # type: ignore[method-assign, assignment]
    done = signed_in(desk, google)
    assert done.status == 3 and "access was denied" in done.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no JSON"),
        ("[]", "is no OAuth client's JSON"),
        ('{"web": {}}', "is of a web application. Next: make an OAuth client of the type Desktop"),
        (
            '{"type": "service_account"}',
            "is a service account's key. Next: syncd auth goog",
        ),
        ('{"installed": {"client_id": "x"}}', "is no OAuth client's JSON"),
    ],
)
def test_credentials_that_are_none(desk: Desk, text: str, said: str) -> None:
    (desk.folder / "client_secret.json").write_text(text)
    done = desk.syncd("auth", "google", "--in-production", "--no-browser")
    assert done.status == 2 and said in done.err, done.err


def test_what_is_missing_is_said_before_anything_begins(desk: Desk, google: Account) -> None:
    (desk.folder / "client_secret.json").unlink()
    done = desk.syncd("auth", "google", "--in-production")
    assert done.status == 2 and "cannot be read" in done.err
    google.credentials_file(desk.folder)
    done = desk.syncd("auth", "google")
    assert done.status == 2 and "add --in-production, or --testing" in done.err
    done = desk.syncd("auth", "google", "elsewhere", "--testing")
    assert done.status == 2 and "«elsewhere» is no calendar at Google. There is: home." in done.err
    done = desk.syncd("auth", "caldav")
    assert done.status == 2 and "has its password in config" in done.err
    done = desk.syncd("auth", "google", "--subject", "ann@example.org")
    assert done.status == 2 and "goes with --service-account" in done.err


def test_a_service_account_acts_for_somebody(desk: Desk, google: Account) -> None:
    key = google.service_account_file(desk.folder)
    done = desk.syncd("auth", "google", "--service-account", str(key), "--subject", google.email)
    assert done.status == 0, done.err
    assert desk.syncd("--now", NOW, "--rehearse", "sync").status == 0
    assert GoogleClient(google, "Outreach").find("Ann Lee")


def test_a_service_account_that_may_not(desk: Desk, google: Account) -> None:
    google.delegated = False
    key = google.service_account_file(desk.folder)
    done = desk.syncd("auth", "google", "--service-account", str(key), "--subject", google.email)
    assert done.status == 3 and "domain-wide delegation for these scopes" in done.err
    assert not token_of(desk).exists()
    other = google.credentials_file(desk.folder)
    done = desk.syncd("auth", "google", "--service-account", str(other))
    assert done.status == 2 and "is no service account's key" in done.err


def test_no_secret_is_ever_shown(desk: Desk, google: Account) -> None:
    done = signed_in(desk, google)
    told = json.loads(token_of(desk).read_text())
    google.revoke()
    everything = done.out + done.err
    for verb in (["sync"], ["plan"], ["status"], ["status", "--json"], ["check"]):
        said = desk.syncd(*verb)
        everything += said.out + said.err
    for secret in (told["refresh_token"], told["client_secret"]):
        assert secret not in everything


def test_the_daemon_that_waits_for_quota_obeys_at_once(desk: Desk, google: Account) -> None:
    signed_in(desk, google)
    google.fail(
        *(
            Fault(Kind.ERROR_BEFORE, status=429, reason="rateLimitExceeded", retry_after=25)
            for _ in range(50)
        )
    )
    process = subprocess.Popen(
        desk.command("run"),
        cwd=desk.folder,
        env=desk.environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not google.requests() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert google.requests()
        assert ended(process, signal.SIGTERM, PATIENCE)[1] < 3
    finally:
        process.kill()
        process.wait()
    assert process.stderr is not None
    process.stderr.close()


def test_an_api_that_is_not_enabled(desk: Desk, google: Account) -> None:
    signed_in(desk, google)
    google.enabled = False
    done = desk.syncd("sync")
    assert done.status == 3 and "enable the Google Calendar API" in done.err


def test_status_forgets_what_failed_before_somebody_signed_in(desk: Desk, google: Account) -> None:
    assert desk.syncd("sync").status == 3
    assert "nobody has signed in" in desk.syncd("status").out
    signed_in(desk, google)
    done = desk.syncd("status")
    assert done.status == 0 and "nobody has signed in" not in done.out


def test_entries_that_the_config_names_no_more_are_told_of(desk: Desk, google: Account) -> None:
    as_task = desk.config.read_text().replace("{cadence:", "{as: task, cadence:")
    as_event = desk.config.read_text()
    desk.config.write_text(as_task)
    signed_in(desk, google)
    assert desk.at(NOW, "sync").status == 0
    desk.config.write_text(as_event)
    for verb in ("sync", "status"):
        done = desk.at(NOW, verb)
        assert (
            "Calendar home tasks: 2 of syncd's entries ahead are left in it" in done.out + done.err
        )
        assert "syncd clear --calendar 'home tasks'" in done.out + done.err
    desk.config.write_text(as_task)
    assert desk.at(NOW, "clear", "--calendar", "home tasks", "--yes").status == 0
    desk.config.write_text(as_event)
    done = desk.at(NOW, "sync")
    assert "are left in it" not in done.out + done.err


def test_a_calendar_of_that_name_which_syncd_did_not_make(desk: Desk, google: Account) -> None:
    google.add_calendar("mine@group.calendar.google.com", "Outreach")
    signed_in(desk, google)
    done = desk.syncd("sync")
    assert done.status == 3
    assert "must be given in config by its id" in done.err


def with_credit(desk: Desk, meetings: str) -> None:
    desk.config.write_text(f"{desk.config.read_text()}credit: {{meetings: {meetings}}}\n")
    people = desk.people.read_text().replace("- name: Ann Lee", "- name: Ann Lee\n  email: a@b.org")
    desk.people.write_text(people)


def test_meetings_are_asked_for_where_they_count(desk: Desk, google: Account) -> None:
    signed_in(desk, google)
    with_credit(desk, "[primary]")
    before = desk.at(NOW, "sync")
    assert before.status == 3
    assert "Calendar home/primary: the sign-in does not allow this." in before.err
    assert "The config has credit:, perhaps since it was made." in before.err
    assert (
        "Next: syncd doctor home says which right is missing; syncd auth google home" in before.err
    )
    assert GoogleClient(google, "Outreach").find("Ann Lee"), "the rest goes on"
    shown = desk.at(NOW, "status")
    assert shown.status == 3 and "Calendar home/primary: the sign-in does not" in shown.out
    ill = json.loads(desk.syncd("doctor", "--json").out)["home"]
    rights = next(each for each in ill if each["step"] == "rights")
    assert rights["verdict"] == "failed" and "events.readonly" in rights["said"]
    done = signed_in(desk, google)
    assert "calendar.events.readonly: to read the meetings in the calendars that" in done.err
    assert desk.at(NOW, "status").status == 0
    well = json.loads(desk.syncd("doctor", "--json").out)["home"]
    assert {each["verdict"] for each in well} == {"well"}
    assert well[-1]["step"] == "meetings in primary"
    app = GoogleClient(google, "primary")
    start = datetime.fromisoformat("2026-11-24T09:00+01:00")
    app.meet("Catching up", start, start + timedelta(hours=1), {"a@b.org": "accepted"})
    shown = desk.at(NOW, "plan")
    assert "To be logged: Ann Lee: reached." in shown.out
    again = desk.at("2026-11-24T12:20+01:00", "sync")
    assert again.status == 0 and "Understood: Ann Lee: reached." in again.out
    told = desk.syncd("history", "ann")
    assert "meeting" in told.out and "Catching up" in told.out
    undone = desk.at("2026-11-24T12:30+01:00", "log", "--undo", "ann")
    assert "(known from: meeting)" in undone.out


def test_a_calendar_by_its_name_needs_the_list_of_calendars(desk: Desk, google: Account) -> None:
    text = desk.config.read_text().replace("calendar: Outreach", "calendar: primary")
    desk.config.write_text(text)
    with_credit(desk, "[Personal]")
    signed_in(desk, google)
    told = json.loads(token_of(desk).read_text())["scopes"]
    assert [each.rpartition("/")[2] for each in told] == [
        "calendar.events",
        "calendar.calendarlist.readonly",
    ]
    missing = desk.at(NOW, "sync")
    assert missing.status == 3 and "Google shows no calendar «Personal»" in missing.err
    for n in range(2):
        google.add_calendar(f"{n}@group.calendar.google.com", "Personal")
    several = desk.at(NOW, "sync")
    assert several.status == 3 and "2 calendars are called «Personal»" in several.err
