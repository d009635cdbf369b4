"""Contacts that were made elsewhere than on an entry: logged by a verb, told by an event of the
user's own, or a meeting. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from syncd.model.facts import Fact, Outcome
from syncd.model.roster import Roster
from syncd.reconcile.plan import Plan
from syncd.reconcile.standing import begins


def within(fact: Fact, plan: Plan, zone: ZoneInfo) -> Fact:
    """`fact` as it counts where `plan` is how things stand: within the open touch of its person as
    the mark would, if it happened at or after its opening; else outside any touch, where it only
    moves what comes after."""
    position = plan.positions.get(fact.person)
    stand = plan.standings.get(fact.person)
    opened = stand.trace.opened if stand else None
    if opened is None and position is not None and position.fold.tried:
        opened = position.fold.tried[0].opened
    if position is None or position.touch is None or opened is None or fact.at < opened:
        return fact
    day = None
    if fact.outcome is Outcome.SKIPPED and stand is not None:
        day = max(fact.at, begins(stand.trace.start, zone)).astimezone(zone).date()
    return replace(
        fact,
        touch=position.touch,
        attempt=position.attempt,
        day=day,
        opened=opened,
        entry=stand.record.uid if stand and stand.record.seen else None,
    )


def placed(
    facts: Iterable[Fact], plan: Plan, zone: ZoneInfo, roster: Roster | None = None
) -> tuple[Fact, ...]:
    """`facts` as they count, the earliest first: of those of one person only the first is within
    the open touch, which is closed by it. Where `roster` is given, what has no channel gets that of
    the touch, else the usual one."""
    inside: set[str] = set()
    found: list[Fact] = []
    for fact in sorted(facts, key=lambda fact: (fact.at, fact.id)):
        one = fact if fact.person in inside else within(fact, plan, zone)
        if one.touch is not None:
            inside.add(one.person)
        if roster is not None and one.channel is None:
            stand = plan.standings.get(one.person) if one.touch is not None else None
            usual = roster.channels_of(roster.people[one.person])[0]
            one = replace(one, channel=stand.trace.channel if stand is not None else usual)
        found.append(one)
    return tuple(found)
