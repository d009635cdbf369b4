"""What the user wrote into hours goes along where the rule of their block changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest

from syncd.engine.apply import intended
from syncd.model.entries import Entry, Override, Sighting
from syncd.model.keys import Kind
from syncd.model.records import Delta, Fate, Record, applied
from syncd.reconcile.actions import WRITES, Act
from syncd.reconcile.occurrences import expand
from syncd.reconcile.plan import Plan, World, make
from syncd.reconcile.text import checksums
from syncd.reconcile.trace import checksum, decode
from tests.household import clients, weekly
from tests.reconcile.test_placing import overdue, ruled
from tests.reconcile.world import SETTINGS, ZONE, Room, acts, roster

HOURS = timedelta(minutes=90)
WORDS = "Ask the bank for the form"
CHANGES: list[dict[str, Any]] = [
    {"lasts": timedelta(minutes=90)},
    {"at": time(15)},
    {"timezone": "Europe/Paris"},
    {"rule": "FREQ=WEEKLY;BYDAY=MO,WE"},
    {"rule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"},
]


def written_into(room: Room, number: int = 0, **fields: Any) -> None:
    """The user writes into an hour ahead that names who is up."""
    series = room.series()
    assert series.seen is not None and series.seen.recurrence is not None
    ahead = [o for o in series.seen.recurrence.overrides if o.start > room.now]
    chosen = ahead[number]
    fields = {"text": f"{chosen.text}\n\n{WORDS}", **fields}
    overrides = tuple(
        replace(o, **fields) if o is chosen else o for o in series.seen.recurrence.overrides
    )
    room.edit(series, recurrence=replace(series.seen.recurrence, overrides=overrides))
    room.settle()


def hours(room: Room) -> list[Override]:
    """The hours ahead that differ from their series, sorted."""
    found = [
        override
        for record in room.state.records
        if record.key.kind is Kind.BLOCK and record.seen and record.seen.recurrence
        for override in record.seen.recurrence.overrides
        if override.start > room.now and record.fate is Fate.LIVE
    ]
    return sorted(found, key=lambda each: each.start)


@pytest.mark.parametrize("begun", [False, True])
@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_it_goes_along_with_the_hour(change: dict[str, Any], begun: bool) -> None:
    room = Room(roster=roster(overdue(0, "Ann"), overdue(-1, "Bob")))
    room.settle()
    if begun:
        room.at("2026-12-04", "11:30")
        room.settle()
    written_into(room, title="Outreach with Carl", alarm=timedelta(hours=1))
    room.roster = replace(room.roster, blocks={"weekly": weekly(**change)})
    room.settle()
    told = [each for each in hours(room) if WORDS in each.text]
    assert [(each.title, each.alarm, each.text.count(WORDS)) for each in told] == [
        ("Outreach with Carl", timedelta(hours=1), 1)
    ]
    assert told == hours(room)[:1], "the first is still the first"
    assert told[0].text.count("Who is up") == 1, "what is ours is written anew"


def test_what_stood_in_an_hour_that_is_no_more_goes_to_the_next() -> None:
    room = Room(roster=roster(*(overdue(-7, f"P{n}") for n in range(8))))
    ruled(room, "TH,FR")
    room.at("2026-12-04", "11:30")
    room.settle()
    written_into(room, 0)  # Thursday
    written_into(room, 1, text="Buy flowers")  # Friday
    ruled(room, "FR")
    friday = hours(room)[0]
    assert friday.start.date().isoformat() == "2026-12-11"
    assert WORDS in friday.text and "Buy flowers" in friday.text


def test_a_series_that_the_user_called_otherwise_is_called_so_again() -> None:
    room = Room(roster=roster(overdue(0, "Ann")))
    room.settle()
    room.at("2026-12-04", "11:30")
    room.settle()
    series = room.series().seen
    assert series is not None and series.recurrence is not None
    overrides = tuple(replace(o, title="My hour") for o in series.recurrence.overrides)
    recurrence = replace(series.recurrence, overrides=overrides)
    mine = {"title": "My hour", "alarm": timedelta(hours=2), "recurrence": recurrence}
    room.edit(room.series(), **mine)
    room.settle()
    ruled(room, "MO,WE")
    newest = max(
        (r for r in room.state.records if r.key.kind is Kind.BLOCK), key=lambda r: r.key
    ).seen
    assert newest is not None
    assert (newest.title, newest.alarm) == ("My hour", timedelta(hours=2))
    assert {each.title for each in hours(room)} == {"My hour"}


def test_where_the_new_series_could_not_be_made_at_once_nothing_is_lost_or_doubled() -> None:
    room = Room(roster=roster(overdue(0, "Ann"), overdue(-1, "Bob")))
    room.settle()
    room.at("2026-12-04", "11:30")
    room.settle()
    written_into(room)
    room.roster = replace(room.roster, blocks={"weekly": weekly(rule="FREQ=WEEKLY;BYDAY=MO,WE")})
    room.settle()
    again = room.plan()
    assert not again.actions
    assert sum(each.text.count(WORDS) for each in hours(room)) == 1


def test_the_users_lines_of_an_hour_with_a_checklist_go_along_and_its_items_do_not() -> None:
    of = roster(overdue(0, "Ann"), overdue(-1, "Bob"), lists=(clients(as_checklist=True),))
    room = Room(roster=of)
    room.settle()
    room.at("2026-12-04", "11:30")
    room.settle()
    written_into(room)
    room.roster = replace(room.roster, blocks={"weekly": weekly(rule="FREQ=WEEKLY;BYDAY=MO,WE")})
    room.settle()
    text = "\n".join(each.text for each in hours(room))
    assert text.count(WORDS) == 1
    assert text.count("[ ] 10:00 Bob") == text.count("[ ] 10:15 Ann") == 1
    assert text.count("[") == 2, "lines of the hour before are ours, and stay behind"
    assert not room.facts("ann") and not room.facts("bob")


def begun(room: Room) -> Room:
    """A room whose block has had its first hour."""
    room.settle()
    room.at("2026-12-04", "11:30")
    room.settle()
    return room


def at(room: Room, day: str, **fields: Any) -> None:
    """The user writes into the hour of that day, whether or not it names anybody."""
    series = room.series()
    entry = series.seen
    assert entry is not None and entry.recurrence is not None
    assert isinstance(entry.start, datetime) and isinstance(entry.end, datetime)
    start = datetime.combine(date.fromisoformat(day), entry.start.time(), entry.start.tzinfo)
    known = {o.original: o for o in entry.recurrence.overrides}
    there = known.get(start) or Override(
        original=start,
        start=start,
        end=start + (entry.end - entry.start),
        title=entry.title,
        text="",
        alarm=entry.alarm,
    )
    if "text" in fields and not fields.pop("whole", False):
        fields["text"] = f"{there.text}\n{fields['text']}".strip()
    known[start] = replace(there, **fields)
    overrides = tuple(known[each] for each in sorted(known))
    room.edit(series, recurrence=replace(entry.recurrence, overrides=overrides))
    room.settle()


def test_hours_far_ahead_are_not_forgotten() -> None:
    room = begun(Room(roster=roster(overdue(0, "Ann"))))
    at(room, "2027-12-02", text=WORDS, title="A year on")
    ruled(room, "MO,TU,WE,FR")
    (far,) = [each for each in hours(room) if WORDS in each.text]
    assert (far.title, far.start.date()) == ("A year on", date(2027, 12, 3))


def test_what_an_hour_has_of_its_own_goes_before_what_comes_to_it() -> None:
    room = Room(roster=roster(*(overdue(-7, f"P{n}") for n in range(8))))
    ruled(room, "TH,FR")
    begun(room)
    at(room, "2026-12-11", title="With Carl", alarm=timedelta(hours=3))
    ruled(room, "FR")
    assert [(o.title, o.alarm) for o in hours(room)][:1] == [("With Carl", timedelta(hours=3))]


def test_two_hours_with_checklists_become_one() -> None:
    people = (overdue(-7, f"P{n}") for n in range(8))
    room = Room(roster=roster(*people, lists=(clients(as_checklist=True),)))
    ruled(room, "TH,FR")
    begun(room)
    at(room, "2026-12-10", text="Of Thursday")
    at(room, "2026-12-11", text="Of Friday")
    ruled(room, "FR")
    text = "\n".join(each.text for each in hours(room))
    assert (text.count("Of Thursday"), text.count("Of Friday")) == (1, 1)


def test_a_second_change_before_the_first_was_written() -> None:
    room = begun(Room(roster=roster(overdue(0, "Ann"), overdue(-1, "Bob"))))
    old = room.series().uid
    at(room, "2026-12-10", text=WORDS)
    room.roster = replace(room.roster, blocks={"weekly": weekly(at=time(15))})
    plan = room.plan()
    intents = intended([a for a in plan.actions if a.act in WRITES])
    room.state = applied(room.state, Delta(records=intents))
    room.carry_out(replace(plan, actions=tuple(a for a in plan.actions if a.record.uid == old)))
    room.roster = replace(room.roster, blocks={"weekly": weekly(at=time(16))})
    room.settle()
    assert [(o.start.hour, o.text.count(WORDS)) for o in hours(room)][:1] == [(16, 1)]


def test_it_goes_to_the_next_hour_and_not_to_one_that_was_there_before() -> None:
    room = Room(roster=roster(*(overdue(-7, f"P{n}") for n in range(8))))
    ruled(room, "MO,TU,WE,TH,FR")
    room.at("2026-12-09", "11:30")
    room.settle()
    at(room, "2026-12-10", text=WORDS)
    ruled(room, "FR")
    assert [o.start.date().day for o in hours(room) if WORDS in o.text] == [11]


def test_the_description_of_a_series_stays() -> None:
    room = begun(Room(roster=roster(overdue(0, "Ann"))))
    room.edit(room.series(), text="Dial-in: 12345")
    room.settle()
    room.roster = replace(room.roster, blocks={"weekly": weekly(lasts=timedelta(minutes=90))})
    room.settle()
    blocks = [r for r in room.state.records if r.key.kind is Kind.BLOCK and r.seen]
    newest = max(blocks, key=lambda record: record.key).seen
    assert newest is not None and newest.text == "Dial-in: 12345"


def ended(entry: Entry, end: str = " \n") -> Entry:
    """As a server keeps it that changes the ends of lines."""
    if entry.recurrence is None:
        return entry
    overrides = (
        replace(o, text="".join(f"{line.rstrip()}{end}" for line in o.text.splitlines()))
        for o in entry.recurrence.overrides
    )
    return replace(entry, recurrence=replace(entry.recurrence, overrides=tuple(overrides)))


@pytest.mark.parametrize("end", [" \n", "\r\n"])
def test_what_is_ours_is_ours_where_a_server_changes_the_ends_of_lines(end: str) -> None:
    people = roster(overdue(-7, "Ann"), overdue(-8, "Bob"))
    room = begun(Room(roster=people, holds=partial(ended, end=end)))
    at(room, "2026-12-10", text=WORDS)
    at(room, "2026-12-24", text=f"Buy flowers{end}")  # where nobody is up yet, and it settles
    room.roster = replace(room.roster, blocks={"weekly": weekly(at=time(15))})
    room.settle()
    first = hours(room)[0].text
    assert (first.count("Who is up"), first.count(WORDS)) == (1, 1)


def test_what_another_syncd_said_in_an_hour_is_ours_where_another_hour_says_nothing() -> None:
    room = begun(Room(roster=roster(overdue(-7, "Ann")), holds=ended))
    at(room, "2026-12-24", start=datetime(2026, 12, 24, 12, tzinfo=ZONE), text="")
    room.people(overdue(-7, "Ann", notes="Likes tea."))  # said in the hour, so that it is written
    room.settle()
    series = room.series().seen
    assert series is not None and series.recurrence is not None
    trace = decode(series.trace)
    assert trace is not None and checksum("") not in trace.lines
    news = "Since last time:\nSkipped, since you deleted it: Bob. To undo: syncd log --undo NAME"
    overrides = tuple(
        replace(o, text=f"{news}\n{o.text}") if o.text else o for o in series.recurrence.overrides
    )
    told = replace(trace, lines=(*trace.lines, *checksums(news)))
    recurrence = replace(series.recurrence, overrides=overrides)
    shown = ended(replace(series, recurrence=recurrence))
    room.edit(room.series(), recurrence=shown.recurrence, trace=told.encode())
    room.settle()
    texts = [o.text for o in hours(room) if o.text]
    assert texts and not any("Since last time" in text for text in texts), texts


def test_a_series_whose_end_is_not_taken_lets_the_new_one_be() -> None:
    room = begun(Room(roster=roster(overdue(0, "Ann"), overdue(-1, "Bob"))))
    old = room.series().uid
    at(room, "2026-12-10", text=WORDS)
    room.roster = replace(room.roster, blocks={"weekly": weekly(at=time(15))})
    made: list[str] = []
    for _ in range(4):  # the server refuses it again and again
        plan = room.plan()
        taken = tuple(a for a in plan.actions if a.record.uid != old)
        made += [a.record.uid for a in taken if a.record.key.kind is Kind.BLOCK]
        room.state = applied(
            room.state, Delta(records=intended([a for a in plan.actions if a.act in WRITES]))
        )
        room.carry_out(replace(plan, actions=taken))
    assert len(made) == 1, "one is made, and never taken out"
    room.settle()
    assert [(o.start.hour, o.text.count(WORDS)) for o in hours(room)][:1] == [(15, 1)]
    assert not [o for o in hours(room) if o.start.hour == 10]


def test_a_block_that_moves_house_and_is_ruled_anew_before_its_first_hour() -> None:
    room = Room(roster=roster(overdue(0, "Ann")))
    room.settle()
    at(room, "2026-12-03", text=WORDS)
    homes = {**room.roster.calendars, "office": replace(SETTINGS, name="office")}
    block = weekly(calendar="office", rule="FREQ=WEEKLY;BYDAY=MO,WE")
    room.roster = replace(room.roster, calendars=homes, blocks={"weekly": block})
    for _ in range(3):
        room.tick()
    held = [r for r in room.state.records if r.key.kind is Kind.BLOCK and r.calendar == "office"]
    (series,) = [r.seen for r in held if r.seen is not None]
    assert series.recurrence is not None
    assert sum(o.text.count(WORDS) for o in series.recurrence.overrides) == 1


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("fields", [{}, {"text": "", "title": "Outreach with Carl"}], ids=str)
def test_where_the_block_is_no_more_the_hour_stays(started: bool, fields: dict[str, Any]) -> None:
    room = Room(roster=roster(overdue(0, "Ann"), overdue(-1, "Bob")))
    room.settle()
    if started:
        room.at("2026-12-04", "11:30")
        room.settle()
    written_into(room, **fields)
    before = hours(room)[0]
    room.roster = replace(room.roster, blocks={})
    room.settle()
    (stays,) = hours(room)
    assert (stays.start, stays.title) == (before.start, before.title)
    assert stays.text == ("" if fields else WORDS), "what is ours goes"
    series = room.series().seen
    assert series is not None
    ahead = expand("weekly", series, room.now, room.now, ahead=99)
    assert [o.start for o in ahead if not o.cancelled] == [stays.start]
    room.roster = replace(room.roster, blocks={"weekly": weekly()})
    room.settle()
    assert "Who is up" not in next(o for o in hours(room) if o == stays).text


def test_where_the_block_is_no_more_and_nobody_wrote_into_it_nothing_stays() -> None:
    room = Room(roster=roster(overdue(0, "Ann")))
    room.settle()
    at(room, "2026-12-10", alarm=timedelta(hours=1))
    room.roster = replace(room.roster, blocks={})
    room.settle()
    assert not hours(room)


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("change", CHANGES[:3], ids=str)
def test_an_hour_that_was_deleted_or_moved_stays_so(change: dict[str, Any], started: bool) -> None:
    room = Room(roster=roster(overdue(0, "Ann"), overdue(-1, "Bob")))
    room.settle()
    if started:
        room.at("2026-12-04", "11:30")
        room.settle()
    friday = datetime(2026, 12, 18, 16, 0, tzinfo=ZONE)
    at(room, "2026-12-10", cancelled=True)
    at(room, "2026-12-17", start=friday, end=friday + timedelta(minutes=60))
    room.roster = replace(room.roster, blocks={"weekly": weekly(**change)})
    room.settle()
    newest = max((r for r in room.state.records if r.key.kind is Kind.BLOCK), key=lambda r: r.key)
    assert newest.seen is not None
    told = expand("weekly", newest.seen, room.now, room.now)
    assert {o.original.day: o.cancelled for o in told}[10]
    (moved,) = [o for o in told if o.original.day == 17]
    assert moved.start == friday
    assert moved.length == change.get("lasts", timedelta(minutes=60))


def test_another_alarm_in_the_yaml_reaches_the_hours_that_name_people() -> None:
    room = Room(roster=roster(overdue(0, "Ann")))
    room.settle()
    at(room, "2026-12-10", alarm=timedelta(hours=2), text=WORDS)
    block = weekly(alarm=timedelta(minutes=30))
    room.roster = replace(room.roster, blocks={"weekly": block})
    room.settle()
    assert [hour.alarm for hour in hours(room)] == [timedelta(minutes=30), timedelta(hours=2)]


def between(text: str, place: int) -> str:
    """The user writes a line between ours."""
    lines = text.split("\n")
    return "\n".join((*lines[:place], WORDS, *lines[place:]))


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("place", range(6))
def test_words_between_our_lines_of_an_hour_stay(place: int, lost: bool) -> None:
    room = Room(roster=roster(overdue(1, "Ann"), overdue(0, "Bob"), overdue(-7, "Cy")))
    room.settle()
    hour = hours(room)[0]
    at(room, "2026-12-03", text=between(hour.text, place), whole=True)
    if lost:
        bare = (replace(r, base=None, intent=None, consumed=None) for r in room.state.records)
        room.state = replace(room.state, records=tuple(bare))
        room.settle()
    block = weekly(alarm=timedelta(minutes=30))  # it is written with the text as it is
    room.roster = replace(room.roster, blocks={"weekly": block})
    room.settle()
    room.people(overdue(1, "Ann"), overdue(0, "Bob", interests=("tea",)), overdue(-7, "Cy"))
    room.settle()
    room.people(overdue(0, "Bob"), overdue(-7, "Cy"))
    room.settle()
    hour = hours(room)[0]
    assert hour.text.count(WORDS) == 1
    assert [hour.text.count(each) for each in ("Who is up:", "Bob", "Ann", "(syncd)")] == [
        1,
        1,
        0,
        1,
    ]
    room.at("2026-12-04", "12:00")
    room.settle()
    series = room.series().seen
    assert series is not None and series.recurrence is not None
    assert [o.text.count(WORDS) for o in series.recurrence.overrides if o.start.day == 3] == [1]


def test_an_hour_with_something_of_its_own_stays_once_it_is_over_and_nobody_is_up() -> None:
    room = Room(roster=roster(overdue(0, "Ann")))
    room.settle()
    at(room, "2026-12-03", own=True)
    room.people()
    room.settle()
    (hour,) = hours(room)
    assert (hour.text, hour.own) == ("", True)
    room.at("2026-12-04", "12:00")
    room.settle()
    series = room.series().seen
    assert series is not None and series.recurrence is not None
    assert series.recurrence.overrides == (hour,)


def test_an_hour_with_something_of_its_own_says_what_its_series_says_once_it_is_over() -> None:
    room = Room(roster=roster(overdue(0, "Ann")))
    room.settle()
    at(room, "2026-12-03", own=True)
    room.edit(room.series(), text=WORDS)
    room.at("2026-12-04", "12:00")
    room.settle()
    series = room.series().seen
    assert series is not None and series.recurrence is not None
    assert [(o.text, o.own) for o in series.recurrence.overrides][:1] == [(WORDS, True)]


@pytest.mark.parametrize("started", [False, True])
@pytest.mark.parametrize("change", [*CHANGES, None], ids=str)
def test_an_hour_with_something_of_its_own_stays_as_the_users(
    change: dict[str, Any] | None, started: bool
) -> None:
    room = Room(roster=roster(*(overdue(-n, f"P{n}") for n in range(9))))
    room.settle()
    if started:
        begun(room)
    day = "2026-12-17" if started else "2026-12-10"
    words = WORDS if started else ""
    at(room, day, text=words, own=True)
    old = room.series().uid
    room.roster = replace(room.roster, blocks={"weekly": weekly(**change)} if change else {})
    room.settle()
    told = [each for each in hours(room) if each.own]
    assert [(each.start.date().isoformat(), each.text) for each in told] == [(day, words)]
    assert sum(each.text.count(WORDS) for each in hours(room)) == started
    first = next(r for r in room.state.records if r.uid == old)
    assert first.fate is Fate.LIVE and first.seen is not None
    ahead = expand("weekly", first.seen, room.now, room.now, ahead=99)
    assert [o.start for o in ahead if not o.cancelled] == [told[0].start]
    if change is None:
        return
    block = [r.seen for r in room.state.records if r.key.kind is Kind.BLOCK and r.uid != old]
    assert len(block) == 1 and block[0] is not None
    starts = {o.start for o in expand("weekly", block[0], room.now, room.now, ahead=99)}
    people = (r.seen for r in room.state.records if r.key.kind is Kind.CONTACT and r.seen)
    seats = [p.start for p in people if isinstance(p.start, datetime) and p.start > room.now]
    assert seats and all(any(s <= at < s + HOURS for s in starts) for at in seats), "all go along"


def test_an_hour_with_something_of_its_own_that_was_moved_is_not_there_twice() -> None:
    room = begun(Room(roster=roster(overdue(0, "Ann"))))
    moved = datetime(2026, 12, 11, 14, tzinfo=ZONE)
    at(room, "2026-12-10", own=True, start=moved, end=moved + timedelta(hours=1))
    room.roster = replace(room.roster, blocks={"weekly": weekly(lasts=timedelta(minutes=90))})
    room.settle()
    series = [r.seen for r in room.state.records if r.key.kind is Kind.BLOCK and r.seen]
    found = [o for s in series for o in expand("weekly", s, room.now, room.now) if not o.cancelled]
    assert [o.start.date().day for o in sorted(found, key=lambda o: o.start)][:2] == [11, 17]


@pytest.mark.parametrize("change", [*CHANGES, None], ids=str)
def test_the_text_of_a_series_is_no_hours_own(change: dict[str, Any] | None) -> None:
    room = Room(roster=roster(*(overdue(-7 * n, f"P{n}") for n in range(9))))
    room.settle()
    room.edit(room.series(), text=WORDS)
    room.settle()
    room.at("2026-12-11", "12:00")
    room.settle()
    assert all(each.text.startswith(f"{WORDS}\n") for each in hours(room)) and hours(room)
    at(room, "2026-12-17", text="Buy flowers")
    room.roster = replace(room.roster, blocks={"weekly": weekly(**change)} if change else {})
    room.settle()
    assert {each.text.count(WORDS) for each in hours(room)} == {1}
    assert sum(each.text.count("Buy flowers") for each in hours(room)) == 1
    if not change:
        (stays,) = hours(room)
        assert stays.text == f"{WORDS}\nBuy flowers"


def test_an_hour_that_says_only_what_its_series_says_is_as_its_series_once_it_is_over() -> None:
    room = Room(roster=roster(*(overdue(-7 * n, f"P{n}") for n in range(9))))
    room.settle()
    room.edit(room.series(), text=WORDS)
    room.at("2026-12-11", "12:00")
    room.settle()
    assert [each.start.day for each in hours(room)][:1] == [17]
    room.at("2026-12-18", "12:00")
    room.settle()
    series = room.series().seen
    assert series is not None and series.recurrence is not None
    assert not [o for o in series.recurrence.overrides if o.start < room.now]


def test_what_cannot_be_written_is_not_thought_to_be_in_another_calendar() -> None:
    room = begun(Room(roster=roster(overdue(0, "Ann"))))
    at(room, "2026-12-10", text=WORDS, own=True)
    homes = {**room.roster.calendars, "office": replace(SETTINGS, name="office")}
    blocks = {"weekly": weekly(calendar="office")}
    room.roster = replace(room.roster, calendars=homes, blocks=blocks)
    room.tick()
    held = [r for r in room.state.records if r.key.kind is Kind.BLOCK and r.calendar == "office"]
    (series,) = [r.seen for r in held if r.seen is not None]
    assert series.recurrence is not None
    assert [(WORDS in o.text, o.own) for o in series.recurrence.overrides] == [(True, False)]


@pytest.mark.parametrize("started", [False, True])
def test_an_hour_that_was_moved_says_what_its_series_says_where_the_rule_changes(
    started: bool,
) -> None:
    room = Room(roster=roster(overdue(0, "Ann")))
    room.settle()
    if started:
        begun(room)
    moved = datetime(2026, 12, 18, 14, tzinfo=ZONE)
    at(room, "2026-12-17", start=moved, end=moved + timedelta(hours=1))
    room.edit(room.series(), text=WORDS)
    room.roster = replace(room.roster, blocks={"weekly": weekly(lasts=timedelta(minutes=90))})
    room.settle()
    assert [each.text for each in hours(room) if each.start == moved] == [WORDS]


def test_two_hours_that_become_one_say_what_their_series_says_once() -> None:
    room = Room(roster=roster(*(overdue(-7, f"P{n}") for n in range(8))))
    ruled(room, "TH,FR")
    begun(room)
    room.edit(room.series(), text=WORDS)
    at(room, "2026-12-10", text=f"{WORDS}\nOf Thursday")
    at(room, "2026-12-11", text=f"{WORDS}\nOf Friday")
    ruled(room, "FR")
    text = hours(room)[0].text
    assert [text.count(each) for each in (WORDS, "Of Thursday", "Of Friday")] == [1, 1, 1]


@pytest.mark.parametrize("fields", [{"text": WORDS}, {"guests": 1}, {"extras": True}], ids=str)
@pytest.mark.parametrize("started", [False, True])
def test_a_series_with_something_of_the_users_is_theirs(
    fields: dict[str, Any], started: bool
) -> None:
    room = Room(roster=roster(overdue(0, "Ann")))
    room.settle()
    if started:
        begun(room)
    room.edit(room.series(), **fields)
    at(room, "2026-12-10", text="Buy flowers")
    before = room.series().seen
    room.roster = replace(room.roster, blocks={})
    room.settle()
    series = room.series()
    assert series.seen is not None and series.seen.recurrence is not None
    if started:
        assert series.seen.recurrence.until is not None, "it ends as any other"
        return
    assert (series.fate, series.seen) == (Fate.RELEASED, before)
    room.roster = replace(room.roster, blocks={"weekly": weekly()})
    room.settle()
    assert series == room.series(), "it is left alone"
    assert sum(r.key.kind is Kind.BLOCK for r in room.state.records) == 2


def two_series(room: Room, first: str = "", **second: Any) -> None:
    """The user deletes the series and has it made anew, writes into the new one, and puts the old
    one back, into which they wrote `first`."""
    room.settle()
    old = room.series()
    assert old.seen is not None
    before = _written(old.seen, first, title=old.seen.title)
    room.delete(old)
    room.settle()
    gone = next(r for r in room.state.records if r.uid == old.uid)
    room.state = applied(room.state, Delta(records=(replace(gone, fate=Fate.REMOVED),)))
    room.settle()  # brought back
    (new,) = live(room)
    assert new.seen is not None and new.uid != old.uid
    room.show(new, Sighting(href=new.href, version="900", entry=_written(new.seen, **second)))
    room.settle()
    gone = next(r for r in room.state.records if r.uid == old.uid)
    room.show(gone, Sighting(href=old.href, version="901", entry=before))


def _written(entry: Entry, words: str, *, title: str, **fields: Any) -> Entry:
    assert entry.recurrence is not None
    hour, *others = entry.recurrence.overrides
    hour = replace(hour, text=f"{hour.text}\n{words}".strip(), title=title)
    told = replace(entry.recurrence, overrides=(hour, *others))
    return replace(entry, recurrence=told, **fields)


def live(room: Room) -> list[Record]:
    """The series that are there."""
    blocks = (r for r in room.state.records if r.key.kind is Kind.BLOCK)
    return [record for record in blocks if record.fate is Fate.LIVE]


@pytest.mark.parametrize("checklist", [False, True])
def test_what_was_written_into_a_second_series_is_in_the_one_that_stays(checklist: bool) -> None:
    of = roster(overdue(0, "Ann"), overdue(-1, "Bob"), lists=(clients(as_checklist=checklist),))
    room = Room(roster=of)
    alarm = timedelta(hours=2)
    two_series(room, words=WORDS, title="Outreach with Carl", text="Dial-in: 12345", alarm=alarm)
    assert len(live(room)) == 2
    room.settle()
    (kept,) = live(room)
    assert kept.seen is not None
    assert (kept.seen.text, kept.seen.alarm) == ("Dial-in: 12345", alarm)
    first, second = hours(room)
    assert (first.title, first.text.count(WORDS)) == ("Outreach with Carl", 1)
    assert (second.title, second.text.count(WORDS)) == (kept.seen.title, 0)
    assert "\n".join((first.text, second.text)).count("Bob") == 1, "what is ours is ours"
    room.later(days=5)
    room.settle()


@pytest.mark.parametrize("first", ["Buy flowers", WORDS])
def test_what_was_written_into_both_series_stays_once(first: str) -> None:
    room = Room(roster=roster(overdue(0, "Ann"), overdue(-1, "Bob")))
    two_series(room, first, words=WORDS, title="With Carl")
    room.settle()
    assert len(live(room)) == 1
    hour = hours(room)[0]
    assert [hour.text.count(each) for each in (first, WORDS, "Who is up")] == [1, 1, 1]


def test_a_series_is_cut_only_once_its_words_are_in_the_one_that_goes_on() -> None:
    """Whoever else is at work in between, and whatever becomes of the create, they are in one."""
    room = begun(Room(roster=roster(overdue(0, "Ann"), overdue(-1, "Bob"))))
    at(room, "2026-12-10", text=WORDS)
    room.roster = replace(room.roster, blocks={"weekly": weekly(rule="FREQ=WEEKLY;BYDAY=MO,WE")})
    assert acts(room.tick(), Kind.BLOCK) == [Act.CREATE]
    assert acts(room.tick(), Kind.BLOCK) == [Act.UPDATE]
    room.settle()
    assert [each.text.count(WORDS) for each in hours(room) if WORDS in each.text] == [1]


def test_a_second_series_goes_only_once_its_words_are_in_the_first() -> None:
    room = Room(roster=roster(overdue(0, "Ann")))
    two_series(room, words=WORDS, title="With Carl")
    for _ in range(3):  # the server takes none of it
        assert Act.DELETE not in acts(room.plan(), Kind.BLOCK)
    room.tick()
    assert acts(room.plan(), Kind.BLOCK) == [Act.DELETE]


def test_a_second_series_that_says_nothing_of_the_users_goes_at_once() -> None:
    room = Room(roster=roster(overdue(0, "Ann")))
    two_series(room, words="", title=weekly().title)
    assert Act.DELETE in acts(room.plan(), Kind.BLOCK)


class House(Room):
    """One with two calendars, both of which can be read."""

    def plan(self, now: datetime | None = None) -> Plan:
        absent = dict.fromkeys(("home", "office"), frozenset(self.gone))
        return make(World(roster=self.roster, state=self.state, now=self.now, absent=absent))

    def move(self, calendar: str, **changes: Any) -> None:
        """The YAML names another calendar for the block, and changes it."""
        homes = {name: replace(SETTINGS, name=name) for name in ("home", "office")}
        blocks = {"weekly": weekly(calendar=calendar, **changes)}
        self.roster = replace(self.roster, calendars=homes, blocks=blocks)

    def live(self) -> Record:
        """The block's series."""
        records = (r for r in self.state.records if r.key.kind is Kind.BLOCK)
        (found,) = (r for r in records if r.fate is Fate.LIVE)
        return found


