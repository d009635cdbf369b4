"""export, and import of what it wrote: another deployment knows the same people and log."""

from __future__ import annotations

import csv
import os
import re
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import icalendar
import pytest

from syncd.config import load
from syncd.model.people import Person
from tests.cli.desk import CONFIG, NOW, Desk
from tests.client import Client
from tests.servers import Server

PEOPLE = """\
# mine
- name: Ann Lee
  id: annie
  formerly: [ann-miller]
  lists: [clients]
  phone: ["+49 30 901820", 030 4711]
  email: [ann@example.org, lee@work.example]
  cadence: monthly
  last-contact: 2026-08-01
  dates: {birthday: 1980-02-29, "Founded: Acme": 03-01}
  touches: [{channel: coffee, every: 6 months, lasts: 90 minutes, counts: false}]
  address: |
    Linienstr. 1
    10178 Berlin
  interests: [sailing, "Null"]
  notes: "said: \\"hello\\", # twice"
- {name: Ann Lee, id: ann-2, lists: [clients], phone: +49 30 901820}
- {name: 李, lists: [clients], paused: 2027-01-15, liked: true, timezone: Asia/Shanghai}
- {name: Bob Ray, lists: [clients], email: ann@example.org, uid: b1}
"""


@pytest.fixture
def old(desk: Desk) -> Desk:
    """A deployment with people of all kinds and a log with corrections."""
    desk.config.write_text(CONFIG.format(url="https://dav.example.org/", username="ann"))
    desk.people.write_text(PEOPLE)
    desk.env["SYNCD_PASSWORD"] = "secret"
    for arguments in (
        ("log", "annie", "--at", "2026-11-20 14:30", "--note", '=1+1, "quoted"\nnext line'),
        ("log", "annie", "left-message", "--by", "call"),
        ("log", "bob", "they", "called"),
        ("log", "--undo", "annie"),
    ):
        assert desk.at(NOW, *arguments).status == 0
    return desk


@pytest.fixture
def new(old: Desk, tmp_path: Path) -> Desk:
    """Another one, with the same config and nobody in it."""
    folder = tmp_path / "new"
    (folder / "home").mkdir(parents=True)
    made = Desk(folder=folder, env=old.env)
    made.config.write_text(old.config.read_text())
    made.people.write_text("[]\n")
    return made


def people(desk: Desk) -> list[Person]:
    found = load(desk.config, desk.env).roster.people
    return [replace(each, where="") for each in found.values()]


def test_another_deployment_knows_the_same_people_and_the_same_log(old: Desk, new: Desk) -> None:
    said = old.syncd("export", "out")
    assert said.status == 0
    assert said.out.startswith("Exported: 4 people, 4 lines of the log, 0 entries, into out.")
    out = str(old.folder / "out")
    shown = new.at(NOW, "import", out)
    assert "New: 4 people" in shown.out
    assert "Lines of the log to be taken over: 4." in shown.out
    assert people(new) == [] and not new.state.exists()
    taken = new.at(NOW, "import", out, "--yes")
    assert taken.status == 0, taken.err
    assert people(new) == people(old)
    for verb in (("history", "--all", "--json"), ("due", "--json")):
        assert new.at(NOW, *verb).json == old.at(NOW, *verb).json
    again = new.at(NOW, "import", out, "--yes")
    assert again.out.endswith("There is nothing to write.\n")
    assert old.at(NOW, "import", out, "--yes").out.endswith("There is nothing to write.\n")


def test_the_people_file_is_one_for_the_glob_too(old: Desk, new: Desk) -> None:
    old.syncd("export", str(new.folder / "people.d"))
    new.config.write_text(new.config.read_text().replace("people.yaml", "people.d/*.yaml"))
    assert new.syncd("check").status == 0
    assert people(new) == people(old)


def test_the_table_brings_people_with_their_ids(old: Desk, new: Desk) -> None:
    old.syncd("export", "out")
    new.at(NOW, "import", str(old.folder / "out" / "people.csv"), "--yes", "--separate")
    assert [each.id for each in people(new)] == [each.id for each in people(old)]
    assert [each.phones for each in people(new)] == [each.phones for each in people(old)]
    assert [each.emails for each in people(new)] == [each.emails for each in people(old)]


