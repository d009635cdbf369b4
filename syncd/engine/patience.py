"""Leaving a calendar alone that is away: a wrapper that the daemon puts round each, and round each
diary.

After a failure a calendar is not asked again for a while that doubles from one poll up to half an
hour, with a quarter of jitter either way, or for as long as its server wanted, if that is longer.
Until then it answers with what it last said, and no request is made; the other calendars go on at
their usual pace. A refusal counts too: a wrong password that is sent every minute locks accounts.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from syncd.calendars.base import Calendar, Changes, Diary, Fate, Progress, Result, Write
from syncd.engine.crediting import Diaries
from syncd.engine.service import Calendars
from syncd.errors import CalendarError, Refused, Unreachable
from syncd.model.meetings import Meeting
from syncd.model.records import State

LONGEST = timedelta(minutes=30)
"""Up to where the back-off grows, unless the polls themselves are further apart."""
OBEYED = timedelta(days=1)
"""The longest wish of a server's that is granted."""


def rest(failures: int, poll: timedelta, asked: timedelta | None, chance: float) -> timedelta:
    """How long to leave a calendar alone after `failures` failures in a row (from 1), where its
    server asked for `asked`; `chance`, from 0 to 1, is the jitter."""
    ceiling = max(poll, LONGEST)
    grown = min(ceiling, poll * (1 << min(failures - 1, 16)))
    wait = min(ceiling, grown * (0.75 + chance / 2))
    return max(wait, min(asked or timedelta(), OBEYED))


class _Patience:
    """How often something failed, what it said, and until when it is left alone."""

    def __init__(
        self, *, poll: timedelta, clock: Callable[[], datetime], chance: Callable[[], float]
    ) -> None:
        self._poll = poll
        self._clock = clock
        self._chance = chance
        self._failures = 0
        self._since: datetime | None = None
        self._rest = timedelta()
        self._said: CalendarError | None = None

    def _await(self) -> None:
        """Raises what was said last, while it is left alone."""
        # A clock that was set back must not make the rest longer.
        since, now = self._since, self._clock()
        if self._said is None or since is None or not since <= now < since + self._rest:
            return
        raise type(self._said)(str(self._said))

    def _stumbled(self, error: CalendarError, asked: timedelta | None) -> None:
        self._failures += 1
        self._since = self._clock()
        self._rest = rest(self._failures, self._poll, asked, self._chance())
        self._said = error if isinstance(error, Unreachable | Refused) else Unreachable(str(error))


class PatientCalendar(_Patience):
    """`inner`, left alone for a while after each failure. Used by one thread at a time."""

    def __init__(
        self,
        inner: Calendar,
        *,
        poll: timedelta,
        clock: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(poll=poll, clock=clock, chance=chance)
        self.name = inner.name
        self._inner = inner
        self._busy = False

    @property
    def memo(self) -> str:
        """As `Calendar.memo`."""
        return self._inner.memo

    @property
    def batch(self) -> int:
        """As `Calendar.batch`."""
        return self._inner.batch

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        """As `Calendar.changes`; while the calendar is left alone, raises what it last said."""
        self._await()
        try:
            found = self._inner.changes(cursor, known, progress)
        except CalendarError as error:
            self._stumbled(error, error.after if isinstance(error, Unreachable) else None)
            raise
        self._said = None
        if not self._busy:  # a server that is read well and cannot be written is not well yet
            self._failures = 0
        return found

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        """As `Calendar.write`."""
        results = self._inner.write(writes, progress)
        later = [result for result in results if result.fate is Fate.LATER]
        self._busy = bool(later)
        if later:
            after = max((r.after for r in later if r.after is not None), default=None)
            why = next((r.why for r in later if r.why), f"Calendar {self.name} is busy.")
            self._stumbled(Unreachable(why), after)
        else:
            self._failures = 0
        return results

    def close(self) -> None:
        """As `Calendar.close`."""
        self._inner.close()


class PatientDiary(_Patience):
    """`inner`, left alone for a while after each failure. Used by one thread at a time."""

    def __init__(
        self,
        inner: Diary,
        *,
        poll: timedelta,
        clock: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(poll=poll, clock=clock, chance=chance)
        self.name = inner.name
        self._inner = inner

    @property
    def memo(self) -> str:
        """As `Diary.memo`."""
        return self._inner.memo

    def meetings(self, since: datetime, until: datetime) -> tuple[Meeting, ...]:
        """As `Diary.meetings`; while it is left alone, raises what it last said."""
        self._await()
        try:
            found = self._inner.meetings(since, until)
        except CalendarError as error:
            self._stumbled(error, error.after if isinstance(error, Unreachable) else None)
            raise
        self._said, self._failures = None, 0
        return found

    def close(self) -> None:
        """As `Diary.close`."""
        self._inner.close()


def patient(calendars: Calendars, poll: timedelta, clock: Callable[[], datetime]) -> Calendars:
    """`calendars`, each of them left alone for a while after it failed."""
    wrapped: dict[str, tuple[Calendar, PatientCalendar]] = {}

    def opened(state: State) -> Mapping[str, Calendar]:
        for name, inner in calendars(state).items():
            known = wrapped.get(name)
            if known is None or known[0] is not inner:
                wrapped[name] = inner, PatientCalendar(inner, poll=poll, clock=clock)
        return {name: wrapper for name, (_, wrapper) in wrapped.items()}

    return opened


def patient_diaries(diaries: Diaries, poll: timedelta, clock: Callable[[], datetime]) -> Diaries:
    """`diaries`, each of them left alone for a while after it failed."""
    wrapped: dict[str, tuple[Diary, PatientDiary]] = {}

    def opened(state: State) -> Mapping[str, Diary]:
        for name, inner in diaries(state).items():
            known = wrapped.get(name)
            if known is None or known[0] is not inner:
                wrapped[name] = inner, PatientDiary(inner, poll=poll, clock=clock)
        return {name: wrapper for name, (_, wrapper) in wrapped.items()}

    return opened
