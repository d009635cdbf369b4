"""Drawing single contact events: what is written, taken out, left to the user, or only noted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from syncd.model.blocks import OccurrenceId
from syncd.model.facts import TRIED, Fact, Outcome
from syncd.model.people import Person
from syncd.model.records import Fate, Record
from syncd.reconcile import render, text
from syncd.reconcile.actions import Act, Action
from syncd.reconcile.attempts import Scene
from syncd.reconcile.hall import Placed
from syncd.reconcile.reader import Standing
from syncd.reconcile.standing import Times, begins, split_sign, zoned
from syncd.reconcile.trace import Trace

RINGS_AT_START = timedelta(0)
REMEMBERED = 2
"""How many earlier contacts with a note are told again."""
SOON = timedelta(days=30)
"""How long before a date of somebody's their entries speak of it."""


@dataclass(kw_only=True)
class Drawn:
    """What is to be done to contact events, and what follows for the occurrences."""

    actions: list[Action] = field(default_factory=list)
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    """Records that change without a write."""
    standings: dict[str, Standing] = field(default_factory=dict)
    seated: dict[OccurrenceId, list[tuple[datetime, Person, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Who sits in which occurrence: start, person, channel."""
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
        if record.seen is None:  # it was about to be made, and may yet turn up
            self.note(replace(record, fate=fate))
            return
        if render.added_by_user(record):
            if record.fate is not Fate.RELEASED:
                self.out.actions.append(
                    Action(
                        act=Act.RELEASE,
                        record=record,
                        entry=record.seen,
                        reason=f"{reason}; it holds words of yours, so it stays and is yours",
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
        self, stand: Standing, person: Person, times: Times, trace: Trace, reason: str
    ) -> None:
        """Draw the entry of an open attempt."""
        channel = trace.channel or split_sign(trace.title)[1].rpartition(": ")[2]
        spoken = self._spoken(person)
        seen = stand.record.seen
        task = seen.task if seen is not None else self.as_task(person)
        rendered = render.contact(
            stand.record,
            title=text.core_title(person, channel),
            section=text.open_section(
                person,
                channel,
                spoken[0] if spoken else None,
                self.scene.zone,
                stand.question,
                self.scene.wrong_number(person),
                self._upcoming(person, times),
                [fact for fact in spoken[1:] if fact.note][:REMEMBERED],
                task=task,
            ),
            times=zoned(times, self.scene.zone),
            alarm=None if trace.slot is not None else RINGS_AT_START,
            trace=replace(trace, channel=channel, void=self._void(stand)),
            zone=self.scene.zone,
            task=task,
        )
        self.act(stand.record, rendered, reason)

    def _upcoming(self, person: Person, times: Times) -> list[str]:
        """The dates of `person` that come within weeks of the entry, or that it is for."""
        day = begins(times.start, self.scene.zone).astimezone(self.scene.zone).date()
        own, found = person.occasion, []
        for each in (*person.dates, *((own,) if own and own not in person.dates else ())):
            kept = each.next_from(day)
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
        self, record: Record, rendered: render.Rendered, reason: str, asked: bool = False
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
            Action(act=act, record=record, entry=rendered.entry, reason=reason, asked=asked)
        )

    def note(self, record: Record) -> None:
        """Remember `record` as it is; nothing is written."""
        self.out.records[record.calendar, record.uid] = record

    def sit(self, slot: OccurrenceId, start: datetime, person: Person, channel: str) -> None:
        """Have `person` named in an occurrence."""
        self.out.seated[slot].append((start, person, channel))
