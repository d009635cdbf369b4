"""Whether ticks come off, from what they leave in the database and from nothing else: the answer is
about the config that they keep to, be it the one that lies there now or not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from syncd.model.records import CalendarState

if TYPE_CHECKING:
    from syncd.model.roster import Roster

WATCHED = "watched"
"""The setting that says which calendars ticks look at, and how often."""
LATE = 3
"""After how many polls without a success something is wrong."""


@dataclass(frozen=True, kw_only=True)
class Health:
    """How the last ticks went."""

    poll: timedelta
    timezone: str
    calendars: Mapping[str, CalendarState]
    """Those of the config, then those whose meetings count."""
    late: frozenset[str]
    """Those that failed at nothing and yet were not read for three polls: no tick came off."""
    held: str
    """Why writes are held; empty where they are not."""
    broken: str
    """By what fault of ours the last tick broke off; empty where it came off."""

    @property
    def ill(self) -> tuple[str, ...]:
        """The calendars whose last look failed, or was not."""
        return tuple(n for n, each in self.calendars.items() if each.error or n in self.late)


def ticked(roster: Roster, settings: Mapping[str, str]) -> dict[str, str | None]:
    """What a tick that came off changes in `settings`, so that `health` knows."""
    told = json.dumps(
        {
            "poll": roster.poll.total_seconds(),
            "timezone": roster.timezone,
            "calendars": list(roster.calendars),
            "diaries": [each.name for each in roster.diaries],
        }
    )
    changed: dict[str, str | None] = {} if settings.get(WATCHED) == told else {WATCHED: told}
    return {**changed, "broken": None} if "broken" in settings else changed


def health(
    calendars: Mapping[str, CalendarState], settings: Mapping[str, str], now: datetime
) -> Health | None:
    """How it is going by `now`, by what is remembered; None where no tick ever came off."""
    if WATCHED not in settings:
        return None
    told = json.loads(settings[WATCHED])
    poll = timedelta(seconds=told["poll"])
    names = (*told["calendars"], *told["diaries"])
    known = {name: calendars.get(name, CalendarState()) for name in names}
    doubts = (
        f"{len(each.doubtful)} entries are gone from {name} at once"
        for name, each in known.items()
        if each.doubtful
    )
    return Health(
        poll=poll,
        timezone=told["timezone"],
        calendars=known,
        late=frozenset(
            name
            for name in told["calendars"]  # meetings are read less often
            if not known[name].error and _is_late(known[name], LATE * poll, now)
        ),
        held="; ".join(each for each in (settings.get("held", ""), *doubts) if each),
        broken=settings.get("broken", ""),
    )


def _is_late(state: CalendarState, most: timedelta, now: datetime) -> bool:
    return state.succeeded is None or now - state.succeeded > most
