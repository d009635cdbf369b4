"""What all rules stand on."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from syncd.model.entries import Entry
from syncd.model.keys import Key
from syncd.store.base import Store
from syncd.store.memory import MemoryStore
from syncd.store.sql import SqlStore
from tests.proof.places import Place
from tests.proof.world import World
from tests.year.cast import DEPLOYMENT, ZONE

_NUMBERS = count()
BELOW = st.integers(0, 9)
"""Below how many lines of a text something is written."""
PICK = st.integers(0, 99)
"""Which of those that there are: the one of that number, counted round."""


class Base(RuleBasedStateMachine):
    """A world that a rule may do something to."""

    def place(self) -> Place:
        """Empty calendars."""
        raise NotImplementedError

    def count(self, what: str) -> None:
        """Note that this was tried once more."""

    @initialize(file=st.integers(0, 3))
    def begin(self, file: int) -> None:
        """One in four has its database in a file, the others in memory, which is faster."""
        self.folder = TemporaryDirectory() if file == 3 else None
        self.world = World(self.place(), self.empty())
        self.count("examples")
        if self.folder is not None:
            self.count("examples with a database in a file")
        self.world.rest()
        self.shown: list[tuple[str, Entry]] = []
        """What a second device showed when it last looked."""
        self.backups: dict[str, dict[str, Entry]] = {}
        """By calendar: how it was when it was copied last."""
        self.yesterday = [self.world.state]

    def empty(self) -> Store:
        """A database that knows nothing."""
        if self.folder is None:
            return MemoryStore()
        return SqlStore(Path(self.folder.name) / f"{next(_NUMBERS)}.sqlite", deployment=DEPLOYMENT)

    def did(self, what: str, told: str = "") -> None:
        self.count(f"rule: {what}")
        note(f"{self.world.now:%a %Y-%m-%d %H:%M} {what} {told}")

    def later(self, span: timedelta) -> None:
        self.world.now = (self.world.now + span).astimezone(ZONE)

    def entry(self, pick: int, *, told: bool | None = None) -> tuple[str, Key, Entry] | None:
        """One of the contact events: of those that were marked, or of those that were not."""
        said = self.world.ledger.said
        found = [
            each for each in self.world.contacts() if told is None or (each[2].uid in said) is told
        ]
        return found[pick % len(found)] if found else None

    def edit(self, name: str, uid: str, **fields: object) -> None:
        """What the user does to an entry of the calendar called `name`."""
        self.world.place.hands[name].edit(uid, **fields)


__all__ = ["PICK", "Base"]


def inserted(text: str, line: str, below: int) -> str:
    """`text` with one `line` more, below so many of its own."""
    lines = text.split("\n") if text else []
    return "\n".join((*lines[:below], line, *lines[below:]))
