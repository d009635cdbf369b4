"""Credit for what took place: the user's other calendars are looked at now and then, and meetings
in them that are over become facts.

What is remembered of such a diary is kept like that of a calendar: its cursor is the instant up to
which the ends of meetings have been looked at. Each pass looks a day further back than that, since
answers and moves come late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.calendars.base import Diary
from syncd.errors import CalendarError
from syncd.model.facts import Fact
from syncd.model.meetings import Meeting
from syncd.model.records import CalendarState, Delta, State
from syncd.model.roster import CalendarSettings, Credit, Roster
from syncd.reconcile import plan as planning
from syncd.reconcile.credit import credited
from syncd.reconcile.elsewhere import placed
from syncd.reconcile.plan import World

Diaries = Callable[[State], Mapping[str, Diary]]
"""Opens the diaries of a deployment, by name, given what is remembered of them."""

EVERY = timedelta(minutes=15)
"""How often a diary is looked at, at most; one that failed is tried again at the next tick."""
MARGIN = timedelta(days=1)
"""How much further back than up to where it was looked: also how far at the first look."""
FARTHEST = timedelta(days=30)
"""How far back one looks in any case."""


@dataclass(frozen=True, kw_only=True)
class Credited:
    """What came of looking at the diaries."""

    facts: tuple[Fact, ...] = ()
    calendars: Mapping[str, CalendarState] = field(default_factory=dict)
    """Of each diary of which there is anything new: how it is to be remembered."""
    errors: tuple[str, ...] = ()
    """What diaries could not do, in sentences."""

    @property
    def delta(self) -> Delta:
        """What it changes in what is remembered. A fact wants a new plan, as a verb's does."""
        return Delta(facts=self.facts, calendars=self.calendars, verb=bool(self.facts))


@dataclass(frozen=True, kw_only=True)
class _Read:
    """One diary after a look at it."""

    name: str
    state: CalendarState
    meetings: tuple[Meeting, ...] = ()
    since: datetime
    until: datetime
    error: str = ""


def credit(roster: Roster, state: State, diaries: Mapping[str, Diary], now: datetime) -> Credited:
    """Look at the `diaries` that are due, and say what took place. One that cannot be read is an
    error, and keeps no other from counting."""
    wanted = roster.credit
    if wanted is None:
        return Credited()
    remembered = {each.name: _remembered(each, state) for each in wanted.diaries}
    due = [name for name in remembered if name in diaries and _is_due(remembered[name], now)]

    def look(name: str) -> _Read:
        return _looked(diaries[name], remembered[name], wanted, now)

    if len(due) <= 1:
        read = [look(name) for name in due]
    else:
        with ThreadPoolExecutor(max_workers=4, thread_name_prefix="diary") as pool:
            read = list(pool.map(look, due))
    return Credited(
        facts=_facts(read, roster, state, now),
        calendars={
            each.name: each.state for each in read if each.state != state.calendars.get(each.name)
        },
        errors=tuple(each.error for each in read if each.error),
    )


def _remembered(diary: CalendarSettings, state: State) -> CalendarState:
    """What is known of a diary; nothing where config means another one by its name now."""
    before = state.calendars.get(diary.name)
    same = before is not None and before.place == diary.place
    return before if before is not None and same else CalendarState(place=diary.place)


def _is_due(before: CalendarState, now: datetime) -> bool:
    if before.succeeded is None or before.error:
        return True
    return not timedelta() <= now - before.succeeded < EVERY


def _looked(diary: Diary, before: CalendarState, wanted: Credit, now: datetime) -> _Read:
    until = now - wanted.after
    since = max(_place(before, until) - MARGIN, now - FARTHEST)
    try:
        meetings = diary.meetings(since, until)
    except CalendarError as error:
        after = replace(
            before,
            failing_since=before.failing_since or now,
            error=str(error),
            memo=diary.memo,
        )
        return _Read(name=diary.name, state=after, since=since, until=until, error=str(error))
    after = replace(
        before,
        cursor=until.isoformat(),
        memo=diary.memo,
        succeeded=now,
        failing_since=None,
        error="",
    )
    return _Read(name=diary.name, state=after, meetings=meetings, since=since, until=until)


def _place(before: CalendarState, until: datetime) -> datetime:
    """Up to which end of a meeting it was looked last; not a clock's that was ahead."""
    try:
        return min(datetime.fromisoformat(before.cursor), until)
    except (ValueError, TypeError):
        return until


def _facts(read: Iterable[_Read], roster: Roster, state: State, now: datetime) -> tuple[Fact, ...]:
    """The facts of what took place, each as it counts: within the open touch, once."""
    bare: dict[str, Fact] = {}
    for each in read:
        for fact in credited(each.meetings, roster, state.facts, each.since, each.until, now):
            bare.setdefault(fact.id, fact)
    if not bare:
        return ()
    plan = planning.make(World(roster=roster, state=state, now=now))
    zone = ZoneInfo(roster.timezone)
    return placed(bare.values(), plan, zone)
