"""Whether ticks come off, by the database alone: health."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest

from syncd.cli.presence import present
from tests.cli.desk import NOW, Desk
from tests.servers import Server

SOON = "2026-11-24T12:06+01:00"
LATE = "2026-11-24T12:07+01:00"


@pytest.fixture
def synced(desk: Desk, radicale: Server) -> Desk:
    desk.write(radicale, "Ann Lee")
    assert desk.at(NOW, "sync").status == 0
    return desk


def remember(desk: Desk, statement: str, *values: str) -> None:
    with sqlite3.connect(desk.state / "default.sqlite") as connection:
        connection.execute(statement, values)


def test_it_is_well_for_three_polls_after_a_tick(synced: Desk) -> None:
    said = synced.syncd("--now", SOON, "health")
    assert said.status == 0
    assert said.out == "Calendar home: well, last read Tue 12:00 (6 minutes ago).\n"


def test_after_three_polls_it_says_since_when_and_whether_a_daemon_runs(synced: Desk) -> None:
    late = synced.syncd("--now", LATE, "health")
    assert late.status == 3
    assert late.out == (
        "Calendar home: not read for 3 polls of 120 seconds, and no daemon runs. Last success: "
        "Tue 12:00. Your marks are safe in the calendar. Next: syncd run\n"
    )
    with present(synced.state / "default.sqlite"):
        assert "though a daemon runs." in synced.syncd("--now", LATE, "health").out


def test_before_the_first_tick(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    said = desk.syncd("health")
    assert (said.status, said.out) == (3, "No tick has come off yet. Next: syncd run\n")
    assert desk.syncd("health", "--json").json["healthy"] is False
    assert not desk.state.exists(), "it makes nothing"


def test_a_calendar_that_fails_is_named_at_once_with_since_when(synced: Desk) -> None:
    synced.env["SYNCD_PASSWORD"] = "wrong"
    assert synced.at("2026-11-24T12:02+01:00", "sync").status == 3
    assert synced.at("2026-11-24T12:04+01:00", "sync").status == 3
    said = synced.syncd("--now", "2026-11-24T12:05+01:00", "health")
    assert said.status == 3
    assert said.out.startswith("Calendar home refused the password (401). ")
    assert "Last success: Tue 12:00." in said.out
    assert "It has failed since Tue 12:02 (3 minutes ago). Next: " in said.out
    told = synced.syncd("--now", "2026-11-24T12:05+01:00", "health", "--json")
    assert told.status == 3
    (calendar,) = told.json["calendars"]
    assert calendar.pop("error") in said.out
    assert calendar == {
        "calendar": "home",
        "healthy": False,
        "last_success": "2026-11-24T12:00:00+01:00",
        "failing_since": "2026-11-24T12:02:00+01:00",
    }


def test_what_is_held_or_broke_off_is_no_health(synced: Desk) -> None:
    remember(synced, "INSERT INTO settings VALUES ('held', 'it would delete 12 entries')")
    held = synced.syncd("--now", NOW, "health")
    assert held.status == 4
    assert "Writes are held: it would delete 12 entries. Next: syncd status" in held.out
    remember(synced, "INSERT INTO settings VALUES ('broken', 'ValueError: x')")
    broken = synced.syncd("--now", NOW, "health")
    assert broken.status == 5
    assert "The last tick broke off (ValueError: x)" in broken.out
    remember(synced, "DELETE FROM settings WHERE name = 'held'")
    remember(synced, 'UPDATE calendars SET doubtful = \'["a", "b", "c"]\'')
    doubted = synced.syncd("--now", NOW, "health", "--json").json
    assert doubted["held"] == "3 entries are gone from home at once"
    assert doubted["healthy"] is False


def test_it_goes_by_the_config_that_ticks_keep_to(synced: Desk) -> None:
    good = synced.config.read_text()
    synced.config.write_text(good.replace("weekly on thursday", "whenever"))
    assert synced.syncd("check").status == 1
    assert synced.syncd("--now", SOON, "health").status == 0
    synced.config.write_text("poll: 1 day\n" + good)
    assert synced.syncd("--now", LATE, "health").status == 3, "no tick has taken it yet"
    assert synced.at(LATE, "sync").status == 0
    assert synced.syncd("--now", "2026-11-26T12:00+01:00", "health").status == 0


def test_a_database_or_config_that_cannot_be_read_is_said(synced: Desk) -> None:
    (synced.state / "default.sqlite").write_bytes(b"no database" * 100)
    said = synced.syncd("health")
    assert said.status == 5
    assert "is not a database" in said.err
    synced.config.write_text("deployment: [")
    assert synced.syncd("health").status == 1


def test_a_database_of_a_newer_syncd_is_no_health(synced: Desk) -> None:
    remember(synced, "UPDATE syncd SET schema = 99")
    said = synced.syncd("--now", SOON, "health")
    assert said.status == 5
    assert "was written by a newer syncd (schema 99" in said.err


@pytest.mark.parametrize(
    ("verb", "spared"),
    [
        ("health", ("sqlalchemy", "syncd.config.shapes")),
        ("check", ("sqlalchemy", "rich", "syncd.engine", "syncd.reconcile.plan")),
        ("due", ("sqlalchemy",)),
    ],
)
def test_it_imports_nothing_heavy(synced: Desk, verb: str, spared: tuple[str, ...]) -> None:
    heavy = (*spared, "caldav", "icalendar", "niquests", "apscheduler", "structlog")
    code = (
        "import sys\nfrom syncd.cli.main import main\n"
        f"status = main(['--now', {NOW!r}, {verb!r}])\n"
        f"print(status, [m for m in {heavy!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=synced.folder,
        env=synced.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == "0 []\n"
