"""Contact events that are tasks: ticked, cancelled, postponed, and deleted with a last word.

Each is told of a calendar that keeps the time of day at which a task is due, and of one that keeps
only the date, as Google does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from syncd.model.entries import Entry, Sighting
from syncd.model.facts import Direction, Facts, Outcome, Source
from syncd.model.people import Person
from syncd.model.records import Delta, Fate, applied
from syncd.model.roster import GoogleSettings
from syncd.reconcile.absorb import absorb
from tests.household import clients, person
from tests.reconcile.world import DEPLOYMENT, NOW, SETTINGS, ZONE, Room, roster, writes

THURSDAY = date(2026, 12, 3)


def timed(entry: Entry) -> Entry:
    return entry


def dated(entry: Entry) -> Entry:
    """As Google Tasks keeps one: a date, no alarm."""
    if not entry.task or not isinstance(entry.start, datetime):
        return entry
    day = entry.start.astimezone(ZONE).date()
    return replace(entry, start=day, end=day + timedelta(days=1), alarm=None)


Furnish = Callable[..., Room]


@pytest.fixture(params=[timed, dated])
def furnish(request: pytest.FixtureRequest) -> Furnish:
    def made(*people: Person, **more: Any) -> Room:
        known = roster(*(people or (person(),)), lists=[clients(as_task=True, **more)])
        room = Room(roster=known, holds=request.param)
        room.settle()
        return room

    return made


def day_of(entry: Entry) -> date:
    return entry.start.astimezone(ZONE).date() if isinstance(entry.start, datetime) else entry.start


def postpone(room: Room, day: date, who: str = "ann-lee") -> None:
    """The user gives a task another date, and it stays as it is kept there."""
    entry = room.entry(who)
    start = (
        datetime.combine(day, entry.start.time(), ZONE)
        if isinstance(entry.start, datetime)
        else day
    )
    end = start if isinstance(start, datetime) else start + timedelta(days=1)
    room.edit(room.record(who), start=start, end=end)


def test_a_task_is_due_in_its_occurrence_and_says_how_to_tick_it(furnish: Furnish) -> None:
    room = furnish()
    entry = room.entry()
    assert entry.task and not entry.done and entry.recurrence is None
    assert day_of(entry) == THURSDAY
    assert entry.title == "Ann Lee: call"
    assert "Tick it off when reached" in entry.text
    assert room.series().seen is not None and not room.series().seen.task


def test_ticked_off_is_reached_when_it_says(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "18:00")
    when = datetime(2026, 12, 3, 9, 12, tzinfo=UTC)
    room.edit(room.record(), done=True, completed=when)
    room.settle()
    (fact,) = room.facts()
    assert (fact.outcome, fact.source, fact.at) == (Outcome.REACHED, Source.MARK, when)
    entry = room.entry(attempt=1)
    assert entry.title == "✅ Ann Lee: call" and entry.done
    assert day_of(entry) == THURSDAY
    assert "log reached" in entry.text
    assert not writes(room.tick())


def test_without_a_time_of_completion_it_was_when_it_was_due(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "18:00")
    room.edit(room.record(), done=True)
    room.settle()
    assert room.facts()[0].at == datetime(2026, 12, 3, 10, tzinfo=ZONE)


def test_a_time_of_completion_before_the_touch_or_ahead_is_not_believed(furnish: Furnish) -> None:
    for told in (datetime(1990, 1, 1, tzinfo=UTC), datetime(2150, 1, 1, tzinfo=UTC)):
        room = furnish()
        room.at("2026-12-03", "18:00")
        room.edit(room.record(), done=True, completed=told)
        room.settle()
        assert NOW <= room.facts()[0].at <= room.now


def test_ticked_ahead_of_its_day_it_stays_on_its_day(furnish: Furnish) -> None:
    room = furnish()
    room.edit(room.record(), done=True, completed=room.now.astimezone(UTC))
    room.settle()
    assert room.outcomes() == ["reached"]
    assert day_of(room.entry(attempt=1)) == THURSDAY


def test_a_mark_in_the_title_counts_before_a_tick(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), title="m Ann Lee: call", done=True)
    room.settle()
    assert room.outcomes() == ["left-message"]
    entry = room.entry(attempt=1)
    assert entry.title == "✉ Ann Lee: call" and entry.done
    retry = room.entry(attempt=2)
    assert retry.task and not retry.done


def test_what_was_added_to_the_title_of_a_ticked_task_is_the_note(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), title="Ann Lee: call new job at Acme", done=True)
    room.settle()
    assert room.facts()[0].note == "new job at Acme"
    assert room.entry(attempt=1).title == "✅ Ann Lee: call"


def test_a_tick_is_read_once_though_it_could_not_be_acknowledged(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True)
    for _ in range(3):
        plan = room.plan()
        room.state = replace(
            room.state,
            facts=room.state.facts.plus(plan.facts),
            records=tuple(
                {r.uid: r for r in (*room.state.records, *(a.record for a in plan.actions))}[uid]
                for uid in sorted({r.uid for r in room.state.records})
            ),
        )
        room.later(minutes=2)
    assert len(room.state.facts) == 1


def test_ticked_and_unticked_before_it_was_acknowledged_it_is_open_again(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True)
    plan = room.plan()
    (action,) = [a for a in plan.actions if a.record.key.subject == "ann-lee"]
    room.state = replace(
        room.state,
        facts=Facts.of(plan.facts),
        records=tuple(
            action.record if r.uid == action.record.uid else r for r in room.state.records
        ),
    )
    room.edit(room.record(), done=False)
    room.settle()
    assert room.outcomes() == []
    assert not room.entry().done


def test_a_mark_whose_acknowledgement_never_arrived_is_not_taken_back(furnish: Furnish) -> None:
    room = furnish(person())
    room.settle()
    room.at("2026-12-03", "11:10")
    record = room.record()
    assert record.seen is not None  # over a lost database, without our fields
    bare = replace(record, base=None, intent=None, seen=replace(record.seen, trace=""))
    room.state = applied(room.state, Delta(records=(bare,)))
    room.mark("x {}")
    room.turned_away()
    assert not room.turned_away().facts
    room.settle()
    assert room.outcomes() == ["reached"]


def test_ticked_and_cancelled_before_it_was_acknowledged_it_is_skipped(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True)
    room.turned_away()
    assert room.outcomes() == ["reached"]
    room.edit(room.record(), done=False, cancelled=True)
    room.turned_away()
    assert room.turned_away().facts == ()
    room.settle()
    assert room.outcomes() == ["skipped"]
    entry = room.entry(attempt=1)
    assert entry.title == "⏭ Ann Lee: call" and entry.cancelled and not entry.done
    assert room.plan().facts == ()


def test_ticked_read_and_then_cancelled_and_deleted_it_is_skipped(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    record = room.edit(room.record(), done=True)
    room.turned_away()
    room.edit(room.record(), done=False, cancelled=True)
    room.delete(record)
    room.settle()
    assert room.outcomes() == ["skipped"]


def test_unticking_an_acknowledged_task_takes_the_fact_back(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True)
    room.settle()
    room.edit(room.record(attempt=1), done=False, completed=None)
    room.settle()
    assert room.outcomes() == []
    entry = room.entry(attempt=1)
    assert entry.title == "Ann Lee: call" and not entry.done and room.record().fate is Fate.LIVE
    room.edit(room.record(), done=True)
    room.settle()
    assert room.outcomes() == ["reached"]


@pytest.mark.parametrize("said", ["Ann Lee: call", "✅ Ann Lee: call"])
def test_ticked_again_before_it_could_be_opened_again_it_counts_anew(
    furnish: Furnish, said: str
) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True)
    room.settle()
    room.edit(room.record(attempt=1), title=said, done=False, completed=None)
    room.turned_away()
    assert room.turned_away().facts == () and room.outcomes() == []
    room.edit(room.record(attempt=1), done=True)
    room.turned_away()
    assert room.turned_away().facts == () and room.outcomes() == ["reached"]
    room.settle()
    assert room.outcomes() == ["reached"]
    entry = room.entry(attempt=1)
    assert entry.title == "✅ Ann Lee: call" and entry.done


@pytest.mark.parametrize("said", ["Dinner with Ann", "Ann Lee: call ask about Acme"])
def test_what_is_written_while_the_tick_is_taken_away_stays(furnish: Furnish, said: str) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True)
    room.settle()
    room.edit(room.record(attempt=1), title=said, done=False, completed=None)
    room.settle()
    assert room.outcomes() == []
    assert room.entry(attempt=1).title == said


def test_a_mark_typed_in_the_place_of_a_tick_stays(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True)
    room.settle()
    room.edit(room.record(attempt=1), title="m Ann Lee: call", done=False, completed=None)
    room.turned_away()
    assert room.turned_away().facts == ()
    room.settle()
    assert room.outcomes() == ["left-message"]
    assert room.entry(attempt=1).title == "✉ Ann Lee: call"


def test_a_correction_that_was_typed_stays_where_the_task_is_opened_after_it(
    furnish: Furnish,
) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True)
    room.settle()
    room.edit(room.record(attempt=1), title=f"m {SIGNED}")
    room.turned_away()
    room.edit(room.record(attempt=1), done=False, completed=None)
    room.turned_away()
    room.settle()
    assert room.outcomes() == ["left-message"]
    assert room.entry(attempt=1).title == "✉ Ann Lee: call"


@pytest.mark.parametrize("what", ["done", "cancelled"])
def test_what_is_set_on_a_task_that_is_put_off_counts(furnish: Furnish, what: str) -> None:
    """Where the sign has gone, and neither could be acknowledged yet."""
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.mark("m {}")
    room.settle()
    room.edit(room.record(attempt=1), title="Ann Lee: call >3d", done=False, completed=None)
    room.turned_away()
    room.edit(room.record(attempt=1), **{what: True})
    room.turned_away()
    room.settle()
    expected = "reached" if what == "done" else "skipped"
    assert {*room.outcomes()} == {"snoozed", expected}


def test_a_tick_beside_a_task_that_stays_cancelled_is_none(furnish: Furnish) -> None:
    room = furnish()
    room.edit(room.record(), cancelled=True)
    room.settle()
    room.mark("x {}", attempt=1)
    room.settle()
    room.edit(room.record(attempt=1), done=True)
    room.settle()
    assert room.outcomes() == ["reached"]


@pytest.mark.parametrize("words", ["{} foo", ">3d {}"])
def test_a_tick_that_was_taken_back_is_no_new_one_with_other_words(
    furnish: Furnish, words: str
) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True)
    room.settle()
    room.edit(room.record(attempt=1), title="Ann Lee: call")
    room.turned_away()
    room.edit(room.record(attempt=1), title=words.format("Ann Lee: call"))
    room.settle()
    assert "reached" not in room.outcomes()


def test_a_tick_that_stays_under_a_sign_taken_away_is_no_new_one(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True)
    room.settle()
    room.edit(room.record(attempt=1), title="Ann Lee: call")
    room.turned_away()
    assert room.turned_away().facts == ()
    room.settle()
    assert room.outcomes() == []
    assert not room.entry(attempt=1).done


def test_taking_the_sign_away_opens_the_task_again(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True)
    room.settle()
    room.edit(room.record(attempt=1), title="Ann Lee: call")
    room.settle()
    assert room.outcomes() == []
    assert not room.entry(attempt=1).done


def test_another_mark_on_an_acknowledged_task_corrects_it(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True)
    room.settle()
    room.mark("m {}", attempt=1)
    room.settle()
    assert room.outcomes() == ["left-message"]
    assert room.entry(attempt=1).done


def test_cancelled_is_skipped_and_stays_cancelled(furnish: Furnish) -> None:
    room = furnish()
    room.edit(room.record(), cancelled=True)
    room.settle()
    assert room.outcomes() == ["skipped"]
    entry = room.entry(attempt=1)
    assert entry.cancelled and not entry.done and entry.title == "⏭ Ann Lee: call"
    room.edit(room.record(attempt=1), cancelled=False)
    room.settle()
    assert room.outcomes() == []
    assert room.entry(attempt=1).title == "Ann Lee: call"


def test_what_was_cancelled_and_is_done_after_all_is_reached(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), cancelled=True)
    room.settle()
    room.edit(room.record(attempt=1), done=True, cancelled=False)
    room.turned_away()
    assert room.turned_away().facts == ()
    room.settle()
    assert room.outcomes() == ["reached"]
    assert room.entry(attempt=1).title == SIGNED
    room.edit(room.record(attempt=1), title="Ann Lee: call")
    room.settle()
    assert room.outcomes() == [], "and that is taken back like any other"


@pytest.mark.parametrize(
    ("mark", "outcome"), [("x", "reached"), ("m", "left-message"), ("s", "skipped")]
)
def test_what_is_cancelled_once_it_is_acknowledged_is_history(
    furnish: Furnish, mark: str, outcome: str
) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.mark(f"{mark} {{}}")
    room.settle()
    for cancelled in (True, False):  # and taken back, which leaves it ticked off
        room.edit(room.record(attempt=1), done=True, cancelled=cancelled)
        room.settle()
        assert room.outcomes() == [outcome]


def test_deleted_while_ahead_is_skipped(furnish: Furnish) -> None:
    room = furnish()
    room.delete(room.record())
    room.settle()
    assert room.outcomes() == ["skipped"]


def test_postponed_to_another_day_it_is_pinned_there(furnish: Furnish) -> None:
    room = furnish()
    postpone(room, date(2026, 12, 9))
    room.settle()
    assert room.outcomes() == ["snoozed"]
    assert day_of(room.entry()) == date(2026, 12, 9)
    room.at("2026-12-09", "18:00")
    room.settle()
    assert day_of(room.entry()) == date(2026, 12, 9)
    room.edit(room.record(), done=True)
    room.settle()
    assert room.outcomes() == ["snoozed", "reached"]


def test_postponed_by_a_token_it_moves_there(furnish: Furnish) -> None:
    room = furnish()
    room.mark("{} >1w")
    room.settle()
    assert day_of(room.entry()) == date(2026, 12, 8)
    assert room.entry().title == "Ann Lee: call"


def test_unmarked_it_moves_on_to_the_next_occurrence_and_is_let_go_in_the_end(
    furnish: Furnish,
) -> None:
    room = furnish()
    days = []
    for _ in range(60):
        room.later(days=1)
        room.settle()
        if room.outcomes():
            break
        days.append(day_of(room.entry()))
    assert list(dict.fromkeys(days)) == [
        date(2026, 12, 3),
        date(2026, 12, 10),
        date(2026, 12, 17),
        date(2026, 12, 24),
    ]
    assert room.outcomes() == ["missed"]
    assert room.entry(attempt=1).done


def test_as_many_as_the_hour_has_room_for_and_in_order(furnish: Furnish) -> None:
    people = [person(name) for name in ("Ann Lee", "Bob Roe", "Cid Oz", "Dora X", "Eve Y")]
    room = furnish(*people)
    due = [day_of(room.entry(each.id)) for each in people]
    assert due == [THURSDAY] * 4 + [date(2026, 12, 10)]
    override = next(iter(room.series().seen.recurrence.overrides))  # type: ignore[union-attr]
    assert "10:45 Dora X" in override.text
    room.later(hours=1)
    assert not writes(room.tick())


def test_the_tick_of_an_entry_whose_trace_was_stripped_counts(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True, trace="")
    room.settle()
    assert room.outcomes() == ["reached"]
    assert room.entry(attempt=1).done


def test_a_tick_counts_where_it_could_not_be_acknowledged_at_once(furnish: Furnish) -> None:
    """Nor does anything tell what of the entry is ours."""
    room = furnish()
    bare = (replace(r, base=None, intent=None, consumed=None) for r in room.state.records)
    room.state = replace(room.state, records=tuple(bare))
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True, trace="")
    room.turned_away()
    room.settle()
    assert room.outcomes() == ["reached"]
    assert room.entry(attempt=1).title == "✅ Ann Lee: call"
    room.edit(room.record(attempt=1), title="Ann Lee: call", done=False)
    room.settle()
    assert room.outcomes() == []


SIGNED = "✅ Ann Lee: call"
UNSIGNED = "Ann Lee: call"


@pytest.mark.parametrize(
    ("steps", "outcomes"),
    [
        ([{"done": False}, {"done": True}, {"done": False}], []),
        ([{"done": False}, {"cancelled": True}, {"cancelled": False}], []),
        ([{"done": False}, {"title": f"m {SIGNED}"}, {"title": SIGNED}], []),
        ([{"title": UNSIGNED}, {"done": False}, {"done": True}], ["reached"]),
        (
            [{"done": False}, {"done": True}, {"title": f">3d {UNSIGNED}", "done": False}],
            ["snoozed"],
        ),
    ],
)
def test_what_is_set_and_goes_again_before_it_could_be_opened_again(
    furnish: Furnish, steps: list[dict[str, Any]], outcomes: list[str]
) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True)
    room.settle()
    for step in steps:
        room.edit(room.record(attempt=1), **{"completed": None, **step})
        room.turned_away()
    assert room.turned_away().facts == ()
    room.settle()
    assert room.outcomes() == outcomes
    assert room.entry(attempt=1).done == (outcomes == ["reached"])


def test_a_tick_that_goes_again_under_a_day_put_off_is_none(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    for step in ({"title": f">3d {UNSIGNED}"}, {"done": True}, {"done": False}):
        room.edit(room.record(attempt=1), completed=None, **step)
        room.turned_away()
    room.settle()
    assert room.outcomes() == ["snoozed"] and not room.entry(attempt=1).done


def test_what_was_logged_stays_where_nothing_of_ours_is_known_to_have_arrived(
    furnish: Furnish,
) -> None:
    """The database was lost, an app took our fields away, and syncd ended as it wrote."""
    room = furnish()
    room.at("2026-12-03", "10:20")
    record = room.edit(room.record(), trace="")
    bare = replace(room.record(), base=None, intent=None, consumed=None)
    room.state = applied(room.state, Delta(records=(bare,)))
    room.log(
        id="log:1",
        person="ann-lee",
        at=room.now,
        outcome=Outcome.REACHED,
        source=Source.LOG,
        recorded=room.now,
        touch=record.key.day,
        attempt=1,
        entry=record.uid,
    )
    room.turned_away()
    room.settle()
    assert room.outcomes() == ["reached"]
    assert room.entry(attempt=1).title == SIGNED


def test_a_day_behind_our_own_sign_puts_nothing_off(furnish: Furnish) -> None:
    """Nor where the note before it could not be acknowledged yet."""
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.edit(room.record(), done=True)
    room.settle()
    for more in (" new boat", " new boat >3d"):
        room.edit(room.record(attempt=1), title=f"{SIGNED}{more}")
        room.turned_away()
    room.settle()
    assert room.outcomes() == ["reached"]
    assert room.entry(attempt=1).title.startswith("✅")


def bared(room: Room) -> None:
    """The database is lost, and an app took our fields away."""
    bare = (replace(r, base=None, intent=None, consumed=None) for r in room.state.records)
    room.state = replace(room.state, records=tuple(bare))
    room.edit(room.record(attempt=1), trace="")


def test_over_a_lost_database_a_mark_is_read_beside_the_channel_of_an_older_list() -> None:
    family = clients(name="family", channels=("email",))
    room = Room(roster=roster(person(), lists=[clients(), family]))
    room.settle()
    bared(room)
    room.mark("i {}", attempt=1)
    room.people(person(list="family"))
    room.settle()
    assert [(f.outcome, f.direction) for f in room.facts()] == [(Outcome.REACHED, Direction.IN)]


@pytest.mark.parametrize(("title", "outcomes"), [(UNSIGNED, []), (f"m {SIGNED}", ["left-message"])])
def test_over_a_lost_database_the_text_says_that_our_sign_had_arrived(
    furnish: Furnish, title: str, outcomes: list[str]
) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.mark("x {}")
    room.settle()
    bared(room)
    room.turned_away()
    room.edit(room.record(attempt=1), title=title, done=bool(outcomes), completed=None)
    room.turned_away()
    room.settle()
    assert room.outcomes() == outcomes


@pytest.mark.parametrize("words", ["↩ {} >3d", "↩ {} about the boat"])
def test_an_old_sign_of_ours_beside_the_users_words_is_no_mark(
    furnish: Furnish, words: str
) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    record = room.record()
    room.mark("i {}")
    room.settle()
    (fact,) = room.state.facts
    undone = replace(fact, id=f"{fact.id}~undo", supersedes=fact.id, void=True)
    logged = replace(
        fact, id="log:1", direction=Direction.OUT, source=Source.LOG, recorded=room.now
    )
    room.edit(room.record(attempt=1), title=words.format(UNSIGNED))
    room.state = applied(room.state, Delta(facts=(undone, logged), verb=True))
    room.settle()
    assert [(f.outcome, f.direction) for f in room.facts() if f.entry == record.uid] == [
        (Outcome.REACHED, Direction.OUT)
    ]


def test_the_sign_of_a_task_whose_trace_was_stripped_is_no_tick(furnish: Furnish) -> None:
    room = furnish()
    room.at("2026-12-03", "10:20")
    room.mark("i {}")
    room.settle()
    assert room.entry(attempt=1).done
    bare = (replace(r, base=None, intent=None, consumed=None) for r in room.state.records)
    room.state = replace(room.state, records=tuple(bare))
    room.edit(room.record(), trace="")
    room.settle()
    assert [(f.outcome, f.direction) for f in room.facts()] == [(Outcome.REACHED, Direction.IN)]


def test_an_event_that_stands_stays_an_event_when_its_list_is_of_tasks_now() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    room.roster = roster(person(), lists=[clients(as_task=True)])
    room.settle()
    assert not room.entry().task
    room.at("2026-12-03", "10:20")
    room.mark("m {}")
    room.settle()
    assert not room.entry(attempt=1).task and room.entry(attempt=2).task


def test_what_was_marked_and_then_deleted_unread_counts() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    record = room.record()
    assert record.seen is not None
    last = replace(record.seen, title="m Ann Lee: call she is away", cancelled=True)
    room.at("2026-12-03", "10:20")
    told = absorb(
        "home", DEPLOYMENT, [record], [], frozenset({record.href}), last_words={record.href: last}
    )
    assert told.absent == {record.uid}
    room.state = replace(
        room.state,
        records=tuple(told.records.get(r.uid, r) for r in room.state.records),
    )
    room.gone |= told.absent
    room.settle()
    (fact,) = room.facts()
    assert (fact.outcome, fact.note) == (Outcome.LEFT_MESSAGE, "she is away")
    assert room.record(attempt=1).fate is Fate.GONE
    assert room.entry(attempt=2).title == "Ann Lee: call"


def test_what_we_took_out_ourselves_has_no_last_words() -> None:
    room = Room(roster=roster(person()))
    room.settle()
    record = replace(room.record(), leaving=Fate.UNPLACED)
    assert record.seen is not None
    last = replace(record.seen, title="x Ann Lee: call")
    told = absorb(
        "home", DEPLOYMENT, [record], [], frozenset({record.href}), last_words={record.href: last}
    )
    assert told.records[record.uid] == record


class TestColours:
    def furnished(self) -> Room:
        google = GoogleSettings(
            credentials=None,
            token=Path("token.json"),
            colours={"10": Outcome.REACHED, "5": Outcome.LEFT_MESSAGE},
        )
        known = replace(roster(person()), calendars={"home": replace(SETTINGS, google=google)})
        room = Room(roster=known)
        room.settle()
        room.at("2026-12-03", "10:20")
        return room

    def test_a_colour_that_stands_for_an_outcome_is_a_mark(self) -> None:
        room = self.furnished()
        room.edit(room.record(), colour="10")
        room.settle()
        assert room.outcomes() == ["reached"]
        assert room.entry(attempt=1).title == "✅ Ann Lee: call"
        assert room.entry(attempt=1).colour == "10"

    def test_any_other_colour_is_the_users(self) -> None:
        room = self.furnished()
        room.edit(room.record(), colour="3")
        assert not writes(room.tick())
        assert room.outcomes() == []

    def test_a_mark_in_the_title_counts_before_a_colour(self) -> None:
        room = self.furnished()
        room.edit(room.record(), colour="10", title="m Ann Lee: call")
        room.settle()
        assert room.outcomes() == ["left-message"]

    def test_another_colour_corrects(self) -> None:
        room = self.furnished()
        room.edit(room.record(), colour="10")
        room.settle()
        room.edit(room.record(attempt=1), colour="5")
        room.settle()
        assert room.outcomes() == ["left-message"]

    def test_another_colour_corrects_what_could_not_be_acknowledged_yet(self) -> None:
        room = self.furnished()
        room.edit(room.record(), colour="10")
        room.turned_away()
        room.edit(room.record(), colour="5")
        room.turned_away()
        assert room.turned_away().facts == ()
        room.settle()
        assert room.outcomes() == ["left-message"]
        assert room.entry(attempt=1).title == "✉ Ann Lee: call"

    def test_a_colour_that_was_taken_away_unacknowledged_may_be_given_again(self) -> None:
        room = self.furnished()
        for colour in ("10", "", "10"):
            room.edit(room.record(), colour=colour)
            room.turned_away()
        room.settle()
        assert room.outcomes() == ["reached"]

    @pytest.mark.parametrize("between", ["", "3"])
    def test_a_colour_may_be_given_again_once_it_was_taken_off(self, between: str) -> None:
        room = self.furnished()
        steps = ({"colour": "10"}, {"title": UNSIGNED}, {"colour": between}, {"colour": "10"})
        for step in steps:
            room.edit(room.record(attempt=1), **step)
            room.settle()
        assert room.outcomes() == ["reached"]

    def test_a_colour_given_again_to_what_is_acknowledged_goes_with_its_sign(self) -> None:
        room = self.furnished()
        for step in ({"colour": "10"}, {"colour": ""}, {"colour": "10"}, {"title": UNSIGNED}):
            room.edit(room.record(attempt=1), **step)
            room.settle()
        assert room.outcomes() == []

    def test_a_colour_given_again_to_what_was_put_off_counts(self) -> None:
        room = self.furnished()
        room.edit(room.record(), colour="10")
        room.settle()
        for step in ({"title": f"{UNSIGNED} >3d", "colour": ""}, {"colour": "10"}):
            room.edit(room.record(attempt=1), **step)
            room.turned_away()
        room.settle()
        assert "reached" in room.outcomes()

    def test_a_colour_given_again_after_another_before_it_could_be_opened_again(self) -> None:
        room = self.furnished()
        room.edit(room.record(), colour="10")
        room.settle()
        for step in ({"title": UNSIGNED}, {"colour": "5"}, {"colour": "10"}):
            room.edit(room.record(attempt=1), **step)
            room.turned_away()
        room.settle()
        assert room.outcomes() == ["reached"]

    @pytest.mark.parametrize(("colour", "outcome"), [("5", "left-message"), ("10", "reached")])
    def test_a_colour_given_before_it_could_be_opened_again_counts(
        self, colour: str, outcome: str
    ) -> None:
        room = self.furnished()
        room.edit(room.record(), colour="10")
        room.settle()
        room.edit(room.record(attempt=1), title="Ann Lee: call", colour="")
        room.turned_away()
        assert room.turned_away().facts == () and room.outcomes() == []
        room.edit(room.record(attempt=1), colour=colour)
        room.turned_away()
        assert room.turned_away().facts == () and room.outcomes() == [outcome]
        room.settle()
        assert room.outcomes() == [outcome]

    def test_a_colour_that_stays_before_it_could_be_opened_again_is_no_new_one(self) -> None:
        room = self.furnished()
        room.edit(room.record(), colour="10")
        room.settle()
        room.edit(room.record(attempt=1), title="Ann Lee: call")
        room.turned_away()
        assert room.turned_away().facts == ()
        room.settle()
        assert room.outcomes() == []
        assert not writes(room.tick())

    def test_a_colour_given_before_a_day_put_off_could_be_said_counts(self) -> None:
        room = self.furnished()
        room.mark(">3d {}")
        room.turned_away()
        room.edit(room.record(), colour="10")
        room.turned_away()
        room.settle()
        assert sorted(room.outcomes()) == ["reached", "snoozed"]

    def test_a_colour_whose_contact_was_taken_back_by_a_verb_is_no_new_one(self) -> None:
        room = self.furnished()
        room.edit(room.record(), colour="10")
        room.turned_away()
        (fact,) = room.state.facts
        undone = replace(fact, id=f"{fact.id}~undo", supersedes=fact.id, void=True)
        room.state = applied(room.state, Delta(facts=(undone,), verb=True))
        assert room.turned_away().facts == ()
        room.settle()
        assert room.outcomes() == []

    def test_taking_the_sign_away_takes_it_back_though_the_colour_stays(self) -> None:
        room = self.furnished()
        room.edit(room.record(), colour="10")
        room.settle()
        room.edit(room.record(attempt=1), title="Ann Lee: call")
        room.settle()
        assert room.outcomes() == []
        assert not writes(room.tick())

    def test_without_a_map_a_colour_means_nothing(self) -> None:
        room = Room(roster=roster(person()))
        room.settle()
        room.edit(room.record(), colour="10")
        assert not writes(room.tick())

    def test_over_a_lost_database_a_colour_on_one_that_was_missed_is_a_mark(self) -> None:
        room = self.furnished()
        while not room.facts():
            room.later(days=8)
            room.settle()
        (missed,) = room.facts()
        assert missed.outcome is Outcome.MISSED
        room.edit(next(r for r in room.state.records if r.uid == missed.entry), colour="10")
        bare = (replace(r, base=None, intent=None, consumed=None) for r in room.state.records)
        room.state = replace(room.state, records=tuple(bare))
        room.settle()
        assert room.outcomes() == ["reached"]

    def test_over_a_lost_database_another_sign_in_the_place_of_ours_corrects(self) -> None:
        """An app took our fields away, too: what is acknowledged is in the text alone."""
        room = self.furnished()
        room.edit(room.record(), colour="10")
        room.settle()
        bare = (replace(r, base=None, intent=None, consumed=None) for r in room.state.records)
        room.state = replace(room.state, records=tuple(bare))
        room.edit(room.record(attempt=1), title=f"↩ {UNSIGNED}", trace="")
        room.settle()
        assert [(f.outcome, f.direction) for f in room.facts()] == [(Outcome.REACHED, Direction.IN)]

    def test_over_a_lost_database_a_colour_that_was_read_is_none(self) -> None:
        room = self.furnished()
        room.edit(room.record(), title="m Ann Lee: call", colour="10")
        room.settle()
        bare = (replace(r, base=None, intent=None, consumed=None) for r in room.state.records)
        room.state = replace(room.state, records=tuple(bare))
        room.settle()
        assert room.outcomes() == ["left-message"]


def test_a_task_that_cannot_be_read_is_left_alone() -> None:
    room = Room(roster=roster(person(), lists=[clients(as_task=True)]))
    room.settle()
    record = room.record()
    told = absorb(
        "home",
        DEPLOYMENT,
        [record],
        [Sighting(href=record.href, version="9", problem="it has no date any more")],
        frozenset(),
    )
    assert told.problems and told.records[record.uid].seen == record.seen
