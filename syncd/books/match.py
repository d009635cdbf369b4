"""Cards against the people who are known: who is new, who is known, and what only the user knows.

    uid, else e-mail, else phone, else name     the first of these that anybody shares finds them
    one is found, and the names agree           they are the same: unchanged, fuller, or other
    one is found, and the names do not          doubtful; new where the address book itself, in
                                                which both stand, keeps them apart
    a name alone, with another address          doubtful: two people may have one name
    several are found                           the one whose name agrees, else doubtful
    nobody                                      new, and from then on known

Names agree where all words of one are in the other. Nothing here is ever overwritten: what a card
says otherwise than the people file is told and left to the user.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from syncd.books.card import Card, once
from syncd.books.phones import e164
from syncd.model.people import Period, Person


class Standing(StrEnum):
    """What a card is to the people file."""

    NEW = "new"
    FULLER = "fuller"
    """Known, and the card knows what the file does not."""
    OTHER = "other"
    """Known, and the card says something else than the file, which stays as it is."""
    DOUBTFUL = "doubtful"
    UNCHANGED = "unchanged"


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
) -> Matched:
    """What each of `cards` is to `people`. Numbers without a country are of `region`. With
    `separate`, whoever is doubtful is somebody new."""
    index = _Index(region)
    for person in people:
        index.add(_known(person, region))
    here: dict[str, set[str]] = defaultdict(set)
    for card in cards:
        here[_book(card)].add(card.uid)
    findings: dict[int, Finding] = {}
    # Those who are surely known come first, so that the others meet everybody of this book.
    for n, card in enumerate(cards):
        found = index.find(card)
        if found.sure is not None:
            findings[n] = _same(card, found.sure, found.by, index)
    newcomers: list[_Known] = []
    for n, card in enumerate(cards):
        if n in findings:
            continue
        found = index.find(card)
        doubt = "" if separate or found.sure is not None else found.doubt(card, here[_book(card)])
        if found.sure is not None:
            findings[n] = _same(card, found.sure, found.by, index)
        elif doubt:
            findings[n] = Finding(card=card, standing=Standing.DOUBTFUL, reason=doubt)
        else:
            known = _Known(name=card.name, newcomer=len(newcomers))
            newcomers.append(known)
            known.take(card, region)
            index.add(known)
            findings[n] = Finding(card=card, standing=Standing.NEW, newcomer=known.newcomer)
    return Matched(
        findings=tuple(findings[n] for n in range(len(cards))),
        newcomers=tuple(_merged(known.cards) for known in newcomers),
    )


@dataclass(eq=False, kw_only=True)
class _Known:
    """Somebody, with all by which they are known."""

    name: str
    person: Person | None = None
    newcomer: int | None = None
    cards: list[Card] = field(default_factory=list)
    uids: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)

    def take(self, card: Card, region: str | None) -> None:
        """From now on they are known by what the card says, too."""
        self.cards.append(card)
        self.uids |= {card.uid} - {""}
        self.emails |= _mail(card)
        self.phones |= _numbers(card, region)

    @property
    def called(self) -> str:
        """How a message names them."""
        if self.person is not None:
            return f"{self.name} ({self.person.where})" if self.person.where else self.name
        return f"{self.name} ({self.cards[0].source})"


def _known(person: Person, region: str | None) -> _Known:
    return _Known(
        name=person.name,
        person=person,
        uids={person.uid} - {""},
        emails=_cased(person.emails),
        phones=_called(person.phones, region),
    )


@dataclass(frozen=True, kw_only=True)
class _Found:
    """Whom a card shares something with."""

    candidates: tuple[_Known, ...] = ()
    by: str = ""
    """What is shared: uid, e-mail, phone, name."""
    sure: _Known | None = None
    clash: str = ""
    """What speaks against the one of the same name, or why there is no telling."""

    def doubt(self, card: Card, here: set[str]) -> str:
        """Why only the user can say who it is; empty where it is somebody new. `here` are the ids
        of all who stand in the same book as the card."""
        names = " and ".join(each.called for each in self.candidates)
        if self.by == "name":
            return f"{names} has the same name, and {self.clash}" if names else ""
        if self.clash:
            return f"{names} have the same {self.by}, and {self.clash}"
        if all(_kept_apart(each, card, here) for each in self.candidates):
            return ""
        has = "have" if len(self.candidates) > 1 else "has"
        return f"{names} {has} the same {self.by}, and another name"


def _kept_apart(known: _Known, card: Card, here: set[str]) -> bool:
    """Whether the book in which the card stands has another card for that person."""
    if any(_book(each) == _book(card) for each in known.cards):
        return True
    return bool(card.uid and card.uid not in known.uids and known.uids & here)


def _book(card: Card) -> str:
    return card.source.rpartition(":")[0]


class _Index:
    """Everybody known, by what they can be found by."""

    def __init__(self, region: str | None) -> None:
        self.region = region
        self._by: Mapping[str, dict[str, list[_Known]]] = {
            kind: defaultdict(list) for kind in ("uid", "e-mail", "phone", "name")
        }

    def add(self, known: _Known) -> None:
        """From now on they are found, by all that they are known by now."""
        for kind, keys in (
            ("uid", known.uids),
            ("e-mail", known.emails),
            ("phone", known.phones),
            ("name", {_folded(known.name)}),
        ):
            for key in keys:
                found = self._by[kind][key]
                if known not in found:
                    found.append(known)

    def find(self, card: Card) -> _Found:
        """Whom the card is about, or may be about."""
        for kind, keys in (
            ("uid", {card.uid} - {""}),
            ("e-mail", _mail(card)),
            ("phone", _numbers(card, self.region)),
        ):
            shared = self._all(kind, keys)
            agreeing = [each for each in shared if kind == "uid" or _agree(each.name, card.name)]
            if len(agreeing) == 1:
                return _Found(candidates=tuple(shared), by=kind, sure=agreeing[0])
            if shared:
                clash = "there are several of them" if agreeing else ""
                return _Found(candidates=tuple(shared), by=kind, clash=clash)
        named = self._all("name", {_folded(card.name)} - {""})
        if len(named) > 1:
            return _Found(candidates=tuple(named), by="name", clash="there are several of them")
        for each in named:
            if clash := self._clash(each, card):
                return _Found(candidates=(each,), by="name", clash=clash)
            return _Found(candidates=(each,), by="name", sure=each)
        return _Found()

    def _all(self, kind: str, keys: Iterable[str]) -> list[_Known]:
        found = [known for key in sorted(keys) for known in self._by[kind].get(key, ())]
        return list(dict.fromkeys(found))

    def _clash(self, known: _Known, card: Card) -> str:
        numbers = _numbers(card, self.region)
        for kind, theirs, its in (
            ("e-mail address", known.emails, _mail(card)),
            ("number", known.phones, numbers),
        ):
            if theirs and its and not theirs & its:
                return f"another {kind}"
        return ""


def _same(card: Card, known: _Known, by: str, index: _Index) -> Finding:
    """The finding about a card of somebody who is known by now."""
    if known.person is None:
        known.take(card, index.region)
        index.add(known)
        return Finding(
            card=card,
            standing=Standing.UNCHANGED,
            newcomer=known.newcomer,
            reason=f"the same as {known.called}, by their {by}",
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
        reason="; ".join(others) or f"known by their {by}",
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
    if not _agree(card.name, person.name):
        found.append(f"name: {person.name} in the file, {card.name} on the card")
    if person.phone and card.phones and not _called(person.phones, region) & _numbers(card, region):
        found.append(f"phone: {person.phone} in the file, {card.phones[0]} on the card")
    if person.email and card.emails and not _cased(person.emails) & _mail(card):
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
        uid=next(filter(None, (each.uid for each in cards)), ""),
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


def _mail(card: Card) -> set[str]:
    return _cased(card.emails)


def _numbers(card: Card, region: str | None) -> set[str]:
    return _called(card.phones, region)


def _cased(emails: Iterable[str]) -> set[str]:
    return {each.casefold() for each in emails}


def _called(phones: Iterable[str], region: str | None) -> set[str]:
    return {e164(each, region) for each in phones}


def _agree(one: str, other: str) -> bool:
    """Whether two names may be one person's: all words of one are in the other."""
    first, second = set(_folded(one).split()), set(_folded(other).split())
    return bool(first and second) and (first <= second or second <= first)


def _folded(name: str) -> str:
    """A name as it is compared: without case, accents and signs, its words in order of the
    alphabet, so that `Lee, Ann` is `Ann Lee`."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    kept = (c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in bare)
    return " ".join(sorted("".join(kept).split()))
