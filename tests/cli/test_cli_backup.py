"""backup and restore FILE: nothing is replaced unasked, and all of it comes back."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.desk import NOW, Desk
from tests.client import Client
from tests.servers import Server

CONFIG = """\
timezone: Europe/Berlin
people: people.yaml
calendars:
  home: {url: https://dav.example.org/, username: ann, password: !env SYNCD_PASSWORD}
lists:
  clients: {cadence: 6 weeks, channels: [call]}
"""


@pytest.fixture
def table(desk: Desk) -> Desk:
    """A desk with one contact in the log."""
    desk.config.write_text(CONFIG)
    desk.write_people("Ann Lee", "Bob Ray")
    desk.env["SYNCD_PASSWORD"] = "secret"
    assert desk.at(NOW, "log", "ann", "--note", "first").status == 0
    return desk


def notes(desk: Desk) -> list[str]:
    return [each["note"] for each in desk.syncd("history", "--json").json]


def test_what_was_backed_up_is_put_back(table: Desk) -> None:
    backup = table.folder / "syncd.backup"
    said = table.syncd("backup", "syncd.backup")
    assert said.status == 0
    assert said.out.startswith("Backed up: 1 line of the log until 2026-11-24 12:00, ")
    assert "a calendar on syncd's own server" in said.out  # the backup has no calendar in it
    assert said.out.endswith("syncd restore syncd.backup\n")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    table.at(NOW, "log", "bob", "--note", "second")
    assert notes(table) == ["first", "second"]
    asked = table.syncd("restore", "syncd.backup")
    assert asked.status == 2
    assert "syncd.backup would replace 2 lines of the log" in asked.err
    assert asked.err.endswith("Nothing was changed. Next: add --yes.\n")
    assert notes(table) == ["first", "second"]
    done = table.syncd("restore", "syncd.backup", "--yes")
    assert done.status == 0
    assert "Put back from syncd.backup: 1 line of the log" in done.out
    assert notes(table) == ["first"]
    (kept,) = table.state.glob("*.backup")
    assert str(kept) in done.out
    assert table.syncd("restore", str(kept), "--yes").status == 0
    assert notes(table) == ["first", "second"]


def test_json(table: Desk) -> None:
    said = table.syncd("backup", "a.backup", "--json").json
    assert (said["file"], said["log_lines"], said["entries"]) == ("a.backup", 1, 0)
    assert said["newest"] == "2026-11-24T12:00:00+01:00"
    assert said["bytes"] == (table.folder / "a.backup").stat().st_size
    back = table.syncd("restore", "a.backup", "--yes", "--json").json
    assert back["log_lines"] == 1 and Path(back["kept"]).is_file()


def test_no_file_is_overwritten_unasked(table: Desk) -> None:
    mine = table.folder / "mine.txt"
    mine.write_text("dear diary")
    said = table.syncd("backup", "mine.txt")
    assert (said.status, mine.read_text()) == (2, "dear diary")
    assert "mine.txt is there already" in said.err
    database = str(next(table.state.glob("*.sqlite")))
    assert "is the database itself" in table.syncd("backup", database, "--force").err
    assert "is the database itself" in table.syncd("restore", database, "--yes").err
    assert "is a folder" in table.syncd("backup", str(table.folder)).err
    away = table.folder / "not" / "mounted"
    assert f"There is no folder {away.parent}." in table.syncd("backup", str(away)).err
    assert not away.parent.exists()
    assert notes(table) == ["first"]
    assert table.syncd("backup", "mine.txt", "--force").status == 0
    assert table.syncd("restore", "mine.txt", "--yes").status == 0


def test_on_a_new_machine_nobody_need_be_asked(table: Desk) -> None:
    table.syncd("backup", "a.backup")
    shutil.rmtree(table.state)
    said = table.syncd("restore", "a.backup")
    assert said.status == 0 and "kept" not in said.out
    assert notes(table) == ["first"]


def test_what_is_no_backup_is_named(table: Desk) -> None:
    (table.folder / "x.backup").write_text("people:\n" * 99)
    for arguments, status, said in (
        (("restore", "nowhere", "--yes"), 2, "There is no file nowhere"),
        (("restore", "x.backup", "--yes"), 5, "x.backup is damaged, or no database at all"),
        (("restore", "--yes"), 2, "--yes and --json go with FILE"),
    ):
        done = table.syncd(*arguments)
        assert (done.status, said in done.err) == (status, True), done.err
    assert notes(table) == ["first"]


def test_a_database_that_cannot_be_used_is_replaced(table: Desk) -> None:
    table.syncd("backup", "a.backup")
    database = next(table.state.glob("*.sqlite"))
    database.write_bytes(b"nonsense" * 999)
    assert table.syncd("status").status == 5
    assert "which cannot be used" in table.syncd("restore", "a.backup").err
    assert table.syncd("restore", "a.backup", "--yes").status == 0
    assert notes(table) == ["first"]


def test_without_anything_remembered_there_is_nothing_to_back_up(table: Desk) -> None:
    shutil.rmtree(table.state)
    said = table.syncd("backup", "a.backup")
    assert said.status == 5 and "nothing to back up" in said.err
    assert not (table.folder / "a.backup").exists()


def test_on_a_full_disk_there_is_no_half_of_a_backup(table: Desk) -> None:
    for number in range(40):
        table.at(NOW, "log", "ann", "--note", f"{number}" * 500)
    room = next(table.state.glob("*.sqlite")).stat().st_size - 4096
    said = table.process("backup", "a.backup", room=room)
    assert said.status == 5
    assert "a.backup" in said.err and "free some space" in said.err
    assert not [each for each in os.listdir(table.folder) if "backup" in each]


def test_a_mark_made_since_the_backup_counts_once_and_nothing_is_there_twice(
    desk: Desk, radicale: Server
) -> None:
    desk.write(radicale, "Ann Lee", "Bob Ray", "Cyd May")
    assert desk.at(NOW, "sync").status == 0
    client = Client(radicale, "Outreach")
    client.retitle(client.find("Ann Lee"), "x Ann Lee: call")
    assert desk.at(NOW, "sync").status == 0
    assert desk.at(NOW, "backup", "a.backup").status == 0
    client.retitle(client.find("Bob Ray"), "m Bob Ray: call try Monday")
    assert desk.at(NOW, "sync").status == 0
    client.retitle(client.find("Cyd May"), "x Cyd May: call")
    there = sorted(each.title for each in client.entries())
    log = desk.at(NOW, "history", "--json").json
    assert desk.at(NOW, "restore", "a.backup", "--yes").status == 0
    assert len(desk.at(NOW, "history", "--json").json) == 1
    assert desk.at(NOW, "sync").status == 0
    after = desk.at(NOW, "history", "--json").json
    known = sorted((each["person"], each["outcome"], each["note"]) for each in log)
    assert sorted((each["person"], each["outcome"], each["note"]) for each in after) == [
        *known,
        ("cyd-may", "reached", ""),
    ]
    assert sorted(each.title for each in client.entries()) == sorted(
        "✅ Cyd May: call" if "Cyd" in title else title for title in there
    )
    assert desk.at(NOW, "sync").out == "Nothing to do.\n"


def test_while_the_daemon_runs_a_backup_is_taken_and_none_put_back(table: Desk) -> None:
    command, folder = table.command("run"), table.folder
    with subprocess.Popen(
        command, cwd=folder, env=table.environment, stderr=subprocess.PIPE, text=True
    ) as daemon:
        assert daemon.stderr is not None
        assert "started" in daemon.stderr.readline()
        assert table.syncd("backup", "a.backup").status == 0
        said = table.syncd("restore", "a.backup", "--yes")
        assert said.status == 5
        assert f"syncd run is at work for this deployment already (process {daemon.pid}" in said.err
        daemon.send_signal(signal.SIGTERM)
        daemon.communicate(timeout=10)
    assert table.syncd("restore", "a.backup", "--yes").status == 0
