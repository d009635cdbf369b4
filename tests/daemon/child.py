"""A daemon as a process of its own: `python -m tests.daemon.child FOLDER URL USER`, the password
in SECRET. Its log goes to stderr, one JSON line each."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from syncd import logs
from syncd.calendars.base import Calendar
from syncd.calendars.caldav import CalDavCalendar
from syncd.engine.daemon import run
from syncd.engine.service import Service
from syncd.model.records import CalendarState, State
from syncd.model.roster import Secret
from syncd.store import open_store
from tests.daemon.world import PEOPLE, roster


def main(folder: Path, url: str, username: str, password: str) -> int:
    plain = roster(people=PEOPLE)
    settings = replace(
        plain.calendars["home"], url=url, username=username, password=Secret(value=password)
    )
    of = replace(plain, calendars={"home": settings})
    opened: dict[str, Calendar] = {}

    def calendars(state: State) -> Mapping[str, Calendar]:
        memo = state.calendars.get("home", CalendarState()).memo
        if not opened:
            opened["home"] = CalDavCalendar(settings, timezone=of.timezone, memo=memo)
        return opened

    def load() -> Service:
        return Service(
            roster=of,
            store=open_store(folder / "syncd.sqlite"),
            calendars=calendars,
            clock=lambda: datetime.now(UTC),
        )

    logs.configure(verbose=True)
    return run(load)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], os.environ["SECRET"]))
