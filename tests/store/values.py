"""Hypothesis strategies and plain samples of what a store remembers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from syncd.model.entries import Entry, Override, Recurrence
from syncd.model.facts import Direction, Fact, Outcome, Source
from syncd.model.keys import Key, Kind
from syncd.model.records import Acquaintance, CalendarState, Delta, Fate, Pause, Record, Scope

ZONES: tuple[tzinfo, ...] = (
    *map(
        ZoneInfo, ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC", "Etc/GMT+5")
    ),
    UTC,
    timezone(timedelta(hours=5, minutes=45)),
    timezone(-timedelta(hours=3, seconds=1)),
)

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.sampled_from(["home", "work", "ann-lee", "bob", "zoë", "李"])
ids = st.sampled_from([f"id{number}" for number in range(6)])
days = st.dates()
spans = st.timedeltas(timedelta(days=-36500), timedelta(days=36500))
"""Beyond a century a float of seconds no longer tells microseconds apart."""
# Two days in, so that the offset never leaves the calendar.
walls = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29))
around_clock_changes = st.datetimes(datetime(2026, 10, 25), datetime(2026, 10, 25, 4))
moments = st.builds(
    lambda wall, zone, fold: wall.replace(tzinfo=zone, fold=fold),
    walls | around_clock_changes,
    st.sampled_from(ZONES),
    st.integers(0, 1),
)
instants = days | moments
maybe_moment = st.none() | moments
maybe_day = st.none() | days

overrides = st.builds(
    Override,
    original=moments,
    start=moments,
    end=moments,
    title=words,
    text=words,
    alarm=st.none() | spans,
    cancelled=st.booleans(),
)
recurrences = st.builds(
    Recurrence,
    rule=words,
    until=maybe_moment,
    count=st.none() | st.integers(1, 99),
    exdates=st.frozensets(moments, max_size=3),
    overrides=st.lists(overrides, max_size=2).map(tuple),
)
entries = st.builds(
    Entry,
    uid=words,
    title=words,
    start=instants,
    end=instants,
    text=words,
    busy=st.booleans(),
    private=st.booleans(),
    alarm=st.none() | spans,
    cancelled=st.booleans(),
    guests=st.integers(0, 9),
    trace=words,
    recurrence=st.none() | recurrences,
)
facts = st.builds(
    Fact,
    id=ids,
    person=names,
    at=moments,
    outcome=st.sampled_from(Outcome),
    source=st.sampled_from(Source),
    recorded=moments,
    channel=st.none() | words,
    note=words,
    direction=st.sampled_from(Direction),
    touch=maybe_day,
    attempt=st.none() | st.integers(1, 9),
    day=maybe_day,
    until=maybe_day,
    entry=st.none() | words,
    opened=maybe_moment,
    supersedes=st.none() | ids,
    void=st.booleans(),
    number=words,
)
keys = st.builds(
    Key,
    kind=st.sampled_from(Kind),
    subject=names,
    day=days,
    attempt=st.integers(0, 9),
    generation=st.integers(0, 9),
)
maybe_entry = st.none() | entries
records = st.builds(
    Record,
    calendar=names,
    uid=ids,
    key=keys,
    fate=st.sampled_from(Fate),
    href=words,
    version=words,
    body=words,
    seen=maybe_entry,
    base=maybe_entry,
    intent=maybe_entry,
    leaving=st.none() | st.sampled_from(Fate),
    consumed=st.none() | words,
    tries=st.integers(0, 9),
    why=words,
)
calendars = st.builds(
    CalendarState,
    cursor=words,
    memo=words,
    place=words,
    listed=maybe_moment,
    succeeded=maybe_moment,
    failing_since=maybe_moment,
    error=words,
    doubtful=st.dictionaries(words, maybe_moment, max_size=2),
)
acquaintances = st.builds(
    Acquaintance,
    first_seen=days,
    seat=st.integers(0, 99),
    paused=st.booleans(),
    active_since=maybe_day,
    phone=words,
    email=words,
    admitted=maybe_day,
)
pauses = st.builds(Pause, scope=st.sampled_from(Scope), name=names, since=days, until=maybe_day)
deltas = st.builds(
    Delta,
    facts=st.lists(facts, max_size=3).map(tuple),
    records=st.lists(records, max_size=3).map(tuple),
    forgotten=st.lists(st.tuples(names, ids), max_size=4).map(tuple),
    foreign=st.dictionaries(names, st.dictionaries(ids, words, max_size=3), max_size=2),
    foreign_gone=st.dictionaries(names, st.frozensets(ids, max_size=3), max_size=2),
    calendars=st.dictionaries(names, calendars, max_size=2),
    acquaintances=st.dictionaries(names, acquaintances, max_size=2),
    pauses=st.none() | st.lists(pauses, max_size=2).map(tuple),
    settings=st.dictionaries(ids, st.none() | words, max_size=3),
    verb=st.booleans(),
)

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 12, 3, 12, tzinfo=BERLIN)


def entry(uid: str = "uid", title: str = "Ann Lee: call") -> Entry:
    """A contact event of a quarter of an hour."""
    return Entry(uid=uid, title=title, start=NOON, end=NOON + timedelta(minutes=15))


def record(uid: str = "uid", *, tries: int = 0) -> Record:
    """A live record in the calendar `home`."""
    key = Key(kind=Kind.CONTACT, subject="ann-lee", day=date(2026, 12, 3), attempt=1)
    return Record(calendar="home", uid=uid, key=key, base=entry(uid), tries=tries)


def fact(id: str = "fact", *, note: str = "") -> Fact:
    """Ann Lee was reached."""
    return Fact(
        id=id,
        person="ann-lee",
        at=NOON,
        outcome=Outcome.REACHED,
        source=Source.MARK,
        recorded=NOON,
        note=note,
    )


DELTA = Delta(facts=(fact(),), records=(record(),))
