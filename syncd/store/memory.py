"""A store that remembers for as long as the process lives: the contract at its plainest."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from syncd.errors import StateError
from syncd.model.records import Delta, State, applied


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
