"""The kinds of value that config holds: how each is read from what was typed.

A reader gives the value or raises a PydanticCustomError whose message is the sentence about it; the
key is put before it later. None of them sees a password, see `secrets`.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, time, timedelta
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BeforeValidator, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from syncd.config.nodes import TAGS, Fields, Items, Text
from syncd.config.zones import is_zone, near_zone
from syncd.model import words
from syncd.model.people import CHANNELS, Hours, Period
from syncd.model.repeats import REPEATS, read_repeats
from syncd.model.words import Grammar, nearest, short

T = TypeVar("T")

PROVIDERS = ("caldav", "google", "embedded")

MARKED = ("reached", "left-message", "no-answer", "skipped")
"""The outcomes that a colour may stand for."""


def wrong(message: str) -> PydanticCustomError:
    """What a reader raises, with its sentence."""
    return PydanticCustomError("config", "{said}", {"said": message})


def text(value: object) -> str:
    """One line or more of text, as typed."""
    if isinstance(value, Fields | Items):
        kind = "a mapping" if isinstance(value, Fields) else "a list"
        raise wrong(f"{kind} stands where one value belongs.")
    if isinstance(value, Text) and value.tag in TAGS:
        raise wrong(f"{value.tag} is for passwords only. Next: write the value itself.")
    said = unicodedata.normalize("NFC", str(value).strip())
    for character in said:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\n\r":
            raise wrong(f"holds a character that no text has (U+{ord(character):04X}).")
    return said


def line(value: object) -> str:
    """Some text on one line."""
    said = text(value)
    if not said:
        raise wrong("is empty.")
    if len(said.splitlines()) > 1:
        raise wrong("is more than one line. Next: make it one.")
    return said


def name(value: object) -> str:
    """What a calendar, block, list or person is called in ids, which must fit into a key."""
    said = line(value)
    fit = slug(said)
    if any(c not in "-_." and not _part_of_word(c) for c in said):
        meant = f" Did you mean {fit}?" if fit else ""
        raise wrong(f"«{short(said)}»: letters, digits, hyphens, dots and _ only.{meant}")
    return said


def slug(said: str) -> str:
    """An id made from a name: lower case, letters and digits of any script kept, spaces to hyphens,
    all else left out."""
    lower = unicodedata.normalize("NFC", unicodedata.normalize("NFC", said).lower())
    kept = "".join(c for c in re.sub(r"[\s_-]+", "-", lower) if c == "-" or _part_of_word(c))
    return re.sub("-+", "-", kept).strip("-")


def _part_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def _deployment(value: object) -> str:
    said = text(value)
    if not re.fullmatch("[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?", said):
        raise wrong(
            f"«{short(said)}»: 1 to 32 small letters (a-z), digits and hyphens, such as work."
        )
    return said


def in_words(grammar: Grammar[T]) -> Callable[[object], T]:
    """A reader of what `grammar` understands."""

    def reads(value: object) -> T:
        said = text(value)
        found = grammar.read(said)
        if found is None:
            raise wrong(grammar.complaint(said))
        return found

    return reads


def _repeats(value: object) -> str:
    said = text(value)
    try:
        rule = read_repeats(said)
    except ValueError as error:
        end = "" if str(error).endswith("?") else "."
        raise wrong(f"«{short(said)}»: {error}{end}") from None
    if rule is None:
        raise wrong(REPEATS.complaint(said))
    return rule


def _rhythm(value: object) -> Period:
    said = text(value)
    return words.read_period(f"every {said}") or in_words(words.PERIOD)(value)


def _hours(value: object) -> Hours:
    pieces = value if isinstance(value, list) else [value]
    read = in_words(words.HOURS)
    return Hours(spans=tuple(span for piece in pieces for span in read(piece).spans))


def _alarm(value: object) -> timedelta | None:
    (before,) = in_words(words.ALARM)(value)
    return before


def _paused(value: object) -> bool | date:
    said = text(value)
    day = words.read_date(said)
    yes = words.read_yes(said)
    if day is not None:
        return day
    if yes is None:
        raise wrong(
            f"«{short(said)}» not understood. Forms: true, false, or the day on which it goes on, "
            "such as 2027-01-15."
        )
    return yes


def _whole(most: int) -> Callable[[object], int]:
    def reads(value: object) -> int:
        said = text(value)
        if not re.fullmatch("[0-9]{1,4}", said) or not 1 <= int(said) <= most:
            raise wrong(f"«{short(said)}» is no whole number from 1 to {most}.")
        return int(said)

    return reads


def _one_of(*known: str) -> Callable[[object], str]:
    def reads(value: object) -> str:
        said = text(value)
        if said not in known:
            raise wrong(unknown(said, known))
        return said

    return reads


def unknown(said: str, known: Iterable[str]) -> str:
    """The sentence about a name that is none of `known`."""
    names = tuple(known)
    near = nearest(said, names)
    meant = f"Did you mean {near}? " if near else ""
    there = f"There is: {', '.join(names)}." if names else "There is none."
    return f"«{short(said)}» is not known. {meant}{there}"


def _listen(value: object) -> tuple[str, int]:
    """An address of this machine and a port: `127.0.0.1:5232`, `[::1]:5232`."""
    said = text(value)
    host, colon, port = said.rpartition(":")
    try:
        bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
        found = ipaddress.ip_address(bare)
        fits = colon and (found.version == 4) == (bare == host) and 0 < int(port) < 65536
    except ValueError:
        fits = False
    if not fits:
        raise wrong(
            f"«{short(said)}» is no address and port to listen at. Forms: 127.0.0.1:5232 for this "
            "machine alone, 0.0.0.0:5232 for the home network, [::]:5232 for IPv6."
        )
    return str(found), int(port)


COLOURS = (
    *("lavender", "sage", "grape", "flamingo", "banana", "tangerine"),
    *("peacock", "graphite", "blueberry", "basil", "tomato"),
)
"""Google's, as its app calls them; their ids count from 1."""


