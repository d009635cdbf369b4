"""What people and other programs do to events and tasks at Google that nobody foresaw."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from syncd.calendars.base import Calendar
from syncd.engine.apply import apply, recorded
from syncd.model.facts import Outcome
from syncd.model.keys import Key, Kind
from syncd.model.records import Fate, Record
from syncd.reconcile.actions import Act, Action
from tests.emulator import faults as failing
from tests.emulator.faults import Fault
from tests.emulator.google import Account
from tests.hosts import settings_on, with_tasks
from tests.household import clients, person
from tests.stories.stage import CALENDAR, ZONE, Make, Stage, roster


def events(google: Account, folder: Path, *names: str) -> Stage:
    settings = settings_on(google, CALENDAR, folder)
    home = replace(
        settings,
        google=replace(settings.google, colours={"10": Outcome.REACHED, "5": Outcome.LEFT_MESSAGE}),
    )
    known = roster(home, *(person(name) for name in names))
    return Stage(server=google, folder=folder, roster=known)


def tasks(google: Account, folder: Path, *names: str) -> Stage:
    settings = settings_on(google, CALENDAR, folder)
    people = [person(name) for name in names]
    stage = Stage(
        server=google,
        folder=folder,
        roster=roster(settings, *people, lists=(clients(as_task=True),)),
    )
    stage.changed(calendars=with_tasks(settings))
    return stage


def ours(google: Account) -> Any:
    return next(each for each in google.tasklists.values() if each.title == "To do")


def down(times: int) -> list[Fault]:
    """Batches that are not even read."""
    return [
        Fault(failing.Kind.ERROR_BEFORE, where=lambda _, path: "batch" in path)
        for _ in range(times)
    ]


def ticks(stage: Stage, count: int = 3) -> list[str]:
    """What a few syncs complained of."""
    found: list[str] = []
    for _ in range(count):
        report = stage.service.sync()
        found += [*report.errors, *report.spoilt]
    return found


@pytest.mark.parametrize(
    "text", ["<p>Join</p><![foo]>", "<br><![ endif]>", "<b>a</b><![if x]", "<p>a</p><![CDATA[b]]>"]
)
def test_no_description_stops_a_tick(google: Account, tmp_path: Path, text: str) -> None:
    stage = events(google, tmp_path, "Ann Lee", "Bob Roy")
    stage.sync()
    start = datetime(2026, 12, 3, 15, tzinfo=ZONE)
    stage.app.add("Webinar", start, start + timedelta(hours=1), text)
    assert ticks(stage) == []
    stage.at("thu 10:20")
    stage.app.describe(stage.contact("Ann Lee"), text)
    stage.mark("Ann Lee", "x {}")
    assert ticks(stage) == []
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_half_a_character_stops_no_tick(google: Account, tmp_path: Path) -> None:
    stage = events(google, tmp_path, "Ann Lee", "Bob Roy")
    stage.sync()
    stage.at("thu 10:20")
    ann = stage.contact("Ann Lee")
    google.named(CALENDAR).patch(ann.uid, {"summary": "x Ann Lee: call nice \ud83d"})
    assert ticks(stage) == []
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_half_a_character_in_a_task_stops_no_tick(google: Account, tmp_path: Path) -> None:
    stage = tasks(google, tmp_path, "Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    (raw,) = ours(google).tasks.values()
    ours(google).patch(raw["id"], {"title": "x Ann Lee: call nice \ud83d"})
    assert ticks(stage) == []
    assert stage.outcomes("Ann Lee") == ["reached"]


@pytest.mark.parametrize(
    "faults",
    [
        down(4),
        [Fault(failing.Kind.PART_BEFORE, status=403, reason="quotaExceeded")],
    ],
    ids=["down", "quota"],
)
def test_last_words_wait_for_a_server_that_answers(
    google: Account, tmp_path: Path, faults: list[Fault]
) -> None:
    stage = events(google, tmp_path, "Ann Lee", "Bob Roy")
    stage.sync()
    stage.app.delete(stage.app.retitle(stage.contact("Ann Lee"), "x Ann Lee: call great talk"))
    google.fail(*faults)
    assert stage.service.sync().errors
    google.faults.clear()
    assert ticks(stage) == []
    assert stage.outcomes("Ann Lee") == ["reached"]


@pytest.mark.parametrize("words", [">1w", ">xyz"])
def test_a_tick_goes_before_other_words(make: Make, words: str) -> None:
    stage = make("Ann Lee", lists=(clients(as_task=True),))
    stage.sync()
    stage.at("thu 10:20")
    stage.todos.retitle(stage.todo("Ann Lee"), f"Ann Lee: call {words}")
    stage.todos.tick(stage.todo("Ann Lee"))
    ticks(stage)
    assert stage.outcomes("Ann Lee") == ["reached"]


@pytest.mark.parametrize(
    "put",
    [
        "{notes} ask about the boat",
        "{notes}\nask about the boat",
        "syncd reminded me: ask about the boat\n{notes}",
        "syncd ask about the boat\n\n{notes}",
    ],
)
@pytest.mark.parametrize("lost", [False, True])
def test_notes_of_a_task_stay_the_users(
    google: Account, tmp_path: Path, put: str, lost: bool
) -> None:
    stage = tasks(google, tmp_path, "Ann Lee")
    stage.sync()
    (raw,) = ours(google).tasks.values()
    ours(google).patch(raw["id"], {"notes": put.format(notes=raw["notes"])})
    if lost:
        stage.lose_database()
    assert ticks(stage) == []
    (raw,) = ours(google).tasks.values()
    assert raw["notes"].count("ask about the boat") == 1
    stage.at("thu 10:20")
    ours(google).patch(raw["id"], {"status": "completed"})
    ticks(stage)
    (raw,) = ours(google).tasks.values()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert raw["notes"].count("ask about the boat") == 1
    assert raw["notes"].count("{") == 1


def test_a_task_with_our_notes_pasted_into_it_stays_the_users(
    google: Account, tmp_path: Path
) -> None:
    stage = tasks(google, tmp_path, "Ann Lee")
    stage.sync()
    (raw,) = ours(google).tasks.values()
    stage.at("thu 10:20")
    mine = {"title": "Buy paint", "notes": raw["notes"], "due": raw["due"]}
    mine = ours(google).insert(mine)
    assert any("the UID of" in each for each in ticks(stage))
    ours(google).delete(raw["id"])
    ours(google).patch(mine["id"], {"status": "completed"})
    ticks(stage)
    now = ours(google).tasks[mine["id"]]
    assert stage.outcomes("Ann Lee") == []
    assert (now["title"], now["notes"]) == ("Buy paint", raw["notes"])


def test_a_task_is_heard_though_its_date_was_taken_away(google: Account, tmp_path: Path) -> None:
    stage = tasks(google, tmp_path, "Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    (raw,) = ours(google).tasks.values()
    ours(google).patch(raw["id"], {"due": None})
    ticks(stage)
    ours(google).patch(raw["id"], {"status": "completed"})
    assert ticks(stage) == []
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_what_was_ticked_while_pages_were_read_is_heard(google: Account, tmp_path: Path) -> None:
    stage = tasks(google, tmp_path, "Ann Lee")
    now = datetime(2026, 12, 1, 7, tzinfo=UTC)
    google.clock = lambda: now
    stage.sync()
    listed = ours(google)
    (ann,) = listed.tasks.values()
    for number in range(120):
        listed.insert({"title": f"mine {number}"})
    stage.service.sync()
    stage.later(days=2, hours=3)
    now = stage.now
    real = listed.list
    raced: list[str] = []

    def racing(query: dict[str, Any]) -> Any:
        nonlocal now
        if "pageToken" in query and not raced:
            now += timedelta(seconds=1)
            listed.patch(ann["id"], {"status": "completed"})
            now += timedelta(seconds=1)
            last = list(listed.tasks)[-1]
            listed.patch(last, {"title": "mine, changed"})
            rows = listed.pages[query["pageToken"]]
            listed.pages[query["pageToken"]] = [listed.tasks[row["id"]] for row in rows]
            raced.append(last)
        return real(query)

    listed.list = racing
    ticks(stage)
    assert raced
    stage.later(minutes=10)
    now = stage.now
    ticks(stage)
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_an_entry_made_to_repeat_is_left_alone(google: Account, tmp_path: Path) -> None:
    stage = events(google, tmp_path, "Ann Lee", "Bob Roy")
    stage.sync()
    ann = stage.contact("Ann Lee")
    google.named(CALENDAR).patch(ann.uid, {"recurrence": ["RRULE:FREQ=WEEKLY"]})
    stage.at("thu 10:20")
    assert any("made to repeat" in each for each in ticks(stage))
    start = datetime(2026, 12, 3, 10, tzinfo=ZONE)
    stage.app.change_occurrence(stage.contact("Ann Lee"), start, title="x Ann Lee: call")
    ticks(stage)
    stage.at("sat 10:00")
    ticks(stage)
    (kept,) = stage.contacts("Ann Lee")
    assert "x Ann Lee: call" in {each.title for each in kept.overrides.values()}
    google.named(CALENDAR).patch(ann.uid, {"recurrence": None, "summary": "x Ann Lee: call"})
    assert ticks(stage) == []
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_a_colour_taken_back_stays_so_without_the_database(google: Account, tmp_path: Path) -> None:
    stage = events(google, tmp_path, "Ann Lee", "Bob Roy")
    stage.sync()
    stage.at("thu 10:20")
    stage.app.set(stage.contact("Ann Lee"), "COLOR", "10")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    stage.app.retitle(stage.contact("Ann Lee"), "Ann Lee: call")
    stage.sync()
    stage.lose_database()
    ticks(stage)
    assert stage.outcomes("Ann Lee") == []


def test_a_colour_taken_back_before_it_was_acknowledged(google: Account, tmp_path: Path) -> None:
    stage = events(google, tmp_path, "Ann Lee", "Bob Roy")
    stage.sync()
    stage.at("thu 10:20")
    stage.app.set(stage.contact("Ann Lee"), "COLOR", "10")
    google.fail(*down(9))
    stage.service.sync()
    google.faults.clear()
    assert stage.outcomes("Ann Lee") == ["reached"]
    google.named(CALENDAR).patch(stage.contact("Ann Lee").uid, {"colorId": None})
    ticks(stage)
    assert stage.outcomes("Ann Lee") == []


class _Untouched:
    """A calendar that nothing is written to."""

    batch = 50

    def write(self, writes: object) -> Any:
        """Nobody calls this."""
        raise AssertionError(writes)


def test_what_was_never_written_is_removed_without_a_request() -> None:
    key = Key(kind=Kind.BLOCK, subject="weekly", day=date(2026, 12, 3), generation=7)
    record = Record(calendar="home", uid=key.encode("stories"), key=key)
    action = Action(
        act=Act.DELETE, record=record, entry=None, reason="a second series", fate=Fate.REMOVED
    )
    calendars = {"home": cast("Calendar", _Untouched())}
    (outcome,) = apply([action], calendars, lambda _: None)
    assert outcome.done
    assert recorded(outcome).fate is Fate.REMOVED
