"""The items of checklists as records: read out of the texts of occurrences, before a plan is made.

An item is planned like any contact event. What differs is where it stands: its record is `seen` as
the text of its occurrence shows it, and it is written by writing that text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from syncd.model.blocks import OccurrenceId
from syncd.model.entries import Entry
from syncd.model.facts import Fact
from syncd.model.keys import Kind
from syncd.model.records import Fate, Record
from syncd.reconcile.absorb import withdraws
from syncd.reconcile.checklist import (
    Sheet,
    Told,
    lines_of,
    sheet_in,
    users_lines,
)
from syncd.reconcile.houses import Houses
from syncd.reconcile.lines import bare, first_line, forms_of, is_ours, seen_in
from syncd.reconcile.occurrences import Occurrence, is_timed_series, zone_of
from syncd.reconcile.standing import versions
from syncd.reconcile.trace import decode, read_fact_line


@dataclass(frozen=True, kw_only=True)
class Page:
    """The text of an occurrence."""

    at: OccurrenceId
    """Which that is today; its items know it by the name that it had when they were written."""
    calendar: str
    text: str
    sheet: Sheet
    """What it says of itself; nothing where that was pasted from another one."""


@dataclass(frozen=True, kw_only=True)
class Items:
    """All records, those of items as they are seen now."""

    records: tuple[Record, ...]
    changed: tuple[Record, ...]
    """Those of items that are new to us, or were found to be written, or gone."""
    facts: tuple[Fact, ...] = ()
    """What items acknowledge that we did not write so."""
    pages: Mapping[OccurrenceId, Page] = field(default_factory=dict)
    """The texts that have items, or had."""
    stale: Mapping[OccurrenceId, list[str]] = field(default_factory=dict)
    """Lines there of what has become an event of its own."""
    moved: tuple[tuple[str, str], ...] = ()
    """(calendar, uid) of records of items that are in another calendar now."""
    withdrawn: frozenset[str] = frozenset()
    """UIDs of items of which another syncd took back what they acknowledged."""


def taken_in(
    records: Iterable[Record], occurrences: Mapping[OccurrenceId, Occurrence], houses: Houses
) -> Items:
    """See every item among `records` in its occurrence's text, and adopt those that no record
    knows. `occurrences` are those of the blocks as they stand now, by all the names that they
    had."""
    records, deployment = tuple(records), houses.roster.deployment
    pages = _pages(records, occurrences, houses)
    said = {
        (slot, item.key.encode(deployment)): item
        for slot, page in pages.items()
        for item in page.sheet.items
    }
    known = {(record.calendar, record.uid): record for record in records}
    elsewhere = {record.uid: record for record in records if record.item}
    named = {(pages[slot].calendar, uid) for slot, uid in said}
    moved: list[tuple[str, str]] = []
    adopted: dict[tuple[str, str], Record] = {}
    facts: list[Fact] = []
    withdrawn: set[str] = set()
    for (slot, uid), item in said.items():
        calendar = pages[slot].calendar
        record = known.get((calendar, uid))
        before = elsewhere.get(uid)
        if record is None and before is not None:
            if (before.calendar, uid) in named:  # a copy
                continue
            moved.append((before.calendar, uid))  # its block has another calendar since
            del known[before.calendar, uid]
            record = elsewhere[uid] = replace(before, calendar=calendar)
            known[calendar, uid] = adopted[calendar, uid] = record
        elif record is None and (entry := _entry(uid, slot, item)) is not None:
            record = Record(calendar=calendar, uid=uid, key=item.key, base=entry)
            known[calendar, uid] = adopted[calendar, uid] = record
            facts += _fact(record, item)
        if record is not None and record.item and item.trace not in _traces(record):
            facts += _fact(record, item)
            if record.base is not None and withdraws(record.base.trace, item.trace, record):
                withdrawn.add(uid)
    found = _found(known.values(), pages, said)
    lines: dict[str, dict[OccurrenceId, str]] = defaultdict(dict)
    for (slot, uid), line in found.items():
        lines[uid][slot] = line
    seen = {name: seen_in(record, lines[record.uid], said) for name, record in known.items()}
    changed = adopted.keys() | {name for name, each in seen.items() if each is not known[name]}
    having = {slot for slot, _ in (*said, *found)}
    return Items(
        records=tuple(seen.values()),
        changed=tuple(bare(seen[name]) for name in sorted(changed)),
        facts=tuple(facts),
        pages={slot: page for slot, page in pages.items() if slot in having},
        stale=_stale(known.values(), found),
        moved=tuple(moved),
        withdrawn=frozenset(withdrawn),
    )


def left(
    items: Items, records: Iterable[Record], written: Collection[str]
) -> dict[OccurrenceId, str]:
    """The texts of occurrences without what is ours in them, by what they say and by what was read
    on the `records` of their items. Those `written` anew, by UID, take along what the user wrote
    into their lines; it stays where that of others was."""
    ours = _ours(items, records, written)
    return {
        page.at: users_lines(page.text, page.sheet, ours.get(slot, ()))
        for slot, page in items.pages.items()
    }


def _ours(
    items: Items, records: Iterable[Record], written: Collection[str]
) -> dict[OccurrenceId, list[str]]:
    """By occurrence, the lines that are to be ours again, whatever was changed in them."""
    found: dict[OccurrenceId, list[str]] = defaultdict(list)
    for slot, lines in items.stale.items():
        found[slot] += lines
    for record in records:
        seen = record.seen
        if record.item and seen is not None and (is_ours(record) or record.uid in written):
            for slot in {trace.slot for trace in versions(record) if trace.slot is not None}:
                found[slot].append(first_line(seen))
    return found


def _pages(
    records: Iterable[Record], occurrences: Mapping[OccurrenceId, Occurrence], houses: Houses
) -> dict[OccurrenceId, Page]:
    """The texts of occurrences, by the names that their items know; of two halves of a series the
    later one's, of two calendars' that from which the block moves: it is read to the last."""
    found: dict[OccurrenceId, Page] = {}
    blocks = [r for r in records if r.key.kind is Kind.BLOCK and r.fate is Fate.LIVE]
    for record in sorted(blocks, key=lambda each: (houses.moves(each), each.key)):
        seen = record.seen
        if seen is None or not is_timed_series(seen) or seen.recurrence is None:
            continue
        zone = zone_of(seen, ZoneInfo("UTC"))
        for override in seen.recurrence.overrides:
            if not override.cancelled and override.text:
                day = override.original.astimezone(zone).date()
                at = OccurrenceId(record.key.subject, day)
                text = override.text.replace("\r\n", "\n")
                name, sheet = _named(at, sheet_in(text), occurrences)
                found[name] = Page(at=at, calendar=record.calendar, text=text, sheet=sheet)
    return found


def _named(
    at: OccurrenceId, sheet: Sheet, occurrences: Mapping[OccurrenceId, Occurrence]
) -> tuple[OccurrenceId, Sheet]:
    """What the occurrence `at` was called when its text was written, and its sheet: it has another
    name today where its whole series was moved to another day."""
    if sheet.of == str(at):
        return at, sheet
    try:
        name = OccurrenceId.parse(sheet.of)
    except ValueError:
        return at, Sheet()
    now = occurrences.get(name)
    return (name, sheet) if now is not None and now.id == at else (at, Sheet())


def _found(
    records: Iterable[Record],
    pages: Mapping[OccurrenceId, Page],
    said: Mapping[tuple[OccurrenceId, str], Told],
) -> dict[tuple[OccurrenceId, str], str]:
    """By occurrence and UID, the line there that is an item's. Where a text says which items it
    has, it has no others: a line may look like that of one that is about to be written."""
    sure = {slot for slot, _ in said}
    wanted: dict[OccurrenceId, dict[str, tuple[Sequence[str], str]]] = defaultdict(dict)
    for (slot, uid), told in said.items():
        trace = decode(told.trace)
        forms = [told.stands, told.line]
        wanted[slot][uid] = forms, trace.title if trace is not None else ""
    for record in records:
        if record.item and record.fate is Fate.LIVE:
            for each in versions(record):
                if each.slot is not None and each.slot in pages and each.slot not in sure:
                    wanted[each.slot][record.uid] = forms_of(record), each.title
    return {
        (slot, uid): line
        for slot, items in wanted.items()
        for uid, line in lines_of(pages[slot].text, items, pages[slot].sheet.sums).items()
    }


def _stale(
    records: Iterable[Record], found: Mapping[tuple[OccurrenceId, str], str]
) -> dict[OccurrenceId, list[str]]:
    """By occurrence, the lines there of what is an item no more."""
    items = {record.uid for record in records if record.item}
    stale: dict[OccurrenceId, list[str]] = defaultdict(list)
    for (slot, uid), line in found.items():
        if uid not in items:
            stale[slot].append(line)
    return stale


def _entry(uid: str, slot: OccurrenceId, told: Told) -> Entry | None:
    """What we once wrote into `slot`, by what is told of it there; None where that cannot be."""
    trace = decode(told.trace)
    if trace is None or trace.slot != slot or not isinstance(trace.start, datetime):
        return None
    return Entry(
        uid=uid,
        title=trace.title,
        start=trace.start,
        end=trace.end,
        text=told.line,
        busy=False,
        private=True,
        trace=told.trace,
        item=True,
    )


def _fact(record: Record, told: Told) -> list[Fact]:
    trace = decode(told.trace)
    fact = read_fact_line(trace.fact, record.uid, record.key) if trace is not None else None
    return [replace(fact, note=told.note)] if fact is not None else []


def _traces(record: Record) -> list[str]:
    return [entry.trace for entry in (record.base, record.intent) if entry is not None]
