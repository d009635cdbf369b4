"""What an address book would change in the people file and in the journal: a proposal, written by
nobody until the user agrees."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

from syncd.books.card import Birthday, Book, Card, LeftOut, Past
from syncd.books.match import Finding, Standing, every, match
from syncd.books.phones import region_of
from syncd.config.enrol import Told, Yaml, new_id
from syncd.config.people import of_file, people
from syncd.config.written import written
from syncd.engine.taking import Contact
from syncd.errors import ConfigError, Problem
from syncd.model.entries import YEARS
from syncd.model.occasions import BIRTHDAY
from syncd.model.people import Person
from syncd.model.roster import Roster


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """Somebody to be written into the people file."""

    card: Card
    id: str
    list: str
    told: Told
    """By key of the people file."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """All that became of a book."""

    findings: tuple[Finding, ...]
    """One for each card, in the order of the book."""
    newcomers: tuple[Newcomer, ...]
    unplaced: tuple[Card, ...]
    """Those who are new, and in no list of the user's."""
    left_out: tuple[LeftOut, ...]
    more: Mapping[str, Told]
    """By person, what the people file has nothing for."""
    contacts: tuple[Contact, ...]
    """Those that the book has kept, of everybody who is known or will be."""

    def of(self, standing: Standing) -> list[Finding]:
        """The findings of that kind."""
        return [each for each in self.findings if each.standing is standing]


def people_cards(path: Path, roster: Roster) -> Book:
    """Whoever stands in the people file at `path`, with all that it says of them. Raises
    ConfigError where it is none, or could not be read as one of `roster`'s people files."""
    problems: list[Problem] = []
    pieces = of_file(path, problems)
    found = people(pieces, roster.deployment, roster.lists, problems)
    if wrong := [problem for problem in problems if not problem.warning]:
        raise ConfigError(wrong)
    return Book(cards=tuple(_card(person) for person in found.values()))


def _card(person: Person) -> Card:
    born = next((each for each in person.dates if each.name == BIRTHDAY), None)
    return Card(
        source=person.where,
        name=person.name,
        id=person.id,
        uid=person.uid,
        phones=person.phones,
        emails=person.emails,
        birthday=Birthday(month=born.month, day=born.day, year=born.year) if born else None,
        categories=person.lists,
        note=person.notes,
        last_contact=person.last_contact,
        entry=tuple(written(person).items()),
    )


def propose(
    roster: Roster,
    book: Book,
    today: date,
    *,
    into: str | None = None,
    separate: bool = False,
    decided: Mapping[str, str] = MappingProxyType({}),
) -> Proposal:
    """What becomes of `book`. Whoever is new is in the list `into`; without it in the one that is
    called like one of their categories, else in the only one that there is. With `separate`,
    whoever may be somebody known is somebody new, unless the user `decided` about them."""
    region = region_of(roster.timezone)
    known = roster.people.values()
    matched = match(book.cards, known, region, separate=separate, decided=decided)
    taken = {id for person in roster.people.values() for id in person.ids}
    placed: dict[int, Newcomer] = {}
    unplaced: list[Card] = []
    for n, card in enumerate(matched.newcomers):
        of = into or _list_of(card, [*roster.lists])
        if not of:
            unplaced.append(card)
            continue
        own = card.id if card.id not in taken else ""
        id = own or new_id(card.name, taken, roster.deployment)
        taken.add(id)
        placed[n] = Newcomer(card=card, id=id, list=of, told=_told(card, id, of, today))
    more: dict[str, dict[str, str | tuple[str, ...]]] = defaultdict(dict)
    contacts: dict[str, Contact] = {}
    for each in matched.findings:
        whose = placed.get(each.newcomer) if each.newcomer is not None else None
        id = whose.id if whose is not None else each.person
        if id:
            contacts.update((past.id, _contact(past, id)) for past in each.card.history)
        for key, value in each.more.items():
            if key != "last-contact" or _has_been(each.card.last_contact, today):
                more[each.person].setdefault(key, value)
    return Proposal(
        findings=matched.findings,
        newcomers=tuple(placed.values()),
        unplaced=tuple(unplaced),
        left_out=book.left_out,
        more=more,
        contacts=tuple(contacts.values()),
    )


def _list_of(card: Card, lists: Sequence[str]) -> str:
    """The first list that one of the card's categories names; where there is but one, that."""
    named = {_plain(each) for each in card.categories}
    found = [each for each in lists if _plain(each) in named]
    return found[0] if found else lists[0] if len(lists) == 1 else ""


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")


def _told(card: Card, id: str, of: str, today: date) -> Told:
    if card.entry:
        entry = {key: Yaml(value) for key, value in card.entry}
        lists = {} if of in card.categories else {"lists": of}
        return {**entry, "id": id, **lists}
    told: dict[str, str | tuple[str, ...]] = {
        "name": card.name,
        "id": id,
        "lists": of,
        "phone": card.phones,
        "email": card.emails,
        "cadence": every(card.cadence),
        "last-contact": str(card.last_contact) if _has_been(card.last_contact, today) else "",
        "dates": str(card.birthday or ""),
        "notes": card.note,
        "uid": card.uid,
    }
    return {key: value for key, value in told.items() if value}


def _has_been(day: date | None, today: date) -> bool:
    return day is not None and day <= today and day.year in YEARS


def _contact(past: Past, person: str) -> Contact:
    return Contact(
        id=past.id,
        person=person,
        at=past.at,
        channel=past.channel,
        note=past.note,
        direction=past.direction,
    )
