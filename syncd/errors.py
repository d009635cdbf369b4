"""Every error that syncd raises on purpose, in one small tree.

A class's docstring is its message when it is raised with none. `exit_status` is what the command
line ends with when the error reaches it; the highest wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


class SyncdError(Exception):
    """Something went wrong."""

    exit_status = 2

    def __str__(self) -> str:
        return super().__str__() or (type(self).__doc__ or "").strip()


class UsageError(SyncdError):
    """That is not something syncd can do."""

    exit_status = 2


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One thing wrong (or, with `warning`, doubtful) in the user's YAML, and where it stands.

    `line` and `column` count from 1, as editors do; 0 means that the whole file is meant.
    """

    file: str
    line: int
    column: int
    message: str
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {'warning: ' if self.warning else ''}{self.message}"


class ConfigError(SyncdError):
    """The config has problems."""

    exit_status = 1

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class CalendarError(SyncdError):
    """A calendar could not be used."""

    exit_status = 3


class Unreachable(CalendarError):
    """The calendar did not answer, or answered that it cannot just now: trying again may help.

    `after` is how long the server asked to be left alone, where it said so.
    """

    def __init__(self, message: str, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class Refused(CalendarError):
    """The calendar said no, and will say it again until somebody changes something."""


class SignedOut(Refused):
    """The sign-in has ended: nothing goes on until somebody signs in anew."""


class CursorLost(CalendarError):
    """The server no longer knows the place up to which we had read: list in full."""


class Undelivered(SyncdError):
    """A notification reached nobody."""

    exit_status = 3


class StateError(SyncdError):
    """The state folder or its database cannot be used."""

    exit_status = 5
