"""The world of the proof: a household in calendars somewhere, one syncd or two over them, a clock,
and what the user did so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from syncd.calendars.base import Calendar, Verb, Write
from syncd.engine.service import Service
from syncd.engine.tick import Report, tick
from syncd.engine.upkeep import approve
from syncd.model.entries import Entry
from syncd.model.facts import ELSEWHERE, Fact, effective
from syncd.model.keys import Key, Kind, decode
from syncd.model.records import Fate, State
from syncd.model.roster import Roster
from syncd.reconcile.occurrences import expand, instant
from syncd.reconcile.trace import decode as decode_trace
from syncd.store.base import Store
from tests.faults import Crash, Faulty, Read, SendFault
from tests.proof import cast
from tests.proof.effects import Committed, Effects, Numbered, Watched
from tests.proof.places import Place
from tests.year import oracle
from tests.year.cast import BEGIN, DEPLOYMENT
from tests.year.user import SIGNS, Ledger, Said

WRITTEN = "Bring paper"
"""What the user writes into hours begins so."""
ROUNDS = 6
"""How many ticks it may take until there is nothing left to do."""


@dataclass(frozen=True, kw_only=True)
class Buried:
    """An entry that the user deleted, and what of it they had said and written."""

    calendar: str
    entry: Entry
    said: Said | None
    written: str
    word: str
    fields: dict[str, Any]


@dataclass(kw_only=True)
class Marks(Ledger):
    """The ledger, with what else the user wrote."""

    fields: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By entry: fields to which the user gave another value."""
    where: dict[str, str] = field(default_factory=dict)
    """By entry with such fields: its calendar."""
    words: dict[str, str] = field(default_factory=dict)
    """By entry: a word that they put into its title beside any mark."""
    hours: list[str] = field(default_factory=list)
    """Lines that they wrote into hours of blocks, each once, while nothing takes hours away but a
    change of rule."""
    logged: set[str] = field(default_factory=set)
    """Entries that syncd is to mark, since their contact was logged by a verb."""
    older: set[str] = field(default_factory=set)
    """Entries that were put back as they were once, maybe before they were marked."""
    stripped: set[str] = field(default_factory=set)
    """Entries that at one time did not say what in them is syncd's."""
    unshown: set[str] = field(default_factory=set)
    """Entries that the server did not show at the look after they were made."""
    plain: dict[str, str] = field(default_factory=dict)
    """By entry: its title before a mark that may not have been read yet."""
    buried: dict[str, Buried] = field(default_factory=dict)
    """By entry that the user deleted."""

    def give(self, calendar: str, uid: str, name: str, value: object) -> None:
        """Note that the user gives a field of an entry that value."""
        self.fields.setdefault(uid, {})[name] = value
        self.where[uid] = calendar

    def bury(self, calendar: str, entry: Entry) -> None:
        """Note that the user deletes `entry`."""
        uid = entry.uid
        self.buried[uid] = Buried(
            calendar=calendar,
            entry=entry,
            said=None if uid in self.logged else self.said.get(uid),
            written=self.written.pop(uid, ""),
            word=self.words.pop(uid, ""),
            fields=self.fields.pop(uid, {}),
        )

    def unbury(self, uid: str) -> Buried:
        """Note that they put it back."""
        self.skipped.discard(uid)
        self.reopened.add(uid)
        had = self.buried.pop(uid)
        if had.word:
            self.words[uid] = had.word
        if had.written:
            self.written[uid] = had.written
        if had.fields:
            self.fields[uid] = had.fields
        return had

    handled: set[str] = field(default_factory=set)
    """People of whose entries one was marked or corrected since the last rest."""
    corrected: set[str] = field(default_factory=set)
    """People of whose entries one was ever corrected."""


