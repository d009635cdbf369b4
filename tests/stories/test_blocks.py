"""What users do to the hour itself: moved, shortened, deleted, split; and what YAML does to it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from syncd.engine.pausing import pause, resume
from syncd.engine.upkeep import status
from syncd.model.records import Scope
from tests.household import person, weekly
from tests.ical import Shown
from tests.stories.stage import ZONE, Make, Stage, when

THIRD = datetime(2026, 12, 3, 10, tzinfo=ZONE)
TENTH = datetime(2026, 12, 10, 10, tzinfo=ZONE)


def texts(stage: Stage) -> dict[str, str]:
    """What the occurrences say, by their day."""
    (series,) = [each for each in stage.series() if each.overrides]
    return {when(at).rpartition(" ")[0]: each.text for at, each in series.overrides.items()}


def test_the_next_two_occurrences_name_who_is_up(make: Make) -> None:
    stage = make(*(f"P{n} Roy" for n in range(5)))
    stage.sync()
    said = texts(stage)
    assert list(said) == ["thu 03", "thu 10"]
    lines = [line for line in said["thu 03"].splitlines() if not line.startswith("–")]
    assert [line.split(" P")[0] for line in lines[1:5]] == ["10:00", "10:15", "10:30", "10:45"]
    assert "+49 30 901820" in lines[1]
    stage.at("thu 10:50")
    for entry in stage.contacts():
        if when(entry.start).startswith("thu 03"):
            stage.app.retitle(entry, f"x {entry.title}")
    stage.sync()
    stage.at("fri 08:00")
    stage.sync()
    assert list(texts(stage)) == ["thu 10"]  # a passed one is taken out


def test_what_the_user_wrote_into_an_occurrence_stays(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    (series,) = stage.series()
    before = series.overrides[THIRD.astimezone(series.start.tzinfo)] if series.overrides else None
    assert before is not None
    stage.app.change_occurrence(series, THIRD, text=f"Buy a headset\n{before.text}\nand a pen")
    stage.sync()
    stage.with_people(person("Ann Lee"), person("Bob Roy"))
    stage.sync()
    said = texts(stage)["thu 03"]
    assert said.splitlines()[0] == "Buy a headset"
    assert said.splitlines()[-1] == "and a pen"
    assert "Bob Roy" in said
    stage.at("fri 12:00")
    stage.sync()
    assert texts(stage)["thu 03"] == said  # a passed one stays where the user wrote into it


def hours(stage: Stage, since: datetime = THIRD) -> dict[str, Shown]:
    """The hours of blocks from `since` on, by their day and time."""
    ours = {each.uid for each in stage.series()}
    return {when(each.start): each for each in stage.app.week(since, 21) if each.uid in ours}


def test_an_hour_that_names_who_is_up_keeps_what_the_series_has(make: Make) -> None:
    stage = make(*(f"P{n} Roy" for n in range(9)))
    stage.sync()
    (series,) = stage.series()
    series = stage.app.describe(series, "Bring the blue folder")
    series = stage.app.set(series, "LOCATION", "Cafe")
    stage.app.invite(series, "carl@example.org")
    stage.sync()
    stage.at("fri 12:00")
    stage.sync()
    up = hours(stage)["thu 17 10:00"]
    assert up.text.startswith("Bring the blue folder\nWho is up:")
    assert up.properties["LOCATION"] == "Cafe"
    assert "carl@example.org" in up.properties.get("ATTENDEE", up.body)
    stage.with_people()
    stage.at("fri 13:00")
    stage.sync()
    (series,) = stage.series()
    assert THIRD + timedelta(weeks=2) not in series.overrides, "it is as its series again"
    assert hours(stage)["thu 17 10:00"].text == "Bring the blue folder"


def test_what_one_hour_has_of_its_own_stays_once_it_is_over(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    (series,) = stage.series()
    stage.app.change_occurrence(series, THIRD, place="Room 4")
    stage.at("fri 12:00")
    stage.sync()
    passed = hours(stage)["thu 03 10:00"]
    assert (passed.properties["LOCATION"], passed.text) == ("Room 4", "")


@pytest.mark.parametrize("today", ["tue 08:00", "fri 12:00"])
@pytest.mark.parametrize("gone", [False, True])
def test_what_one_hour_has_of_its_own_stays_where_yaml_says_otherwise(
    make: Make, today: str, gone: bool
) -> None:
    stage = make("Ann Lee", *(f"P{n} Roy" for n in range(6)))
    stage.sync()
    (series,) = stage.series()
    stage.app.change_occurrence(series, TENTH, place="Room 4")
    stage.at(today)
    stage.sync()
    monday = weekly(rule="FREQ=WEEKLY;BYDAY=MO", at=time(9))
    stage.changed(blocks={} if gone else {"weekly": monday})
    stage.sync()
    found = hours(stage, TENTH - timedelta(days=5))
    stays = found.pop("thu 10 10:00")
    assert (stays.properties["LOCATION"], stays.text) == ("Room 4", "")
    assert list(found) == ([] if gone else ["mon 07 09:00", "mon 14 09:00", "mon 21 09:00"])
    if not gone:
        # Nobody is in it any more.
        assert {when(each.start)[:6] for each in stage.contacts()} <= {"mon 07", "mon 14", "thu 03"}
    stage.at("fri 15:00")
    stage.sync()
    assert "LOCATION" in hours(stage)["thu 10 10:00"].properties


def test_a_moved_occurrence_takes_its_people_along(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    (series,) = stage.series()
    stage.app.move_occurrence(series, THIRD, datetime(2026, 12, 4, 14, tzinfo=ZONE))
    stage.sync()
    assert stage.starts("Ann Lee", "Bob Roy") == ["fri 04 14:00", "fri 04 14:15"]
    assert stage.facts(everything=True) == []


def test_what_was_pinned_does_not_go_along(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.app.drag(stage.contact("Ann Lee"), datetime(2026, 12, 2, 9, tzinfo=ZONE))
    (series,) = stage.series()
    stage.app.move_occurrence(series, THIRD, datetime(2026, 12, 4, 14, tzinfo=ZONE))
    stage.sync()
    assert stage.starts("Ann Lee", "Bob Roy") == ["wed 02 09:00", "fri 04 14:15"]


def test_a_shortened_occurrence_sends_its_last_ones_on(make: Make) -> None:
    stage = make(*(f"P{n} Roy" for n in range(4)))
    stage.sync()
    (series,) = stage.series()
    stage.app.shorten_occurrence(series, THIRD, THIRD + timedelta(minutes=30))
    stage.sync()
    starts = sorted(when(each.start) for each in stage.contacts())
    assert starts == ["thu 03 10:00", "thu 03 10:15", "thu 10 10:00", "thu 10 10:15"]


@pytest.mark.parametrize("cancelled", [False, True])
def test_a_deleted_occurrence_sends_all_on(make: Make, cancelled: bool) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    (series,) = stage.series()
    stage.app.delete_occurrence(series, THIRD, cancelled=cancelled)
    stage.sync()
    assert sorted(stage.starts("Ann Lee", "Bob Roy")) == ["thu 10 10:00", "thu 10 10:15"]
    assert stage.facts(everything=True) == []
    (series,) = stage.series()
    assert TENTH in {at.astimezone(ZONE) for at in series.overrides}


def test_a_moved_series_takes_everybody_along(make: Make) -> None:
    stage = make(*(f"P{n} Roy" for n in range(6)))
    stage.sync()
    (series,) = stage.series()
    stage.app.move_series(series, datetime(2026, 12, 4, 9, tzinfo=ZONE))
    stage.sync()
    days = sorted(when(each.start).rpartition(":")[0] for each in stage.contacts())
    assert days == ["fri 04 09"] * 4 + ["fri 11 09"] * 2
    assert stage.facts(everything=True) == []
    (series,) = stage.series()
    assert when(series.start) == "fri 04 09:00"


def test_a_deleted_series_lets_its_lists_rest_until_it_is_brought_back(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.app.add("Dentist", THIRD, TENTH)
    (series,) = stage.series()
    stage.app.delete_series(series)
    stage.sync()
    assert stage.contacts() == []
    assert stage.series() == []
    told = status(stage.service).resting
    assert "syncd resume --block weekly" in told["weekly"]
    assert stage.facts(everything=True) == []
    stage.later(days=14)
    stage.sync()
    assert stage.series() == []
    resume(stage.service, Scope.BLOCK, "weekly")
    stage.sync()
    assert len(stage.series()) == 1
    assert sorted(stage.starts("Ann Lee", "Bob Roy")) == ["thu 17 10:00", "thu 17 10:15"]


def test_a_series_put_back_beside_a_new_one_takes_over_what_was_written_there(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    (old,) = stage.series()
    stage.app.delete_series(old)
    stage.sync()
    resume(stage.service, Scope.BLOCK, "weekly")
    stage.sync()
    (new,) = stage.series()
    assert new.uid != old.uid
    said = texts(stage)["thu 03"]
    stage.app.describe(new, "Dial-in: 12345")
    (new,) = stage.series()
    stage.app.change_occurrence(new, THIRD, text=f"{said}\nAsk Ann about the contract")
    stage.sync()
    stage.app.restore(old)
    stage.sync()
    stage.sync()
    (kept,) = stage.series()
    assert (kept.uid, kept.text) == (old.uid, "Dial-in: 12345")
    # Google brings back a series without the hours in which it had said something.
    said = texts(stage).get("thu 03") or texts(stage)["thu 10"]
    assert (said.count("Ask Ann about the contract"), said.count("Who is up")) == (1, 1)
    assert stage.sync().outcomes == ()


@pytest.mark.parametrize("cut_first", [True, False])
@pytest.mark.parametrize("marked", [True, False])
def test_this_and_following_goes_on_as_the_block(make: Make, marked: bool, cut_first: bool) -> None:
    stage = make(*(f"P{n} Roy" for n in range(8)))
    stage.sync()
    (series,) = stage.series()
    stage.app.split(
        series,
        TENTH,
        datetime(2026, 12, 9, 16, tzinfo=ZONE),
        rule="FREQ=WEEKLY;BYDAY=WE",
        marked=marked,
        cut_first=cut_first,
    )
    stage.sync()
    starts = sorted(when(each.start).rpartition(":")[0] for each in stage.contacts())
    assert starts == ["thu 03 10"] * 4 + ["wed 09 16"] * 4
    assert len(stage.series()) == 2
    stage.at("thu 10:50")
    for entry in stage.contacts():
        if when(entry.start).startswith("thu 03"):
            stage.app.retitle(entry, f"x {entry.title}")
    stage.sync()
    stage.now = datetime(2027, 1, 11, 8, tzinfo=ZONE)
    stage.sync()
    assert len(stage.series()) == 2
    second = stage.series()[-1]
    days = {when(at).rpartition(":")[0] for at in second.overrides}
    assert days == {"wed 13 16", "wed 20 16"}  # it is written like our own


@pytest.mark.parametrize("lost", [True, False])
@pytest.mark.parametrize("as_ours", [True, False])
def test_a_series_that_was_split_twice_before_anybody_looked_goes_on_as_the_block(
    make: Make, as_ours: bool, lost: bool
) -> None:
    stage = make(*(f"P{n} Roy" for n in range(8)))
    stage.sync()
    (series,) = stage.series()
    wednesday, later = (datetime(2026, 12, day, 16, tzinfo=ZONE) for day in (9, 16))
    how = {"rule": "FREQ=WEEKLY;BYDAY=WE", "marked": as_ours, "cut_first": as_ours}
    _, second = stage.app.split(series, TENTH, wednesday, **how)
    stage.app.split(second, later, later + timedelta(hours=2), **how)
    stage.sync()
    if lost:
        stage.lose_database()
        stage.sync()
    hours = {when(each.start).rpartition(":")[0] for each in stage.contacts()}
    assert hours == {"thu 03 10", "wed 09 16"}
    stage.now = datetime(2027, 1, 11, 8, tzinfo=ZONE)
    stage.sync()
    assert len(stage.series()) == 3
    days = {when(at).rpartition(":")[0] for each in stage.series() for at in each.overrides}
    assert days == {"wed 13 18", "wed 20 18"}


def test_a_changed_rule_ends_the_old_series_and_starts_a_new_one(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    stage.at("fri 08:00")
    changed = weekly(rule="FREQ=WEEKLY;BYDAY=MO", at=time(9))
    stage.changed(blocks={"weekly": changed})
    stage.sync()
    old, new = stage.series()
    assert "UNTIL" in (old.rrule or "")
    assert when(old.start) == "thu 03 10:00"  # the past is never rewritten
    assert (when(new.start), new.rrule) == ("mon 07 09:00", "FREQ=WEEKLY;BYDAY=MO")
    stage.at("fri 12:00")
    stage.sync()
    assert stage.starts("Bob Roy") == ["mon 07 09:00"]


def test_a_rule_that_changes_before_the_first_hour_changes_in_place(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.changed(blocks={"weekly": weekly(rule="FREQ=WEEKLY;BYDAY=FR")})
    stage.sync()
    (series,) = stage.series()
    assert when(series.start) == "fri 04 10:00"
    assert stage.starts("Ann Lee") == ["fri 04 10:00"]


@pytest.mark.parametrize("today", ["tue 08:00", "fri 08:00"])
def test_what_was_moved_or_deleted_stays_so_where_the_rule_changes(make: Make, today: str) -> None:
    """Before the first hour, and once the time has passed at which the moved one was up."""
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    (series,) = stage.series()
    series = stage.app.move_occurrence(series, THIRD, datetime(2026, 12, 4, 14, tzinfo=ZONE))
    stage.app.delete_occurrence(series, TENTH)
    stage.sync()
    stage.at(today)
    stage.sync()
    stage.changed(blocks={"weekly": weekly(lasts=timedelta(minutes=90))})
    stage.sync()
    ours = {each.uid for each in stage.series()}
    weeks = stage.app.week(datetime(2026, 12, 1, tzinfo=ZONE), 21)
    found = [when(each.start) for each in weeks if each.uid in ours]
    assert found == ["fri 04 14:00", "thu 17 10:00"]
    assert stage.starts("Ann Lee", "Bob Roy") == ["fri 04 14:00", "fri 04 14:15"]


def test_the_users_title_and_alarm_of_a_series_stay(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    (series,) = stage.series()
    stage.app.retitle(series, "My hour")
    stage.app.silence(stage.series()[0])
    stage.sync()
    stage.changed(blocks={"weekly": weekly(title="Keep in touch")})
    stage.sync()
    (series,) = stage.series()
    assert series.title == "My hour"
    assert series.alarm is None


def test_a_block_renamed_in_yaml_is_renamed_where_the_user_did_not(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.changed(blocks={"weekly": weekly(title="Keep in touch", alarm=timedelta(hours=1))})
    stage.sync()
    (series,) = stage.series()
    assert (series.title, series.alarm) == ("Keep in touch", timedelta(hours=1))


def test_a_block_taken_out_of_yaml_ends_and_its_people_go_on_days(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    stage.at("fri 09:00")
    stage.changed(blocks={})
    stage.sync()
    (series,) = stage.series()
    assert "UNTIL" in (series.rrule or "")
    stage.at("fri 12:00")
    stage.sync()
    assert stage.starts("Bob Roy") == ["fri 04 12:15"]


def test_an_hour_of_a_block_that_is_no_more_stays_where_the_user_wrote_into_it(make: Make) -> None:
    stage = make("Ann Lee", *(f"P{n} Roy" for n in range(6)))
    stage.sync()
    (series,) = stage.series()
    said = series.overrides[TENTH.astimezone(series.start.tzinfo)].text
    stage.app.change_occurrence(series, TENTH, text=f"Buy a headset\n{said}")
    stage.sync()
    stage.changed(blocks={})
    stage.sync()
    (series,) = stage.series()
    weeks = stage.app.week(datetime(2026, 12, 1, tzinfo=ZONE), 21)
    (hour,) = (each for each in weeks if each.uid == series.uid)
    assert (when(hour.start), hour.text.strip()) == ("thu 10 10:00", "Buy a headset")


@pytest.mark.parametrize("what", ["text", "place", "guest"])
def test_a_series_that_the_user_gave_something_stays_where_the_block_is_no_more(
    make: Make, what: str
) -> None:
    stage = make("Ann Lee")
    stage.sync()
    (series,) = stage.series()
    if what == "text":
        stage.app.describe(series, "Bring the blue folder")
    elif what == "place":
        stage.app.set(series, "LOCATION", "Cafe")
    else:
        stage.app.invite(series, "carl@example.org")
    stage.sync()
    stage.changed(blocks={})
    stage.sync()
    (stays,) = stage.series()
    assert (stays.uid, stays.rrule) == (series.uid, "FREQ=WEEKLY;BYDAY=TH")
    stage.changed(blocks={"weekly": weekly()})
    stage.sync()
    assert len(stage.series()) == 2, "it is the user's, and no block any more"


def test_a_paused_block_takes_nobody_and_its_series_stands(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    pause(stage.service, Scope.BLOCK, "weekly", date(2026, 12, 9))
    stage.sync()
    assert stage.contacts() == []
    assert len(stage.series()) == 1
    stage.at("thu 12:00")
    stage.now = datetime(2026, 12, 9, 8, tzinfo=ZONE)
    stage.sync()
    assert stage.starts("Ann Lee") == ["thu 10 10:00"]


def test_ten_o_clock_stays_ten_o_clock(make: Make) -> None:
    stage = make("Ann Lee", person("Bob Roy", last_contact=date(2027, 2, 15)))
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    stage.now = datetime(2027, 3, 27, 8, tzinfo=ZONE)  # the night before the clocks change
    stage.sync()
    assert stage.starts("Ann Lee", "Bob Roy") == ["thu 01 10:00", "thu 01 10:15"]
    (series,) = stage.series()
    week = stage.app.week(datetime(2027, 3, 25, tzinfo=ZONE), 14)
    times = [when(each.start) for each in week if each.uid == series.uid]
    assert times == ["thu 25 10:00", "thu 01 10:00", "thu 08 10:00"][: len(times)]
    assert len(times) >= 2


@pytest.mark.icalendar
def test_a_server_keeps_every_clock_change_of_the_zone(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    (series,) = stage.series()
    for year in (2027, 2028, 2029, 2030):
        for month in ("03", "10"):
            assert f":{year}{month}" in series.body, series.body