def test_a_series_that_another_took_out_of_the_calendar_left_is_not_deleted_by_the_user() -> None:
    room = House(roster=roster(overdue(0, "Ann")))
    room.settle()
    old = room.series()
    room.move("office")
    room.tick()
    room.gone.add(old.uid)  # another syncd was here
    for _ in range(3):
        room.tick()
    assert room.live().calendar == "office"
    room.move("home")
    for _ in range(3):
        room.tick()
    assert room.live().calendar == "home"
    assert not room.plan().resting


def test_what_moves_back_is_not_taken_out_before_it_is_there() -> None:
    room = House(roster=roster(overdue(0, "Ann")))
    room.settle()
    room.move("office")
    for _ in range(3):
        room.tick()
    room.move("home")
    assert acts(room.tick(), Kind.BLOCK) == [Act.CREATE]
    assert acts(room.tick(), Kind.BLOCK) == [Act.DELETE]


@pytest.mark.parametrize("theirs", [{}, {"title": "My hour"}, {"alarm": timedelta(hours=3)}])
def test_a_series_is_called_anew_where_its_block_moves_to_another_calendar(
    theirs: dict[str, Any],
) -> None:
    room = House(roster=roster(overdue(0, "Ann")))
    room.settle()
    if theirs:
        series = room.series()
        assert series.seen is not None and series.seen.recurrence is not None
        overrides = tuple(replace(hour, **theirs) for hour in series.seen.recurrence.overrides)
        recurrence = replace(series.seen.recurrence, overrides=overrides)
        room.edit(series, recurrence=recurrence, **theirs)
        room.settle()
    wanted = {"title": "Call your clients", "alarm": timedelta(hours=1)}
    room.move("office", **wanted)
    for _ in range(3):
        room.tick()
    seen = room.live().seen
    assert seen is not None and seen.recurrence is not None
    assert {"title": seen.title, "alarm": seen.alarm} == wanted | theirs
    told = {(hour.title, hour.alarm) for hour in seen.recurrence.overrides}
    assert told == {(seen.title, seen.alarm)}
    room.roster = replace(room.roster, blocks={})
    room.settle()
    left = [r.fate for r in room.state.records if r.key.kind is Kind.BLOCK and r.seen is not None]
    assert Fate.LIVE not in left
    assert (Fate.RELEASED in left) == ("title" in theirs), "one that is not theirs is taken out"