class World:
    """One user's deployment."""

    def __init__(self, place: Place, store: Store) -> None:
        self.place = place
        self.roster: Roster = cast.roster(place.settings, tasks=place.tasks)
        self.first = self.roster
        self.store = store
        self.now: datetime = BEGIN
        self.ledger = Marks()
        self.foreign: dict[tuple[str, str], Entry] = {}
        """What was in the calendars and is none of syncd's business, by calendar and UID."""
        self.seen: Counter[str] = Counter()
        self.seconds: set[str] = set()
        """UIDs of the second halves of series that the user split."""
        self.news: frozenset[str] = frozenset()
        """UIDs of what the last tick made."""
        self.formerly: dict[str, str] = {}
        self.lines = 0
        """How many lines the user wrote into hours."""

    # -- looking

    @property
    def state(self) -> State:
        return self.store.load()

    @property
    def entries(self) -> list[Entry]:
        return [entry for _, entry in self.everything()]

    def everything(self) -> list[tuple[str, Entry]]:
        """All entries, with the calendar that they are in."""
        return [
            (name, entry) for name, hands in self.place.hands.items() for entry in hands.entries()
        ]

    def contacts(self) -> list[tuple[str, Key, Entry]]:
        """The contact events of people in the roster, by key."""
        released = self.released()
        found = [
            (name, key, entry)
            for name, entry in self.everything()
            if (key := decode(entry.uid, DEPLOYMENT)) is not None
            and key.kind is Kind.CONTACT
            and entry.uid not in released
            and self.who(key.subject) in self.roster.people
        ]
        return sorted(found, key=lambda each: each[1])

    def blocks(
        self, everything: list[tuple[str, Entry]] | None = None
    ) -> list[tuple[str, Key, Entry]]:
        """The series of blocks that have not ended."""
        found = [
            (name, key, entry)
            for name, entry in everything or self.everything()
            if (key := decode(entry.uid, DEPLOYMENT)) is not None
            and key.kind is Kind.BLOCK
            and entry.recurrence is not None
            and (entry.recurrence.until is None or entry.recurrence.until > self.now)
        ]
        return sorted(found, key=lambda each: each[1])

    def note_foreign(self, calendar: str, uid: str) -> None:
        """Note how an entry is that is none of syncd's business."""
        entries = self.place.hands[calendar].entries()
        self.foreign[calendar, uid] = next(each for each in entries if each.uid == uid)

    def put_back(self, calendar: str, old: dict[str, Entry], changed: set[str]) -> None:
        """Note that a calendar is as it was once, by `changed` entries of it: what was written into
        it since is gone."""
        ledger = self.ledger
        there = {entry.uid: f"{entry.title}\n{entry.text}" for entry in self.entries}
        ledger.hours.clear()
        ledger.moved |= changed
        ledger.reopened |= changed
        ledger.older |= changed
        ledger.skipped -= changed
        for uid in old.keys() & ledger.buried.keys():
            ledger.unbury(uid)
        for uid in old.keys() & ledger.fields.keys():
            given = ledger.fields.pop(uid)
            ledger.fields[uid] = {n: v for n, v in given.items() if getattr(old[uid], n) == v}
        ledger.written = {u: w for u, w in ledger.written.items() if w in there.get(u, "")}
        ledger.words = {u: w for u, w in ledger.words.items() if w in there.get(u, "")}
        for of, uid in [*self.foreign]:
            if of == calendar and uid not in old:
                del self.foreign[of, uid]

    def forget(self, calendar: str, entries: list[Entry]) -> None:
        """Note that they are gone for good, with what the user had written in them."""
        self.ledger.hours.clear()
        for entry in entries:
            for told in (self.ledger.written, self.ledger.words, self.ledger.fields):
                told.pop(entry.uid, None)
            self.foreign.pop((calendar, entry.uid), None)

    def facts_of(self, uid: str) -> list[Fact]:
        """What holds of an entry."""
        facts = effective(list(self.state.facts))
        return [f for f in facts if f.entry == uid and f.outcome.value != "snoozed"]

    @property
    def written(self) -> set[str]:
        """The entries of which the database knows how syncd left them."""
        return {record.uid for record in self.state.records if record.base is not None}

    def read(self, uid: str) -> bool:
        """Whether the mark that stands on an entry is in the journal."""
        told = [(fact.outcome, fact.direction) for fact in self.facts_of(uid)]
        return told == [self.ledger.said[uid]]

    def too_late(self, uid: str) -> bool:
        """Whether nobody looked before the time of a deleted entry had passed: then it was no
        skip."""
        return not self.ahead(self.ledger.buried[uid].entry) and not self.facts_of(uid)

    def known(self, uid: str) -> bool:
        """Whether the database has seen that entry, and it is not about to be taken out."""
        return any(
            r.uid == uid and r.fate is Fate.LIVE and r.seen is not None and r.leaving is None
            for r in self.state.records
        )

    def ahead(self, entry: Entry) -> bool:
        """Whether its time is still to come, as it stands and as the database saw it last."""
        seen = [record.seen for record in self.state.records if record.uid == entry.uid]
        return all(instant(each.start) > self.now for each in (entry, *seen) if each is not None)

    def released(self) -> frozenset[str]:
        return frozenset(r.uid for r in self.state.records if r.fate is Fate.RELEASED)

    def who(self, id: str) -> str:
        """Whom an id means today."""
        while id in self.formerly:
            id = self.formerly[id]
        return id

    # -- syncd

    @property
    def service(self) -> Service:
        return Service(
            roster=self.roster,
            store=self.store,
            calendars=lambda state: self.place.calendars,
            clock=lambda: self.now,
        )

    def tick(
        self,
        effects: Effects | None = None,
        reads: Sequence[Read | None] = (),
        sends: Sequence[SendFault | None] = (),
    ) -> Report | None:
        """One tick; None where the process ended in it."""
        self.ledger.skipped -= {uid for uid in self.ledger.skipped if self.too_late(uid)}
        effects = effects or Effects()
        calendars = self.watched(self.place.calendars, effects, reads, sends)
        before = self.state.facts
        self.news = frozenset(record.uid for record in self.state.records)
        try:
            return tick(self.roster, Committed(self.store, effects), calendars, self.now)
        except Crash:
            self.seen["process ended"] += 1
            self.place.calendars = self.another_process()
            return None
        finally:
            self.news = frozenset(r.uid for r in self.state.records) - self.news
            assert tuple(self.state.facts)[: len(before)] == tuple(before), "the journal only grows"

    def another_process(self) -> Mapping[str, Calendar]:
        """The calendars as another process has them that knows what this one has found out."""
        return self.place.process({n: each.memo for n, each in self.place.calendars.items()})

    def watched(
        self,
        calendars: Mapping[str, Calendar],
        effects: Effects,
        reads: Sequence[Read | None] = (),
        sends: Sequence[SendFault | None] = (),
    ) -> dict[str, Calendar]:
        """`calendars` as a tick with these effects and faults has them."""
        found: dict[str, Calendar] = {}
        for name, calendar in calendars.items():
            watched = Watched(calendar, self.place.hands[name].entries, self.allowed)
            found[name] = Numbered(Faulty(watched, reads=reads, sends=sends), effects)
        return found

    def two_at_once(self, store: Store, number: int) -> None:
        """A tick in the midst of which, before its effect of that number, a second daemon with a
        database of its own makes one, too."""

        def other() -> None:
            effects = Effects()
            calendars = self.watched(self.another_process(), effects)
            tick(self.roster, Committed(store, effects), calendars, self.now)

        self.tick(Effects(meets=number, other=other))

    def rest(self) -> Report:
        """Ticks until there is nothing left to do, and one more, which finds just that."""
        report = None
        for _ in range(ROUNDS):
            report = self.tick()
            assert report is not None
            if report.held or any(each.doubt for each in report.looks[-1].observed):
                approve(self.service)
            elif not report.outcomes and not report.errors:
                break
        assert report is not None
        assert not report.errors and not report.held, (report.errors, report.held)
        assert not report.outcomes, [each.action for each in report.outcomes]
        effects = Effects()
        quiet = self.tick(effects)
        assert quiet is not None
        assert effects.reads == len(self.place.calendars), "nothing to do costs one request each"
        assert quiet.plan is None, "with nothing new, nothing is planned"
        self.settled()
        return report

    # -- the laws

    def settled(self) -> None:
        """What must hold where syncd has had the time to do its work."""
        everything, state, ledger = self.everything(), self.state, self.ledger
        entries = [entry for _, entry in everything]
        for uid in ledger.skipped:
            key = decode(uid, DEPLOYMENT)
            if key is not None and self.who(key.subject) in ledger.handled:
                ledger.beside.add(uid)
        ledger.handled.clear()
        ledger.moved |= self.along(entries)
        released = self.released()
        oracle.at_most_one_open(self.unsettled(entries), state.facts, released, self.who)
        self.one_live_series_each(everything)
        ours = [entry for _, _, entry in self.blocks(everything)] + self.unsettled(entries)
        oracle.no_occurrence_over_capacity(ours, state.facts, released, ledger, self.now)
        self.move_out()
        self.unreadable()
        oracle.no_mark_lost(entries, state.facts, ledger)
        self.fields_stay(everything)
        self.words_stay(entries)
        self.hours_stay(entries)
        self.foreign_stays(everything)
        self.acknowledged()

    def along(self, entries: list[Entry]) -> set[str]:
        """The entries that are, under another generation, attempts which were moved: they go along
        with their block and stay where they lay."""
        keys = (decode(uid, DEPLOYMENT) for uid in self.ledger.moved)
        moved = {replace(key, generation=0) for key in keys if key is not None}
        there = {entry.uid: decode(entry.uid, DEPLOYMENT) for entry in entries}
        return {uid for uid, key in there.items() if key and replace(key, generation=0) in moved}

    def move_out(self) -> None:
        """What was logged for an attempt that had been let go, as a database of yesterday could not
        know, is the mark of none: it holds outside of any."""
        ledger, facts = self.ledger, {fact.id: fact for fact in self.state.facts}
        for fact in effective(list(facts.values())):
            before = facts.get(fact.supersedes or "")
            uid = before.entry if before is not None and fact.entry is None else None
            if uid in ledger.logged and ledger.said.get(uid) == (fact.outcome, fact.direction):
                ledger.logged.discard(uid)
                del ledger.said[uid]

    def unreadable(self) -> None:
        """What stands on an entry without our fields, of somebody whom the YAML does not name, or
        not as the entry does, is lost on a database that never knew it: which of the words are
        their name?"""
        known = self.written
        for uid in self.ledger.stripped & self.ledger.said.keys():
            key = decode(uid, DEPLOYMENT)
            person = self.roster.people.get(self.who(key.subject)) if key is not None else None
            titled = person is not None and person.name in self.ledger.plain.get(uid, person.name)
            lost = not titled if person is not None else uid not in known
            if lost and not self.facts_of(uid):
                del self.ledger.said[uid]

    def unsettled(self, entries: list[Entry]) -> list[Entry]:
        """The entries that may be open: those of people in the YAML, but what has begun and was
        outlived: by a contact that was logged while its touch was unknown, or by a correction that
        opened an earlier touch again."""
        outlived = self.ledger.corrected | {
            self.who(fact.person)
            for fact in effective(list(self.state.facts))
            if fact.source in ELSEWHERE and fact.touch is None
        }
        found: list[Entry] = []
        for entry in entries:
            key = decode(entry.uid, DEPLOYMENT)
            if key is None or self.who(key.subject) not in self.roster.people:
                continue
            if instant(entry.start) > self.now or self.who(key.subject) not in outlived:
                found.append(entry)
        return found

    def one_live_series_each(self, everything: list[tuple[str, Entry]]) -> None:
        """At most one live series for a block."""
        written = self.written
        series = [  # an orphan, which no database knows, is left alone
            (key, entry)
            for _, key, entry in self.blocks(everything)
            if key.subject in self.roster.blocks or entry.uid in written
        ]
        live = Counter(key.subject for key, e in series if e.recurrence and not e.recurrence.until)
        assert all(count == 1 for count in live.values()), live
        for key, entry in series:
            assert key.subject in self.roster.blocks or not self.has_more(key, entry), key

    def has_more(self, key: Key, series: Entry) -> bool:
        """Whether an occurrence is still ahead, but for those that the user wrote into."""
        found = expand(key.subject, series, self.now, self.now + timedelta(days=60))
        told = series.recurrence.overrides if series.recurrence else ()
        theirs = {instant(each.original) for each in told if WRITTEN in each.text}
        return any(
            instant(each.start) > self.now
            and not each.cancelled
            and instant(each.original) not in theirs
            for each in found
        )

    def fields_stay(self, everything: list[tuple[str, Entry]]) -> None:
        """The user wins, field by field: what they gave another value keeps it, where they gave it;
        into another calendar it does not move along."""
        ledger = self.ledger
        for calendar, entry in everything:
            if entry.uid in ledger.fields and calendar != ledger.where[entry.uid]:
                del ledger.fields[entry.uid]
            if entry.uid in ledger.stripped:
                continue
            for name, value in ledger.fields.get(entry.uid, {}).items():
                assert getattr(entry, name) == value, (entry.title, name, value)

    def words_stay(self, entries: list[Entry]) -> None:
        """The user's words stay: those beside a mark are in the entry, or noted in the journal."""
        facts = self.state.facts
        for entry in entries:
            if entry.uid in self.ledger.stripped:  # what is there may have been taken for ours
                continue
            word = self.ledger.words.get(entry.uid, "")
            noted = (fact.note for fact in facts if fact.entry == entry.uid)
            assert any(word in each for each in (entry.title, entry.text, *noted)), (
                word,
                entry.title,
            )

    def hours_stay(self, entries: list[Entry]) -> None:
        """The user's words stay: those in an hour are in one of its block, once."""
        texts = [o.text for e in entries if e.recurrence for o in e.recurrence.overrides]
        lines = Counter(line.strip() for text in texts for line in text.splitlines())
        assert all(lines[line] == 1 for line in self.ledger.hours), (self.ledger.hours, texts)

    def foreign_stays(self, everything: list[tuple[str, Entry]]) -> None:
        """Only our own is written: what is not is as it was."""
        now = {(name, entry.uid): entry for name, entry in everything}
        for place, entry in self.foreign.items():
            assert now.get(place) == entry, (place, entry)

    def acknowledged(self) -> None:
        """A mark that was read is shown as read; whose are left of somebody who was taken out of
        the YAML stay as they are, and so does a title that the user wrote no mark into."""
        asked = {entry.uid for _, _, entry in self.contacts() if ">" in entry.title}
        unmarked = self.ledger.logged | self.ledger.older
        theirs = unmarked & (self.ledger.words.keys() | asked)
        for _, _, entry in self.contacts():
            if entry.uid in self.ledger.said.keys() - theirs:
                assert entry.title.startswith(SIGNS), entry.title
                if self.read(entry.uid):  # from now on the user sees what we call it
                    self.ledger.plain[entry.uid] = entry.title.split(" ", 1)[1]

    def allowed(self, write: Write, there: Entry | None) -> None:
        """Only our own is changed, and no history is moved or deleted. What is taken out takes
        along what the user gave it: it may be made anew by one that never knew it."""
        if there is not None and write.verb is Verb.REMOVE:
            self.ledger.fields.pop(there.uid, None)
        if there is None:
            assert write.verb is Verb.CREATE and write.entry is not None, write
            assert decode(write.entry.uid, DEPLOYMENT) is not None, write.entry
            return
        key = decode(there.uid, DEPLOYMENT)
        if key is None:
            assert there.uid in self.seconds, f"{there.title} is not ours"
            return
        if write.verb is Verb.REMOVE:
            line = self.ledger.written.get(there.uid, "")
            assert not line or line not in there.text, f"the user's words in {there.title}"
            assert not there.guests, f"the guests of {there.title}"
        told = decode_trace(there.trace)
        if key.kind is not Kind.CONTACT or not there.title.startswith(SIGNS) or not told:
            return
        if not told.fact:  # a sign that the user typed is acknowledged first
            return
        if instant(there.end) > self.now or not self.facts_of(there.uid):
            return
        assert write.verb is Verb.REPLACE and write.entry is not None, f"history: {there.title}"
        if write.entry.title.startswith(SIGNS) and there.uid not in self.ledger.moved:
            times = (there.start, there.end)
            assert (write.entry.start, write.entry.end) == times, f"history moved: {there.title}"
