"""Ways through the state machine that are easily got wrong, each played in a small world."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from syncd.engine.apply import intended, sendable
from syncd.model.facts import Fact, Outcome, Source
from syncd.model.keys import Kind
from syncd.model.people import Period, Retry
from syncd.model.records import Delta, Fate, Pause, Record, Scope, applied
from syncd.reconcile.actions import Act
from syncd.reconcile.standing import begins
from syncd.reconcile.trace import decode
from tests.household import clients, person
from tests.reconcile.world import ZONE, Room, acts, roster, writes


def test_an_entry_that_was_dragged_and_marked_at_one_look_stays_where_the_user_put_it() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "18:20")
    start = datetime(2026, 12, 3, 17, 15, tzinfo=ZONE)
    record = room.record()
    room.edit(record, title="x Ann Lee: call", start=start, end=start + timedelta(minutes=30))
    room.settle()
    (fact,) = room.facts()
    assert fact.at == start
    assert room.entry(attempt=1).start == start
    assert room.entry(attempt=1).end == start + timedelta(minutes=30)


def test_history_that_the_user_moved_is_not_moved_back_as_its_mark_is_corrected() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "10:20")
    room.mark("x {}")
    room.settle()
    start = datetime(2026, 12, 2, 9, 0, tzinfo=ZONE)
    record = room.record()
    room.edit(record, title="m Ann Lee: call", start=start, end=start + timedelta(minutes=15))
    room.settle()
    assert room.outcomes() == ["left-message"]
    assert room.entry(attempt=1).start == start


def test_history_is_not_moved_as_what_was_logged_before_its_time_is_corrected() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.edit(room.record(), guests=1)  # it cannot be taken out
    log(room, outcome=Outcome.REACHED)
    room.settle()
    start = room.entry(attempt=1).start
    room.at("2026-12-05")
    room.settle()
    room.mark("i {}", attempt=1)
    room.settle()
    assert room.entry(attempt=1).title.startswith("↩")
    assert room.entry(attempt=1).start == start


@pytest.mark.parametrize("days", [0, 1, 5])
def test_a_drag_that_was_understood_stands_though_it_could_not_be_acknowledged(days: int) -> None:
    room = Room(roster=roster(person()))
    room.settle()
    start = datetime(2026, 12, 3, 15, 0, tzinfo=ZONE) + timedelta(days=days)
    room.drag(start)
    for _ in range(3):  # what was about to be written is remembered, and never arrives
        plan = room.plan()
        intents = {r.uid: r for r in intended([a for a in plan.actions if sendable(a)])}
        records = tuple(intents.get(r.uid, r) for r in room.state.records)
        room.state = replace(room.state, facts=room.state.facts.plus(plan.facts), records=records)
        room.later(minutes=2)
    room.settle()
    assert room.entry().start == start
    assert len(room.facts()) == (1 if days else 0)
    room.later(days=8 if days == 5 else 1)
    assert room.entry().start == start


def test_a_retry_is_written_though_the_hours_here_and_there_never_meet() -> None:
    room = Room(roster=roster(person(timezone="America/Los_Angeles")))
    room.settle()
    room.at("2026-12-03", "10:20")
    room.mark("m {}")
    room.settle()
    assert room.record().key.attempt == 2


def test_a_touch_closes_again_as_not_reached_after_an_earlier_mark_was_corrected() -> None:
    room = Room(roster=roster(person(channels=("call",)), lists=[clients(retry=Retry(tries=2))]))
    room.settle()
    room.at("2026-12-03", "10:20")
    room.mark("m {}")
    room.settle()
    second = room.entry()
    assert isinstance(second.start, datetime)
    room.now = second.start + timedelta(minutes=20)
    room.mark("m {}")
    room.settle()
    assert room.outcomes() == ["left-message", "left-message", "not-reached"]
    room.mark("n ✉ Ann Lee: call", attempt=1)
    room.settle()
    assert room.outcomes() == ["no-answer", "left-message", "not-reached"]
    assert room.plan().facts == ()


def test_what_is_said_beside_a_snooze_is_kept() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "10:20")
    room.mark("{} >1w she is away")
    room.settle()
    notes = " ".join(fact.note for fact in room.facts())
    assert "she is away" in notes + room.entry().text + room.entry().title


def test_two_marks_on_an_acknowledged_entry_ask_once() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "10:20")
    room.mark("x {}")
    room.settle()
    room.mark("m n {}")
    room.settle()
    assert room.outcomes() == ["reached"]
    assert "Two marks stand here" in room.entry(attempt=1).text
    assert not writes(room.plan())


def test_an_event_that_is_cancelled_is_skipped() -> None:
    """As Thunderbird and others have it, which leave it in the calendar."""
    room = Room(roster=roster(person()))
    room.settle()
    room.edit(room.record(), cancelled=True)
    room.settle()
    assert room.outcomes() == ["skipped"]
    assert room.entry(attempt=1).title == "⏭ Ann Lee: call"
    assert room.entry(attempt=1).cancelled


def test_what_was_let_go_can_be_put_off() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    while not room.facts():
        room.later(days=8)
        room.settle()
    assert room.outcomes() == ["missed"]
    room.mark("{} >1w", attempt=1)
    room.settle()
    room.settle()
    assert room.outcomes() == ["snoozed"]
    entry = room.entry()
    assert isinstance(entry.start, datetime)
    assert (entry.start.date() - room.now.date(), entry.title) == (
        timedelta(days=7),
        "Ann Lee: call",
    )


@pytest.mark.parametrize("mark", ["x {}", "m {}", "stop {}", "pause {}"])
@pytest.mark.parametrize("title", [">2026-12-09 Ann Lee: call", "Ann Lee: call >6d"])
def test_a_day_in_the_place_of_our_sign_takes_the_mark_back_and_puts_off(
    mark: str, title: str
) -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "10:20")
    room.mark(mark)
    room.settle()
    room.edit(room.record(attempt=1), title=title)
    room.turned_away()
    assert room.turned_away().facts == ()
    room.settle()
    assert room.outcomes() == ["snoozed"]
    (entry,) = room.live()
    assert entry.title == "Ann Lee: call"
    assert isinstance(entry.start, datetime) and entry.start.date() == date(2026, 12, 9)


def test_a_day_in_the_place_of_our_sign_is_left_alone_once_they_were_tried_since() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "10:20")
    room.mark("m {}")
    room.settle()
    room.at("2026-12-10", "10:20")
    room.mark("m {}", attempt=2)
    room.settle()
    room.edit(room.record(attempt=1), title=">3d Ann Lee: call")
    room.settle()
    assert room.outcomes() == ["left-message", "left-message"]
    assert room.entry(attempt=1).title == ">3d Ann Lee: call"


def test_an_event_that_is_cancelled_once_it_is_acknowledged_is_history() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "10:20")
    room.mark("x {}")
    room.settle()
    room.edit(room.record(attempt=1), cancelled=True)
    room.settle()
    assert room.outcomes() == ["reached"]


def test_what_was_let_go_is_not_put_off_once_they_were_reached_since() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    while not room.facts():
        room.later(days=8)
        room.settle()
    room.later(days=1)
    who, source = room.record().key.subject, Source.LOG
    room.log(id="1", person=who, at=room.now, outcome=Outcome.REACHED, source=source,
             recorded=room.now)  # fmt: skip
    room.settle()
    room.mark("{} >1w", attempt=1)
    room.settle()
    assert room.outcomes() == ["missed", "reached"]


def test_what_nobody_marks_moves_on_three_times_and_is_let_go_the_fourth() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    uid = room.record().uid
    days = []
    while not room.facts():
        entry = room.entry()
        assert isinstance(entry.start, datetime) and isinstance(entry.end, datetime)
        days.append(f"{entry.start:%m-%d %H:%M}")
        room.now = entry.end + timedelta(hours=24) - timedelta(seconds=1)
        assert not acts(room.plan())
        room.later(seconds=1)
        room.settle()
    assert days == ["12-03 10:00", "12-10 10:00", "12-17 10:00", "12-24 10:00"]
    assert room.outcomes() == ["missed"]
    (fact,) = room.facts()
    assert (fact.entry, fact.touch) == (uid, room.record().key.day)


def test_a_drag_starts_the_count_anew() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-04", "11:00")
    room.settle()
    assert room.plan().standings["ann-lee"].trace.rolls == 1
    room.drag(datetime(2026, 12, 16, 16, 30, tzinfo=ZONE))
    room.settle()
    trace = room.plan().standings["ann-lee"].trace
    assert (trace.rolls, trace.pinned, trace.slot) == (0, True, None)


def log(room: Room, **said: Any) -> None:
    """Something is logged of Ann's open attempt, as the verb does."""
    trace = room.plan().standings["ann-lee"].trace
    key = room.record().key
    told = Fact(
        id=f"log:{room.now.isoformat()}",
        person="ann-lee",
        at=room.now,
        source=Source.LOG,
        recorded=room.now,
        channel="call",
        touch=key.day,
        attempt=key.attempt,
        opened=trace.opened,
        entry=room.record().uid,
        **said,
    )
    room.log(**vars(told))


