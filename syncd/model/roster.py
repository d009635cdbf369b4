"""The roster: everything that config says, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from syncd.errors import ConfigError, Problem
from syncd.model.blocks import Block
from syncd.model.facts import Outcome
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
class GoogleSettings:
    """How Google is reached for one calendar."""

    credentials: Path | None
    """The JSON of the OAuth client; None where a service account needs none."""
    token: Path
    """Where the sign-in is kept (0600)."""
    endpoint: str = ""
    """Where every request goes instead of Google, ending in a slash: an emulator or a proxy."""
    colours: Mapping[str, Outcome] = field(default_factory=dict)
    """Which outcome a colour stands for, by Google's colorId."""


@dataclass(frozen=True, kw_only=True)
class CalendarSettings:
    """How one calendar is reached, or one list of tasks that goes with it."""

    name: str
    provider: str
    url: str
    username: str
    password: Secret
    calendar: str
    """Display name, or URL, of the collection; it is made when missing. On Google: `primary`, the
    name, or the id."""
    google: GoogleSettings | None = None
    """Where the provider is Google."""
    tasks: str = ""
    """The name in the roster of the calendar that holds the tasks that go with this one; empty
    where they are in it."""
    components: tuple[str, ...] = ("VEVENT",)
    """What syncd keeps in it (RFC 5545 3.6): VEVENT, VTODO, or both."""
    where: str = ""

    @property
    def is_tasks(self) -> bool:
        """Whether it holds tasks alone."""
        return self.components == ("VTODO",)

    @property
    def place(self) -> str:
        """What tells this calendar from others, whatever config calls it."""
        kind = " tasks" if self.is_tasks else ""
        if self.google is not None:
            return f"google {self.google.endpoint} {self.calendar}{kind}"
        return f"{self.url} {self.username} {self.calendar}{kind}"

    @property
    def colours(self) -> Mapping[str, Outcome]:
        """Which outcome a colour stands for; most calendars have none."""
        return self.google.colours if self.google else {}


def account_of(name: str) -> str:
    """Whose sign-in or password the calendar, list of tasks or diary called `name` uses, by the
    name of a calendar in config: names in config hold neither spaces nor slashes."""
    return name.partition("/")[0].removesuffix(" tasks")


@dataclass(frozen=True, kw_only=True)
class Credit:
    """Which meetings count as contacts once they took place."""

    diaries: tuple[CalendarSettings, ...]
    """The calendars that are looked at, and only read. Each is called after the calendar in config
    whose account it is on, and after itself: `home/Personal`."""
    after: timedelta = timedelta(minutes=15)
    """How long after its end a meeting counts."""
    me: frozenset[str] = frozenset()
    """The user's own addresses, case-folded, beside those that a server tells."""


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
    credit: Credit | None = None
    """None where no meeting counts."""
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

    @property
    def diaries(self) -> tuple[CalendarSettings, ...]:
        """The calendars whose meetings count."""
        return self.credit.diaries if self.credit is not None else ()

    def calendar_for(self, person: Person, calendar: str) -> str:
        """The name of the calendar that holds the contact events of `person` where those of others
        are in `calendar`."""
        as_task = self.lists[person.list].as_task
        return (self.calendars[calendar].tasks or calendar) if as_task else calendar

    def blocks_of(self, person: Person) -> tuple[Block, ...]:
        """The blocks that serve the list of `person`, in the order of config."""
        return tuple(block for block in self.blocks.values() if person.list in block.lists)
