"""Lines to be checked: how they are found, what they say, and what hostile texts may not do."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.blocks import OccurrenceId
from syncd.model.entries import Entry
from syncd.model.facts import Direction, Outcome
from syncd.model.keys import Key, Kind
from syncd.model.records import Fate
from syncd.reconcile import marks
from syncd.reconcile.checklist import (
    STATE,
    Told,
    line_of,
    lines_of,
    sheet_in,
    state_line,
    title_in,
    users_lines,
)
from syncd.reconcile.text import HOW_TO_CHECK
from tests.household import clients, person, weekly
from tests.reconcile.world import NOW, ZONE, Room, roster, writes

SLOT = OccurrenceId("weekly", date(2026, 12, 3))
TEN = datetime(2026, 12, 3, 10, tzinfo=ZONE)
TITLE = "Ann Lee: call"
OURS = line_of(TITLE, TEN, ZONE, "+49 30 901820")
KEY = Key(kind=Kind.CONTACT, subject="ann-lee", day=date(2026, 12, 3), attempt=1)
TOLD = Told(key=KEY, line=OURS, stands=OURS, trace='{"t":"x"}', note="was ill")


def read(line: str, ours: str = OURS, title: str = TITLE) -> marks.Reading:
    sign = title[0] if not title.startswith("Ann") else ""
    found = title_in(line, ours, title)
    return marks.read(found, core=TITLE, name="Ann Lee", sign=sign, today=date(2026, 12, 3))


@pytest.mark.parametrize(
    ("line", "outcome", "note"),
    [
        ("[x] 10:00 Ann Lee: call, +49 30 901820", Outcome.REACHED, ""),
        ("[X] 10:00 Ann Lee: call, +49 30 901820", Outcome.REACHED, ""),
        ("[[x]] 10:00 Ann Lee: call, +49 30 901820", Outcome.REACHED, ""),
        ("- [x] 10:00 Ann Lee: call, +49 30 901820", Outcome.REACHED, ""),
        ("• [ m ]  10:00  Ann Lee: call, +49 30 901820", Outcome.LEFT_MESSAGE, ""),
        ("m [ ] 10:00 Ann Lee: call, +49 30 901820", Outcome.LEFT_MESSAGE, ""),
        ("[ ] m 10:00 Ann Lee: call, +49 30 901820", Outcome.LEFT_MESSAGE, ""),
        ("[ ] 10:00 Ann Lee: call, +49 30 901820 m", Outcome.LEFT_MESSAGE, ""),
        ("[n] 10:00 Ann Lee: call, +49 30 901820 at noon", Outcome.NO_ANSWER, "at noon"),
        ("[left message] 10:00 Ann Lee: call, +49 30 901820", Outcome.LEFT_MESSAGE, ""),
        ("[wrong number] 10:00 Ann Lee: call, +49 30 901820", Outcome.WRONG_NUMBER, ""),
        ("[stop] 10:00 Ann Lee: call, +49 30 901820", Outcome.STOPPED, ""),
        ("[x] Ann Lee", Outcome.REACHED, ""),
        ("[x] Ann Lee said hello", Outcome.REACHED, "said hello"),
        ("x Ann Lee: call", Outcome.REACHED, ""),
    ],
)
def test_a_mark(line: str, outcome: Outcome, note: str) -> None:
    found = read(line)
    assert isinstance(found, marks.Marked), title_in(line, OURS, TITLE)
    assert (found.meaning.outcome, found.note) == (outcome, note)


@pytest.mark.parametrize(
    "line",
    [
        OURS,
        "[] 10:00 Ann Lee: call, +49 30 901820",
        "[?] 10:00 Ann Lee: call, +49 30 901820",
        "[ ] 10:00 Ann Lee: call, +49 30 901820 ask about the dog",
        "[ ] 10:15 Ann Lee: call, +49 30 901820",
        "[ ] 10:00 Ann Lee: call, +49 30 555555",
    ],
)
def test_no_mark(line: str) -> None:
    assert not isinstance(read(line), marks.Marked)


def test_a_line_with_our_sign_is_corrected_in_the_brackets() -> None:
    title = f"✉ {TITLE}"
    ours = line_of(title, TEN, ZONE)
    assert ours == "[✉] 10:00 Ann Lee: call"
    assert read(ours, ours, title) == marks.Signed()
    assert read("[ ] 10:00 Ann Lee: call", ours, title) == marks.Plain()
    for inside in ("x", "✉ x", "✉x"):
        found = read(f"[{inside}] 10:00 Ann Lee: call", ours, title)
        assert isinstance(found, marks.Marked) and found.meaning.outcome is Outcome.REACHED
    found = read("[✉] 10:00 Ann Lee: call he is away", ours, title)
    assert found == marks.Signed("he is away")


def test_each_line_is_one_persons() -> None:
    ann = line_of("Ann Lee: call", TEN, ZONE, "1")
    roy = line_of("Ann Lee Roy: call", TEN + timedelta(minutes=15), ZONE, "2")
    wanted = {"ann": ([ann], "Ann Lee: call"), "roy": ([roy], "Ann Lee Roy: call")}
    text = "\n".join(("[x] 10:15 Ann Lee Roy: call, 2 hello", "[m] 10:00 Ann Lee: call, 1"))
    found = lines_of(text, wanted)
    assert {who: line[:3] for who, line in found.items()} == {"ann": "[m]", "roy": "[x]"}
    assert lines_of("[x] Ann Lee Roy", wanted) == {"roy": "[x] Ann Lee Roy"}
    assert lines_of("– Ann Lee called", wanted) == {}


def test_what_is_said_comes_back() -> None:
    line = state_line(SLOT, [TOLD], [OURS, "Who is up:"])
    text = f"Who is up:\n{OURS}\n{line}\n{HOW_TO_CHECK}"
    sheet = sheet_in(text)
    assert sheet.of == str(SLOT) and sheet.items == (TOLD,)
    assert users_lines(f"mine\n{text}\nmine too", sheet, ()) == f"mine\n{HOW_TO_CHECK}\nmine too"
    assert users_lines(f"{text} and I", sheet, ()) == f"{HOW_TO_CHECK}\nand I"
    assert state_line(SLOT, [], [OURS]) == ""


@pytest.mark.parametrize("word", ["Danke", "call-back", "====", "a=bc", "Danke2", "ab\ncd\nef"])
@pytest.mark.parametrize("width", [1_000, 76, 7, 5, 1])
def test_a_word_below_what_an_app_wrapped_is_the_users(word: str, width: int) -> None:
    line = state_line(SLOT, [TOLD], [OURS])
    wrapped = "\n".join(line[n : n + width] for n in range(len(STATE), len(line), width))
    text = f"{OURS}\n{STATE}{wrapped}\n{word}\n{HOW_TO_CHECK}"
    sheet = sheet_in(text)
    assert sheet.items == (TOLD,)
    assert users_lines(text, sheet, ()) == f"{word}\n{HOW_TO_CHECK}"


def packed(value: object) -> str:
    return STATE + base64.urlsafe_b64encode(zlib.compress(json.dumps(value).encode())).decode()


@pytest.mark.parametrize(
    "line",
    [
        STATE,
        STATE + "AAAA",
        STATE + "💣",
        packed([]),
        packed([str(SLOT), [[]], ""]),
        packed([str(SLOT), [["ann-lee", "2026-13-01", 1, 0, "", "", ""]], ""]),
        packed([str(SLOT), [["ann-lee", "0001-01-01", 1, 0, "", "", ""]], ""]),
        packed([str(SLOT), [["", "2026-12-01", 1, 0, "", "", ""]], ""]),
        packed([str(SLOT), [["a", "2026-12-01", "x", 0, "", "", ""]], ""]),
        packed([str(SLOT), {"a": 1}, ""]),
        packed([str(SLOT), [], "zzzzzz"]),
        packed([str(SLOT), [["a", "2026-12-01", 1, 0, "", "", ""]] * 100_000, ""]),
        packed([[[[[]]]], None, 1]),
    ],
)
def test_what_cannot_be_read_says_nothing(line: str) -> None:
    assert sheet_in(f"a\n{line}\nb").items == ()


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(words: str) -> None:
    sheet_in(f"{STATE}{words}")
    title_in(words, OURS, TITLE)
    lines_of(words, {"ann": ([OURS], TITLE)})


@given(st.text(alphabet="abc xyzmn[]>\t✅✉", max_size=30), st.sampled_from("xXmins"))
def test_a_letter_alone_in_the_brackets_counts_whatever_stands_behind_the_line(
    words: str, letter: str
) -> None:
    line = OURS.replace("[ ]", f"[{letter}]") + f" {words}"
    found = read(line)
    assert isinstance(found, marks.Marked | marks.Unclear)
    if isinstance(found, marks.Marked):
        assert found.meaning == marks.LETTERS[letter.lower()]


def room(*names: str) -> Room:
    made = Room(
        roster=roster(*(person(name) for name in names), lists=[clients(as_checklist=True)])
    )
    made.settle()
    return made


def edit(made: Room, before: str, after: str) -> None:
    """The user edits the text of the next hour."""
    record = made.series()
    assert record.seen is not None and record.seen.recurrence is not None
    overrides = list(record.seen.recurrence.overrides)
    assert before in overrides[0].text, overrides[0].text
    overrides[0] = replace(overrides[0], text=overrides[0].text.replace(before, after))
    made.edit(record, recurrence=replace(record.seen.recurrence, overrides=tuple(overrides)))


def test_a_line_withdrawn_and_marked_before_it_was_out_counts() -> None:
    made = room("Ann Lee", "Bob Roy")
    made.people(person("Bob Roy"))
    planned = made.plan()
    edit(made, "[ ] 10:00 Ann", "[x] 10:00 Ann")  # the write comes too late, and is turned down
    for record in planned.records:
        made.state = replace(
            made.state,
            records=tuple(record if r.uid == record.uid else r for r in made.state.records),
        )
    assert made.record().leaving is Fate.REMOVED
    made.settle()
    assert made.outcomes() == ["reached"]


def test_a_line_is_out_once_its_text_is_written() -> None:
    made = room("Ann Lee", "Bob Roy")
    made.people(person("Bob Roy"))
    made.settle()
    assert made.record().fate is Fate.REMOVED and made.record().leaving is None


def test_an_acknowledged_line_that_is_deleted_is_tidied_away() -> None:
    made = room("Ann Lee", "Bob Roy")
    made.now = TEN + timedelta(minutes=20)
    edit(made, "[ ] 10:00 Ann", "[i] 10:00 Ann")
    made.settle()
    (fact,) = made.facts()
    assert fact.direction is Direction.IN
    edit(made, "[↩] 10:00 Ann Lee: call\n", "")
    made.settle()
    assert made.record().fate is Fate.GONE and made.outcomes() == ["reached"]


def test_a_line_whose_mark_is_taken_away_later_gives_way_to_the_retry_that_the_user_moved() -> None:
    made = room("Ann Lee", "Bob Roy")
    made.now = TEN + timedelta(minutes=20)
    edit(made, "[ ] 10:00 Ann", "[m] 10:00 Ann")
    made.settle()
    there = datetime(2026, 12, 19, 15, 0, tzinfo=ZONE)
    made.drag(there)
    made.settle()
    made.now += timedelta(days=1)
    edit(made, "[✉] 10:00 Ann", "[ ] 10:00 Ann")
    made.settle()
    assert made.entry().start == there and made.record().fate is Fate.LIVE
    assert made.record(attempt=1).fate is Fate.REMOVED
    assert ("Ann" in text_of(made), "Bob" in text_of(made)) == (False, True)


@pytest.mark.parametrize(("mark", "sign"), [("x", "✅"), ("n", "↻")])
def test_a_day_in_the_place_of_our_sign_puts_a_line_off(mark: str, sign: str) -> None:
    made = room("Ann Lee", "Bob Roy")
    made.now = TEN + timedelta(minutes=20)
    edit(made, "[ ] 10:00 Ann", f"[{mark}] 10:00 Ann")
    made.settle()
    edit(made, f"[{sign}] 10:00 Ann", "[>2026-12-09] 10:00 Ann")
    made.settle()
    assert made.outcomes() == ["snoozed"]
    (entry,) = made.live()
    assert isinstance(entry.start, datetime) and entry.start.date() == date(2026, 12, 9)


def test_an_open_line_that_is_deleted_says_nothing_and_comes_back_with_the_next_change() -> None:
    made = room("Ann Lee", "Bob Roy")
    edit(made, "[ ] 10:00 Ann Lee: call, +49 30 901820\n", "")
    made.settle()
    assert made.outcomes() == []
    made.people(person("Ann Lee"), person("Bob Roy"), person("Cy Dee"))
    made.settle()
    edit(made, "[ ] 10:00 Ann Lee", "[x] 10:00 Ann Lee")
    made.settle()
    assert made.outcomes() == ["reached"]


def test_a_text_without_machine_text_is_read_by_its_lines() -> None:
    made = room("Ann Lee", "Bob Roy")
    record = made.series()
    assert record.seen is not None and record.seen.recurrence is not None
    (override,) = record.seen.recurrence.overrides
    state = next(line for line in override.text.split("\n") if line.startswith(STATE))
    edit(made, f"{state}\n", "")
    edit(made, "[ ] 10:00 Ann", "[m] 10:00 Ann")
    made.settle()
    assert made.outcomes() == ["left-message"] and made.outcomes("bob-roy") == []


@pytest.mark.parametrize("word", ["Danke", "call-back"])
def test_a_word_directly_below_the_machine_text_stays(word: str) -> None:
    made = room("Ann Lee", "Bob Roy")
    state = next(line for line in text_of(made).split("\n") if line.startswith(STATE))
    edit(made, state, f"{state}\n{word}")
    made.settle()
    edit(made, "[ ] 10:00 Ann", "[x] 10:00 Ann")
    made.settle()
    assert made.outcomes() == ["reached"]
    assert word in text_of(made).split("\n")


def test_history_of_long_ago_is_let_go_of() -> None:
    made = room("Ann Lee", "Bob Roy")
    made.now = TEN + timedelta(minutes=20)
    edit(made, "[ ] 10:00 Ann", "[x] 10:00 Ann")
    made.settle()
    made.now = TEN + timedelta(days=50)
    made.settle()
    made.settle()
    first = min((r for r in made.state.records if r.key.subject == "ann-lee"), key=lambda r: r.key)
    assert first.fate is Fate.REMOVED
    assert made.outcomes() == ["reached"]
    assert made.now > NOW


def text_of(made: Room, number: int = 0) -> str:
    record = made.series()
    assert record.seen is not None and record.seen.recurrence is not None
    return record.seen.recurrence.overrides[number].text


def test_what_the_user_writes_into_a_line_goes_with_it_and_to_nobody_else() -> None:
    made = Room(
        roster=roster(
            person("Ann Lee", id="zed", phone="+49 30 1111"),
            person("Ann Lee", id="abe", phone="+49 30 2222"),
            lists=[clients(as_checklist=True)],
        )
    )
    made.settle()
    edit(made, "1111", "1111 likes tea")
    edit(made, "2222", "2222 likes beer")
    record = made.series()
    assert record.seen is not None and record.seen.recurrence is not None
    (override,) = record.seen.recurrence.overrides
    later = replace(override, start=TEN + timedelta(hours=4), end=TEN + timedelta(hours=5))
    made.edit(record, recurrence=replace(record.seen.recurrence, overrides=(later,)))
    made.settle()
    lines = [line for line in text_of(made).split("\n") if line.startswith("[ ]")]
    assert all(line.startswith("[ ] 14:") for line in lines)
    assert sorted(line.partition("30 ")[2] for line in lines) == [
        "1111 likes tea",
        "2222 likes beer",
    ]
    edit(made, lines[0], lines[0].replace("[ ]", "[x]"))
    made.settle()
    who = "zed" if "1111" in lines[0] else "abe"
    assert made.outcomes(who) == ["reached"]
    assert made.facts(who)[0].note in ("likes tea", "likes beer")


def test_words_in_the_line_of_whoever_is_taken_out_stay() -> None:
    made = room("Ann Lee", "Bob Roy")
    edit(made, "Ann Lee: call, +49 30 901820", "Ann Lee: call, +49 30 901820 has a new dog")
    made.settle()
    made.people(person("Bob Roy"))
    made.settle()
    assert text_of(made).count("has a new dog") == 1
    assert made.record().fate is Fate.REMOVED


def test_words_in_the_line_of_whoever_is_taken_out_stay_where_a_server_pads_lines() -> None:
    def holds(entry: Entry) -> Entry:
        if entry.recurrence is None:
            return entry
        padded = (
            (o, "\n".join(f"{line} " for line in o.text.split("\n")))
            for o in entry.recurrence.overrides
        )
        overrides = tuple(replace(o, text=text) for o, text in padded)
        return replace(entry, recurrence=replace(entry.recurrence, overrides=overrides))

    made = Room(
        roster=roster(person("Ann Lee"), person("Bob Roy"), lists=[clients(as_checklist=True)]),
        holds=holds,
    )
    made.settle()
    edit(made, "Ann Lee: call, +49 30 901820", "Ann Lee: call, +49 30 901820 has a new dog")
    made.settle()
    made.people(person("Bob Roy"))
    made.settle()
    assert text_of(made).count("has a new dog") == 1


def test_words_in_the_line_of_the_only_one_stay_where_nobody_is_up_any_more() -> None:
    made = room("Ann Lee")
    edit(made, "Ann Lee: call, +49 30 901820", "Ann Lee: call, +49 30 901820 has a new dog")
    made.settle()
    made.people(person("Bob Roy", last_contact=date(2026, 11, 20)))
    for _ in range(3):
        made.settle()
    assert text_of(made) == "[ ] 10:00 Ann Lee: call, +49 30 901820 has a new dog"


@pytest.mark.parametrize("form", ["{} buy milk", "buy milk {}"])
def test_words_in_our_last_line_stay(form: str) -> None:
    made = room("Ann Lee", "Bob Roy")
    edit(made, HOW_TO_CHECK, form.format(HOW_TO_CHECK))
    made.people(person("Ann Lee"), person("Bob Roy"), person("Cy Dee"))
    made.settle()
    assert (text_of(made).count("buy milk"), text_of(made).count(HOW_TO_CHECK)) == (1, 1)


def test_words_in_a_line_roll_over_with_it() -> None:
    made = room("Ann Lee", "Bob Roy")
    edit(made, "Ann Lee: call, +49 30 901820", "Ann Lee: call, +49 30 901820 has a new dog")
    made.now = TEN + timedelta(hours=26)
    made.settle()
    texts = [each.text for each in made.series().seen.recurrence.overrides]  # type: ignore[union-attr]
    assert [text.count("has a new dog") for text in texts] == [1]
    assert "[ ] 10:00 Ann Lee: call, +49 30 901820 has a new dog" in texts[0]


def test_a_mark_in_an_old_text_that_was_put_back_counts() -> None:
    made = room("Ann Lee", "Bob Roy")
    old = text_of(made)
    made.now = TEN + timedelta(hours=26)
    made.settle()
    record = made.series()
    assert record.seen is not None and record.seen.recurrence is not None
    (override,) = record.seen.recurrence.overrides
    back = replace(
        override,
        original=TEN,
        start=TEN,
        end=TEN + timedelta(hours=1),
        text=old.replace("[ ] 10:00 Ann", "[x] 10:00 Ann"),
    )
    made.edit(record, recurrence=replace(record.seen.recurrence, overrides=(back, override)))
    made.settle()
    assert made.outcomes() == ["reached"] and made.outcomes("bob-roy") == []


def test_a_to_do_of_the_users_own_that_names_somebody_is_theirs() -> None:
    made = room("Ann Lee", "Bob Roy")
    edit(made, "[ ] 10:00 Ann Lee: call, +49 30 901820\n", "")
    edit(made, "Who is up:", "[x] order flowers for Ann Lee\nWho is up:")
    made.settle()
    assert made.outcomes() == []
    assert text_of(made).count("[x] order flowers for Ann Lee") == 1


def test_a_line_that_stands_twice_and_is_marked_once_is_marked() -> None:
    made = room("Ann Lee", "Bob Roy")
    edit(made, "[ ] 10:00 Ann", "[ ] 10:00 Ann Lee: call, +49 30 901820\n[x] 10:00 Ann")
    made.settle()
    assert made.outcomes() == ["reached"]
    assert text_of(made).count("10:00 Ann Lee: call") == 1


def test_a_line_put_off_leaves_nothing_behind_though_its_text_was_not_written() -> None:
    made = room("Ann Lee", "Bob Roy")
    edit(made, "[ ] 10:00 Ann", "[>2026-12-07] 10:00 Ann")
    planned = made.plan()
    made.carry_out(
        replace(
            planned,
            actions=tuple(a for a in planned.actions if a.record.key.kind is Kind.CONTACT),
        )
    )
    assert made.entry().title == "Ann Lee: call" and not made.record().item
    made.settle()
    assert "10:00 Ann Lee" not in text_of(made)


def test_another_syncds_taking_back_is_read() -> None:
    made = room("Ann Lee", "Bob Roy")
    made.now = TEN + timedelta(minutes=20)
    edit(made, "[ ] 10:00 Ann", "[x] 10:00 Ann")
    made.settle()
    there = made.state
    edit(made, "[✅] 10:00 Ann", "[ ] 10:00 Ann")
    made.settle()
    after = text_of(made)
    made.state = there  # the other one, which saw none of it
    edit(made, text_of(made), after)
    made.settle()
    assert made.outcomes() == []


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: "\n".join(f"  {line}" for line in text.split("\n")),
        lambda text: "\n".join(line for line in text.split("\n") if not line.startswith(STATE)),
        lambda text: text.replace("[ ]", "[]"),
        lambda text: text[:300],
        lambda text: "\n".join(text[n : n + 75] for n in range(0, len(text), 75)),
    ],
)
def test_a_server_that_changes_texts_is_not_written_to_again_and_again(
    change: Callable[[str], str],
) -> None:
    def holds(entry: Entry) -> Entry:
        if entry.recurrence is None:
            return entry
        overrides = tuple(replace(o, text=change(o.text)) for o in entry.recurrence.overrides)
        return replace(entry, recurrence=replace(entry.recurrence, overrides=overrides))

    made = Room(
        roster=roster(person("Ann Lee"), person("Bob Roy"), lists=[clients(as_checklist=True)]),
        holds=holds,
    )
    made.tick()
    assert not writes(made.tick()) and not writes(made.tick())


def test_a_long_hour_says_less_of_each() -> None:
    many = [person(f"P{n} Roy", notes="x" * 110) for n in range(40)]
    long = weekly(lasts=timedelta(hours=10))
    made = Room(roster=roster(*many, blocks=[long], lists=[clients(as_checklist=True)]))
    made.settle()
    assert text_of(made).count("\n[ ] ") == 40
    assert "xxx" not in text_of(made) and len(text_of(made)) < 8192
