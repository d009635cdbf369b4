"""What the user says by events of their own, made in a calendar of ours: that somebody was
contacted, that somebody is to be added, that they are away. Pure.

    i Ann Lee new job         a mark and a known name: a contact, at the event's start
    + Jane Roe +49 30 4711    a person to be added
    away                      all-day: nothing on its days

The event stays the user's: it is read, and never written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.entries import Entry
from syncd.model.facts import RESTING
from syncd.model.keys import is_key
from syncd.model.people import Person
from syncd.model.words import short
from syncd.reconcile.marks import Meaning, leading
from syncd.reconcile.spelling import fold
from syncd.reconcile.standing import begins
from syncd.reconcile.text import END

PAST, AHEAD = timedelta(days=31), timedelta(days=1)
"""How long ago, and how far ahead, an event may begin that tells of a contact."""
ASKED = timedelta(days=14)
"""How long one is asked about an event that was not understood."""
LONGEST_AWAY = timedelta(days=366)
LONGEST_TITLE = 300
"""So many characters of a title are read."""
_PHONE = re.compile(r"\+?[0-9(][0-9 ()/.-]{4,}[0-9]")
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")


@dataclass(frozen=True, kw_only=True)
class Told:
    """A contact with somebody known."""

    person: Person
    meaning: Meaning
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """Somebody to be added."""

    name: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class Away:
    """The days on which nothing is to be: [`since`, `until`)."""

    since: date
    until: date


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Something was meant and cannot be understood; `question` asks, in a sentence."""

    question: str
    until: date
    """From when on it is asked no more."""


Said = Told | Proposed | Away | Asked


def read_event(
    entry: Entry,
    people: Iterable[Person],
    words: Collection[str],
    now: datetime,
    zone: ZoneInfo,
) -> Said | None:
    """What `entry`, which is not ours, says to syncd; None for any other event. `words` are the
    titles of days away."""
    title = entry.title.strip()[:LONGEST_TITLE]
    if entry.cancelled or entry.recurrence is not None or not title:
        return None
    if is_key(entry.uid) or entry.trace or END in entry.text:
        return None  # another deployment's, or a copy of one of ours
    if (
        not (isinstance(entry.start, datetime) or entry.task)
        and fold(title)[0].strip(" .!") in words
    ):
        return _away(entry)
    if re.match(r"\+ ?[^\W\d]", title):
        return _proposed(title[1:])
    start = begins(entry.start, zone)
    if not now - PAST <= start <= now + AHEAD:
        return None
    lead = leading(title)
    if lead is None or lead[1].outcome in RESTING:
        return None
    sure, meaning, rest = lead
    fits = _named(rest, people)
    if len(fits) == 1:
        return Told(person=fits[0][0], meaning=meaning, note=fits[0][1])
    until = (start + ASKED).date()
    if fits:
        names = ", ".join(person.name for person, _ in fits[:4])
        return Asked(
            question=f"«{short(title)}»: is it {names}? Write the whole name.", until=until
        )
    if not sure or not rest:  # too many titles of other things begin with one
        return None
    question = f"«{short(title)}»: nobody is called that. Write the name as in your people file."
    return Asked(question=question, until=until)


def _away(entry: Entry) -> Away | None:
    since, until = entry.start, entry.end
    if isinstance(since, datetime) or isinstance(until, datetime):
        return None
    until = max(until, since + timedelta(days=1))
    return Away(since=since, until=until) if until - since <= LONGEST_AWAY else None


def _proposed(text: str) -> Proposed | None:
    phone, email = _PHONE.search(text), _EMAIL.search(text)
    for found in (phone, email):
        text = text.replace(found[0], " ") if found else text
    name = " ".join(text.split()).strip(" ,;:-–")
    if not name:
        return None
    return Proposed(
        name=name, phone=phone[0].strip() if phone else "", email=email[0] if email else ""
    )


def _named(rest: str, people: Iterable[Person]) -> list[tuple[Person, str]]:
    """Whom `rest` begins with, and what follows the name: the whole name goes before a part."""
    folded, places = fold(rest)
    whole: list[tuple[int, Person]] = []
    part: list[tuple[int, Person]] = []
    for person in people:
        name = fold(person.name)[0]
        first = name.partition(" ")[0]
        for piece, into in ((name, whole), (first, part)):
            end = len(piece)
            if piece and folded.startswith(piece) and not folded[end : end + 1].isalnum():
                into.append((end, person))
    found = whole or part
    longest = max((end for end, _ in found), default=0)
    return [
        (person, rest[places[end] :].strip(" ,;:-–")) for end, person in found if end == longest
    ]


# -- how it is remembered: by the event, in a setting of its own

PREFIX = "event:"


def setting_of(calendar: str, href: str) -> str:
    """The name of the setting that remembers what an event said."""
    return f"{PREFIX}{calendar} {href}"


def remembered(said: Said | None) -> str | None:
    """What is to be remembered of an event; None for nothing: a contact is in the journal."""
    match said:
        case Proposed(name=name, phone=phone, email=email):
            told: dict[str, str] = {
                "kind": "proposed",
                "name": name,
                "phone": phone,
                "email": email,
            }
        case Away(since=since, until=until):
            told = {"kind": "away", "since": since.isoformat(), "until": until.isoformat()}
        case Asked(question=question, until=until):
            told = {"kind": "asked", "question": question, "until": until.isoformat()}
        case _:
            return None
    return json.dumps(told, ensure_ascii=False)


def recalled(settings: Mapping[str, str]) -> dict[str, Said]:
    """By the name of its setting: what events said that are remembered in `settings`."""
    found: dict[str, Said] = {}
    for name, value in settings.items():
        if not name.startswith(PREFIX):
            continue
        told = json.loads(value)
        kind = told.pop("kind")
        for key in ("since", "until"):
            if key in told:
                told[key] = date.fromisoformat(told[key])
        shape = {"proposed": Proposed, "away": Away, "asked": Asked}[kind]
        found[name] = shape(**told)
    return found
