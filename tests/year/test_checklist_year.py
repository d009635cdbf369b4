"""The year of somebody who checks lines in the texts of their hours, and what must hold in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import pytest

from syncd.model.entries import Entry
from tests.year.sheets import Sheets
from tests.year.test_year import AFTER, Household, fresh, live


@dataclass(kw_only=True)
class Checked(Household):
    """Everybody whom a block serves is in a list with `as: checklist`."""

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


@pytest.mark.parametrize("seed", [5])
def test_a_year_of_lines(seed: int) -> None:
    household = Checked(seed=seed)
    live(household, 365 + AFTER)


def test_a_year_of_lines_in_which_the_database_is_lost_again_and_again() -> None:
    household = Checked(seed=6)
    random = Random(6)

    def lose(day: int) -> None:
        if random.random() < 0.05:
            household.store = fresh()
            there = {entry.uid for entry in household.entries}
            ledger = household.user.ledger
            ledger.said = {uid: said for uid, said in ledger.said.items() if uid in there}
            ledger.skipped.clear()

    live(household, 365, lose)
