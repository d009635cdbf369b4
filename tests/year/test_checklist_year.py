"""The year of somebody who checks lines in the texts of their hours, and what must hold in it: by
itself, with the database lost again and again, on a bad line, and with two daemons at work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import pytest

from syncd.model.entries import Entry
from tests.length import often
from tests.year.sheets import Sheets
from tests.year.test_bad_line import Rivals, Struck
from tests.year.test_year import AFTER, Household, live


@dataclass(kw_only=True)
class Checked(Household):
    """Everybody is in a list with `as: checklist`."""

    def __post_init__(self) -> None:
        super().__post_init__()
        lists = {
            name: replace(each, as_task=False, as_checklist=True)
            for name, each in self.roster.lists.items()
        }
        self.roster = replace(self.roster, lists=lists)
        random = Random(self.seed + 2000)
        self.sheets = {n: Sheets(each, random) for n, each in self.calendars.items()}
        self.user.hands = dict(self.sheets)

    @property
    def entries(self) -> list[Entry]:
        return [entry for each in self.sheets.values() for entry in each.entries()]


class StruckLines(Struck, Checked):
    """On a bad line."""


class RivalLines(Rivals, Checked):
    """With two daemons at work."""


def test_a_year_of_lines() -> None:
    household = Checked(seed=5)
    live(household, often(60, 365 + AFTER))
    marked = {deed.partition(" ")[0] for deed in household.user.ledger.deeds}
    assert {"marks", "snoozes:", "takes"} <= marked, marked
    assert any(record.item for record in household.state.records)


def test_a_year_of_lines_in_which_the_database_is_lost_again_and_again() -> None:
    household = Checked(seed=6)
    random = Random(6)

    def lose(day: int) -> None:
        if random.random() < 0.05:
            household.lose()

    live(household, often(40, 365), lose)


@pytest.mark.parametrize("seed", often([32], [31, 32]))
def test_no_line_is_lost_and_none_doubled_on_a_bad_line(seed: int) -> None:
    live(StruckLines(seed), often(30, 120))


def test_two_daemons_agree_about_the_lines() -> None:
    live(RivalLines(41), often(25, 120))
