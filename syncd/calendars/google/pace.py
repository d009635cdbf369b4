"""Keeping to Google's quota: so many requests a minute for a user, each part of a batch one."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

A_MINUTE = 600
"""What Google lets a user have."""
KEPT = 50
"""Of them left for what is not written in batches, and for others who use the same sign-in."""
WINDOW = 61.0
"""Seconds: a minute, and what the clocks of two machines may differ in it."""


class Pace:
    """How much of the quota is used up. May be shared by threads; `monotonic` counts seconds."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = Lock()
        self._spent: deque[tuple[float, int]] = deque()
        """When, and how many parts."""

    def wait(self, parts: int) -> float:
        """Seconds until `parts` more fit into the quota."""
        with self._lock:
            now = self._monotonic()
            while self._spent and self._spent[0][0] <= now - WINDOW:
                self._spent.popleft()
            over = sum(n for _, n in self._spent) + parts - (A_MINUTE - KEPT)
            free = 0.0
            for at, n in self._spent:
                if over <= 0:
                    break
                over -= n
                free = at + WINDOW - now
            return free

    def spend(self, parts: int) -> None:
        """Count `parts` that were sent."""
        with self._lock:
            self._spent.append((self._monotonic(), parts))
