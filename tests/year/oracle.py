"""What must hold after every tick, looked up in the calendars and in the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import pairwise

from dateutil.rrule import rrulestr

from syncd.model.entries import Entry
from syncd.model.facts import CLOSING, TRIED, Fact, effective
from syncd.model.keys import Key, Kind, decode
from tests.year.cast import DEPLOYMENT, ZONE
from tests.year.user import SIGNS, Ledger


def contacts(entries: Iterable[Entry]) -> list[tuple[Key, Entry]]:
    """The contact events among `entries`, with their keys."""
    found = []
    for entry in entries:
        key = decode(entry.uid, DEPLOYMENT)
        if key is not None and key.kind is Kind.CONTACT:
            found.append((key, entry))
    return found


def _same(id: str) -> str:
    return id


def open_contacts(
    entries: Iterable[Entry],
    facts: Iterable[Fact],
    released: frozenset[str],
    who: Callable[[str], str] = _same,
) -> list[tuple[Key, Entry]]:
    """Those that wait for a mark: without a sign, and nothing known of their attempt, be it of
    another entry or of none, nor anything later of their touch; what was `released` is the user's.
    `who` says whom an id means."""
    theirs: dict[str, list[Fact]] = defaultdict(list)
    for fact in effective(list(facts)):
        if fact.touch is not None and fact.outcome in CLOSING | TRIED:
            theirs[who(fact.person)].append(fact)
    found = []
    for key, entry in contacts(entries):
        if entry.title.startswith(SIGNS) or entry.uid in released:
            continue
        over = any(
            (fact.touch, fact.attempt or 0) >= (key.day, key.attempt)
            or (fact.touch == key.day and (fact.outcome in CLOSING or fact.entry == entry.uid))
            for fact in theirs[who(key.subject)]
            if fact.touch is not None
        )
        if not over:
            found.append((key, entry))
    return found


def at_most_one_open(
    entries: Iterable[Entry],
    facts: Iterable[Fact],
    released: frozenset[str],
    who: Callable[[str], str] = _same,
) -> None:
    """At most one open contact event for a person."""
    people: dict[str, list[str]] = defaultdict(list)
    for key, entry in open_contacts(entries, facts, released, who):
        people[who(key.subject)].append(f"{key} «{entry.title}» {entry.start}")
    several = {who: theirs for who, theirs in people.items() if len(theirs) > 1}
    assert not several, several
    uids = [entry.uid for _, entry in contacts(entries)]
    assert len(uids) == len(set(uids))


def occurrences(series: Entry, now: datetime) -> list[tuple[datetime, datetime]]:
    """Those of the next five weeks, as they stand."""
    assert series.recurrence is not None
    assert isinstance(series.start, datetime) and isinstance(series.end, datetime)
    length = series.end - series.start
    wall = series.start.astimezone(ZONE).replace(tzinfo=None)
    low = now.astimezone(ZONE).replace(tzinfo=None) - timedelta(days=14)
    rule = rrulestr(series.recurrence.rule, dtstart=wall)
    starts = [each.replace(tzinfo=ZONE) for each in rule.between(low, low + timedelta(days=49))]
    until = series.recurrence.until
    starts = [each for each in starts if until is None or each <= until]
    moved = {each.original: each for each in series.recurrence.overrides}
    found = []
    for start in starts:
        if start in series.recurrence.exdates:
            continue
        override = moved.get(start)
        if override is None:
            found.append((start, start + length))
        elif not override.cancelled:
            found.append((override.start, override.end))
    return found


def no_occurrence_over_capacity(
    entries: Iterable[Entry],
    facts: Iterable[Fact],
    released: frozenset[str],
    ledger: Ledger,
    now: datetime,
) -> None:
    """No hour that is still to come holds more than fit into it, what the user put there aside.

    What sits in an hour does not ring by itself; a retry that has a day of its own, and over which
    the user may have moved an hour, does.
    """
    entries = list(entries)
    placed = [
        entry
        for _, entry in open_contacts(entries, facts, released)
        if entry.uid not in ledger.moved | ledger.reopened
    ]
    for series in entries:
        key = decode(series.uid, DEPLOYMENT)
        if key is None or key.kind is not Kind.BLOCK:
            continue
        for start, end in occurrences(series, now):
            if start <= now:
                continue
            inside = [each for each in placed if each.alarm is None and _within(each, start, end)]
            room = (end - start) // timedelta(minutes=15)
            assert len(inside) <= room, (start, [each.title for each in inside])
            times = sorted((each.start, each.end) for each in inside)  # type: ignore[type-var]
            for (_, before), (after, _) in pairwise(times):
                assert before <= after, times  # type: ignore[operator]


def _within(entry: Entry, start: datetime, end: datetime) -> bool:
    return isinstance(entry.start, datetime) and start <= entry.start < end


def no_mark_lost(entries: Iterable[Entry], facts: Iterable[Fact], ledger: Ledger) -> None:
    """No mark is lost, and none counts twice: each of the ledger is one effective fact."""
    facts = list(facts)
    held: dict[str, list[Fact]] = defaultdict(list)
    for fact in effective(facts):
        if fact.entry and fact.outcome.value != "snoozed":
            held[fact.entry].append(fact)
    for uid, said in ledger.said.items():
        told = [(fact.outcome, fact.direction) for fact in held[uid]]
        assert told == [said], (uid, said, told)
    for uid in ledger.skipped:
        # At one look with a mark that ended its touch, or opened an earlier attempt, it is tidying.
        told = [fact.outcome.value for fact in held[uid]]
        assert told == ["skipped"] or (not told and uid in ledger.beside), uid
    assert len({fact.id for fact in facts}) == len(facts)
    for entry in entries:
        line = ledger.written.get(entry.uid)
        assert line is None or entry.text.count(line) == 1, (line, entry.text)
