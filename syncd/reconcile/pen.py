"""Drawing single contact events: what is written, taken out, left to the user, or only noted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncd.model.blocks import OccurrenceId
from syncd.model.entries import Entry
from syncd.model.facts import TRIED, Fact, Outcome
from syncd.model.keys import Key
from syncd.model.people import Person
from syncd.model.records import Fate, Record
from syncd.reconcile import render, text
from syncd.reconcile.actions import Act, Action
from syncd.reconcile.attempts import Scene
from syncd.reconcile.checklist import Told
from syncd.reconcile.hall import Placed
from syncd.reconcile.lines import as_seen, bare, shown
from syncd.reconcile.reader import Standing
from syncd.reconcile.standing import Times, begins, split_sign, zoned
from syncd.reconcile.trace import Trace, decode

RINGS_AT_START = timedelta(0)
REMEMBERED = 2
"""How many earlier contacts with a note are told again."""
SOON = timedelta(days=30)
"""How long before a date of somebody's their entries speak of it."""


@dataclass(frozen=True, kw_only=True)
class Seat:
    """What an occurrence says of one contact."""

    start: datetime
    key: Key
    lines: str
    person: Person | None = None
    """Who is up; None where the lines are about what was."""
    item: Told | None = None
    """What is to be remembered of an item; None for what has an event of its own."""


@dataclass(kw_only=True)
class Drawn:
    """What is to be done to contact events, and what follows for the occurrences."""

    actions: list[Action] = field(default_factory=list)
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    """Records that change without a write."""
    standings: dict[str, Standing] = field(default_factory=dict)
    seated: dict[OccurrenceId, list[Seat]] = field(default_factory=lambda: defaultdict(list))
    """Who sits in which occurrence."""
    placed: dict[str, Placed] = field(default_factory=dict)


