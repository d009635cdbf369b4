"""Calendars on the server that syncd runs itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.config import load
from syncd.model.roster import CalendarSettings, EmbeddedSettings
from tests.config.world import CONFIG, put

AT_CALDAV = CONFIG[CONFIG.index("  home:\n") : CONFIG.index("blocks:")]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def calendars(said: str, state: str = "/state") -> dict[str, CalendarSettings]:
    path = put(Path(), CONFIG.replace(AT_CALDAV, said))
    loaded = load(path, {"SYNCD_STATE": state, "HOME": "/home/ann"})
    assert loaded.warnings == ()
    return dict(loaded.roster.calendars)


def test_it_wants_no_url_no_user_and_no_password() -> None:
    home = calendars("  home: {provider: embedded}\n")["home"]
    assert home.embedded == EmbeddedSettings(
        folder=Path("/state/default.calendars"), host="127.0.0.1", port=5232
    )
    assert (home.url, home.username) == ("http://127.0.0.1:5232/", "syncd")
    assert (home.password.value, home.password.missing) == (None, None), "made when it is wanted"


def test_a_state_folder_is_the_same_from_everywhere(here: Path) -> None:
    home = calendars("  home: {provider: embedded}\n", state="state")["home"]
    assert home.embedded is not None
    assert home.embedded.folder == here / "state" / "default.calendars"


@pytest.mark.parametrize(
    ("said", "host", "url"),
    [
        ("0.0.0.0:80", "0.0.0.0", "http://127.0.0.1:80/"),
        ('"[::]:5232"', "::", "http://[::1]:5232/"),
        ('"[2001:DB8::1]:5232"', "2001:db8::1", "http://[2001:db8::1]:5232/"),
    ],
)
def test_where_it_listens_and_where_syncd_finds_it(said: str, host: str, url: str) -> None:
    home = calendars(f"  home: {{provider: embedded, listen: {said}}}\n")["home"]
    assert home.embedded is not None
    assert (home.embedded.host, home.url) == (host, url)


def test_two_calendars_share_the_server() -> None:
    both = calendars(
        "  home: {provider: embedded}\n"
        "  work: {provider: embedded, calendar: Work, listen: 127.0.0.1:5233}\n"
    )
    assert both["home"].embedded == both["work"].embedded
    assert both["home"].url == "http://127.0.0.1:5233/"


def test_it_is_the_same_calendar_wherever_it_listens() -> None:
    here, there = (
        calendars(f"  home: {{provider: embedded, listen: 127.0.0.1:{port}}}\n")["home"]
        for port in (5232, 5233)
    )
    assert here.place == there.place
    assert here.url != there.url
