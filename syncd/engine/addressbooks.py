"""Address books as a source of people: who of them is in the roster, under which id, and what only
the user can decide.

    cards, as last read  +  people in the YAML  ->  the roster, and what is left out and why

Whoever is in the YAML stays as they are there; a card of theirs only adds what the YAML says
nothing of. Whoever is doubtful is left out. An id once given to a card stays that card's, whatever
they are called by now. Nothing here is written or fetched.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

from syncd.books import card as cards
from syncd.books import vcard
from syncd.books.card import Card
from syncd.books.match import NEW, Finding, Matched, Standing, match
from syncd.books.phones import region_of
from syncd.config.enrol import new_id
from syncd.config.people import made
from syncd.engine.kept import Kept, read
from syncd.errors import Problem
from syncd.model.people import Person
from syncd.model.roster import AddressBook, Roster


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What becomes of the address books."""

    people: Mapping[str, Person]
    """Everybody: those of the YAML, then those of the books."""
    ids: Mapping[str, str]
    """By the id of a card: whose it is."""
    cards: Mapping[str, frozenset[str]]
    """By address book: the ids of its cards."""
    added: Mapping[str, frozenset[str]]
    """By address book: the ids of those who are in the roster for it."""
    doubts: Mapping[str, tuple[str, ...]]
    """By address book: who is left out until the user decides, in sentences with what to do."""
    unplaced: Mapping[str, int]
    """By address book: how many are in no list."""
    findings: tuple[Finding, ...]
    """What became of each card."""


def joined(roster: Roster, decided: Mapping[str, str]) -> tuple[Roster, list[Problem]]:
    """`roster`, which holds the people of the YAML alone, with those of its address books as they
    were last read and as was `decided` about their cards; and what is doubtful about them, as
    warnings. Raises StateError where a file of them cannot be read."""
    kept = {book.name: read(book.file) for book in roster.books}
    seen = see(roster, roster.people, kept, decided)
    problems: list[Problem] = []
    for book in roster.books:
        said = list(seen.doubts[book.name])
        if not kept[book.name].sheets:
            said.append("nobody is known of it yet. Next: syncd sync reads it.")
        file, _, line = book.where.rpartition(":")
        for each in said:
            message = f"address book {book.name}: {each}"
            problems.append(
                Problem(file=file, line=int(line), column=1, message=message, warning=True)
            )
    return replace(roster, people=seen.people, own=roster.people), problems


def see(
    roster: Roster, own: Mapping[str, Person], kept: Mapping[str, Kept], decided: Mapping[str, str]
) -> Seen:
    """What becomes of the books of `roster`, each as it is `kept` by its name, beside the people
    `own` of the YAML and by what the user `decided`."""
    by_card: dict[str, AddressBook] = {}
    found: list[Card] = []
    doubts: dict[str, list[str]] = defaultdict(list)
    for book in roster.books:
        read_cards, left_out = _cards(book, kept[book.name])
        doubts[book.name] += left_out
        found += read_cards
        by_card |= {card.source: book for card in read_cards}
    known = {uid: id for each in kept.values() for uid, id in each.ids.items()}
    # Whoever is there already is not put in doubt by a card that comes later.
    found.sort(key=lambda card: 1 if decided.get(card.key) == NEW else 2 * (card.uid not in known))
    matched = match(found, own.values(), region_of(roster.timezone), decided=decided)
    people, ids = dict(own), {}
    for each in matched.findings:
        if each.person:
            ids[each.card.uid] = each.person
            people[each.person] = _fuller(roster, people[each.person], each.card)
        elif each.newcomer is None and each.card.uid in known:
            ids[each.card.uid] = known[each.card.uid]
        if each.standing is Standing.DOUBTFUL:
            told = f"{each.card.name} is left out: {each.reason}. Next: syncd decide asks who they "
            told += f"are; or, if they are one person, write uid: {each.card.uid} to them in the "
            doubts[by_card[each.card.source].name].append(f"{told}YAML.")
    added: dict[str, set[str]] = defaultdict(set)
    unplaced: dict[str, int] = defaultdict(int)
    newcomers = _named(roster, own, matched, known)
    for card, (id, uids) in zip(matched.newcomers, newcomers, strict=True):
        ids |= dict.fromkeys(uids, id)
        book = by_card[card.source]
        lists = _lists(roster, card, book)
        if not lists:
            unplaced[book.name] += 1
            continue
        person, why = made(_told(card, id), lists, roster.deployment, roster.lists)
        if person is None:
            doubts[book.name].append(f"{card.name} is left out: {why}")
            continue
        # An id that is new here is no old one's: the address book tells who is who.
        people[id] = replace(person, formerly=(), where="")
        added[book.name].add(id)
    names = [book.name for book in roster.books]
    return Seen(
        people=people,
        ids=ids,
        cards={
            name: frozenset(c.uid for c in found if by_card[c.source].name == name)
            for name in names
        },
        added={name: frozenset(added[name]) for name in names},
        doubts={name: tuple(doubts[name]) for name in names},
        unplaced={name: unplaced[name] for name in names},
        findings=matched.findings,
    )


