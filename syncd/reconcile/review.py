"""Looking back: what came of a week, a month or a year, from the journal and the hours that passed.

Pure: facts and occurrences in, counts out. Nothing here says that anybody should have done more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from syncd.model.facts import TRIED, Fact, Outcome, Source
from syncd.model.people import whose
from syncd.model.roster import Roster
from syncd.reconcile.occurrences import Occurrence, instant

K = TypeVar("K", str, int)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How often somebody was tried, and what came of it."""

    tried: int = 0
    """Contacts and attempts at them."""
    reached: int = 0

    @property
    def rate(self) -> float | None:
        """The share that was reached; None where nobody was tried."""
        return self.reached / self.tried if self.tried else None


@dataclass(frozen=True, kw_only=True)
class Drifting:
    """Somebody who is late by more than half of their cadence."""

    person: str
    """Their id."""
    due: date
    days: int
    """How many they are late."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """What came of the days from `since` to before `until`, in the user's zone."""

    since: date
    until: date
    all: Tally
    outcomes: Mapping[Outcome, int]
    """What was logged, snoozes aside."""
    people: int
    """How many were reached at least once."""
    by_list: Mapping[str, Tally] = field(default_factory=dict)
    by_channel: Mapping[str, Tally] = field(default_factory=dict)
    by_weekday: Mapping[int, Tally] = field(default_factory=dict)
    """Monday is 0."""
    by_hour: Mapping[int, Tally] = field(default_factory=dict)
    kept: int = 0
    """Hours that were held: something was tried in them."""
    held: int = 0
    """Hours that took place at all."""
    weeks: int = 0
    """Weeks in a row, up to the last one, in which something was tried; the running week counts
    where it has begun so, and breaks nothing where it has not."""
    drifting: tuple[Drifting, ...] = ()
    """Those who drift most first."""


def review(
    facts: Iterable[Fact],
    occurrences: Iterable[Occurrence],
    due: Mapping[str, date | None],
    roster: Roster,
    since: date,
    until: date,
    now: datetime,
    zone: ZoneInfo,
) -> Review:
    """Look back on the days from `since` to before `until`, given the effective `facts`, the
    `occurrences` of blocks, and by person when they are `due`."""
    every = [fact for fact in facts if fact.outcome is not Outcome.SNOOZED]
    mine = [fact for fact in every if since <= _day(fact, zone) < until]
    tries = [fact for fact in mine if _is_try(fact)]
    renamed = {old: person for person in roster.people.values() for old in person.ids}
    outcomes: dict[Outcome, int] = {}
    for fact in mine:
        outcomes[fact.outcome] = outcomes.get(fact.outcome, 0) + 1
    past = [
        each
        for each in occurrences
        if not each.cancelled
        and instant(each.end) <= instant(now)
        and since <= each.start.astimezone(zone).date() < until
    ]
    return Review(
        since=since,
        until=until,
        all=_tally(tries),
        outcomes=outcomes,
        people=len({f.person for f in tries if f.outcome is Outcome.REACHED}),
        by_list=_by(
            tries, lambda f: renamed[whose(f.person)].list if whose(f.person) in renamed else ""
        ),
        by_channel=_by(tries, _channel),
        by_weekday=_by(tries, lambda f: f.at.astimezone(zone).weekday()),
        by_hour=_by(tries, lambda f: f.at.astimezone(zone).hour),
        kept=sum(1 for each in past if any(_within(fact, each) for fact in tries)),
        held=len(past),
        weeks=_weeks({_day(f, zone) for f in every if _is_try(f)}, now.astimezone(zone).date()),
        drifting=_drifting(due, roster, now.astimezone(zone).date()),
    )


def _is_try(fact: Fact) -> bool:
    return fact.outcome in TRIED or fact.outcome is Outcome.REACHED


def _channel(fact: Fact) -> str:
    """By what somebody was tried; a meeting is one by itself."""
    return fact.channel or (fact.source.value if fact.source is Source.MEETING else "")


def _day(fact: Fact, zone: ZoneInfo) -> date:
    return fact.at.astimezone(zone).date()


def _within(fact: Fact, occurrence: Occurrence) -> bool:
    return instant(occurrence.start) <= instant(fact.at) <= instant(occurrence.end)


def _tally(tries: Iterable[Fact]) -> Tally:
    found = list(tries)
    reached = sum(1 for fact in found if fact.outcome is Outcome.REACHED)
    return Tally(tried=len(found), reached=reached)


def _by(tries: Iterable[Fact], of: Callable[[Fact], K]) -> dict[K, Tally]:
    sorted_: dict[K, list[Fact]] = {}
    for fact in tries:
        sorted_.setdefault(of(fact), []).append(fact)
    return {name: _tally(sorted_[name]) for name in sorted(sorted_)}


def _weeks(days: set[date], today: date) -> int:
    mondays = {day - timedelta(days=day.weekday()) for day in days}
    monday = today - timedelta(days=today.weekday())
    count = 1 if monday in mondays else 0
    while (monday := monday - timedelta(days=7)) in mondays:
        count += 1
    return count


def _drifting(due: Mapping[str, date | None], roster: Roster, today: date) -> tuple[Drifting, ...]:
    found = []
    for id, day in due.items():
        person = roster.people.get(id)
        if person is None or day is None or day >= today:
            continue
        share = (today - day).days / max(1.0, roster.cadence_of(person).approximate_days)
        if share > 0.5:
            late = Drifting(person=id, due=day, days=(today - day).days)
            found.append((share, late))
    return tuple(each for _, each in sorted(found, key=lambda f: (-f[0], f[1].person)))
