"""Whether ticks come off, for whoever asks every half minute: health. Reads the database alone, and
imports nothing heavy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from syncd.cli import ends, say, trouble
from syncd.cli.presence import running
from syncd.cli.setting import Setting
from syncd.cli.words import say_age, say_moment
from syncd.config.whereabouts import whereabouts
from syncd.engine.health import LATE, Health
from syncd.engine.health import health as of
from syncd.store.vitals import vitals

STATUS_NEXT = "Next: syncd status"
STALLED = "though a daemon runs. Next: see its log, and start it anew"
ABSENT = "and no daemon runs. Next: syncd run"


def health(setting: Setting, as_json: bool) -> int:
    """Say whether the last tick of every calendar came off within three polls. Raises ConfigError
    where there is no config, and StateError."""
    database = whereabouts(setting.path, setting.env)
    known = vitals(database)
    now = setting.clock(ZoneInfo("UTC"))()
    found = of(known.calendars, known.settings, now)
    if found is None:
        _say_none(database, known.settings.get("broken", ""), now, as_json)
        return ends.CALENDAR
    zone = ZoneInfo(found.timezone)
    why = {name: _why(name, found, database, now, zone) for name in found.ill}
    if as_json:
        say.answer_json(_plain(found, why, now, zone))
    else:
        for line in _lines(found, why, now, zone):
            say.answer(line)
    return max(
        ends.STATE if found.broken else ends.DONE,
        ends.HELD if found.held else ends.DONE,
        ends.CALENDAR if why else ends.DONE,
    )


def _say_none(database: Path, broken: str, now: datetime, as_json: bool) -> None:
    if as_json:
        told = {"now": now.isoformat(), "healthy": False, "held": None, "broken": broken or None}
        say.answer_json({**told, "calendars": []})
    elif broken:
        say.answer(f"No tick has come off yet: it broke off ({broken}). Next: see the log.")
    else:
        following = STATUS_NEXT if running(database) else "Next: syncd run"
        say.answer(f"No tick has come off yet. {following}")


def _why(name: str, found: Health, database: Path, now: datetime, zone: ZoneInfo) -> str:
    """What is wrong with a calendar, and what to do."""
    state = found.calendars[name]
    error = state.error
    if not error:
        error = f"not read for {LATE} polls of {found.poll.total_seconds():g} seconds, "
        error += STALLED if running(database) else ABSENT
    said = trouble.failing(name, error, state, now, zone)
    if state.failing_since is None:
        return said
    since = f"It has failed since {say_moment(state.failing_since, now, zone)}"
    first, following, rest = said.partition(" Next: ")
    return f"{first} {since} ({say_age(now - state.failing_since)}).{following}{rest}"


def _lines(found: Health, why: dict[str, str], now: datetime, zone: ZoneInfo) -> Iterator[str]:
    if found.broken:
        yield (
            f"The last tick broke off ({found.broken}), which is a fault of syncd's. "
            "Your marks are safe in the calendar. Next: see the log, and report it."
        )
    if found.held:
        yield f"Writes are held: {found.held}. {STATUS_NEXT}"
    yield from why.values()
    for name, state in found.calendars.items():
        if name not in why and state.succeeded is not None:
            read = f"last read {say_moment(state.succeeded, now, zone)}"
            yield f"Calendar {name}: well, {read} ({say_age(now - state.succeeded)})."


def _plain(found: Health, why: dict[str, str], now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    def instant(moment: datetime | None) -> str | None:
        return moment.astimezone(zone).isoformat(timespec="seconds") if moment else None

    return {
        "now": instant(now),
        "healthy": not (why or found.held or found.broken),
        "held": found.held or None,
        "broken": found.broken or None,
        "calendars": [
            {
                "calendar": name,
                "healthy": name not in why,
                "last_success": instant(state.succeeded),
                "failing_since": instant(state.failing_since),
                "error": why.get(name),
            }
            for name, state in found.calendars.items()
        ],
    }
