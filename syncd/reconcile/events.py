"""What the user says by events of their own, made in a calendar of ours: that somebody was
contacted, that somebody is to be added, that they are away. Pure.

    i Ann Lee new job         a mark and a known name: a contact, at the event's start
    + Jane Roe +49 30 4711    a person to be added
    away                      all-day: nothing on its days

The event stays the user's: it is read, and never written. Who was meant when it was first read
stays meant while the name in it stays: the people files may say something else by then.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.entries import Entry
from syncd.model.facts import RESTING
from syncd.model.keys import is_key
from syncd.model.people import Person
from syncd.model.words import short
from syncd.reconcile.marks import Meaning, leading
from syncd.reconcile.spelling import fold, tidy
from syncd.reconcile.standing import begins
from syncd.reconcile.text import END

PAST, AHEAD = timedelta(days=31), timedelta(days=1)
"""How long ago an event may begin that tells of a contact, where it is read for the first time; and
how far ahead: a contact that is planned is none as yet."""
ASKED = timedelta(days=14)
"""How long after its beginning one is asked about an event that was not understood."""
PROPOSED = timedelta(days=92)
"""How long after its beginning an event proposes somebody."""
LONGEST_AWAY = timedelta(days=366)
LONGEST_TITLE = 300
"""So many characters of a title are read."""
# Both take time in proportion to the title, whatever stands in it.
_PHONE = re.compile(r"\+?[0-9(][0-9 ()/.-]*+")
_EMAIL = re.compile(r"(?<![^\s@<>,;])[^\s@<>,;]++@[^\s@<>,;]+\.[^\s@<>,;]+")
_LIST = re.compile(r"(?<!\S)@(\w[^\s,;]*+)")
_DIGITS = 6
"""Characters of the shortest number."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A contact with somebody known, or one that is planned."""

    person: str
    """The id, as it was when the event was first read."""
    meaning: Meaning
    start: datetime
    """When the event begins; aware."""
    name: str
    """How the title calls them."""
    said: str
    """All that stands behind the mark: the name and the note."""
    note: str = ""

    @property
    def heard(self) -> Heard:
        """What is to be remembered of it."""
        return Heard(
            person=self.person,
            name=self.name,
            said=self.said,
            start=self.start,
            meaning=self.meaning,
        )


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What an event told of a contact, as it was last read."""

    person: str
    name: str
    said: str
    start: datetime
    meaning: Meaning | None = None
    """None where it was read before this was remembered."""


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """Somebody to be added."""

    name: str
    phone: str = ""
    email: str = ""
    list: str = ""
    """Behind an @ in the title; empty where nothing was said."""
    until: date = date.max
    """From when on they are proposed no more."""


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
    people: Collection[Person],
    words: Collection[str],
    now: datetime,
    zone: ZoneInfo,
    since: datetime,
    before: Heard | None = None,
) -> Said | None:
    """What `entry`, which is not ours, says to syncd, be it done with by now; None for any other
    event. `words` are the titles of days away. Of contacts it tells if it begins after `since`, or
    told of one `before`, as is remembered."""
    title = tidy(entry.title.strip()[:LONGEST_TITLE])
    if entry.cancelled or entry.recurrence is not None or not title:
        return None
    if is_key(entry.uid) or entry.trace or END in entry.text:
        return None  # another deployment's, or a copy of one of ours
    if (
        not (isinstance(entry.start, datetime) or entry.task)
        and fold(title)[0].strip(" .!") in words
    ):
        return _away(entry)
    start = begins(entry.start, zone)
    if re.match(r"\+ ?[^\W\d]", title):
        return _proposed(title, people, start, zone)
    if start < since and before is None:
        return None
    lead = leading(title)
    if lead is None or lead.meaning.outcome in RESTING:
        return None
    rest, fits = lead.rest, _named(lead.rest, people, lead.pronoun)
    known = _still(rest, fits, before) if before is not None else None
    if known is None and len(fits) == 1:
        known = fits[0][0].id, fits[0][1]
    if known is not None:
        person, end = known
        name, note = rest[:end], rest[end:].strip(" ,;:-–")
        return Told(
            person=person, meaning=lead.meaning, start=start, name=name, said=rest, note=note
        )
    if start > now + AHEAD:
        return None
    until = _after(start, ASKED, zone)
    if fits:
        names = ", ".join(person.name for person, _ in fits[:4])
        return Asked(
            question=f"«{short(title)}»: is it {names}? Write the whole name.", until=until
        )
    if not lead.sure or not rest:  # too many titles of other things begin with one
        return None
    question = f"«{short(title)}»: nobody is called that. Write the name as in your people file."
    return Asked(question=question, until=until)


def _after(start: datetime, span: timedelta, zone: ZoneInfo) -> date:
    return (start.astimezone(zone) + span).date()


def _away(entry: Entry) -> Away | None:
    since, until = entry.start, entry.end
    if isinstance(since, datetime) or isinstance(until, datetime):
        return None
    until = max(until, since + timedelta(days=1))
    return Away(since=since, until=until) if until - since <= LONGEST_AWAY else None


def _proposed(
    title: str, people: Iterable[Person], start: datetime, zone: ZoneInfo
) -> Proposed | Asked | None:
    """Whom `title` proposes. The first name of somebody known, by itself, may well be theirs."""
    text = title[1:]
    phones = (found[0].rstrip(" ()/.-") for found in _PHONE.finditer(text))
    phone = next((each for each in phones if len(each) >= _DIGITS), "")
    email = found[0] if (found := _EMAIL.search(text)) else ""
    for known in (phone, email):
        text = text.replace(known, " ") if known else text
    list_ = found[1] if (found := _LIST.search(text)) else ""
    text = _LIST.sub(" ", text, count=1)
    name = " ".join(text.split()).strip(" ,;:-–")
    if not name:
        return None
    named = [person.name for person in people if _first_name(person) == fold(name)[0]]
    if named and fold(name)[0] not in (fold(tidy(each))[0] for each in named):
        there = f"{', '.join(named[:4])} {'is' if len(named) == 1 else 'are'} there already"
        question = f"«{short(title)}»: {there}. For another, write + and the whole name."
        return Asked(question=question, until=_after(start, ASKED, zone))
    until = _after(start, PROPOSED, zone)
    return Proposed(name=name, phone=phone, email=email, list=list_, until=until)


def _first_name(person: Person) -> str:
    return fold(tidy(person.name).partition(" ")[0])[0]


def _still(rest: str, fits: list[tuple[Person, int]], before: Heard) -> tuple[str, int] | None:
    """Whom `rest` means as it did `before`, and where the name ends; None where the name is not the
    same any more. `Ann` is another one once it goes on as the longer name of one of the `fits`."""
    end = _end_of(before.name, *fold(rest))
    if end is None or (rest != before.said and any(longer > end for _, longer in fits)):
        return None
    return before.person, end


def _named(rest: str, people: Iterable[Person], pronoun: bool) -> list[tuple[Person, int]]:
    """Whom `rest` begins with, and where the name ends: the whole name goes before a part. Behind a
    `pronoun` a single word is a name where it is written like one: `I will call`."""
    folded, places = fold(rest)
    whole: list[tuple[Person, int]] = []
    part: list[tuple[Person, int]] = []
    for person in people:
        for name, into in ((tidy(person.name), whole), (tidy(person.name).partition(" ")[0], part)):
            end = _end_of(name, folded, places)
            if end and (not pronoun or " " in name or rest.startswith(name)):
                into.append((person, end))
    found = whole or part
    longest = max((end for _, end in found), default=0)
    return [(person, end) for person, end in found if end == longest]


def _end_of(name: str, folded: str, places: list[int]) -> int | None:
    """Where `name`, as whole words at the start of a text that was `folded`, ends in that text."""
    piece = fold(name)[0]
    if not piece or not folded.startswith(piece) or folded[len(piece) : len(piece) + 1].isalnum():
        return None
    return places[len(piece)]
