"""What titles mean: the table of marks in every spelling, names that look like marks, and laws."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from syncd.model.facts import Direction, Fact, Outcome, Source
from syncd.model.people import CHANNELS
from syncd.reconcile import text
from syncd.reconcile.marks import (
    ACKNOWLEDGED,
    LETTERS,
    SIGNS,
    WORDS,
    Marked,
    Meaning,
    Plain,
    Reading,
    Retitled,
    Signed,
    Snoozed,
    Unclear,
    read,
    sign_of,
)
from syncd.reconcile.standing import split_sign
from tests.household import person

TODAY = date(2026, 11, 25)
"""A Wednesday."""
REACHED = (Outcome.REACHED, Direction.OUT)
INBOUND = (Outcome.REACHED, Direction.IN)
MESSAGE = (Outcome.LEFT_MESSAGE, Direction.OUT)
NOBODY = (Outcome.NO_ANSWER, Direction.OUT)
SKIPPED = (Outcome.SKIPPED, Direction.OUT)
PAUSED = (Outcome.PAUSED, Direction.OUT)
WRONG = (Outcome.WRONG_NUMBER, Direction.OUT)
STOPPED = (Outcome.STOPPED, Direction.OUT)
TABLE = {
    REACHED: ("x", "✓", "✅", "✔", "☑", "[x]", "done", "reached", "sent"),
    INBOUND: ("i", "↩", "they called", "inbound"),
    MESSAGE: ("m", "✉", "lm", "vm", "left message"),
    NOBODY: ("n", "❌", "✗", "na", "no answer"),
    SKIPPED: ("s", "⏭", "skip"),
    PAUSED: ("⏸", "pause"),
    WRONG: ("⚠", "wrong number"),
    STOPPED: ("⏹", "stop"),
}
MARKS = [(mark, said) for said, marks in TABLE.items() for mark in marks]
NAMES = (
    "Ann Lee",
    "Malcolm X",
    "Lina Na",
    "Xi",
    "X",
    "M",
    "Ian Skip",
    "Sent Marks",
    "Done",
    "No Answer",
    "They Called",
    "✅ Ltd",
    "Ann ✉",
    "[x] Corp",
    "↩",
    "Émile Ⅻ",
    "Weiß & Söhne",
    "דנה",
    "لينا",
    "安",
    "María-José O'Neill, Jr.",
    "a: call b",
)


def ask(title: str, name: str = "Ann Lee", sign: str = "", channel: str = "call") -> Reading:
    core = text.core_title(person(name), channel)
    return read(title, core=core, name=core.rpartition(":")[0], sign=sign, today=TODAY)


def told(reading: Reading) -> tuple[Outcome, Direction, str]:
    assert isinstance(reading, Marked), reading
    return reading.meaning.outcome, reading.meaning.direction, reading.note


def test_the_table_is_all_there_is() -> None:
    ours = {mark for mark, _ in MARKS}
    assert ours == {*SIGNS, *WORDS, *LETTERS} - {"↻"}
    assert set(ACKNOWLEDGED.values()) == {"✅", "↩", "✉", "↻", "⏭", "⏸", "⚠", "⏹"}


def spellings(mark: str) -> list[str]:
    """`mark` as thumbs, keyboards and calendar apps write it."""
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in mark)
    found = [mark, mark.upper(), mark.title(), wide, f"{mark}\ufe0f", f"{mark}\ufe0e"]
    found += [f"{mark}{end}" for end in (".", "!", "?", ":", ",", ";", "!!", " -", " –", "\u200f")]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_spelling_at_either_end_of_our_title(name: str) -> None:
    core = f"{name}: call"
    for mark, said in MARKS:
        for each in spellings(mark):
            assert told(ask(f"{each} {core}", name)) == (*said, ""), each
            assert told(ask(f"{core} {each}", name)) == (*said, ""), each
        assert told(ask(f"  {mark}   {core.upper()} ", name)) == (*said, ""), mark


@pytest.mark.parametrize("mark", SIGNS)
def test_signs_need_no_space(mark: str) -> None:
    said = SIGNS[mark].outcome, SIGNS[mark].direction, ""
    assert told(ask(f"{mark}Ann Lee: call")) == said
    assert told(ask(f"Ann Lee: call{mark}")) == said
    assert told(ask(f"{mark}\ufe0fAnn Lee: call")) == said


@pytest.mark.parametrize("title", ["{} stop by her office", "stop by at {}", "asked me to stop {}"])
def test_stop_stands_alone(title: str) -> None:
    assert not isinstance(ask(title.format("Ann Lee: call")), Marked)


@pytest.mark.parametrize(("mark", "said"), [each for each in MARKS if each[0] != "stop"])
def test_what_else_was_added_is_the_note(mark: str, said: tuple[Outcome, Direction]) -> None:
    core = "Ann Lee: call"
    assert told(ask(f"{mark} {core} new job at Acme")) == (*said, "new job at Acme")
    assert told(ask(f"{mark} new job {core} at Acme.")) == (*said, "new job at Acme.")
    assert told(ask(f"{mark} new job: {core}")) == (*said, "new job")
    assert told(ask(f"{core} {mark} new job!")) == (*said, "new job!")
    assert told(ask(f"{core} - new job, {mark}")) == (*said, "new job")
    assert told(ask(f"new job {mark} {core}")) == (*said, "new job")
    assert told(ask(f"new {core} job {mark}")) == (*said, "new job")


@pytest.mark.parametrize("sign", ["", *ACKNOWLEDGED.values()])
@pytest.mark.parametrize("name", NAMES)
def test_our_own_titles_say_nothing(name: str, sign: str) -> None:
    title = f"{sign} {name}: call".strip()
    assert ask(title, name, sign) == (Signed() if sign else Plain())
    assert ask(title.replace(sign, f"{sign}\ufe0f") if sign else title, name, sign) == (
        Signed() if sign else Plain()
    )


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Malcolm X", "Malcolm X: call"),
        ("Malcolm X", "call Malcolm X"),
        ("Malcolm X", "Malcolm X"),
        ("Malcolm X", "coffee with M"),
        ("Malcolm X", "MALCOLM X - CALL"),
        ("Lina Na", "Lina Na"),
        ("Lina Na", "Lina Na-Berg: call"),
        ("Ian Skip", "Ian Skip Jr: call"),
        ("Sent Marks", "Sent Marks"),
        ("Xi", "Xi: call the office first"),
        ("Ann Lee", "Ann Lee: calls"),
        ("Ann Lee", "Ann Lee: callm"),
        ("Ann Lee", "Joann Lee: call"),
        ("Ann Lee", "Ann Lee: call mother"),
        ("Ann Lee", "Ann Lee: call donees"),
        ("Ann Lee", "I owe Ann Lee lunch"),
        ("Ann Lee", "Ann Lee done"),
        ("Ann Lee", "Ann Lee x"),
        ("Ann Lee", "Lunch is done"),
        ("Ann Lee", "m and m's"),
        ("Ann Lee", ""),
    ],
)
def test_no_mark_is_no_mark(name: str, title: str) -> None:
    assert isinstance(ask(title, name), Plain | Retitled)


@pytest.mark.parametrize(
    ("title", "said", "note"),
    [
        ("✅ Ann Lee", REACHED, ""),
        ("x Ann Lee", REACHED, ""),
        ("M. Ann Lee", MESSAGE, ""),
        ("no answer Ann Lee", NOBODY, ""),
        ("Ann Lee ✅", REACHED, ""),
        ("Ann Lee ✉ call", MESSAGE, "call"),
        ("done lunch with Annie", REACHED, "lunch with Annie"),
        ("Lunch with Annie ✅", REACHED, "Lunch with Annie"),
        ("☑️ coffee!", REACHED, "coffee!"),
        ("x", REACHED, ""),
        ("Skip", SKIPPED, ""),
    ],
)
def test_where_our_title_is_not_whole_signs_and_words_at_the_start_count(
    title: str, said: tuple[Outcome, Direction], note: str
) -> None:
    assert told(ask(title)) == (*said, note)


@pytest.mark.parametrize(
    ("title", "sign", "said", "note"),
    [
        ("m ✅ Ann Lee: call", "✅", MESSAGE, ""),
        ("m✅ Ann Lee: call", "✅", MESSAGE, ""),
        ("✅ m Ann Lee: call", "✅", MESSAGE, ""),
        ("✅ Ann Lee: call m", "✅", MESSAGE, ""),
        ("✉ ✅\ufe0f Ann Lee: call try Monday", "✅", MESSAGE, "try Monday"),
        ("✉ Ann Lee: call", "✅", MESSAGE, ""),
        ("✅ ✅ Ann Lee: call", "✅", REACHED, ""),
        ("n ↻ Ann Lee: call", "↻", NOBODY, ""),
        ("x Ann Lee: call", "↻", REACHED, ""),
    ],
)
def test_our_own_sign_does_not_count(
    title: str, sign: str, said: tuple[Outcome, Direction], note: str
) -> None:
    assert told(ask(title, sign=sign)) == (*said, note)


def test_words_beside_our_own_sign_are_a_note() -> None:
    assert ask("✅ Ann Lee: call send the book", sign="✅") == Signed("send the book")
    assert ask("✅ lunch", sign="✅") == Signed("")
    assert ask("Ann Lee: call", sign="✅") == Plain()
    assert ask("lunch", sign="✅") == Retitled()


@pytest.mark.parametrize(
    "title",
    [
        "x m Ann Lee: call",
        "✅ ✉ Ann Lee: call",
        "✅✉ Ann Lee: call",
        "x i Ann Lee: call",
        "done, no answer Ann Lee: call",
        "x m. Ann Lee: call",
        "Ann Lee: call x m",
        "✅ skip Ann Lee",
        "m n ✅ Ann Lee: call",
    ],
)
def test_two_different_marks_ask(title: str) -> None:
    asked = ask(title, sign="✅" if title.startswith("m n") else "")
    assert isinstance(asked, Unclear)
    assert "Two marks" in asked.question


@pytest.mark.parametrize(
    ("title", "said", "note"),
    [
        ("x ✅ Ann Lee: call", REACHED, ""),
        ("done, x Ann Lee: call good", REACHED, "good"),
        ("x Ann Lee: call m?", REACHED, "m?"),
        ("m Ann Lee: call x", MESSAGE, "x"),
        ("x i think so Ann Lee: call", REACHED, "i think so"),
        ("✅ great talk, Ann Lee: call she moves", REACHED, "great talk, she moves"),
    ],
)
def test_the_start_wins_and_the_same_mark_twice_is_one(
    title: str, said: tuple[Outcome, Direction], note: str
) -> None:
    assert told(ask(title)) == (*said, note)


@pytest.mark.parametrize(
    ("title", "day", "note"),
    [
        ("Ann Lee: call >3d", date(2026, 11, 28), ""),
        (">1w Ann Lee: call", date(2026, 12, 2), ""),
        ("> 1w Ann Lee: call", date(2026, 12, 2), ""),
        ("Ann Lee: call >FRI", date(2026, 11, 27), ""),
        ("Ann Lee: call >wed", date(2026, 12, 2), ""),
        ("Ann Lee: call >2026-12-01.", date(2026, 12, 1), ""),
        ("Ann Lee: call ＞３ｄ", date(2026, 11, 28), ""),
        ("Ann Lee: call >2m she moves", date(2027, 1, 25), "she moves"),
        ("Ann Lee: call she moves > 2m", date(2027, 1, 25), "she moves"),
        (">fri", date(2026, 11, 27), ""),
        ("✅ Ann Lee: call >fri", date(2026, 11, 27), ""),
    ],
)
def test_snoozes(title: str, day: date, note: str) -> None:
    reading = ask(title, sign="✅" if title.startswith("✅") else "")
    assert isinstance(reading, Snoozed), reading
    assert (reading.day, reading.note) == (day, note)


@pytest.mark.parametrize("token", [">soon", ">0d", ">2026-11-25", ">2026-02-30", ">2020-01-01"])
def test_a_day_that_cannot_be_meant_asks(token: str) -> None:
    asked = ask(f"Ann Lee: call {token}")
    assert isinstance(asked, Unclear)
    assert token in asked.question


@pytest.mark.parametrize("tail", ["-> Bob", "> Bob knows", ">> see below", "5 > 3 in all", ">"])
def test_an_arrow_that_names_no_day_is_text(tail: str) -> None:
    assert ask(f"Ann Lee: call {tail}") == Plain()


@pytest.mark.parametrize(
    ("title", "note"),
    [
        ("m Ann Lee: call >3d", ""),
        (">3d m Ann Lee: call", ""),
        ("m >3d Ann Lee: call", ""),
        ("m Ann Lee: call she moves > fri", "she moves"),
        ("m Ann Lee: call >soon", ">soon"),
        ("m Ann Lee: call 5 > 3 in all", "5 > 3 in all"),
    ],
)
def test_a_mark_goes_before_a_snooze_which_is_no_note(title: str, note: str) -> None:
    assert told(ask(title)) == (*MESSAGE, note)


names = st.one_of(
    st.text(max_size=40),
    st.text(
        alphabet=st.sampled_from("xXmnis ✅✉↩↻⏭⏸❌[]:>1wdn.\u200d\ufe0f\u0301\u202eאبAé안ｘß"),
        max_size=12,
    ),
    st.lists(st.sampled_from([*SIGNS, *WORDS, *LETTERS, ": call", ">3d", "Ann"]), max_size=5).map(
        " ".join
    ),
)
outcomes = st.sampled_from([*sorted({*ACKNOWLEDGED}, key=repr), None])


def shown(name: str, channel: str, meaning: Meaning | None) -> tuple[str, str, str]:
    """A title as we write it; our own reading of its sign and core."""
    fact = None
    if meaning is not None:
        at = datetime(2026, 11, 25, tzinfo=UTC)
        fact = Fact(
            id="1",
            person="p",
            at=at,
            recorded=at,
            outcome=meaning.outcome,
            direction=meaning.direction,
            source=Source.MARK,
        )
        assert sign_of(fact) == ACKNOWLEDGED[meaning]
    title = text.title_of(text.core_title(person(name), channel), fact)
    return title, *split_sign(title)


@given(name=names, channel=st.sampled_from(CHANNELS), meaning=outcomes)
@example(name="✅ Ltd", channel="call", meaning=None)
@example(name="x", channel="call", meaning=None)
def test_whatever_the_name_our_own_title_is_no_mark(
    name: str, channel: str, meaning: Meaning | None
) -> None:
    title, sign, core = shown(name, channel, meaning)
    reading = read(title, core=core, name=core.rpartition(":")[0] or core, sign=sign, today=TODAY)
    assert reading == (Signed() if sign else Plain())


@given(
    name=names,
    channel=st.sampled_from(CHANNELS),
    mark=st.sampled_from([*SIGNS, *WORDS, *LETTERS]),
    at_start=st.booleans(),
    meaning=outcomes,
)
def test_whatever_the_name_a_mark_beside_our_title_is_that_mark(
    name: str, channel: str, mark: str, at_start: bool, meaning: Meaning | None
) -> None:
    title, sign, core = shown(name, channel, meaning)
    assume(not (sign and mark == sign))
    marked = f"{mark} {title}" if at_start else f"{title} {mark}"
    reading = read(marked, core=core, name=core.rpartition(":")[0] or core, sign=sign, today=TODAY)
    wanted = {**SIGNS, **WORDS, **LETTERS}[mark]
    assert reading == Marked(wanted)


@given(title=st.text(max_size=60), name=names, sign=st.sampled_from(["", "✅", "↻"]))
def test_any_title_can_be_read(title: str, name: str, sign: str) -> None:
    ask(title, name, sign)
