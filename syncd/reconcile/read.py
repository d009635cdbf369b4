"""What the user did to the contact events: facts, and where each attempt stands since.

What is there is read first, entry by entry, and deletions last: a mark that was changed at the same
look may have ended the attempt that is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syncd.model.blocks import OccurrenceId
from syncd.model.facts import Fact, Outcome, effective
from syncd.model.keys import Key, Kind
from syncd.model.records import Fate, Record
from syncd.reconcile.fold import is_over
from syncd.reconcile.journal import Journal
from syncd.reconcile.occurrences import Occurrence
from syncd.reconcile.reader import Reader, Standing
from syncd.reconcile.standing import begins, standing


@dataclass(frozen=True, kw_only=True)
class Read:
    """What came of reading."""

    facts: tuple[Fact, ...]
    standings: tuple[Standing, ...]
    records: tuple[Record, ...]
    """Records that reading changed."""


def read_contacts(
    records: Iterable[Record],
    absent: Mapping[str, frozenset[str]],
    missed: Mapping[str, Mapping[str, datetime | None]],
    journal: Journal,
    occurrences: Mapping[OccurrenceId, Occurrence],
    cores: Mapping[str, Sequence[str]],
    colours: Mapping[str, Mapping[str, Outcome]],
    numbers: Mapping[str, str],
    now: datetime,
    zone: ZoneInfo,
) -> Read:
    """Read every contact event among `records`. `absent` are, by calendar, the UIDs of those that
    are gone beyond doubt; `missed` says when those were first missed that were in doubt before;
    `occurrences` are those of the blocks as they stand now; `cores` are, by person, the titles that
    an entry of theirs may have; `colours` say, by calendar, which outcome a colour stands for;
    `numbers` are, by person, the numbers that are called."""
    facts: list[Fact] = []
    standings: list[Standing] = []
    changed: list[Record] = []
    gone: list[Record] = []
    waiting: dict[tuple[str, date], Key] = {}
    """The first entry of each touch on which nothing was read."""
    newest: dict[Key, int] = {}
    """By attempt, the last generation of it that is there."""

    def reader_of(record: Record) -> Reader:
        who = record.key.subject
        colour_of = colours.get(record.calendar, {})
        return Reader(
            record, journal, now, zone, cores.get(who, ()), colour_of, numbers.get(who, "")
        )

    for record in records:
        if record.key.kind is not Kind.CONTACT or record.fate not in (Fate.LIVE, Fate.RELEASED):
            continue
        if record.uid in absent.get(record.calendar, frozenset()):
            gone.append(record)
            continue
        if record.seen is None:  # about to be made: it stands where it was meant to
            stand = Standing(record=record, trace=standing(record))
            standings.append(_current_slot(stand, occurrences))
            continue
        attempt = replace(record.key, generation=0)
        newest[attempt] = max(newest.get(attempt, 0), record.key.generation)
        reader = reader_of(record)
        stand = reader.present(occurrences)
        facts += reader.facts
        standings.append(_current_slot(stand, occurrences))
        if stand.record is not record:
            changed.append(stand.record)
        theirs = record.fate is Fate.RELEASED and begins(stand.trace.start, zone) <= now
        if reader.fact is None and not theirs:
            touch = record.key.subject, record.key.day
            waiting[touch] = min(waiting.get(touch, record.key), record.key)
    for record in gone:  # last, since what was marked meanwhile may have ended their attempts
        who = record.key.subject
        told = effective([*journal.about(who), *(f for f in facts if f.person == who)])
        first = waiting.get((who, record.key.day), record.key)
        # Whose attempt goes on under a later generation was taken along, by another syncd or by
        # one of which this database does not know: nobody skipped it.
        goes_on = newest.get(replace(record.key, generation=0), 0) > record.key.generation
        over = goes_on or first < record.key or is_over(record.key, told)
        reader = reader_of(record)
        since = missed.get(record.calendar, {}).get(record.uid)
        changed.append(reader.gone(over=over, since=since or now))
        facts += reader.facts
    return Read(facts=tuple(facts), standings=tuple(standings), records=tuple(changed))


def _current_slot(stand: Standing, occurrences: Mapping[OccurrenceId, Occurrence]) -> Standing:
    """`stand` with its slot called what its occurrence is called now that the series changed."""
    slot = stand.trace.slot
    occurrence = occurrences.get(slot) if slot else None
    if occurrence is None or occurrence.id == slot:
        return stand
    return replace(stand, trace=replace(stand.trace, slot=occurrence.id))
