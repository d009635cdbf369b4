"""Starting small: so many people, then some more every month."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.engine.pausing import pause, resume
from syncd.errors import UsageError
from syncd.model.people import Period
from syncd.model.records import Scope
from syncd.model.roster import Ramp
from tests.household import person, weekly
from tests.stories.stage import Make, Stage

RAMP = Ramp(start=3, add=2, every=Period(months=1))
NAMES = ("Abe Ade", "Bea Bly", "Cid Coe", "Dot Dow", "Eva Eck", "Fay Fox", "Gus Gray", "Hal Hope")


def begun(make: Make, **more: object) -> Stage:
    people = [
        person(name, last_contact=date(2026, 1 + n, 1) if n < 4 else None, liked=name == "Hal Hope")
        for n, name in enumerate(NAMES)
    ]
    stage = make(*people, block=weekly(**more))
    stage.changed(ramp=RAMP)
    stage.sync()
    return stage


def inside(stage: Stage) -> set[str]:
    met = stage.service.store.load().acquaintances
    return {id for id, each in met.items() if each.admitted is not None}


def test_the_liked_and_the_recent_come_first_and_more_every_month(make: Make) -> None:
    stage = begun(make)
    assert inside(stage) == {"hal-hope", "dot-dow", "cid-coe"}
    assert [(who.id, day) for who, day in stage.service.waiting()] == [
        ("bea-bly", date(2027, 1, 1)),
        ("abe-ade", date(2027, 1, 1)),
        ("eva-eck", date(2027, 2, 1)),
        ("fay-fox", date(2027, 2, 1)),
        ("gus-gray", date(2027, 3, 1)),
    ]
    stage.later(days=31)
    stage.sync()
    assert inside(stage) == {"hal-hope", "dot-dow", "cid-coe", "bea-bly", "abe-ade"}


def test_they_are_spread_and_not_due_at_once(make: Make) -> None:
    stage = begun(make)
    dues = {stage.due(name) for name in ("Hal Hope", "Dot Dow", "Cid Coe")}
    assert len(dues) == 3
    assert all(due is not None and date(2026, 12, 1) <= due < date(2027, 1, 1) for due in dues)


def test_nothing_is_planned_for_those_who_wait(make: Make) -> None:
    stage = begun(make)
    for _ in range(4):
        stage.later(days=7)
        stage.sync()
    known = {stage.key(each).subject for each in stage.contacts()}
    assert known and known <= {"hal-hope", "dot-dow", "cid-coe"}


def test_somebody_new_reshuffles_nobody(make: Make) -> None:
    stage = begun(make)
    before = inside(stage)
    people = [*stage.roster.people.values(), person("Zoe Zip", liked=True)]
    stage.with_people(*people)
    stage.sync()
    assert inside(stage) == before
    assert stage.service.waiting()[0][0].id == "zoe-zip"


def test_each_can_be_let_in_by_hand(make: Make) -> None:
    stage = begun(make)
    assert stage.service.admit("gus").id == "gus-gray"
    stage.sync()
    assert "gus-gray" in inside(stage)
    with pytest.raises(UsageError, match="Gus Gray is in already"):
        stage.service.admit("gus")
    stage.later(days=31)
    stage.sync()
    assert len(inside(stage)) == 5  # who came early counts


def test_whoever_was_being_contacted_stays_in(make: Make) -> None:
    stage = make(*NAMES[:4])
    stage.sync()
    stage.changed(ramp=Ramp(start=1, add=1, every=Period(months=1)))
    before = [each.uid for each in stage.contacts()]
    stage.sync()
    assert [each.uid for each in stage.contacts()] == before
    assert inside(stage) == {"abe-ade", "bea-bly", "cid-coe", "dot-dow"}


def test_without_the_database_whoever_was_in_is_in(make: Make) -> None:
    stage = begun(make)
    assert stage.service.admit("gus").id == "gus-gray"
    for _ in range(5):
        stage.later(days=7)
        stage.sync()
    known = {stage.key(each).subject for each in stage.contacts()}
    assert "gus-gray" in known and len(known) > 3
    before = [(each.uid, each.start) for each in stage.contacts()]
    stage.lose_database()
    assert not stage.sync().outcomes
    assert [(each.uid, each.start) for each in stage.contacts()] == before
    assert known <= inside(stage)
    assert len(inside(stage)) == 5  # and the next ones come in a month


def test_a_ramp_that_was_away_shuts_nobody_out(make: Make) -> None:
    stage = begun(make)
    stage.changed(ramp=None)
    stage.sync()
    before = [(each.uid, each.start) for each in stage.contacts()]
    known = {stage.key(each).subject for each in stage.contacts()}
    assert "bea-bly" in known
    stage.changed(ramp=RAMP)
    stage.sync()
    assert [(each.uid, each.start) for each in stage.contacts()] == before
    assert known <= inside(stage)


def test_whoever_is_called_otherwise_is_still_in(make: Make) -> None:
    stage = begun(make)
    stage.service.admit("gus")
    stage.sync()
    rest = [each for each in stage.roster.people.values() if each.id != "gus-gray"]
    stage.with_people(*rest, person("Gus Blue", last_contact=None, formerly=("gus-gray",)))
    stage.sync()
    assert "gus-blue" in inside(stage)
    assert "gus-blue" not in {who.id for who, _ in stage.service.waiting()}
    with pytest.raises(UsageError, match="Gus Blue is in already"):
        stage.service.admit("gus")


def test_a_clock_that_went_back_changes_nothing(make: Make) -> None:
    stage = begun(make)
    before = inside(stage)
    stage.later(days=-400)
    stage.service.admit("gus")
    stage.sync()
    stage.later(days=400)
    stage.sync()
    assert inside(stage) == before | {"gus-gray"}


def test_somebody_paused_may_be_let_in_and_stays_paused(make: Make) -> None:
    stage = begun(make)
    pause(stage.service, Scope.PERSON, "gus", None)
    assert "gus-gray" not in {who.id for who, _ in stage.service.waiting()}
    stage.service.admit("gus")
    stage.sync()
    assert stage.contacts("Gus Gray") == []
    resume(stage.service, Scope.PERSON, "gus")
    for _ in range(5):
        stage.later(days=7)
        stage.sync()
    assert stage.contacts("Gus Gray") != []


def test_somebody_who_is_gone_cannot_be_let_in(make: Make) -> None:
    stage = begun(make)
    stage.with_people(*(each for each in stage.roster.people.values() if each.id != "gus-gray"))
    with pytest.raises(UsageError, match="Nobody is called «gus-gray»"):
        stage.service.admit("gus-gray")
