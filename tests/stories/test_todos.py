"""Lists whose contacts are tasks: VTODO in the calendar, or Google Tasks beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from syncd.engine.upkeep import clear, clearing
from syncd.model.facts import Source
from syncd.model.occasions import Occasion
from syncd.model.people import Period, Strategy
from tests.client import Client
from tests.hosts import GOOGLE
from tests.household import clients, person
from tests.servers import Server
from tests.stories.stage import Make, Stage
from tests.todo import CalDavTodos

LIST = (clients(as_task=True),)


def test_a_contact_is_a_task_and_the_hour_stays_an_event(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    assert [(each.title, each.due) for each in stage.todos.tasks()] == [
        ("Ann Lee: call", date(2026, 12, 3)),
        ("Bob Roy: call", date(2026, 12, 3)),
    ]
    (series,) = stage.app.entries()
    override = next(iter(series.overrides.values()))
    assert "10:00 Ann Lee: call" in override.text and "10:15 Bob Roy: call" in override.text
    task = stage.todo("Ann Lee")
    assert "Tick it off when reached" in task.text and not task.done


def test_ticked_off_is_reached_then(make: Make) -> None:
    stage = make("Ann Lee", lists=LIST)
    stage.sync()
    stage.at("thu 18:00")
    when = datetime(2026, 12, 3, 9, 12, tzinfo=UTC)
    stage.todos.tick(stage.todo("Ann Lee"), when)
    stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert (fact.outcome.value, fact.source, fact.at) == ("reached", Source.MARK, when)
    task = stage.todo("Ann Lee")
    assert task.title == "✅ Ann Lee: call" and task.done
    assert stage.due("Ann Lee") == date(2027, 1, 14)


def test_each_touch_of_somebody_is_a_task_of_its_own(make: Make) -> None:
    born = Occasion(name="birthday", month=12, day=5, year=1980)  # a Saturday
    coffee = Strategy(name="coffee", channel="coffee", every=Period(months=6))
    call = Strategy(name="birthday-call", channel="call", occasion="birthday")
    stage = make(person(dates=(born,), strategies=(coffee, call)), lists=(clients(as_task=True),))
    stage.sync()

    def shown() -> list[tuple[str, date, bool]]:
        return [(each.title, each.due, each.done) for each in stage.todos.tasks()]

    assert shown() == [
        ("Ann Lee: coffee", date(2026, 12, 1), False),
        ("Ann Lee: call", date(2026, 12, 3), False),
        ("Ann Lee: birthday call", date(2026, 12, 5), False),
    ]
    stage.at("thu 10:20")
    stage.todos.tick(stage.todo("Ann Lee"))
    stage.sync()
    assert ("Ann Lee: birthday call", date(2026, 12, 5), False) in shown()
    stage.at("sat 12:00")
    stage.todos.tick(next(each for each in stage.todos.tasks() if "birthday" in each.title))
    stage.sync()
    told = {fact.person: fact.outcome.value for fact in stage.facts("Ann Lee")}
    assert told == {"ann-lee": "reached", "ann-lee/birthday-call": "reached"}
    before = shown()
    stage.lose_database()
    assert not stage.sync().outcomes
    assert shown() == before
    assert {fact.person for fact in stage.facts("Ann Lee")} == set(told)


def test_a_paused_task_stays_open(make: Make) -> None:
    stage = make("Ann Lee", lists=LIST)
    stage.sync()
    stage.todos.retitle(stage.todo("Ann Lee"), "⏸ Ann Lee: call")
    stage.sync()
    assert not stage.todo("Ann Lee").done and stage.outcomes("Ann Lee") == ["paused"]
    stage.todos.retitle(stage.todo("Ann Lee"), "Ann Lee: call")
    stage.sync()
    assert not stage.todo("Ann Lee").done and stage.outcomes("Ann Lee") == []


@pytest.mark.icalendar
@pytest.mark.parametrize("how", ["status", "percent", "completed"])
def test_each_way_to_say_done_counts(make: Make, how: str) -> None:
    stage = make("Ann Lee", lists=LIST)
    stage.sync()
    stage.at("thu 18:00")
    assert isinstance(stage.todos, CalDavTodos)
    stage.todos.tick(stage.todo("Ann Lee"), how=how)
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert stage.todo("Ann Lee").title == "✅ Ann Lee: call"


@pytest.mark.icalendar
def test_cancelled_is_skipped(make: Make) -> None:
    stage = make("Ann Lee", lists=LIST)
    stage.sync()
    assert isinstance(stage.todos, CalDavTodos)
    stage.todos.cancel(stage.todo("Ann Lee"))
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["skipped"]
    assert stage.todo("Ann Lee").cancelled


@pytest.mark.icalendar
def test_a_list_of_tasks_of_its_own_where_config_names_one(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    home = stage.roster.calendars["home"]
    apart = replace(home, name="home tasks", calendar="To do", components=("VTODO",))
    events = replace(home, tasks="home tasks", components=("VEVENT",))
    stage.changed(calendars={"home": events, "home tasks": apart})
    stage.sync()
    assert isinstance(stage.server, Server)
    todos = CalDavTodos(Client(stage.server, "To do"))
    assert [each.title for each in todos.tasks()] == ["Ann Lee: call", "Bob Roy: call"]
    assert [each.title for each in stage.app.entries()] == ["Outreach"]
    stage.at("thu 18:00")
    todos.tick(todos.tasks()[0])
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    stage.lose_database()
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert len(todos.tasks()) == 2


@pytest.mark.icalendar
def test_a_calendar_that_takes_no_tasks_says_what_to_do(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.changed(lists={each.name: each for each in LIST})
    stage.mark("Ann Lee", "m {}")
    report = stage.service.sync()
    if stage.server.kind == "xandikos":  # it holds to what a calendar is for
        assert "it takes no tasks. Next: name a list that does, under tasks:" in report.errors[0]
    else:
        assert not report.errors and stage.todo("Ann Lee")


def test_unticked_it_is_open_again(make: Make) -> None:
    stage = make("Ann Lee", lists=LIST)
    stage.sync()
    stage.at("thu 10:20")
    stage.todos.tick(stage.todo("Ann Lee"))
    stage.sync()
    stage.todos.untick(stage.todo("Ann Lee"))
    stage.sync()
    assert stage.outcomes("Ann Lee") == []
    task = stage.todo("Ann Lee")
    assert task.title == "Ann Lee: call" and not task.done


def test_a_mark_in_the_title_is_a_mark(make: Make) -> None:
    stage = make("Ann Lee", lists=LIST)
    stage.sync()
    stage.at("thu 10:20")
    stage.todos.retitle(stage.todo("Ann Lee"), "m Ann Lee: call on holiday")
    stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert (fact.outcome.value, fact.note) == ("left-message", "on holiday")
    first, second = stage.todos.tasks()
    assert first.title == "✉ Ann Lee: call" and first.done
    assert second.title == "Ann Lee: call" and not second.done and second.due == date(2026, 12, 10)


def test_postponed_it_stays_where_it_was_put(make: Make) -> None:
    stage = make("Ann Lee", lists=LIST)
    stage.sync()
    stage.todos.postpone(stage.todo("Ann Lee"), date(2026, 12, 8))
    stage.sync()
    assert stage.todo("Ann Lee").due == date(2026, 12, 8)
    assert [fact.outcome.value for fact in stage.facts("Ann Lee", everything=True)] == ["snoozed"]
    stage.at("tue 18:00")
    stage.sync()
    assert stage.todo("Ann Lee").due == date(2026, 12, 8)


def test_deleted_while_ahead_is_skipped(make: Make) -> None:
    stage = make("Ann Lee", lists=LIST)
    stage.sync()
    stage.todos.delete(stage.todo("Ann Lee"))
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["skipped"]
    assert stage.todos.tasks() == []


def test_unmarked_it_moves_on(make: Make) -> None:
    stage = make("Ann Lee", lists=LIST)
    stage.sync()
    stage.at("fri 11:00")
    stage.sync()
    assert stage.todo("Ann Lee").due == date(2026, 12, 10)
    assert stage.facts() == []


def test_what_the_user_writes_into_the_notes_stays(make: Make) -> None:
    stage = make("Ann Lee", lists=LIST)
    stage.sync()
    task = stage.todo("Ann Lee")
    stage.todos.describe(task, f"ask about the boat\n{task.text}")
    stage.sync()
    stage.at("thu 10:20")
    stage.todos.tick(stage.todo("Ann Lee"))
    stage.sync()
    assert "ask about the boat" in stage.todo("Ann Lee").text
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_the_database_can_be_lost(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    stage.at("thu 10:20")
    stage.todos.tick(stage.todo("Ann Lee"))
    stage.todos.retitle(stage.todo("Bob Roy"), "m Bob Roy: call")
    stage.sync()
    before = [(fact.id, fact.outcome, fact.at, fact.note) for fact in stage.facts()]
    shown = [(each.title, each.due, each.done) for each in stage.todos.tasks()]
    stage.lose_database()
    stage.sync()
    assert [(fact.id, fact.outcome, fact.at, fact.note) for fact in stage.facts()] == before
    assert [(each.title, each.due, each.done) for each in stage.todos.tasks()] == shown


def test_a_quiet_tick_is_one_request_for_each_place(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    since = stage.server.mark()
    stage.service.sync()
    assert len(stage.server.requests(since)) == (2 if stage.server.kind == GOOGLE else 1)


def test_everything_is_taken_out_again(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    stage.changed(blocks={})
    stage.service.sync()
    clear(stage.service, clearing(stage.service))
    assert stage.todos.tasks() == [] and stage.app.entries() == []


def test_a_calendar_is_cleared_with_its_tasks(make: Make) -> None:
    stage = make("Ann Lee", lists=LIST)
    stage.sync()
    clear(stage.service, clearing(stage.service, "home"))
    assert stage.todos.tasks() == [] and stage.app.entries() == []
    stage.sync()
    assert stage.todo("Ann Lee").title == "Ann Lee: call"
    assert stage.app.entries() != []


def test_a_list_that_becomes_one_of_tasks(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", lists=LIST)
    events = clients()
    stage.changed(lists={"clients": events})
    stage.sync()
    assert [each.title for each in stage.contacts()] == ["Ann Lee: call", "Bob Roy: call"]
    stage.changed(lists={each.name: each for each in LIST})
    stage.sync()
    assert len(stage.contacts()) == 2, "what stands stays"
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "m {}")
    stage.sync()
    assert stage.todo("Ann Lee").due == date(2026, 12, 10)


def test_somebody_who_leaves_takes_their_task_along(make: Make) -> None:
    stage: Stage = make("Ann Lee", "Bob Roy", lists=LIST)
    stage.sync()
    stage.with_people(person("Bob Roy"))
    stage.sync()
    assert [each.title for each in stage.todos.tasks()] == ["Bob Roy: call"]
