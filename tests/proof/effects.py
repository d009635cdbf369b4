"""The side effects of a tick, numbered: each write of one entry, and each commit. A process may be
made to end before or after any of them, or another to run in between; and what is written to a
calendar is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from syncd.calendars.base import Calendar, Changes, Fate, Progress, Result, Write
from syncd.model.entries import Entry
from syncd.model.records import Delta, State
from syncd.store.base import Store
from tests.faults import Crash


@dataclass(kw_only=True)
class Effects:
    """The count of one tick; the process ends `before` or after the effect numbered `dies`, where
    that is not negative, and `other` happens before the one numbered `meets`."""

    dies: int = -1
    before: bool = True
    meets: int = -1
    other: Callable[[], None] = field(default=lambda: None)
    late: frozenset[str] = frozenset()
    """UIDs of what the server does not show yet as changed, though it is there."""
    reads: int = 0
    done: int = 0

    def happens(self, effect: Callable[[], None]) -> None:
        """Let `effect` happen, which is the next. Raises Crash where the process ends by it."""
        if self.done == self.dies and self.before:
            raise Crash
        if self.done == self.meets:
            self.meets = -1
            self.other()
        effect()
        self.done += 1
        if self.done - 1 == self.dies:
            raise Crash


class Numbered:
    """`calendar`, whose effects count."""

    def __init__(self, calendar: Calendar, effects: Effects) -> None:
        self.calendar, self.effects = calendar, effects
        self.name, self.batch = calendar.name, calendar.batch

    @property
    def memo(self) -> str:
        return self.calendar.memo

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        self.effects.reads += 1
        told = self.calendar.changes(cursor, known, progress)
        if told.full or not self.effects.late:
            return told
        shown = [s for s in told.sightings if not self._is_late(s.href)]
        gone = frozenset(href for href in told.gone if not self._is_late(href))
        return replace(told, sightings=tuple(shown), gone=gone, cursor=cursor)

    def _is_late(self, href: str) -> bool:
        return any(uid in href for uid in self.effects.late)

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        results: list[Result] = []
        if self.effects.dies < 0 and self.effects.meets < 0:
            results = self.calendar.write(writes, progress)
            self.effects.done += len(writes)
            return results
        for write in writes:
            self.effects.happens(lambda write=write: results.extend(self.calendar.write([write])))  # type: ignore[misc]
        return results

    def close(self) -> None:
        self.calendar.close()


class Watched:
    """`calendar`, of which `entries` gives what is in it, and `judge` is told what each write that
    was carried out found there."""

    def __init__(
        self,
        calendar: Calendar,
        entries: Callable[[], Iterable[Entry]],
        judge: Callable[[Write, Entry | None], None],
    ) -> None:
        self.calendar, self.entries, self.judge = calendar, entries, judge
        self.name, self.batch = calendar.name, calendar.batch

    @property
    def memo(self) -> str:
        return self.calendar.memo

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        return self.calendar.changes(cursor, known, progress)

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        there = list(self.entries())
        results = self.calendar.write(writes, progress)
        for write, result in zip(writes, results, strict=True):
            if result.fate is Fate.APPLIED:
                self.judge(write, next((e for e in there if e.uid in write.href), None))
        return results

    def close(self) -> None:
        self.calendar.close()


class Committed:
    """`store`, whose commits count."""

    def __init__(self, store: Store, effects: Effects) -> None:
        self.store, self.effects = store, effects

    def load(self) -> State:
        return self.store.load()

    def commit(self, delta: Delta) -> None:
        self.effects.happens(lambda: self.store.commit(delta))

    def exclusive(self) -> AbstractContextManager[None]:
        return self.store.exclusive()

    def close(self) -> None:
        self.store.close()
