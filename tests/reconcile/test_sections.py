"""Our section of a description, and the user's words round it and in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.facts import Direction, Fact, Outcome, Source
from syncd.reconcile.text import (
    END,
    HOW_TO_MARK,
    checksums,
    closed_section,
    core_title,
    merge,
    occurrence_section,
    one_line,
    open_section,
    said,
    section_in,
    users_words,
)
from syncd.reconcile.trace import checksum
from tests.household import person
from tests.reconcile.world import ZONE

FACT = Fact(
    id="1",
    person="ann-lee",
    at=datetime(2026, 11, 26, 9, tzinfo=UTC),
    outcome=Outcome.REACHED,
    source=Source.MARK,
    recorded=datetime(2026, 11, 26, 9, tzinfo=UTC),
    channel="call",
    note="good talk",
)
OLD = open_section(person(interests=("sailing",), notes="Two\nlines"), "call", None, ZONE)
NEW = closed_section(person(), "call", FACT, "Next: around Thursday 7 January 2027.", ZONE)
OURS = {line for section in (OLD, NEW) for line in section.split("\n")}
users_line = (
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
    .map(str.strip)
    .filter(lambda line: line and END not in line and line not in OURS)
)
users_lines = st.lists(users_line, max_size=4)


def test_what_one_needs_on_the_phone_comes_first() -> None:
    assert OLD.split("\n") == [
        "+49 30 901820",
        "Last contact: Tuesday 1 September 2026",
        "Interests: sailing",
        "Two",
        "lines",
        HOW_TO_MARK,
    ]
    mail = open_section(person(), "email", FACT, ZONE, "Which one is it?")
    assert mail.split("\n")[:3] == [
        "Which one is it?",
        "ann@example.org",
        "Last: Reached by call, Thursday 26 November 2026: good talk",
    ]
    away = open_section(person(timezone="Asia/Tokyo"), "call", None, ZONE)
    assert "Their time zone: Asia/Tokyo" in away
    assert "time zone" not in open_section(person(timezone=ZONE.key), "call", None, ZONE)


def test_no_line_of_ours_ends_in_a_space() -> None:
    section = open_section(person(interests=("tea", "\ufffe")), "call", None, ZONE)
    assert "Interests: tea,\n" in section


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("direction", Direction)
def test_nothing_of_ours_blames(outcome: Outcome, direction: Direction) -> None:
    words = said(replace(FACT, outcome=outcome, direction=direction), ZONE).casefold()
    assert not any(word in words for word in ("late", "overdue", "attempt", "missed", "failed"))


def test_the_day_of_a_fact_is_the_users() -> None:
    fact = replace(FACT, at=datetime(2026, 11, 26, 23, 30, tzinfo=UTC), note="")
    assert said(fact, ZONE) == "Reached by call, Friday 27 November 2026."


def test_what_a_meeting_was_is_said() -> None:
    met = replace(FACT, source=Source.MEETING, channel=None, note="Project sync")
    assert said(met, ZONE) == "Reached in a meeting, Thursday 26 November 2026: Project sync"
    # The user may correct what it came to.
    corrected = replace(met, outcome=Outcome.NO_ANSWER, note="")
    assert said(corrected, ZONE) == "No answer, Thursday 26 November 2026."


@given(above=users_lines, below=users_lines)
def test_words_above_and_below_stay(above: list[str], below: list[str]) -> None:
    observed = "\n".join((*above, OLD, *below))
    wanted = "\n".join((*above, NEW, *below))
    assert merge(observed, [OLD], NEW) == wanted
    assert merge(observed, [NEW, OLD], NEW) == wanted
    assert merge(observed, [], NEW, checksums(OLD)) == wanted
    assert merge(observed.replace("\n", "\r\n"), [OLD], NEW) == wanted
    assert users_words(observed, [OLD]) == "\n".join((*above, *below)).strip()


@given(above=users_lines, below=users_lines, spaces=st.sampled_from((" ", "\t ", "\r")))
def test_spaces_that_a_server_adds_change_nothing(
    above: list[str], below: list[str], spaces: str
) -> None:
    kept = "\n".join((*above, OLD, *below))
    observed = "".join(f"{line}{spaces}\n" for line in kept.split("\n"))
    for known, lines in ([OLD], ()), ([], checksums(OLD)):
        assert merge(observed, known, OLD, lines) == observed
        assert merge(observed, known, NEW, lines) == kept.replace(OLD, NEW)


@given(
    above=users_lines,
    below=users_lines,
    inside=st.lists(st.tuples(st.integers(0, 5), users_line), min_size=1, max_size=3),
    missing=st.sets(st.integers(0, 5), max_size=5),
)
def test_words_between_our_lines_stay_and_ours_stand_once(
    above: list[str], below: list[str], inside: list[tuple[int, str]], missing: set[int]
) -> None:
    ours: list[str] = []
    typed: list[str] = []
    for place, line in enumerate(OLD.split("\n")):
        here = [words for where, words in inside if where == place]
        typed += here
        ours += here + ([] if place in missing else [line])
    observed = "\n".join((*above, *ours, *below))
    for known, lines in ([OLD], ()), ([], checksums(OLD)):  # the database may be lost
        merged = merge(observed, known, NEW, lines)
        assert merged.count(NEW) == 1
        left = [line for line in merged.replace(NEW, "").split("\n") if line]
        assert sorted(left) == sorted((*above, *typed, *below))
    merged = merge(observed, [OLD], NEW)
    assert merge(merged, [NEW, OLD], NEW) == merged
    assert merge(merged, [NEW], OLD).count(OLD) == 1


@given(place=st.integers(0, 5), words=users_line, before=st.booleans())
def test_words_typed_into_a_line_of_ours_stay(place: int, words: str, before: bool) -> None:
    lines = OLD.split("\n")
    lines[place] = f"{words} {lines[place]}" if before else f"{lines[place]} {words}"
    merged = merge("\n".join(lines), [OLD], NEW)
    assert merged.count(NEW) == 1
    assert words in merged.replace(NEW, "")
    assert merge(merged, [NEW, OLD], NEW) == merged


@given(place=st.integers(0, 5), words=users_line)
def test_words_in_two_places_at_once_leave_nothing_of_ours_behind(place: int, words: str) -> None:
    lines = OLD.split("\n")
    lines[place] = f"{lines[place]} {words}"
    lines[-1] = f"{lines[-1]} and call her sister"
    merged = merge("\n".join(lines), [OLD], NEW)
    assert merged.count(END) == 1
    assert words in merged and "and call her sister" in merged
    assert merged.count("Interests: sailing") <= 1


def test_a_line_like_ours_that_the_user_typed_once_more_is_theirs() -> None:
    first, *rest = OLD.split("\n")
    observed = "\n".join((first, "typed between", *rest, "and again:", first))
    merged = merge(observed, [OLD], NEW)
    assert merged == "\n".join((NEW, "typed between", "and again:", first))


@given(observed=st.text(max_size=80), lines=st.sampled_from([(), checksums(OLD)]))
def test_a_description_without_our_section_is_all_the_users(
    observed: str, lines: tuple[str, ...]
) -> None:
    observed = observed.replace("\r", "").replace(END, "")
    for known in ([], [OLD]):
        merged = merge(observed, known, NEW, lines)
        assert merged.count(NEW) == 1
        rest = [line for line in observed.split("\n") if line not in OURS]
        for line in rest:
            assert line in merged


@given(
    observed=st.text(max_size=60),
    ours=st.lists(st.sampled_from([OLD, NEW, ""]), max_size=3),
    wanted=st.sampled_from([OLD, NEW]),
    lines=st.sampled_from([(), checksums(OLD)]),
)
def test_merging_twice_is_merging_once(
    observed: str, ours: list[str], wanted: str, lines: tuple[str, ...]
) -> None:
    for each in (observed, f"{observed}\n{OLD}", f"{OLD}\n{observed}"):
        merged = merge(each, ours, wanted, lines)
        assert merged.count(wanted) == 1
        assert merge(merged, [wanted, *ours], wanted, checksums(wanted)) == merged


def test_the_section_is_found_by_its_lines_or_its_heading() -> None:
    up = occurrence_section(["10:00 Ann Lee: call, +49 30 901820"])
    assert section_in(f"mine\n{up}\nmine too") == up
    assert section_in(f"mine\n{OLD}\nmine too", checksums(OLD)) == OLD
    assert section_in("mine") == ""


def test_no_empty_line_is_ours() -> None:
    assert section_in(f"{OLD}\n", (*checksums(OLD), checksum(""))) == OLD


@given(text=st.text())
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert one_line(line) == line
    line.encode()


@pytest.mark.parametrize(
    "name",
    ["ශ්‍රී ලංකා", "می‌خواهم", "👩‍👩‍👧 Family", "José", "דנה \u200fלוי", "\U0001fae9 New"],
)
def test_names_are_written_as_they_are(name: str) -> None:
    """What joins letters is no control character."""
    assert core_title(person(name), "call") == f"{name}: call"


@pytest.mark.parametrize(
    ("name", "line"),
    [("Ann\nLee", "Ann Lee"), ("Ann\u2028Lee", "Ann Lee"), ("\x00 Ann\x7f\ufffe ", "Ann")],
)
def test_what_a_calendar_cannot_carry_is_a_space(name: str, line: str) -> None:
    assert one_line(name) == line