def test_what_was_logged_before_a_mark_that_is_taken_away_is_what_its_attempt_came_to() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    log(room, outcome=Outcome.LEFT_MESSAGE)
    room.mark("x {}")  # on another device, where nothing shows yet of what was logged
    room.settle()
    assert sorted(room.outcomes()) == ["left-message", "reached"]
    room.edit(room.record(attempt=1), title="Ann Lee: call")
    room.settle()
    assert room.outcomes() == ["left-message"]
    assert room.plan().standings["ann-lee"].record.key.attempt == 2


@pytest.mark.parametrize("outcome", [Outcome.REACHED, Outcome.SKIPPED])
def test_what_was_logged_after_a_mark_that_is_unread_ends_its_touch(outcome: Outcome) -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "15:00")
    log(room, outcome=outcome)
    room.mark("n {}")
    room.settle()
    assert room.outcomes() == ["no-answer", outcome.value]
    assert room.record().key.attempt == 1
    assert room.entry().title == "↻ Ann Lee: call"
    assert room.plan().facts == ()


def test_what_was_logged_after_a_mark_that_is_unread_is_one_more_try() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "15:00")
    log(room, outcome=Outcome.LEFT_MESSAGE)
    room.mark("n {}")
    room.settle()
    assert room.outcomes() == ["no-answer", "left-message"]
    assert room.record().key.attempt == 2
    start = room.entry(attempt=2).start
    assert isinstance(start, datetime) and start.date() == date(2026, 12, 10)


