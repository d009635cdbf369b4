"""The machine: whatever may happen to a deployment, in any order, each as one rule."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from syncd.model.entries import Entry
from syncd.model.keys import Key
from syncd.store.memory import MemoryStore
from tests.faults import Read, SendFault, Sent
from tests.proof import cast
from tests.proof.effects import Effects
from tests.proof.places import Place
from tests.proof.world import World
from tests.year.cast import ZONE
from tests.year.user import FORMS, SIGNS

READ = st.sampled_from([None, *(each for each in Read if each is not Read.EMPTY)])
SEND = st.builds(SendFault, st.sampled_from(Sent), st.integers(0, 2))
PICK = st.integers(0, 99)
"""Which of those that there are: the one of that number, counted round."""
SAID = [*FORMS]


class Machine(RuleBasedStateMachine):
    """Rules over a world, wherever its calendars are."""

    def place(self) -> Place:
        """Empty calendars."""
        raise NotImplementedError

    def count(self, what: str) -> None:
        """Note that this was tried once more."""

    @initialize()
    def begin(self) -> None:
        self.world = World(self.place())
        self.count("examples")
        self.world.rest()
        self.yesterday = [self.world.state]

    def did(self, what: str, told: str = "") -> None:
        self.count(f"rule: {what}")
        note(f"{self.world.now:%a %Y-%m-%d %H:%M} {what} {told}")

    # -- time

    @rule(hours=st.integers(1, 40))
    def hours_pass(self, hours: int) -> None:
        self.later(timedelta(hours=hours))
        self.did("hours pass", f"{hours}")

    @rule(days=st.integers(2, 12))
    def days_pass(self, days: int) -> None:
        """With a syncd that is at work."""
        for _ in range(days):
            self.later(timedelta(days=1))
            self.world.tick()
        self.world.rest()
        self.did("days pass at work", f"{days}")

    @rule(weeks=st.integers(2, 12))
    def weeks_pass(self, weeks: int) -> None:
        """With a syncd that is down."""
        self.later(timedelta(weeks=weeks))
        self.did("weeks pass at rest", f"{weeks}")

    def later(self, span: timedelta) -> None:
        self.world.now = (self.world.now + span).astimezone(ZONE)

    # -- syncd

    @rule()
    def rest(self) -> None:
        self.world.rest()
        self.yesterday.append(self.world.state)
        self.did("rest")

    @rule()
    def tick(self) -> None:
        self.world.tick()
        self.did("tick")

    @rule(reads=st.lists(READ, max_size=3), sends=st.lists(st.none() | SEND, max_size=3))
    def struck(self, reads: list[Read | None], sends: list[SendFault | None]) -> None:
        """A tick on which requests go wrong."""
        for fault in (*reads, *(each and each.kind for each in sends)):
            if fault is not None:
                self.count(f"fault: {fault}")
        self.world.tick(reads=reads, sends=sends)
        self.did("struck")

    @rule(number=st.integers(0, 12), before=st.booleans())
    def killed(self, number: int, before: bool) -> None:
        """The process ends at the side effect of that number."""
        effects = Effects(dies=number, before=before)
        if self.world.tick(effects) is None:
            self.did("killed", f"{'before' if before else 'after'} {number}")

    # -- the servers

    @rule()
    def cursors_lost(self) -> None:
        if self.world.place.lose_cursors():
            self.did("cursors lost")

    # -- the database

    @rule()
    def database_lost(self) -> None:
        self.restored(MemoryStore())
        self.did("database lost")

    @rule(which=PICK)
    def database_of_yesterday(self, which: int) -> None:
        self.restored(MemoryStore(self.yesterday[which % len(self.yesterday)]))
        self.did("database of yesterday")

    def restored(self, store: MemoryStore) -> None:
        """What no entry shows is lost with the database."""
        self.world.store = store
        there = {entry.uid for entry in self.world.entries}
        ledger = self.world.ledger
        ledger.said = {
            uid: said
            for uid, said in ledger.said.items()
            if uid in there or self.world.facts_of(uid)
        }
        ledger.written = {uid: line for uid, line in ledger.written.items() if uid in there}
        ledger.fields = {uid: each for uid, each in ledger.fields.items() if uid in there}
        ledger.skipped = {uid for uid in ledger.skipped if self.world.facts_of(uid)}

    # -- the user

    def entry(self, pick: int, *, told: bool | None = None) -> tuple[str, Key, Entry] | None:
        """One of the contact events: those that were marked, or those that were not."""
        said = self.world.ledger.said
        found = [
            each for each in self.world.contacts() if told is None or (each[2].uid in said) is told
        ]
        return found[pick % len(found)] if found else None

    @rule(which=PICK, what=st.sampled_from(SAID), form=PICK)
    def mark(self, which: int, what: Any, form: int) -> None:
        found = self.entry(which, told=False)
        if found is None:
            return
        name, key, entry = found
        forms = FORMS[what]
        title = forms[form % len(forms)].format(entry.title)
        ledger = self.world.ledger
        ledger.plain[entry.uid] = entry.title
        ledger.said[entry.uid] = what
        ledger.handled.add(self.world.who(key.subject))
        self.world.place.hands[name].edit(entry.uid, title=title)
        self.did("mark", title)

    @rule(which=PICK, what=st.sampled_from(SAID), form=PICK)
    def correct(self, which: int, what: Any, form: int) -> None:
        """Another mark in the place of one that stands."""
        found = self.entry(which, told=True)
        if found is None:
            return
        name, key, entry = found
        forms = FORMS[what]
        title = forms[form % len(forms)].format(self.core(entry))
        self.world.ledger.said[entry.uid] = what
        self.world.ledger.handled.add(self.world.who(key.subject))
        self.world.place.hands[name].edit(entry.uid, title=title)
        self.did("correct", title)

    def core(self, entry: Entry) -> str:
        """The title without a mark."""
        if self.world.read(entry.uid) and entry.title.startswith(SIGNS):
            return entry.title.split(" ", 1)[1]
        return self.world.ledger.plain[entry.uid]

    @rule(which=PICK)
    def unmark(self, which: int) -> None:
        found = self.entry(which, told=True)
        if found is None:
            return
        name, key, entry = found
        ledger = self.world.ledger
        title = self.core(entry)
        ledger.said.pop(entry.uid)
        ledger.reopened.add(entry.uid)
        ledger.handled.add(self.world.who(key.subject))
        self.world.place.hands[name].edit(entry.uid, title=title)
        self.did("unmark", title)

    @rule(which=PICK, days=st.integers(-3, 20), hour=st.integers(7, 20))
    def drag(self, which: int, days: int, hour: int) -> None:
        found = self.entry(which)
        if found is None:
            return
        name, _, entry = found
        if not isinstance(entry.start, datetime) or not isinstance(entry.end, datetime):
            return
        day = self.world.now.date() + timedelta(days=days)
        start = datetime.combine(day, time(hour, 15), ZONE)
        self.world.ledger.moved.add(entry.uid)
        self.world.place.hands[name].edit(
            entry.uid, start=start, end=start + (entry.end - entry.start)
        )
        self.did("drag", f"{entry.title} to {start:%m-%d %H:%M}")

    @rule(which=PICK)
    def delete(self, which: int) -> None:
        found = self.entry(which)
        if found is None:
            return
        name, _, entry = found
        ledger, world = self.world.ledger, self.world
        if entry.uid in ledger.said and not world.read(entry.uid) and not world.place.once:
            return  # a mark that no syncd ever saw
        ahead = isinstance(entry.start, datetime) and entry.start > world.now
        known = world.known(entry.uid)
        if ahead and known and not world.facts_of(entry.uid) and entry.uid not in ledger.said:
            ledger.skipped.add(entry.uid)
        ledger.bury(name, entry)
        world.place.hands[name].drop(entry.uid)
        self.did("delete", entry.title)

    @rule(which=PICK)
    def restore(self, which: int) -> None:
        """Take back a deletion."""
        world, ledger = self.world, self.world.ledger
        if not ledger.buried:
            return
        uid = sorted(ledger.buried)[which % len(ledger.buried)]
        name, entry = ledger.unbury(uid)
        there = {each.uid for each in world.entries}
        if uid in there:
            return
        world.place.hands[name].put(entry)
        self.did("restore", entry.title)

    @rule(which=PICK, minutes=st.sampled_from((7, 13)))
    def alarm(self, which: int, minutes: int) -> None:
        found = self.entry(which)
        if found is None:
            return
        name, _, entry = found
        value = timedelta(minutes=minutes)
        self.world.ledger.fields.setdefault(entry.uid, {})["alarm"] = value
        self.world.place.hands[name].edit(entry.uid, alarm=value)
        self.did("alarm", entry.title)

    @rule(which=PICK, above=st.booleans(), word=PICK)
    def write(self, which: int, above: bool, word: int) -> None:
        """A line of the user's in the text."""
        found = self.entry(which)
        if found is None or found[2].uid in self.world.ledger.written:
            return
        name, _, entry = found
        line = f"P.S. {word}"
        self.world.ledger.written[entry.uid] = line
        text = f"{line}\n{entry.text}" if above else f"{entry.text}\n{line}"
        self.world.place.hands[name].edit(entry.uid, text=text)
        self.did("write", entry.title)

    # -- config

    @rule(number=st.integers(0, 7), to=st.sampled_from([*cast.LISTS]))
    def person_added(self, number: int, to: str) -> None:
        """Or moved to another list."""
        made = cast.person(number, to)
        self.people(**{made.id: made})
        self.did("person added or moved", f"{made.name} to {to}")

    @rule(which=PICK)
    def person_removed(self, which: int) -> None:
        people = dict(self.world.roster.people)
        if not people:
            return
        gone = sorted(people)[which % len(people)]
        del people[gone]
        self.world.roster = cast.edited(self.world.roster, people=people)
        self.did("person removed", gone)

    def people(self, **changed: Any) -> None:
        people = {**self.world.roster.people, **changed}
        self.world.roster = cast.edited(self.world.roster, people=people)

    @rule(which=PICK, kind=PICK)
    def block_changed(self, which: int, kind: int) -> None:
        blocks = dict(self.world.roster.blocks)
        name = sorted(blocks)[which % len(blocks)]
        blocks[name] = cast.reruled(blocks[name], kind)
        self.world.roster = cast.edited(self.world.roster, blocks=blocks)
        self.did("block changed", str(blocks[name]))

    def teardown(self) -> None:
        if hasattr(self, "world"):
            try:
                self.world.rest()
            finally:
                self.world.place.close()
