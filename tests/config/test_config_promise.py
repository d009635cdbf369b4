"""The promise that config makes: said where it cannot be kept, with what would keep it."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.config import promise
from tests.config.world import CONFIG, broken, loaded


def crowd(clients: int, friends: int = 0, more: str = "") -> str:
    people = [f"- {{name: C{n}, lists: clients, phone: 1{more}}}\n" for n in range(clients)]
    people += [f"- {{name: F{n}, lists: friends, phone: 1}}\n" for n in range(friends)]
    return "".join(people) or "[]\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path()


def warnings(here: Path, people: str, *changes: tuple[str, str]) -> list[str]:
    return [str(warning) for warning in loaded(here, broken(CONFIG, *changes), people).warnings]


ALONE = ("lists: [clients, friends]", "lists: [clients]")


def test_a_promise_that_cannot_be_kept(here: Path) -> None:
    assert warnings(here, crowd(60), ALONE) == [
        "config.yaml:24:3: warning: clients: 60 people every 6 weeks is 10 a week; weekly-outreach "
        "holds 4. Each will be reached about every 15 weeks. "
        "Keepable: cadence: 15 weeks, or two more blocks."
    ]


def test_what_is_keepable_is_kept(here: Path) -> None:
    assert warnings(here, crowd(60), ALONE, ("6 weeks", "15 weeks")) == []
    two = "  a: {repeats: daily, at: 9am, lasts: 15 minutes, lists: [clients]}\n"
    assert warnings(here, crowd(60), ALONE, ("blocks:\n", f"blocks:\n{two}")) == []


def test_the_edge(here: Path) -> None:
    assert warnings(here, crowd(24), ALONE) == []
    (said,) = warnings(here, crowd(25), ALONE)
    assert "25 people every 6 weeks is 4.2 a week; weekly-outreach holds 4." in said
    assert said.endswith("Keepable: cadence: 7 weeks, or one more block.")


def test_lists_share_the_room_of_a_block(here: Path) -> None:
    assert warnings(here, crowd(20, 13)) == [
        "config.yaml:24:3: warning: clients: 20 people every 6 weeks is 3.3 a week, with friends "
        "4.3; weekly-outreach holds 4. Each will be reached about every 7 weeks. "
        "Keepable: cadence: 7 weeks (and the others 1.1 times as long), or one more block.",
        "config.yaml:30:3: warning: friends: 13 people every 3 months is 1 a week, with clients "
        "4.3; weekly-outreach holds 4. Each will be reached about every 15 weeks. "
        "Keepable: cadence: 15 weeks (and the others 1.1 times as long), or one more block.",
    ]


def test_a_block_of_its_own_helps_a_list_and_not_the_other(here: Path) -> None:
    own = ("blocks:\n", "blocks:\n  own: {repeats: weekly on monday, at: 9am, lists: [friends]}\n")
    assert warnings(here, crowd(24, 52), own) == []
    (said,) = warnings(here, crowd(30, 13), own)
    assert "clients: 30 people every 6 weeks is 5 a week; weekly-outreach holds 4." in said
    assert [line.split(": ")[2] for line in warnings(here, crowd(24, 65), own)] == [
        "clients",
        "friends",
    ]


def test_blocks_that_lists_link_are_counted_together(here: Path) -> None:
    more = ("blocks:\n", "blocks:\n  own: {repeats: weekly on monday, at: 9am, lists: [friends]}\n")
    (said, _) = warnings(here, crowd(20, 78), more)
    assert "is 3.3 a week, with friends 9.3; own and weekly-outreach hold 8." in said


def test_whoever_is_paused_does_not_count_and_an_own_cadence_does(here: Path) -> None:
    assert warnings(here, crowd(60, more=", paused: true"), ALONE) == []
    assert warnings(here, crowd(60, more=", cadence: 15 weeks"), ALONE) == []
    (said,) = warnings(here, crowd(12, more=", cadence: 2 weeks"), ALONE)
    assert "clients: 12 people every 2 weeks on average is 6 a week;" in said
    assert "Each will be reached about every 3 weeks." in said


def test_whoever_no_block_serves_is_promised_nothing(here: Path) -> None:
    config = CONFIG[: CONFIG.index("blocks:")] + CONFIG[CONFIG.index("lists:\n") :]
    assert loaded(here, config, crowd(500)).warnings == ()


def test_a_monthly_block(here: Path) -> None:
    monthly = ("weekly on thursday", "monthly on the first monday")
    (said,) = warnings(here, crowd(12), ALONE, monthly)
    assert "12 people every 6 weeks is 2 a week; weekly-outreach holds 0.9." in said
    assert said.endswith("about every 14 weeks. Keepable: cadence: 14 weeks, or two more blocks.")


def test_it_can_be_asked_of_a_roster(here: Path) -> None:
    roster = loaded(here, broken(CONFIG, ALONE), crowd(60)).roster
    assert list(promise(roster)) == ["clients"]
    assert promise(roster)["clients"].startswith("clients: 60 people every 6 weeks")
