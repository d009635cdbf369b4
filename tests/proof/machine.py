"""The machine: whatever may happen to a deployment, in any order, each as one rule."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from syncd.model.entries import Entry
from syncd.model.facts import Outcome, effective
from syncd.model.keys import Kind, decode
from syncd.reconcile.occurrences import instant
from syncd.store.base import Store
from syncd.store.memory import MemoryStore
from tests.faults import Read, SendFault, Sent
from tests.proof.base import PICK
from tests.proof.blocks import Blocks
from tests.proof.config import Config
from tests.proof.contacts import Contacts
from tests.proof.effects import Effects
from tests.proof.verbs import Verbs
from tests.year.cast import DEPLOYMENT
from tests.year.user import SIGNS

READ = st.sampled_from([None, *(each for each in Read if each is not Read.EMPTY)])
SEND = st.builds(SendFault, st.sampled_from(Sent), st.integers(0, 2))


class Machine(Contacts, Blocks, Config, Verbs):
    """All rules, and those about time, syncd, servers and databases."""

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

    @rule()
    def shown_late(self) -> None:
        """A tick to which the server does not show yet what the last one made."""
        if self.world.news:
            self.world.tick(Effects(late=self.world.news))
            self.did("shown late")

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

    @rule(number=st.integers(0, 1))
    def wiped(self, number: int) -> None:
        """Everything is gone at once, which is not believed; then it is back, as if nothing had
        been."""
        world = self.world
        world.rest()
        hands = world.place.hands[[*world.place.hands][number]]
        there = hands.entries()
        if sum(1 for entry in there if self.ahead(entry)) < 3:
            return
        before = world.state.facts
        for entry in there:
            hands.drop(entry.uid)
        world.tick()
        assert not hands.entries(), "a calendar in doubt is not written"
        assert world.state.facts == before, "doubtful absence makes no fact"
        for entry in there:
            hands.put(entry)
        world.rest()
        assert world.state.facts == before, "nothing had been"
        self.did("wiped")

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
        for uid in there.keys() - old.keys():
            hands.drop(uid)
        for uid, entry in old.items():
            if there.get(uid) != entry:
                hands.put(entry)
        world.place.lose_cursors()
        world.put_back(name, old)
        world.rest()
        after = self.marks()
        assert after == before, (before - after, after - before)
        self.did("put back")

    def marks(self) -> Counter[tuple[str | None, str, str]]:
        """What holds of entries, but for what an entry's absence or its place means."""
        return Counter(
            (fact.entry, fact.outcome.value, fact.direction.value)
            for fact in effective(list(self.world.state.facts))
            if fact.outcome not in {Outcome.SKIPPED, Outcome.SNOOZED, Outcome.MISSED}
        )

    def ahead(self, entry: Entry) -> bool:
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
        bare = {entry.uid for entry in entries if not entry.title.startswith(SIGNS)}
        there_said = there - (ledger.logged & bare)
        ledger.said = {
            uid: said
            for uid, said in ledger.said.items()
            if uid in there_said or self.world.facts_of(uid)
        }
        ledger.written = {uid: line for uid, line in ledger.written.items() if uid in there}
        shown = {e.uid: f"{e.title}\n{e.text}" for e in entries}
        ledger.words = {u: word for u, word in ledger.words.items() if word in shown.get(u, "")}
        ledger.fields = {u: each for u, each in ledger.fields.items() if u not in ledger.stripped}
        ledger.fields = {uid: each for uid, each in ledger.fields.items() if uid in there}
        ledger.skipped = {uid for uid in ledger.skipped if self.world.facts_of(uid)}

    def teardown(self) -> None:
        if hasattr(self, "world"):
            try:
                self.world.rest()
            finally:
                self.world.place.close()
                self.world.store.close()
                if self.folder is not None:
                    self.folder.cleanup()


__all__ = ["Machine"]
