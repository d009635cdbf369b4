"""Everybody who is known, and by what: whom a card means, as far as there is no doubt."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from syncd.books.card import Card
from syncd.books.phones import e164, is_mobile
from syncd.model.people import Person


@dataclass(eq=False, kw_only=True)
class Known:
    """Somebody, with all by which they are known."""

    name: str
    person: Person | None = None
    newcomer: int | None = None
    cards: list[Card] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    """Those that they have, or had, in people files."""
    uids: set[str] = field(default_factory=set)
    emails: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    decided: set[str] = field(default_factory=set)
    """The keys of the cards that are theirs because the user decided so."""

    def take(self, card: Card, region: str | None) -> None:
        """From now on they are known by what the card says, too."""
        self.cards.append(card)
        self.ids |= {card.id} - {""}
        self.uids |= {card.uid} - {""}
        self.emails |= mail(card)
        self.phones |= numbers(card, region)

    @property
    def key(self) -> str:
        """Their id, or the key of their first card."""
        return self.person.id if self.person is not None else self.cards[0].key

    @property
    def called(self) -> str:
        """How a message names them."""
        if self.person is not None:
            return f"{self.name} ({self.person.where})" if self.person.where else self.name
        return f"{self.name} ({self.cards[0].source})"


def known_as(person: Person, region: str | None) -> Known:
    """Somebody of the people file."""
    return Known(
        name=person.name,
        person=person,
        ids=set(person.ids),
        uids={person.uid} - {""},
        emails=cased(person.emails),
        phones=called_by(person.phones, region),
    )


@dataclass(frozen=True, kw_only=True)
class Found:
    """Whom a card shares something with."""

    candidates: tuple[Known, ...] = ()
    by: str = ""
    """What is shared: id, uid, e-mail, phone, name."""
    sure: Known | None = None
    clash: str = ""
    """What speaks against the one of the same name, or why there is no telling."""

    def doubt(self, card: Card, region: str | None) -> str:
        """Why only the user can say who it is; empty where it is somebody new. Numbers without a
        country are of `region`."""
        names = " and ".join(each.called for each in self.candidates)
        if self.by == "name":
            return f"{names} has the same name, and {self.clash}" if names else ""
        if self.clash:
            return f"{names} have the same {self.by}, and {self.clash}"
        if not self.candidates:
            return ""
        if self.by == "phone" and all(_kept_apart(e, card, region) for e in self.candidates):
            return ""
        has = "have" if len(self.candidates) > 1 else "has"
        return f"{names} {has} the same {self.by}, and another name"


def _kept_apart(known: Known, card: Card, region: str | None) -> bool:
    """Whether somebody who is no more than a card is told from `card` by the book in which both
    stand, though they share a number: that of a house or a firm is many people's, a mobile's is
    one's. A card that the user decided to be theirs says only that they have several."""
    if known.person is not None or any(map(is_mobile, known.phones & numbers(card, region))):
        return False
    own = (each for each in known.cards if each.key not in known.decided)
    return any(book_of(each) == book_of(card) for each in own)


def book_of(card: Card) -> str:
    """The book in which a card stands."""
    return card.source.rpartition(":")[0]


class Index:
    """Everybody known, by what they can be found by."""

    def __init__(self, region: str | None) -> None:
        self.region = region
        self._by: Mapping[str, dict[str, list[Known]]] = {
            kind: defaultdict(list) for kind in ("id", "uid", "e-mail", "phone", "name")
        }
        self._by_key: dict[str, Known] = {}

    def add(self, known: Known) -> None:
        """From now on they are found, by all that they are known by now."""
        for kind, keys in (
            ("id", known.ids),
            ("uid", known.uids),
            ("e-mail", known.emails),
            ("phone", known.phones),
            ("name", {_folded(known.name)}),
        ):
            for key in keys:
                found = self._by[kind][key]
                if known not in found:
                    found.append(known)
        ids = [known.person.id] if known.person is not None else []
        for name in (*ids, *known.uids, *(each.key for each in known.cards)):
            self._by_key.setdefault(name, known)

    def told(self, key: str) -> Known | None:
        """Whoever has that id, or a card of that key."""
        return self._by_key.get(key)

    def find(self, card: Card) -> Found:
        """Whom the card is about, or may be about."""
        for kind, keys in (
            ("id", {card.id} - {""}),
            ("uid", {card.uid} - {""}),
            ("e-mail", mail(card)),
            ("phone", numbers(card, self.region)),
        ):
            shared = self._all(kind, keys, card)
            own = kind in ("id", "uid")
            agreeing = [each for each in shared if own or agree(each.name, card.name)]
            if len(agreeing) == 1:
                return Found(candidates=tuple(shared), by=kind, sure=agreeing[0])
            if shared:
                clash = "there are several of them" if agreeing else ""
                return Found(candidates=tuple(shared), by=kind, clash=clash)
        named = self._all("name", {_folded(card.name)} - {""}, card)
        if len(named) > 1:
            return Found(candidates=tuple(named), by="name", clash="there are several of them")
        for each in named:
            if clash := self._clash(each, card):
                return Found(candidates=(each,), by="name", clash=clash)
            return Found(candidates=(each,), by="name", sure=each)
        return Found()

    def _all(self, kind: str, keys: Iterable[str], card: Card) -> list[Known]:
        found = [known for key in sorted(keys) for known in self._by[kind].get(key, ())]
        return [each for each in dict.fromkeys(found) if not _told_apart(each, card)]

    def _clash(self, known: Known, card: Card) -> str:
        for kind, theirs, its in (
            ("e-mail address", known.emails, mail(card)),
            ("number", known.phones, numbers(card, self.region)),
        ):
            if theirs and its and not theirs & its:
                return f"another {kind}"
        return ""


def _told_apart(known: Known, card: Card) -> bool:
    """Whether both come from people files, in which whoever has another id is somebody else."""
    return bool(card.id and known.person is None and known.ids and card.id not in known.ids)


def mail(card: Card) -> set[str]:
    """The addresses for mail on a card, as they are compared."""
    return cased(card.emails)


def numbers(card: Card, region: str | None) -> set[str]:
    """The numbers on a card, as they are compared."""
    return called_by(card.phones, region)


def cased(emails: Iterable[str]) -> set[str]:
    """Addresses for mail as they are compared: case does not matter."""
    return {each.casefold() for each in emails}


def called_by(phones: Iterable[str], region: str | None) -> set[str]:
    """Numbers as they are compared; those without a country are of `region`."""
    return {e164(each, region) for each in phones}


def agree(one: str, other: str) -> bool:
    """Whether two names may be one person's: all words of one are in the other."""
    first, second = set(_folded(one).split()), set(_folded(other).split())
    return bool(first and second) and (first <= second or second <= first)


def _folded(name: str) -> str:
    """A name as it is compared: without case, accents and signs, its words in order of the
    alphabet, so that `Lee, Ann` is `Ann Lee`."""
    bare = unicodedata.normalize("NFKD", name.casefold())
    kept = (c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in bare)
    return " ".join(sorted("".join(kept).split()))