def test_a_mark_beside_what_was_logged_is_taken_back_by_itself() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "15:00")
    log(room, outcome=Outcome.REACHED, note="spoke")
    room.mark("n {}")
    room.settle()
    room.edit(room.record(attempt=1), title="Ann Lee: call")
    room.settle()
    assert [(f.outcome.value, f.note) for f in room.facts()] == [("reached", "spoke")]
    assert room.record().key.attempt == 1
    assert not writes(room.plan())


def test_a_mark_beside_what_was_logged_is_read_as_well_where_its_entry_was_deleted() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "15:00")
    log(room, outcome=Outcome.REACHED)
    room.mark("n {}")
    room.delete(room.record())
    room.settle()
    assert room.outcomes() == ["no-answer", "reached"]


def test_a_skip_that_becomes_a_contact_was_one_when_the_entry_says() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-01", "09:00")
    room.mark("s {}")
    room.settle()
    start = room.entry().start
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), title="✅ Ann Lee: call")
    room.settle()
    (fact,) = room.facts()
    assert (fact.outcome, fact.at) == (Outcome.REACHED, start)
    assert room.entry(attempt=1).start == start


@pytest.mark.parametrize(
    ("paused", "day", "at"),
    [
        ("2026-12-03 10:05", "2027-01-20 10:20", "2027-01-20 10:20"),
        ("2026-12-03 10:05", "2026-12-03 10:20", "2026-12-03 10:00"),  # the wrong key
        ("2026-12-01 09:00", "2026-12-03 10:20", "2026-12-03 10:00"),
    ],
)
def test_a_pause_that_becomes_a_contact_was_no_contact_before(
    paused: str, day: str, at: str
) -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at(*paused.split())
    room.mark("pause 2 months {}")
    room.settle()
    room.at(*day.split())
    room.settle()
    room.edit(room.record(), title="✅ Ann Lee: call")
    room.turned_away()
    room.later(days=1)
    room.settle()
    (fact,) = room.facts()
    assert (fact.outcome, fact.at.astimezone(ZONE)) == (
        Outcome.REACHED,
        datetime.fromisoformat(at).replace(tzinfo=ZONE),
    )
    assert room.entry(attempt=1).start == datetime(2026, 12, 3, 10, 0, tzinfo=ZONE)


