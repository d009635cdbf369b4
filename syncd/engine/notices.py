"""What is to be known of entries and calendars before it becomes a fault."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

from syncd.model.keys import Key, Kind
from syncd.model.records import Fate, State
from syncd.model.roster import Roster
from syncd.model.words import plural
from syncd.reconcile.plan import Plan
from syncd.reconcile.standing import begins


def left_behind(roster: Roster, state: State, now: datetime) -> tuple[str, ...]:
    """A sentence for each calendar that the config names no more and in which entries of ours are
    still ahead, with what to do."""
    if state.calendars.keys() <= roster.calendars.keys():  # as nearly always
        return ()
    zone = ZoneInfo(roster.timezone)
    ahead = Counter(
        record.calendar
        for record in state.records
        if record.calendar not in roster.calendars
        and record.fate is Fate.LIVE
        and record.seen is not None
        and begins(record.seen.start, zone) > now
    )
    return tuple(
        f"Calendar {name}: {count} of syncd's entries ahead are left in it, and the config does "
        "not name it any more. Next: bring it back into the config (for tasks: as: task); what "
        "a block has left is moved by the next sync, anything else is taken out by "
        f"syncd clear --calendar '{name}'. Or delete them by hand"
        for name, count in sorted(ahead.items())
    )


def moving(plan: Plan | None) -> tuple[str, ...]:
    """A sentence for each two calendars between which a plan moves entries."""
    found: dict[tuple[str, str], list[Key]] = defaultdict(list)
    for action in plan.actions if plan is not None else ():
        if action.origin:
            found[action.origin, action.record.calendar].append(action.record.key)
    return tuple(
        f"From calendar {old} to calendar {new} move {_told(keys)}: they are made there, then "
        f"taken out of {old}. What is over stays."
        for (old, new), keys in sorted(found.items())
    )


def _told(keys: list[Key]) -> str:
    hours = [f"the hours of {key.subject}" for key in keys if key.kind is Kind.BLOCK]
    others = len(keys) - len(hours)
    return " and ".join((*hours, *([plural(others, "entry", "entries")] if others else [])))
