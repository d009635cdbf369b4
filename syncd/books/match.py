"""Cards against the people who are known: who is new, who is known, and what only the user knows.

    id, uid, e-mail, phone, name                the first of these that anybody shares finds them
    one is found, and the names agree           they are the same: unchanged, fuller, or other
    one is found, and the names do not          doubtful; new where both are only in one address
                                                book and share but a number of a house or a firm
    a name alone, with another address          doubtful: two people may have one name
    several are found                           the one whose name agrees, else doubtful
    nobody                                      new, and from then on known

What the user decided about a card ends a doubt about it.

Names agree where all words of one are in the other. Nothing here is ever overwritten: what a card
says otherwise than the people file is told and left to the user.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from syncd.books.card import Card, once
from syncd.books.known import (
    Index,
    Known,
    agree,
    called_by,
    cased,
    known_as,
    mail,
    numbers,
)
from syncd.model.people import Period, Person


class Standing(StrEnum):
    """What a card is to the people file."""

    NEW = "new"
    FULLER = "fuller"
    """Known, and the card knows what the file does not."""
    OTHER = "other"
    """Known, and the card says something else than the file, which stays as it is."""
    DOUBTFUL = "doubtful"
    OUT = "out"
    """To be left out, as the user decided."""
    UNCHANGED = "unchanged"


NEW, OUT = "+", "-"
"""What may be decided of a card beside whose it is: somebody new; to be left out. No id is one."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody whom a doubtful card may mean."""

    key: str
    """Their id, or the key of a card of theirs where they are new."""
    name: str
    called: str
    """How a message names them."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What became of one card."""

    card: Card
    standing: Standing
    person: str = ""
    """The id of the person whom it is about, if they are known."""
    newcomer: int | None = None
    """Else the number of the newcomer whom it is about; none where that is doubtful."""
    more: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """By key of the people file, what it has nothing for."""
    reason: str = ""
    candidates: tuple[Candidate, ...] = ()
    """Whom a doubtful one may mean."""


@dataclass(frozen=True, kw_only=True)
class Matched:
    """All cards, in their order, and those who are new: what several cards say of one, as one."""

    findings: tuple[Finding, ...]
    newcomers: tuple[Card, ...]


def match(
    cards: Sequence[Card],
    people: Iterable[Person],
    region: str | None,
    *,
    separate: bool = False,
    decided: Mapping[str, str] = MappingProxyType({}),
) -> Matched:
    """What each of `cards` is to `people`. Numbers without a country are of `region`. With
    `separate`, whoever is doubtful is somebody new; `decided` says, by the key of a card, whose it
    is (the id of a person, or the key of another card of theirs), NEW or OUT."""
    index = Index(region)
    for person in people:
        index.add(known_as(person, region))
    findings: dict[int, Finding] = {}
    # Those who are surely known come first, so that the others meet everybody of this book.
    for n, card in enumerate(cards):
        if (finding := _settled(card, index, decided)) is not None:
            findings[n] = finding
    newcomers: list[Known] = []
    for n, card in enumerate(cards):
        if n in findings:
            continue
        if (finding := _settled(card, index, decided)) is not None:
            findings[n] = finding
            continue
        found = index.find(card)
        apart = separate or decided.get(card.key) == NEW
        if not apart and (doubt := found.doubt(card, region)):
            findings[n] = Finding(
                card=card,
                standing=Standing.DOUBTFUL,
                reason=doubt,
                candidates=tuple(
                    Candidate(key=each.key, name=each.name, called=each.called)
                    for each in found.candidates
                ),
            )
        else:
            known = Known(name=card.name, newcomer=len(newcomers))
            newcomers.append(known)
            known.take(card, region)
            index.add(known)
            findings[n] = Finding(card=card, standing=Standing.NEW, newcomer=known.newcomer)
    return Matched(
        findings=tuple(findings[n] for n in range(len(cards))),
        newcomers=tuple(_merged(known.cards) for known in newcomers),
    )


