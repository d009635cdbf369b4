"""Each row of the state machine, as a story: what the user does, and what follows."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from syncd.errors import ConfigError
from syncd.model.people import Period, Retry
from syncd.model.records import Scope
from tests.household import clients, person, weekly
from tests.stories.stage import BEGIN, ZONE, Make, when


def test_who_is_due_gets_the_first_free_slot_of_the_next_occurrence(make: Make) -> None:
    stage = make("Ann Lee", person("Bob Roy", last_contact=date(2026, 8, 1)))
    stage.sync()
    assert stage.starts("Bob Roy", "Ann Lee") == ["thu 03 10:00", "thu 03 10:15"]
    ann = stage.contact("Ann Lee")
    assert ann.title == "Ann Lee: call"
    assert ann.end == ann.start + timedelta(minutes=15)
    assert ann.private
    assert not ann.busy
    assert ann.alarm is None
    assert ann.text.splitlines()[0] == "+49 30 901820"
    key = stage.key(ann)
    assert (key.subject, key.day, key.attempt) == ("ann-lee", date(2026, 12, 3), 1)
    (series,) = stage.series()
    assert series.busy
    assert series.alarm == timedelta(minutes=10)


def test_who_is_not_due_waits(make: Make) -> None:
    stage = make(person("Ann Lee", last_contact=date(2026, 11, 20)))
    stage.sync()
    assert stage.contacts() == []
    assert stage.due("Ann Lee") == date(2027, 1, 1)
    stage.now = datetime(2026, 12, 25, 8, tzinfo=ZONE)
    stage.sync()
    assert stage.starts("Ann Lee") == ["thu 07 10:00"]


def test_written_ahead_are_the_next_two_occurrences_and_no_more(make: Make) -> None:
    stage = make(*(f"P{n} Roy" for n in range(11)))
    stage.sync()
    starts = sorted(when(each.start) for each in stage.contacts())
    assert starts == [
        f"thu {day} 10:{minute}" for day in ("03", "10") for minute in ("00", "15", "30", "45")
    ]
    assert len(stage.series()) == 1


def test_logged_while_waiting_it_moves_the_anchor(make: Make) -> None:
    stage = make(person("Ann Lee", last_contact=date(2026, 11, 1)))
    stage.sync()
    stage.service.log("ann", note="met her in the street")
    stage.sync()
    assert stage.due("Ann Lee") == date(2027, 1, 12)
    stage.service.log("ann", "left-message")
    stage.sync()
    assert stage.due("Ann Lee") == date(2027, 1, 12)
    assert stage.outcomes("Ann Lee") == ["reached", "left-message"]
    assert stage.contacts() == []


def test_reached_closes_the_touch_and_the_next_is_a_cadence_later(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "✅ {} new job at Acme")
    stage.sync()
    ann = stage.contact("Ann Lee")
    assert ann.title == "✅ Ann Lee: call"
    assert when(ann.start) == "thu 03 10:00"
    assert "Reached by call, Thursday 3 December 2026: new job at Acme" in ann.text
    assert "Next: around Thursday 14 January 2027." in ann.text
    (fact,) = stage.facts("Ann Lee")
    assert (fact.outcome.value, fact.channel, fact.note) == ("reached", "call", "new job at Acme")
    assert fact.at == datetime(2026, 12, 3, 10, 0, tzinfo=ZONE)
    assert stage.due("Ann Lee") == date(2027, 1, 14)
    stage.now = datetime(2027, 1, 8, 8, tzinfo=ZONE)
    stage.sync()
    again = stage.contact("Ann Lee")
    assert when(again.start) == "thu 14 10:00"
    assert "new job at Acme" in again.text


def test_they_called(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "i {}")
    stage.sync()
    assert stage.contact("Ann Lee").title == "↩ Ann Lee: call"
    assert [fact.direction.value for fact in stage.facts("Ann Lee")] == ["in"]
    assert stage.due("Ann Lee") == date(2027, 1, 14)


def test_a_message_left_is_followed_by_another_try_on_a_day_of_its_own(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "m {}")
    stage.sync()
    first, second = stage.contacts("Ann Lee")
    assert first.title == "✉ Ann Lee: call"
    assert second.title == "Ann Lee: call"
    key = stage.key(second)
    assert (key.day, key.attempt) == (stage.key(first).day, 2)
    assert isinstance(second.start, datetime)
    local = second.start.astimezone(ZONE)
    assert local.date() == date(2026, 12, 10)
    assert local.time() >= time(13)  # three hours from the time of day that failed
    assert second.alarm == timedelta(0)
    assert "Left a message" in second.text


def test_no_answer_is_tried_again_sooner_and_within_the_hours(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "{} no answer")
    stage.sync()
    first, second = stage.contacts("Ann Lee")
    assert first.title == "↻ Ann Lee: call"
    assert isinstance(second.start, datetime)
    local = second.start.astimezone(ZONE)
    assert local.date() == date(2026, 12, 7)  # three days later is a Sunday
    assert time(9) <= local.time() <= time(17, 45)


def test_retries_may_be_wanted_in_the_block(make: Make) -> None:
    stage = make("Ann Lee", lists=(clients(retry=Retry(in_block=True)),))
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "m {}")
    stage.sync()
    assert stage.starts("Ann Lee") == ["thu 10 10:00"]
    assert stage.contact("Ann Lee").alarm is None


def test_after_three_tries_the_next_channel_has_one_and_then_the_touch_closes(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    titles = []
    for _ in range(4):
        entry = stage.contact("Ann Lee")
        titles.append(entry.title)
        assert isinstance(entry.start, datetime)
        stage.now = entry.start + timedelta(minutes=20)
        stage.mark("Ann Lee", "n {}")
        stage.sync()
    assert titles == ["Ann Lee: call"] * 3 + ["Ann Lee: email"]
    assert stage.outcomes("Ann Lee") == ["no-answer"] * 4 + ["not-reached"]
    assert len(stage.contacts("Ann Lee")) == 4
    last = stage.now.date()
    assert stage.due("Ann Lee") == last + timedelta(days=42)


def test_a_channel_without_an_address_is_left_out(make: Make) -> None:
    stage = make(person("Ann Lee", phone=None))
    stage.sync()
    assert stage.contact("Ann Lee").title == "Ann Lee: email"


def test_a_skip_by_mark(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.mark("Ann Lee", "s {}")
    stage.sync()
    ann = stage.contact("Ann Lee")
    assert ann.title == "⏭ Ann Lee: call"
    assert when(ann.start) == "thu 03 10:00"  # it stays where it is
    assert stage.due("Ann Lee") == date(2027, 1, 14)  # from the entry's day, not from today


def test_deleting_what_is_ahead_is_a_skip(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.app.delete(stage.contact("Ann Lee"))
    stage.sync()
    assert stage.contacts() == []
    (fact,) = stage.facts("Ann Lee")
    assert (fact.outcome.value, fact.source.value) == ("skipped", "deletion")
    assert stage.due("Ann Lee") == date(2027, 1, 14)


def test_a_deleted_entry_that_is_put_back_is_no_skip(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    ann = stage.contact("Ann Lee")
    stage.app.delete(ann)
    stage.sync()
    stage.app.restore(ann)
    stage.sync()
    assert stage.outcomes("Ann Lee") == []
    (again,) = stage.contacts("Ann Lee")
    assert (again.uid, again.title) == (ann.uid, "Ann Lee: call")


def test_deleting_what_has_passed_means_what_no_mark_means(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    before = stage.key(stage.contact("Ann Lee"))
    stage.app.delete(stage.contact("Ann Lee"))
    stage.sync()
    (ann,) = stage.contacts("Ann Lee")
    assert when(ann.start) == "thu 10 10:00"
    key = stage.key(ann)
    assert key == before.next_generation()
    assert stage.facts("Ann Lee") == []


def test_deleting_what_was_acknowledged_is_tidying(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    stage.app.delete(stage.contact("Ann Lee"))
    stage.sync()
    assert stage.contacts() == []
    assert stage.outcomes("Ann Lee") == ["reached"]


def test_a_drag_to_another_day_is_a_snooze(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    before = stage.contact("Ann Lee")
    stage.app.drag(before, datetime(2026, 12, 8, 16, 30, tzinfo=ZONE))
    stage.sync()
    (ann,) = stage.contacts("Ann Lee")
    assert (ann.uid, when(ann.start)) == (before.uid, "tue 08 16:30")
    assert ann.alarm == timedelta(0)
    assert stage.outcomes("Ann Lee") == []
    assert [f.outcome.value for f in stage.facts("Ann Lee", everything=True)] == ["snoozed"]
    stage.at("thu 08:00")
    stage.sync()
    assert stage.starts("Ann Lee") == ["tue 08 16:30"]


def test_a_drag_within_its_hour_only_changes_the_time(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.app.drag(stage.contact("Ann Lee"), datetime(2026, 12, 3, 10, 40, tzinfo=ZONE))
    stage.sync()
    assert stage.starts("Ann Lee") == ["thu 03 10:40"]
    assert stage.facts("Ann Lee", everything=True) == []


def test_a_drag_into_the_past_is_no_snooze(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.app.drag(stage.contact("Ann Lee"), datetime(2026, 11, 30, 12, tzinfo=ZONE))
    stage.sync()
    assert stage.facts("Ann Lee", everything=True) == []
    assert stage.starts("Ann Lee") == ["mon 30 12:00"]
    stage.at("12:15")
    stage.sync()
    assert stage.starts("Ann Lee") == ["thu 03 10:00"]  # unmarked for a day: it moves on


@pytest.mark.parametrize(
    ("token", "day"), [(">3d", "04"), (">1w", "08"), (">fri", "04"), (">2026-12-09", "09")]
)
def test_a_token_puts_it_on_another_day(make: Make, token: str, day: str) -> None:
    stage = make("Ann Lee")
    stage.sync()
    before = stage.contact("Ann Lee")
    stage.mark("Ann Lee", f"{{}} {token}")
    stage.sync()
    (ann,) = stage.contacts("Ann Lee")
    assert (ann.uid, ann.title) == (before.uid, "Ann Lee: call")
    assert when(ann.start).split()[1] == day
    assert [f.outcome.value for f in stage.facts("Ann Lee", everything=True)] == ["snoozed"]


def test_a_token_that_is_no_day_asks(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.mark("Ann Lee", "{} >someday")
    stage.sync()
    ann = stage.contact("Ann Lee")
    assert "«>someday» is not a day that can be read" in ann.text
    assert when(ann.start) == "thu 03 10:00"


def test_unmarked_it_moves_on_a_day_after_its_end_and_the_fourth_time_is_missed(
    make: Make,
) -> None:
    stage = make("Ann Lee")
    stage.sync()
    uid = stage.contact("Ann Lee").uid
    seen = []
    for _ in range(4):
        seen.append(stage.starts("Ann Lee")[0])
        stage.at("fri 10:10")
        stage.sync()
        assert stage.starts("Ann Lee") == seen[-1:]  # its day of grace
        stage.at("10:20")
        stage.sync()
        assert [each.uid for each in stage.contacts("Ann Lee")] == [uid]
    assert seen == ["thu 03 10:00", "thu 10 10:00", "thu 17 10:00", "thu 24 10:00"]
    assert stage.outcomes("Ann Lee") == ["missed"]
    assert stage.due("Ann Lee") == date(2027, 2, 5)
    assert "Let go this time" in stage.contact("Ann Lee").text


def test_without_a_block_the_event_is_on_the_due_day_and_moves_on_to_the_next(make: Make) -> None:
    stage = make(person("Ann Lee", last_contact=date(2026, 10, 26)), blocks=())
    stage.sync()
    assert stage.starts("Ann Lee") == ["mon 07 09:00"]
    assert stage.contact("Ann Lee").alarm == timedelta(0)
    stage.now = datetime(2026, 12, 8, 9, 20, tzinfo=ZONE)
    stage.sync()
    assert stage.starts("Ann Lee") == ["tue 08 09:30"]


def test_outside_blocks_a_day_holds_so_many(make: Make) -> None:
    stage = make(*(f"P{n} Roy" for n in range(8)), blocks=(), lists=(clients(a_day=3),))
    stage.sync()
    days = sorted(when(each.start).split()[1] for each in stage.contacts())
    assert days == ["01"] * 3 + ["02"] * 3 + ["03"] * 2


def test_a_pause_takes_what_is_ahead_out_and_its_end_brings_it_back(make: Make) -> None:
    from syncd.engine.pausing import pause, resume

    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    pause(stage.service, Scope.PERSON, "ann", date(2026, 12, 9))
    stage.sync()
    assert stage.contacts("Ann Lee") == []
    assert stage.starts("Bob Roy") == ["thu 03 10:15"]
    stage.now = datetime(2026, 12, 9, 8, tzinfo=ZONE)
    stage.sync()
    assert stage.starts("Bob Roy", "Ann Lee") == ["thu 10 10:00", "thu 10 10:15"]
    assert stage.due("Ann Lee") == date(2026, 12, 9)  # nothing is late while paused
    pause(stage.service, Scope.ALL, "", None)
    stage.sync()
    assert stage.contacts("Ann Lee") == []
    resume(stage.service, Scope.ALL, "")
    stage.sync()
    assert sorted(stage.starts("Bob Roy", "Ann Lee")) == ["thu 10 10:00", "thu 10 10:15"]


def test_a_pause_of_no_time_changes_nothing(make: Make) -> None:
    from syncd.engine.pausing import pause, resume

    stage = make("Ann Lee")
    stage.sync()
    pause(stage.service, Scope.ALL, "", None)
    stage.sync()
    resume(stage.service, Scope.ALL, "")
    stage.sync()
    assert stage.due("Ann Lee") == date(2026, 10, 13)
    assert stage.starts("Ann Lee") == ["thu 03 10:00"]


def test_a_pause_by_mark_stands_in_the_entry_and_is_taken_away_there(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.mark("Ann Lee", "⏸ {}")
    stage.sync()
    ann = stage.contact("Ann Lee")
    assert ann.title == "⏸ Ann Lee: call"
    assert "Paused until Monday 1 March 2027" in ann.text
    stage.at("fri 12:00")
    stage.sync()
    assert len(stage.contacts("Ann Lee")) == 1
    stage.app.retitle(stage.contact("Ann Lee"), "Ann Lee: call")
    stage.sync()
    assert stage.outcomes("Ann Lee") == []
    stage.at("sat 12:30")
    stage.sync()
    assert stage.starts("Ann Lee") == ["thu 10 10:00"]


def test_a_pause_in_the_people_file(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    paused = person("Ann Lee", paused=True, paused_until=date(2027, 1, 15))
    stage.with_people(paused)
    stage.sync()
    assert stage.contacts() == []
    assert stage.due("Ann Lee") == date(2027, 1, 15)
    stage.with_people(person("Ann Lee"))
    stage.sync()
    assert stage.starts("Ann Lee") == ["thu 03 10:00"]


def test_a_person_removed_from_the_files_loses_what_is_ahead_and_keeps_their_history(
    make: Make,
) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.at("thu 10:40")
    stage.mark("Ann Lee", "m {}")
    stage.sync()
    stage.with_people(person("Bob Roy"))
    stage.sync()
    (left,) = stage.contacts("Ann Lee")
    assert left.title == "✉ Ann Lee: call"
    stage.with_people(person("Ann Lee"), person("Bob Roy"))
    stage.sync()
    again = stage.contact("Ann Lee")
    assert stage.key(again).attempt == 2  # it goes on where it was
    assert stage.key(again).day == stage.key(left).day


def test_what_the_user_wrote_into_stays_when_its_person_is_removed(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    ann = stage.contact("Ann Lee")
    stage.app.describe(ann, ann.text + "\nAsk about the boat!")
    stage.sync()
    stage.with_people(person("Bob Roy"))
    stage.sync()
    assert "Ask about the boat!" in stage.contact("Ann Lee").text


def test_an_edited_cadence_concerns_the_next_touch(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    before = stage.contact("Ann Lee")
    stage.with_people(person("Ann Lee", cadence=Period(months=12), channels=("email",)))
    stage.sync()
    assert stage.contact("Ann Lee").uid == before.uid
    assert stage.contact("Ann Lee").title == "Ann Lee: call"
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    assert stage.due("Ann Lee") == date(2027, 12, 3)


def test_logged_inside_the_touch_it_is_as_the_mark(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.service.log("bob")  # his entry is ahead: it goes
    stage.sync()
    assert stage.contacts("Bob Roy") == []
    stage.at("thu 10:20")
    stage.service.log("ann", "left-message", note="by the way")  # hers is past: it is acknowledged
    stage.sync()
    first, second = stage.contacts("Ann Lee")
    assert first.title == "✉ Ann Lee: call"
    assert "by the way" in first.text
    assert stage.key(second).attempt == 2


def test_logged_as_before_the_touch_it_moves_the_anchor(make: Make) -> None:
    stage = make("Ann Lee", "Bob Roy")
    stage.sync()
    stage.service.log("ann", at=datetime(2026, 11, 28, 12, tzinfo=ZONE))
    stage.service.log("bob", at=datetime(2026, 10, 1, 12, tzinfo=ZONE))
    stage.sync()
    assert stage.contacts("Ann Lee") == []
    assert stage.due("Ann Lee") == date(2027, 1, 9)
    assert stage.starts("Bob Roy") == ["thu 03 10:15"]  # still due: it stays


def test_what_was_logged_can_be_taken_back(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    stage.service.undo("ann")
    stage.sync()
    assert stage.outcomes("Ann Lee") == []
    (ann,) = stage.contacts("Ann Lee")
    assert ann.title == "Ann Lee: call"


def test_a_changed_mark_corrects_the_fact(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "m {}")
    stage.sync()
    assert len(stage.contacts("Ann Lee")) == 2
    first = stage.contacts("Ann Lee")[0]
    stage.app.retitle(first, "x " + first.title)
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    (ann,) = stage.contacts("Ann Lee")  # the try that came of the message is withdrawn
    assert ann.title == "✅ Ann Lee: call"
    assert [f.outcome.value for f in stage.facts("Ann Lee", everything=True)] == [
        "left-message",
        "reached",
    ]


def test_a_mark_taken_away_opens_the_attempt_again_where_it_stands(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "m {}")
    stage.sync()
    first = stage.contacts("Ann Lee")[0]
    stage.app.retitle(first, "Ann Lee: call")
    stage.sync()
    (ann,) = stage.contacts("Ann Lee")
    assert (ann.uid, ann.title) == (first.uid, "Ann Lee: call")
    assert stage.outcomes("Ann Lee") == []
    assert when(ann.start) == "thu 03 10:00"


def test_marked_before_its_time_it_moves_there_and_its_slot_is_filled_again(make: Make) -> None:
    stage = make(*(f"P{n} Roy" for n in range(9)))
    stage.sync()
    first = min(stage.contacts(), key=lambda each: str(each.start))
    waiting = {f"P{n} Roy" for n in range(9)} - {e.title.split(":")[0] for e in stage.contacts()}
    assert len(waiting) == 1
    stage.at("tue 12:00")
    stage.app.retitle(first, f"x {first.title}")
    stage.sync()
    name = first.title.split(":")[0]
    marked = stage.contact(name)
    assert when(marked.start) == "tue 01 12:00"
    (fact,) = stage.facts(name)
    assert fact.at == stage.now
    assert stage.starts(*waiting) == ["thu 03 10:00"]


def test_two_different_marks_ask_and_change_nothing(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "✅ ✉ {}")
    stage.sync()
    ann = stage.contact("Ann Lee")
    assert "Two marks stand here, reached and left-message" in ann.text
    assert stage.facts("Ann Lee") == []
    stage.app.retitle(ann, "✅ Ann Lee: call")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert "Two marks" not in stage.contact("Ann Lee").text


def test_a_mark_and_a_drag_at_one_look(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.app.drag(stage.contact("Ann Lee"), datetime(2026, 12, 9, 9, tzinfo=ZONE))
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert len(stage.contacts("Ann Lee")) == 1


def test_the_users_words_and_times_stay(make: Make) -> None:
    stage = make("Ann Lee", lists=(clients(), clients(name="others")))
    stage.sync()
    ann = stage.contact("Ann Lee")
    stage.app.describe(ann, "My own line above\n" + ann.text + "\nand one below")
    stage.app.retitle(stage.contact("Ann Lee"), "Ring my sister")
    stage.sync()
    stage.with_people(person("Ann Lee", notes="Likes tea."))
    stage.sync()
    ann = stage.contact("Ann Lee")
    assert ann.title == "Ring my sister"
    assert ann.text.splitlines()[0] == "My own line above"
    assert ann.text.splitlines()[-1] == "and one below"
    assert "Likes tea." in ann.text
    stage.at("thu 10:20")
    stage.app.retitle(ann, "✅ Ring my sister")
    stage.sync()
    assert stage.outcomes("Ann Lee") == ["reached"]
    assert "My own line above" in stage.contact("Ann Lee").text


def test_somebody_who_comes_back_under_another_id_is_asked_about(make: Make) -> None:
    stage = make("Ann Lee")
    stage.sync()
    stage.at("thu 10:20")
    stage.mark("Ann Lee", "x {}")
    stage.sync()
    stage.with_people(person("Ann Lee-Roy", phone=None, email="ann@example.org"))
    with pytest.raises(ConfigError, match=r"formerly: \[ann-lee\] here; if not, write formerly: "):
        stage.service.sync()
    stage.with_people(person("Ann Lee-Roy", formerly=("ann-lee",), last_contact=None))
    stage.sync()
    assert stage.outcomes("Ann Lee-Roy") == ["reached"]
    assert stage.due("Ann Lee-Roy") == date(2027, 1, 14)


def test_newcomers_are_spread_over_a_cadence(make: Make) -> None:
    people = [person(f"P{n} Roy", last_contact=None) for n in range(12)]
    stage = make(*people, block=weekly(lasts=timedelta(hours=3)))
    stage.sync()
    days = sorted(each.due for each in stage.service.due() if each.due)
    assert days[0] == BEGIN.date()
    assert days[-1] > BEGIN.date() + timedelta(days=35)
    assert len(set(days)) == 12
