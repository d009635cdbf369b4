"""What entries say about themselves: traces and fact lines survive the way to a server and back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.blocks import OccurrenceId
from syncd.model.entries import Entry
from syncd.model.facts import Direction, Fact, Outcome, Source
from syncd.model.keys import Key, Kind
from syncd.reconcile import text
from syncd.reconcile.trace import (
    LONGEST,
    Trace,
    checksum,
    decode,
    fact_line,
    fact_of_entry,
    read_fact_line,
)
from tests.household import person
from tests.reconcile.world import ZONE

UID = "14bgc69h3thmusj53thhuobedommopb53sp30chm64p30cov64fj0"
KEY = Key(kind=Kind.CONTACT, subject="ann-lee", day=date(2026, 12, 3), attempt=2)
ZONES = [UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu"), timezone(timedelta(hours=-9))]
NAIVE = (datetime(2000, 1, 1), datetime(2099, 1, 1))
moments = st.datetimes(*NAIVE, timezones=st.sampled_from(ZONES)).filter(
    lambda moment: moment.utcoffset() == moment.replace(fold=1 - moment.fold).utcoffset()
)
"""Python compares an hour that daylight saving doubles as unequal to itself in another zone."""
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
facts = st.builds(
    Fact,
    id=st.integers(1, 99).map(lambda n: f"{UID}#{n}") | words.filter(bool),
    person=st.just("ann-lee"),
    at=moments,
    outcome=st.sampled_from(Outcome),
    source=st.sampled_from(Source),
    recorded=moments,
    channel=st.none() | st.sampled_from(["call", "email"]) | words,
    note=words,
    direction=st.sampled_from(Direction),
    touch=st.just(KEY.day),
    attempt=st.just(KEY.attempt),
    day=st.none() | st.dates(date(2000, 1, 1), date(2199, 12, 31)),
    until=st.none() | st.dates(date(2000, 1, 1), date(2199, 12, 31)),
    entry=st.just(UID),
    opened=st.none() | moments,
)
traces = st.builds(
    Trace,
    title=words,
    start=moments,
    end=moments,
    alarm=st.none() | st.integers(-(10**6), 10**6).map(lambda n: timedelta(seconds=n)),
    lines=st.lists(st.from_regex(r"[0-9a-f]{4}", fullmatch=True), max_size=12).map(tuple),
    rule=st.sampled_from(["", "FREQ=WEEKLY;BYDAY=TH"]),
    zone=st.sampled_from(["", "Europe/Berlin"]),
    channel=st.sampled_from(["", "call"]),
    opened=st.none() | moments,
    slot=st.none()
    | st.builds(OccurrenceId, words.filter(bool), st.dates(date(2000, 1, 1), date(2199, 12, 31))),
    offset=st.integers(0, 600),
    pinned=st.booleans(),
    head=st.booleans(),
    rolls=st.integers(0, 4),
    fact=words,
    until=st.none() | st.dates(date(2000, 1, 1), date(2199, 12, 31)),
)


@given(fact=facts)
def test_a_fact_is_read_back_from_its_line(fact: Fact) -> None:
    line = fact_line(fact)
    assert len(line.splitlines()) == 1
    assert read_fact_line(line, UID, KEY) == fact
    assert read_fact_line(f"  {line} \r", UID, KEY) == fact


@pytest.mark.parametrize(
    "note",
    [
        "a\u2028b",
        "a\x85b\x0bc",
        'say "no"\\',
        "two\nlines\r\n",
        " note=x rev=9 ",
        "[x] 👩‍👧",
        "\u202e<b>&amp;",
    ],
)
def test_a_note_of_any_kind_is_one_line_and_comes_back(note: str) -> None:
    at = datetime(2026, 11, 26, 10, tzinfo=ZONE)
    fact = Fact(
        id="log:ann lee:1 %",
        person="ann-lee",
        at=at,
        recorded=at,
        outcome=Outcome.REACHED,
        source=Source.LOG,
        channel="video call",
        note=note,
        touch=KEY.day,
        attempt=KEY.attempt,
        entry=UID,
    )
    line = fact_line(fact)
    assert len(line.splitlines()) == 1
    assert read_fact_line(line, UID, KEY) == fact


@given(fact=facts, above=words, below=words, end=st.sampled_from(["\n", "\r\n"]))
def test_a_fact_is_read_back_from_the_entry_that_acknowledges_it(
    fact: Fact, above: str, below: str, end: str
) -> None:
    section = text.closed_section(person(), "call", fact, "Next: soon.", ZONE)
    body = "\n".join(part for part in (above, section, below) if part).replace("\n", end)
    entry = Entry(uid=UID, title="", start=date(2026, 12, 3), end=date(2026, 12, 4), text=body)
    assert fact_of_entry(entry, KEY) == fact


@given(fact=facts, trace=traces)
def test_where_its_line_was_deleted_the_trace_has_all_but_the_note(
    fact: Fact, trace: Trace
) -> None:
    line = fact_line(fact, note=False)
    entry = Entry(
        uid=UID,
        title="",
        start=date(2026, 12, 3),
        end=date(2026, 12, 4),
        trace=replace(trace, fact=line, title="").encode(),
    )
    assert fact_of_entry(entry, KEY) == replace(fact, note="")


WHOLE = (
    "log reached at=2026-11-26T10:00:00+01:00 how=mark rec=2026-11-26T10:00:00+01:00 "
    f"of={checksum(UID)} rev=1"
)


def test_the_form_of_a_fact_line_is_fixed() -> None:
    """It stands in calendars for ever."""
    fact = read_fact_line(f'{WHOLE} note="good \\"talk\\""', UID, KEY)
    assert fact is not None
    assert (fact.id, fact.note, fact.outcome) == (f"{UID}#1", 'good "talk"', Outcome.REACHED)
    assert read_fact_line(WHOLE, UID[:-1], KEY) is None, "pasted into another entry it is none"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "log",
        "log reached",
        "log reached at=2026-11-26T10:00:00+01:00",
        "log danced at=2026-11-26T10:00:00+01:00 how=mark rec=2026-11-26T10:00:00+01:00 rev=1",
        "log reached at=2026-11-26T10:00:00 how=mark rec=2026-11-26T10:00:00+01:00 rev=1",
        "log reached at=2026-11-26 how=mark rec=2026-11-26T10:00:00+01:00 rev=1",
        "log reached at=soon how=mark rec=2026-11-26T10:00:00+01:00 rev=1",
        "log reached at=2026-11-26T10:00:00+01:00 how=mark rec=2026-11-26T10:00:00+01:00",
        "log reached at=2026-11-26T10:00:00+01:00 how=mark rec rev=1",
        f'{WHOLE} note="',
        f"{WHOLE} note=" + "[" * 100_000,
        "log in to the portal and check",
    ],
)
def test_any_other_line_is_no_fact(line: str) -> None:
    assert read_fact_line(line, UID, KEY) is None


@given(line=st.text(max_size=80))
def test_hostile_lines_are_no_facts(line: str) -> None:
    assert read_fact_line(f"log {line}", UID, KEY) is None


@given(trace=traces)
def test_a_trace_is_read_back(trace: Trace) -> None:
    written = trace.encode()
    assert "\n" not in written and "\r" not in written
    assert decode(written) == trace


@pytest.mark.parametrize("all_day", [True, False])
def test_a_trace_of_an_all_day_entry(all_day: bool) -> None:
    start = date(2026, 12, 3) if all_day else datetime(2026, 12, 3, 10, tzinfo=ZONE)
    trace = Trace(title="Ann Lee: call", start=start, end=start)
    assert decode(trace.encode()) == trace
    assert type(decode(trace.encode()).start) is type(start)  # type: ignore[union-attr]


def test_a_trace_is_never_long() -> None:
    trace = Trace(title="é" * 5000, start=date(2026, 12, 3), end=date(2026, 12, 4), rolls=2)
    written = trace.encode()
    assert len(written) <= LONGEST
    back = decode(written)
    assert back is not None
    assert (back.title, back.rolls) == ("", 2)


GOOD = {"t": "Ann", "s": "2026-12-03T10:00:00+01:00", "e": "2026-12-03T10:15:00+01:00"}


@pytest.mark.parametrize(
    "change",
    [
        {"s": None},
        {"s": "2026-12-03"},
        {"s": "2026-12-03T10:00:00"},
        {"s": 5},
        {"s": [1] * 10},
        {"e": "tomorrow"},
        {"a": "soon"},
        {"a": 1e400},
        {"a": 10**30},
        {"in": "weekly"},
        {"in": 7},
        {"k": {}},
        {"o": "2026-12-03T10:00:00"},
        {"u": "2026"},
    ],
)
def test_a_trace_that_does_not_read_is_none(change: dict[str, object]) -> None:
    assert decode(json.dumps(GOOD)) is not None
    assert decode(json.dumps(GOOD | change)) is None


@pytest.mark.parametrize(
    "written", ["", "{", "[]", "null", "7", '"s"', "[" * 3000, "x" * 10_000, '{"t":1}']
)
def test_anything_else_is_no_trace(written: str) -> None:
    assert decode(written) is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@given(
    data=st.dictionaries(
        st.sampled_from(["t", "s", "e", "a", "n", "r", "z", "c", "o", "in", "at", "h", "p", "k"]),
        json_values,
    )
)
def test_hostile_traces_raise_nothing(data: dict[str, object]) -> None:
    decode(json.dumps(data))
    decode(json.dumps(GOOD | data))


@given(written=st.text(max_size=60))
def test_hostile_text_is_no_trace(written: str) -> None:
    assert decode(written) is None
