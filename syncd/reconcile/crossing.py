"""What was done on one line of somebody's plan and counts on another: pure.

    reached on a line that counts           for the person, so that the cadence starts over
    reached elsewhere, by a line's channel  for that line: a coffee that was logged is that coffee
    the same, and the line has an occasion  for it, if it was near enough to be meant for it

It counts as a contact outside any touch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from syncd.model.facts import ELSEWHERE, Fact, Outcome
from syncd.model.people import DAYS_AHEAD, Person
from syncd.model.roster import Roster

NEAR = timedelta(days=DAYS_AHEAD)
"""How long before its lead begins something may be done for an occasion, which is when its entry
may stand in the calendar; and how long after the day something is belated."""


def crossed(people: Mapping[str, list[Fact]], roster: Roster) -> dict[str, tuple[Fact, ...]]:
    """The facts of everybody and of their lines, each with what was reached on another line and
    counts here."""
    zone = ZoneInfo(roster.timezone)
    found = {who: list(theirs) for who, theirs in people.items()}
    for line in roster.people.values():
        if line.strategy is None:
            continue
        if line.strategy.counts:
            found.setdefault(line.whose, []).extend(_bare(people.get(line.id, ())))
        told = (f for f in people.get(line.whose, ()) if f.source in ELSEWHERE)
        same = _bare(f for f in told if f.channel == line.strategy.channel)
        meant = same if line.occasion is None else _meant(same, line, zone)
        found.setdefault(line.id, []).extend(meant)
    return {
        who: tuple(sorted(theirs, key=lambda fact: (fact.at, fact.recorded, fact.id)))
        for who, theirs in found.items()
    }


def _bare(facts: Iterable[Fact]) -> Iterator[Fact]:
    for fact in facts:
        if fact.outcome is Outcome.REACHED:
            yield replace(fact, touch=None, attempt=None, opened=None, entry=None)


def _meant(facts: Iterable[Fact], line: Person, zone: ZoneInfo) -> Iterator[Fact]:
    """Those of `facts` that may be meant for the occasion which was up when they were told, each
    as of the day on which that was due: a card is sent early, a call on the day is made on it."""
    assert line.occasion is not None and line.strategy is not None
    lead = timedelta(days=round(line.strategy.lead.approximate_days))
    early = timedelta() if line.on_the_day else NEAR
    for fact in facts:
        day = fact.at.astimezone(zone).date()
        due = line.occasion.next_from(fact.recorded.astimezone(zone).date() - NEAR) - lead
        if day >= due - early:
            yield replace(fact, day=max(day, due))