def test_files_are_this_users_only_and_no_file_is_overwritten_unasked(old: Desk) -> None:
    out = old.folder / "out"
    said = old.syncd("export", "out", "--json").json
    assert said == {
        "folder": "out",
        "files": ["people.yaml", "people.csv", "log.csv", "calendar.ics"],
        "people": 4,
        "log_lines": 4,
        "entries": 0,
    }
    assert sorted(said["files"]) == sorted(os.listdir(out))
    assert {stat.S_IMODE(each.stat().st_mode) for each in out.iterdir()} == {0o600}
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    (out / "log.csv").write_text("mine")
    (out / "people.yaml").unlink()
    again = old.syncd("export", "out")
    assert again.status == 2
    assert "out has people.csv, log.csv, calendar.ics already. Nothing was written." in again.err
    assert (out / "log.csv").read_text() == "mine" and not (out / "people.yaml").exists()
    assert old.syncd("export", "out", "--force").status == 0
    assert len(list(csv.reader((out / "log.csv").open(newline="")))) == 5


def test_on_a_full_disk_nothing_is_left(old: Desk) -> None:
    old.people.write_text(
        PEOPLE + "".join(f"- {{name: P{n}, lists: [clients]}}\n" for n in range(999))
    )
    said = old.process("export", "out", room=40_000)
    assert said.status == 2
    assert "cannot be written" in said.err and "Nothing was changed" in said.err
    assert os.listdir(old.folder / "out") == []


def test_what_is_wrong_with_the_files_is_named_where_it_stands(old: Desk, new: Desk) -> None:
    old.syncd("export", "out")
    out = old.folder / "out"
    text = (out / "people.yaml").read_text()
    (out / "people.yaml").write_text(text.replace("lists: [clients]", "lists: [customers]", 1))
    said = new.at(NOW, "import", str(out), "--yes")
    assert said.status == 1
    assert "people.yaml:" in said.err and "«customers» is not known" in said.err
    (out / "people.yaml").write_text(text)
    (out / "log.csv").write_text((out / "log.csv").read_text().replace("reached", "hit", 1))
    said = new.at(NOW, "import", str(out), "--yes")
    assert said.status == 2
    assert re.search(r"log\.csv:\d+: this is no line of a log \('hit' is not", said.err)
    assert people(new) == [] and not new.state.exists()
    said = new.at(NOW, "import", str(out / "calendar.ics"))
    assert said.status == 2 and "import it in your calendar app" in said.err
    said = new.at(NOW, "import", str(new.folder / "home"))
    assert said.status == 2 and "is a folder without people.yaml and log.csv" in said.err


def test_the_entries_come_as_a_calendar_that_syncd_takes_up_again(
    desk: Desk, radicale: Server
) -> None:
    desk.write(radicale, "Ann Lee", "Bob Ray")
    assert desk.at(NOW, "sync").status == 0
    client = Client(radicale, "Outreach")
    client.retitle(client.find("Ann Lee"), "x Ann Lee: call")
    assert desk.at(NOW, "sync").status == 0
    assert desk.at(NOW, "export", "out", "--json").json["entries"] == 3
    tree = icalendar.Calendar.from_ical((desk.folder / "out" / "calendar.ics").read_bytes())
    events = {str(each["UID"]): each for each in tree.walk("VEVENT") if "RECURRENCE-ID" not in each}
    there = {each.uid: each for each in client.entries()}
    assert events.keys() == there.keys()
    assert {str(each["SUMMARY"]) for each in events.values()} == {
        "Outreach",
        "✅ Ann Lee: call",
        "Bob Ray: call",
    }
    zones = tree.walk("VTIMEZONE")
    assert [str(each["TZID"]) for each in zones] == ["Europe/Berlin"]
    log = desk.at(NOW, "history", "--json").json
    client.wipe()
    shutil.rmtree(desk.state)
    for uid in events:  # as a calendar app imports them
        one = icalendar.Calendar()
        one.subcomponents = [*zones, *(e for e in tree.walk("VEVENT") if str(e["UID"]) == uid)]
        client._create(uid, one)
    assert desk.at(NOW, "sync").status == 0
    assert {each.uid: each.title for each in client.entries()} == {
        uid: each.title for uid, each in there.items()
    }
    assert [each["at"] for each in desk.at(NOW, "history", "--json").json] == [log[0]["at"]]
