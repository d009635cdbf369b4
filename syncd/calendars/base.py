"""The seam between syncd and calendars: what is read, what is written, and what can come of it.

Nothing here knows a vendor. An adapter answers with the values of `syncd.model.entries` and raises
from `syncd.errors`: `Unreachable` for what may pass, `Refused` for what will not, and nothing else
for anything that a server or a network can do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from syncd.model.entries import Entry, Sighting
from syncd.model.meetings import Meeting

Progress = Callable[[int, int], None]
"""Called with (done, total) as a long piece of work goes on."""
Pause = Callable[[float], None]
"""Waits for so many seconds, or until the process is to end. An adapter that must keep to a quota
is given one."""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What is new since a cursor."""

    sightings: tuple[Sighting, ...]
    """Resources that are new or have changed, each once."""
    gone: frozenset[str]
    """Those of the known hrefs that no longer exist; empty unless `complete`."""
    cursor: str
    """Where the next reading goes on. Opaque; valid only once everything above is stored."""
    complete: bool = True
    """False where the server left something out: then nothing may be concluded from absence, and
    the cursor is the one that was given."""
    full: bool = False
    """Whether this was a listing of everything rather than of what changed."""
    last_words: Mapping[str, Entry] = field(default_factory=dict)
    """Of those that are gone: what they said last, by href, where the server still tells."""
    missing: bool = False
    """Whether there is no such calendar; then everything that was known is gone."""


class Verb(StrEnum):
    """What a write does."""

    CREATE = "create"
    REPLACE = "replace"
    REMOVE = "remove"


@dataclass(frozen=True, kw_only=True)
class Write:
    """One conditional write.

    A create goes to the address that the adapter derives from `entry.uid` and must not overwrite
    anything. A replace or remove takes place only while the resource still has `version`; `body` is
    what the sighting of that version carried, and a replace changes in it only what `entry` says
    differently.
    """

    verb: Verb
    entry: Entry | None = None
    href: str = ""
    version: str = ""
    body: str = ""


class Fate(StrEnum):
    """What became of a write."""

    APPLIED = "applied"
    STALE = "stale"
    """Something else is there than was expected: observe again, then decide anew."""
    TAKEN = "taken"
    """A create met an id that was used and deleted before: only the next generation can be made."""
    LATER = "later"
    """Not now: the server is busy, away or over quota. It may or may not have been done."""
    REFUSED = "refused"
    """The server said no to this one."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of one write."""

    fate: Fate
    href: str = ""
    version: str = ""
    """The resource's new version; empty where the server did not tell."""
    entry: Entry | None = None
    """What the server now holds, where it is known to stand as it was sent."""
    body: str = ""
    why: str = ""
    """For LATER and REFUSED: one sentence for the user."""
    after: timedelta | None = None
    """For LATER: how long the server asked to be left alone."""


class Calendar(Protocol):
    """One calendar of one user."""

    name: str
    """As config calls it."""

    @property
    def memo(self) -> str:
        """What has been found out about the server (addresses, sign-in scheme, abilities), to be
        given back when this calendar is next opened, so that it need not be asked again. Opaque,
        free of secrets."""
        ...

    @property
    def batch(self) -> int:
        """How many writes are worth handing over at once: about a second's."""
        ...

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        """What has changed since `cursor`; with an empty one, or one that the server has lost, a
        full listing. `known` maps the hrefs that are known already to their versions: a resource
        that still has its known version is not read again. Raises Unreachable or Refused."""
        ...

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        """Carry out `writes`, in any order, and say what became of each, in the order given. Never
        raises for what a server or a network can do."""
        ...

    def close(self) -> None:
        """Let go of connections. A closed calendar may be used again."""
        ...


class Diary(Protocol):
    """A calendar of the user's that is only read: what took place in it counts as contacts."""

    name: str
    """As messages call it: the calendar in config whose account it is on, and after a slash its
    own name."""

    @property
    def memo(self) -> str:
        """See `Calendar.memo`."""
        ...

    def meetings(self, since: datetime, until: datetime) -> tuple[Meeting, ...]:
        """The meetings that take place at any time between these two, aware, each instance of a
        series by itself; some around them may be among them, and what cannot be understood is left
        out. Nothing is remembered of what was asked before. Raises Unreachable or Refused."""
        ...

    def close(self) -> None:
        """Let go of connections. A closed diary may be used again."""
        ...
