"""doctor: each step of an examination, on servers that are well and on such as are not."""

from __future__ import annotations

import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from syncd.calendars.diagnosis import TITLE
from syncd.calendars.reading import PROBE
from syncd.model.keys import is_key
from tests.cli.desk import Desk
from tests.client import Client
from tests.emulator.account import ALL
from tests.emulator.faults import Fault, Kind
from tests.emulator.google import Account
from tests.hosts import calendar_on
from tests.servers import Server

GOOD = ("https://www.googleapis.com/auth/calendar.app.created",)
GOOD += ("https://www.googleapis.com/auth/calendar.calendarlist.readonly",)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(folder=tmp_path)


def steps(desk: Desk, *options: str) -> dict[str, tuple[str, str, str]]:
    """By name: verdict, what was said, what to do."""
    done = desk.syncd("doctor", "--json", *options)
    assert done.out, done.err
    told = json.loads(done.out)
    found = {s["step"]: (s["verdict"], s["said"], s["next"]) for s in told["home"]}
    failed = any(each[0] == "failed" for each in found.values())
    assert done.status == (3 if failed else 0)
    return found


def verdicts(desk: Desk, *options: str) -> dict[str, str]:
    return {name: each[0] for name, each in steps(desk, *options).items()}


ALL_WELL = dict.fromkeys(
    (
        *("password", "resolve", "connect", "sign in", "clock", "find"),
        *("read", "write", "conditions", "read back", "remove"),
    ),
    "well",
)


def test_all_is_well_and_nothing_is_left(desk: Desk, server: Server) -> None:
    desk.write(server, "Ann Lee")
    assert desk.syncd("sync").status == 0
    app = Client(server, "Outreach")
    before = app.entries()
    assert verdicts(desk) == ALL_WELL
    assert app.entries() == before
    told = steps(desk)
    assert "2 entries, 2 of them syncd's" in told["read"][1]
    assert verdicts(desk, "--read-only").keys() == ALL_WELL.keys() - {
        *("write", "conditions", "read back", "remove")
    }
    shown = desk.process("doctor", "home")
    assert shown.status == 0
    assert "Calendar home\n" in shown.out and "  ✓ sign in: " in shown.out
    assert shown.out.endswith("All is well.\n")
    assert desk.env["SYNCD_PASSWORD"] not in shown.out


