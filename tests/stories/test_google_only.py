"""What happens only at Google: its trash can be read, its app writes HTML, an id is used once, a
colour may be a mark, and tokens are lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.engine.upkeep import status
from syncd.model.facts import Outcome, Source
from syncd.model.people import Person
from tests.emulator.google import Account
from tests.emulator.tasklist import TaskList
from tests.hosts import settings_on, with_tasks
from tests.household import clients, person
from tests.stories.stage import CALENDAR, Stage, roster


@pytest.fixture
def stage(google: Account, tmp_path: Path) -> Stage:
    settings = settings_on(google, CALENDAR, tmp_path)
    people = [person("Ann Lee"), person("Bob Roy")]
    return Stage(server=google, folder=tmp_path, roster=roster(settings, *people))


def test_what_was_marked_and_then_deleted_unread_counts(stage: Stage) -> None:
    stage.sync()
    stage.at("thu 10:20")
    ann = stage.app.retitle(stage.contact("Ann Lee"), "m Ann Lee: call on holiday")
    stage.app.delete(ann)
    stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert (fact.outcome, fact.note, fact.source) == (
        Outcome.LEFT_MESSAGE,
        "on holiday",
        Source.MARK,
    )
    (retry,) = stage.contacts("Ann Lee")
    assert stage.key(retry).attempt == 2


def test_a_correction_that_was_deleted_unread_counts(stage: Stage) -> None:
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "m {}")
    stage.sync()
    first = stage.contacts("Ann Lee")[0]
    stage.app.delete(stage.app.retitle(first, "x ✉ Ann Lee: call"))
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert stage.contacts("Ann Lee") == []


def test_a_task_that_was_ticked_and_then_deleted_unread_counts(
    google: Account, tmp_path: Path
) -> None:
    settings = settings_on(google, CALENDAR, tmp_path)
    known = roster(settings, person("Ann Lee"), lists=(clients(as_task=True),))
    stage = Stage(server=google, folder=tmp_path, roster=known)
    stage.changed(calendars=with_tasks(settings))
    stage.sync()
    stage.at("thu 18:00")
    stage.todos.tick(stage.todo("Ann Lee"))
    stage.todos.delete(stage.todo("Ann Lee"))
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_deleted_and_not_marked_is_skipped_as_everywhere(stage: Stage) -> None:
    stage.sync()
    stage.app.delete(stage.contact("Ann Lee"))
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["skipped"]


def test_a_text_that_googles_app_formatted_is_still_ours_and_theirs(stage: Stage) -> None:
    stage.sync()
    ann = stage.contact("Ann Lee")
    lines = ann.text.replace("&", "&amp;").replace(">", "&gt;").split("\n")
    number = f'<a href="tel:+4930901820">{lines[0]}</a>'
    html = "<p><b>ask about the boat</b></p>" + "<br>".join([number, *lines[1:]]) + "<br>&nbsp;"
    stage.app.describe(ann, html)
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {} good talk")
    stage.sync()
    text = stage.contact("Ann Lee").text
    assert text.startswith("ask about the boat\n+49 30 901820\nReached by call")
    assert text.count("(syncd)") == 1 and "Mark it in the title" not in text
    assert "<" not in text


def test_a_colour_is_a_mark_where_config_says_so(stage: Stage) -> None:
    home = stage.roster.calendars["home"]
    assert home.google is not None
    google = replace(home.google, colours={"10": Outcome.REACHED, "5": Outcome.LEFT_MESSAGE})
    stage.changed(calendars={"home": replace(home, google=google)})
    stage.sync()
    stage.at("thu 10:20")
    stage.app.set(stage.contact("Ann Lee"), "COLOR", "10")
    stage.app.set(stage.contact("Bob Roy"), "COLOR", "3")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert stage.contact("Ann Lee").title == "✅ Ann Lee: call"
    assert stage.contact("Ann Lee").properties["COLOR"] == "10"
    assert stage.outcomes("Bob Roy") == []
    stage.app.set(stage.contact("Ann Lee"), "COLOR", "5")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["left-message"]


def test_a_lost_token_means_one_listing_that_loses_no_mark_and_deletes_nothing(
    stage: Stage, google: Account
) -> None:
    stage.sync()
    stage.at("thu 10:20")
    stage.sync()
    before = {each.uid for each in stage.app.entries()}
    stage.mark("Ann Lee", "x {}")
    google.expire_sync_tokens()
    since = google.mark()
    stage.sync()
    assert [each.status for each in google.requests(since)][:2] == [410, 200]
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert {each.uid for each in stage.app.entries()} >= before


def test_an_id_that_was_used_up_is_followed_by_the_next_and_nothing_is_wrong(stage: Stage) -> None:
    stage.sync()
    stage.app.delete(stage.contact("Ann Lee"))
    stage.lose_database()  # and with it that she was skipped
    stage.sync()
    (again,) = stage.contacts("Ann Lee")
    assert stage.key(again).generation == 1
    assert status(stage.service, ticking=False).refused == ()


@pytest.mark.parametrize("as_task", [False, True])
def test_two_daemons_that_start_at_once_make_nothing_twice(
    google: Account, tmp_path: Path, as_task: bool
) -> None:
    google.quota = None
    settings = settings_on(google, CALENDAR, tmp_path)
    people = [person(f"P{n} Roy") for n in range(8)]
    known = roster(settings, *people, lists=(clients(as_task=as_task),))
    one, two = (
        Stage(server=google, folder=tmp_path, roster=known, database=name)
        for name in ("one.sqlite", "two.sqlite")
    )
    if as_task:
        for each in (one, two):
            each.changed(calendars=with_tasks(settings))

    def both() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda each: each.service.sync(), (one, two)))

    for day in range(8):
        one.now = two.now = one.now + timedelta(hours=12)
        for _ in range(3):
            both()
        shown = one.todos.tasks() if as_task else one.contacts()
        fresh = [each for each in shown if not each.title.startswith("✅")]
        if fresh and as_task:
            one.todos.tick(fresh[day % len(fresh)])  # type: ignore[arg-type]
        elif fresh:
            entry = fresh[day % len(fresh)]
            one.app.retitle(entry, f"x {entry.title}")  # type: ignore[arg-type]
    for _ in range(3):
        reports = [each.service.sync() for each in (one, two)]
    assert not any(report.outcomes or report.errors or report.spoilt for report in reports)
    entries = one.todos.tasks() if as_task else one.contacts()
    assert len({each.uid for each in entries}) == len(entries) >= 8
    told = [{(f.person, f.outcome, f.entry) for f in each.facts()} for each in (one, two)]
    assert told[0] == told[1] and len(told[0]) == 8
    assert [c.summary for c in google.calendars.values()].count(CALENDAR) == 1
    assert [t.title for t in google.tasklists.values()] == ["My Tasks", *(["To do"] * as_task)]


def with_todo(google: Account, folder: Path, *people: Person) -> tuple[Stage, TaskList]:
    """A household whose contacts are tasks, made, and the list in which they are."""
    settings = settings_on(google, CALENDAR, folder)
    known = roster(settings, *people, lists=(clients(as_task=True),))
    stage = Stage(server=google, folder=folder, roster=known)
    stage.changed(calendars=with_tasks(settings))
    stage.sync()
    (todo,) = (each for each in google.tasklists.values() if each.title == "To do")
    return stage, todo


def test_tasks_that_another_syncd_gave_way_with_and_made_again_are_followed(
    google: Account, tmp_path: Path
) -> None:
    stage, todo = with_todo(google, tmp_path, *(person(f"P{n} Roy") for n in range(8)))
    for old in list(todo.tasks.values()):
        todo.delete(old["id"])
        todo.insert({name: old[name] for name in ("title", "notes", "due", "status")})
    report = stage.sync()
    assert not (report.held or report.spoilt or report.outcomes or stage.facts())
    stage.todos.tick(stage.todo("P3 Roy"))
    stage.sync()
    assert stage.outcomes("P3 Roy") == ["reached"]
    assert stage.todo("P3 Roy").title == "✅ P3 Roy: call"


def test_a_copy_of_a_task_stays_the_users_when_ours_is_taken_out(
    google: Account, tmp_path: Path
) -> None:
    stage, todo = with_todo(google, tmp_path, person("Ann Lee"))
    (ours,) = todo.tasks.values()
    copy = todo.insert({name: ours[name] for name in ("title", "notes", "due", "status")})
    assert any("the UID of" in each for each in stage.sync().spoilt)
    stage.with_people(person("Ann Lee", paused=True))
    stage.sync()
    assert todo.tasks[ours["id"]].get("deleted")
    todo.patch(copy["id"], {"due": "2026-12-20T00:00:00.000Z"})
    stage.sync()
    assert not todo.tasks[copy["id"]].get("deleted") and not stage.facts()


def test_a_copy_of_what_is_acknowledged_with_words_of_the_users_is_theirs(
    google: Account, tmp_path: Path
) -> None:
    stage, todo = with_todo(google, tmp_path, person("Ann Lee"))
    stage.todos.tick(stage.todo("Ann Lee"))
    stage.sync()
    (ours,) = todo.tasks.values()
    todo.delete(ours["id"])
    title = "✅ Ann Lee: call remember the boat"
    mine = todo.insert({n: ours[n] for n in ("notes", "due")} | {"title": title})
    stage.sync()
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert todo.tasks[mine["id"]]["title"] == title
    assert todo.tasks[mine["id"]]["status"] == "needsAction"


def test_a_mark_on_a_task_that_another_syncd_made_again_counts(
    google: Account, tmp_path: Path
) -> None:
    stage, todo = with_todo(google, tmp_path, person("Ann Lee"))
    (ours,) = todo.tasks.values()
    todo.delete(ours["id"])
    todo.insert({n: ours[n] for n in ("notes", "due", "status")} | {"title": "m Ann Lee: call"})
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["left-message"]


def test_the_users_own_calendar_is_left_as_it_is(google: Account, tmp_path: Path) -> None:
    settings = settings_on(google, "primary", tmp_path)
    assert settings.google is not None
    token = google.token_file(tmp_path, scopes=["https://www.googleapis.com/auth/calendar.events"])
    settings = replace(settings, google=replace(settings.google, token=token))
    stage = Stage(server=google, folder=tmp_path, roster=roster(settings, person("Ann Lee")))
    primary = google.calendars[google.email]
    times = {"start": {"date": "2026-12-03"}, "end": {"date": "2026-12-04"}}
    primary.insert({"summary": "Ann Lee: call", "eventType": "default", **times})
    before = dict(primary.events)
    stage.sync()
    stage.service.sync()
    for id, event in before.items():
        assert primary.events[id] == event
    assert len(primary.events) == len(before) + 3  # the series, its first occurrence's text, Ann
