"""From what was decided about people to what is written into their contact events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from syncd.model.blocks import OccurrenceId
from syncd.model.facts import RESTING, TRIED, Fact, Outcome, Source
from syncd.model.keys import Key, Kind
from syncd.model.people import Person
from syncd.model.records import Fate, Record
from syncd.reconcile import render, text
from syncd.reconcile.actions import Act, Action
from syncd.reconcile.attempts import History, Keep, Position, Resolution, Scene, Withdraw
from syncd.reconcile.hall import Placed
from syncd.reconcile.lines import shown
from syncd.reconcile.occurrences import instant
from syncd.reconcile.pen import Drawn, Pen
from syncd.reconcile.placement import Placement
from syncd.reconcile.reader import Standing
from syncd.reconcile.series import GENERATIONS
from syncd.reconcile.standing import (
    Times,
    begins,
    same_time,
    task_times,
    times_of,
    versions,
    zoned,
)
from syncd.reconcile.trace import Trace, fact_line

Ahead = tuple[str, datetime | date]
"""By which channel somebody is tried next, and when."""


class Book:
    """Draws up the contact events of a plan."""

    def __init__(self, scene: Scene, records: Iterable[Record]) -> None:
        self.scene = scene
        records = tuple(records)
        self.used = {record.uid for record in records}
        self.turned_down = Counter(
            (record.key.subject, record.key.day, record.key.attempt)
            for record in records
            if record.fate is Fate.REMOVED and record.seen is None and record.why
        )
        self.out = Drawn()
        self.pen = Pen(scene, self.out)

    def draw(
        self,
        resolutions: Mapping[str, Resolution],
        strangers: Iterable[Standing],
        placement: Placement,
    ) -> Drawn:
        """What to do, given what was resolved for people, where attempts were placed, and the
        entries of `strangers`: people that config does not name any more."""
        self.out.placed = {placed.want.person.id: placed for placed in placement.placed}
        kept = {id(keep) for keep in placement.keep}
        for resolution in resolutions.values():
            position = resolution.position
            assert position is not None
            placed = self.out.placed.get(position.person.id)
            ahead = (placed.want.channel, placed.times.start) if placed is not None else None
            for keep in resolution.keep:
                if id(keep) in kept:
                    self._keep(position, keep)
                    ahead = self._ahead(keep) or ahead
            for withdraw in resolution.withdraw:
                self._withdraw(withdraw)
            for history in resolution.history:
                self._history(position, history, ahead)
        for placed in placement.placed:
            self._place(placed)
        for want in placement.left:
            if want.standing is not None:
                self._left(want.standing, want.person)
        for stand in strangers:
            self._stranger(stand)
        return self.out

    # -- the open attempt

    def _keep(self, position: Position, keep: Keep) -> None:
        stand = keep.standing
        person = position.person
        if not keep.open:
            theirs = stand.record.fate is Fate.RELEASED
            if stand.trace.fact and not theirs:  # its mark was taken back; something came after
                self.pen.write(
                    stand, person, keep.times, replace(stand.trace, fact=""), "taken back"
                )
            else:
                self.pen.note(stand.record)
            return
        self.out.standings[person.id] = stand
        trace = replace(stand.trace, fact="")
        slot = trace.slot
        if slot is not None and isinstance(keep.times.start, datetime):
            occurrence = self.scene.occurrences.get(slot)
            if occurrence is not None:
                since = instant(keep.times.start) - instant(occurrence.start)
                trace = replace(trace, offset=int(since.total_seconds() // 60))
        if begins(keep.times.start, self.scene.zone) > self.scene.now:
            self._write(stand, person, keep.times, trace, _why_kept(keep))
        else:
            self.pen.write(stand, person, keep.times, trace, _why_kept(keep))

    def _place(self, placed: Placed) -> None:
        want, person = placed.want, placed.want.person
        start = placed.times.start
        assert isinstance(start, datetime)
        slot = placed.slot.id if placed.slot else None
        trace = Trace(
            title="",
            start=start,
            end=placed.times.end,
            channel=want.channel,
            opened=want.opened or self.scene.now,
            slot=slot,
            offset=placed.offset,
            pinned=want.pinned,
            rolls=want.rolls,
        )
        if want.standing is not None:
            self.out.standings[person.id] = want.standing
            reason = "moved on" if not want.pinned else "moved as asked"
            self._write(want.standing, person, placed.times, trace, reason)
            return
        record = self._mint(placed)
        key = record.key
        if self.turned_down[key.subject, key.day, key.attempt] >= GENERATIONS:
            return  # as often as it makes sense to try in a day
        stand = Standing(record=record, trace=trace)
        self.out.standings[person.id] = stand
        self.pen.write(stand, person, placed.times, trace, _why(placed))

    def _write(
        self, stand: Standing, person: Person, times: Times, trace: Trace, reason: str
    ) -> None:
        """Draw the entry of an open attempt; one in a calendar that its block has left stays as it
        is until another is seen in the calendar where it is to be."""
        if not self.scene.left(person, stand):
            self.pen.write(stand, person, times, trace, reason)
            return
        self.pen.note(stand.record)
        assert stand.record.seen is not None
        calendar = self._calendar(person, trace.slot, task=stand.record.seen.task)
        record = Record(calendar=calendar, uid="", key=stand.record.key.next_generation())
        successor = Standing(record=self._named(record), trace=replace(trace, void=0))
        self.pen.write(
            successor, person, times, successor.trace, "moves along", stand.record.calendar
        )

    def _left(self, stand: Standing, person: Person) -> None:
        """An attempt that found no place: a past entry stays, one ahead is taken out and waits."""
        ahead = begins(stand.trace.start, self.scene.zone) > self.scene.now
        if ahead and stand.snoozed_to is None:
            self.pen.remove(stand, Fate.UNPLACED, "no room for now", asked=True, head=True)
            return
        self.out.standings[person.id] = stand
        self.pen.write(stand, person, stand.times, replace(stand.trace, fact=""), "waits for room")

    def _mint(self, placed: Placed) -> Record:
        """A record under a key that was never used."""
        want, scene = placed.want, self.scene
        touch = want.touch
        if touch is None:
            assert isinstance(placed.times.start, datetime)
            touch = placed.times.start.astimezone(scene.zone).date()
            facts = scene.journal.by_person.get(want.person.id, ())
            last = max((fact.touch for fact in facts if fact.touch), default=None)
            if last is not None and last >= touch:
                touch = last + timedelta(days=1)
        key = Key(kind=Kind.CONTACT, subject=want.person.id, day=touch, attempt=want.attempt)
        slot = placed.slot.id if placed.slot is not None else None
        calendar = self._calendar(want.person, slot, task=self.pen.as_task(want.person))
        return self._named(Record(calendar=calendar, uid="", key=key))

    def _named(self, record: Record) -> Record:
        """`record` under the first generation of its key that was never used."""
        key, deployment = record.key, self.scene.roster.deployment
        while (uid := key.encode(deployment)) in self.used:
            key = key.next_generation()
        self.used.add(uid)
        return replace(record, uid=uid, key=key)

    def _calendar(self, person: Person, slot: OccurrenceId | None, *, task: bool) -> str:
        roster = self.scene.roster
        block = roster.blocks.get(slot.block) if slot is not None else None
        calendar = block.calendar if block is not None else roster.home_of(person)
        return (roster.calendars[calendar].tasks or calendar) if task else calendar

    # -- what is over

    def _history(self, position: Position, history: History, ahead: Ahead | None) -> None:
        stand, fact = history.standing, history.fact
        to_say = _reads_otherwise(stand.record) or (stand.question and not self._asks(stand))
        if render.acknowledged(stand.record, fact) and not to_say:
            self.pen.note(stand.record)
            return
        if stand.record.item:
            self._checked(position, stand, fact, ahead)
            return
        # Where the user put it: what they moved while marking it stays there.
        times, seen = stand.times, stand.record.seen
        if seen is not None:
            zone = self.scene.zone
            times = task_times(seen, stand.trace, zone) if seen.task else times_of(seen)
        stays = fact.outcome in RESTING | {Outcome.SKIPPED} or bool(seen and seen.task)
        moves = fact.source is Source.MARK and not stays
        timed = isinstance(times.start, datetime)  # what the user made all-day stays on its date
        over = stand.trace.is_over and timed and instant(times.end) <= instant(self.scene.now)
        if moves and timed and not over and begins(times.start, self.scene.zone) > fact.at:
            length = instant(times.end) - instant(times.start)
            start = fact.at.astimezone(self.scene.zone).replace(second=0, microsecond=0)
            times = Times(start=start, end=start + length)
        channel = stand.trace.channel or fact.channel or ""
        follows = self._follows(position, fact, ahead)
        section = text.closed_section(
            position.person, channel, fact, follows, self.scene.zone, stand.question
        )
        core = text.core_title(position.person, channel)
        rendered = render.contact(
            stand.record,
            title=text.title_of(core, fact),
            section=section,
            times=zoned(times, self.scene.zone),
            alarm=None,
            trace=replace(
                stand.trace, slot=None, offset=0, fact=fact_line(fact, note=False), head=False
            ),
            zone=self.scene.zone,
            task=self.pen.as_task(position.person),
        )
        self.pen.act(stand.record, rendered, f"{fact.outcome.value} understood", asked=True)

    def _checked(
        self, position: Position, stand: Standing, fact: Fact, ahead: Ahead | None
    ) -> None:
        """An item whose outcome is known: it stays in its occurrence, where it says so."""
        person, channel = position.person, stand.trace.channel or fact.channel or ""
        said = text.said(fact, self.scene.zone)
        entry = render.item(
            stand.record,
            title=text.title_of(text.core_title(person, channel), fact),
            times=zoned(stand.times, self.scene.zone),
            trace=replace(stand.trace, fact=fact_line(fact, note=False), head=False),
            zone=self.scene.zone,
            address="",
            below=(stand.question, said, self._follows(position, fact, ahead)),
        )
        self.pen.item(stand.record, entry, shown(stand.record, entry))

    def _ahead(self, keep: Keep) -> Ahead | None:
        """What an entry that stays says of what comes."""
        if not keep.open or begins(keep.times.start, self.scene.zone) <= self.scene.now:
            return None
        return keep.standing.trace.channel, keep.times.start

    @staticmethod
    def _asks(stand: Standing) -> bool:
        """Whether the entry asks already what it is to ask."""
        seen = stand.record.seen
        return seen is not None and stand.question in seen.text

    def _follows(self, position: Position, fact: Fact, ahead: Ahead | None) -> str:
        """What comes after a fact, in one sentence; `ahead` is the next attempt, if it has a place,
        be it a new one or where it stands already."""
        if fact.outcome in RESTING:
            return f"Take the sign away to go on{' before then' if fact.until else ''}."
        if position.reason:
            return f"Nothing is planned: {position.reason}."
        if ahead is not None:
            channel, start = ahead
            if not isinstance(start, datetime):
                return f"Next: {channel}, {text.day_text(start)}."
            day = text.day_text(start.astimezone(self.scene.zone).date())
            return f"Next: {channel}, {day}, {text.time_text(start, self.scene.zone)}."
        if position.touch is not None and fact.outcome in TRIED:
            return "Next: as soon as there is room."
        return f"Next: around {text.day_text(position.due)}." if position.due else ""

    def _withdraw(self, withdraw: Withdraw) -> None:
        self.pen.remove(
            withdraw.standing, withdraw.fate, withdraw.reason, withdraw.asked, withdraw.head
        )

    def _stranger(self, stand: Standing) -> None:
        """An entry of somebody whom config does not name: ahead it goes, past it stays."""
        record = stand.record
        fact = self.scene.journal.by_entry.get(record.uid)
        if fact is not None or begins(stand.trace.start, self.scene.zone) <= self.scene.now:
            self.pen.note(record)
        elif record.is_unknown:
            entry = record.seen
            reason = f"{record.key.subject} is not in the people files; syncd clear removes it"
            self.out.actions.append(
                Action(act=Act.REPORT, record=record, entry=entry, reason=reason)
            )
        else:
            self.pen.remove(stand, Fate.REMOVED, "no longer in the people files", asked=False)


def _reads_otherwise(record: Record) -> bool:
    """Whether the title is still the one on which a mark was read."""
    return record.seen is not None and record.seen.title == record.consumed


def _why_kept(keep: Keep) -> str:
    """Why an entry that stays may have to be written."""
    stand = keep.standing
    seen = stand.record.seen
    if stand.question:
        return "asks what is meant"
    if seen is not None and seen.task:  # when it is due is all that it says
        return "as planned"
    if seen is not None and not same_time(seen.start, keep.times.start):
        return "goes along with its hour"
    if seen is not None and all(
        not same_time(seen.start, each.start) for each in versions(stand.record)
    ):
        return "moved by you"
    return "as planned"


def _why(placed: Placed) -> str:
    want = placed.want
    if want.attempt > 1:
        return f"attempt {want.attempt}, from {want.earliest.isoformat()} on"
    return f"due {want.due.isoformat()}"
