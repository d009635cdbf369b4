"""What apps, servers, clocks and configs may do, found by somebody who wanted to lose data."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from syncd.engine.upkeep import approve, clear, clearing, restore
from syncd.errors import StateError, UsageError
from syncd.reconcile.trace import fact_line
from tests.household import clients, person, weekly
from tests.stories.stage import BEGIN, ZONE, Make, Stage, when


@pytest.mark.icalendar
def test_a_zone_that_is_a_folder_stops_nothing(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    ann = stage.contact("Ann Lee")
    for n, zone in enumerate(("America", "x" * 300, "../../etc/passwd")):
        body = (
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\n"
            f"UID:z{n}\r\nDTSTAMP:20261201T000000Z\r\nSUMMARY:odd\r\n"
            f"DTSTART;TZID={zone}:20261203T100000\r\nDTEND;TZID={zone}:20261203T110000\r\n"
            "END:VEVENT\r\nEND:VCALENDAR\r\n"
        )
        path = f"{stage.app.collection}z{n}.ics"
        stage.server.ask("PUT", path, body.encode(), Content_Type="text/calendar")
    stage.at("thu 10:20")
    stage.app.retitle(ann, f"x {ann.title}")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_a_calendar_that_config_calls_otherwise_keeps_its_entries(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    before = {(each.uid, each.start) for each in stage.app.entries()}
    settings = replace(stage.roster.calendars["home"], name="work")
    stage.changed(calendars={"work": settings}, blocks={"weekly": weekly(calendar="work")})
    stage.restart()
    stage.sync()
    assert {(each.uid, each.start) for each in stage.app.entries()} == before
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_a_mark_taken_away_before_it_was_acknowledged_is_taken_back(make: Make) -> None:
    stage = make(*(f"P{n} Roy" for n in range(8)))
    stage.sync()
    stage.at("thu 10:20")
    gone = [each for each in stage.app.entries() if not each.title.startswith("P0")]
    for entry in gone:
        stage.app.delete(entry)
    stage.mark("P0 Roy", "x {}")
    assert stage.sync().held  # read, and not written
    assert stage.outcomes("P0 Roy") == ["reached"]
    stage.app.retitle(stage.contact("P0 Roy"), "P0 Roy: call")
    for entry in gone:
        stage.app.restore(entry)
    stage.sync()
    assert stage.outcomes("P0 Roy") == []
    assert stage.contact("P0 Roy").title == "P0 Roy: call"


def test_two_deployments_cannot_share_a_database(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.changed(deployment="other")
    with pytest.raises(StateError, match="remembers the deployment «stories»"):
        stage.service.sync()
    assert len(stage.app.entries()) == 2


def test_a_clock_that_was_years_ahead_for_a_moment_is_not_waited_for(make: Make) -> None:
    stage = make(person("Ann Lee", last_contact=date(2026, 11, 20)))
    stage.sync()
    now, stage.now = stage.now, datetime(2031, 1, 1, 12, tzinfo=UTC)
    stage.service.sync()
    stage.now = now
    assert stage.service.sync().plan is not None
    assert stage.service.sync().plan is None


def many(make: Make) -> Stage:
    stage = make(*(f"P{n:02} Roy" for n in range(30)), block=weekly(lasts=timedelta(hours=8)))
    stage.sync()
    return stage


def test_approve_lets_stand_what_was_shown_and_nothing_else(make: Make) -> None:
    stage = many(make)
    people = list(stage.roster.people.values())
    stage.with_people(*people[:18])
    assert stage.service.sync().held == "it would delete 12 of 31 entries"
    stage.with_people(*people[:2])
    with pytest.raises(UsageError, match="has changed since"):
        approve(stage.service)
    stage.with_people(*people[:18])
    stage.service.sync()
    approve(stage.service)
    stage.sync()
    assert len(stage.contacts()) == 18


def test_an_approval_is_for_once(make: Make) -> None:
    stage = many(make)
    people = list(stage.roster.people.values())
    stage.with_people(*people[:18])
    assert stage.service.sync().held
    approve(stage.service)
    stage.with_people(*people)
    stage.sync()
    stage.with_people(*people[:18])
    assert stage.service.sync().held
    assert len(stage.contacts()) == 30


def test_what_goes_after_an_approval_is_not_approved(make: Make) -> None:
    stage = many(make)
    people = list(stage.roster.people.values())
    stage.with_people(*people[:18])
    assert stage.service.sync().held
    approve(stage.service)
    stage.with_people(*people[:2])
    assert stage.service.sync().held
    assert len(stage.contacts()) == 30
    gone = stage.app.entries()[:12]
    stage.with_people(*people)
    stage.sync()
    for entry in gone:
        stage.app.delete(entry)
    assert stage.service.sync().held
    approve(stage.service)
    stage.app.delete(stage.app.entries()[-1])
    assert stage.service.sync().held
    assert stage.facts() == []


def test_restored_twice_it_is_restored_once(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy", "Cy Fox")
    stage.sync()
    stage.app.wipe()
    assert stage.sync().held
    restore(stage.service)
    with pytest.raises(UsageError, match="Nothing is missing"):
        restore(stage.service)
    stage.sync()
    assert len(stage.app.entries()) == 4


def test_a_note_that_looks_like_our_last_line(make: Make) -> None:
    stage = make(person("Ann Lee", notes="Likes tea (syncd)"))
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "m {} told me of (syncd)")
    stage.sync()
    stage.app.retitle(stage.contacts("Ann Lee")[0], "x ✉ Ann Lee: call")
    stage.sync()
    (ann,) = stage.contacts("Ann Lee")
    assert ann.text.count("log ") == 1
    stage.lose_database()
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_what_waited_for_a_calendar_in_doubt_is_written_as_the_doubt_ends(make: Make) -> None:
    stage = make(*(f"P{n} Roy" for n in range(8)))
    stage.sync()
    stage.at("thu 10:20")
    gone = [each for each in stage.app.entries() if not each.title.startswith("P0")]
    for entry in gone:
        stage.app.delete(entry)
    stage.mark("P0 Roy", "x {}")
    assert stage.sync().held
    for entry in gone:
        stage.app.restore(entry)
    stage.later(minutes=2)
    stage.sync()
    assert stage.contact("P0 Roy").title == "✅ P0 Roy: call"


def test_clear_leaves_alone_what_changed_since_it_was_shown(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    shown = clearing(stage.service)
    ann = stage.contact("Ann Lee")
    stage.app.describe(ann, f"{ann.text}\nmine")
    stage.service.sync()
    clear(stage.service, shown)
    left = stage.contact("Ann Lee")
    assert "mine" in left.text
    stage.app.delete(left)
    stage.service.sync()
    assert stage.outcomes("Ann Lee") == ["skipped"]


def test_a_server_that_was_away_for_long_is_written_when_it_is_back(make: Make) -> None:
    from syncd.calendars.memory import MemoryCalendar
    from syncd.engine.tick import tick
    from syncd.store import open_store
    from tests.faults import Faulty, SendFault, Sent

    of = make("Ann Lee").roster
    store, calendar = open_store("memory:"), MemoryCalendar("home")
    for n in range(20):
        away = Faulty(calendar, sends=[SendFault(Sent.BEFORE)] * 4)
        tick(of, store, {"home": away}, BEGIN + timedelta(minutes=2 * n))
    assert not calendar.entries()
    tick(of, store, {"home": calendar}, BEGIN + timedelta(hours=1))
    assert len(calendar.entries()) == 2


def test_times_at_the_ends_of_time_stop_nothing(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.app.drag(stage.contact("Ann Lee"), datetime(9999, 12, 30, 10, tzinfo=UTC))
    stage.at("thu 10:40")
    stage.mark("Bob Roy", "x {}")
    report = stage.service.sync()
    assert stage.outcomes("Bob Roy") == ["reached"]
    assert any("9999" in each for each in report.spoilt)


def test_a_long_snooze_is_kept(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    before = stage.contact("Ann Lee")
    stage.mark("Ann Lee", "{} >2y")
    stage.sync()
    (ann,) = stage.contacts("Ann Lee")
    assert ann.uid == before.uid
    assert isinstance(ann.start, datetime)
    assert ann.start.date() == date(2028, 12, 1)


def test_text_pasted_into_another_entry_tells_nothing(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.at("thu 10:10")
    stage.mark("Ann Lee", "x {} good talk")
    stage.sync()
    bob = stage.contact("Bob Roy")
    stage.app.describe(bob, f"{bob.text}\n{stage.contact('Ann Lee').text}")
    stage.app.strip(stage.contact("Bob Roy"))
    stage.lose_database()
    stage.sync()
    assert stage.outcomes("Bob Roy") == []
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_a_mark_on_a_stripped_entry_survives_a_lost_database(make: Make) -> None:
    stage = make("Ann Lee", person("Malcolm X"), "Bob Roy", "Cat Orr")
    stage.sync()
    stage.at("thu 10:50")
    stage.mark("Cat Orr", "x {}")
    stage.sync()
    for name in ("Ann Lee", "Malcolm X", "Bob Roy", "Cat Orr"):
        stage.app.strip(stage.contact(name))
    stage.mark("Ann Lee", "m {}")
    stage.mark("Bob Roy", "✅ {}")  # as syncd itself would say it
    stage.lose_database()
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["left-message"]
    assert stage.outcomes("Malcolm X") == []
    assert stage.outcomes("Bob Roy") == ["reached"]
    assert stage.outcomes("Cat Orr") == ["reached"]


@pytest.mark.parametrize("people", [1, 2])
def test_a_calendar_that_is_away_makes_no_facts_however_little_it_held(
    make: Make, people: int
) -> None:
    stage = make(*(f"P{n} Roy" for n in range(people)))
    stage.sync()
    before = stage.app.entries()
    stage.app.drop()
    report = stage.sync()
    assert "there is no calendar «Outreach» any more" in report.held
    assert stage.facts(everything=True) == []
    restore(stage.service)
    stage.sync()
    assert {(each.title, each.start) for each in stage.app.entries()} == {
        (each.title, each.start) for each in before
    }


def test_the_users_own_series_of_the_same_name_is_theirs(make: Make) -> None:
    stage = make("Ann Lee")
    start = datetime(2026, 12, 9, 15, tzinfo=ZONE)
    stage.sync()
    theirs = stage.app.add_series("Outreach", start, start + timedelta(hours=1), "FREQ=WEEKLY")
    stage.service.sync()
    (ours,) = [each for each in stage.series() if each.uid != theirs.uid]
    stage.app.cut(ours, datetime(2026, 12, 4, tzinfo=ZONE))
    stage.service.sync()
    stage.changed(blocks={})
    stage.service.sync()
    clear(stage.service, clearing(stage.service))
    assert [each.uid for each in stage.app.entries()] == [theirs.uid]


@pytest.mark.icalendar
def test_an_app_that_gives_our_entry_another_uid_is_understood(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    ann = stage.contact("Ann Lee")
    stage.app.delete(ann)
    body = ann.body.replace(ann.uid, "other-uid-1").replace("SUMMARY:", "SUMMARY:x ")
    stage.server.ask("PUT", ann.href, body.encode(), Content_Type="text/calendar")
    stage.service.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_facts_carry_what_they_are_of(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", 'x {} says "hi" (syncd)')
    stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert fact_line(fact) in stage.contact("Ann Lee").text
    assert json.loads(stage.contact("Ann Lee").text.partition("note=")[2].split("\n")[0])


def test_an_hour_that_the_clock_shows_twice(make: Make) -> None:
    at_night = weekly(at=datetime(2026, 1, 1, 2, 30).time(), rule="FREQ=WEEKLY;BYDAY=SU")
    stage = make(
        *(person(f"P{n} Roy", last_contact=date(2027, 8, 1)) for n in range(4)),
        block=at_night,
        lists=(clients(),),
    )
    stage.now = datetime(2027, 10, 27, 8, tzinfo=ZONE)
    stage.sync()
    starts = []
    for each in stage.contacts():
        assert isinstance(each.start, datetime) and isinstance(each.end, datetime)
        assert each.end.astimezone(UTC) - each.start.astimezone(UTC) == timedelta(minutes=15)
        starts.append(each.start.astimezone(UTC))
    (series,) = stage.series()
    begin = min(at for at in series.overrides)
    first = sorted(start for start in starts if start.date() == begin.astimezone(UTC).date())
    assert first == [begin.astimezone(UTC) + timedelta(minutes=15 * n) for n in range(4)]
    assert when(BEGIN) == "tue 01 08:00"


def test_words_left_beside_a_sign_that_was_taken_away_stay(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    words = "Ann Lee: call about the Meier contract"
    stage.app.retitle(stage.contact("Ann Lee"), words)
    stage.sync()
    assert stage.outcomes("Ann Lee") == []
    assert stage.contact("Ann Lee").title == words


def test_what_the_user_hung_on_an_entry_keeps_it(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.app.set(stage.contact("Ann Lee"), "LOCATION", "Café Einstein")
    stage.sync()
    stage.with_people(person("Bob Roy"))
    stage.sync()
    assert stage.contact("Ann Lee").properties["LOCATION"] == "Café Einstein"


@pytest.mark.icalendar
def test_a_picture_in_an_entry_hides_no_mark(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    ann = stage.contact("Ann Lee")
    picture = "ATTACH;ENCODING=BASE64;VALUE=BINARY:\r\n" + f" {'A' * 72}\r\n" * 30_000
    body = ann.body.replace("SUMMARY:", f"{picture}SUMMARY:x ")
    headers = {"Content_Type": "text/calendar", "If_Match": ann.etag}
    status, _ = stage.server.ask("PUT", ann.href, body.encode(), **headers)
    assert status < 300
    stage.service.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_an_hour_that_was_moved_and_has_been_is_not_rewritten(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    (series,) = stage.series()
    tenth = datetime(2026, 12, 10, 10, tzinfo=ZONE)
    stage.app.move_occurrence(series, tenth, datetime(2026, 12, 8, 10, tzinfo=ZONE))
    stage.sync()
    stage.now = datetime(2026, 12, 9, 8, tzinfo=ZONE)
    stage.sync()
    stage.changed(blocks={"weekly": weekly(at=datetime(2026, 1, 1, 11).time())})
    stage.sync()
    hours = [
        when(each.start)
        for each in stage.app.week(datetime(2026, 12, 1, tzinfo=ZONE), 21)
        if each.title == "Outreach"
    ]
    assert hours == ["thu 03 10:00", "tue 08 10:00", "thu 17 11:00"]


def test_an_old_copy_that_is_put_back_takes_nothing_back(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    before = stage.contact("Ann Lee")
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {} good talk")
    stage.sync()
    now = stage.contact("Ann Lee")
    stage.app.put_back(now, before)
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert stage.contact("Ann Lee").title == "✅ Ann Lee: call"
    assert "good talk" in stage.contact("Ann Lee").text


def test_what_was_taken_back_stays_so_when_the_database_is_lost(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    stage.app.retitle(stage.contact("Ann Lee"), "Ann Lee: call")
    stage.sync()
    stage.lose_database()
    stage.sync()
    assert stage.outcomes("Ann Lee") == []
    stage.mark("Ann Lee", "m {}")
    stage.sync()
    (fact,) = stage.facts("Ann Lee")
    assert fact.id.endswith("#3")  # after the two revisions that are void


def test_a_deletion_ahead_is_a_skip_though_an_old_entry_stands_unmarked(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.service.log("ann", at=datetime(2026, 11, 30, 12, tzinfo=ZONE))
    stage.sync()
    assert len(stage.contacts("Ann Lee")) == 1  # past, without a fact of its own
    stage.now = datetime(2027, 1, 6, 8, tzinfo=ZONE)
    stage.sync()
    ahead = stage.contact("Ann Lee")
    assert isinstance(ahead.start, datetime) and ahead.start > stage.now
    stage.app.delete(ahead)
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached", "skipped"]


def test_a_removal_that_did_not_come_about_and_is_not_wanted_any_more(make: Make) -> None:
    from syncd.calendars.memory import MemoryCalendar
    from syncd.engine.pausing import pause, resume
    from syncd.engine.service import Service
    from syncd.model.records import Scope
    from syncd.store import open_store
    from tests.faults import Faulty, SendFault, Sent

    of, store, calendar = make("Ann Lee").roster, open_store("memory:"), MemoryCalendar("home")
    shown = {"home": Faulty(calendar)}
    service = Service(roster=of, store=store, calendars=lambda state: shown, clock=lambda: BEGIN)
    service.sync()
    pause(service, Scope.PERSON, "ann", None)
    shown["home"] = Faulty(calendar, sends=[SendFault(Sent.BEFORE)] * 4)
    service.sync()
    resume(service, Scope.PERSON, "ann")
    shown["home"] = Faulty(calendar)
    service.sync()
    (uid,) = [each.uid for each in calendar.entries() if each.title == "Ann Lee: call"]
    calendar.drop(uid)
    service.sync()
    assert [fact.outcome.value for fact in service.history()] == ["skipped"]


@pytest.mark.icalendar
def test_a_series_that_lasts_for_ages_stops_nothing(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    (series,) = stage.series()
    lines = series.body.split("\r\n")
    body = "\r\n".join("DURATION:P2911995D" if line.startswith("DTEND") else line for line in lines)
    headers = {"Content_Type": "text/calendar", "If_Match": series.etag}
    stage.server.ask("PUT", series.href, body.encode(), **headers)
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.service.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