@pytest.mark.parametrize("words", ["", "Of Thursday"])
def test_a_checklist_that_moves_and_is_ruled_anew_at_once_is_one_series(words: str) -> None:
    of = roster(overdue(0, "Ann"), overdue(-1, "Bob"), lists=(clients(as_checklist=True),))
    room = House(roster=of)
    room.settle()
    if words:
        at(room, "2026-12-10", text=words)
    room.move("office", rule="FREQ=WEEKLY;BYDAY=MO,WE")
    for _ in range(3):
        room.tick()
    room.settle()
    assert room.live().calendar == "office"
    assert "\n".join(each.text for each in hours(room)).count("Of Thursday") == bool(words)


def test_what_was_written_into_an_hour_while_its_block_moved_goes_along() -> None:
    room = House(roster=roster(overdue(0, "Ann")))
    room.settle()
    old = room.series()
    room.move("office")
    assert acts(room.tick(), Kind.BLOCK) == [Act.CREATE]
    assert old.seen is not None and old.seen.recurrence is not None
    (hour, *rest) = old.seen.recurrence.overrides
    written = replace(hour, text=f"{hour.text}\n\n{WORDS}")
    overrides = (written, *rest)
    room.edit(old, recurrence=replace(old.seen.recurrence, overrides=overrides))
    for _ in range(4):
        room.tick()
    assert room.live().calendar == "office"
    assert [o.text.count(WORDS) for o in hours(room) if WORDS in o.text] == [1]


