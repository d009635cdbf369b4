"""One item of a checklist: its record as the text of its occurrence shows it, and its line as it is
to be written there. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from syncd.model.blocks import OccurrenceId
from syncd.model.entries import Entry
from syncd.model.records import Fate, Record
from syncd.reconcile import marks
from syncd.reconcile.checklist import Told, alike, reworded, title_in
from syncd.reconcile.standing import split_sign, standing, versions
from syncd.reconcile.trace import decode


def seen_in(
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
    line = first_line(record.seen)
    made = (reworded(line, form, wanted) for form in forms_of(record))
    kept = next((each for each in made if each is not None), line)
    return "\n".join(part for part in (kept, below) if part)


def as_seen(record: Record, entry: Entry) -> str:
    """The lines of an item that stays `entry`, the first one whatever the user made of it."""
    if record.seen is None:
        return entry.text
    _, _, below = entry.text.partition("\n")
    return "\n".join(part for part in (first_line(record.seen), below) if part)


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
        known = entry if older is None or alike(line, first_line(entry)) else older
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
    ours = told.line if told is not None else first_line(entry)
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


def forms_of(record: Record) -> list[str]:
    """The lines that we may have written for an item, newest first."""
    return [first_line(entry) for entry in (record.intent, record.base) if entry is not None]


def first_line(entry: Entry) -> str:
    return entry.text.partition("\n")[0]