def test_calendars_whose_meetings_count_are_read(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    desk.config.write_text(f"{desk.config.read_text()}credit: {{meetings: [Personal]}}\n")
    told = steps(desk)
    assert told["remove"][0] == "not tried" and told["meetings in Personal"][0] == "failed"
    assert told["meetings in Personal"][2] == "check meetings: under credit: in the config."
    app = calendar_on(radicale, "Personal")
    start = datetime.now(UTC) - timedelta(hours=5)
    app.meet("Sync", start, start + timedelta(hours=1), {"ann@example.org": "accepted"})
    app.add("Dentist", start, start + timedelta(hours=1))
    told = steps(desk)
    said = "«Personal» is read; others accepted 1 of its meetings in a week"
    assert told["meetings in Personal"] == ("well", said, "")


def test_a_calendar_that_is_not_there_yet_is_not_made(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    told = steps(desk)
    assert told["find"][0] == "well" and "there is no «Outreach» yet" in told["find"][1]
    assert "the first sync makes it; look again then" in told["read"][1]
    assert not Client(radicale, "Outreach").exists


def test_a_wrong_password(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    desk.env["SYNCD_PASSWORD"] = "wrong"
    told = steps(desk)
    assert told["sign in"][0] == "failed"
    assert "refused the password (401)" in told["sign in"][1]
    assert told["sign in"][2] == "check SYNCD_PASSWORD."
    assert told["find"][0] == "not tried" and "since sign in failed" in told["find"][1]


def test_a_password_that_cannot_be_had(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    del desk.env["SYNCD_PASSWORD"]
    told = steps(desk)
    assert (
        told["password"][0] == "failed" and "is not set in the environment" in told["password"][1]
    )


def test_a_server_that_is_away(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    desk.config.write_text(desk.config.read_text().replace(radicale.url, "http://127.0.0.1:9/"))
    told = steps(desk)
    assert (
        told["connect"][0] == "failed"
        and "nothing answers at 127.0.0.1, port 9" in told["connect"][1]
    )
    assert set(verdicts(desk).values()) == {"well", "failed", "not tried"}


def test_a_name_that_is_none(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    text = desk.config.read_text().replace(radicale.url, "https://nowhere.invalid/")
    desk.config.write_text(text)
    told = steps(desk)
    assert told["resolve"][0] == "failed" and "nowhere.invalid has no address" in told["resolve"][1]


def test_a_calendar_that_may_only_be_read(desk: Desk, reader: Server) -> None:
    reader.put_calendar("Outreach")
    desk.write(reader, "Ann Lee")
    told = steps(desk)
    assert told["read"][0] == "well"
    assert told["write"][0] == "failed" and "rights" in told["write"][2]


def test_a_probe_that_was_left_is_taken_away(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    desk.syncd("sync")
    app = Client(radicale, "Outreach")
    title = TITLE.replace(",", "\\,")
    body = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\n"
        f"UID:{PROBE}0123456789abcdef\r\nDTSTAMP:20261201T000000Z\r\nSUMMARY:{title}\r\n"
        "DTSTART:20010101T030000Z\r\nDTEND:20010101T030100Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    path = f"{app.collection}{PROBE}0123456789abcdef.ics"
    assert radicale.ask("PUT", path, body.encode(), Content_Type="text/calendar")[0] == 201
    assert not is_key(f"{PROBE}0123456789abcdef")
    assert verdicts(desk) == ALL_WELL
    assert sorted(each.title for each in app.entries()) == ["Ann Lee: call", "Outreach"]


def test_a_name_that_no_calendar_has(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    done = desk.syncd("doctor", "work")
    assert done.status == 2
    assert "«work» is no calendar and no address book. There is: home." in done.err


@pytest.mark.parametrize(
    ("apart", "verdict"),
    [
        (timedelta(seconds=30), "well"),
        (timedelta(minutes=3), "doubtful"),
        (-timedelta(hours=1), "failed"),
    ],
)
def test_a_clock_that_is_wrong(
    desk: Desk, radicale: Server, apart: timedelta, verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write(radicale, "Ann Lee")

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) + apart

    monkeypatch.setattr("syncd.bootstrap.datetime", Clock)
    told = steps(desk)
    assert told["clock"][0] == verdict
    if verdict != "well":
        assert "set it by NTP" in told["clock"][2] or "set it by NTP" in told["clock"][1]


@contextmanager
def behind_tls(folder: Path) -> Iterator[str]:
    """A server with a certificate that nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_a_certificate_that_nobody_trusts(desk: Desk, radicale: Server, tmp_path: Path) -> None:
    desk.write(radicale, "Ann Lee")
    with behind_tls(tmp_path) as url:
        desk.config.write_text(desk.config.read_text().replace(radicale.url, url))
        told = steps(desk)
    assert told["connect"][0] == "well"
    assert told["sign in"][0] == "failed" and "certificate" in told["sign in"][1]


class TestGoogle:
    @pytest.fixture
    def desk(self, tmp_path: Path, google: Account) -> Desk:
        made = Desk(folder=tmp_path)
        made.write_google(google, "Ann Lee")
        self.sign_in(made, google)
        return made

    @staticmethod
    def sign_in(desk: Desk, google: Account, scopes: tuple[str, ...] = GOOD) -> None:
        desk.state.mkdir(exist_ok=True)
        path = google.token_file(desk.folder, scopes=scopes)
        path.replace(desk.state / "default.google.json")

    def test_all_is_well_and_nothing_is_left(self, desk: Desk, google: Account) -> None:
        assert desk.syncd("sync").status == 0
        found = verdicts(desk)
        assert set(found.values()) == {"well"}, steps(desk)
        assert {"rights", "lasts", "clock", "remove"} <= found.keys()
        live = [e for e in google.named("Outreach").events.values() if e["status"] == "confirmed"]
        assert TITLE not in [e.get("summary") for e in live]
        assert verdicts(desk) == found

    def test_tasks_too(self, desk: Desk, google: Account) -> None:
        text = desk.config.read_text().replace("channels: [call]", "channels: [call], as: task")
        desk.config.write_text(text)
        self.sign_in(desk, google, ALL + GOOD)
        assert desk.syncd("sync").status == 0
        done = desk.syncd("doctor", "home tasks", "--json")
        told = json.loads(done.out)["home tasks"]
        assert {each["verdict"] for each in told} <= {"well", "failed"}
        rights = next(each for each in told if each["step"] == "rights")
        assert rights["verdict"] == "well" and rights["said"] == "tasks"
        assert done.status == 0, told

    def test_nobody_signed_in(self, desk: Desk) -> None:
        (desk.state / "default.google.json").unlink()
        told = steps(desk)
        assert told["sign-in file"][0] == "failed"
        assert told["sign-in file"][2] == "syncd auth google home"

    def test_a_file_that_others_may_read(self, desk: Desk) -> None:
        (desk.state / "default.google.json").chmod(0o644)
        told = steps(desk)
        assert told["sign-in file"][0] == "doubtful"
        assert told["sign-in file"][2].startswith("chmod 600 ")

    def test_a_sign_in_that_was_revoked(self, desk: Desk, google: Account) -> None:
        google.revoke()
        told = steps(desk)
        assert told["sign in"][0] == "failed" and "has ended" in told["sign in"][1]

    def test_too_few_rights(self, desk: Desk, google: Account) -> None:
        self.sign_in(desk, google, GOOD[:1])
        told = steps(desk)
        assert told["rights"][0] == "failed"
        assert "does not allow calendar.calendarlist.readonly" in told["rights"][1]

    def test_an_app_in_testing(self, desk: Desk, google: Account) -> None:
        google.testing = True
        self.sign_in(desk, google)
        told = steps(desk)
        assert told["lasts"][0] == "doubtful" and "ends on" in told["lasts"][1]

    def test_an_api_that_is_not_enabled(self, desk: Desk, google: Account) -> None:
        google.enabled = False
        told = steps(desk)
        assert told["read"][0] == "failed" and "enable the Google Calendar API" in told["read"][2]

    def test_a_quota_that_is_used_up(self, desk: Desk, google: Account) -> None:
        google.fail(
            Fault(
                Kind.ERROR_BEFORE,
                nth=2,
                status=403,
                reason="quotaExceeded",
            )
        )
        told = steps(desk)
        assert told["read"][0] == "failed" and "quota is used up" in told["read"][1]

    def test_two_calendars_of_one_name(self, desk: Desk, google: Account) -> None:
        for n in range(2):
            google.add_calendar(f"{n}@group.calendar.google.com", "Outreach", app=google.client)
        told = steps(desk)
        assert told["read"][0] == "failed" and "2 calendars are called" in told["read"][1]