def test_words_in_a_series_of_another_calendar_stay_there_while_the_block_rests() -> None:
    room = House(roster=roster(overdue(0, "Ann")))
    room.settle()
    old = room.series()
    room.move("office")
    for _ in range(3):
        room.tick()
    new = room.live()
    assert new.seen is not None and new.seen.recurrence is not None
    (hour, *rest) = new.seen.recurrence.overrides
    written = replace(hour, text=f"{hour.text}\n\n{WORDS}")
    overrides = (written, *rest)
    room.edit(new, recurrence=replace(new.seen.recurrence, overrides=overrides))
    # The database of yesterday knows of the old one only, which looks as if it had been deleted.
    there = replace(room.live(), base=None, intent=None, consumed=None)
    room.state = replace(room.state, records=(old, there))
    room.gone.add(old.uid)
    room.move("home")
    for _ in range(3):
        room.tick()
    assert room.plan().resting
    (left,) = (r for r in room.state.records if r.uid == new.uid)
    assert left.seen is not None and left.seen.recurrence is not None
    assert [o.text for o in left.seen.recurrence.overrides] == [WORDS]
    assert left.seen.recurrence.until is not None and left.fate is Fate.LIVE


def test_a_write_that_broke_off_between_a_series_and_its_hours_is_made_again() -> None:
    room = Room(roster=roster(overdue(1, "Ann"), overdue(0, "Bob")))
    room.settle()
    before = room.series().seen
    assert before is not None
    room.people(overdue(1, "Ann"))
    plan = room.plan()
    (write,) = (a for a in plan.actions if a.act in WRITES and a.record.key.kind is Kind.BLOCK)
    assert write.entry is not None
    room.state = applied(room.state, Delta(records=intended([write])))
    room.edit(room.series(), trace=write.entry.trace)  # its hours are as they were
    room.settle()
    assert "Bob" not in hours(room)[0].text


