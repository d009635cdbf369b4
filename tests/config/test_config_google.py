"""Calendars at Google, and lists whose contacts are tasks."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.config import Loaded, load
from syncd.model.facts import Outcome
from syncd.model.roster import Roster
from tests.config.world import CONFIG, ENV, put

AT_CALDAV = CONFIG[CONFIG.index("  home:\n") : CONFIG.index("blocks:")]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def roster(calendar: str, *, lists: str = "") -> Roster:
    return loaded(calendar, lists=lists).roster


def warnings(calendar: str) -> list[str]:
    return [each.message for each in loaded(calendar).warnings]


def loaded(calendar: str, *, lists: str = "") -> Loaded:
    config = CONFIG.replace(AT_CALDAV, calendar).replace("    a-day: 3\n", f"    a-day: 3\n{lists}")
    return load(put(Path(), config), {**ENV, "SYNCD_STATE": "/state", "HOME": "/home/ann"})


def test_a_calendar_at_google(here: Path) -> None:
    found = roster(
        "  home:\n    provider: google\n    credentials: client.json\n    token: ~/token.json\n"
        "    calendar: primary\n    api-endpoint: http://127.0.0.1:8080\n"
        "    colours: {reached: basil, left-message: 5}\n"
    ).calendars["home"]
    assert found.google is not None
    assert found.google.credentials == here / "client.json"
    assert found.google.token == Path("/home/ann/token.json")
    assert found.google.endpoint == "http://127.0.0.1:8080/"
    assert found.google.colours == {"10": Outcome.REACHED, "5": Outcome.LEFT_MESSAGE}
    assert (found.calendar, found.tasks, found.is_tasks) == ("primary", "", False)


def test_what_is_wrong_with_the_credentials_file_is_said(here: Path) -> None:
    config = "  home:\n    provider: google\n    credentials: client.json\n"
    (warning,) = warnings(config)
    assert f"credentials: {here / 'client.json'} is not there. Next: download it" in warning
    Path("client.json").write_text("{}")
    Path("client.json").chmod(0o644)
    (warning,) = warnings(config)
    assert f"others may read {here / 'client.json'} (644). Next: chmod 600" in warning
    Path("client.json").chmod(0o600)
    assert warnings(config) == []


def test_primary_may_be_written_as_one_likes(here: Path) -> None:
    found = roster("  home:\n    provider: google\n    calendar: Primary\n").calendars["home"]
    assert found.calendar == "primary"


def test_without_a_word_the_sign_in_is_kept_in_the_state_folder_for_all(here: Path) -> None:
    found = roster(
        "  home:\n    provider: google\n  other:\n    provider: google\n    calendar: Work\n"
    ).calendars
    tokens = {each.google.token for each in found.values() if each.google}
    assert tokens == {Path("/state/default.google.json")}
    assert [each.calendar for each in found.values()] == ["Outreach", "Work"]


def test_lists_of_tasks_have_a_place_of_their_own_at_google(here: Path) -> None:
    found = roster("  home:\n    provider: google\n", lists="    as: task\n")
    assert list(found.calendars) == ["home", "home tasks"]
    assert found.calendars["home"].tasks == "home tasks"
    tasks = found.calendars["home tasks"]
    assert tasks.is_tasks and tasks.calendar == "Outreach" and tasks.google is not None
    assert tasks.place != found.calendars["home"].place
    ann, bob = found.people["ann-lee"], found.people["bob"]
    assert found.lists[ann.list].as_task and not found.lists[bob.list].as_task


def test_on_caldav_tasks_are_in_the_calendar_unless_config_names_a_list(here: Path) -> None:
    found = roster(AT_CALDAV, lists="    as: task\n")
    assert list(found.calendars) == ["home"]
    assert found.calendars["home"].tasks == ""
    found = roster(AT_CALDAV + "    tasks: To do\n", lists="    as: task\n")
    assert found.calendars["home tasks"].calendar == "To do"
    assert found.calendars["home tasks"].password == found.calendars["home"].password


def test_without_a_list_of_tasks_there_is_no_such_place(here: Path) -> None:
    assert list(roster(AT_CALDAV + "    tasks: To do\n").calendars) == ["home"]
