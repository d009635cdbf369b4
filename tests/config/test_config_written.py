"""People written down as YAML and read again are the same people, whatever they are called."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from syncd.config.kinds import slug
from syncd.config.nodes import Fields, Items, parse
from syncd.config.people import people
from syncd.config.shapes.people import PersonShape
from syncd.config.written import people_text, written
from syncd.errors import Problem
from syncd.model.occasions import Occasion
from syncd.model.people import CHANNELS, COUNTS, ContactList, Period, Person, Strategy
from tests.config.world import CONFIG, loaded

LISTS = {name: ContactList(name=name, cadence=Period(days=42)) for name in ("clients", "friends")}
TROUBLE = "\u2028\u2029\u00a0\u3000\u200d\ufeff\t\n'\"\\#:-{}[],&*!|>%@`~"

letters = st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]) | st.sampled_from(TROUBLE)


def tidy(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


prose = st.text(letters | st.just("\n"), max_size=30).map(tidy)
lines = prose.map(lambda text: " ".join(text.split())).filter(
    lambda text: len(text.splitlines()) == 1
) | st.sampled_from(["Null", "true", "No", "1e3", "10:00", "- x", "~", "=", "a: b", "x #y", "0x1f"])
names = lines.filter(lambda text: bool(slug(text)) and len(text) < 40)
months = st.integers(1, 999).map(lambda n: Period(months=n))
periods = months | st.integers(1, 999).map(lambda n: Period(days=n))
days = st.dates(date(1971, 1, 1), date(2199, 12, 31))


def occasion(name: str, day: date, known: bool) -> Occasion:
    return Occasion(name=name, month=day.month, day=day.day, year=day.year if known else None)


occasions = st.builds(occasion, lines, st.dates(date(1904, 1, 1)), st.booleans())


@st.composite
def strategies(draw: Callable[[Any], Any], dates: tuple[Occasion, ...]) -> Strategy:
    channel, title = draw(st.sampled_from(CHANNELS)), draw(st.just("") | lines)
    every, of, on = None, "", None
    lead = draw(st.just(Period()) | st.integers(1, 180).map(lambda n: Period(days=n)))
    way = draw(st.sampled_from(["every", "on", *(["occasion"] if dates else [])]))
    if way == "every":
        every, lead = draw(periods), Period()
    elif way == "occasion":
        of = draw(st.sampled_from(dates)).name
    else:
        on = replace(draw(occasions), name=title or channel)
    return Strategy(
        name=draw(st.sampled_from(["one", "zwei", "三"])),
        channel=channel,
        every=every,
        occasion=of,
        on=on,
        lead=lead,
        lasts=draw(st.none() | st.integers(1, 200_000).map(lambda n: timedelta(seconds=n))),
        title=title,
        counts=draw(st.sampled_from([channel in COUNTS, channel not in COUNTS])),
    )


@st.composite
def persons(draw: Callable[[Any], Any]) -> Person:
    dates = tuple({each.name: each for each in draw(st.lists(occasions, max_size=2))}.values())
    own = st.lists(strategies(dates), max_size=2, unique_by=lambda each: each.name).map(tuple)
    phones = tuple(draw(st.lists(lines.filter(lambda t: t[0] != "+"), max_size=3)))
    emails = tuple(draw(st.lists(st.sampled_from(["a@b", "ann@example.org", "x'y@z"]), max_size=2)))
    of = tuple(draw(st.lists(st.sampled_from(sorted(LISTS)), min_size=1, unique=True)))
    name, paused = draw(names), draw(st.booleans())
    return Person(
        id=draw(st.just(slug(name)) | st.sampled_from(["ann", "李", "null", "1"])),
        name=name,
        list=of[0],
        further=of[1:],
        phone=next(iter(phones), None),
        email=next(iter(emails), None),
        more_phones=phones[1:],
        more_emails=emails[1:],
        cadence=draw(st.none() | periods),
        channels=draw(st.none() | st.permutations(CHANNELS[:3]).map(tuple)),
        last_contact=draw(st.none() | days),
        interests=tuple(draw(st.lists(lines, max_size=2))),
        notes=draw(prose),
        timezone=draw(st.none() | st.sampled_from(["UTC", "America/New_York"])),
        paused=paused,
        paused_until=draw(st.none() | days) if paused else None,
        formerly=draw(st.none() | st.just(()) | st.just(("former", "früher"))),
        uid=draw(st.just("") | lines),
        address=draw(prose),
        liked=draw(st.booleans()),
        dates=dates,
        strategies=draw(st.none() | own),
    )


def read(text: str) -> list[Person]:
    """Whom a people file of that text means."""
    problems: list[Problem] = []
    root = parse(text, "people.yaml", problems)
    assert isinstance(root, Items), problems
    found = people([each for each in root if isinstance(each, Fields)], "default", LISTS, problems)
    assert not [str(each) for each in problems if not each.warning]
    return [replace(each, where="") for each in found.values()]


@given(st.lists(persons(), max_size=3))
def test_people_that_are_written_down_are_read_as_the_same(known: list[Person]) -> None:
    ids = [id for person in known for id in person.ids]
    assume(len(ids) == len(set(ids)))
    text = people_text(known)
    if known:
        assert read(text) == known
    else:
        assert text == "[]\n"


def test_whatever_a_people_file_can_say_is_written_down(tmp_path: Path) -> None:
    """A key that is added to the shape must not be forgotten."""
    keys = {field.alias or name for name, field in PersonShape.model_fields.items()}
    full = Person(
        id="a",
        name="A",
        list="clients",
        phone="1",
        email="a@b",
        cadence=Period(days=1),
        channels=("call",),
        last_contact=date(2026, 1, 1),
        interests=("x",),
        notes="x",
        timezone="UTC",
        paused=True,
        formerly=(),
        uid="x",
        address="x",
        liked=True,
        dates=(Occasion(name="x", month=1, day=1),),
        strategies=(),
    )
    assert written(full).keys() == keys
    assert loaded(tmp_path, CONFIG, people_text([full])).roster.people["a"].notes == "x"
