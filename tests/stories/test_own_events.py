"""From the phone, with no terminal: events that the user makes in the calendar say something."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from syncd.reconcile.events import Asked, Proposed
from syncd.reconcile.recall import recalled
from tests.client import Shown
from tests.household import clients, person, weekly
from tests.stories.stage import Make, Stage


def wrote(stage: Stage, title: str, start: datetime | None = None) -> Shown:
    begin = start or stage.now
    return stage.app.add(title, begin, begin + timedelta(hours=1))


def agenda(stage: Stage) -> str:
    """What the next occurrence says."""
    (series,) = stage.series()
    ahead = [each for at, each in series.overrides.items() if at > stage.now]
    return min(ahead, key=lambda each: each.start).text  # type: ignore[arg-type, return-value]


def said(stage: Stage) -> list[object]:
    settings = stage.service.store.load().settings
    return list(recalled(settings, stage.roster, stage.now.date()).values())


def test_a_mark_and_a_name_are_a_contact(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.at("wed 12:00")
    event = wrote(stage, "i Ann Lee new job")
    stage.sync()
    (fact,) = stage.facts()
    assert (fact.person, fact.outcome.value, fact.direction.value) == ("ann-lee", "reached", "in")
    assert (fact.note, fact.at, fact.source.value) == ("new job", stage.now, "event")
    assert stage.contacts("Ann Lee") == []  # the event ahead is not needed any more
    assert stage.due("Ann Lee") == date(2027, 1, 13)
    shown = stage.app.again(event)
    assert shown is not None and shown.title == "i Ann Lee new job"  # it stays theirs
    assert "Understood: Ann Lee (they called)." in agenda(stage)


def test_it_is_read_once_and_corrected_by_an_edit(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    event = wrote(stage, "m Ann wants to be called at night")
    stage.sync()
    stage.sync()
    (fact,) = stage.facts()
    assert (fact.outcome.value, fact.note) == ("left-message", "wants to be called at night")
    event = stage.app.retitle(event, "x Ann Lee")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    event = stage.app.retitle(event, "Dentist")
    stage.sync()
    assert stage.facts() == []
    stage.app.retitle(event, "x Bob Roy")
    stage.sync()
    assert [fact.person for fact in stage.facts()] == ["bob-roy"]
    stage.lose_database()
    stage.sync()
    assert [fact.person for fact in stage.facts()] == ["bob-roy"]


@pytest.mark.parametrize(
    "title", ["S-Bahn to Mitte", "I need milk", "n/a", "M. Curie's birthday", "Sentinel", "s"]
)
def test_other_events_say_nothing(make: Make, title: str) -> None:
    stage = make("Ann Lee")
    stage.sync()
    wrote(stage, title)
    report = stage.sync()
    assert stage.facts() == [] and said(stage) == [] and not report.outcomes


def test_events_of_long_ago_or_far_ahead_say_nothing(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    wrote(stage, "x Ann Lee", stage.now - timedelta(days=40))
    wrote(stage, "x Ann Lee lunch", stage.now + timedelta(days=3))
    stage.sync()
    assert stage.facts() == []


@pytest.mark.parametrize(
    ("title", "holds"),
    [
        ("x Ann Lee new job!", [("ann-lee", "reached")]),
        ("m Ann Lee", [("ann-lee", "left-message")]),
        ("x Bob Roy", [("bob-roy", "reached")]),
        ("Dentist", []),
    ],
)
def test_what_was_said_long_ago_is_corrected_by_saying_something_else(
    make: Make, title: str, holds: list[tuple[str, str]]
) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    event = wrote(stage, "x Ann Lee new job")
    stage.sync()
    stage.later(days=32)
    event = stage.app.describe(event, "we met at the fair")
    stage.sync()
    (fact,) = stage.facts()
    assert (fact.person, fact.outcome.value, fact.note) == ("ann-lee", "reached", "new job")
    stage.app.retitle(event, title)
    stage.sync()
    assert [(fact.person, fact.outcome.value) for fact in stage.facts()] == holds


def test_who_is_meant_is_asked_in_the_next_occurrence(make: Make) -> None:
    stage = make("Ann Lee", "Ann Roy")
    stage.sync()
    event = wrote(stage, "✅ Ann good talk")
    wrote(stage, "✅ Zoe")
    stage.sync()
    assert stage.facts() == []
    assert "«✅ Ann good talk»: is it Ann Lee, Ann Roy? Write the whole name." in agenda(stage)
    assert "«✅ Zoe»: nobody is called that." in agenda(stage)
    stage.app.retitle(event, "✅ Ann Roy good talk")
    stage.sync()
    assert [fact.person for fact in stage.facts()] == ["ann-roy"]
    assert "good talk»" not in agenda(stage)
    stage.later(days=20)
    stage.sync()
    assert not [each for each in said(stage) if isinstance(each, Asked)]


def test_somebody_is_proposed(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    event = wrote(stage, "+ Jane Roe +49 30 4711 99 jane@example.org")
    stage.sync()
    assert said(stage) == [
        Proposed(
            name="Jane Roe",
            phone="+49 30 4711 99",
            email="jane@example.org",
            until=date(2027, 3, 3),
        )
    ]
    assert "To be added: Jane Roe. syncd add --proposed" in agenda(stage)
    stage.with_people(*stage.roster.people.values(), person("Jane Roe"))
    stage.sync()
    assert said(stage) == []
    stage.app.delete(event)
    wrote(stage, "+ Max Moe")
    stage.sync()
    (max_moe,) = (each for each in stage.app.entries() if each.title == "+ Max Moe")
    stage.app.delete(max_moe)
    stage.sync()
    assert said(stage) == []


def test_days_away_take_nobody(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    assert stage.starts("Ann Lee", "Bob Roy") == ["thu 03 10:00", "thu 03 10:15"]
    stage.app.add("Away", date(2026, 12, 2), date(2026, 12, 5))
    stage.sync()
    assert stage.starts("Ann Lee", "Bob Roy") == ["thu 10 10:00", "thu 10 10:15"]
    (series,) = stage.series()
    assert series.start is not None  # the hour itself is the user's
    (away,) = (each for each in stage.app.entries() if each.title == "Away")
    stage.app.delete(away)
    stage.sync()
    assert said(stage) == []


def test_a_retry_within_days_away_goes_after_them_a_few_a_day(make: Make) -> None:
    names = ("Ann Lee", "Bob Roy", "Cy Fox", "Dee Day")
    stage = make(*names, lists=(clients(a_day=2),))
    stage.sync()
    stage.at("thu 11:30")
    for name in names:
        stage.mark(name, "n {}")
    stage.sync()
    stage.app.add("holiday", date(2026, 12, 6), date(2026, 12, 12))
    stage.sync()
    days = sorted(start.partition(" ")[2].partition(" ")[0] for start in stage.starts(*names))
    assert days == ["14", "14", "15", "15"]


def test_what_was_deleted_says_how_it_is_undone(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.app.delete(stage.contact("Ann Lee"))
    stage.sync()
    assert "Skipped, since you deleted it: Ann Lee. To undo: syncd log --undo NAME" in agenda(stage)


def test_whoever_may_be_there_already_is_asked_about(make: Make) -> None:
    stage = make("Ann Lee", "Bo")
    stage.sync()
    event = wrote(stage, "+ ann +49 30 4711")
    wrote(stage, "+ Bo")
    stage.sync()
    question = (
        "«+ ann +49 30 4711»: Ann Lee is there already. For another, write + and the whole name."
    )
    assert f"Not understood: {question}" in agenda(stage)
    assert not [each for each in said(stage) if isinstance(each, Proposed)]
    stage.app.retitle(event, "+ Ann Roy")
    stage.sync()
    assert [each.name for each in said(stage) if isinstance(each, Proposed)] == ["Ann Roy"]


def test_the_next_in_line_are_named_below(make: Make) -> None:
    people = [person(f"P {n}", last_contact=date(2026, 9, 1 + n)) for n in range(16)]
    stage = make(*people)
    stage.sync()
    text = agenda(stage)
    up, _, following = text.partition("Next in line, should there be time left:\n")
    assert "10:00 P 0: call" in up
    assert following.startswith("P 8, +49 30 901820\nP 9,")
    assert following.count("\nP ") == 4
    assert not stage.sync().outcomes


def test_whoever_was_just_reached_is_not_offered_again(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.at("wed 12:00")
    wrote(stage, "x Ann Lee")
    wrote(stage, "x Bob Roy")
    stage.sync()
    head, _, following = agenda(stage).partition("\nNobody is up.\n")
    assert head.startswith("Since last time:\nUnderstood: ") and "Who is up" not in head
    assert following == "Mark each in its own event. (syncd)"
    stage.later(days=13)  # a third of six weeks later
    wrote(stage, "✅ Zoe")
    stage.sync()
    assert "should there be time left:\nAnn Lee, +49 30 901820\nBob Roy," in agenda(stage)


def test_after_two_hours_without_a_mark_fewer_are_up(make: Make) -> None:
    names = [f"P {n}" for n in range(8)]
    people = [person(name, liked=name == "P 7") for name in names]
    stage = make(*people, block=weekly(lasts=timedelta(minutes=90)))
    stage.sync()
    for _ in range(2):
        stage.at("thu 12:00")
        stage.sync()
        stage.at("fri 13:00")
        stage.sync()
    up = [each for each in stage.contacts() if each.start.date() == date(2026, 12, 17)]  # type: ignore[union-attr]
    assert len(up) == 3
    stage.at("thu 11:50")
    first = min(up, key=lambda each: each.start)  # type: ignore[arg-type, return-value]
    stage.app.retitle(first, f"x {first.title}")
    stage.sync()
    stage.at("fri 13:00")
    stage.sync()
    assert len([e for e in stage.contacts() if e.start.date() == date(2026, 12, 24)]) > 3  # type: ignore[union-attr]


def test_a_mark_of_somebody_renamed_since_counts_against_fewer(make: Make) -> None:
    people = [person(f"P {n}") for n in range(8)]
    stage = make(*people, block=weekly(lasts=timedelta(minutes=90)))
    stage.sync()
    for hour in range(2):
        stage.at("thu 11:50")
        if hour:
            stage.mark("P 0", "x {}")
        stage.sync()
        stage.at("fri 13:00")
        stage.sync()
    stage.with_people(person("P Zero", formerly=("p-0",)), *people[1:])
    stage.sync()
    assert len([e for e in stage.contacts() if e.start.date() == date(2026, 12, 17)]) > 3  # type: ignore[union-attr]


def test_what_somebody_was_called_before_is_told_by_their_name_of_today(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.at("wed 12:00")
    wrote(stage, "i Ann Lee new job")
    stage.sync()
    stage.with_people(person("Ann Poe", formerly=("ann-lee",)), person("Bob Roy"))
    stage.sync()
    assert "Understood: Ann Poe (they called)." in agenda(stage)


def test_one_easy_person_goes_first(make: Make) -> None:
    people = [person(f"P {n}", liked=n == 2, last_contact=date(2026, 9, 1 + n)) for n in range(4)]
    stage = make(*people)
    stage.sync()
    assert stage.starts("P 2", "P 0") == ["thu 03 10:00", "thu 03 10:15"]


def test_a_copy_of_an_entry_of_ours_says_nothing(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    ann = stage.app.retitle(stage.contact("Ann Lee"), "x Ann Lee: call")
    stage.app.copy(ann)
    stage.sync()
    assert len(stage.facts()) == 1


def test_who_was_meant_stays_meant(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    event = wrote(stage, "x Ann good talk")
    stage.sync()
    (fact,) = stage.facts()
    stage.with_people(*stage.roster.people.values(), person("Ann Roy"))
    event = stage.app.describe(event, "at the fair")
    stage.sync()
    assert stage.facts() == [fact] and said(stage) == []
    stage.with_people(stage.roster.people["bob-roy"])
    event = stage.app.retitle(event, "x Ann good talk at the fair")
    stage.sync()
    assert [(each.person, each.note) for each in stage.facts()] == [
        ("ann-lee", "good talk at the fair")
    ]


def test_an_undo_stays_until_the_mark_or_the_name_changes(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    event = wrote(stage, "x Ann Lee hi")
    stage.sync()
    stage.service.undo("ann")
    event = stage.app.describe(event, "at the fair")
    stage.sync()
    stage.restart()
    stage.later(days=2)  # everything is listed anew
    stage.sync()
    assert stage.facts() == []
    stage.app.retitle(event, "m Ann Lee hi")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["left-message"]


def test_it_comes_back_without_the_database_however_old(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    wrote(stage, "x Ann Lee", stage.now - timedelta(days=60))  # it was never counted
    wrote(stage, "x Ann Lee hi")
    stage.sync()
    (fact,) = stage.facts()
    stage.later(days=40)
    stage.sync()
    stage.lose_database()
    stage.sync()
    told = [each for each in stage.facts() if each.source.value == "event"]
    assert [(each.person, each.at, each.note) for each in told] == [("ann-lee", fact.at, "hi")]


def test_a_dragged_event_corrects_when_it_was(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    event = wrote(stage, "x Ann Lee", stage.now - timedelta(days=1))
    stage.sync()
    assert stage.due("Ann Lee") == date(2027, 1, 11)
    event = stage.app.drag(event, stage.now - timedelta(days=4))
    stage.sync()
    (fact,) = stage.facts()
    assert fact.at == stage.now - timedelta(days=4)
    assert stage.due("Ann Lee") == date(2027, 1, 8)
    stage.app.drag(event, stage.now + timedelta(days=4))  # planned
    stage.sync()
    assert stage.facts() == [] and len(stage.contacts("Ann Lee")) == 1


def test_questions_leave_room_for_what_was_understood(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    for n in range(6):
        wrote(stage, f"✅ Rent {n}")
    wrote(stage, "i Ann Lee")
    stage.app.delete(stage.contact("Bob Roy"))
    stage.sync()
    text = agenda(stage)
    assert text.count("Not understood") == 2 and "And 4 more: syncd status" in text
    assert "Skipped, since you deleted it: Bob Roy." in text
    assert "Understood: Ann Lee (they called)." in text
    assert len(said(stage)) == 6


def test_nobody_is_proposed_for_ever(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    wrote(stage, "+ Max Moe", stage.now - timedelta(days=400))
    event = wrote(stage, "+ Jane Roe")
    stage.sync()
    assert [each.name for each in said(stage) if isinstance(each, Proposed)] == ["Jane Roe"]
    stage.with_people(*stage.roster.people.values(), person("Jane Roe"))
    stage.app.describe(event, "from the fair")
    stage.sync()
    assert said(stage) == [] and "To be added" not in agenda(stage)


def test_a_capital_i_is_a_mark_before_a_name_only(make: Make) -> None:
    stage = make("Ann Lee", "Will Day")
    stage.sync()
    wrote(stage, "I will call Ann Lee")
    wrote(stage, "I must ring Ann Lee")
    stage.sync()
    assert stage.facts() == [] and said(stage) == []
    wrote(stage, "I Ann Lee new job")
    stage.sync()
    assert [(each.person, each.note) for each in stage.facts()] == [("ann-lee", "new job")]
