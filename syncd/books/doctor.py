"""Examining an address book on a CardDAV server. It is only read."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from urllib.parse import unquote, urlsplit

from syncd.books import carddav
from syncd.books.wire import LOOPBACK, Wire
from syncd.model.examination import Ailing, Check, Found
from syncd.model.roster import AddressBook


def checks(
    settings: AddressBook, network: Iterable[tuple[str, Check]]
) -> Iterator[tuple[str, Check]]:
    """Password, `network`, encryption, sign-in, where the book is, what is in it, and whether the
    server tells changes."""
    patient = _Patient(settings)
    yield "password", patient.password
    yield from network
    yield "encryption", patient.encryption
    yield "sign in", patient.sign_in
    yield "find", patient.find
    yield "read", patient.read
    yield "changes", patient.changes


class _Patient:
    """One address book; what is found out by one step is known to the next."""

    def __init__(self, settings: AddressBook) -> None:
        self._settings = settings
        self._made: Wire | None = None
        self._books: list[str] = []

    @property
    def _wire(self) -> Wire:
        if self._made is None:
            self._made = Wire(self._settings)
        return self._made

    def password(self) -> Found:
        settings = self._settings
        if not settings.username:
            return Found(said="none is wanted")
        settings.password.reveal()
        return Found(said=f"{settings.username}'s, from {settings.password.origin}")

    def encryption(self) -> Found:
        parts = urlsplit(self._settings.url)
        if parts.scheme == "https":
            self._wire.reach(self._settings.url)
            return Found(said=f"the certificate of {parts.hostname} is trusted")
        if parts.hostname in LOOPBACK:
            return Found(said="none, which does no harm within this machine")
        what = "Your password and the cards go" if self._settings.username else "The cards go"
        return Found(
            said="",
            doubt=f"{what} through the network for all to read. Next: write https:// in its "
            "carddav address.",
        )

    def sign_in(self) -> Found:
        settings, wire = self._settings, self._wire
        if "://" in settings.addressbook:
            at = settings.addressbook
            carddav.tells_changes(wire, at)
        else:
            at, _ = carddav.entrance(wire, settings.url)
        who = settings.username or "anybody"
        server = f"; the server is {wire.server}" if wire.server else ""
        return Found(said=f"{who} is let in at {_path(at)}{server}")

    def find(self) -> Found:
        self._books = carddav.books(self._wire, self._settings)
        wanted, places = self._settings.addressbook, ", ".join(map(_path, self._books[:8]))
        if "://" in wanted:
            return Found(said=f"it is {places}, as its address says")
        if wanted:
            return Found(said=f"«{wanted}» is {places}")
        return Found(said=f"{len(self._books)} of yours: {places}")

    def read(self) -> Found:
        begun = time.monotonic()
        sheets = {
            path: sheet
            for book in self._books
            for path, sheet in carddav.cards(self._wire, book, {}).items()
        }
        said = f"{len(sheets):,} cards in {time.monotonic() - begun:.1f} s"
        if len(sheets) > carddav.MOST:
            raise Ailing(
                f"{said}, which are more than {carddav.MOST:,}. "
                "Next: name one address book of it under addressbook."
            )
        if not sheets:
            return Found(
                said=said,
                doubt="There is nobody in it. Next: check addressbook: in its config, or put "
                "somebody in.",
            )
        if large := sum(1 for _, text in sheets.values() if not text):
            return Found(
                said=said,
                doubt=f"{large:,} of them are too large, and left out. Next: shorten their notes.",
            )
        return Found(said=said)

    def changes(self) -> Found:
        if all(carddav.tells_changes(self._wire, book) for book in self._books):
            return Found(said="the server can tell what has changed (sync-collection)")
        return Found(
            said="the server cannot tell what has changed (sync-collection); syncd compares its "
            "list of cards each time instead, which does as well"
        )


def _path(url: str) -> str:
    return unquote(urlsplit(url).path) or "/"
