"""Credit for meetings that took place: each counts once, undone ones stay undone, and no diary
keeps the rest from working."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from syncd.calendars.google.signin import READ
from syncd.engine.upkeep import status
from syncd.model.facts import Source
from syncd.model.roster import Credit
from tests.emulator.google import Account
from tests.hosts import SCOPES, App, app_on, calendar_on, with_tasks
from tests.household import clients, person
from tests.ical import Shown
from tests.stories.stage import ZONE, Make, Stage

ANN, BOB, ME = "ann@example.org", "bob@example.org", "me@example.org"
PEOPLE = (person("Ann Lee", email=ANN), person("Bob Roy", email=BOB))


@dataclass(kw_only=True)
class Office:
    """A stage, and the calendar in which the user has meetings."""

    stage: Stage
    app: App

    def meet(
        self, title: str, hour: int, *, days: int = 0, rule: str | None = None, **more: Any
    ) -> Shown:
        """A meeting of an hour on the day of the stage's clock, or so many later; Ann accepted
        unless `guests` says otherwise."""
        start = self.stage.now.replace(hour=hour, minute=0) + timedelta(days=days)
        guests = more.get("guests", {ANN: "accepted", ME: "accepted"})
        return self.app.meet(title, start, start + timedelta(hours=1), guests, rule)

    @property
    def notes(self) -> list[str]:
        """What meetings are in the journal, by their titles."""
        return [fact.note for fact in self.stage.facts() if fact.source is Source.MEETING]


@pytest.fixture
def office(make: Make) -> Office:
    """Nothing is due before the year is out, but what is in the block on Thursday."""
    stage = make(*PEOPLE)
    if isinstance(stage.server, Account):
        stage.server.token_file(stage.folder, scopes=(*SCOPES, READ))
    app = calendar_on(stage.server, "Personal")
    settings = stage.roster.calendars["home"]
    personal = replace(settings, name="home/Personal", calendar="Personal", tasks="")
    stage.changed(credit=Credit(diaries=(personal,), me=frozenset({ME})))
    return Office(stage=stage, app=app)


def test_a_meeting_that_took_place_is_a_contact(office: Office) -> None:
    stage = office.stage
    stage.sync()
    assert stage.starts("Ann Lee") == ["thu 03 10:00"]
    office.meet("Project sync", 9)
    stage.at("10:14")
    stage.sync()
    assert stage.facts() == []
    stage.later(minutes=16)
    stage.sync()
    (fact,) = stage.facts()
    assert (fact.person, fact.outcome.value, fact.source) == ("ann-lee", "reached", Source.MEETING)
    assert fact.at == datetime(2026, 12, 1, 9, tzinfo=ZONE) and fact.note == "Project sync"
    assert fact.touch is not None and fact.channel is None
    assert stage.contacts("Ann Lee") == []
    assert str(stage.due("Ann Lee")) == "2027-01-12"
    assert stage.starts("Bob Roy") == ["thu 03 10:15"]


def test_it_counts_once_however_often_it_is_moved(office: Office) -> None:
    stage = office.stage
    stage.sync()
    meeting = office.meet("Project sync", 9)
    stage.at("10:20")
    stage.sync()
    for hours, days in ((2, 0), (0, 1), (3, 2)):
        start = datetime(2026, 12, 1, 9 + hours, tzinfo=ZONE) + timedelta(days=days)
        meeting = office.app.drag(meeting, start)
        stage.now = start + timedelta(hours=2)
        stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert fact.at == datetime(2026, 12, 1, 9, tzinfo=ZONE)


def test_each_instance_of_a_series_counts_by_itself(office: Office) -> None:
    stage = office.stage
    stage.sync()
    series = office.meet("Standup", 9, rule="FREQ=DAILY;COUNT=6")
    first = datetime(2026, 12, 1, 9, tzinfo=ZONE)
    series = office.app.answer(series, ANN, "declined", first + timedelta(days=1))
    series = office.app.delete_occurrence(series, first + timedelta(days=2))
    third = first + timedelta(days=3)
    series = office.app.move_occurrence(series, third, third + timedelta(hours=2))
    series = office.app.answer(series, BOB, "accepted", first + timedelta(days=4))
    for _ in range(8):
        stage.at("12:30")
        stage.sync()
        stage.later(hours=1)
    days = [fact.at.astimezone(ZONE).strftime("%d %H") for fact in stage.facts("Ann Lee")]
    assert days == ["01 09", "04 11", "05 09", "06 09"]
    assert [fact.at.day for fact in stage.facts("Bob Roy")] == [5]
    series = office.app.move_occurrence(series, third, third + timedelta(hours=60))
    stage.later(days=2)
    stage.sync()
    assert len(stage.facts("Ann Lee")) == 4


def test_a_series_that_is_moved_as_a_whole_does_not_count_again(office: Office) -> None:
    stage = office.stage
    stage.sync()
    series = office.meet("Standup", 9, rule="FREQ=DAILY")
    stage.at("10:20")
    stage.sync()
    office.app.move_series(series, datetime(2026, 12, 1, 11, tzinfo=ZONE))
    stage.at("12:30")
    stage.sync()
    assert [fact.at.day for fact in stage.facts("Ann Lee")] == [1]
    stage.at("wed 12:30")
    stage.sync()
    assert [fact.at.day for fact in stage.facts("Ann Lee")] == [1, 2]


def test_what_did_not_take_place_with_somebody_does_not_count(office: Office) -> None:
    stage = office.stage
    stage.sync()
    for guests in (
        {ANN: "declined", ME: "accepted"},
        {ANN: "tentative", ME: "accepted"},
        {ANN: "needs-action", ME: "accepted"},
        {ANN: "accepted", ME: "declined"},
        {"ann@example.com": "accepted", ME: "accepted"},
    ):
        office.meet("Project sync", 9, guests=guests)
    office.app.set(office.meet("Called off", 9), "STATUS", "CANCELLED")
    office.app.delete(office.meet("Deleted", 9))
    office.meet("Took place", 9, guests={BOB: "accepted"})
    stage.at("11:00")
    stage.sync()
    assert [(fact.person, fact.note) for fact in stage.facts()] == [("bob-roy", "Took place")]


def test_addresses_are_compared_without_case(office: Office) -> None:
    office.stage.sync()
    office.meet("Project sync", 9, guests={"Ann@Example.ORG": "accepted"})
    office.stage.at("11:00")
    office.stage.sync()
    assert office.notes == ["Project sync"]


def test_what_is_undone_stays_undone(office: Office) -> None:
    stage = office.stage
    stage.sync()
    meeting = office.meet("Project sync", 9)
    stage.at("10:20")
    stage.sync()
    taken = stage.service.undo("ann")
    assert taken.source is Source.MEETING
    stage.sync()
    assert stage.starts("Ann Lee") == ["thu 03 10:00"]
    office.app.drag(meeting, datetime(2026, 12, 1, 10, tzinfo=ZONE))
    for _ in range(3):
        stage.later(hours=2)
        stage.sync()
    assert stage.facts() == []
    assert len(stage.facts(everything=True)) == 2


def test_the_event_of_the_open_touch_says_so_where_it_is_past(office: Office) -> None:
    stage = office.stage
    stage.sync()
    office.meet("Lunch\twith Ann", 12, days=2)
    stage.at("thu 13:20")
    stage.sync()
    entry = stage.contact("Ann Lee")
    assert entry.title == "✅ Ann Lee: call"
    said = "Reached in a meeting, Thursday 3 December 2026: Lunch with Ann"
    assert said in entry.text and "how=meeting" in entry.text
    assert stage.contact("Bob Roy").title == "Bob Roy: call"
    stage.service.undo("ann")
    stage.sync()
    assert stage.contact("Ann Lee").title == "Ann Lee: call"
    assert stage.facts("Ann Lee") == []


def test_what_a_meeting_came_to_is_corrected_by_another_sign(office: Office) -> None:
    stage = office.stage
    stage.sync()
    office.meet("Lunch", 12, days=2)
    stage.at("thu 13:20")
    stage.sync()
    stage.mark("Ann Lee", "m {}")
    for _ in range(2):
        stage.later(minutes=20)
        stage.sync()
    assert stage.outcomes("Ann Lee") == ["left-message"]


def test_a_mark_on_the_event_is_read_before_the_meeting_counts(office: Office) -> None:
    stage = office.stage
    stage.sync()
    office.meet("Lunch", 12, days=2)
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "m {}")
    stage.at("13:20")
    stage.sync()
    assert sorted(stage.outcomes("Ann Lee")) == ["left-message", "reached"]
    assert str(stage.due("Ann Lee")) == "2027-01-14"
    assert [each.title for each in stage.contacts("Ann Lee")] == ["✉ Ann Lee: call"]


def test_a_meeting_before_the_touch_was_opened_moves_what_comes_after(office: Office) -> None:
    stage = office.stage
    office.meet("Breakfast", 6)
    stage.at("08:30")
    stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert fact.touch is None
    assert stage.contacts("Ann Lee") == []
    assert str(stage.due("Ann Lee")) == "2027-01-12"


def test_an_event_of_syncds_own_is_no_meeting(office: Office) -> None:
    stage = office.stage
    settings = stage.roster.calendars["home"]
    ours = replace(settings, name="home/Outreach")
    stage.changed(credit=Credit(diaries=(ours,), me=frozenset({ME})))
    stage.service.sync()
    stage.sync()
    stage.app.answer(stage.contact("Ann Lee"), ANN, "accepted")
    stage.app.meet("Real one", stage.now, stage.now + timedelta(hours=1), {BOB: "accepted"})
    stage.at("thu 11:30")
    stage.service.sync()
    assert stage.facts("Ann Lee") == []
    assert [fact.note for fact in stage.facts("Bob Roy")] == ["Real one"]


def test_what_was_long_before_is_not_logged_at_once(office: Office) -> None:
    stage = office.stage
    for days in (-400, -30, -2):
        office.meet(f"{days}", 9, days=days)
    office.meet("yesterday", 9, days=-1)
    stage.sync()
    assert office.notes == ["yesterday"]


def test_what_took_place_while_nobody_looked_counts_up_to_a_month_back(office: Office) -> None:
    stage = office.stage
    stage.sync()
    for days in (2, 5, 20, 39):
        office.meet(f"{days}", 9, days=days)
    stage.later(days=40)
    stage.restart()
    stage.sync()
    assert office.notes == ["20", "39"]


def test_the_database_is_lost(office: Office) -> None:
    stage = office.stage
    stage.sync()
    office.meet("Breakfast", 9)
    stage.at("10:20")
    stage.sync()
    office.meet("Lunch", 12, days=2, guests={BOB: "accepted"})
    stage.at("thu 13:20")
    stage.sync()
    before = stage.facts("Bob Roy")
    stage.at("13:40")
    stage.lose_database()
    stage.sync()
    after = stage.facts("Bob Roy")
    assert after == before, "the event says so, and the meeting does not count again"
    assert stage.facts("Ann Lee") == [], "it was too long ago"
    assert stage.contact("Bob Roy").title == "✅ Bob Roy: call"


def test_what_took_place_within_a_day_comes_back(office: Office) -> None:
    stage = office.stage
    stage.sync()
    office.meet("Breakfast", 9)
    stage.at("10:20")
    stage.sync()
    stage.lose_database()
    stage.at("16:00")
    stage.sync()
    assert office.notes == ["Breakfast"]
    assert str(stage.due("Ann Lee")) == "2027-01-12"


def test_a_diary_that_fails_keeps_nothing_else_from_working(office: Office) -> None:
    stage = office.stage
    stage.sync()
    office.app.drop()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    report = stage.service.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert stage.contact("Ann Lee").title == "✅ Ann Lee: call"
    (error,) = report.errors
    assert error.startswith("Calendar home/Personal: ") and "Next: check" in error
    found = status(stage.service)
    assert found.failing and found.calendars["home/Personal"].error == error
    assert not found.calendars["home"].error
    calendar_on(stage.server, "Personal")
    app = app_on(stage.server, "Personal")
    start = stage.now - timedelta(hours=2)
    app.meet("Breakfast", start, start + timedelta(hours=1), {BOB: "accepted"})
    stage.later(minutes=2)
    stage.sync()
    assert not status(stage.service).failing
    assert office.notes == ["Breakfast"]


def test_a_diary_is_looked_at_every_quarter_of_an_hour_by_one_request(office: Office) -> None:
    stage = office.stage
    stage.sync()

    told = []
    for minute in range(2, 62, 2):
        stage.later(minutes=2)
        since = stage.server.mark()
        stage.service.sync()
        told.append((minute, len(stage.server.requests(since))))
        stage.restart()
    twice = [minute for minute, asked in told if asked == 2]
    assert twice == [16, 32, 48] and {asked for _, asked in told} == {1, 2}, told


def test_a_plan_shows_what_would_be_logged_and_logs_nothing(office: Office) -> None:
    stage = office.stage
    stage.sync()
    office.meet("Breakfast", 9)
    stage.at("10:20")
    found = stage.service.plan()
    assert [(fact.person, fact.note) for fact in found.facts] == [("ann-lee", "Breakfast")]
    assert found.plan is not None
    assert "logged meanwhile" in [each.reason for each in found.plan.actions]
    assert stage.facts() == []
    assert stage.starts("Ann Lee") == ["thu 03 10:00"]


def test_an_open_task_is_ticked_off_or_goes(office: Office) -> None:
    stage = office.stage
    stage.changed(
        lists={"clients": clients(as_task=True)},
        calendars=with_tasks(stage.roster.calendars["home"]),
    )
    stage.sync()
    office.meet("Breakfast", 9)
    office.meet("Lunch", 12, days=2, guests={BOB: "accepted"})
    stage.at("10:20")
    stage.sync()
    assert [each.title for each in stage.todos.tasks()] == ["Bob Roy: call"]
    stage.at("thu 13:20")
    stage.sync()
    task = stage.todo("Bob Roy")
    assert task.title == "✅ Bob Roy: call" and task.done


def test_one_diary_that_fails_keeps_no_other_from_counting(office: Office) -> None:
    stage = office.stage
    stage.sync()
    credit = stage.roster.credit
    assert credit is not None
    missing = replace(credit.diaries[0], name="home/Nowhere", calendar="Nowhere")
    stage.changed(credit=replace(credit, diaries=(missing, *credit.diaries)))
    office.meet("Breakfast", 9)
    stage.at("10:20")
    report = stage.service.sync()
    assert [each.partition(": ")[0] for each in report.errors] == ["Calendar home/Nowhere"]
    assert office.notes == ["Breakfast"]
    assert [fact.note for fact in report.facts] == ["Breakfast"]
    assert stage.contacts("Ann Lee") == []
