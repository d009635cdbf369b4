"""An address book on a CardDAV server (RFC 6352), only read.

url -> /.well-known/carddav (RFC 6764) -> principal (RFC 5397) -> home -> address books
each address book: PROPFIND for ETags -> addressbook-multiget for what is new or changed
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias
from urllib.parse import quote, unquote, urljoin, urlsplit
from xml.sax.saxutils import escape

from lxml import etree

from syncd.books.wire import Wire
from syncd.errors import Refused, Unreachable
from syncd.model.roster import AddressBook

_DAV, _CARD = "{DAV:}", "{urn:ietf:params:xml:ns:carddav}"
_NAMES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"'
_HOPS = 6
_AT_ONCE = 100
"""How many cards one request asks for."""
MOST = 20_000
"""So many cards are read of all address books together."""
LONGEST = 100_000
"""Characters of one card, its pictures taken out; a larger one is left out."""
_PICTURES = re.compile(
    r"^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:][^\n]*\n?(?:[ \t][^\n]*\n?)*",
    re.IGNORECASE | re.MULTILINE,
)


Sheet: TypeAlias = tuple[str, str]
"""One card as the server has it: its ETag, and it without pictures; empty where it is too large."""


def fetch(settings: AddressBook, known: Mapping[str, Sheet]) -> dict[str, Sheet]:
    """All cards by their paths, in order of those; what has not changed since it was `known` is
    not asked for again. Raises Unreachable and Refused, and ConfigError where the password could
    not be had."""
    wire = Wire(settings)
    try:
        found: dict[str, Sheet] = {}
        for book in books(wire, settings):
            found |= cards(wire, book, known)
            if len(found) > MOST:
                raise Refused(
                    f"{wire.called} has more than {MOST} cards. "
                    "Next: name one address book of it under addressbook."
                )
        return dict(sorted(found.items()))
    finally:
        wire.close()


def cards(wire: Wire, book: str, known: Mapping[str, Sheet]) -> dict[str, Sheet]:
    """The cards of the address book at `book`, by their paths. Raises as `fetch` does."""
    etags: dict[str, tuple[str, str]] = {}
    body = _propfind("D:getetag", "D:resourcetype")
    for href, properties in _rows(wire.multistatus("PROPFIND", book, body, 1)):
        etag = _text(properties.get(f"{_DAV}getetag"))
        if etag and not _is(properties, f"{_DAV}collection"):
            etags[_path(href)] = etag, href
    changed = {
        path: href
        for path, (etag, href) in etags.items()
        if path not in known or known[path][0] != etag
    }
    found = {path: known[path] for path in etags if path in known and path not in changed}
    wanted = list(changed.values())
    for at in range(0, len(wanted), _AT_ONCE):
        hrefs = wanted[at : at + _AT_ONCE]
        for href, properties in _rows(wire.multistatus("REPORT", book, _multiget(hrefs), 1)):
            data = properties.get(f"{_CARD}address-data")
            path = _path(href)
            if data is not None and path in changed:
                text = _PICTURES.sub("", (data.text or "").replace("\r\n", "\n"))
                etag = _text(properties.get(f"{_DAV}getetag")) or etags[path][0]
                found[path] = etag, text if len(text) <= LONGEST else ""
    if missing := [path for path in changed if path not in found]:
        raise Unreachable(
            f"{wire.called}: the server lists {len(missing)} cards and does not give them. "
            "Next: nothing; syncd tries again."
        )
    return found


def tells_changes(wire: Wire, book: str) -> bool:
    """Whether the server can say what has changed in a book (sync-collection, RFC 6578). Raises as
    `fetch` does."""
    asked = wire.multistatus("PROPFIND", book, _propfind("D:supported-report-set"), 0)
    return next(asked.iter(f"{_DAV}sync-collection"), None) is not None


# -- where it is


def books(wire: Wire, settings: AddressBook) -> list[str]:
    """The addresses of the address books that are meant. Raises as `fetch` does."""
    wanted = settings.addressbook
    if "://" in wanted:
        return [_slashed(_named(wire, settings.url, wanted))]
    at, row = entrance(wire, settings.url)
    if _is(row, f"{_CARD}addressbook"):
        return [_slashed(at)]
    found: list[str] = []
    listed = _propfind("D:resourcetype", "D:displayname")
    for home in _homes(wire, at, row):
        for href, properties in _rows(wire.multistatus("PROPFIND", home, listed, 1)):
            shown = _text(properties.get(f"{_DAV}displayname"))
            last = unquote(href.rstrip("/").rpartition("/")[2])
            meant = not wanted or _same(wanted, shown or last)
            if _is(properties, f"{_CARD}addressbook") and meant:
                found.append(_slashed(_named(wire, home, href)))
    if not found:
        named = f" called «{wanted}»" if wanted else ""
        raise Refused(
            f"{wire.called}: there is no address book{named} on the server. "
            "Next: check addressbook: in its config."
        )
    return list(dict.fromkeys(found))


def entrance(wire: Wire, url: str) -> tuple[str, Mapping[str, etree._Element]]:
    """Where the server lets us in, and what it says of that place and of us. Raises as `fetch`
    does."""
    body = _propfind(
        "D:current-user-principal", "D:resourcetype", "C:addressbook-home-set", "D:displayname"
    )
    root = urljoin(url, "/")
    for start in dict.fromkeys((url, urljoin(root, ".well-known/carddav"), root)):
        at = start
        for _ in range(_HOPS):
            answer = wire.request("PROPFIND", at, body, 0)
            if answer.status not in (301, 302, 303, 307, 308) or not answer.location:
                break
            at = _named(wire, at, answer.location)
        if answer.status >= 500 and answer.status != 501:
            wire.parsed(answer, at)  # raises: it is not that there is nothing here
        if answer.status == 207:
            rows = list(_rows(wire.parsed(answer, at)))
            row = rows[0][1] if rows else {}
            if _hrefs(row, f"{_DAV}current-user-principal") or _is(row, f"{_CARD}addressbook"):
                return at, row
            if _hrefs(row, f"{_CARD}addressbook-home-set"):
                return at, row
    raise Refused(
        f"{wire.called}: there is no CardDAV at {urlsplit(url).hostname}. "
        "Next: check its carddav address."
    )


def _homes(wire: Wire, at: str, row: Mapping[str, etree._Element]) -> list[str]:
    homes = _hrefs(row, f"{_CARD}addressbook-home-set")
    if not homes:
        at = _named(wire, at, _hrefs(row, f"{_DAV}current-user-principal")[0])
        asked = wire.multistatus("PROPFIND", at, _propfind("C:addressbook-home-set"), 0)
        homes = [
            h for _, found in _rows(asked) for h in _hrefs(found, f"{_CARD}addressbook-home-set")
        ]
    if not homes:
        raise Refused(
            f"{wire.called}: the server does not say where your address books are. "
            "Next: write the book's own address under addressbook."
        )
    return [_slashed(_named(wire, at, home)) for home in dict.fromkeys(homes)]


def _named(wire: Wire, before: str, href: str) -> str:
    """The full address of an href that stood in an answer from `before`. A password goes to no
    other host, and never from https to http; a server behind a proxy that names itself by http is
    asked by https. Raises Refused."""
    try:
        target = urljoin(before, quote(href.strip(), safe="/!$&'()*+,;=:@~%?#"))
        known, named = urlsplit(before), urlsplit(target)
        same = known.hostname == named.hostname and "@" not in named.netloc
        ported = known.port == named.port
    except ValueError:
        same = ported = False
    if same and named.scheme == known.scheme and (ported or named.scheme == "https"):
        return target
    if same and (known.scheme, named.scheme) == ("https", "http"):
        return named._replace(scheme="https", netloc=known.netloc).geturl()
    if same and (known.scheme, named.scheme) == ("http", "https"):
        return target
    raise Refused(
        f"{wire.called}: the server sends elsewhere, where the password would not be safe. "
        "Next: write the address to which it sends under carddav, if you trust it."
    )


# -- XML


def _propfind(*names: str) -> str:
    wanted = "".join(f"<{name}/>" for name in names)
    return f"<D:propfind {_NAMES}><D:prop>{wanted}</D:prop></D:propfind>"


def _multiget(hrefs: Iterable[str]) -> str:
    """An addressbook-multiget REPORT (RFC 6352 8.7)."""
    wanted = "".join(f"<D:href>{escape(href)}</D:href>" for href in hrefs)
    return (
        f"<C:addressbook-multiget {_NAMES}><D:prop><D:getetag/><C:address-data/></D:prop>"
        f"{wanted}</C:addressbook-multiget>"
    )


def _rows(root: etree._Element) -> Iterator[tuple[str, Mapping[str, etree._Element]]]:
    """The responses of a multistatus: href, and the properties that were found."""
    for response in root.iter(f"{_DAV}response"):
        href = (response.findtext(f"{_DAV}href") or "").strip()
        found: dict[str, etree._Element] = {}
        for stat in response.findall(f"{_DAV}propstat"):
            if " 200" in (stat.findtext(f"{_DAV}status") or " 200"):
                for prop in stat.findall(f"{_DAV}prop"):
                    found.update((each.tag, each) for each in prop if isinstance(each.tag, str))
        if href:
            yield href, found


def _text(element: etree._Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""


def _hrefs(row: Mapping[str, etree._Element], name: str) -> list[str]:
    element = row.get(name)
    if element is None:
        return []
    return [each.text.strip() for each in element.iter(f"{_DAV}href") if each.text]


def _is(row: Mapping[str, etree._Element], kind: str) -> bool:
    element = row.get(f"{_DAV}resourcetype")
    return element is not None and element.find(kind) is not None


def _path(href: str) -> str:
    """An href in the one spelling in which two of the same are equal."""
    try:
        return unquote(urlsplit(href).path)
    except ValueError:  # no address at all: a name that nothing has
        return "/"


def _slashed(url: str) -> str:
    return url if url.endswith("/") else url + "/"


def _same(one: str, other: str) -> bool:
    return unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)
