"""Google fails, at each request of a sync, before and after its effect, on any part of a batch: the
next ticks make good, with nothing doubled, no mark lost and no edit overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from syncd.model.keys import Kind as KeyKind
from syncd.model.keys import decode
from syncd.model.people import ContactList
from tests.emulator.account import Request
from tests.emulator.client import GoogleClient
from tests.emulator.faults import Fault, Kind
from tests.emulator.google import Account
from tests.hosts import settings_on, with_tasks
from tests.household import clients, person
from tests.length import LONG
from tests.stories.stage import CALENDAR, ZONE, Stage, roster

REQUESTS, BATCHES = 13, 5
"""How many requests `played` makes, and how many of them are batches."""
NAMES = ("Ann Lee", "Bob Roy", "Cid Oz")
FAULTS = [
    pytest.param(Fault(kind), id=kind.value)
    for kind in (Kind.ERROR_BEFORE, Kind.ERROR_AFTER, Kind.LOST_BEFORE, Kind.LOST_AFTER, Kind.TORN)
]
REFUSALS = [
    pytest.param(Fault(Kind.ERROR_BEFORE, status=status, reason=reason), id=f"{status}-{reason}")
    for status, reason in (
        (403, "rateLimitExceeded"),
        (403, "quotaExceeded"),
        (429, "rateLimitExceeded"),
        (401, "authError"),
        (410, "fullSyncRequired"),
        (500, "backendError"),
    )
]
PART_FAULTS = [
    pytest.param(Fault(kind, part=part), id=f"{kind.value}-{part}")
    for kind in (Kind.PART_BEFORE, Kind.PART_AFTER, Kind.PART_LOST)
    for part in (0, 1, 9)
]
PART_FAULTS += [
    pytest.param(
        Fault(Kind.PART_BEFORE, status=403, reason="userRateLimitExceeded"), id="part-rate"
    ),
    pytest.param(Fault(Kind.PART_BEFORE, status=412, reason="conditionNotMet"), id="part-412"),
]


def furnished(google: Account, folder: Path, lists: tuple[ContactList, ...]) -> Stage:
    google.quota = None
    settings = settings_on(google, CALENDAR, folder)
    people = [person(name) for name in NAMES]
    stage = Stage(server=google, folder=folder, roster=roster(settings, *people, lists=lists))
    if lists[0].as_task:
        stage.changed(calendars=with_tasks(settings))
    return stage


def through(stage: Stage) -> None:
    """A tick that may fail as it likes."""
    report = stage.service.sync()
    assert all(isinstance(each, str) for each in report.errors)


def settled(stage: Stage) -> None:
    """What was to go wrong has gone wrong: two ticks make good, and a third finds nothing."""
    assert isinstance(stage.server, Account)
    stage.server.faults.clear()
    for _ in range(3):
        report = stage.service.sync()
    assert not report.errors and not report.held
    assert not report.outcomes


def open_contacts(stage: Stage) -> list[str]:
    """Whose entries stand unacknowledged."""
    found = []
    for entry in stage.app.entries():
        key = decode(entry.uid, "stories")
        if key is not None and key.kind is KeyKind.CONTACT and not entry.title.startswith("✅"):
            found.append(key.subject)
    return sorted(found)


def played(google: Account, folder: Path, fault: Fault | None = None) -> list[Request]:
    """First sync, a mark and an edit of the user's, second sync, during which the fault strikes.
    Gives the requests that there were."""
    stage = furnished(google, folder, (clients(),))
    since = google.mark()
    if fault is not None:
        google.fail(fault)
    through(stage)
    if google.faults and google.faults[0].struck:
        settled(stage)
    else:
        through(stage)
    app = GoogleClient(google, CALENDAR)
    stage.at("thu 10:20")
    ann = app.find("Ann Lee")
    app.retitle(ann, f"x {ann.title} good talk")
    bob = app.find("Bob Roy")
    app.describe(bob, f"{bob.text}\nbring the plans")
    cid = app.find("Cid Oz")
    moved = datetime(2026, 12, 4, 15, tzinfo=ZONE)
    app.drag(cid, moved, moved + timedelta(minutes=15))
    through(stage)
    asked = google.requests(since)
    settled(stage)
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert stage.facts("Ann Lee")[0].note == "good talk"
    assert app.find("✅ Ann Lee").title == "✅ Ann Lee: call"
    assert "bring the plans" in app.find("Bob Roy").text
    assert app.find("Cid Oz").start == moved
    assert open_contacts(stage) == ["bob-roy", "cid-oz"]
    assert len(stage.series()) == 1
    assert len([c for c in google.calendars.values() if c.summary == CALENDAR]) == 1
    return asked


def test_without_a_fault_it_is_so(google: Account, tmp_path: Path) -> None:
    asked = played(google, tmp_path)
    assert len(asked) == REQUESTS, "each of them is to be struck below"
    assert len([each for each in asked if each.parts]) == BATCHES, "and each of these"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("nth", range(1, REQUESTS + 1))
def test_each_fault_at_each_request(
    google: Account, tmp_path: Path, fault: Fault, nth: int
) -> None:
    fault = replace(fault, nth=nth)
    played(google, tmp_path, fault)
    assert fault.struck


@pytest.mark.parametrize(
    ("fault", "nth"),
    [
        pytest.param(*fault.values, nth, id=f"{fault.id}-{nth}")
        for turn, fault in enumerate(REFUSALS)
        for nth in range(1, REQUESTS + 1)
        if LONG or (turn + nth) % 3 == 0  # each of them at some requests, each request by two
    ],
)
def test_each_refusal(google: Account, tmp_path: Path, fault: Fault, nth: int) -> None:
    fault = replace(fault, nth=nth)
    played(google, tmp_path, fault)
    assert fault.struck


@pytest.mark.parametrize("fault", PART_FAULTS)
@pytest.mark.parametrize("nth", range(1, BATCHES + 1))
def test_each_fault_in_each_batch(google: Account, tmp_path: Path, fault: Fault, nth: int) -> None:
    fault = replace(fault, nth=nth)
    played(google, tmp_path, fault)
    assert fault.struck


@pytest.mark.parametrize("fault", FAULTS[:5] + PART_FAULTS[:3])
@pytest.mark.parametrize("nth", range(1, 9))
def test_tasks_too(google: Account, tmp_path: Path, fault: Fault, nth: int) -> None:
    stage = furnished(google, tmp_path, (clients(as_task=True),))
    google.fail(replace(fault, nth=nth))
    through(stage)
    settled(stage)
    titles = [each.title for each in stage.todos.tasks()]
    assert titles == ["Ann Lee: call", "Bob Roy: call", "Cid Oz: call"]
    stage.at("thu 10:20")
    google.fail(replace(fault, nth=nth))
    stage.todos.tick(stage.todo("Ann Lee"))
    through(stage)
    settled(stage)
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert [each.title for each in stage.todos.tasks()] == [
        "Bob Roy: call",
        "Cid Oz: call",
        "✅ Ann Lee: call",
    ]


@pytest.mark.parametrize("nth", range(1, 7))
def test_over_a_lost_database_a_lost_answer_leaves_no_line_of_ours_in_an_hour(
    google: Account, tmp_path: Path, nth: int
) -> None:
    """A series and its hours are written one by one: its trace may be new where an hour is old."""
    stage = furnished(google, tmp_path, (clients(),))
    stage.sync()
    stage.lose_database()
    stage.sync()
    stage.mark("Ann Lee", "{} >3d")
    google.fail(Fault(Kind.LOST_AFTER, nth=nth))
    stage.service.sync()
    google.faults.clear()
    stage.sync()
    (series,) = (each for each in stage.app.entries() if each.overrides)
    (hour,) = (each for at, each in series.overrides.items() if at.date() == date(2026, 12, 3))
    assert "10:00 Ann Lee" not in hour.text