def _colour(value: object) -> str:
    said = text(value).lower()
    if said in COLOURS:
        return str(COLOURS.index(said) + 1)
    if said not in {str(n) for n in range(1, len(COLOURS) + 1)}:
        raise wrong(
            f"«{short(said)}» is no colour of Google's. Forms: 1 to {len(COLOURS)}, "
            f"{', '.join(COLOURS)}."
        )
    return said


def _zone(value: object) -> str:
    said = text(value)
    if not is_zone(said):
        near = near_zone(said)
        meant = f"Did you mean {near}? " if near else ""
        raise wrong(
            f"«{short(said)}» is no time zone. {meant}Forms: Europe/Berlin, America/New_York, UTC."
        )
    return said


def _email(value: object) -> str:
    said = line(value)
    if not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+", said):
        raise wrong(f"«{short(said)}» is no e-mail address. Forms: ann@example.org.")
    return said


def _phone(value: object) -> str:
    """In international form where it is one, else as typed: `030 …` means what it means here."""
    said = line(value)
    if not said.startswith("+"):
        return said
    import phonenumbers

    try:
        number = phonenumbers.parse(said)
    except phonenumbers.NumberParseException:
        return said
    if not phonenumbers.is_possible_number(number):
        return said
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def _some(channels: tuple[str, ...]) -> tuple[str, ...]:
    if not channels:
        raise wrong("is empty. Next: name one channel at least.")
    if len(set(channels)) < len(channels):
        raise wrong("names a channel twice.")
    return channels


def _one_or_more(value: object) -> object:
    """A list, whatever stands alone in its place: that is what may be wrong with it."""
    return value if isinstance(value, list) else [value]


def many(value: object) -> object:
    """A list, also where one value stands alone."""
    return [value] if isinstance(value, Text) else value


