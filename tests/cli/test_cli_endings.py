"""What goes wrong, each with a line that says what to do and the right exit status, and nothing
lost; and `--now`, which must not write unasked."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
from pathlib import Path

import keyring
import pytest

from tests.cli.desk import NOW, PATIENCE, Desk
from tests.client import Client
from tests.servers import Server

LATER = "2026-11-24T14:00+01:00"
WRITING = (
    ("sync",),
    ("log", "ann"),
    ("log", "--undo", "ann"),
    ("approve",),
    ("restore",),
    ("pause", "ann"),
    ("resume", "ann"),
    ("clear", "--yes"),
    ("demo", "--once"),
)


@pytest.fixture
def synced(desk: Desk, radicale: Server) -> Desk:
    """A desk whose calendar holds Ann, Bob, Cyd and Dee."""
    desk.write(radicale, "Ann Lee", "Bob Ray", "Cyd May", "Dee Fox")
    assert desk.at(NOW, "sync").status == 0
    return desk


def test_a_wrong_password(synced: Desk, radicale: Server) -> None:
    synced.env["SYNCD_PASSWORD"] = "not-the-word"
    for verb in (("sync",), ("plan",), ("clear", "--yes")):
        said = synced.at(LATER, *verb)
        assert said.status == 3
        assert "Calendar home refused the password (401)." in said.err
        assert "Next: check SYNCD_PASSWORD." in said.err
        assert "not-the-word" not in said.out + said.err
    said = synced.process("--now", LATER, "--rehearse", "sync")
    assert said.status == 3
    assert said.err == (
        "Calendar home refused the password (401). Last success: Tue 12:00. "
        "Your marks are safe in the calendar. Next: check SYNCD_PASSWORD.\n"
    )
    status = synced.at(LATER, "status")
    assert status.status == 3
    assert said.err in status.out
    assert "It has failed since Tue 14:00." in status.out
    told = synced.at(LATER, "status", "--json")
    assert told.status == 3
    (calendar,) = told.json["calendars"]
    assert calendar["last_success"] == "2026-11-24T12:00:00+01:00"
    assert calendar["failing_since"] == "2026-11-24T14:00:00+01:00"
    assert calendar["error"] == said.err.strip()
    synced.env["SYNCD_PASSWORD"] = radicale.password
    assert synced.at(LATER, "sync").status == 0
    assert synced.at(LATER, "status").status == 0


def test_a_server_that_is_down(synced: Desk, radicale: Server) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        text = synced.config.read_text()
        down = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        synced.config.write_text(text.replace(radicale.url, down))
        synced.people.write_text(
            synced.people.read_text() + "\n- {name: Eve Orr, lists: [clients]}"
        )
        said = synced.at(LATER, "plan", "--json")
        assert said.status == 3
        assert set(said.json) == {"now", "actions", "held"}
        assert said.json["actions"] == [], "what cannot be read would not be written"
        assert "connection refused" in said.err
        assert synced.at(LATER, "sync").status == 3
        assert synced.at(LATER, "due").status == 0, "what is remembered needs no server"


def test_after_a_first_sync_that_failed_the_next_one_writes(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    desk.env["SYNCD_PASSWORD"] = "not-the-word"
    assert desk.at(NOW, "sync").status == 3
    desk.env["SYNCD_PASSWORD"] = radicale.password
    said = desk.at(NOW, "sync")
    assert (said.status, said.out) == (0, "In the calendar: 2 created.\n")


def test_another_calendar_in_the_config_is_no_deletion(synced: Desk, radicale: Server) -> None:
    config = synced.config.read_text()
    synced.people.write_text(synced.people.read_text().split("\n- name: Cyd")[0])
    assert synced.at(LATER, "sync").status == 0
    Client(radicale, "Outreach")  # it stays where it is
    synced.config.write_text(config.replace("calendar: Outreach", "calendar: Other"))
    said = synced.at(LATER, "sync")
    assert said.status == 4
    assert "there is no calendar «Other» any more" in said.err
    plan = synced.at(LATER, "plan")
    assert "as it should be" not in plan.out
    assert synced.at(LATER, "history", "--json").json == []
    assert "In doubt" in synced.at(LATER, "status").out
    assert synced.at(LATER, "restore").status == 0
    seen_to = synced.at(LATER, "status")
    assert seen_to.status == 0 and "In doubt" not in seen_to.out
    assert synced.at(LATER, "sync").status == 0
    assert len(Client(radicale, "Other").entries()) == 3
    synced.config.write_text(config)
    said = synced.at(LATER, "sync")
    assert said.status == 4
    assert "is another calendar than the one in which the entries are" in said.err


def test_a_contact_still_to_come_is_doubted(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    desk.people.write_text(desk.people.read_text().replace("2026-01-01", "2027-01-01"))
    said = desk.syncd("--now", NOW, "check")
    assert said.status == 0
    assert "warning: last-contact: 2027-01-01 is still to come" in said.out


def test_a_calendar_that_may_not_be_written(desk: Desk, reader: Server) -> None:
    reader.put_calendar("Outreach")
    desk.write(reader, "Ann Lee")
    said = desk.at(NOW, "sync")
    assert said.status == 3
    assert "does not let" in said.err
    status = desk.at(NOW, "status")
    assert status.status == 3
    assert "Not written: Outreach, Thu 26 Nov 10:00–11:00: " in status.out


def test_an_answer_that_cannot_be_written(synced: Desk) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            synced.command("history"),
            cwd=synced.folder,
            env=synced.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_who_goes_away(synced: Desk) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        synced.command("due"),
        cwd=synced.folder,
        env=synced.environment,
        stdout=write,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(write)
    assert done.returncode == 141
    assert done.stderr == b""


def test_ctrl_c(synced: Desk, radicale: Server) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        deaf = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        synced.config.write_text(synced.config.read_text().replace(radicale.url, deaf))
        child = subprocess.Popen(
            synced.command("sync"),
            cwd=synced.folder,
            env=synced.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        silent.settimeout(PATIENCE)
        connection, _ = silent.accept()
        with connection:
            connection.recv(1)
            child.send_signal(signal.SIGINT)
            out, err = child.communicate(timeout=PATIENCE)
    assert child.returncode == 130
    assert out == b""
    assert b"Traceback" not in err


def test_a_database_that_is_none(synced: Desk) -> None:
    (database,) = synced.state.glob("*.sqlite")
    whole = database.read_bytes()
    database.write_bytes(b"this was my shopping list" * 100)
    for verb in ("sync", "plan", "due", "history", "status", "check"):
        said = synced.at(LATER, verb)
        assert said.status == 5, verb
        assert "is not a database" in said.err
        assert "Next: " in said.err
    database.write_bytes(whole)
    assert synced.at(LATER, "sync").status == 0


def test_a_database_that_is_too_new(synced: Desk) -> None:
    (database,) = synced.state.glob("*.sqlite")
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE syncd SET schema = 99")
    connection.close()
    said = synced.at(LATER, "sync")
    assert said.status == 5
    assert "was written by a newer syncd" in said.err


def test_a_state_folder_that_is_a_file(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    desk.state.write_text("in the way")
    said = desk.at(NOW, "sync")
    assert said.status == 5
    assert "Next: " in said.err
    assert not Client(radicale, "Outreach").exists, "nothing is written that is not remembered"


def test_a_full_disk(synced: Desk, radicale: Server) -> None:
    app = Client(radicale, "Outreach")
    ann = app.find("Ann Lee")
    app.retitle(ann, "x Ann Lee: call")
    since = radicale.mark()
    said = synced.process("--now", LATER, "--rehearse", "sync", room=4096)
    assert said.status == 5
    assert "The disk is full" in said.err or "The disk failed" in said.err
    assert "the marks in the calendar are safe" in said.err
    assert "Next: free some space" in said.err
    assert not [each for each in radicale.requests(since) if each.method in ("PUT", "DELETE")]
    assert app.find("x Ann Lee").title == "x Ann Lee: call"
    assert synced.at(LATER, "sync").status == 0  # there is room again, and nothing was lost
    assert [fact["outcome"] for fact in synced.at(LATER, "history", "--json").json] == ["reached"]
    assert app.find("✅ Ann Lee").title == "✅ Ann Lee: call"


def test_a_quiet_sync_is_one_request_in_a_new_process_too(synced: Desk, radicale: Server) -> None:
    since = radicale.mark()
    said = synced.process("--now", "2026-11-24T12:02+01:00", "--rehearse", "sync")
    assert said.status == 0
    assert [each.method for each in radicale.requests(since)] == ["REPORT"]


def test_a_held_plan_is_shown_approved_and_carried_out(desk: Desk, radicale: Server) -> None:
    names = [f"P{n:02} Fox" for n in range(12)]
    desk.write(radicale)
    text = "\n".join(
        f"- {{name: {name}, lists: [clients], last-contact: 2026-01-01}}" for name in names
    )
    desk.config.write_text(desk.config.read_text().replace("1 hour", "3 hours"))
    desk.people.write_text(text)
    assert desk.at(NOW, "sync").status == 0
    desk.people.write_text(text.splitlines()[0])
    said = desk.at(NOW, "plan", "--json")
    assert said.status == 4
    assert said.json["held"] == "it would delete 11 of 13 entries"
    assert [each["action"] for each in said.json["actions"]].count("delete") == 11
    assert "Writes are held: it would delete 11 of 13 entries." in desk.at(NOW, "plan").out
    held = desk.at(NOW, "sync")
    assert held.status == 4
    assert "syncd approve" in held.err
    assert len(Client(radicale, "Outreach").entries()) == 13
    status = desk.at(NOW, "status")
    assert status.status == 4
    assert "Writes are held: it would delete 11 of 13 entries." in status.out
    approved = desk.at(NOW, "approve")
    assert approved.out == (
        "Approved, and nothing else: delete 11 of 13 entries. Next: syncd sync.\n"
    )
    assert desk.at(NOW, "sync").status == 0
    assert len(Client(radicale, "Outreach").entries()) == 2
    assert desk.at(NOW, "approve").status == 2


@pytest.mark.parametrize("verb", ["approve", "restore"])
def test_a_wiped_calendar_is_in_doubt_until_somebody_says(
    synced: Desk, radicale: Server, verb: str
) -> None:
    app = Client(radicale, "Outreach")
    app.wipe()
    said = synced.at(NOW, "sync")
    assert said.status == 4
    assert "5 entries are gone at once" in said.err
    assert app.entries() == []
    status = synced.at(NOW, "status")
    assert status.status == 4
    assert "  Ann Lee: call, Thu 26 Nov 10:00–10:15" in status.out
    assert "syncd restore" in status.out
    assert len(synced.at(NOW, "status", "--json").json["calendars"][0]["in_doubt"]) == 5
    done = synced.at(NOW, verb)
    assert done.status == 0
    assert "5 entries" in done.out
    assert synced.at(NOW, "sync").status == 0
    assert len(app.entries()) == (5 if verb == "restore" else 0)


def test_a_broken_config_names_all_that_is_wrong(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    broken = desk.config.read_text().replace("6 weeks", "6 weaks").replace("1 hour", "1 hoor")
    desk.config.write_text(broken)
    asked = desk.syncd("check")
    assert asked.status == 1
    lines = asked.out.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("config.yaml:") for line in lines)
    for verb in (
        ("sync",),
        ("plan",),
        ("due",),
        ("history",),
        ("status",),
        ("log", "ann"),
        ("run",),
    ):
        said = desk.syncd(*verb)
        assert said.status == 1
        assert said.out == ""
        assert said.err.splitlines() == lines


def test_a_secret_that_is_missing_is_named(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    del desk.env["SYNCD_PASSWORD"]
    for verb in ("check", "plan", "sync", "run"):
        said = desk.syncd(verb)
        assert said.status == 1, verb
        assert "SYNCD_PASSWORD" in said.out + said.err
    assert desk.syncd("due").status == 0, "what needs no password does not ask for it"


def test_a_password_in_the_keyring_is_in_no_log_and_no_error(
    desk: Desk, radicale: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.write(radicale, "Ann Lee")
    desk.config.write_text(desk.config.read_text().replace("!env SYNCD_PASSWORD", "!keyring home"))
    told = ""

    def syncd(*verb: str) -> int:
        nonlocal told
        said = desk.syncd(*verb)
        told += said.out + said.err
        return said.status

    passwords = {"home": radicale.password}
    monkeypatch.setattr(keyring, "get_password", lambda service, name: passwords.get(name))
    assert [syncd(verb) for verb in ("check", "plan", "sync", "status")] == [0, 0, 0, 0]
    passwords["home"] = "not-the-word"
    assert syncd("sync") == 3
    assert "Next: check home in the keyring." in told
    del passwords["home"]
    for verb in ("check", "sync", "run"):
        assert syncd(verb) == 1
    assert "Next: keyring set syncd home" in told
    assert "not-the-word" not in told and radicale.password not in told


def test_no_config(desk: Desk) -> None:
    said = desk.syncd("sync")
    assert said.status == 1
    assert "config.yaml: there is no such file" in said.err
    assert "Next: syncd init" in said.err
    assert desk.syncd("--config", "other.yaml", "sync").err.startswith("other.yaml: ")


def test_the_config_is_found_where_people_put_it(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    elsewhere = desk.folder / "elsewhere"
    elsewhere.mkdir()
    for name in ("config.yaml", "people.yaml"):
        (desk.folder / name).rename(elsewhere / name)
    there = str(elsewhere / "config.yaml")
    assert desk.syncd("--config", there, "check").status == 0
    desk.env["SYNCD_CONFIG"] = there
    assert desk.syncd("check").status == 0
    del desk.env["SYNCD_CONFIG"]
    assert desk.syncd("check").status == 1
    desk.env["XDG_CONFIG_HOME"] = str(desk.folder / "xdg")
    (desk.folder / "xdg").mkdir()
    elsewhere.rename(desk.folder / "xdg" / "syncd")
    assert desk.syncd("check").status == 0


# -- the clock


def test_with_now_nothing_is_written_unless_it_is_a_rehearsal(
    synced: Desk, radicale: Server
) -> None:
    (database,) = synced.state.glob("*.sqlite")
    before, mark = database.read_bytes(), radicale.mark()
    for verb in WRITING:
        said = synced.syncd("--now", "2026-12-03T09:00+01:00", *verb)
        assert said.status == 2, verb
        assert "--rehearse" in said.err
    assert database.read_bytes() == before
    assert radicale.requests(mark) == []


def test_with_now_one_may_ask(synced: Desk) -> None:
    said = synced.syncd("--now", "2026-12-03T13:00+01:00", "plan", "--json")
    assert said.status == 0
    assert said.json["now"] == "2026-12-03T13:00:00+01:00"
    assert said.json["actions"], "by then the hour of 26 November is long over"
    assert synced.syncd("--now", "2026-12-03", "due", "--json").json[0]["late_days"] == 294
    assert synced.syncd("--now", "tomorrowish", "due").status == 2


def test_run_keeps_to_the_real_time(synced: Desk) -> None:
    assert synced.at(NOW, "run").status == 2
    assert synced.syncd("--rehearse", "plan").status == 2
