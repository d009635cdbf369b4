"""Doubt comes first: what is gone at once, what is not ours, and what is lost on either side."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from syncd.engine.upkeep import approve, clear, clearing, restore, status
from syncd.errors import UsageError
from tests.hosts import settings_on
from tests.household import person
from tests.stories.stage import BEGIN, CALENDAR, Make, Stage, roster, when

FOUR = ("Ann Lee", "Bob Roy", "Cy Fox", "Di Day")


def wiped(stage: Stage) -> None:
    stage.sync()
    stage.app.wipe()
    report = stage.sync()
    assert "entries are gone at once" in report.held


def test_a_wiped_calendar_makes_no_facts_and_is_not_written(make: Make) -> None:
    stage = make(*FOUR)
    wiped(stage)
    assert stage.app.entries() == []
    assert stage.facts(everything=True) == []
    told = status(stage.service)
    assert len(told.doubtful["home"]) == 5
    stage.later(days=2)
    assert stage.sync().held
    assert stage.facts(everything=True) == []


def test_marks_on_what_is_left_are_read_all_the_same(make: Make) -> None:
    stage = make(*(f"P{n} Roy" for n in range(8)))
    stage.sync()
    stage.at("thu 10:20")
    gone = [each for each in stage.app.entries() if each.title[:2] not in ("P0", "P1")]
    for entry in gone:
        stage.app.delete(entry)
    stage.mark("P0 Roy", "x {}")
    report = stage.sync()
    assert report.held
    assert [fact.person for fact in stage.facts()] == ["p0-roy"]
    assert stage.contact("P0 Roy").title == "x P0 Roy: call"  # read, and not written


def test_doubt_ends_by_itself_when_the_entries_are_back(make: Make) -> None:
    stage = make(*FOUR)
    stage.sync()
    before = stage.app.entries()
    stage.app.wipe()
    assert stage.sync().held
    for entry in before:
        stage.app.restore(entry)
    report = stage.sync()
    assert not report.held
    assert stage.facts(everything=True) == []
    assert {each.uid for each in stage.app.entries()} == {each.uid for each in before}


@pytest.mark.parametrize("days", [0, 5])
def test_approved_it_stands_exactly_so(make: Make, days: int) -> None:
    """Also where their hour has passed by then: it was ahead when they were gone."""
    stage = make(*FOUR)
    wiped(stage)
    stage.later(days=days)
    assert stage.sync().held
    approve(stage.service)
    stage.sync()
    assert {fact.outcome.value for fact in stage.facts()} == {"skipped"}
    assert len(stage.facts()) == 4
    assert stage.app.entries() == []
    with pytest.raises(UsageError, match="Nothing is held"):
        approve(stage.service)


def test_restored_it_is_written_anew_under_the_next_generation(make: Make) -> None:
    stage = make(*FOUR)
    stage.sync()
    before = {(stage.key(each).next_generation(), each.title, when(each.start)) for each in
              stage.app.entries()}  # fmt: skip
    stage.app.wipe()
    assert stage.sync().held
    restore(stage.service)
    stage.sync()
    after = {(stage.key(each), each.title, when(each.start)) for each in stage.app.entries()}
    assert after == before
    assert stage.facts(everything=True) == []


@pytest.mark.parametrize("stripped", [False, True])
def test_what_the_user_made_of_an_entry_is_written_anew_with_it(make: Make, stripped: bool) -> None:
    """Also where an app took our private properties away."""
    stage = make(*FOUR)
    stage.sync()
    ann = stage.app.retitle(stage.contact("Ann Lee"), "Coffee talk with Ann Lee")
    stage.app.silence(stage.app.describe(ann, f"{ann.text}\n\nAsk about Kim"))
    stage.sync()
    if stripped:
        stage.app.strip(stage.contact("Ann Lee"))
        stage.sync()
    stage.app.wipe()
    assert stage.sync().held
    restore(stage.service)
    stage.sync()
    anew = stage.contact("Ann Lee")
    assert (anew.title, anew.alarm) == ("Coffee talk with Ann Lee", None)
    stage.changed(people={each.id: each for each in (person("Ann Lee", interests=("tea",)),)})
    stage.sync()
    text = stage.contact("Ann Lee").text
    assert [text.count(each) for each in ("Ask about Kim", "tea", "(syncd)")] == [1, 1, 1]


def test_a_series_that_was_split_is_written_anew_as_the_user_had_it(make: Make) -> None:
    stage = make(*FOUR)
    stage.sync()
    (series,) = stage.series()
    wednesday = BEGIN + timedelta(days=6, hours=6)
    stage.app.split(
        series, BEGIN + timedelta(days=7), wednesday, rule="FREQ=WEEKLY;BYDAY=WE", marked=False
    )
    stage.sync()
    before = [(when(each.start), each.rrule) for each in stage.series()]
    assert when(wednesday) in dict(before)
    stage.app.wipe()
    assert stage.sync().held
    restore(stage.service)
    stage.sync()
    assert [(when(each.start), each.rrule) for each in stage.series()] == before


def test_a_few_deletions_are_no_reason_for_doubt(make: Make) -> None:
    stage = make(*FOUR)
    stage.sync()
    for name in FOUR[:2]:
        stage.app.delete(stage.contact(name))
    assert not stage.sync().held
    assert [fact.outcome.value for fact in stage.facts()] == ["skipped"] * 2


def test_a_plan_that_deletes_much_is_held_until_approved(make: Make) -> None:
    people = [person(f"P{n:02} Roy") for n in range(16)]
    stage = make(*people)
    stage.changed(blocks={"weekly": replace(stage.roster.blocks["weekly"],
                                            lasts=timedelta(hours=4))})  # fmt: skip
    stage.sync()
    assert len(stage.contacts()) == 16
    stage.with_people(*people[:3])
    report = stage.service.sync()
    assert report.held == "it would delete 13 of 17 entries"
    assert len(stage.contacts()) == 16
    approve(stage.service)
    stage.sync()
    assert len(stage.contacts()) == 3


def test_only_our_own_is_touched(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    copy = stage.app.copy(stage.contact("Ann Lee"))
    theirs = stage.app.add("Ann Lee: call", BEGIN, BEGIN + timedelta(hours=1), "mine")
    weekly = stage.app.add_series("Outreach", BEGIN, BEGIN + timedelta(hours=1), "FREQ=WEEKLY")
    stage.at("thu 10:20")
    stage.app.retitle(copy, "x Ann Lee: call")
    stage.sync()
    assert stage.facts() == []
    clear(stage.service, clearing(stage.service))
    assert {each.uid for each in stage.app.entries()} == {copy.uid, theirs.uid, weekly.uid}


def test_two_deployments_never_touch_each_others(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    settings = settings_on(stage.server, CALENDAR, stage.folder)
    other = Stage(
        server=stage.server,
        folder=stage.folder / "other",
        roster=roster(settings, person("Ann Lee"), deployment="other"),
    )
    other.sync()
    assert len(stage.app.entries()) == 4
    stage.at("thu 10:20")
    other.now = stage.now
    other.mark("Ann Lee", "x {}")
    stage.sync()
    other.sync()
    assert stage.facts() == []
    assert other.outcomes("Ann Lee") == ["reached"]
    clear(other.service, clearing(other.service))
    assert len(stage.app.entries()) == 2
    stage.sync()


def test_a_lost_database_is_read_back_from_the_calendar(make: Make) -> None:
    stage = make(*FOUR, "Ed Eel")
    stage.sync()
    stage.app.drag(stage.contact("Ed Eel"), BEGIN + timedelta(days=7, hours=3))
    stage.sync()
    stage.at("thu 10:50")
    stage.mark("Ann Lee", 'x {} says "hi"; done, ok\\n')
    stage.mark("Bob Roy", "m {}")
    stage.mark("Cy Fox", "s {}")
    stage.sync()
    stage.at("fri 11:00")
    stage.sync()  # Di Day rolls over
    facts = {fact.person: replace(fact, supersedes=None) for fact in stage.facts()}
    before = {(each.uid, each.title, each.start, each.text) for each in stage.app.entries()}
    stage.lose_database()
    stage.sync()
    assert {fact.person: fact for fact in stage.facts()} == facts
    assert {(e.uid, e.title, e.start, e.text) for e in stage.app.entries()} == before
    for _ in range(3):  # what was rolled over once is so still
        stage.later(days=7)
        stage.sync()
    assert stage.outcomes("Di Day") == ["missed"]


def test_after_a_loss_a_correction_still_counts(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    stage.app.retitle(stage.contact("Ann Lee"), "m ✅ Ann Lee: call")
    stage.sync()
    stage.lose_database()
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["left-message"]
    first = stage.contacts("Ann Lee")[0]
    stage.app.retitle(first, "n ✉ Ann Lee: call")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["no-answer"]
    assert len(stage.contacts("Ann Lee")) == 2


def test_what_the_user_wrote_survives_a_lost_database(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    ann = stage.contact("Ann Lee")
    stage.app.describe(ann, f"above\n{ann.text}\nbelow")
    stage.sync()
    stage.lose_database()
    stage.sync()
    stage.with_people(person("Ann Lee", notes="Likes tea."), person("Bob Roy"))
    stage.sync()
    lines = stage.contact("Ann Lee").text.splitlines()
    assert (lines[0], lines[-1]) == ("above", "below")
    assert "Likes tea." in lines
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    assert stage.contact("Ann Lee").text.splitlines()[0] == "above"


def test_a_calendar_that_was_deleted_can_be_written_anew(make: Make) -> None:
    stage = make(*FOUR)
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    stage.app.drop()
    assert stage.sync().held
    restore(stage.service)
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert len(stage.contacts()) == 3
    assert len(stage.series()) == 1
    assert stage.due("Ann Lee") == date(2027, 1, 14)


def test_private_properties_that_a_client_strips_are_not_needed(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    for entry in stage.app.entries():
        stage.app.strip(entry)
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    stage.at("fri 11:00")
    stage.sync()
    assert stage.starts("Bob Roy") == ["thu 10 10:00"]
    assert len(stage.contacts()) == 2


def test_what_was_logged_since_stands_where_the_database_did_not_know_of_an_older_mark(
    make: Make,
) -> None:
    """And where the sign of that mark was taken away at the same look."""
    stage = make("Ann Lee")
    stage.sync()
    yesterday = stage.copy_database()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "m {}")
    stage.sync()
    stage.put_database_back(yesterday)
    stage.app.retitle(stage.contacts("Ann Lee")[0], "Ann Lee: call")
    stage.later(minutes=5)
    stage.service.log("Ann Lee", "reached")
    stage.sync()
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert stage.contacts("Ann Lee")[0].title == "✅ Ann Lee: call"


def test_what_nobody_approved_is_no_skip_where_the_doubt_ends(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", "Cy Fox", blocks=())
    stage.sync()
    for entry in stage.app.entries():
        stage.app.delete(entry)
    assert stage.sync().held
    stage.service.log("Ann Lee", "reached")
    stage.later(days=1)
    stage.sync()
    assert {fact.outcome.value for fact in stage.facts()} == {"reached"}
    assert {"Bob Roy: call", "Cy Fox: call"} == {each.title for each in stage.app.entries()}
