"""What config.yaml and a people file may say: the one source of what is checked, of the JSON Schema
and of config.example.yaml.

Each field says what it means, an example in YAML, and its default in the words that one would type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, model_validator

from syncd.config.kinds import (
    ADay,
    Alarm,
    As,
    Cadence,
    Channel,
    Channels,
    Colour,
    Coloured,
    Count,
    Day,
    Deployment,
    Emails,
    KeptOn,
    Length,
    Line,
    Lines,
    Listen,
    Name,
    Names,
    Order,
    Paused,
    Phones,
    Port,
    Prose,
    Provider,
    Repeats,
    Rhythm,
    TimeOfDay,
    Told,
    Tries,
    WeekHours,
    Where,
    YesNo,
    Zone,
    wrong,
)
from syncd.config.names import DEPLOYMENT
from syncd.config.nodes import Fields, Items, Text
from syncd.model.people import CHANNELS


def _field(description: str, example: str, **more: Any) -> Any:
    """What a key means, how it may look in YAML, and, by `default`, what holds without it."""
    return Field(description=description, examples=[example], **more)


class Shape(BaseModel):
    """A mapping with known keys. A key with nothing after it counts as left out."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=lambda name: name.replace("_", "-"),
        hide_input_in_errors=True,
        validate_default=True,
        defer_build=True,  # two are ever asked by themselves, and each is heavy to build
    )

    null_is_a_value: ClassVar[frozenset[str]] = frozenset()
    """Keys where `null` says something else than a key that is left out."""

    @model_validator(mode="before")
    @classmethod
    def _said(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        left_out = {k for k in keys(cls) if is_nothing(value.get(k))} - {
            k for k in cls.null_is_a_value if value.get(k)
        }
        return {k: v for k, v in value.items() if k not in left_out}


def keys(shape: type[Shape]) -> tuple[str, ...]:
    """The keys of `shape`, as they stand in YAML."""
    return tuple(field.alias or name for name, field in shape.model_fields.items())


def is_nothing(piece: object) -> bool:
    """Whether `piece` says that there is no value."""
    return isinstance(piece, Text) and piece.nothing


def _secret(value: object) -> Text:
    if not isinstance(value, Text):
        raise wrong("is one text, !env NAME, !file PATH or !keyring NAME.")
    return value


def _people(value: object) -> tuple[Text | Fields, ...]:
    entries = value if isinstance(value, Items) else [value]
    if (isinstance(value, Fields) and "carddav" not in value) or any(
        isinstance(each, Items) for each in entries
    ):
        raise wrong("is a file, a glob, or a list of files, people and address books.")
    return tuple(entries)


def _secrets(value: object) -> tuple[Text, ...]:
    return tuple(map(_secret, value if isinstance(value, Items | tuple) else [value]))


Password = Annotated[Text, PlainValidator(_secret, json_schema_input_type=str)]
Passwords = Annotated[
    tuple[Text, ...], PlainValidator(_secrets, json_schema_input_type=str | list[str])
]


class CalendarShape(Shape):
    """One calendar, and how it is reached."""

    provider: Provider = _field(
        "How it is reached: caldav, google, or embedded: on a server that syncd runs itself, see "
        "syncd connect",
        "caldav",
        default="caldav",
    )
    url: Line | None = _field(
        "The server's address; the bare host will do, the rest is found out",
        "https://dav.example.org/",
        default=None,
    )
    username: Line | None = _field("Who you are to the server", "ann", default=None)
    password: Password | None = _field(
        "!env NAME takes it from the environment, !file PATH from a file, !keyring NAME from the "
        "desktop's keyring. Plain text works, with a warning",
        "!env SYNCD_PASSWORD",
        default=None,
    )
    calendar: Line = _field(
        "The calendar's display name, or its URL; it is made when missing. On Google the name, "
        "primary, or the id of one that is there",
        "Outreach",
        default="Outreach",
    )
    tasks: Line | None = _field(
        "Where the contacts of lists with as: task go: a list of tasks by its name, made when "
        "missing. Unless given: on CalDAV into the calendar itself, on Google into Outreach",
        "null",
        default=None,
    )
    credentials: Line | None = _field(
        "Google: the file of the OAuth client that Google's console lets you download",
        "null",
        default=None,
    )
    token: Line | None = _field(
        "Google: the file that syncd auth google writes; unless given, one in the state folder",
        "null",
        default=None,
    )
    api_endpoint: Line | None = _field(
        "Google: where every request goes instead of Google: a proxy, an emulator",
        "null",
        default=None,
    )
    listen: Listen | None = _field(
        "Embedded: the address and port at which the server listens; unless given, 127.0.0.1:5232, "
        "for this machine alone. 0.0.0.0:5232 is for the home network",
        "null",
        default=None,
    )
    birthdays: YesNo = _field(
        "Whether birthdays are written into it; false where it shows them by itself",
        "true",
        default=True,
    )
    colours: dict[Coloured, Colour] = _field(
        "Google: which outcome a colour of an event stands for",
        "{}",
        default={},
    )


class BlockShape(Shape):
    """A recurring appointment with yourself, for outreach."""

    null_is_a_value = frozenset({"alarm"})

    title: Line = _field("What it is called in the calendar", "Outreach", default="Outreach")
    calendar: Name | None = _field(
        "The name of its calendar; may be left out where there is only one", "home", default=None
    )
    repeats: Repeats = _field(
        "When it comes, in words: daily, weekdays, weekly on tuesday and thursday, every 2 weeks "
        "on monday, monthly on the first monday, monthly on the 15th; or as an RRULE: "
        '"FREQ=MONTHLY;BYDAY=1MO"',
        "weekly on thursday",
    )
    at: TimeOfDay = _field("When it starts", '"10:00"')
    lasts: Length = _field("How long it is", "1 hour", default="1 hour")
    per_person: Length = _field(
        "How much of it one person gets; four quarters of an hour fit into an hour",
        "15 minutes",
        default="15 minutes",
    )
    lists: Names = _field(
        "Whose people are contacted in it; several lists share its room", "[clients]"
    )
    timezone: Zone | None = _field(
        "Where `at` is meant, if elsewhere than the rest", "Europe/Berlin", default=None
    )
    alarm: Alarm = _field(
        "When it rings: 10 minutes before, at start, or none",
        "10 minutes before",
        default="10 minutes before",
    )


class RampShape(Shape):
    """How one starts small."""

    start: Count = _field("How many people to begin with", "6", default=6)
    add: Count = _field("How many more each time", "3", default=3)
    every: Rhythm = _field("How often more are let in", "month", default="month")
    order: Order = _field(
        "Who comes first: liked, those with liked: true; recent, those contacted most recently",
        "[liked, recent]",
        default=["liked", "recent"],
    )


class RetryShape(Shape):
    """What follows when somebody was not reached."""

    left_message: Cadence = _field("How long after a message was left", "1 week", default="1 week")
    no_answer: Cadence = _field("How long after nobody answered", "3 days", default="3 days")
    tries: Tries = _field(
        "How often by the first channel; each other channel is tried once", "3", default=3
    )
    place: Where = _field(
        "day: on a day of its own; block: in the next block", "day", default="day"
    )


class TouchShape(Shape):
    """One more thing to do with somebody, beside the cadence."""

    channel: Channel = _field("By which means", "card")
    every: Cadence | None = _field("Its rhythm", "6 months", default=None)
    occasion: Line | None = _field(
        "Instead of a rhythm: one of the person's dates, by its name", "birthday", default=None
    )
    on: KeptOn | None = _field("Instead of a rhythm: a day of the year", "12-15", default=None)
    lead: Cadence | None = _field(
        "How long before the occasion it is to be done", "10 days", default=None
    )
    lasts: Length | None = _field("How long its event lasts", "1 hour", default=None)
    title: Line | None = _field("What it is called behind the name", "Holiday card", default=None)
    counts: YesNo | None = _field(
        "Whether it counts as a contact, so that the cadence starts over; unless given, call, "
        "email, message, coffee and dinner do",
        "false",
        default=None,
    )
    name: Name | None = _field(
        "What tells it from the others in the log; made from the rest unless given",
        "holidays",
        default=None,
    )


TOUCHES = (
    "[{channel: coffee, every: 6 months, lasts: 1 hour, name: coffee}, "
    "{channel: card, occasion: birthday, lead: 10 days}, "
    "{channel: card, on: 12-15, title: Holiday card, counts: false}]"
)


class ListShape(Shape):
    """People who share a rhythm."""

    cadence: Cadence = _field(
        "How long after a contact the next one is due: 6 weeks, 6w, 10 days, weekly, monthly, "
        "quarterly, yearly, twice a year, 5 a year",
        "6 weeks",
    )
    channels: Channels = _field(
        f"By which means, in this order; known are {', '.join(CHANNELS)}",
        "[call, email]",
        default=["call"],
    )
    retry: RetryShape = _field("When to try again whoever was not reached", "", default={})
    hours: WeekHours = _field(
        "When contacts outside blocks may lie; several stretches with commas between: mon-fri "
        "09:00-18:00, sat 10:00-12:00",
        "mon-fri 09:00-18:00",
        default="mon-fri 09:00-18:00",
    )
    as_: As = _field(
        "What a contact is in the calendar: an event; a task, which is ticked off; or, with "
        "checklist, a line to be marked in the text of its block",
        "event",
        default="event",
        alias="as",
    )
    a_day: ADay = _field(
        "How many contacts a day may hold outside blocks; the rest wait for the next",
        "3",
        default=3,
    )
    touches: tuple[TouchShape, ...] = _field(
        "What else is to happen with everybody in it, each by a channel: every so often, for an "
        "occasion among their dates, or on a day of the year; with a lead to buy the card, a "
        "length, a title. counts: whether the cadence starts over after it",
        TOUCHES,
        default=(),
    )


class PersonShape(Shape):
    """Somebody to stay in touch with."""

    name: Line = _field("What they are called", "Ann Lee")
    id: Name | None = _field(
        "Their id in the log, by which they stay the same person; made from the name unless given",
        "ann-lee",
        default=None,
    )
    formerly: Names | None = _field(
        "Ids that they had before, so that what was logged under those counts; [] says that they "
        "are new",
        "[ann-miller]",
        default=None,
    )
    lists: Names = _field(
        "The lists that they are in: the first sets channels, tries and hours, the shortest "
        "cadence counts; may be left out where there is only one",
        "[clients]",
        default=[],
    )
    phone: Phones = _field(
        "Their number, best in international form; or several, the first of which is shown",
        '"+49 30 901820"',
        default=[],
    )
    email: Emails = _field(
        "Their address for mail; or several, the first of which is used. By any of them they are "
        "recognised in meetings and address books",
        "[ann@example.org, lee@work.example]",
        default=[],
    )
    cadence: Cadence | None = _field("Overrides the list's", "monthly", default=None)
    channels: Channels | None = _field("Overrides the list's", "[coffee, call]", default=None)
    timezone: Zone | None = _field(
        "Where they live: tries on a day of their own then lie within the hours there, too",
        "America/New_York",
        default=None,
    )
    last_contact: Day | None = _field(
        "The day of the last contact, where syncd does not know of it", "2026-10-01", default=None
    )
    dates: dict[Line, KeptOn] = _field(
        "Days of the year that matter, with or without the year in which they began; each is an "
        "all-day entry",
        '{birthday: 1980-02-29, anniversary: 06-20, "Founded Acme": 2020-03-01}',
        default={},
    )
    touches: tuple[TouchShape, ...] | None = _field("Overrides the list's", TOUCHES, default=None)
    address: Prose = _field("Where post goes", "Linienstr. 1, 10178 Berlin", default="")
    liked: YesNo = _field(
        "Whether you are glad to contact them: such a one goes first", "true", default=False
    )
    interests: Lines = _field("What to ask about", "[sailing]", default=[])
    notes: Prose = _field(
        "Whatever helps; it is shown with every contact",
        "Daughter starts school in September.",
        default="",
    )
    paused: Paused = _field(
        "Nothing before that day; true: nothing until further notice", "2027-01-15", default=False
    )
    uid: Line | None = _field(
        "The id of their card in an address book, by which syncd import finds them again",
        "5f0c2b1e-7a3d-4c3a-9c55-0d6a1b2c3d4e",
        default=None,
    )


class BookShape(Shape):
    """An address book whose people count."""

    carddav: Line = _field(
        "An address book on a CardDAV server: its address; the bare host will do. It is only read, "
        "about once an hour; its categories are your lists",
        "https://dav.example.org/",
    )
    username: Line | None = _field("Who you are to the server", "ann", default=None)
    password: Password | None = _field(
        "As for a calendar: !env NAME, !file PATH, !keyring NAME",
        "!env SYNCD_PASSWORD",
        default=None,
    )
    addressbook: Line | None = _field(
        "Its display name, or its URL; all that are yours unless given", "Contacts", default=None
    )
    list_: Name | None = _field(
        "The list of those whose categories name none; without it they are left out",
        "clients",
        default=None,
        alias="list",
    )


class CreditShape(Shape):
    """Meetings that took place count as contacts."""

    meetings: Lines = _field(
        "The calendars in which they are: display names or URLs; on Google names, primary, or ids. "
        "They are only read. With several accounts, home/Personal says on whose",
        "[Personal]",
        default=[],
    )
    after: Length = _field(
        "How long after its end a meeting counts", "15 minutes", default="15 minutes"
    )
    me: Emails = _field(
        "Your own addresses, so that what you declined does not count, where the calendar's server "
        "does not say who you are",
        "[me@example.org]",
        default=[],
    )


class NotifyShape(Shape):
    """Who is told where nobody looks."""

    urls: Passwords = _field(
        "Where to: addresses of apprise's, such as ntfy://…, mailto://…, tgram://…. They hold "
        "passwords: !env SYNCD_NOTIFY takes one from the environment, !file PATH from a file, "
        "!keyring NAME from the keyring. Unless given, nobody is told",
        "[]",
        default=(),
    )
    on: Told = _field(
        "Of what: failing, a calendar that failed for an hour, a sign-in that has ended or soon "
        "will; held, writes that wait for you; weekly-review, on Mondays. The first two are told "
        "once, then daily, then when they are over",
        "[failing, held]",
        default=["failing", "held"],
    )


PeopleField = Annotated[
    tuple[Any, ...],
    PlainValidator(
        _people, json_schema_input_type=str | BookShape | list[str | PersonShape | BookShape]
    ),
]


class ConfigShape(Shape):
    """What syncd is to do."""

    timezone: Zone | None = _field(
        "The time zone that times are meant in, by its IANA name; the machine's unless given",
        "Europe/Berlin",
        default=None,
    )
    deployment: Deployment = _field(
        "Part of every entry's id: two deployments never touch each other's entries",
        DEPLOYMENT,
        default=DEPLOYMENT,
    )
    poll: Length = _field("How often the calendars are looked at", "2 minutes", default="2 minutes")
    database: Line | None = _field(
        "Where syncd remembers what it did: a SQLite file; unless given, one in the state folder "
        "(SYNCD_STATE, or the platform's)",
        "null",
        default=None,
    )
    people: PeopleField = _field(
        "Who: a file, a glob, or a list of files, globs, people and address books. Most keep a "
        "file of its own, people.yaml, that holds a list of people",
        "people.yaml",
        default="people.yaml",
    )
    calendars: dict[Name, CalendarShape] = _field("Calendars, by names of your choice", "home")
    away: Lines = _field(
        "The titles of all-day events on whose days nobody is to be contacted",
        "[away, holiday, sick, pause]",
        default=["away", "holiday", "sick", "pause"],
    )
    ramp: RampShape | None = _field(
        "Start small: so many people, then some more each time; syncd due --waiting says who "
        "waits. Without it everybody is in at once",
        "{start: 6, add: 3, every: month, order: [liked, recent]}",
        default=None,
    )
    blocks: dict[Name, BlockShape] = _field(
        "Appointments with yourself in which contacts are made, by names of your choice. Whoever "
        "no block serves is contacted on the day on which they are due",
        "weekly-outreach",
        default={},
    )
    lists: dict[Name, ListShape] = _field("Lists of people, by names of your choice", "clients")
    credit: CreditShape = _field(
        "Meetings that count by themselves: whoever accepted, and has an email here, was reached "
        "when it took place. Unless given, none does",
        "",
        default={},
    )
    notify: NotifyShape = _field(
        "Notifications by apprise, from syncd run; syncd doctor --notify tries them",
        "",
        default={},
    )
    metrics: Port | None = _field(
        "The port at which syncd run shows its numbers to Prometheus, as "
        "http://127.0.0.1:9464/metrics; it listens on loopback alone, and nowhere unless given",
        "null",
        default=None,
    )


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of config.yaml; its `$defs` hold a person, and as
    `PeopleFile` a people file."""
    made: dict[str, Any] = _untitled(ConfigShape.model_json_schema())
    person = {"$ref": "#/$defs/PersonShape"}
    made["$defs"]["PeopleFile"] = {"type": "array", "items": person}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "syncd", **made}


def _untitled(value: Any) -> Any:
    """Without the titles that only say the key again."""
    if isinstance(value, dict):
        return {k: _untitled(v) for k, v in value.items() if k != "title" or isinstance(v, dict)}
    return [_untitled(each) for each in value] if isinstance(value, list) else value
