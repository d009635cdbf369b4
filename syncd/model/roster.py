"""The roster: everything that config says, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from syncd.errors import ConfigError, Problem
from syncd.model.blocks import Block
from syncd.model.people import ContactList, Period, Person


@dataclass(frozen=True)
class Secret:
    """A value that is never shown; where it could not be had, `reveal` says why."""

    value: str | None = field(default=None, repr=False)
    missing: Problem | None = None
    origin: str = "the config"
    """Where the user set it, for messages: `SYNCD_PASSWORD`, a file's path."""

    def reveal(self) -> str:
        """The secret. Raises ConfigError where it could not be had."""
        if self.value is None:
            raise ConfigError([self.missing] if self.missing else [])
        return self.value


@dataclass(frozen=True, kw_only=True)
class CalendarSettings:
    """How one calendar is reached."""

    name: str
    provider: str
    url: str
    username: str
    password: Secret
    calendar: str
    """Display name, or URL, of the collection; it is made when missing."""
    where: str = ""

    @property
    def place(self) -> str:
        """What tells this calendar from others, whatever config calls it."""
        return f"{self.url} {self.username} {self.calendar}"


@dataclass(frozen=True, kw_only=True)
class Roster:
    """What the YAML says, checked and complete."""

    timezone: str
    deployment: str
    poll: timedelta
    database: Path | None
    calendars: Mapping[str, CalendarSettings]
    blocks: Mapping[str, Block]
    lists: Mapping[str, ContactList]
    people: Mapping[str, Person]
    files: tuple[Path, ...] = ()
    """Every file that was read, for whoever watches them for changes."""
    digest: str = ""
    """Changes whenever anything above does, secrets aside."""

    def cadence_of(self, person: Person) -> Period:
        """How long after a contact with `person` the next one is due."""
        return person.cadence or self.lists[person.list].cadence

    def channels_of(self, person: Person) -> tuple[str, ...]:
        """The channels by which `person` can be contacted, in order; never empty.

        Channels for which an address is missing are left out; where all are, the first stays.
        """
        wanted = person.channels or self.lists[person.list].channels
        return tuple(c for c in wanted if person.has_address_for(c)) or wanted[:1]

    def blocks_of(self, person: Person) -> tuple[Block, ...]:
        """The blocks that serve the list of `person`, in the order of config."""
        return tuple(block for block in self.blocks.values() if person.list in block.lists)