def _settled(card: Card, index: Index, decided: Mapping[str, str]) -> Finding | None:
    """The finding about a card of somebody who is known by now, or that is left out. What was
    decided counts for more than names and addresses, and for less than an id."""
    found, word = index.find(card), decided.get(card.key, "")
    theirs = index.told(word)
    if theirs is not None and not (found.sure is not None and found.by in ("id", "uid")):
        theirs.decided.add(card.key)
        return _same(card, theirs, "what you decided", index)
    if found.sure is not None:
        return _same(card, found.sure, f"their {found.by}", index)
    if word == OUT:
        return Finding(card=card, standing=Standing.OUT, reason="left out, as you decided")
    return None


def _same(card: Card, known: Known, by: str, index: Index) -> Finding:
    """The finding about a card of somebody who is known by now."""
    if known.person is None:
        known.take(card, index.region)
        index.add(known)
        return Finding(
            card=card,
            standing=Standing.UNCHANGED,
            newcomer=known.newcomer,
            reason=f"the same as {known.called}, by {by}",
        )
    person = known.person
    others = _others(card, person, index.region)
    before = {key for each in known.cards for key in _more(each, person)}
    more = {key: value for key, value in _more(card, person).items() if key not in before}
    known.take(card, index.region)
    index.add(known)
    standing = Standing.OTHER if others else Standing.FULLER if more else Standing.UNCHANGED
    return Finding(
        card=card,
        standing=standing,
        person=person.id,
        more=more,
        reason="; ".join(others) or f"known by {by}",
    )


def _more(card: Card, person: Person) -> dict[str, str | tuple[str, ...]]:
    """What the people file has nothing for, by its keys."""
    told: dict[str, tuple[object, str | tuple[str, ...]]] = {
        "uid": (person.uid, card.uid),
        "phone": (person.phones, card.phones),
        "email": (person.emails, card.emails),
        "cadence": (person.cadence, every(card.cadence)),
        "last-contact": (person.last_contact, str(card.last_contact or "")),
        "dates": (person.dates, str(card.birthday or "")),
        "notes": (person.notes, card.note),
    }
    return {key: new for key, (old, new) in told.items() if new and not old}


def _others(card: Card, person: Person, region: str | None) -> list[str]:
    """What the card says otherwise than the file."""
    found: list[str] = []
    if not agree(card.name, person.name):
        found.append(f"name: {person.name} in the file, {card.name} on the card")
    theirs = called_by(person.phones, region)
    if theirs and card.phones and not theirs & numbers(card, region):
        found.append(f"phone: {person.phone} in the file, {card.phones[0]} on the card")
    if person.email and card.emails and not cased(person.emails) & mail(card):
        found.append(f"email: {person.email} in the file, {card.emails[0]} on the card")
    return found


def every(days: int | None) -> str:
    """A cadence of so many days, as the people file says it."""
    return str(Period(days=days)) if days else ""


def _merged(cards: Sequence[Card]) -> Card:
    """One card of several: the first counts, the others add what it lacks."""
    first = cards[0]
    if len(cards) == 1:
        return first
    return replace(
        first,
        id=next(filter(None, (each.id for each in cards)), ""),
        uid=next(filter(None, (each.uid for each in cards)), ""),
        entry=next(filter(None, (each.entry for each in cards)), ()),
        phones=once(number for each in cards for number in each.phones),
        emails=once(mail for each in cards for mail in each.emails),
        birthday=next(filter(None, (each.birthday for each in cards)), None),
        categories=once(name for each in cards for name in each.categories),
        note=next(filter(None, (each.note for each in cards)), ""),
        address=next(filter(None, (each.address for each in cards)), ""),
        org=next(filter(None, (each.org for each in cards)), ""),
        cadence=next(filter(None, (each.cadence for each in cards)), None),
        last_contact=max(filter(None, (each.last_contact for each in cards)), default=None),
        history=tuple({past.id: past for each in cards for past in each.history}.values()),
    )
