"""What becomes of the calendars and of the database."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import strategies as st
from hypothesis.stateful import rule

from syncd.engine.upkeep import approve, restore
from syncd.model.entries import Entry
from syncd.model.facts import Outcome, effective
from syncd.model.keys import Kind, decode
from syncd.reconcile.marks import ACKNOWLEDGED
from syncd.reconcile.occurrences import instant
from syncd.store.base import Store
from syncd.store.memory import MemoryStore
from tests.proof.base import PICK, Base
from tests.year.cast import DEPLOYMENT
from tests.year.oracle import open_contacts


class Losses(Base):
    """Somebody at the machines."""

    # -- the calendars

    @rule()
    def cursors_lost(self) -> None:
        self.world.place.lose_cursors()
        self.did("cursors lost")

    @rule(number=st.integers(0, 1), then=st.sampled_from(("back", "restore", "approve")))
    def wiped(self, number: int, then: str) -> None:
        """Everything is gone at once, which is not believed. Then it is back, as if nothing had
        been; or it is written anew; or the user says that so it shall be."""
        world = self.world
        world.rest()
        name = [*world.place.hands][number]
        hands = world.place.hands[name]
        there = hands.entries()
        if sum(1 for entry in there if self.counts(entry)) < 3:
            return
        facts, marks = world.state.facts, self.marks()
        ahead, anyhow = self.open(ahead=True), self.open()
        reopened = {who for who, *_ in anyhow - ahead} & self.reopened()
        world.ledger.hours.clear()  # Google puts a series back without them
        for entry in there:
            hands.drop(entry.uid)
        world.tick()
        assert not hands.entries(), "a calendar in doubt is not written"
        assert world.state.facts == facts, "doubtful absence makes no fact"
        if then == "back":
            for entry in there:
                hands.put(entry)
        else:
            words = {*world.ledger.words.values()}
            world.forget(name, there)
            restore(world.service) if then == "restore" else approve(world.service)
        world.rest()
        if then == "back":
            assert world.state.facts == facts, "nothing had been"
        elif then == "restore":
            for _, _, entry in world.contacts():  # made anew with what the user called it
                if (word := entry.title.rpartition(" ")[2]) in words:
                    world.ledger.words.setdefault(entry.uid, word)
            # What was past has moved on, as it would have by itself. Where something was taken back
            # its entry had a day more for that: what is made anew has not, and may be over.
            after = self.open(ahead=True)
            others = {each for each in after if each[0] not in reopened}
            assert ahead <= after and others <= anyhow, (ahead, self.open(), anyhow)
        assert self.marks() == marks, (marks, self.marks())
        self.did("wiped", then)

    def open(self, *, ahead: bool = False) -> set[tuple[str, date, int]]:
        """Who is open, or open ahead, at which attempt of which touch."""
        world = self.world
        found = open_contacts(world.entries, world.state.facts, world.released(), world.who)
        ours = {entry.uid for _, _, entry in world.contacts()}
        return {
            (world.who(key.subject), key.day, key.attempt)
            for key, entry in found
            if entry.uid in ours and (self.counts(entry) or not ahead)
        }

    def reopened(self) -> set[str]:
        """Whose entries stand open again where a fact was taken back."""
        keys = {entry.uid: key for _, key, entry in self.world.contacts()}
        uids = self.world.ledger.reopened & keys.keys()
        return {self.world.who(keys[uid].subject) for uid in uids}

    @rule(number=st.integers(0, 1))
    def backed_up(self, number: int) -> None:
        """Somebody copies a calendar in which there is nothing left to do."""
        self.world.rest()
        name = [*self.world.place.hands][number]
        there = self.world.place.hands[name].entries()
        self.backups[name] = {entry.uid: entry for entry in there}
        self.did("backed up")

    @rule(number=st.integers(0, 1))
    def put_back(self, number: int) -> None:
        """A calendar is as it was when it was copied: what was made since is gone, what was
        deleted is back, and what was acknowledged lacks its sign. No mark is lost by that, and none
        made."""
        world = self.world
        name = [*world.place.hands][number]
        if name not in self.backups or name in world.place.once:
            return
        world.rest()
        before = self.marks()
        hands, old = world.place.hands[name], self.backups[name]
        there = {entry.uid: entry for entry in hands.entries()}
        changed = {uid for uid, entry in old.items() if there.get(uid) != entry}
        bare = {*world.ledger.stripped, *filter(self.unsigned, world.ledger.said)}
        if changed & bare:  # without our fields, or our sign, it looks like one unmarked today
            return
        for uid in there.keys() - old.keys():
            hands.drop(uid)
        for uid in sorted(changed):
            hands.put(old[uid])
        world.place.lose_cursors()
        world.put_back(name, old, changed)
        world.rest()
        after = self.marks()
        assert after == before, (before - after, after - before)
        self.did("put back")

    def unsigned(self, uid: str) -> bool:
        """Whether a mark is read and gets no sign, as that of somebody whom the YAML does not
        name."""
        key = decode(uid, DEPLOYMENT)
        return key is not None and self.world.who(key.subject) not in self.world.roster.people

    def marks(self) -> Counter[tuple[str | None, str, str]]:
        """What holds of entries, but for what an entry's absence or its place means."""
        return Counter(
            (fact.entry, fact.outcome.value, fact.direction.value)
            for fact in effective(list(self.world.state.facts))
            if fact.outcome not in {Outcome.SKIPPED, Outcome.SNOOZED, Outcome.MISSED}
        )

    def counts(self, entry: Entry) -> bool:
        """Whether it is one of ours whose absence counts."""
        key = decode(entry.uid, DEPLOYMENT)
        if key is None or not self.world.known(entry.uid):
            return False
        return key.kind is Kind.BLOCK or instant(entry.start) > self.world.now

    # -- the database

    @rule()
    def database_lost(self) -> None:
        self.restored(self.empty())
        self.did("database lost")

    @rule(which=PICK)
    def database_of_yesterday(self, which: int) -> None:
        self.restored(MemoryStore(self.yesterday[which % len(self.yesterday)]))
        self.did("database of yesterday")

    def restored(self, store: Store) -> None:
        """What no entry shows is lost with the database."""
        self.world.store.close()
        self.world.store = store
        entries, ledger = self.world.entries, self.world.ledger
        there = {entry.uid for entry in entries}
        for entry in entries:
            if entry.uid in ledger.logged & ledger.said.keys():
                self.unlogged(entry)
        ledger.said = {
            uid: said
            for uid, said in ledger.said.items()
            if uid in there or self.world.facts_of(uid)
        }
        ledger.written = {uid: line for uid, line in ledger.written.items() if uid in there}
        shown = {e.uid: f"{e.title}\n{e.text}" for e in entries}
        ledger.words = {u: word for u, word in ledger.words.items() if word in shown.get(u, "")}
        ledger.fields = {u: each for u, each in ledger.fields.items() if u not in ledger.stripped}
        ledger.fields = {uid: each for uid, each in ledger.fields.items() if uid in there}
        ledger.skipped = {uid for uid in ledger.skipped if self.world.facts_of(uid)}

    def unlogged(self, entry: Entry) -> None:
        """Of one whose contact was logged by a verb, and whose title does not say so yet, holds
        what that says; where it says nothing, what the database knows."""
        ledger, known = self.world.ledger, self.world.facts_of(entry.uid)
        shown = [each for each, sign in ACKNOWLEDGED.items() if entry.title.startswith(sign)]
        if shown and entry.title == ledger.plain.get(entry.uid):
            ledger.said[entry.uid] = shown[0].outcome, shown[0].direction
        elif not shown and not known:
            del ledger.said[entry.uid]
            ledger.logged.discard(entry.uid)
