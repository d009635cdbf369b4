"""Notifications: proved by doctor, sent by run, and their addresses never shown."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.desk import PATIENCE, Desk
from tests.listener import SECRET, Listener, listening
from tests.servers import Server

NOTIFY = "notify: {urls: !env SYNCD_NOTIFY, on: [failing, held]}\n"


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as made:
        yield made


@pytest.fixture
def told(desk: Desk, radicale: Server, listener: Listener) -> Desk:
    desk.write(radicale, "Ann Lee")
    desk.config.write_text(desk.config.read_text() + NOTIFY)
    desk.env["SYNCD_NOTIFY"] = listener.url
    return desk


def test_doctor_proves_the_way(told: Desk, listener: Listener) -> None:
    said = told.syncd("doctor", "--notify")
    assert said.status == 0
    assert said.out == (
        "Notifications\n"
        "  ✓ SYNCD_NOTIFY (json): a test message was sent and taken; see whether it arrived\n"
        "All is well.\n"
    )
    assert listener.taken() == [
        (
            "syncd: this is a test",
            "Notifications from syncd arrive here. There is nothing to do.",
        )
    ]


@pytest.mark.parametrize(
    ("urls", "why"),
    [
        (f"json://ann:{SECRET}@127.0.0.1:9/x", "SYNCD_NOTIFY (json): the service cannot be"),
        (f"nosuch://{SECRET}", "SYNCD_NOTIFY (nosuch): apprise does not know such an address"),
        (SECRET, "SYNCD_NOTIFY (no address): apprise does not know such an address"),
    ],
)
def test_doctor_says_what_is_wrong_and_never_the_address(told: Desk, urls: str, why: str) -> None:
    told.env["SYNCD_NOTIFY"] = urls
    said = told.syncd("doctor", "--notify")
    assert said.status == 3
    assert why in said.out
    assert "Next: " in said.out
    json = told.syncd("doctor", "--notify", "--json")
    (step,) = json.json["Notifications"]
    assert step["verdict"] == "failed"
    assert SECRET not in said.out + said.err + json.out + json.err


def test_check_says_which_address_no_service_has(told: Desk, listener: Listener) -> None:
    told.env["SYNCD_NOTIFY"] = f"{listener.url} nosuch://{SECRET}"
    said = told.syncd("check")
    assert said.status == 1
    assert "SYNCD_NOTIFY 2 (nosuch): apprise does not know such an address" in said.out
    assert "fine" not in said.out and SECRET not in said.out + said.err
    told.env["SYNCD_NOTIFY"] = listener.url
    assert "fine" in told.syncd("check").out
    assert listener.taken() == []


def test_all_addresses_are_tried(told: Desk, listener: Listener) -> None:
    told.env["SYNCD_NOTIFY"] = f"json://127.0.0.1:9/x\n{listener.url}"
    said = told.syncd("doctor", "--notify")
    assert said.status == 3
    assert "✗ SYNCD_NOTIFY 1 (json)" in said.out
    assert "✓ SYNCD_NOTIFY 2 (json)" in said.out
    assert len(listener.taken()) == 1


def test_doctor_without_notifications(told: Desk) -> None:
    told.config.write_text(told.config.read_text().replace(NOTIFY, ""))
    said = told.syncd("doctor", "--notify")
    assert said.status == 2
    assert "the config has no notify: with urls:" in said.err


def test_an_address_comes_from_where_a_password_may(told: Desk, listener: Listener) -> None:
    secret = told.folder / "notify.secret"
    secret.write_text(f"{listener.url}\n")
    before = told.config.read_text()
    told.config.write_text(before.replace("!env SYNCD_NOTIFY", "[!file notify.secret]"))
    assert told.syncd("doctor", "--notify").status == 0
    told.config.write_text(before.replace("!env SYNCD_NOTIFY", f'"{listener.url}"'))
    said = told.syncd("check")
    assert said.status == 0
    assert "warning: urls: stands here in plain text." in said.out + said.err
    assert SECRET not in said.out + said.err
    told.config.write_text(before)
    del told.env["SYNCD_NOTIFY"]
    missing = told.syncd("run")
    assert missing.status == 1
    assert "urls: SYNCD_NOTIFY is not set in the environment." in missing.err


def test_the_daemon_tells_and_its_log_never_says_the_address(
    told: Desk, listener: Listener
) -> None:
    assert told.syncd("sync").status == 0
    told.env["SYNCD_PASSWORD"] = "wrong"
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    now = long_ago.isoformat(timespec="seconds")
    assert told.at(now, "sync").status == 3, "from then on it fails"
    child = subprocess.Popen(
        told.command("run"),
        cwd=told.folder,
        env=told.environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not listener.got and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        child.terminate()
        _, log = child.communicate(timeout=PATIENCE)
    ((title, body),) = listener.taken()
    assert title == "syncd: calendar home fails"
    assert "refused the password (401)" in body
    assert SECRET not in log
