"""One contact event, read: what the user did to it since we last wrote it, as facts.

At one look, in this order: a mark that was set, changed or taken away; a `>` token; a drag; a
deletion. Reading is level-based: it compares what is there with what we last wrote and with what
the journal says of the entry, so that reading the same thing twice gives nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from syncd.model.blocks import OccurrenceId
from syncd.model.entries import Entry, Instant
from syncd.model.facts import CLOSING, RESTING, TRIED, Fact, Outcome, Source, is_undoing
from syncd.model.people import Period
from syncd.model.records import Fate, Record
from syncd.model.words import leading_when
from syncd.reconcile import marks
from syncd.reconcile.corrections import (
    apart,
    beneath,
    is_from_elsewhere,
    is_unseen,
    joined,
    number_called,
)
from syncd.reconcile.gestures import as_found, gesture, is_open, unticked, without_colour
from syncd.reconcile.journal import Journal
from syncd.reconcile.occurrences import Occurrence, instant
from syncd.reconcile.render import acknowledged
from syncd.reconcile.standing import (
    Times,
    begins,
    is_bare,
    same_time,
    split_sign,
    standing,
    task_times,
    times_of,
    versions,
)
from syncd.reconcile.trace import Trace

PAUSE = Period(months=3)
"""How long a person is paused whom a mark pauses."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A contact event that is in the calendar, after reading it."""

    record: Record
    trace: Trace
    """Where its attempt stands: times, slot, pin and roll-overs as the user left them."""
    question: str = ""
    """What the title says that cannot be acted upon."""
    snoozed_to: date | None = None
    """The day that a `>` token asks for."""
    reopened: datetime | None = None
    """When a fact was taken back here, which opened the attempt again where it stands; it does not
    count against the room, and its day of grace starts anew."""

    @property
    def times(self) -> Times:
        """From when to when it lies."""
        return Times(start=self.trace.start, end=self.trace.end)


