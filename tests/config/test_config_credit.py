"""Whose meetings count: found on the accounts of the calendars that config names."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syncd.config import load
from syncd.model.roster import Roster
from tests.config.world import CONFIG, ENV, put

WORK = "  work: {provider: google, token: work.json}\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def roster(credit: str, calendars: str = "") -> Roster:
    config = CONFIG.replace("calendars:\n", f"calendars:\n{calendars}")
    return load(put(Path(), f"{config}credit: {credit}\n"), {**ENV, "SYNCD_STATE": "/state"}).roster


def diaries(credit: str, calendars: str = "") -> list[tuple[str, str, str]]:
    found = roster(credit, calendars).diaries
    return [(each.name, each.provider, each.calendar) for each in found]


def test_no_meeting_counts_unless_it_is_asked_for() -> None:
    assert load(put(Path()), ENV).roster.credit is None
    assert roster("").credit is None
    assert roster("null").diaries == ()


def test_with_one_account_a_name_is_enough() -> None:
    found = roster("{meetings: [Personal, Work stuff/private], after: 1h}")
    assert found.credit is not None and found.credit.after == timedelta(hours=1)
    first, second = found.credit.diaries
    assert (first.name, first.calendar) == ("home/Personal", "Personal")
    assert second.calendar == "Work stuff/private"
    assert first.url == "https://dav.example.org/" and first.username == "ann"
    assert first.password.reveal() == "hunter2"
    assert "hunter2" not in repr(found)


def test_with_several_the_name_says_whose() -> None:
    told = diaries("{meetings: [home/Personal, work/Primary, home/https://a.b/c/]}", WORK)
    assert told == [
        ("home/Personal", "caldav", "Personal"),
        ("work/Primary", "google", "primary"),
        ("home/https://a.b/c/", "caldav", "https://a.b/c/"),
    ]


def test_two_calendars_of_one_account_are_one() -> None:
    other = "  other: {provider: google, calendar: Other, token: work.json}\n"
    only = CONFIG[CONFIG.index("  home:\n") : CONFIG.index("blocks:")]
    config = CONFIG.replace(only, WORK + other).replace(
        "    calendar: home\n", "    calendar: work\n"
    )
    found = load(put(Path(), f"{config}credit: {{meetings: Personal}}\n"), ENV).roster
    assert [each.name for each in found.diaries] == ["work/Personal"]


def test_ones_own_addresses_and_what_holds_by_itself() -> None:
    found = roster("{meetings: Personal, me: [Ann@Example.org]}").credit
    assert found is not None
    assert found.me == {"ann@example.org"} and found.after == timedelta(minutes=15)


def test_the_digest_changes_with_it_and_not_with_a_password() -> None:
    one = roster("{meetings: Personal}")
    assert one.digest != load(put(Path()), ENV).roster.digest
    config = put(Path(), f"{CONFIG}credit: {{meetings: Personal}}\n")
    assert load(config, {"SYNCD_PASSWORD": "other"}).roster.digest == one.digest
