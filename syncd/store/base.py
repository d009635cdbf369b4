"""The seam between the engine and what remembers for it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from syncd.model.records import Delta, State


class Store(Protocol):
    """Remembers a deployment's State. Every method raises StateError where it cannot."""

    def load(self) -> State:
        """Everything remembered. Empty where nothing is yet."""
        ...

    def commit(self, delta: Delta) -> None:
        """Change what is remembered, wholly or not at all; on return it survives a power cut."""
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """Held by one tick at a time, across processes; waits a little, then raises StateError
        naming who has it."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...
