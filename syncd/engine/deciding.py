"""What the user decided about cards that may mean somebody known: remembered in the database, by
the key of the card, and never in YAML.

It holds for address books that are read live, and for those that are imported: whoever decided once
is not asked again. A card is decided about anew at any time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from syncd.engine import kept as keeping
from syncd.model.records import Delta

if TYPE_CHECKING:
    from syncd.books.match import Finding
    from syncd.engine.service import Service

DECIDED = "decided-card:"
"""How a setting is called that remembers whose a card is: the id of a person, the key of another
card of theirs, or `syncd.books.match.NEW` or OUT."""


def decisions(settings: Mapping[str, str]) -> dict[str, str]:
    """What was decided, by the keys of the cards."""
    return {
        name.removeprefix(DECIDED): word
        for name, word in settings.items()
        if name.startswith(DECIDED)
    }


def findings(service: Service, decided: Mapping[str, str]) -> Sequence[Finding]:
    """What becomes of the cards of the address books, as they were last read. Raises StateError."""
    from syncd.engine.addressbooks import see  # what knows numbers is heavy

    roster = service.roster
    read = {book.name: keeping.read(book.file) for book in roster.books}
    return see(roster, roster.own, read, decided).findings


def decide(service: Service, decided: Mapping[str, str]) -> None:
    """Remember what was `decided`, by the keys of the cards. What is kept of the address books is
    touched, so that a daemon sees that there is something new. Raises StateError."""
    settings: dict[str, str | None] = {DECIDED + key: word for key, word in decided.items()}
    service.store.commit(Delta(settings=settings))
    for book in service.roster.books:
        keeping.touch(book.file)
