"""What a tick would find in diaries and do upon it, for whoever only wants to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from syncd.calendars.base import Diary
from syncd.engine.crediting import credit
from syncd.engine.tick import Look, approved
from syncd.model.records import Delta, applied
from syncd.model.roster import Roster
from syncd.reconcile import plan as planning
from syncd.reconcile.guards import deletions, too_much
from syncd.reconcile.plan import World


def foreseen(found: Look, roster: Roster, diaries: Mapping[str, Diary], now: datetime) -> Look:
    """`found` with what a tick would find in `diaries` after it, and what would follow. Reads them;
    writes nothing, anywhere."""
    plan = found.plan
    if plan is None or not diaries:
        return found
    records = (*plan.records, *(action.record for action in plan.actions))
    state = applied(found.state, Delta(facts=plan.facts, records=records))
    told = credit(roster, state, diaries, now)
    found = replace(found, unread=told.errors)
    if not told.facts:
        return found
    absent = {each.name: each.absent for each in found.observed if each.settled}
    world = World(roster=roster, state=applied(state, told.delta), now=now, absent=absent)
    after = planning.make(world)
    held = too_much(after.actions, world.records)
    if held and deletions(after.actions) <= approved(state):
        held = ""
    facts = (*plan.facts, *told.facts, *after.facts)
    return replace(found, plan=replace(after, facts=facts), held=held)
