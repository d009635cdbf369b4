"""What syncd writes into the user's YAML, and that the rest of it stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.config import load
from syncd.config.edit import append_person, people_files, starter
from syncd.errors import ConfigError, UsageError
from tests.config.world import CONFIG, ENV, PEOPLE, broken, put, said


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_first_config_works_at_once() -> None:
    texts = starter(
        url="https://dav.example.org/",
        username="ann: the first",
        weekday="tuesday",
        at="15:30",
        names=("Bob Ray", "No", "Zoë: sis"),
        timezone="Asia/Tokyo",
    )
    path = put(Path(), texts.config, texts.people)
    roster = load(path, ENV).roster
    assert roster.timezone == "Asia/Tokyo"
    assert [person.name for person in roster.people.values()] == ["Bob Ray", "No", "Zoë: sis"]
    assert roster.calendars["home"].username == "ann: the first"
    (block,) = roster.blocks.values()
    assert (block.rule, f"{block.at:%H:%M}", block.capacity) == ("FREQ=WEEKLY;BYDAY=TU", "15:30", 4)
    assert block.lists == tuple(roster.lists) == ("friends",)
    assert "    # The server's address" in texts.config
    assert "    url: https://dav.example.org/\n" in texts.config


def test_a_first_config_names_what_is_to_be_filled_in() -> None:
    texts = starter(url="", username="", weekday="thursday", at="10:00")
    put(Path(), texts.config, texts.people)
    assert said(Path("config.yaml")) == [
        "config.yaml:11:10: url: is to be filled in. Next: write the address of your CalDAV "
        "server, such as https://dav.example.org/",
        "config.yaml:13:15: username: is to be filled in. Next: write who you are to the server.",
    ]


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("", "- name: Zoë\n"),
        ("# nobody yet\n[]\n", None),
        ("- name: A # the first\n  notes:   spaced  \n", "- name: Zoë\n"),
        ("- name: A\n# the end", "\n- name: Zoë\n"),
        ("- name: A\n\n- name: B\n", "\n- name: Zoë\n"),
        ("- name: A\n\n- name: B\n\n", "- name: Zoë\n"),
        ("# head\n\n- name: A\n- name: B\n", "- name: Zoë\n"),
        ("  - name: A\n", "  - name: Zoë\n"),
        ("- name: A\r\n  phone: 1\r\n", "- name: Zoë\r\n"),
        ("- {name: A}\n", "- name: Zoë\n"),
        ("- name: A\n  notes: |+\n    kept\n\n", "- name: Zoë\n"),
        ("\ufeff- name: A\n", "- name: Zoë\n"),
        ("---\n- name: A\n", "- name: Zoë\n"),
    ],
)
def test_somebody_is_added_and_the_rest_stays(text: str, added: str | None) -> None:
    found = append_person(text, name="Zoë")
    assert found == (text + added if added is not None else "# nobody yet\n- name: Zoë\n")


def test_somebody_is_added_with_all_that_is_known() -> None:
    text = append_person(PEOPLE, name="No", list="friends", phone="+49301", email="no@example.org")
    assert text.removeprefix(PEOPLE) == (
        '- name: "No"\n  lists: [friends]\n  phone: "+49301"\n  email: no@example.org\n'
    )
    found = load(put(Path(), CONFIG, text), ENV).roster.people["no"]
    assert (found.name, found.list, found.phone) == ("No", "friends", "+49 301")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\n", "The people file is no list. Next: each person starts with - name:"),
        ("[{name: A}]\n", "Nobody can be added at the end of this file. Next: write them into it."),
        (
            "- name: A\n...\n",
            "Nobody can be added at the end of this file. Next: write them into it.",
        ),
        (
            "- name: 'A\n",
            "the people file:1:9: the quotation mark that opens here is never closed. "
            "Next: close it.",
        ),
    ],
)
def test_a_file_to_which_nobody_can_be_added(text: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        append_person(text, name="Zoë")
    assert str(error.value) == message


def test_somebody_who_would_not_load_is_not_added() -> None:
    with pytest.raises(UsageError) as error:
        append_person(PEOPLE, name="", email="x")
    assert str(error.value) == (
        "name: is empty. email: «x» is no e-mail address. Forms: ann@example.org."
    )


def test_the_people_files_are_known_though_the_rest_is_wrong() -> None:
    put(Path(), broken(CONFIG, ("6 weeks", "6 weaks"), ("people.yaml", "[{name: Z}, '*.yaml']")))
    names = [path.name for path in people_files(Path("config.yaml"), {})]
    assert names == ["config.yaml", "people.yaml"]
    put(Path(), broken(CONFIG, ("people.yaml", "[{name: Z}]")))
    with pytest.raises(ConfigError, match="names no file"):
        people_files(Path("config.yaml"), {})
    put(Path(), broken(CONFIG, ("people.yaml", "others.yaml")))
    with pytest.raises(ConfigError, match=r"5:9: people: there is no file others\.yaml"):
        people_files(Path("config.yaml"), {})
