"""A store that remembers for as long as the process lives: the contract at its plainest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from syncd.errors import StateError
from syncd.model.records import Delta, State


class MemoryStore:
    """The Store protocol over one State in memory; for tests, demos and rehearsals."""

    def __init__(
        self, state: State | None = None, *, patience: timedelta = timedelta(seconds=30)
    ) -> None:
        self._state = state if state is not None else State()
        self._patience = patience
        self._writing = threading.Lock()
        self._lock = threading.Lock()
        self._holder: int | None = None

    def load(self) -> State:
        """Everything remembered."""
        return self._state

    def commit(self, delta: Delta) -> None:
        """Change what is remembered."""
        with self._writing:
            self._state = applied(self._state, delta)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Held by one thread at a time.

        Raises StateError where another has it for too long, RuntimeError where this one has it.
        """
        if self._holder == threading.get_ident():
            raise RuntimeError("the store is held already by this thread")
        if not self._lock.acquire(timeout=self._patience.total_seconds()):
            raise StateError("Another thread is at work. Next: try again when it is done.")
        self._holder = threading.get_ident()
        try:
            yield
        finally:
            self._holder = None
            self._lock.release()

    def close(self) -> None:
        """Nothing to let go of."""


def applied(state: State, delta: Delta) -> State:
    """`state` as `delta` changes it; what goes is taken out before what comes is put in."""
    facts = {fact.id: fact for fact in state.facts}
    for fact in delta.facts:
        facts.setdefault(fact.id, fact)
    gone = set(delta.forgotten)
    records = {
        (record.calendar, record.uid): record
        for record in state.records
        if (record.calendar, record.uid) not in gone
    }
    records.update(((record.calendar, record.uid), record) for record in delta.records)
    foreign = {}
    for calendar in {*state.foreign, *delta.foreign}:
        left_out = delta.foreign_gone.get(calendar, frozenset())
        kept = {
            href: version
            for href, version in state.foreign.get(calendar, {}).items()
            if href not in left_out
        }
        foreign[calendar] = {**kept, **delta.foreign.get(calendar, {})}
    settings = {**state.settings, **delta.settings}
    return State(
        facts=tuple(facts.values()),
        records=tuple(records[identity] for identity in sorted(records)),
        foreign={calendar: versions for calendar, versions in foreign.items() if versions},
        calendars={**state.calendars, **delta.calendars},
        acquaintances={**state.acquaintances, **delta.acquaintances},
        pauses=state.pauses if delta.pauses is None else delta.pauses,
        settings={name: value for name, value in settings.items() if value is not None},
        revision=state.revision + delta.verb,
    )
