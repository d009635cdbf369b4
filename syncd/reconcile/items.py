"""The items of checklists as records: read out of the texts of occurrences, before a plan is made.

An item is planned like any contact event. What differs is where it stands: its record is `seen` as
the text of its occurrence shows it, and it is written by writing that text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syncd.model.blocks import OccurrenceId
from syncd.model.entries import Entry
from syncd.model.facts import Fact
from syncd.model.keys import Kind
from syncd.model.records import Fate, Record
from syncd.reconcile import marks
from syncd.reconcile.absorb import withdraws
from syncd.reconcile.checklist import (
    Sheet,
    Told,
    alike,
    lines_of,
    reworded,
    sheet_in,
    title_in,
    users_lines,
)
from syncd.reconcile.houses import Houses
from syncd.reconcile.occurrences import Occurrence, is_timed_series, zone_of
from syncd.reconcile.standing import split_sign, standing, versions
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
    seen = {name: _seen(record, lines[record.uid], said) for name, record in known.items()}
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


def bare(record: Record) -> Record:
    """`record` as it is remembered: what is seen of an item is seen anew each time."""
    return replace(record, seen=None) if record.item else record


def is_ours(record: Record) -> bool:
    """Whether the line of an item is as we wrote it, or carries but a mark that was understood."""
    seen = record.seen
    if seen is None or seen.title == record.consumed:
        return True
    return any(seen.title == each.title for each in versions(record))


def shown(record: Record, entry: Entry) -> str:
    """The lines of an item that is to be `entry`: what the user wrote into its line and is no mark
    stays in it."""
    if is_ours(record) or record.seen is None:
        return entry.text
    wanted, _, below = entry.text.partition("\n")
    line = _line(record.seen)
    made = (reworded(line, form, wanted) for form in _forms(record))
    kept = next((each for each in made if each is not None), line)
    return "\n".join(part for part in (kept, below) if part)


def as_seen(record: Record, entry: Entry) -> str:
    """The lines of an item that stays `entry`, the first one whatever the user made of it."""
    if record.seen is None:
        return entry.text
    _, _, below = entry.text.partition("\n")
    return "\n".join(part for part in (_line(record.seen), below) if part)


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
                found[slot].append(_line(seen))
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
                    wanted[each.slot][record.uid] = _forms(record), each.title
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


def _seen(
    record: Record,
    lines: Mapping[OccurrenceId, str],
    said: Mapping[tuple[OccurrenceId, str], Told],
) -> Record:
    """An item's record as its occurrence shows it, where its `lines` are; one that was out and is
    there is back."""
    if not record.item:
        return record
    sighted = _where_it_was_put(record, lines, said)
    if sighted is None or not _is_marked(sighted):  # or in an old text that an app has put back
        entry = record.base or record.intent
        sightings = (
            _sighted(record, line, entry, said[slot, record.uid])
            for slot, line in lines.items()
            if entry is not None and (slot, record.uid) in said
        )
        sighted = next((each for each in sightings if _is_marked(each)), sighted)
    if sighted is not None:
        return sighted
    if record.fate is not Fate.LIVE:
        return record
    if record.leaving is not None:
        return replace(record, fate=record.leaving, leaving=None, intent=None, consumed=None)
    if record.base is None:
        return record
    if standing(record).is_over:  # tidied away
        return replace(record, fate=Fate.GONE, intent=None, consumed=None)
    # A line that is not there means what no mark means: texts get lost more easily than entries.
    return replace(record, seen=record.base)


def _where_it_was_put(
    record: Record,
    lines: Mapping[OccurrenceId, str],
    said: Mapping[tuple[OccurrenceId, str], Told],
) -> Record | None:
    """`record` as it is seen where we wrote it, or were about to; None where it is not there."""
    for entry in (record.intent, record.base):
        trace = decode(entry.trace) if entry is not None else None
        if entry is None or trace is None or trace.slot is None or trace.slot not in lines:
            continue
        line, told = lines[trace.slot], said.get((trace.slot, record.uid))
        older = record.base if entry is record.intent and told is None else None
        known = entry if older is None or alike(line, _line(entry)) else older
        return _sighted(record, line, known, told)
    return None


def _is_marked(record: Record) -> bool:
    """Whether the line of an item carries a mark that was not understood yet."""
    seen = record.seen
    if seen is None or is_ours(record):
        return False
    sign, core = split_sign(standing(record).title)
    name = core.rpartition(":")[0] or core
    reading = marks.read(seen.title, core=core, name=name, sign=sign, today=date.min)
    return isinstance(reading, marks.Marked)


def _sighted(record: Record, line: str, entry: Entry, told: Told | None) -> Record:
    """`record`, of whose item `line` is seen, in a text that says what was written there; `entry`
    is what was written where it does not."""
    ours = told.line if told is not None else _line(entry)
    trace = told.trace if told is not None else ""
    written = decode(trace) or decode(entry.trace)
    assert written is not None
    seen = replace(
        entry,
        title=title_in(line, ours, written.title or entry.title),
        start=written.start,
        end=written.end,
        text=line,
        trace=trace,
    )
    intent = record.intent
    arrived = intent is not None and (trace == intent.trace if trace else entry is intent)
    return replace(
        record,
        fate=Fate.LIVE,
        seen=seen,
        base=intent if arrived else record.base,
        intent=None if arrived else intent,
        leaving=None,
        consumed=None if arrived else record.consumed,
    )


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


def _forms(record: Record) -> list[str]:
    """The lines that we may have written for an item, newest first."""
    return [_line(entry) for entry in (record.intent, record.base) if entry is not None]


def _line(entry: Entry) -> str:
    return entry.text.partition("\n")[0]
