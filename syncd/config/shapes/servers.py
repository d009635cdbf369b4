"""What syncd reaches over the network: calendars, the meetings in them, address books, and whoever
is told; and the passwords for it, as they stand in the file: `secrets` says what they are.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator

from syncd.config.kinds import (
    Colour,
    Coloured,
    Emails,
    Length,
    Line,
    Lines,
    Listen,
    Name,
    Provider,
    Told,
    YesNo,
    wrong,
)
from syncd.config.nodes import Items, Text
from syncd.config.shapes.shape import Shape, field


def _secret(value: object) -> Text:
    if not isinstance(value, Text):
        raise wrong("is one text, !env NAME, !file PATH or !keyring NAME.")
    return value


def _secrets(value: object) -> tuple[Text, ...]:
    return tuple(map(_secret, value if isinstance(value, Items | tuple) else [value]))


Password = Annotated[Text, PlainValidator(_secret, json_schema_input_type=str)]
Passwords = Annotated[
    tuple[Text, ...], PlainValidator(_secrets, json_schema_input_type=str | list[str])
]


class CalendarShape(Shape):
    """One calendar, and how it is reached."""

    provider: Provider = field(
        "How it is reached: caldav, google, or embedded: on a server that syncd runs itself, see "
        "syncd connect",
        "caldav",
        default="caldav",
    )
    url: Line | None = field(
        "The server's address; the bare host will do, the rest is found out",
        "https://dav.example.org/",
        default=None,
    )
    username: Line | None = field("Who you are to the server", "ann", default=None)
    password: Password | None = field(
        "!env NAME takes it from the environment, !file PATH from a file, !keyring NAME from the "
        "desktop's keyring. Plain text works, with a warning",
        "!env SYNCD_PASSWORD",
        default=None,
    )
    calendar: Line = field(
        "The calendar's display name, or its URL; it is made when missing. On Google the name, "
        "primary, or the id of one that is there",
        "Outreach",
        default="Outreach",
    )
    tasks: Line | None = field(
        "Where the contacts of lists with as: task go: a list of tasks by its name, made when "
        "missing. Unless given: on CalDAV into the calendar itself, on Google into Outreach",
        "null",
        default=None,
    )
    credentials: Line | None = field(
        "Google: the file of the OAuth client that Google's console lets you download",
        "null",
        default=None,
    )
    token: Line | None = field(
        "Google: the file that syncd auth google writes; unless given, one in the state folder",
        "null",
        default=None,
    )
    api_endpoint: Line | None = field(
        "Google: where every request goes instead of Google: a proxy, an emulator",
        "null",
        default=None,
    )
    listen: Listen | None = field(
        "Embedded: the address and port at which the server listens; unless given, 127.0.0.1:5232, "
        "for this machine alone. 0.0.0.0:5232 is for the home network",
        "null",
        default=None,
    )
    birthdays: YesNo = field(
        "Whether birthdays are written into it; false where it shows them by itself",
        "true",
        default=True,
    )
    colours: dict[Coloured, Colour] = field(
        "Google: which outcome a colour of an event stands for",
        "{}",
        default={},
    )


class BookShape(Shape):
    """An address book whose people count."""

    carddav: Line = field(
        "An address book on a CardDAV server: its address; the bare host will do. It is only read, "
        "about once an hour; its categories are your lists",
        "https://dav.example.org/",
    )
    username: Line | None = field("Who you are to the server", "ann", default=None)
    password: Password | None = field(
        "As for a calendar: !env NAME, !file PATH, !keyring NAME",
        "!env SYNCD_PASSWORD",
        default=None,
    )
    addressbook: Line | None = field(
        "Its display name, or its URL; all that are yours unless given", "Contacts", default=None
    )
    list_: Name | None = field(
        "The list of those whose categories name none; without it they are left out",
        "clients",
        default=None,
        alias="list",
    )


class CreditShape(Shape):
    """Meetings that took place count as contacts."""

    meetings: Lines = field(
        "The calendars in which they are: display names or URLs; on Google names, primary, or ids. "
        "They are only read. With several accounts, home/Personal says on whose",
        "[Personal]",
        default=[],
    )
    after: Length = field(
        "How long after its end a meeting counts", "15 minutes", default="15 minutes"
    )
    me: Emails = field(
        "Your own addresses, so that what you declined does not count, where the calendar's server "
        "does not say who you are",
        "[me@example.org]",
        default=[],
    )


class NotifyShape(Shape):
    """Who is told where nobody looks."""

    urls: Passwords = field(
        "Where to: addresses of apprise's, such as ntfy://…, mailto://…, tgram://…. They hold "
        "passwords: !env SYNCD_NOTIFY takes one from the environment, !file PATH from a file, "
        "!keyring NAME from the keyring. Unless given, nobody is told",
        "[]",
        default=(),
    )
    on: Told = field(
        "Of what: failing, a calendar that failed for an hour, a sign-in that has ended or soon "
        "will; held, writes that wait for you; weekly-review, on Mondays. The first two are told "
        "once, then daily, then when they are over",
        "[failing, held]",
        default=["failing", "held"],
    )
