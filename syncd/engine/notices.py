"""What is to be known of entries and calendars before it becomes a fault."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from syncd.model.records import Fate, State
from syncd.model.roster import Roster
from syncd.reconcile.standing import begins


def left_behind(roster: Roster, state: State, now: datetime) -> tuple[str, ...]:
    """A sentence for each calendar that the config names no more and in which entries of ours are
    still ahead, with what to do."""
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
        "not name it any more. Next: bring it back into the config (for tasks: as: task) and run "
        f"syncd clear --calendar '{name}', or delete them by hand"
        for name, count in sorted(ahead.items())
    )