def test_the_number_that_was_wrong_is_the_one_that_the_entry_shows() -> None:
    room = Room(roster=roster(person(notes="112\n+49 30 12")))
    room.settle()
    room.at("2026-12-03", "10:20")
    record = room.record()
    assert record.seen is not None
    room.edit(record, title="wrong number Ann Lee: call", text=f"+49 30 7\n{record.seen.text}")
    room.people(person(phone="+49 89 4711"))
    room.settle()
    assert [fact.number for fact in room.facts()] == ["+49 30 901820"]


def test_an_entry_that_shows_no_number_is_about_that_of_today() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), title="wrong number Ann Lee: call", text="")
    room.settle()
    assert [fact.number for fact in room.facts()] == ["+49 30 901820"]


def test_the_number_that_was_wrong_is_the_one_that_the_line_of_a_checklist_shows() -> None:
    room = Room(roster=roster(person(), lists=[clients(as_checklist=True)]))
    room.settle()
    room.at("2026-12-03", "10:20")
    (series,) = (r for r in room.state.records if r.key.kind is Kind.BLOCK)
    assert series.seen is not None and series.seen.recurrence is not None
    recurrence = series.seen.recurrence
    marked = tuple(
        replace(each, text=each.text.replace("[ ] 10:00 Ann", "[wrong number] 10:00 Ann"))
        for each in recurrence.overrides
    )
    room.edit(series, recurrence=replace(recurrence, overrides=marked))
    room.people(person(phone="+49 89 4711"))
    room.settle()
    assert [fact.number for fact in room.facts()] == ["+49 30 901820"]


def message_left_and_the_retry_unmarked(**of: Any) -> Room:
    """A room where the time of Ann's second call has just passed, unmarked as yet."""
    room = Room(roster=roster(person(**of)))
    room.settle()
    room.at("2026-12-03", "10:20")
    room.mark("m {}")
    room.settle()
    room.now = room.entry(attempt=2).end  # type: ignore[assignment]
    return room


@pytest.mark.parametrize("days", [0, 2])
def test_a_call_that_nobody_marked_goes_on_by_mail_once_the_number_is_wrong(days: int) -> None:
    room = message_left_and_the_retry_unmarked()
    room.edit(room.record(attempt=2), guests=1)
    room.later(days=days)
    old = room.record(attempt=2)
    room.mark("wrong number {}", attempt=1)
    assert acts(room.settle()) == [Act.UPDATE, Act.UPDATE]
    new = room.record(attempt=2)
    assert (new.uid, room.entry().title, room.entry().guests) == (old.uid, "Ann Lee: email", 1)
    trace = room.plan().standings["ann-lee"].trace
    assert (trace.channel, trace.rolls, trace.slot) == ("email", 0, None)  # on a day of its own
    start = begins(room.entry().start, ZONE)
    assert room.now < start < room.now + timedelta(days=4)


def test_a_call_that_is_put_off_once_the_number_is_wrong_goes_on_by_mail_on_that_day() -> None:
    room = message_left_and_the_retry_unmarked()
    room.mark("wrong number {}", attempt=1)
    room.mark(">3d {} buy flowers", attempt=2)
    room.settle()
    assert room.entry().title == "Ann Lee: email"
    assert begins(room.entry().start, ZONE).date() == room.now.date() + timedelta(days=3)


def test_a_past_call_by_a_wrong_number_stays_where_no_other_channel_is_left() -> None:
    room = message_left_and_the_retry_unmarked(channels=("call",))
    room.mark("wrong number {}", attempt=1)
    room.settle()
    room.later(days=2)
    room.settle()
    assert room.entry(attempt=2).title == "Ann Lee: call"
    assert room.outcomes() == ["wrong-number", "not-reached"]


