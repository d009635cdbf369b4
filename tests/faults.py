"""A calendar on which things go wrong: faults before a write, after it and in the midst of it, lost
answers, and a process that ends."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from syncd.calendars.base import Calendar, Changes, Fate, Progress, Result, Write
from syncd.errors import Unreachable


class Crash(BaseException):
    """The process ended here."""


class Read(StrEnum):
    """What may go wrong as changes are read."""

    UNREACHABLE = "unreachable"
    CRASH = "crash"
    LOST = "lost"
    """The server does not know the cursor: what comes is a full listing."""
    INCOMPLETE = "incomplete"
    """A full listing of which the first half is missing, and which says that it is incomplete."""
    EMPTY = "empty"
    """A listing that shows nothing and says that it is all."""


class Sent(StrEnum):
    """What may go wrong as writes are sent; with `part`, the first so many of them are spared."""

    BEFORE = "before"
    """They do not arrive, and that is known."""
    AFTER = "after"
    """They are carried out, and the answers are lost."""
    CRASH_BEFORE = "crash-before"
    CRASH_AFTER = "crash-after"
    REFUSED = "refused"
    STALE = "stale"
    """Said, though nobody else was there; nothing is carried out."""
    UNVERSIONED = "unversioned"
    """They are carried out, and no version is told."""


@dataclass(frozen=True)
class SendFault:
    """One fault of a batch of writes."""

    kind: Sent
    part: int = 0


Fault = Read | SendFault


class Faulty:
    """`calendar`, with a fault taken from `reads` at each reading, and from `sends` at each batch
    of writes, until they are used up; None is none."""

    def __init__(
        self,
        calendar: Calendar,
        *,
        reads: Iterable[Read | None] = (),
        sends: Iterable[SendFault | None] = (),
    ) -> None:
        self.calendar = calendar
        self.name = calendar.name
        self.batch = calendar.batch
        self.reads = deque(reads)
        self.sends = deque(sends)

    @property
    def memo(self) -> str:
        return self.calendar.memo

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        fault = self.reads.popleft() if self.reads else None
        match fault:
            case None:
                return self.calendar.changes(cursor, known, progress)
            case Read.UNREACHABLE:
                raise Unreachable(f"Calendar {self.name}: away.")
            case Read.CRASH:
                raise Crash
            case Read.LOST:
                return self.calendar.changes("", known, progress)
            case Read.INCOMPLETE:
                told = self.calendar.changes("", known, progress)
                half = told.sightings[len(told.sightings) // 2 :]
                return replace(
                    told, sightings=half, gone=frozenset(), cursor=cursor, complete=False
                )
            case Read.EMPTY:
                told = self.calendar.changes("", known, progress)
                return replace(told, sightings=(), gone=frozenset(known))

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        fault = self.sends.popleft() if self.sends else None
        if fault is None:
            return self.calendar.write(writes, progress)
        spared, struck = writes[: fault.part], writes[fault.part :]
        results = self.calendar.write(spared, progress) if spared else []
        later = Result(
            fate=Fate.LATER, why=f"Calendar {self.name}: away.", after=timedelta(minutes=1)
        )
        match fault.kind:
            case Sent.BEFORE:
                return [*results, *(later for _ in struck)]
            case Sent.AFTER:
                self.calendar.write(struck)
                return [*results, *(later for _ in struck)]
            case Sent.CRASH_BEFORE:
                raise Crash
            case Sent.CRASH_AFTER:
                self.calendar.write(struck)
                raise Crash
            case Sent.REFUSED:
                refused = Result(fate=Fate.REFUSED, why=f"Calendar {self.name}: no.")
                return [*results, *(refused for _ in struck)]
            case Sent.STALE:
                return [*results, *(Result(fate=Fate.STALE) for _ in struck)]
            case Sent.UNVERSIONED:
                told = self.calendar.write(struck)
                return [*results, *(replace(each, version="") for each in told)]

    def close(self) -> None:
        self.calendar.close()