def _shown(type_: str = "string", **more: object) -> WithJsonSchema:
    return WithJsonSchema({"type": type_, **more})


Line = Annotated[str, PlainValidator(line), _shown()]
Prose = Annotated[str, PlainValidator(text), _shown()]
Name = Annotated[str, PlainValidator(name), _shown()]
Deployment = Annotated[str, PlainValidator(_deployment), _shown(pattern="^[a-z0-9-]{1,32}$")]
Cadence = Annotated[Period, PlainValidator(in_words(words.PERIOD)), _shown()]
Length = Annotated[timedelta, PlainValidator(in_words(words.SPAN)), _shown()]
Alarm = Annotated[timedelta | None, PlainValidator(_alarm), _shown()]
Repeats = Annotated[str, PlainValidator(_repeats), _shown()]
TimeOfDay = Annotated[time, PlainValidator(in_words(words.TIME)), _shown()]
Day = Annotated[date, PlainValidator(in_words(words.DATE)), _shown(format="date")]
Rhythm = Annotated[Period, PlainValidator(_rhythm), _shown()]
Count = Annotated[int, PlainValidator(_whole(1000)), _shown("integer", minimum=1, maximum=1000)]
Ordering = Annotated[str, PlainValidator(_one_of("liked", "recent"))]
Order = Annotated[
    tuple[Ordering, ...],
    BeforeValidator(many),
    WithJsonSchema({"type": "array", "items": {"enum": ["liked", "recent"]}}),
]
KeptOn = Annotated[tuple[int | None, int, int], PlainValidator(in_words(words.KEPT_ON)), _shown()]
YesNo = Annotated[bool, PlainValidator(in_words(words.YES)), _shown("boolean")]
Paused = Annotated[
    bool | date,
    PlainValidator(_paused),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "string", "format": "date"}]}),
]
WeekHours = Annotated[
    Hours,
    PlainValidator(_hours),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Zone = Annotated[str, PlainValidator(_zone), _shown()]
Email = Annotated[str, PlainValidator(_email), _shown()]
Emails = Annotated[
    tuple[Email, ...], BeforeValidator(_one_or_more, json_schema_input_type=Email | list[Email])
]
Phone = Annotated[str, PlainValidator(_phone), _shown()]
Phones = Annotated[
    tuple[Phone, ...], BeforeValidator(_one_or_more, json_schema_input_type=Phone | list[Phone])
]
Provider = Annotated[
    str, PlainValidator(_one_of(*PROVIDERS)), WithJsonSchema({"enum": [*PROVIDERS]})
]
Listen = Annotated[tuple[str, int], PlainValidator(_listen), _shown()]
Tries = Annotated[int, PlainValidator(_whole(20)), _shown("integer", minimum=1, maximum=20)]
ADay = Annotated[int, PlainValidator(_whole(100)), _shown("integer", minimum=1, maximum=100)]
FORMS = ("event", "task", "checklist")
As = Annotated[str, PlainValidator(_one_of(*FORMS)), _shown(enum=[*FORMS])]
Colour = Annotated[str, PlainValidator(_colour), _shown()]
Coloured = Annotated[str, PlainValidator(_one_of(*MARKED)), _shown(enum=[*MARKED])]
Where = Annotated[str, PlainValidator(_one_of("day", "block")), _shown(enum=["day", "block"])]
Channel = Annotated[str, PlainValidator(_one_of(*CHANNELS)), _shown(enum=[*CHANNELS])]
Names = Annotated[tuple[Name, ...], BeforeValidator(many, json_schema_input_type=Name | list[Name])]
Lines = Annotated[tuple[Line, ...], BeforeValidator(many, json_schema_input_type=Line | list[Line])]
Channels = Annotated[
    tuple[Channel, ...],
    BeforeValidator(many, json_schema_input_type=Channel | list[Channel]),
    AfterValidator(_some),
]