class Reader:
    """Reads one entry; what it finds gathers in `facts`."""

    def __init__(
        self,
        record: Record,
        journal: Journal,
        now: datetime,
        zone: ZoneInfo,
        cores: Sequence[str] = (),
        colours: Mapping[str, Outcome] | None = None,
        number: str = "",
    ) -> None:
        self.record, self.journal, self.now, self.zone = record, journal, now, zone
        self.colours = colours or {}
        self.number = number
        self.today = now.astimezone(zone).date()
        self.fact = journal.by_entry.get(record.uid)
        self.trace = standing(record, cores)
        self.facts: list[Fact] = []

    def present(self, occurrences: Mapping[OccurrenceId, Occurrence]) -> Standing:
        """Read an entry that is there."""
        record, entry = self.record, self.record.seen
        assert entry is not None
        stand = Standing(record=record, trace=self.trace)
        opened = not is_bare(record) and unticked(entry, record.base, self.trace)
        undone = opened and self.fact is not None and not self._is_typed(entry, self.fact)
        if self._restored() or undone:
            self._take_back()
        record = replace(record, base=self._left(entry, opened=opened))
        sign, core = split_sign(self.trace.title)
        reading = self._reading(entry)
        understood = self._is_understood(entry, reading)
        snoozed_to, question = None, ""
        match reading:
            case marks.Marked(meaning, note):
                if not understood:
                    self._mark(meaning, note, sign)
                record = replace(record, consumed=entry.title)
            case marks.Signed() if is_open(record.base, self.trace) and self._is_withdrawn():
                self._take_back()
                record = replace(record, base=as_found(record.base, entry), consumed=None)
            case marks.Signed(note) if note and self.fact and marks.sign_of(self.fact) == sign:
                if not understood:
                    self._add_note(note)
                record = replace(record, consumed=entry.title)
            case marks.Plain() if self.fact and self._taken_away(sign):
                self._take_back()
                record = replace(record, base=as_found(record.base, entry))
                if split_sign(entry.title)[1].strip() == core:  # any other words are the user's
                    # A gesture that is made once more leaves the title as it was; a line has none.
                    record = replace(record, consumed=entry.title if record.item and sign else None)
            case marks.Snoozed(day, token, note) if self._is_free() or self._gave_way(entry, sign):
                if self.fact is not None and not (understood and self._let_go()):
                    self._take_back()
                    record = replace(record, base=as_found(record.base, entry))
                snoozed_to = self._snooze(day, f"{token} {note}".strip(), understood)
                record = replace(record, consumed=entry.title)
            case marks.Unclear(asked):
                question = asked
        voided = [fact for fact in self.facts if fact.void and fact.entry == record.uid]
        taken_back = voided[-1] if voided else self.journal.voided.get(record.uid)
        reopened = taken_back.recorded if taken_back and self.fact is None else None
        stand = replace(
            stand, record=record, question=question, snoozed_to=snoozed_to, reopened=reopened
        )
        if self.fact is not None or snoozed_to is not None:
            return stand
        return replace(stand, trace=self._moved(self._times(entry), occurrences))

    def gone(self, *, over: bool, since: datetime) -> Record:
        """Read an entry that is there no more, as was first seen at `since`; `over` says that its
        attempt was not open."""
        record, entry = self.record, self.record.seen
        if record.leaving is not None:  # our own doing
            return replace(record, fate=record.leaving, leaving=None, intent=None, consumed=None)
        if entry is not None and record.fate is Fate.LIVE:  # what it said last, unread
            reading = self._reading(entry)
            if isinstance(reading, marks.Marked) and not self._is_understood(entry, reading):
                self._mark(reading.meaning, reading.note, split_sign(self.trace.title)[0])
        if entry is not None and self.fact is None and record.fate is Fate.LIVE and not over:
            times = self._times(entry)
            if begins(times.start, self.zone) > since:
                day = begins(times.start, self.zone).astimezone(self.zone).date()
                self._add(
                    outcome=Outcome.SKIPPED,
                    source=Source.DELETION,
                    at=since,
                    day=max(day, since.astimezone(self.zone).date()),
                )
        return replace(record, fate=Fate.GONE, intent=None, consumed=None)

    # -- marks

    def _reading(self, entry: Entry) -> marks.Reading:
        """What the title says; where it says nothing, what was done to the entry besides."""
        reading = self._read(entry.title)
        said = gesture(entry, self.record.base, self.trace, self.fact, self.colours)
        if said and not isinstance(reading, marks.Marked):  # a mark goes before any other words
            return self._read(entry.title, said)
        return reading

    def _read(self, title: str, said: str = "") -> marks.Reading:
        """What `title` says, with the mark `said` before it."""
        sign, core = split_sign(self.trace.title)
        if title == self.trace.title and not said:  # of an old calendar nearly all are
            return marks.Signed() if sign else marks.Plain()
        name = core.rpartition(":")[0] or core
        if sign not in title:  # then what is said is no sign of ours
            sign = ""
        return marks.read(f"{said} {title}", core=core, name=name, sign=sign, today=self.today)

    def _is_understood(self, entry: Entry, reading: marks.Reading) -> bool:
        """Whether `reading` is of the title that was read last, and no other mark than then: of
        gestures the title does not tell."""
        if self.record.consumed != entry.title:
            return False
        if not isinstance(reading, marks.Marked):
            return True
        if self.fact is None:  # by a verb, or it was no mark
            taken_back = self.journal.voided.get(self.record.uid)
            by_verb = taken_back is not None and is_undoing(taken_back)
            return by_verb or isinstance(self._read(entry.title), marks.Marked)
        return self.fact.source is not Source.MARK or _means(self.fact, reading.meaning)

    def _mark(self, meaning: marks.Meaning, note: str, sign: str) -> None:
        old = self.fact
        until, paused = None, meaning.outcome is Outcome.PAUSED
        if paused:
            until, note = leading_when(note, self.today)
        if old is not None and is_unseen(old, self.record) and not _means(old, meaning):
            self.facts.append(apart(old, self.now))
            old = None
        if old is not None:
            known, told = beneath(old, self.record, self.journal.ids), note
            if (sign or is_from_elsewhere(known)) and (not note or _means(known, meaning)):
                note = joined(known.note, note)  # the known one is not in the title
            same = _means(old, meaning)
            if same and (not told or old.note in (told, note)) and until in (None, old.until):
                return
            if same and until is None:
                until = old.until
        self._add(
            outcome=meaning.outcome,
            source=Source.MARK,
            at=self._when() if old is None else self._when_instead(old),
            note=note,
            direction=meaning.direction,
            day=self._skipped_day() if meaning.outcome is Outcome.SKIPPED else None,
            until=until or (PAUSE.after(self.today) if paused else None),
            number=(
                number_called(self.record, self.trace, self.number)
                if meaning.outcome is Outcome.WRONG_NUMBER
                else ""
            ),
            supersedes=old.id if old else None,
        )
        if old is not None:
            self._void_consequences()

    def _add_note(self, note: str) -> None:
        old = self.fact
        assert old is not None
        known = beneath(old, self.record, self.journal.ids)
        until = known.until
        if old.outcome is Outcome.PAUSED:
            longer, note = leading_when(note, self.today)
            until = longer or until
        new = replace(
            old,
            id=self._id(),
            note=joined(known.note, note),
            until=until,
            recorded=self.now,
            supersedes=old.id,
            entry=self.record.uid,
        )
        self.facts.append(new)
        self.fact = new

    def _taken_away(self, sign: str) -> bool:
        """Whether the mark that made our fact was taken away, rather than never been there."""
        assert self.fact is not None and self.record.seen is not None
        consumed = self.record.consumed
        if sign:  # it says nothing of what was told elsewhere since
            shown = marks.sign_of(self.fact) != "" and not is_unseen(self.fact, self.record)
            # Our sign never arrived since the gesture, where nothing of ours was seen.
            return shown and not (
                is_bare(self.record) and consumed in (None, self.record.seen.title)
            )
        return (
            self.fact.source is Source.MARK
            and consumed is not None
            # A gesture leaves the title as it was.
            and (consumed != self.record.seen.title or self.record.seen.task or bool(self.colours))
        )

    def _left(self, entry: Entry, *, opened: bool) -> Entry | None:
        """How we left `entry`, without what was taken away from it since, so that it may be given
        once more; `opened` says that it was opened again."""
        base = self.record.base
        if opened:
            return as_found(base, entry)
        return without_colour(base, entry) if self.fact is None else base

    def _is_free(self) -> bool:
        """Whether nothing is known that a `>` token could not put off: no contact that is told in
        the calendar, and no mark that stands there."""
        if self.fact is None or self._let_go():
            return True
        open_ = not self.trace.fact or is_open(self.record.base, self.trace)
        return open_ and self._is_withdrawn()

    def _gave_way(self, entry: Entry, sign: str) -> bool:
        """Whether our sign was taken away for the words that are there now, and nobody was
        contacted, or tried, since: then there is nothing there to put off."""
        if self.fact is None or not sign or sign in entry.title:
            return False
        return self._taken_away(sign) and self._is_last(self.fact)

    def _is_typed(self, entry: Entry, fact: Fact) -> bool:
        """Whether a mark in the title says `fact`, whatever else was done to the entry."""
        reading = self._read(entry.title)
        return isinstance(reading, marks.Marked) and _means(fact, reading.meaning)

    def _is_withdrawn(self) -> bool:
        """Whether a mark that was read here, and is neither there now nor acknowledged, made our
        fact."""
        fact = self.fact
        if fact is None or fact.source is not Source.MARK or self.record.consumed is None:
            return False
        return not acknowledged(self.record, fact)

    def _let_go(self) -> bool:
        """Whether nothing is known but that nobody marked it, which syncd concluded, and nobody was
        contacted, or tried, since."""
        fact = self.fact
        return fact is not None and fact.source is Source.SYNCD and self._is_last(fact)

    def _is_last(self, fact: Fact) -> bool:
        """Whether nobody was contacted, or tried, since."""
        told = self.journal.about(self.record.key.subject)
        return all(each.at <= fact.at for each in told if each.outcome in CLOSING | TRIED)

    def _restored(self) -> bool:
        """Whether a deletion that we took for a skip was undone."""
        return self.fact is not None and self.fact.source is Source.DELETION

    def _take_back(self) -> None:
        old = self.fact
        assert old is not None
        self.facts.append(
            replace(old, id=self._id(), recorded=self.now, supersedes=old.id, void=True)
        )
        self._void_consequences()
        self.fact = None

    def _void_consequences(self) -> None:
        """What syncd concluded from an outcome falls with it."""
        for fact in self.journal.about(self.record.key.subject):
            concluded = fact.source is Source.SYNCD and fact.entry is None
            if concluded and fact.outcome in CLOSING and fact.touch == self.record.key.day:
                self.facts.append(
                    replace(
                        fact,
                        id=f"{fact.id}~{self._id()}",
                        recorded=self.now,
                        supersedes=fact.id,
                        void=True,
                    )
                )

    # -- moves

    def _snooze(self, day: date, said: str, understood: bool) -> date:
        if understood:
            known = self.journal.snoozes.get(self.record.uid)
            if known is not None and known.note == said and known.day is not None:
                return known.day
        self._add_once(
            f"{self.record.uid}>{day.isoformat()} {said}",
            outcome=Outcome.SNOOZED,
            source=Source.MARK,
            at=self.now,
            day=day,
            note=said,
        )
        return day

    def _moved(self, times: Times, occurrences: Mapping[OccurrenceId, Occurrence]) -> Trace:
        """Where the attempt stands after the user may have dragged its entry."""
        for version in versions(self.record):
            if same_time(version.start, times.start) and same_time(version.end, times.end):
                # A move may have been understood and not be acknowledged yet: then it stands as it
                # was about to be written.
                return replace(
                    self.trace,
                    start=times.start,
                    end=times.end,
                    slot=version.slot,
                    offset=version.offset,
                    pinned=version.pinned,
                    head=version.head,
                    rolls=version.rolls,
                )
        trace = replace(self.trace, start=times.start, end=times.end)
        start = begins(times.start, self.zone)
        occurrence = occurrences.get(trace.slot) if trace.slot else None
        if occurrence and isinstance(times.start, datetime) and not occurrence.cancelled:
            since = instant(times.start) - instant(occurrence.start)
            if instant(occurrence.start) <= instant(start) < instant(occurrence.end):
                return replace(trace, offset=int(since.total_seconds() // 60))
        old_day = begins(self.trace.start, self.zone).astimezone(self.zone).date()
        day = start.astimezone(self.zone).date()
        if day == old_day:
            return replace(trace, slot=None, offset=0, pinned=True)
        ahead = start > self.now if isinstance(times.start, datetime) else day >= self.today
        if not ahead:
            return replace(trace, slot=None, offset=0, pinned=False)
        self._add_once(
            f"{self.record.uid}>{times.start.isoformat()}",
            outcome=Outcome.SNOOZED,
            source=Source.DRAG,
            at=self.now,
            day=day,
        )
        return replace(trace, slot=None, offset=0, pinned=True, head=False, rolls=0)

    def _times(self, entry: Entry) -> Times:
        return task_times(entry, self.trace, self.zone) if entry.task else times_of(entry)

    # -- facts

    def _when(self) -> datetime:
        """When it happened: a task's COMPLETED, else the entry's start if that is past, else
        now."""
        entry = self.record.seen
        assert entry is not None
        if entry.completed is not None and entry.done and not self.trace.fact:
            return min(max(entry.completed, self.trace.opened or entry.completed), self.now)
        start: Instant = self._times(entry).start
        if isinstance(start, datetime):
            return min(start, self.now)
        noon = datetime.combine(start, time(12), tzinfo=self.zone)
        return min(noon, self.now)

    def _when_instead(self, old: Fact) -> datetime:
        """When what corrects `old` happened: as that did; where that was no contact, when the entry
        says, but not before a pause that was asked for on an earlier day."""
        if old.source is not Source.SYNCD and old.outcome not in RESTING | {Outcome.SKIPPED}:
            return old.at
        when = self._when()
        rested = old.outcome in RESTING and old.recorded.astimezone(self.zone).date() < self.today
        return self.now if rested and when < old.recorded else when

    def _skipped_day(self) -> date:
        assert self.record.seen is not None
        start = begins(self._times(self.record.seen).start, self.zone)
        return max(start.astimezone(self.zone).date(), self.today)

    def _id(self) -> str:
        mine = sum(1 for fact in self.facts if fact.entry == self.record.uid)
        known = max(self.journal.told.get(self.record.uid, 0), self.trace.void)
        return f"{self.record.uid}#{known + mine + 1}"

    def _add_once(self, id: str, **said: Any) -> None:
        if id not in self.journal.ids:
            self._add(id=id, **said)

    def _add(
        self, *, outcome: Outcome, source: Source, at: datetime, id: str = "", **said: Any
    ) -> None:
        fact = Fact(
            id=id or self._id(),
            person=self.record.key.subject,
            at=at,
            outcome=outcome,
            source=source,
            recorded=self.now,
            channel=self.trace.channel or None,
            touch=self.record.key.day,
            attempt=self.record.key.attempt,
            opened=self.trace.opened,
            entry=self.record.uid,
            **said,
        )
        self.facts.append(fact)
        if outcome is not Outcome.SNOOZED:
            self.fact = fact


def _means(fact: Fact, meaning: marks.Meaning) -> bool:
    return (fact.outcome, fact.direction) == (meaning.outcome, meaning.direction)