class Pen:
    """Draws into `out` what is to be done in `scene`."""

    def __init__(self, scene: Scene, out: Drawn) -> None:
        self.scene = scene
        self.out = out

    def as_task(self, person: Person) -> bool:
        """Whether a new entry of `person` is a task."""
        return self.scene.roster.lists[person.list].as_task

    def remove(
        self, stand: Standing, fate: Fate, reason: str, asked: bool, head: bool = False
    ) -> None:
        """Take an entry out, unless the user put something of theirs into it: then it is theirs."""
        record = stand.record
        if record.item:  # it is out once its lines are
            told = record.base or record.intent
            assert told is not None
            left = replace(told, trace=replace(stand.trace, head=head).encode())
            self._remember(replace(record, base=left, intent=None, leaving=fate))
            return
        if record.seen is None:  # it was about to be made, and may yet turn up
            self.note(replace(record, fate=fate))
            return
        theirs = render.added_by_user(record)
        if Fate.RELEASED in (fate, record.fate) or theirs:
            why = "it holds words of yours, so it stays and is yours" if theirs else "it is yours"
            if record.fate is not Fate.RELEASED:
                self.out.actions.append(
                    Action(
                        act=Act.RELEASE,
                        record=record,
                        entry=record.seen,
                        reason=f"{reason}; {why}",
                        fate=Fate.RELEASED,
                        asked=asked,
                    )
                )
            return
        trace = replace(stand.trace, head=head)
        record = replace(record, base=replace(record.seen, trace=trace.encode()))
        self.out.actions.append(
            Action(
                act=Act.DELETE,
                record=record,
                entry=record.seen,
                reason=reason,
                fate=fate,
                asked=asked,
            )
        )

    def write(
        self,
        stand: Standing,
        person: Person,
        times: Times,
        trace: Trace,
        reason: str,
        origin: str = "",
    ) -> None:
        """Draw the entry of an open attempt, which was in the calendar `origin` where that is
        given."""
        channel = trace.channel or split_sign(trace.title)[1].rpartition(": ")[2]
        trace = replace(trace, channel=channel, void=self._void(stand))
        spoken = self._spoken(person)
        record, seen = stand.record, stand.record.seen
        if self._as_item(record, person, trace):
            self._check(stand, person, times, trace)
            return
        leaves = record.item  # its hour: from now on it is an event
        if leaves:
            record = replace(record, seen=None, base=None, consumed=None)
            seen = None
        task = seen.task if seen is not None else self.as_task(person)
        rendered = render.contact(
            record,
            title=text.core_title(person, channel),
            section=text.open_section(
                person,
                channel,
                spoken[0] if spoken else None,
                self.scene.zone,
                stand.question,
                self.scene.wrong_number(person),
                self._upcoming(record.key, person, times),
                [fact for fact in spoken[1:] if fact.note][:REMEMBERED],
                task=task,
            ),
            times=zoned(times, self.scene.zone),
            alarm=None if trace.slot is not None else RINGS_AT_START,
            trace=trace,
            zone=self.scene.zone,
            task=task,
        )
        if leaves:
            record = replace(record, intent=rendered.entry)
        self.act(record, rendered, reason, origin=origin)
        if trace.slot is not None and isinstance(times.start, datetime):
            line = text.seat_line(person, channel, times.start, self.scene.zone)
            lines = "\n".join((line, *text.below(self._about(record.key, person, times))))
            self._sit(
                trace.slot, Seat(start=times.start, key=record.key, lines=lines, person=person)
            )

    def _as_item(self, record: Record, person: Person, trace: Trace) -> bool:
        """Whether an attempt is drawn into the text of its occurrence."""
        if trace.slot is None:
            return False
        if record.seen or record.base or record.intent:
            return record.item
        return self.scene.roster.lists[person.list].as_checklist

    def _check(self, stand: Standing, person: Person, times: Times, trace: Trace) -> None:
        """Draw the item of an open attempt."""
        entry = render.item(
            stand.record,
            title=text.core_title(person, trace.channel),
            times=zoned(times, self.scene.zone),
            trace=trace,
            zone=self.scene.zone,
            address=text.address_for(person, trace.channel),
            below=(stand.question, *self._about(stand.record.key, person, times)),
        )
        self.item(stand.record, entry, shown(stand.record, entry), person)

    def item(self, record: Record, entry: Entry, lines: str, person: Person | None = None) -> None:
        """Have the item of `record` stand as `entry` in its occurrence, with those `lines`, where
        `person` is up; where that is out of sight it is history."""
        trace = decode(entry.trace)
        assert trace is not None and trace.slot is not None
        occurrence = self.scene.occurrences.get(trace.slot)
        if occurrence is None:
            self._remember(replace(record, fate=Fate.REMOVED, intent=None))
            return
        if occurrence.id != trace.slot:  # as it is called today, in its text as well
            trace = replace(trace, slot=occurrence.id)
            entry = replace(entry, trace=trace.encode())
        start = entry.start
        assert isinstance(start, datetime)
        fact = self.scene.journal.by_entry.get(record.uid)
        told = Told(
            key=record.key,
            line=entry.text.partition("\n")[0],
            stands=lines.partition("\n")[0],
            trace=entry.trace,
            note=fact.note if fact is not None and trace.fact else "",
        )
        seat = Seat(start=start, key=record.key, lines=lines, person=person, item=told)
        self._sit(occurrence.id, seat)
        intent = None if entry == record.base else entry
        self._remember(replace(record, fate=Fate.LIVE, intent=intent))

    def _about(self, key: Key, person: Person, times: Times) -> list[str]:
        """What helps to talk, as far as there is room for it among others."""
        spoken = self._spoken(person)
        last = spoken[0] if spoken else None
        wrong = self.scene.wrong_number(person)
        return text.about(person, last, self.scene.zone, wrong, self._upcoming(key, person, times))

    def _upcoming(self, key: Key, person: Person, times: Times) -> list[str]:
        """The dates of `person` that come within weeks of the entry `key`, or that it is for."""
        day = begins(times.start, self.scene.zone).astimezone(self.scene.zone).date()
        own, found = person.occasion, []
        for each in (*person.dates, *((own,) if own and own not in person.dates else ())):
            kept = own.near(key.day) if own and own is each else each.next_from(day)
            if kept - day <= SOON or each is own:
                found.append((kept, text.date_line(each, kept)))
        return [line for _, line in sorted(found)]

    def _void(self, stand: Standing) -> int:
        """The revision up to which what was read on an open entry is void."""
        journal, uid = self.scene.journal, stand.record.uid
        told = journal.told.get(uid, 0) if uid not in journal.by_entry else 0
        return max(told, stand.trace.void)

    def _spoken(self, person: Person) -> list[Fact]:
        """The contacts with somebody, and the attempts at one, newest first."""
        facts = self.scene.journal.whole.get(person.whose, ())
        return [f for f in reversed(facts) if f.outcome in TRIED or f.outcome is Outcome.REACHED]

    def act(
        self,
        record: Record,
        rendered: render.Rendered,
        reason: str,
        *,
        origin: str = "",
        asked: bool = False,
    ) -> None:
        """Have `record` written as `rendered`, where that is anything new."""
        record = replace(record, fate=Fate.LIVE)
        if not rendered.differs:
            self.note(record)
            return
        act = Act.CREATE if record.seen is None else Act.UPDATE
        if act is Act.UPDATE and rendered.merged:
            act = Act.MERGE
        self.out.actions.append(
            Action(
                act=act,
                record=record,
                entry=rendered.entry,
                reason=reason,
                origin=origin,
                asked=asked,
            )
        )

    def note(self, record: Record) -> None:
        """Remember `record` as it is; nothing is written."""
        entry = record.base or record.intent
        if record.item and record.fate is Fate.LIVE and entry is not None:
            self.item(record, entry, as_seen(record, entry))
        else:
            self._remember(record)

    def _remember(self, record: Record) -> None:
        self.out.records[record.calendar, record.uid] = bare(record)

    def _sit(self, slot: OccurrenceId, seat: Seat) -> None:
        """Have a contact named in an occurrence, by what that is called today."""
        occurrence = self.scene.occurrences.get(slot)
        self.out.seated[occurrence.id if occurrence is not None else slot].append(seat)
