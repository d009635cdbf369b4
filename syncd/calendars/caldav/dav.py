"""The few requests of WebDAV (RFC 4918), CalDAV (RFC 4791) and collection synchronisation (RFC
6578) that syncd makes, and the reading of what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit
from xml.sax.saxutils import escape

from lxml import etree

_NAMESPACES = {
    "D": "DAV:",
    "C": "urn:ietf:params:xml:ns:caldav",
    "CS": "http://calendarserver.org/ns/",
}
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
_PCHAR = "/!$&'()*+,;=:@~%"
"""What stays as it is in a path (RFC 3986 3.3), `%` included, since what must be encoded already
is."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One response of a multistatus: a resource, and what was said of it."""

    href: str
    """A path, with percent-encoding undone; see `path_of`."""
    status: int
    """Of the resource itself; 200 where it has properties."""
    properties: Mapping[str, etree._Element]
    """Those that were found, by prefixed name: `D:getetag`."""

    def text(self, name: str) -> str:
        """A property's text; empty where it has none."""
        element = self.properties.get(name)
        return (element.text or "").strip() if element is not None else ""

    def hrefs(self, name: str) -> list[str]:
        """The addresses in a property, as they stand."""
        element = self.properties.get(name)
        if element is None:
            return []
        return [each.text.strip() for each in element.iter(_tag("D:href")) if each.text]

    def holds(self, name: str, what: str) -> bool:
        """Whether a property has an element `what` somewhere in it."""
        element = self.properties.get(name)
        return element is not None and next(element.iter(_tag(what)), None) is not None


def _tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


_PREFIX = {uri: prefix for prefix, uri in _NAMESPACES.items()}


def _name(tag: str) -> str:
    uri, _, local = tag[1:].rpartition("}")
    return f"{_PREFIX[uri]}:{local}" if uri in _PREFIX else tag


def propfind(*names: str) -> str:
    """A PROPFIND's body that asks for properties by prefixed name."""
    return f"<D:propfind {_DECLARED}><D:prop>{_empty(names)}</D:prop></D:propfind>"


def sync_collection(token: str) -> str:
    """A sync-collection REPORT (RFC 6578 3.2) for what changed since `token`. It asks for ETags
    only, and never sets a limit: some servers drop what is beyond it without a word."""
    return (
        f"<D:sync-collection {_DECLARED}><D:sync-token>{escape(token)}</D:sync-token>"
        "<D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>"
    )


def multiget(paths: Iterable[str]) -> str:
    """A calendar-multiget REPORT (RFC 4791 7.9) for the bodies at `paths`."""
    wanted = "".join(f"<D:href>{escape(quoted(path))}</D:href>" for path in paths)
    return (
        f"<C:calendar-multiget {_DECLARED}><D:prop><D:getetag/><C:calendar-data/></D:prop>"
        f"{wanted}</C:calendar-multiget>"
    )


def calendar_query(since: datetime, until: datetime) -> str:
    """A calendar-query REPORT (RFC 4791 7.8) for the bodies of events that take place between
    `since` and `until`. Series come whole: not every server can expand them."""
    start, end = (f"{each.astimezone(UTC):%Y%m%dT%H%M%SZ}" for each in (since, until))
    return (
        f"<C:calendar-query {_DECLARED}><D:prop><D:getetag/><C:calendar-data/></D:prop>"
        '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
        f'<C:time-range start="{start}" end="{end}"/>'
        "</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"
    )


def mkcalendar(title: str, components: Iterable[str] = ("VEVENT",)) -> str:
    """A MKCALENDAR's body (RFC 4791 5.3.1) for a calendar called `title` that takes
    `components`."""
    kinds = "".join(f'<C:comp name="{each}"/>' for each in components)
    return (
        f"<C:mkcalendar {_DECLARED}><D:set><D:prop><D:displayname>{escape(title)}</D:displayname>"
        f"<C:supported-calendar-component-set>{kinds}"
        "</C:supported-calendar-component-set></D:prop></D:set></C:mkcalendar>"
    )


def _empty(names: Iterable[str]) -> str:
    return "".join(f"<{name}/>" for name in names)


def rows(root: etree._Element) -> Iterator[Row]:
    """The responses of a multistatus, each with the properties that were found."""
    for response in root.iter(_tag("D:response")):
        href = response.findtext(_tag("D:href"))
        if href is None:
            continue
        properties: dict[str, etree._Element] = {}
        stats = response.findall(_tag("D:propstat"))
        for stat in stats:
            if _status(stat) == 200:
                for prop in stat.findall(_tag("D:prop")):
                    properties.update((_name(e.tag), e) for e in prop if isinstance(e.tag, str))
        status = _status(response)
        if stats and not properties:
            codes = {_status(stat) for stat in stats}
            status = codes.pop() if len(codes) == 1 else status
        yield Row(href=path_of(href), status=status, properties=properties)


def sync_token(root: etree._Element) -> str:
    """The token that a sync-collection answer ends with; empty where it has none."""
    return (root.findtext(_tag("D:sync-token")) or "").strip()


def _status(element: etree._Element) -> int:
    text = (element.findtext(_tag("D:status")) or "").split()
    return int(text[1]) if len(text) > 1 and re.fullmatch("[1-5][0-9]{2}", text[1]) else 200


_ESCAPE = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def path_of(href: str) -> str:
    """The path of an address that a server gave, in the one spelling in which two of the same are
    equal: percent-encoding undone, but for `%2F` and `%25`, without which it could not be done
    again."""
    try:
        path = urlsplit(href.strip()).path or "/"
    except ValueError:  # no address at all: a name that nothing has
        path = "/"
    return _ESCAPE.sub(_decoded, path)


def _decoded(found: re.Match[str]) -> str:
    kept = re.split(r"(%2[Ff]|%25)", found.group())
    try:
        return "".join(
            piece.upper()
            if piece[:2] == "%2" and len(piece) == 3 and piece[2] in "Ff5"
            else unquote_to_bytes(piece).decode()
            for piece in kept
        )
    except UnicodeDecodeError:
        return found.group()


def quoted(path: str) -> str:
    """A path of `path_of`, to be sent."""
    return quote(path, safe=_PCHAR)


def absolute(base: str, href: str) -> str:
    """The full address of an href that stood in an answer from `base`; empty where it is none."""
    try:
        return urljoin(base, quote(href.strip(), safe=_PCHAR + "?#"))
    except ValueError:  # no address at all
        return ""
