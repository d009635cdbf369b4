"""Marks after which somebody rests, or is contacted otherwise: wrong number, stop, a pause."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.engine.pausing import pause, resume
from syncd.model.people import Period, Strategy
from syncd.model.records import Scope
from tests.client import Shown
from tests.household import person
from tests.stories.stage import Make, Stage


def titled(stage: Stage, title: str) -> Shown:
    (found,) = (each for each in stage.contacts() if each.title == title)
    return found


def test_a_wrong_number_is_called_no_more_until_it_changes(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:10")
    stage.mark("Ann Lee", "wrong number {} try +49 89 4711")
    stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert (fact.outcome.value, fact.number) == ("wrong-number", "+49 30 901820")
    done, mail = sorted(stage.contacts("Ann Lee"), key=lambda each: stage.key(each).attempt)
    assert done.title == "⚠ Ann Lee: call"
    assert mail.title == "Ann Lee: email"
    assert "Wrong number since Thursday 3 December 2026: +49 30 901820" in mail.text
    assert "noted then: try +49 89 4711" in mail.text
    stage.app.retitle(mail, "x Ann Lee: email")
    stage.sync()
    stage.later(days=34)
    stage.sync()  # a later touch goes by mail, too
    assert titled(stage, "Ann Lee: email")
    stage.with_people(person("Ann Lee", phone="+49 89 4711"))
    stage.at("fri 12:00")
    stage.app.retitle(titled(stage, "Ann Lee: email"), "x Ann Lee: email")
    stage.sync()
    stage.later(days=40)
    stage.sync()
    assert "Wrong number since" not in titled(stage, "Ann Lee: call").text


@pytest.mark.parametrize("phone", ["+49 30 901820", "030 901820"])
def test_a_number_that_was_mended_before_the_mark_was_read_is_called(
    make: Make, phone: str
) -> None:
    stage = make(person("Ann Lee", phone=phone))
    stage.sync()
    stage.at("thu 10:10")
    stage.mark("Ann Lee", "wrong number {}")
    stage.with_people(person("Ann Lee", phone="+49 89 4711"))
    stage.sync()
    stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert (fact.outcome.value, fact.number) == ("wrong-number", phone)
    (again,) = (each for each in stage.contacts("Ann Lee") if stage.key(each).attempt == 2)
    assert again.title == "Ann Lee: call"
    assert again.text.startswith("+49 89 4711") and "Wrong number since" not in again.text


def test_a_wrong_number_and_no_other_channel_says_so(make: Make) -> None:
    stage = make(person("Ann Lee", channels=("call",)))
    stage.sync()
    stage.at("thu 10:10")
    stage.mark("Ann Lee", "wrong number {}")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["wrong-number", "not-reached"]
    _, plan = stage.service.offline()
    assert plan.positions["ann-lee"].reason == (
        "the number +49 30 901820 is wrong; change it in people.yaml:1"
    )
    stage.later(days=42)
    stage.sync()
    assert len(stage.contacts("Ann Lee")) == 1
    stage.with_people(person("Ann Lee", channels=("call",), phone="+49 89 4711"))
    stage.sync()
    assert [each.title for each in stage.contacts("Ann Lee")][-1] == "Ann Lee: call"


def test_a_wrong_number_taken_back_is_called_again(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:10")
    stage.mark("Ann Lee", "wrong number {}")
    stage.sync()
    stage.app.retitle(titled(stage, "⚠ Ann Lee: call"), "Ann Lee: call")
    stage.sync()
    assert stage.outcomes("Ann Lee") == []
    assert [each.title for each in stage.contacts("Ann Lee")] == ["Ann Lee: call"]


def test_stop_is_for_good_until_resume(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.mark("Ann Lee", "stop {}")
    stage.sync()
    ann = stage.contact("Ann Lee")
    assert ann.title == "⏹ Ann Lee: call" and "Stopped" in ann.text
    stage.later(days=500)
    stage.sync()
    assert len(stage.contacts("Ann Lee")) == 1
    assert resume(stage.service, Scope.PERSON, "ann") == "the pause that a mark set is over"
    stage.sync()
    assert any(each.title == "Ann Lee: call" for each in stage.contacts("Ann Lee"))


def test_a_pause_lasts_as_long_as_it_says(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", "Cy Fox")
    stage.sync()
    stage.mark("Ann Lee", "pause 6 months {}")
    stage.mark("Bob Roy", "⏸ {} until 2027-01-15 he is at sea")
    stage.mark("Cy Fox", "pause {} we spoke of it")
    stage.sync()
    untils = {fact.person: (fact.until, fact.note) for fact in stage.facts()}
    assert untils == {
        "ann-lee": (date(2027, 6, 1), ""),
        "bob-roy": (date(2027, 1, 15), "he is at sea"),
        "cy-fox": (date(2027, 3, 1), "we spoke of it"),
    }
    assert "Paused until Tuesday 1 June 2027" in stage.contact("Ann Lee").text
    stage.app.retitle(stage.contact("Ann Lee"), "⏸ Ann Lee: call 2 weeks")
    stage.sync()
    assert "Paused until Tuesday 15 December 2026" in stage.contact("Ann Lee").text


def test_whoever_was_renamed_while_paused_is_resumed(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.mark("Ann Lee", "stop {}")
    stage.sync()
    pause(stage.service, Scope.PERSON, "bob", None)
    stage.with_people(
        person("Ann Poe", formerly=("ann-lee",)), person("Bob Poe", formerly=("bob-roy",))
    )
    stage.sync()
    assert resume(stage.service, Scope.PERSON, "ann") == "the pause that a mark set is over"
    assert resume(stage.service, Scope.PERSON, "bob") == "the pause is over"
    stage.sync()
    titles = {each.title for each in stage.contacts()}
    assert {"Ann Poe: call", "Bob Poe: call"} <= titles


def test_a_number_found_wrong_late_calls_off_the_next_call(make: Make) -> None:
    stage = make(person("Ann Lee", channels=("call",)))
    stage.sync()
    stage.at("thu 10:10")
    stage.mark("Ann Lee", "n {}")
    stage.sync()
    assert len(stage.contacts("Ann Lee")) == 2
    stage.app.retitle(titled(stage, "↻ Ann Lee: call"), "⚠ Ann Lee: call")
    stage.sync()
    assert [each.title for each in stage.contacts("Ann Lee")] == ["⚠ Ann Lee: call"]
    assert stage.outcomes("Ann Lee") == ["wrong-number", "not-reached"]


def test_a_number_found_wrong_late_makes_the_next_call_a_mail(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:10")
    stage.mark("Ann Lee", "n {}")
    stage.sync()
    assert {each.title for each in stage.contacts()} == {"↻ Ann Lee: call", "Ann Lee: call"}
    stage.app.retitle(titled(stage, "↻ Ann Lee: call"), "⚠ Ann Lee: call")
    stage.sync()
    assert {each.title for each in stage.contacts()} == {"⚠ Ann Lee: call", "Ann Lee: email"}


@pytest.mark.parametrize("when", ["wed 12:00", "thu 10:20"])
def test_a_number_found_wrong_elsewhere_makes_the_open_call_a_mail(make: Make, when: str) -> None:
    long = Strategy(name="long-call", channel="call", every=Period(months=6), title="Long call")
    stage = make(person("Ann Lee", strategies=(long,)))
    stage.sync()
    assert {each.title for each in stage.contacts("Ann Lee")} == {"Ann Lee: call"}
    stage.at(when)
    stage.app.retitle(titled(stage, "Ann Lee: Long call"), "⚠ Ann Lee: Long call")
    stage.sync()
    open_ = [e for e in stage.contacts() if e.start > stage.now]  # type: ignore[operator]
    assert [each.title for each in open_] == ["Ann Lee: email"]
    assert not [each for each in stage.contacts() if each.title == "Ann Lee: call"]


def test_a_number_found_wrong_during_a_pause_makes_the_call_after_it_a_mail(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    pause(stage.service, Scope.PERSON, "ann", None)
    stage.sync()
    stage.service.log("ann", "wrong-number")
    stage.later(days=7)
    resume(stage.service, Scope.PERSON, "ann")
    stage.sync()
    assert [each.title for each in stage.contacts("Ann Lee")] == ["Ann Lee: email"]
