"""The machine: whatever may happen to a deployment, in any order, each as one rule."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from syncd.store.memory import MemoryStore
from tests.faults import Read, SendFault, Sent
from tests.ferry import Moment
from tests.proof.blocks import Blocks
from tests.proof.config import Config
from tests.proof.contacts import Contacts
from tests.proof.effects import Effects
from tests.proof.losses import Losses
from tests.proof.places import LOSSES
from tests.proof.verbs import Verbs

READ = st.sampled_from([None, *(each for each in Read if each is not Read.EMPTY)])
SEND = st.builds(SendFault, st.sampled_from(Sent), st.integers(0, 2))


class Machine(Contacts, Blocks, Config, Verbs, Losses):
    """All rules, and those about time and syncd itself."""

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

    @rule(number=st.integers(1, 8), moment=st.sampled_from([*LOSSES]))
    def lost_on_the_way(self, number: int, moment: Moment) -> None:
        """A tick of which one request, or its answer, is lost, where there is a wire."""
        if self.world.place.losing(number, moment, self.world.tick):
            self.count(f"fault: lost {moment}")
            self.did("lost on the way", f"{number} {moment}")

    @rule()
    def shown_late(self) -> None:
        """A tick to which the server does not show yet what the last one made."""
        if self.world.news:
            # A server that compares what is there with what was there at the cursor tells nothing
            # of what it had not shown by then, and was deleted since.
            self.world.ledger.unshown |= self.world.news
            self.world.ledger.skipped -= self.world.news
            self.world.tick(Effects(late=self.world.news))
            self.did("shown late")

    @rule(number=st.integers(0, 12), before=st.booleans())
    def killed(self, number: int, before: bool) -> None:
        """The process ends at the side effect of that number."""
        effects = Effects(dies=number, before=before)
        if self.world.tick(effects) is None:
            self.did("killed", f"{'before' if before else 'after'} {number}")

    @rule(number=st.integers(0, 6), empty=st.booleans())
    def two_at_once(self, number: int, empty: bool) -> None:
        """A second daemon, whose database knows as much, or nothing: then what was deleted may come
        back by it, which the first takes for the user's change of mind."""
        store = self.empty() if empty else MemoryStore(self.world.state)
        if empty:
            self.world.ledger.skipped.clear()
        before = {entry.uid for entry in self.world.entries}
        self.world.two_at_once(store, number)
        # What one of them wrote after the other had looked may lie where another entry does.
        self.world.ledger.moved |= {entry.uid for entry in self.world.entries} - before
        store.close()
        self.did("two at once", f"{number}, {'with nothing' if empty else 'with as much'}")

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
