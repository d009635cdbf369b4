"""The composition root: the one place that names concrete adapters.

Config gives a roster; a roster, the environment and a clock give a `Service`. Nothing is opened
here that is not needed: the database is touched at the first use, a calendar at its first request.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from syncd.calendars.base import Calendar
from syncd.config import Loaded, load
from syncd.model.records import CalendarState, State
from syncd.model.roster import CalendarSettings, Roster
from syncd.store import open_store

if TYPE_CHECKING:
    from syncd.engine.service import Calendars, Service

__all__ = ["Loaded", "database", "load", "service", "state_folder"]


def state_folder(env: Mapping[str, str]) -> Path:
    """Where syncd keeps what it remembers: `SYNCD_STATE`, else the platform's place for it."""
    if env.get("SYNCD_STATE"):
        return Path(env["SYNCD_STATE"])
    home = Path(env.get("HOME") or Path.home())
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "syncd"
    if os.name == "nt":
        return Path(env.get("LOCALAPPDATA") or home / "AppData" / "Local") / "syncd"
    return Path(env.get("XDG_STATE_HOME") or home / ".local" / "state") / "syncd"


def database(roster: Roster, env: Mapping[str, str]) -> Path:
    """The deployment's database: what config names, else a file in the state folder."""
    return roster.database or state_folder(env) / f"{roster.deployment}.sqlite"


def service(roster: Roster, env: Mapping[str, str], clock: Callable[[], datetime]) -> Service:
    """The verbs over `roster`. Each thread needs one of its own. Raises nothing: what cannot be
    used is said by the verb that needs it."""
    from syncd.engine.service import Service  # its arithmetic of dates is heavy

    store = open_store(database(roster, env), roster.deployment)
    return Service(roster=roster, store=store, calendars=_calendars(roster), clock=clock)


def _calendars(roster: Roster) -> Calendars:
    opened: dict[str, Calendar] = {}

    def calendars(state: State) -> Mapping[str, Calendar]:
        for name, settings in roster.calendars.items():
            if name not in opened:
                memo = state.calendars.get(name, CalendarState()).memo
                opened[name] = _open(settings, roster.timezone, memo)
        return opened

    return calendars


def _open(settings: CalendarSettings, timezone: str, memo: str) -> Calendar:
    from syncd.calendars.caldav import CalDavCalendar  # its libraries are heavy

    return CalDavCalendar(settings, timezone=timezone, memo=memo)
