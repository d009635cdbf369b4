"""What is to happen with somebody beside the cadence: strategies, each a line by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from syncd.engine.pausing import pause
from syncd.engine.upkeep import approve
from syncd.model.keys import Kind, decode
from syncd.model.occasions import Occasion
from syncd.model.people import Period, Strategy
from syncd.model.records import Scope
from tests.client import Shown
from tests.household import clients, person
from tests.stories.stage import ZONE, Make, Stage, when

COFFEE = Strategy(name="coffee", channel="coffee", every=Period(months=6), lasts=timedelta(hours=1))
BIRTHDAY_CARD = Strategy(
    name="birthday-card",
    channel="card",
    occasion="birthday",
    lead=Period(days=10),
    counts=False,
)
BIRTHDAY_CALL = Strategy(name="birthday-call", channel="call", occasion="birthday")
HOLIDAY = Strategy(
    name="holiday-card",
    channel="card",
    on=Occasion(name="Holiday card", month=12, day=25),
    lead=Period(days=14),
    title="Holiday card",
    counts=False,
)
BORN = Occasion(name="birthday", month=12, day=19, year=1980)
"""A Saturday in 2026."""


def lines(stage: Stage, id: str = "") -> list[Shown]:
    """The contact events of all lines, or of one."""
    found = []
    for each in stage.app.entries():
        key = decode(each.uid, stage.roster.deployment)
        if key and key.kind is Kind.CONTACT and "/" in key.subject and (id in ("", key.subject)):
            found.append(each)
    return sorted(found, key=lambda each: each.title)


def test_a_card_for_a_birthday_has_a_lead_and_a_title(make: Make) -> None:
    ann = person(strategies=(BIRTHDAY_CARD,), dates=(BORN,), address="Linienstr. 1\n10178 Berlin")
    stage = make(ann)
    stage.sync()
    (card,) = lines(stage)
    assert card.title == "Ann Lee: birthday card"
    assert when(card.start) == "wed 09 09:00"
    assert "Birthday: Saturday 19 December 2026 (46)" in card.text
    assert "Linienstr. 1\n10178 Berlin" in card.text
    stage.at("wed 12:00")
    stage.app.retitle(card, f"x {card.title}")
    stage.sync()
    (card,) = lines(stage)
    assert card.title == "✅ Ann Lee: birthday card"
    assert "Next: around Thursday 9 December 2027" in card.text
    assert stage.due("Ann Lee") == date(2026, 10, 13)  # a card is no talk


def test_a_call_on_a_birthday_is_on_the_day_whatever_the_hours(make: Make) -> None:
    stage = make(person(strategies=(BIRTHDAY_CALL,), dates=(BORN,)))
    stage.later(days=6)
    stage.sync()
    (call,) = lines(stage)
    assert call.title == "Ann Lee: birthday call" and when(call.start) == "sat 19 09:00"


@pytest.mark.parametrize("by", ["a mark", "the log", "an event"])
def test_a_call_before_it_leaves_the_call_on_a_birthday_alone(make: Make, by: str) -> None:
    stage = make(person(strategies=(BIRTHDAY_CALL,), dates=(BORN,)))
    stage.later(days=6)
    stage.sync()
    (call,) = lines(stage)
    call = stage.app.describe(call, f"{call.text}\nsing for her")
    at_five = datetime(2026, 12, 19, 17, tzinfo=ZONE)
    stage.app.drag(call, at_five, at_five + timedelta(minutes=15))
    stage.sync()
    stage.at("thu 10:20")
    if by == "a mark":
        stage.mark("Ann Lee", "x {}")
    elif by == "the log":
        stage.service.log("ann", by="call")
    else:
        stage.app.add("x Ann Lee", stage.now, stage.now + timedelta(hours=1))
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    (after,) = lines(stage)
    assert (after.uid, after.start) == (call.uid, at_five)
    assert after.text.endswith("\nsing for her")


def test_a_coffee_counts_as_a_contact(make: Make) -> None:
    stage = make(person(last_contact=date(2026, 11, 20)), lists=(clients(strategies=(COFFEE,)),))
    stage.sync()
    (coffee,) = lines(stage)
    assert coffee.title == "Ann Lee: coffee"
    assert coffee.end - coffee.start == timedelta(hours=1)  # type: ignore[operator]
    assert stage.due("Ann Lee") == date(2027, 1, 1)
    stage.at("fri 18:00")
    stage.app.retitle(coffee, f"x {coffee.title} at hers")
    stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert (fact.person, fact.channel, fact.note) == ("ann-lee/coffee", "coffee", "at hers")
    happened = fact.at.astimezone(stage.now.tzinfo).date()
    assert stage.due("Ann Lee") == happened + timedelta(days=42)
    assert not [each for each in lines(stage) if not each.title.startswith("✅")]


def test_a_coffee_spares_the_call_that_is_ahead(make: Make) -> None:
    stage = make(person(), lists=(clients(strategies=(COFFEE,)),))
    stage.sync()
    assert stage.starts("Ann Lee") == ["thu 03 10:00"]
    (coffee,) = lines(stage)
    stage.app.retitle(coffee, f"x {coffee.title}")
    stage.sync()
    assert stage.contacts("Ann Lee") == []
    stage.app.retitle(lines(stage)[0], "Ann Lee: coffee")
    stage.sync()
    assert stage.starts("Ann Lee") == ["thu 03 10:00"]


def test_a_coffee_that_was_logged_is_not_asked_for_again(make: Make) -> None:
    stage = make(person(last_contact=date(2026, 11, 20)), lists=(clients(strategies=(COFFEE,)),))
    stage.sync()
    assert len(lines(stage)) == 1
    stage.service.log("ann", "reached", by="coffee")
    stage.sync()
    assert lines(stage) == []
    rows = {row.person.id: row.due for row in stage.service.due()}
    assert rows["ann-lee/coffee"] == date(2027, 6, 1)


def line_due(stage: Stage, id: str) -> date | None:
    """When a line is due."""
    return next(row.due for row in stage.service.due() if row.person.id == id)


@pytest.mark.parametrize("before", [True, False])
def test_a_card_that_was_sent_early_is_not_asked_for_again(make: Make, before: bool) -> None:
    stage = make(person(strategies=(BIRTHDAY_CARD,), dates=(BORN,)))
    if not before:  # its entry is in the calendar
        stage.sync()
        assert len(lines(stage)) == 1
    stage.later(days=6)  # twelve days before the birthday, two before the lead begins
    stage.service.log("ann", by="card")
    stage.sync()
    assert lines(stage) == []
    assert line_due(stage, "ann-lee/birthday-card") == date(2027, 12, 9)
    stage.service.undo("ann")
    stage.sync()
    assert len(lines(stage)) == 1


def test_a_card_counts_for_the_nearest_occasion_that_is_open(make: Make) -> None:
    stage = make(person(strategies=(BIRTHDAY_CARD, HOLIDAY), dates=(BORN,)))
    stage.later(days=12)  # 13 December: both are open
    stage.sync()
    assert len(lines(stage)) == 2
    first = stage.service.log("ann", by="card")
    stage.sync()
    assert stage.service.settled(first) == ["birthday card"]
    assert [each.title for each in lines(stage)] == ["Ann Lee: Holiday card"]
    stage.later(days=1)
    second = stage.service.log("ann", by="card")
    stage.sync()
    assert (stage.service.settled(first), stage.service.settled(second)) == (
        ["birthday card"],
        ["Holiday card"],
    )
    assert lines(stage) == []
    stage.service.undo("ann")
    stage.sync()
    assert [each.title for each in lines(stage)] == ["Ann Lee: Holiday card"]


def test_a_card_is_not_for_an_occasion_whose_card_was_marked(make: Make) -> None:
    stage = make(person(strategies=(BIRTHDAY_CARD, HOLIDAY), dates=(BORN,)))
    stage.later(days=12)
    stage.sync()
    (birthday,) = lines(stage, "ann-lee/birthday-card")
    stage.app.retitle(birthday, f"x {birthday.title}")
    stage.sync()
    stage.later(hours=1)
    assert stage.service.settled(stage.service.log("ann", by="card")) == ["Holiday card"]
    stage.sync()
    assert [each.title for each in lines(stage)] == ["✅ Ann Lee: birthday card"]


def test_a_card_of_the_autumn_is_none_for_the_birthday(make: Make) -> None:
    stage = make(person(strategies=(BIRTHDAY_CARD,), dates=(BORN,)))
    stage.service.log("ann", by="card", at=stage.now - timedelta(days=10))
    stage.service.log("ann", by="call")
    stage.sync()
    assert [each.title for each in lines(stage)] == ["Ann Lee: birthday card"]
    assert line_due(stage, "ann-lee/birthday-card") == date(2026, 12, 9)


def test_a_card_that_is_told_of_a_year_later_is_none_for_this_birthday(make: Make) -> None:
    stage = make(person(strategies=(BIRTHDAY_CARD,), dates=(BORN,)))
    stage.sync()
    stage.service.log("ann", by="card", at=stage.now - timedelta(days=340))
    stage.sync()
    assert [each.title for each in lines(stage)] == ["Ann Lee: birthday card"]


@pytest.mark.parametrize(("days", "left"), [(17, 1), (18, 0), (19, 0)])
def test_a_call_on_a_birthday_is_one_on_the_day_or_soon_after(
    make: Make, days: int, left: int
) -> None:
    stage = make(person(strategies=(BIRTHDAY_CALL,), dates=(BORN,)))
    stage.later(days=6)
    stage.sync()
    stage.later(days=days - 6)
    stage.service.log("ann", by="call")
    stage.sync()
    open_ = [row for row in stage.service.due() if row.person.id == "ann-lee/birthday-call"]
    assert [row.due == date(2026, 12, 19) for row in open_] == [bool(left)]


def test_a_card_for_an_occasion_that_is_long_over_is_let_go(make: Make) -> None:
    stage = make(person(), lists=(clients(strategies=(HOLIDAY,)),))
    stage.sync()
    stage.later(days=38)  # 8 January: it would be belated, and moves on as ever
    stage.sync()
    (card,) = lines(stage)
    assert when(card.start) == "fri 08 09:00"
    assert "Holiday card: Friday 25 December 2026" in card.text
    stage.later(days=4)
    stage.sync()
    assert [fact.outcome.value for fact in stage.facts() if "/" in fact.person] == ["missed"]
    assert line_due(stage, "ann-lee/holiday-card") == date(2027, 12, 11)


def test_a_card_that_rested_until_its_occasion_was_over_is_let_go(make: Make) -> None:
    stage = make(person(), lists=(clients(strategies=(HOLIDAY,)),))
    stage.sync()
    pause(stage.service, Scope.PERSON, "ann", date(2027, 1, 20))
    stage.sync()
    assert lines(stage) == []
    stage.later(days=51)
    stage.sync()
    stage.now = datetime(2027, 12, 10, 8, tzinfo=ZONE)
    stage.sync()
    (card,) = lines(stage)
    assert "Holiday card: Saturday 25 December 2027" in card.text
    assert stage.key(card).day == date(2027, 12, 13)


def test_a_call_that_was_put_off_is_for_the_birthday_that_was(make: Make) -> None:
    stage = make(person(strategies=(BIRTHDAY_CALL,), dates=(BORN,)))
    stage.later(days=6)
    stage.sync()
    (call,) = lines(stage)
    later = datetime(2027, 1, 5, 9, tzinfo=ZONE)
    stage.app.drag(call, later, later + timedelta(minutes=15))
    stage.sync()
    (call,) = lines(stage)
    assert call.start == later and "Birthday: Saturday 19 December 2026 (46)" in call.text
    stage.now = datetime(2027, 1, 6, 12, tzinfo=ZONE)  # once more, since the user wanted it late
    stage.sync()
    assert [each.title for each in lines(stage)] == ["Ann Lee: birthday call"]
    stage.later(days=3)
    stage.sync()
    assert [fact.outcome.value for fact in stage.facts() if "/" in fact.person] == ["missed"]


def test_a_retry_of_one_line_leaves_the_other_alone(make: Make) -> None:
    stage = make(person(), lists=(clients(strategies=(COFFEE,)),))
    stage.sync()
    (coffee,) = lines(stage)
    stage.app.retitle(coffee, f"n {coffee.title}")
    stage.sync()
    assert sorted(each.title for each in lines(stage)) == ["Ann Lee: coffee", "↻ Ann Lee: coffee"]
    assert [each.title for each in stage.contacts("Ann Lee")] == ["Ann Lee: call"]


def test_the_same_day_of_the_year_for_a_list(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=(clients(strategies=(HOLIDAY,)),))
    stage.sync()
    assert [each.title for each in lines(stage)] == [
        "Ann Lee: Holiday card",
        "Bob Roy: Holiday card",
    ]
    assert {when(each.start) for each in lines(stage)} == {"fri 11 09:00", "fri 11 09:15"}


def test_a_pause_holds_for_all_lines(make: Make) -> None:
    stage = make(person(), lists=(clients(strategies=(COFFEE, HOLIDAY)),))
    stage.sync()
    assert len(lines(stage)) == 2
    pause(stage.service, Scope.PERSON, "ann", None)
    stage.sync()
    assert lines(stage) == [] and stage.contacts("Ann Lee") == []


def test_a_mark_that_pauses_on_one_line_pauses_the_person(make: Make) -> None:
    stage = make(person(), lists=(clients(strategies=(COFFEE,)),))
    stage.sync()
    (coffee,) = lines(stage)
    stage.app.retitle(coffee, f"⏸ {coffee.title}")
    stage.sync()
    assert stage.contacts("Ann Lee") == []
    assert [each.title for each in lines(stage)] == ["⏸ Ann Lee: coffee"]


MANY = tuple(
    Strategy(name=f"coffee-{n}", channel="coffee", every=Period(months=6)) for n in range(12)
)


@pytest.mark.parametrize("by", ["a mark", "a verb"])
def test_whoever_is_to_rest_with_many_lines_rests_unasked(make: Make, by: str) -> None:
    stage = make(person(), lists=(clients(strategies=MANY, a_day=20),))
    stage.sync()
    assert len(lines(stage)) == 12
    if by == "a mark":
        stage.mark("Ann Lee", "stop {}")
    else:
        pause(stage.service, Scope.PERSON, "ann", None)
    assert not stage.sync().held
    assert lines(stage) == []


def test_whoever_goes_with_many_lines_is_asked_about(make: Make) -> None:
    stage = make(person(), "Bob Roy", lists=(clients(strategies=MANY, a_day=20),))
    stage.sync()
    stage.with_people(person("Bob Roy"))
    assert stage.sync().held == "it would delete 13 of 15 entries"
    assert len(lines(stage)) == 12
    approve(stage.service)
    stage.sync()
    assert not [each for each in stage.contacts() if "ann-lee" in stage.key(each).subject]


def test_what_is_taken_out_of_the_config_goes(make: Make) -> None:
    stage = make(person(), lists=(clients(strategies=(COFFEE,)),))
    stage.sync()
    stage.changed(lists={"clients": clients()})
    stage.sync()
    assert lines(stage) == []
    assert len(stage.contacts("Ann Lee")) == 1


def test_without_the_database_all_lines_are_known_again(make: Make) -> None:
    ann = person(strategies=(COFFEE, BIRTHDAY_CARD), dates=(BORN,))
    stage = make(ann)
    stage.sync()
    (card, coffee) = lines(stage)
    stage.app.retitle(coffee, f"x {coffee.title}")
    stage.sync()
    before = sorted((each.uid, each.title) for each in stage.app.entries())
    stage.lose_database()
    stage.sync()
    assert sorted((each.uid, each.title) for each in stage.app.entries()) == before
    assert [fact.person for fact in stage.facts("Ann Lee")] == ["ann-lee/coffee"]
    assert card.uid in {each.uid for each in lines(stage)}


def test_somebody_in_two_lists(make: Make) -> None:
    friends = clients(name="friends", cadence=Period(days=21), strategies=(COFFEE,))
    stage = make(
        person(further=("friends",), last_contact=date(2026, 11, 20)),
        lists=(clients(strategies=(HOLIDAY,)), friends),
    )
    stage.sync()
    assert stage.due("Ann Lee") == date(2026, 12, 11)
    assert [each.title for each in lines(stage)] == ["Ann Lee: Holiday card", "Ann Lee: coffee"]


@pytest.mark.parametrize("word", ["undo", "history"])
def test_the_verbs_know_all_lines(make: Make, word: str) -> None:
    stage = make(person(), lists=(clients(strategies=(COFFEE,)),))
    stage.sync()
    (coffee,) = lines(stage)
    stage.app.retitle(coffee, f"x {coffee.title}")
    stage.sync()
    if word == "undo":
        assert stage.service.undo("ann").person == "ann-lee/coffee"
        assert stage.facts("Ann Lee") == []
    else:
        assert [fact.person for fact in stage.facts("ann")] == ["ann-lee/coffee"]
