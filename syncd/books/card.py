"""What an address book says of somebody, whatever it was written in."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from syncd.model.facts import Direction

NAME_LIMIT = 200
NOTE_LIMIT = 10_000
"""So many characters of a name and of a note are kept: more is no name, and no note to be shown
with every contact."""
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LEAP = 2000
"""A year that has every day there is."""


@dataclass(frozen=True, kw_only=True)
class Birthday:
    """A day of the year, with the year where it is known."""

    month: int
    day: int
    year: int | None = None

    def __str__(self) -> str:
        year = f"{self.year:04}-" if self.year else "--"
        return f"{year}{self.month:02}-{self.day:02}"


@dataclass(frozen=True, kw_only=True)
class Past:
    """A contact that was, as an address book that keeps them tells it."""

    id: str
    """The same whenever the same contact is read again."""
    at: datetime
    """Aware; where only the day is known, noon of it in the user's zone."""
    channel: str
    note: str = ""
    direction: Direction = Direction.OUT


@dataclass(frozen=True, kw_only=True)
class Card:
    """Somebody in an address book. Every text is composed (NFC) and free of control characters; a
    name and an address are one line."""

    source: str
    """`file:line`, or whatever leads back to where it stands."""
    name: str
    id: str = ""
    """Their id in the people file of a syncd, where it comes from one."""
    uid: str = ""
    """The address book's own id of them; a UUID without `urn:uuid:`, in small letters."""
    phones: tuple[str, ...] = ()
    """As typed, the one to call first."""
    emails: tuple[str, ...] = ()
    birthday: Birthday | None = None
    categories: tuple[str, ...] = ()
    note: str = ""
    org: str = ""
    address: str = ""
    """Where post goes, on one line."""
    cadence: int | None = None
    """How many days after a contact the next one is wanted."""
    last_contact: date | None = None
    history: tuple[Past, ...] = ()
    entry: tuple[tuple[str, str], ...] = ()
    """What that people file says of them, by its keys, as YAML."""

    @property
    def key(self) -> str:
        """What a decision about it is remembered by: its id; without one, what it says."""
        told = "\n".join((self.name, *self.phones, *self.emails))
        return (
            self.uid
            or self.id
            or hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:20]
        )


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """An entry that nobody can be made of, and why."""

    source: str
    name: str
    """What is known of its name; may be empty."""
    why: str


@dataclass(frozen=True, kw_only=True)
class Book:
    """All that was read."""

    cards: tuple[Card, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def line(text: str, most: int = NAME_LIMIT) -> str:
    """`text` as one line, free of what cannot be seen, and not longer than `most`."""
    if not (text.isascii() and text.isprintable()):
        text = prose(text, most * 2)
    return " ".join(text.split())[:most].rstrip()


def prose(text: str, most: int = NOTE_LIMIT) -> str:
    """`text`, its lines kept, free of control characters, and not longer than `most`."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not text.isprintable():
        text = "".join(c for c in text if c.isprintable() or c in "\n\t" or _joins(c))
    return text.strip()[:most].strip()


def _joins(character: str) -> bool:
    """What cannot be seen by itself, and belongs to scripts, emoji and spaces between words."""
    return character in "\u200c\u200d" or unicodedata.category(character) == "Zs"


def email(text: str) -> str:
    """The address for mail in `text`, or nothing."""
    text = line(text).removeprefix("mailto:").removeprefix("MAILTO:")
    within = re.search(r"<([^<>]+)>\s*$", text)
    text = (within[1] if within else text).strip().rstrip(".")
    return text if _EMAIL.fullmatch(text) else ""


def phone(text: str) -> str:
    """The number in `text`, or nothing where there are fewer than three digits in it."""
    text = line(re.sub(r"^(tel|sms|callto):", "", text.strip(), flags=re.IGNORECASE), 60)
    text = text.partition(";")[0].strip()
    return text if sum(c.isdigit() for c in text) >= 3 and "@" not in text else ""


def uid(text: str) -> str:
    """An address book's id of somebody, in the one form that its exports have in common."""
    text = line(text)
    bare = re.sub("^urn:uuid:", "", text, flags=re.IGNORECASE)
    return bare.lower() if _UUID.fullmatch(bare) else text


def birthday(year: int | None, month: int, day: int) -> Birthday | None:
    """That day, where there is such a one."""
    try:
        date(year or _LEAP, month, day)
    except (ValueError, OverflowError):
        return None
    return Birthday(month=month, day=day, year=year or None)


def once(texts: Iterable[str]) -> tuple[str, ...]:
    """Those that say something, each once, in order."""
    found: dict[str, str] = {}
    for text in texts:
        if text:
            found.setdefault(text.casefold(), text)
    return tuple(found.values())
