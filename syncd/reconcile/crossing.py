"""What was done on one line of somebody's plan and counts on another: pure.

    reached on a line that counts           for the person, so that the cadence starts over
    reached elsewhere, by a line's channel  for that line: a coffee that was logged is that coffee
    the same, and the line has an occasion  for it, if it was near enough to be meant for it, and
                                              for one of them: the nearest that is still open

It counts as a contact outside any touch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.facts import CLOSING, ELSEWHERE, Fact, Outcome
from syncd.model.people import DAYS_AHEAD, Person
from syncd.model.roster import Roster

NEAR = timedelta(days=DAYS_AHEAD)
"""How long before its lead begins something may be done for an occasion, which is when its entry
may stand in the calendar."""


def crossed(people: Mapping[str, list[Fact]], roster: Roster) -> dict[str, tuple[Fact, ...]]:
    """The facts of everybody and of their lines, each with what was reached on another line and
    counts here."""
    zone = ZoneInfo(roster.timezone)
    found = {who: list(theirs) for who, theirs in people.items()}
    occasions: dict[tuple[str, str], list[Person]] = defaultdict(list)
    for line in roster.people.values():
        if line.strategy is None:
            continue
        if line.strategy.counts:
            found.setdefault(line.whose, []).extend(_bare(people.get(line.id, ())))
        same = line.whose, line.strategy.channel
        if line.occasion is not None:
            occasions[same].append(line)
        else:
            found.setdefault(line.id, []).extend(_told(people, *same))
    for (who, channel), lines in occasions.items():
        for id, fact in _meant(_told(people, who, channel), lines, people, zone):
            found.setdefault(id, []).append(fact)
    return {
        who: tuple(sorted(theirs, key=lambda fact: (fact.at, fact.recorded, fact.id)))
        for who, theirs in found.items()
    }


def _bare(facts: Iterable[Fact]) -> Iterator[Fact]:
    for fact in facts:
        if fact.outcome is Outcome.REACHED:
            yield replace(fact, touch=None, attempt=None, opened=None, entry=None)


def _told(people: Mapping[str, list[Fact]], who: str, channel: str) -> list[Fact]:
    """By which contacts elsewhere somebody was reached by `channel`."""
    told = (each for each in people.get(who, ()) if each.source in ELSEWHERE)
    return list(_bare(each for each in told if each.channel == channel))


def _meant(
    facts: Iterable[Fact], lines: list[Person], people: Mapping[str, list[Fact]], zone: ZoneInfo
) -> Iterator[tuple[str, Fact]]:
    """For which of the `lines` of somebody, all for occasions, each of `facts` may be meant: the
    one whose occasion was nearest when it was told, of those that nothing was told of until then.
    It counts as of the day on which that was due: a card is sent early, a call on the day is made
    on it."""
    settled = _closed(lines, people)
    for fact in sorted(facts, key=lambda fact: (fact.recorded, fact.at, fact.id)):
        day = fact.at.astimezone(zone).date()
        fits = []
        for line in lines:
            assert line.occasion is not None and line.strategy is not None
            kept = line.occasion.near(fact.recorded.astimezone(zone).date())
            due = kept - timedelta(days=round(line.strategy.lead.approximate_days))
            early = timedelta() if line.on_the_day else NEAR
            since = settled.get((line.id, kept))
            if day >= due - early and (since is None or since >= fact.recorded):
                fits.append((abs(kept - day), line.id, kept, due))
        if fits:
            _, id, kept, due = min(fits)
            settled[id, kept] = datetime.min.replace(tzinfo=UTC)
            yield id, replace(fact, day=max(day, due))


def _closed(
    lines: Iterable[Person], people: Mapping[str, list[Fact]]
) -> dict[tuple[str, date], datetime]:
    """For which occasions of the `lines` something was settled on their own entries, and when that
    was first known."""
    found: dict[tuple[str, date], datetime] = {}
    for line in lines:
        assert line.occasion is not None
        for fact in people.get(line.id, ()):
            if fact.outcome in CLOSING and fact.touch is not None:
                which = line.id, line.occasion.near(fact.touch)
                found[which] = min(found.get(which, fact.recorded), fact.recorded)
    return found
