"""init, asked on a terminal and not; add, which leaves what it finds as it was."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import stat
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.desk import NOW, PATIENCE, Desk
from tests.client import Client
from tests.emulator.google import Account
from tests.servers import Server


class Terminal:
    """`syncd` on a terminal: what it shows, stderr and stdout alike, and what is typed."""

    def __init__(self, desk: Desk, *arguments: str) -> None:
        self._screen, theirs = pty.openpty()
        self.shown = ""
        environment = {**desk.environment, "TERM": "xterm", "COLUMNS": "100"}
        self.process = subprocess.Popen(
            desk.command(*arguments),
            cwd=desk.folder,
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)

    def asked(self, question: str) -> None:
        """Await the question."""
        while not self.shown.rpartition("\n")[2].startswith(question):
            assert self._read(), self.shown
        assert self.shown.endswith(": ")

    def answer(self, question: str, text: str) -> None:
        """Await the question, then type the answer."""
        self.asked(question)
        os.write(self._screen, f"{text}\n".encode())
        before = self.shown
        while "\n" not in self.shown[len(before) :]:  # the terminal's own echo
            assert self._read(), self.shown

    def end(self) -> int:
        """Await the end, and give the exit status."""
        while self._read():
            pass
        os.close(self._screen)
        return self.process.wait(PATIENCE)

    def _read(self) -> bool:
        assert select.select([self._screen], [], [], PATIENCE)[0], self.shown
        try:
            piece = os.read(self._screen, 65536)
        except OSError:  # the other side has closed
            return False
        self.shown += piece.decode(errors="replace").replace("\r", "")
        return bool(piece)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_init_asks_for_the_calendar_one_hour_and_names_and_then_it_works(
    desk: Desk, radicale: Server
) -> None:
    desk.env["TZ"] = "Europe/Berlin"
    screen = Terminal(desk, "init")
    screen.answer("Your calendar's address", "")
    screen.answer("Your calendar's address", radicale.url)
    screen.answer("Your user name there", radicale.username)
    screen.answer("One hour a week", "whenever")
    screen.answer("One hour a week", "tue 9:30")
    screen.answer("Whom to begin with", "Ann Lee")
    screen.answer("And whom", "Bob: #1")
    screen.answer("And whom", "")
    assert screen.end() == 0
    assert "SYNCD_PASSWORD is not set" in screen.shown
    assert mode(desk.config) == mode(desk.people) == 0o600

    desk.env["SYNCD_PASSWORD"] = radicale.password
    desk.env["TZ"] = "Asia/Tokyo"  # the config goes to a machine elsewhere
    assert desk.syncd("check").status == 0
    assert desk.at(NOW, "sync").status == 0
    app = Client(radicale, "Outreach")
    assert app.find("Outreach").start.isoformat() == "2026-12-01T09:30:00+01:00"
    people = [each["person"] for each in desk.at(NOW, "due", "--json").json]
    assert sorted(people) == ["ann-lee", "bob-1"]


def test_init_for_google_says_what_is_still_to_be_done(desk: Desk, google: Account) -> None:
    screen = Terminal(desk, "init")
    screen.answer("Your calendar's address", "Google")
    screen.answer("One hour a week", "")
    screen.answer("Whom to begin with", "Ann Lee")
    screen.answer("And whom", "")
    assert screen.end() == 0
    assert "put Google's client_secret.json beside it" in screen.shown
    assert "syncd auth google   signs in, once" in screen.shown
    assert desk.syncd("check").status == 0
    google.credentials_file(desk.folder)
    done = desk.at(NOW, "sync")
    assert done.status == 3 and "nobody has signed in to Google yet" in done.err


def test_init_for_whoever_has_no_calendar_server(desk: Desk) -> None:
    screen = Terminal(desk, "init")
    screen.answer("Your calendar's address", "None")
    assert "or none, and syncd keeps one itself" in screen.shown
    screen.answer("One hour a week", "")
    screen.answer("Whom to begin with", "Ann Lee")
    screen.answer("And whom", "")
    assert screen.end() == 0
    assert "SYNCD_PASSWORD" not in screen.shown
    assert "syncd connect   says how your apps reach the calendar" in screen.shown
    assert desk.syncd("check").status == 0
    assert "http://127.0.0.1:5232/" in desk.syncd("connect").out


def test_five_names_are_enough(desk: Desk) -> None:
    screen = Terminal(desk, "init")
    screen.answer("Your calendar's address", "dav.example.org")
    screen.answer("Your user name there", "ann")
    screen.answer("One hour a week", "")
    for n in range(5):
        screen.answer("Whom" if n == 0 else "And whom", f"Friend {n}")
    assert screen.end() == 0
    assert "https://dav.example.org" in desk.config.read_text()
    assert "weekly on thursday" in desk.config.read_text()
    assert desk.people.read_text().count("name:") == 5


def test_init_yes_asks_nothing_and_check_names_what_is_left_to_fill_in(desk: Desk) -> None:
    said = desk.syncd("init", "--yes")
    assert said.status == 0
    assert "config.yaml and people.yaml are written." in said.out
    assert "syncd check" in said.out
    asked = desk.syncd("check")
    assert asked.status == 1
    assert "url: is to be filled in" in asked.out
    assert asked.out.startswith("config.yaml:")


@pytest.mark.parametrize("there", ["config.yaml", "people.yaml"])
def test_init_never_overwrites(desk: Desk, there: str) -> None:
    (desk.folder / there).write_text("mine")
    for arguments in (["init", "--yes"], ["init"]):
        said = desk.syncd(*arguments)
        assert said.status == 2
        assert f"{there} is there already" in said.err
    assert [each.name for each in desk.folder.iterdir() if each.is_file()] == [there]
    assert (desk.folder / there).read_text() == "mine"


def test_init_with_nobody_there_to_ask(desk: Desk) -> None:
    said = desk.syncd("init")
    assert said.status == 2
    assert "syncd init --yes" in said.err
    assert not desk.config.exists()


def test_init_that_is_broken_off_writes_nothing(desk: Desk) -> None:
    screen = Terminal(desk, "init")
    screen.answer("Your calendar's address", "dav.example.org")
    screen.asked("Your user name there")
    screen.process.send_signal(signal.SIGINT)
    assert screen.end() == 130
    assert not desk.config.exists()
    assert "Traceback" not in screen.shown


# -- add


def test_add_keeps_what_was_there_byte_for_byte(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    before = "# my people\n\n- name: Ann Lee   # since school\n  lists:   [clients]\n\n# the end\n"
    real = desk.folder / "real.yaml"
    real.write_text(before)
    real.chmod(0o640)
    desk.people.unlink()
    desk.people.symlink_to(real)
    said = desk.syncd("add", "Bob Ray", "--list", "clients", "--phone", "+49 30 901821")
    assert said.status == 0
    assert said.out == "Bob Ray is added to people.yaml. Next: syncd plan shows what comes of it.\n"
    assert real.read_text().startswith(before)
    assert mode(real) == 0o640
    assert desk.people.is_symlink()
    names = {each["person"] for each in desk.syncd("due", "--json").json}
    assert names == {"ann-lee", "bob-ray"}
    assert sorted(each.name for each in desk.folder.glob(".*")) == [], "no scrap is left"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["Ann Lee"], "ann-lee is taken"),
        (["Bob Ray", "--list", "nope"], "«nope» is not known"),
        (["Bob Ray", "--email", "nonsense"], "email"),
        ([""], "name"),
    ],
)
def test_who_would_be_a_problem_is_not_added(
    desk: Desk, radicale: Server, arguments: list[str], why: str
) -> None:
    desk.write(radicale, "Ann Lee")
    before = desk.people.read_bytes()
    said = desk.syncd("add", *arguments)
    assert said.status in (1, 2)
    assert why in said.err
    assert desk.people.read_bytes() == before


def test_add_goes_to_the_first_file_that_config_names(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    other = desk.folder / "other.yaml"
    other.write_text("[]\n")
    config = desk.config.read_text().replace("people.yaml", "[other.yaml, people.yaml]")
    desk.config.write_text(config)
    assert desk.syncd("add", "Bob Ray").status == 0
    assert "Bob Ray" in other.read_text()
    assert "Bob Ray" not in desk.people.read_text()


def test_those_proposed_are_added_to_a_list_all_or_none(desk: Desk, radicale: Server) -> None:
    desk.write(radicale, "Ann Lee")
    desk.config.write_text(f"{desk.config.read_text()}  friends: {{cadence: 3 weeks}}\n")
    assert desk.at(NOW, "sync").status == 0
    begin = datetime.fromisoformat(NOW)
    app = Client(radicale, "Outreach")
    app.add("+ Jane Roe +49 30 4711 99 @friends", begin, begin + timedelta(hours=1))
    app.add("+ Max Moe max@example.org", begin, begin + timedelta(hours=1))
    assert desk.at(NOW, "sync").status == 0
    before = desk.people.read_bytes()
    for arguments, why in (
        ((), "Max Moe is in no list yet. Next: add one of --list clients, --list friends"),
        (("--list", "nope"), "Max Moe: list «nope» is not known. Next: add one of --list clients,"),
    ):
        said = desk.at(NOW, "add", "--proposed", "--yes", *arguments)
        assert said.status == 2 and why in said.err
        assert desk.people.read_bytes() == before
    assert desk.at(NOW, "add", "--proposed", "--yes", "--list", "clients").status == 0
    text = desk.people.read_text().removeprefix(before.decode())
    lists = dict(re.findall(r"name: (.+)\n +lists: \[(.+)\]", text))
    assert lists == {"Jane Roe": "friends", "Max Moe": "clients"}
    assert desk.syncd("check").status == 0