@pytest.mark.parametrize("first", ["x {}", "x {} good talk"])
def test_a_note_that_was_saved_twice_before_it_was_acknowledged_is_there_once(first: str) -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "10:20")
    room.mark(first)
    room.settle()
    for note in ("new job", "new job", "new job at Acme"):
        room.edit(room.record(attempt=1), title=f"✅ Ann Lee: call {note}")
        room.turned_away()
        assert room.turned_away().facts == ()
    room.settle()
    good = "good talk " if "good" in first else ""
    assert [fact.note for fact in room.facts()] == [f"{good}new job at Acme"]
    room.edit(room.record(attempt=1), title="✅ Ann Lee: call send the book")
    room.settle()
    assert [fact.note for fact in room.facts()] == [f"{good}new job at Acme send the book"]


def test_a_note_beside_a_correction_is_there_as_it_was_saved_last() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "10:20")
    room.mark("x {} good talk")
    room.settle()
    for title, note in (
        ("m ✅ Ann Lee: call", "good talk"),
        ("m ✅ Ann Lee: call her husband", "her husband"),
        ("m ✅ Ann Lee: call her husband first", "her husband first"),
        ("n ✅ Ann Lee: call", "good talk"),
    ):
        room.edit(room.record(attempt=1), title=title)
        room.turned_away()
        assert [fact.note for fact in room.facts()] == [note]
    room.settle()
    assert [(fact.outcome.value, fact.note) for fact in room.facts()] == [
        ("no-answer", "good talk")
    ]


def test_what_was_logged_keeps_its_note_beside_one_that_was_saved_twice() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.at("2026-12-03", "15:00")
    log(room, outcome=Outcome.REACHED, note="spoke")
    for note in ("new job", "new job at Acme"):
        room.edit(room.record(attempt=1), title=f"x Ann Lee: call {note}")
        room.turned_away()
    room.settle()
    assert [fact.note for fact in room.facts()] == ["spoke new job at Acme"]


def paused_and_over(room: Room) -> None:
    """Ann was paused by a mark on Thursday the 3rd for two weeks; she has her next hour on the 31st
    and the mark is on the old entry still."""
    room.settle()
    room.at("2026-12-03", "10:05")
    room.mark("pause 2 weeks {}")
    room.settle()
    for day in range(4, 29):
        room.at(f"2026-12-{day:02}")
        room.settle()


def generations(room: Room) -> dict[tuple[int, int], Record]:
    """By attempt and generation: the contact events that stand in the calendar."""
    there = [r for r in room.state.records if r.seen and r.fate in (Fate.LIVE, Fate.RELEASED)]
    contacts = [r for r in there if r.key.kind is Kind.CONTACT]
    return {(r.key.attempt, r.key.generation): r for r in contacts}


def test_the_sign_of_a_pause_that_is_over_leaves_what_was_dragged_since() -> None:
    room = Room(roster=roster(person()))
    paused_and_over(room)
    start = datetime(2026, 12, 30, 15, 0, tzinfo=ZONE)
    later = generations(room)[1, 1]
    room.edit(later, start=start, end=start + timedelta(minutes=15))
    room.settle()
    old = generations(room)[1, 0]
    assert old.seen is not None and old.seen.title == "⏸ Ann Lee: call"
    assert "away to go on before then." in old.seen.text
    room.edit(old, title="Ann Lee: call")
    room.settle()
    there = generations(room)
    assert there[1, 1].seen is not None and there[1, 1].seen.start == start
    assert there[1, 0].seen is not None and "Paused" not in there[1, 0].seen.text
    assert (there[1, 0].fate, there[1, 1].fate) == (Fate.RELEASED, Fate.LIVE)
    room.at("2026-12-30", "16:00")
    room.edit(generations(room)[1, 1], title="x Ann Lee: call")
    room.settle()
    assert room.outcomes() == ["snoozed", "reached"]


def test_the_sign_of_a_pause_that_is_over_leaves_what_was_tried_since() -> None:
    room = Room(roster=roster(person()))
    paused_and_over(room)
    room.at("2026-12-31", "10:20")
    room.edit(generations(room)[1, 1], title="m Ann Lee: call")
    room.settle()
    before = generations(room)[2, 0].seen
    room.later(hours=3)
    room.edit(generations(room)[1, 0], title="Ann Lee: call")
    room.settle()
    assert room.outcomes() == ["left-message"]
    assert generations(room)[2, 0].seen == before


