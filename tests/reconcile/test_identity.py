"""Who may be somebody known under another id."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from syncd.model.facts import Fact, Facts, Outcome, Source
from syncd.model.people import Person
from syncd.model.records import Acquaintance, State
from syncd.reconcile.identity import mistaken
from tests.household import person
from tests.reconcile.world import ZONE, roster

THEN = datetime(2026, 11, 3, 10, tzinfo=ZONE)
MET = Acquaintance(first_seen=THEN.date(), seat=0, phone="+49 30 901820", email="Ann@Example.org")
TOLD = Fact(
    id="log:1",
    person="ann-miller",
    at=THEN,
    outcome=Outcome.REACHED,
    source=Source.LOG,
    recorded=THEN,
)
STATE = replace(State(), acquaintances={"ann-miller": MET}, facts=Facts.of([TOLD]))


@pytest.mark.parametrize(
    ("who", "shared"),
    [
        (person(), "phone number"),
        (person(phone="1", more_phones=("+49 30 901820",)), "phone number"),
        (person(phone="1", email="lee@x.org", more_emails=("ann@example.org",)), "e-mail address"),
        (person(phone=None, email=None), ""),
        (person(formerly=()), ""),
    ],
)
def test_whoever_is_new_may_be_somebody_by_any_of_their_addresses(who: Person, shared: str) -> None:
    said = [problem.message for problem in mistaken(roster(who), STATE)]
    assert [f"has the {shared} of ann-miller" in each for each in said] == (
        [True] if shared else []
    )
