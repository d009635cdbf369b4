"""A wrapper round a calendar that takes the time of what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from syncd.calendars.base import Calendar, Changes, Progress, Result, Write


class TimedCalendar:
    """`inner`; `spent` is told its name and the seconds of every reading and writing."""

    def __init__(
        self, inner: Calendar, spent: Callable[[str, float], None], monotonic: Callable[[], float]
    ) -> None:
        self.name = inner.name
        self.inner = inner
        self._spent = spent
        self._monotonic = monotonic

    @property
    def memo(self) -> str:
        """As `Calendar.memo`."""
        return self.inner.memo

    @property
    def batch(self) -> int:
        """As `Calendar.batch`."""
        return self.inner.batch

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        """As `Calendar.changes`."""
        with self._timed():
            return self.inner.changes(cursor, known, progress)

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        """As `Calendar.write`."""
        with self._timed():
            return self.inner.write(writes, progress)

    def close(self) -> None:
        """As `Calendar.close`."""
        self.inner.close()

    @contextmanager
    def _timed(self) -> Iterator[None]:
        began = self._monotonic()
        try:
            yield
        finally:
            self._spent(self.name, self._monotonic() - began)
