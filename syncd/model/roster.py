"""The roster: everything that config says, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from syncd.errors import ConfigError, Problem
from syncd.model.blocks import Block
from syncd.model.facts import Outcome
from syncd.model.people import ContactList, Period, Person, Strategy


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
class EmbeddedSettings:
    """The calendar server that syncd runs itself."""

    folder: Path
    """Where it keeps what it holds, and the password (0700)."""
    host: str = "127.0.0.1"
    """The address at which it listens, without brackets."""
    port: int = 5232

    @property
    def listen(self) -> str:
        """`127.0.0.1:5232`, `[::1]:5232`."""
        return _joined(self.host, self.port)

    @property
    def url(self) -> str:
        """Where this machine reaches it, ending in a slash."""
        here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://{_joined(here, self.port)}/"


def _joined(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


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
    embedded: EmbeddedSettings | None = None
    """Where syncd runs the server itself; its password is made when it is first wanted."""
    tasks: str = ""
    """The name in the roster of the calendar that holds the tasks that go with this one; empty
    where they are in it."""
    components: tuple[str, ...] = ("VEVENT",)
    """What syncd keeps in it (RFC 5545 3.6): VEVENT, VTODO, or both."""
    birthdays: bool = True
    """Whether birthdays are written into it: not where it shows them by itself."""
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
        if self.embedded is not None:  # it is the same one wherever it listens
            return f"embedded {self.calendar}{kind}"
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
class AddressBook:
    """An address book on a CardDAV server whose people are in the roster, too."""

    name: str
    """What messages call it: `Contacts`, or the server."""
    url: str
    username: str
    password: Secret
    addressbook: str
    """Display name, or URL; empty for all that there are."""
    list: str
    """The list of those whose categories name none; empty where they are left out."""
    file: Path
    """Where it is kept as it was last read (0600)."""
    where: str = ""


@dataclass(frozen=True, kw_only=True)
class Notify:
    """Who is told, and of what, where the user does not look by themselves."""

    urls: tuple[Secret, ...]
    """Addresses in apprise's form, each of which may hold several with spaces between."""
    on: frozenset[str]
    """Of `failing`, `held`, `weekly-review`."""


@dataclass(frozen=True, kw_only=True)
class Ramp:
    """How one starts small: so many people, then some more in every period."""

    start: int
    add: int
    every: Period
    order: tuple[str, ...] = ("liked", "recent")
    """Who comes first: whoever is liked, whoever was contacted most recently."""


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
    ramp: Ramp | None = None
    away_words: tuple[str, ...] = ("away", "holiday", "sick", "pause")
    """The titles, in small letters, of all-day events on whose days nothing is to be."""
    credit: Credit | None = None
    """None where no meeting counts."""
    books: tuple[AddressBook, ...] = ()
    notify: Notify | None = None
    """None where nobody is to be told."""
    metrics: int | None = None
    """The port on loopback at which the daemon's numbers can be read; None where nowhere."""
    own: Mapping[str, Person] = field(default_factory=dict)
    """Where there are books: the people of the YAML, as it alone says of them."""
    files: tuple[Path, ...] = ()
    """Every file that was read, for whoever watches them for changes."""
    digest: str = ""
    """Changes whenever anything above does, secrets aside."""

    def cadence_of(self, person: Person) -> Period:
        """How long after a contact with `person` the next one is due."""
        if person.cadence is not None:
            return person.cadence
        lists = person.lists
        if lists not in self._shortest:
            cadences = (self.lists[name].cadence for name in lists if name in self.lists)
            self._shortest[lists] = min(cadences, key=lambda cadence: cadence.approximate_days)
        return self._shortest[lists]

    @cached_property
    def _shortest(self) -> dict[tuple[str, ...], Period]:
        """What `cadence_of` found so far, by lists: a plan asks it of everybody, five times."""
        return {}

    def channels_of(self, person: Person) -> tuple[str, ...]:
        """The channels by which `person` can be contacted, in order; never empty.

        Channels for which an address is missing are left out; where all are, the first stays.
        """
        wanted = person.channels or self.lists[person.list].channels
        return tuple(c for c in wanted if person.has_address_for(c)) or wanted[:1]

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """All that it takes to go on."""
        calendars = (each.password for each in self.calendars.values())
        urls = self.notify.urls if self.notify is not None else ()
        return (*calendars, *(each.password for each in self.books), *urls)

    @property
    def diaries(self) -> tuple[CalendarSettings, ...]:
        """The calendars whose meetings count."""
        return self.credit.diaries if self.credit is not None else ()

    def blocks_of(self, person: Person) -> tuple[Block, ...]:
        """The blocks in which `person` may be contacted, in the order of config; a strategy has a
        day of its own."""
        return () if person.strategy else self.blocks_for(person)

    def blocks_for(self, person: Person) -> tuple[Block, ...]:
        """The blocks that serve a list of `person`, in the order of config."""
        lists = person.lists
        if lists not in self._serving:
            self._serving[lists] = tuple(
                block for block in self.blocks.values() if not set(lists).isdisjoint(block.lists)
            )
        return self._serving[lists]

    @cached_property
    def _serving(self) -> dict[tuple[str, ...], tuple[Block, ...]]:
        """What `blocks_for` found so far, by lists: a plan asks it of everybody, three times."""
        return {}

    def home_of(self, person: Person) -> str:
        """The name of the calendar in which `person` is contacted outside blocks."""
        blocks = self.blocks_for(person)
        return blocks[0].calendar if blocks else next(iter(self.calendars))

    @cached_property
    def in_full(self) -> Roster:
        """The same with a person of its own for each strategy of everybody: planned alike, each
        has one open contact event at most."""
        lines = {
            line.id: line
            for person in self.people.values()
            for strategy in self._strategies_of(person)
            if (line := person.line(strategy)) is not None
        }
        return replace(self, people={**self.people, **lines}) if lines else self

    def _strategies_of(self, person: Person) -> tuple[Strategy, ...]:
        if person.strategy is not None:
            return ()
        if person.strategies is not None:
            return person.strategies
        found: dict[str, Strategy] = {}
        for name in person.lists:
            for strategy in self.lists[name].strategies if name in self.lists else ():
                found.setdefault(strategy.name, strategy)
        return tuple(found.values())