def _cards(book: AddressBook, kept: Kept) -> tuple[list[Card], list[str]]:
    """The cards of a book, each with an id; and those that nobody can be made of."""
    files = ((io.BytesIO(text.encode()), path) for path, (_, text) in kept.sheets.items())
    whole = vcard.read_each(files)
    found = [
        replace(
            card,
            source=f"{book.name}:{n}",
            uid=card.uid or card.source.rpartition(":")[0],
        )
        for n, card in enumerate(whole.cards, start=1)
    ]
    out = [
        f"a card is left out ({cards.line(each.name) or each.source}): {each.why}. "
        "Next: correct it in the address book."
        for each in whole.left_out
        if "no person" not in each.why
    ]
    large = [path for path, (_, text) in kept.sheets.items() if not text]
    out += [f"a card is left out ({path}): it is too large." for path in large]
    return found, out


def _named(
    roster: Roster, own: Mapping[str, Person], matched: Matched, known: Mapping[str, str]
) -> list[tuple[str, list[str]]]:
    """For each newcomer an id, the one that a card of theirs had before; and the ids of their
    cards."""
    uids: dict[int, list[str]] = defaultdict(list)
    for each in matched.findings:
        if each.newcomer is not None:
            uids[each.newcomer].append(each.card.uid)
    taken = {id for person in own.values() for id in person.ids}
    found: dict[int, str] = {}
    for n in range(len(matched.newcomers)):  # first those who have one
        had = [known[uid] for uid in uids[n] if uid in known and known[uid] not in taken]
        if had:
            found[n] = had[0]
            taken.add(had[0])
    for n, card in enumerate(matched.newcomers):
        if n not in found:
            found[n] = new_id(card.name, taken, roster.deployment)
            taken.add(found[n])
    return [(found[n], uids[n]) for n in range(len(matched.newcomers))]


def _lists(roster: Roster, card: Card, book: AddressBook) -> tuple[str, ...]:
    """The lists that the card's categories name, in the order of config, else the book's own."""
    named = {_plain(each) for each in card.categories}
    found = tuple(name for name in roster.lists if _plain(name) in named)
    return found or ((book.list,) if book.list else ())


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")


def _told(card: Card, id: str) -> dict[str, str | tuple[str, ...]]:
    told: dict[str, str | tuple[str, ...]] = {
        "name": card.name,
        "id": id,
        "phone": card.phones,
        "email": card.emails,
        "birthday": str(card.birthday or "").removeprefix("--"),
        "address": card.address,
        "notes": card.note,
        "uid": card.uid,
    }
    return {key: value for key, value in told.items() if value}


def _fuller(roster: Roster, person: Person, card: Card) -> Person:
    """`person` of the YAML, with what the card says of that the YAML says nothing of."""
    theirs, _ = made(_told(card, "somebody"), (person.list,), roster.deployment, roster.lists)
    if theirs is None:
        return person
    born = {each.name for each in person.dates}
    phones, emails = person.phones or theirs.phones, person.emails or theirs.emails
    return replace(
        person,
        phone=next(iter(phones), None),
        email=next(iter(emails), None),
        more_phones=phones[1:],
        more_emails=emails[1:],
        address=person.address or theirs.address,
        notes=person.notes or theirs.notes,
        uid=person.uid or theirs.uid,
        dates=(*person.dates, *(each for each in theirs.dates if each.name not in born)),
    )


def gone(before: Seen, after: Seen, book: str, *, empty: bool) -> str:
    """Why what is gone of a book at once is not believed; empty where it is. `empty` says that no
    card is left."""
    was, lost = before.added[book], before.added[book] - after.added[book]
    if was and empty:
        return f"it is empty, and {len(was)} of your people were in it"
    if len(lost) > 5 and len(lost) * 3 > len(was):
        return f"{len(lost)} of the {len(was)} people in it are gone at once"
    return ""


def sentences(
    roster: Roster, kept: Mapping[str, Kept], decided: Mapping[str, str]
) -> tuple[str, ...]:
    """What `status` says of who is left out."""
    seen = see(roster, roster.own, kept, decided)
    found: list[str] = []
    for book in roster.books:
        found += [f"Address book {book.name}: {each}" for each in seen.doubts[book.name]]
        if number := seen.unplaced[book.name]:
            found.append(
                f"Address book {book.name}: {number} in it are in none of your lists, and left "
                "out. Next: nothing; or give them a category that is called like a list."
            )
    return tuple(found)
