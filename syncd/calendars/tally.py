"""How many requests went out for each calendar since the process began: what counts them is deep in
the adapters, what asks is far above, and nothing between needs to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from threading import Lock


class Tally:
    """Counts by name. May be shared by threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str) -> None:
        """One more for `name`."""
        with self._lock:
            self._counts[name] += 1

    def counts(self) -> Mapping[str, int]:
        """As they are now."""
        with self._lock:
            return dict(self._counts)


REQUESTS = Tally()
"""HTTP requests by the calendar, list of tasks or diary for which they were sent, those that failed
included, and renewals of a sign-in not."""