def not_left(room: Room) -> Record:
    """A message, its retry dragged to Wednesday, and then no message after all: gives the retry."""
    room.settle()
    room.at("2026-12-03", "10:20")
    room.mark("m {}")
    room.settle()
    start = datetime(2026, 12, 9, 15, 0, tzinfo=ZONE)
    room.edit(generations(room)[2, 0], start=start, end=start + timedelta(minutes=15))
    room.settle()
    room.edit(generations(room)[1, 0], title="Ann Lee: call")
    room.settle()
    assert room.outcomes() == ["snoozed"]
    retry = generations(room)[2, 0]
    assert retry.seen is not None and retry.seen.start == start
    return retry


def test_a_message_that_was_not_left_leaves_the_retry_that_was_dragged() -> None:
    room = Room(roster=roster(person()))
    retry = not_left(room)
    room.at("2026-12-09", "15:20")
    room.edit(retry, title="n Ann Lee: call")
    room.settle()
    assert room.outcomes() == ["snoozed", "no-answer"]
    assert (3, 0) in generations(room)


def test_the_retry_that_goes_on_instead_is_skipped_by_deleting_it() -> None:
    room = Room(roster=roster(person()))
    room.delete(not_left(room))
    room.settle()
    assert "skipped" in room.outcomes()
    assert list(generations(room)) == [(1, 0)]


def test_the_retry_that_goes_on_instead_rolls_over_by_itself() -> None:
    room = Room(roster=roster(person()))
    not_left(room)
    before = generations(room)[1, 0].seen
    room.at("2026-12-10", "16:00")
    room.settle()
    retry = generations(room)[2, 0].seen
    assert retry is not None and retry.start > room.now
    assert generations(room)[1, 0].seen == before


def test_an_old_event_that_is_the_users_stays_in_a_pause() -> None:
    room = Room(roster=roster(person()))
    not_left(room)
    before = generations(room)[1, 0].seen
    pause = Pause(scope=Scope.ALL, name="", since=room.now.date())
    room.state = applied(room.state, Delta(pauses=(pause,)))
    room.settle()
    there = generations(room)
    assert list(there) == [(1, 0)] and there[1, 0].seen == before


def test_nor_does_it_go_in_a_pause_once_the_user_moved_it_ahead() -> None:
    room = Room(roster=roster(person()))
    not_left(room)
    start = datetime(2026, 12, 11, 9, 0, tzinfo=ZONE)
    room.edit(generations(room)[1, 0], start=start, end=start + timedelta(minutes=15))
    pause = Pause(scope=Scope.ALL, name="", since=room.now.date())
    room.state = applied(room.state, Delta(pauses=(pause,)))
    room.settle()
    old = generations(room)[1, 0].seen
    assert old is not None and old.start == start


@pytest.mark.parametrize(
    ("title", "outcomes"), [("✉ Ann Lee: call", ["left-message"]), ("Ann Lee: call", [])]
)
def test_a_sign_is_corrected_where_an_app_took_our_properties_and_the_database_is_lost(
    title: str, outcomes: list[str]
) -> None:
    room = Room(roster=roster(person()), holds=lambda entry: replace(entry, trace=""))
    room.settle()
    room.at("2026-12-03", "10:20")
    room.mark("x {}")
    room.settle()
    bare = (replace(r, base=None, intent=None, consumed=None) for r in room.state.records)
    room.state = replace(room.state, records=tuple(bare))
    room.settle()
    room.edit(room.record(attempt=1), title=title)
    room.settle()
    assert room.outcomes() == outcomes


def test_what_nobody_knows_the_age_of_is_not_taken_up_after_a_contact() -> None:
    """An app took our properties away, and the database was lost, before its block rested."""
    room = Room(roster=roster(person(), lists=[clients(cadence=Period(days=7))]))
    room.settle()
    record = room.record()
    assert record.base is not None
    trace = decode(record.base.trace)
    assert trace is not None and trace.opened is not None
    base = replace(record.base, trace=replace(trace, opened=None).encode())
    stripped = replace(base, trace="")
    out = replace(record, fate=Fate.UNPLACED, base=base, seen=stripped)
    others = tuple(r for r in room.state.records if r.uid != record.uid)
    room.state = replace(room.state, records=(*others, out))
    room.log(id="1", person="ann-lee", at=room.now, outcome=Outcome.REACHED, source=Source.LOG,
             recorded=room.now)  # fmt: skip
    room.settle()
    assert room.record().key.day == date(2026, 12, 10)