def test_hours_that_were_put_back_to_what_we_wrote_before_are_ours() -> None:
    room = Room(roster=roster(overdue(1, "Ann"), overdue(0, "Bob")))
    room.settle()
    before = room.series().seen
    assert before is not None
    room.people(overdue(0, "Bob"))
    room.settle()
    room.edit(room.series(), recurrence=before.recurrence, trace=before.trace)
    room.settle()
    (hour,) = hours(room)
    assert hour.text.split("\n")[0] == "Who is up:" and "Ann" not in hour.text
    assert hour.text.count("Bob") == 1


def test_a_line_of_ours_that_is_to_go_goes_where_what_is_to_stay_stands_below_it() -> None:
    room = Room(roster=roster(overdue(1, "Ann"), overdue(-7, "Bob")))
    room.settle()
    bob = room.record("bob")
    room.delete(bob)
    room.settle()
    assert hours(room)[0].text.startswith("Since last time:\nSkipped")
    room.edit(bob)
    room.settle()
    assert hours(room)[0].text.startswith("Who is up:\n")
    room.roster = replace(room.roster, blocks={})
    room.settle()
    assert not hours(room), "nothing in them was the user's"


def test_a_line_of_another_hour_that_the_user_copied_stays() -> None:
    room = Room(roster=roster(overdue(1, "Ann"), overdue(0, "Bob"), overdue(-7, "Cy")))
    room.settle()
    (line,) = [each for each in hours(room)[1].text.split("\n") if "Cy" in each]
    written_into(room, text=f"{hours(room)[0].text}\n\n{WORDS}\n{line}")
    room.people(overdue(1, "Ann"), overdue(0, "Bob"), overdue(-7, "Cy", interests=("tea",)))
    room.settle()
    assert hours(room)[0].text.endswith(f"{WORDS}\n{line}")


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_what_was_written_into_an_hour_while_its_series_was_replaced_goes_along(
    change: dict[str, Any],
) -> None:
    """The new series was made, and the old one could not be ended for the user's edit."""
    room = Room(roster=roster(overdue(0, "Ann"), overdue(-1, "Bob")))
    room.settle()
    room.at("2026-12-04", "11:30")
    room.settle()
    old = room.series()
    room.roster = replace(room.roster, blocks={"weekly": weekly(**change)})
    room.tick()
    series = old.seen
    assert series is not None and series.recurrence is not None
    (hour, *rest) = [o for o in series.recurrence.overrides if o.start > room.now]
    past = [o for o in series.recurrence.overrides if o.start <= room.now]
    written = replace(hour, text=f"{hour.text}\n\n{WORDS}")
    recurrence = replace(series.recurrence, overrides=(*past, written, *rest))
    room.edit(old, **{n: getattr(series, n) for n in ("title", "trace")}, recurrence=recurrence)
    room.settle()
    assert [o.text.count(WORDS) for o in hours(room) if WORDS in o.text] == [1]


def test_hours_that_were_only_moved_do_not_keep_a_series_that_goes() -> None:
    room = House(roster=roster(overdue(0, "Ann"), overdue(-7, "Bob")))
    room.settle()
    room.move("office")
    room.people(overdue(-7, "Bob"))
    old = room.series()
    room.tick()
    assert old.seen is not None and old.seen.recurrence is not None
    overrides = tuple(
        replace(o, start=o.start + HOURS, end=o.end + HOURS) for o in old.seen.recurrence.overrides
    )
    room.edit(old, recurrence=replace(old.seen.recurrence, overrides=overrides))
    for _ in range(4):
        room.tick()
    assert room.live().calendar == "office"
