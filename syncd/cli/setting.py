"""What stands before the verb: which config, which clock, and whether it may write."""

from __future__ import annotations

import os
import sys
import time as time_
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from syncd.cli.words import read_moment
from syncd.errors import ConfigError, Problem, UsageError

if TYPE_CHECKING:
    from syncd.calendars.base import Pause
    from syncd.calendars.embedded import Houses
    from syncd.config import Loaded
    from syncd.engine.service import Service
    from syncd.model.roster import Roster

NAME = "config.yaml"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """The options before the verb, and the environment."""

    config: Path | None = None
    now: str | None = None
    rehearse: bool = False
    env: Mapping[str, str] = field(default_factory=lambda: os.environ)
    afterwards: ExitStack = field(default_factory=ExitStack)
    """What is done when the verb has ended, however it ends."""

    # -- the config

    @property
    def places(self) -> tuple[Path, ...]:
        """Where the config may be, the first that exists counting: where the user says, else here,
        else in the platform's folder for it."""
        if self.config is not None:
            return (self.config,)
        if self.env.get("SYNCD_CONFIG"):
            return (Path(self.env["SYNCD_CONFIG"]),)
        return (Path(NAME), config_folder(self.env) / NAME)

    @property
    def path(self) -> Path:
        """The config file. Raises ConfigError where there is none."""
        for place in self.places:
            if place.exists():
                return place
        message = "there is no such file. Next: syncd init writes one."
        if len(self.places) > 1:
            message = (
                f"there is no such file, and no {self.places[1]}. Next: syncd init writes one."
            )
        raise ConfigError([Problem(file=str(self.places[0]), line=0, column=0, message=message)])

    def loaded(self) -> Loaded:
        """The config, checked, with its warnings. Raises ConfigError with all that is wrong, and
        StateError where what is remembered of its address books cannot be read."""
        from syncd.config import load

        def join(roster: Roster) -> tuple[Roster, list[Problem]]:
            from syncd import bootstrap

            return bootstrap.joined(roster, self.env)

        return load(self.path, self.env, join)

    def service(self, roster: Roster | None = None, pause: Pause = time_.sleep) -> Service:
        """The verbs over `roster`, or over what the config says; `pause` waits where a calendar
        wants it. Raises ConfigError."""
        from syncd import bootstrap

        roster = roster or self.loaded().roster
        clock = self.clock(ZoneInfo(roster.timezone))
        return bootstrap.service(roster, self.env, clock, pause, lambda: self.houses)

    @cached_property
    def houses(self) -> Houses:
        """The calendar servers of syncd's own, which run no longer than the verb."""
        from syncd import bootstrap

        return self.afterwards.enter_context(bootstrap.houses())

    def database(self, roster: Roster) -> Path:
        """The deployment's database."""
        from syncd import bootstrap

        return bootstrap.database(roster, self.env)

    # -- the clock

    def clock(self, zone: ZoneInfo) -> Callable[[], datetime]:
        """What time it is, or is taken to be; a `--now` without an offset is in `zone`. Raises
        UsageError where it is no time."""
        if self.now is None:
            return lambda: datetime.now(UTC).replace(microsecond=0)  # people read it
        fixed = read_moment(self.now, datetime.now(UTC), zone, bare=time())
        return lambda: fixed

    def writes(self) -> None:
        """To be called first by a verb that writes to a calendar or the journal. Raises UsageError
        where the clock is set and it is no rehearsal."""
        if self.now is not None and not self.rehearse:
            raise UsageError(
                "With --now this would write as if it were another time. Nothing was done. "
                "Next: add --rehearse before the verb, if that is what you want."
            )


def config_folder(env: Mapping[str, str]) -> Path:
    """Where the platform keeps configs."""
    home = Path(env.get("HOME") or Path.home())
    if env.get("XDG_CONFIG_HOME"):
        return Path(env["XDG_CONFIG_HOME"]) / "syncd"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "syncd"
    return home / ".config" / "syncd"


def ready(roster: Roster) -> Roster:
    """`roster`, every secret of which can be had. Raises ConfigError."""
    missing = missing_secrets(roster)
    if missing:
        raise ConfigError(missing)
    return roster


def missing_secrets(roster: Roster) -> list[Problem]:
    """Passwords that could not be had from where config says they are."""
    passwords = [each.password for each in roster.calendars.values()]
    passwords += [each.password for each in roster.books]
    return [each.missing for each in passwords if each.missing is not None]
