"""Whatever somebody writes into titles and descriptions of ours: it is read, stays theirs, and is
shown so that it steers no terminal."""

from __future__ import annotations

import contextlib
import io
import json
import unicodedata
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import strategies as st

from syncd.calendars.google.text import read_description, written_description
from syncd.calendars.google.todo import read_task
from syncd.calendars.memory import MemoryCalendar
from syncd.calendars.reading import NONSENSE, cleaned
from syncd.cli import plain, say
from syncd.engine.service import Service
from syncd.engine.tick import tick
from syncd.model.entries import Entry
from syncd.model.keys import Key, Kind
from syncd.reconcile import marks
from syncd.reconcile.checklist import lines_of, sheet_in, title_in, users_lines
from syncd.reconcile.events import read_event
from syncd.reconcile.text import END, HOW_TO_MARK, merge
from syncd.reconcile.trace import decode, fact_of_entry
from syncd.store import open_store
from tests.calendars.zoo import BERLIN, DAY, TEN, contact
from tests.fuzz.effort import within
from tests.fuzz.oddities import MARKUP, ODD, OURS, TEXT
from tests.household import clients, person
from tests.length import often
from tests.stories.stage import BEGIN, roster
from tests.trials import Tell, examine
from tests.year.cast import settings

NOW = datetime(2026, 12, 3, 10, 20, tzinfo=BERLIN)
KEY = Key(kind=Kind.CONTACT, subject="ann-lee", day=DAY, attempt=1)
SECTION = f"+49 30 901820\nLast: Reached by call.\n{HOW_TO_MARK}"
WANTED = f"+49 30 4711\n{HOW_TO_MARK}"
LINE = "[ ] 10:00 Ann Lee: call, +49 30 901820"
PEOPLE = (person("Ann Lee"), person("Bob Roy"))
BIDI = {*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


def unseen(text: str) -> set[str]:
    """What in `text` may steer a terminal."""
    return {c for c in text if unicodedata.category(c) == "Cc" or c in BIDI} - {"\n", "\t"}


def is_understood(text: str) -> None:
    title, said = cleaned(text), cleaned(text, lines=True)
    for sign in ("", "✅"):
        for one in (title, f"{title} Ann Lee: call", f"✅ Ann Lee: call {title}"):
            marks.read(
                one, core="Ann Lee: call", name="Ann Lee", sign=sign, today=date(2026, 12, 3)
            )
    marks.leading(title)
    event = Entry(uid="x", title=title, start=TEN, end=TEN + timedelta(hours=1), text=said)
    since = NOW - timedelta(days=9)
    read_event(event, PEOPLE, ("away",), NOW, BERLIN, since)
    fact_of_entry(contact(title=title, text=said, trace=title), KEY)
    decode(title)
    for whole in (
        said,
        f"{SECTION}\n{said}",
        f"{said}\n{SECTION}",
        SECTION.replace("\n", f"\n{said}\n", 1),
    ):
        for ours in ((SECTION,), ()):
            merged = merge(whole, ours, WANTED)
            assert WANTED in merged
            if ours and END not in said:
                kept = {line.strip() for line in said.split("\n")} - {
                    *SECTION.split("\n"),
                    *WANTED.split("\n"),
                    "",
                }
                assert kept <= {line.strip() for line in merged.split("\n")}
        sheet = sheet_in(whole)
        users_lines(whole, sheet, ())
        for line in lines_of(
            whole,
            {
                "a": ((LINE,), "Ann Lee: call"),
                "b": ((LINE.replace("Ann", "Bob"),), "Bob Lee: call"),
            },
        ).values():
            title_in(line, LINE, "Ann Lee: call")


def is_harmless(text: str) -> None:
    """Every way in which the command line shows what stands in a calendar."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        say.answer(say.one_line(text))
        say.heading(text)
        say.table(("who!", "what"), [(text, text)])
        say.aside(text)
    assert not unseen(told.getvalue()), unseen(told.getvalue())
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        say.answer_json({"note": text, text: 1})
    assert not unseen(told.getvalue())
    assert json.loads(told.getvalue()) == json.loads(json.dumps({"note": text, text: 1}))


def is_googles(text: str) -> None:
    said = read_description(text)
    assert read_description(written_description(said)) == said or len(said) > 9_000
    with contextlib.suppress(*NONSENSE):
        read_task({"id": "t", "due": "2026-12-03", "title": text, "notes": text})


def law(text: str) -> None:
    with within(30):
        is_understood(text)
        is_harmless(text)
        is_googles(text)


def test_a_text_is_understood_and_shown(tell: Tell) -> None:
    examine("fuzzing, titles and descriptions", tell, law, TEXT, examples=40)


def is_survived(given: tuple[str, str, bool]) -> None:
    """A whole tick, where somebody wrote so into each of our entries; and what is said of it."""
    title, text, checklist = given
    of = roster(
        settings("home"),
        person("Ann Lee"),
        person("Bob Roy"),
        lists=(clients(as_checklist=checklist),),
    )
    store, calendar = open_store("memory:"), MemoryCalendar("home")
    tick(of, store, {"home": calendar}, BEGIN)
    for entry in calendar.entries():
        said = cleaned(f"{entry.text}\n{text}", lines=True)
        if entry.recurrence is None:
            calendar.edit(
                entry.uid, title=" ".join(cleaned(f"{title} {entry.title}").split()), text=said
            )
            continue
        first, *rest = entry.recurrence.overrides
        one = replace(
            first,
            text=cleaned(f"{first.text}\n{text}", lines=True).replace(
                "[ ]", f"[{cleaned(title)}]", 1
            ),
        )
        calendar.edit(entry.uid, recurrence=replace(entry.recurrence, overrides=(one, *rest)))
    with within(60):
        for n in range(3):
            report = tick(of, store, {"home": calendar}, NOW + timedelta(minutes=2 * n))
            assert not report.errors
        assert not report.outcomes
    service = Service(
        roster=of, store=store, calendars=lambda state: {"home": calendar}, clock=lambda: NOW
    )
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        for fact in service.history(None):
            say.answer_json(plain.fact(fact, BERLIN))
            say.table(("note",), [(fact.note or "",)])
        for each in service.due():
            say.answer_json(plain.due(each, BERLIN))
    assert not unseen(told.getvalue())


def test_what_is_written_into_ours_stops_no_tick(tell: Tell) -> None:
    made = st.tuples(TEXT, TEXT, st.booleans())
    examine("fuzzing, entries of ours", tell, is_survived, made, examples=12)


@pytest.mark.parametrize(
    "piece", [*ODD[:3], *MARKUP, *OURS[:12], "x ", "a", "[x] Ann Lee: call\n", "👩🏽‍🚀"]
)
def test_much_of_it_takes_time_in_proportion(piece: str) -> None:
    many = piece * (often(20_000, 100_000) // len(piece))
    with within(60):
        is_understood(many)
        is_googles(many)
