"""The dates that matter, in the calendar: all-day entries with the years counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from syncd.model.keys import Kind, decode
from syncd.model.occasions import Occasion
from tests.client import Shown
from tests.household import person
from tests.stories.stage import Make, Stage

BORN = Occasion(name="birthday", month=2, day=29, year=1980)
WED = Occasion(name="anniversary", month=6, day=20)
FOUNDED = Occasion(name="Founded Acme", month=11, day=30, year=2020)


def dated(stage: Stage) -> list[Shown]:
    found = []
    for each in stage.app.entries():
        key = decode(each.uid, stage.roster.deployment)
        if key is not None and key.kind is Kind.DATE:
            found.append(each)
    return sorted(found, key=lambda each: str(each.start))


def test_each_date_is_an_all_day_entry_once_a_year(make: Make) -> None:
    stage = make(person(dates=(BORN, WED, FOUNDED), notes="Likes tea."))
    stage.sync()
    assert [(each.title, each.start) for each in dated(stage)] == [
        ("Ann Lee: birthday (47)", date(2027, 2, 28)),
        ("Ann Lee: anniversary", date(2027, 6, 20)),
        ("Ann Lee: Founded Acme (7)", date(2027, 11, 30)),
    ]
    first = dated(stage)[0]
    assert first.text.startswith("+49 30 901820\n") and "Likes tea." in first.text
    stage.later(days=100)
    stage.sync()
    assert [(each.title, each.start) for each in dated(stage)][-1] == (
        "Ann Lee: birthday (48)",
        date(2028, 2, 29),
    )
    assert len(dated(stage)) == 4  # what was stays


def test_it_says_where_it_is_from(make: Make) -> None:
    stage = make(person(dates=(BORN,)))
    stage.sync()
    (birthday,) = dated(stage)
    assert birthday.text.endswith("From the people file. (syncd)")
    stage.with_people(person(dates=(BORN,), where=""))  # as who is in an address book alone
    stage.sync()
    (birthday,) = dated(stage)
    assert birthday.text.endswith("From your address book. (syncd)")
    assert "people file" not in birthday.text


def test_what_the_user_does_to_it_stays(make: Make) -> None:
    stage = make(person(dates=(BORN, WED)))
    stage.sync()
    birthday, wedding = dated(stage)
    stage.app.retitle(birthday, "Ann is 47!")
    stage.app.delete(wedding)
    stage.sync()
    stage.sync()
    assert [each.title for each in dated(stage)] == ["Ann is 47!"]
    stage.with_people(person(dates=(WED,)))
    stage.sync()
    assert [each.title for each in dated(stage)] == ["Ann is 47!"]  # it holds words of theirs
    stage.later(days=220)
    stage.sync()
    assert [each.start for each in dated(stage)][-1] == date(2028, 6, 20)


def test_one_that_the_user_moves_stays_there(make: Make) -> None:
    stage = make(person(dates=(WED,)))
    stage.sync()
    (wedding,) = dated(stage)
    stage.app.drag(wedding, date(2027, 6, 19), date(2027, 6, 20))
    stage.sync()
    assert not stage.sync().outcomes
    assert [each.start for each in dated(stage)] == [date(2027, 6, 19)]
    stage.with_people(person(dates=(WED,), notes="Likes tea."))
    stage.sync()
    assert [each.start for each in dated(stage)] == [date(2027, 6, 19)]
    assert "Likes tea." in dated(stage)[0].text


def test_somebody_who_is_called_otherwise_keeps_their_entries(make: Make) -> None:
    stage = make(person(dates=(BORN, WED, FOUNDED)))
    stage.sync()
    birthday, wedding, founded = dated(stage)
    stage.app.describe(birthday, birthday.text + "\nbuy tea")
    stage.app.drag(wedding, date(2027, 6, 19), date(2027, 6, 20))
    stage.app.delete(founded)
    stage.sync()
    stage.with_people(person("Ann Roy", dates=(BORN, WED, FOUNDED), formerly=("ann-lee",)))
    stage.sync()
    assert [(each.uid, each.title, each.start) for each in dated(stage)] == [
        (birthday.uid, "Ann Roy: birthday (47)", date(2027, 2, 28)),
        (wedding.uid, "Ann Roy: anniversary", date(2027, 6, 19)),
    ]
    assert dated(stage)[0].text.endswith("\nbuy tea")
    stage.later(days=365)
    stage.sync()
    assert [each.title for each in dated(stage)][2:] == [
        "Ann Roy: birthday (48)",
        "Ann Roy: anniversary",
        "Ann Roy: Founded Acme (8)",
    ]


def test_two_who_are_one_have_each_date_once(make: Make) -> None:
    stage = make(person(dates=(WED,)), person("Ann Roy", dates=(WED, FOUNDED), phone="+49 89 4711"))
    stage.sync()
    theirs = next(each for each in dated(stage) if each.title == "Ann Roy: anniversary")
    stage.app.drag(theirs, date(2027, 6, 19), date(2027, 6, 20))
    stage.sync()
    stage.with_people(person(dates=(WED, FOUNDED), formerly=("ann-roy",)))
    stage.sync()
    assert [(each.title, each.start) for each in dated(stage)] == [
        ("Ann Lee: anniversary", date(2027, 6, 19)),
        ("Ann Lee: Founded Acme (7)", date(2027, 11, 30)),
    ]
    stage.lose_database()
    assert not stage.sync().outcomes


def test_a_date_that_is_corrected_moves(make: Make) -> None:
    stage = make(person(dates=(BORN,)))
    stage.sync()
    stage.with_people(person(dates=(replace(BORN, month=3, day=1, year=1981),)))
    stage.sync()
    assert [(each.title, each.start) for each in dated(stage)] == [
        ("Ann Lee: birthday (46)", date(2027, 3, 1))
    ]


def test_birthdays_that_the_calendar_shows_by_itself_are_left_out(make: Make) -> None:
    stage = make(person(dates=(BORN, WED)))
    stage.sync()
    home = stage.roster.calendars["home"]
    stage.changed(calendars={"home": replace(home, birthdays=False)})
    stage.sync()
    assert [each.title for each in dated(stage)] == ["Ann Lee: anniversary"]
    stage.changed(calendars={"home": home})
    stage.sync()
    assert len(dated(stage)) == 2


def test_without_the_database_nothing_comes_twice(make: Make) -> None:
    stage = make(person(dates=(BORN, WED)))
    stage.sync()
    before = dated(stage)
    stage.lose_database()
    report = stage.sync()
    assert not report.outcomes
    assert [each.uid for each in dated(stage)] == [each.uid for each in before]


def test_the_call_knows_what_comes(make: Make) -> None:
    stage = make(person(dates=(Occasion(name="birthday", month=12, day=24, year=1980),)))
    stage.sync()
    assert "Birthday: Thursday 24 December 2026 (46)" in stage.contact("Ann Lee").text


def test_the_call_knows_what_was_said_before(make: Make) -> None:
    stage = make(person(address="Linienstr. 1\n10178 Berlin"))
    stage.sync()
    for note in ("she moved", "new job", "tired"):
        stage.service.log("ann", "left-message", note=note)
        stage.later(minutes=1)
    stage.sync()
    text = stage.contact("Ann Lee").text
    assert "Last: Left a message, Tuesday 1 December 2026: tired" in text
    assert text.index("Before: Left a message, Tuesday 1 December 2026: new job") < text.index(
        "Before: Left a message, Tuesday 1 December 2026: she moved"
    )
    assert "Linienstr. 1\n10178 Berlin\n" in text


def test_dates_that_are_past_may_be_tidied_away(make: Make) -> None:
    days = [Occasion(name=f"day {n}", month=12, day=2 + n) for n in range(8)]
    stage = make(person(dates=tuple(days)))
    stage.sync()
    stage.later(days=20)
    stage.sync()
    past = [each for each in dated(stage) if str(each.start) < "2026-12-20"]
    assert len(past) == 8
    for each in past:
        stage.app.delete(each)
    report = stage.sync()
    assert not report.held
    assert len(dated(stage)) == 8  # next year's
