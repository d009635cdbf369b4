"""Finding the user's calendar on a server: RFC 6764 (well-known address), RFC 5397 (principal) and
RFC 4791 6.2.1 (home)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from syncd.calendars.caldav import dav
from syncd.calendars.caldav.transport import REDIRECTS, Answer, Transport, parsed
from syncd.calendars.guests import address
from syncd.errors import Refused

_HOPS = 6
_ABOUT = ("D:current-user-principal", "D:resourcetype", "D:displayname", "C:calendar-home-set")
_LISTED = ("D:resourcetype", "D:displayname", "C:supported-calendar-component-set")


def find_calendar(
    transport: Transport, url: str, wanted: str, components: Sequence[str] = ("VEVENT",)
) -> tuple[str, str]:
    """Where the calendar called `wanted` is, and where its home is, each a full address ending in a
    slash. `wanted` may be an address itself. It must take the first of `components`; of several,
    one that takes all of them is meant. The first is empty where the home has no such calendar.
    Raises Unreachable, or Refused where there is no home, or more than one such calendar."""
    if re.match(r"https?://", wanted):
        return _slashed(wanted), ""
    at, row = _entrance(transport, url)
    if row is not None and _is_calendar(row) and (not wanted or _same(row, wanted)):
        return _slashed(at), ""
    homes = _homes(transport, at, row)
    found: dict[str, str] = {}
    wholly: dict[str, str] = {}
    for home in homes:
        for each in _multistatus(transport, home, 1, *_LISTED):
            if _is_calendar(each) and _takes(each, components[:1]) and _same(each, wanted):
                found[each.href] = _slashed(urljoin(home, dav.quoted(each.href)))
                if _takes(each, components):
                    wholly[each.href] = found[each.href]
    found = wholly or found
    if len(found) > 1:
        named = ", ".join(sorted(found.values()))
        raise Refused(
            f"Calendar {transport.name}: {transport.host} has {len(found)} calendars called "
            f"«{wanted}». Next: write the address of one of them under calendar: {named}."
        )
    return next(iter(found.values()), ""), _slashed(homes[0])


def addresses(transport: Transport, url: str) -> frozenset[str]:
    """The user's own addresses (RFC 6638 2.4.1), case-folded, as far as the server tells them.
    Raises Unreachable."""
    try:
        at, row = _entrance(transport, url)
        principals = row.hrefs("D:current-user-principal") if row is not None else []
        if not principals:
            return frozenset()
        at = _named(transport, at, principals[0])
        told = _multistatus(transport, at, 0, "C:calendar-user-address-set")
    except Refused:
        return frozenset()
    hrefs = (href for each in told for href in each.hrefs("C:calendar-user-address-set"))
    return frozenset(address(href) for href in hrefs) - {""}


def make_calendar(
    transport: Transport, home: str, title: str, components: Sequence[str] = ("VEVENT",)
) -> None:
    """Make a calendar called `title`, which takes `components`, under `home`, unless there is one
    by now: somebody else may just have made it, or this syncd before it was ended. Raises
    Unreachable or Refused."""
    slug = re.sub(r"[^a-z0-9]+", "-", _plain(title)).strip("-") or "syncd"
    for name in (slug, f"{slug}-syncd", *(f"{slug}-{number}" for number in range(2, 10))):
        at = f"{home}{name}/"
        answer = transport.request("MKCALENDAR", at, dav.mkcalendar(title, components))
        if answer.status == 405 or "resource-must-be-null" in answer.preconditions:
            if _is_there(transport, at, title, components):
                return
            continue  # the name is taken by something else
        transport.ensure(answer, f"make the calendar «{title}»")
        return
    raise Refused(
        f"Calendar {transport.name}: no calendar called «{title}» could be made on "
        f"{transport.host}. Next: make one by hand."
    )


def _is_there(transport: Transport, at: str, title: str, components: Sequence[str]) -> bool:
    """Whether what is at that address is the calendar that is to be made."""
    answer = transport.request("PROPFIND", at, dav.propfind(*_LISTED), {"Depth": "0"})
    return answer.status == 207 and any(
        _is_calendar(row) and _takes(row, components) and _same(row, title)
        for row in dav.rows(parsed(transport, answer))
    )


def _entrance(transport: Transport, url: str) -> tuple[str, dav.Row | None]:
    """Where the server lets us in, and what it says of that place and of us."""
    tried: list[Answer] = []
    root = urljoin(url, "/")
    for candidate in dict.fromkeys((url, urljoin(root, ".well-known/caldav"), root)):
        at, answer = _followed(transport, candidate)
        if answer.status == 207:
            row = next(iter(dav.rows(parsed(transport, answer))), None)
            if row is not None and not _knows_us(row) and transport.demand_sign_in():
                at, answer = _followed(transport, candidate)
                row = next(iter(dav.rows(parsed(transport, answer))), None)
            if row is not None and (_knows_us(row) or _is_calendar(row)):
                return at, row
        tried.append(answer)
    failed = next((answer for answer in tried if answer.status >= 500), None)
    if failed is not None:
        transport.ensure(failed, "be asked for calendars")
    raise Refused(
        f"Calendar {transport.name}: there is no CalDAV at {_shown(url)} "
        f"({tried[0].status} {tried[0].reason}). Next: check the calendar's url."
    )


def _followed(transport: Transport, url: str) -> tuple[str, Answer]:
    """PROPFIND at `url`, redirects followed, but never from https to http."""
    for _ in range(_HOPS):
        answer = transport.request("PROPFIND", url, dav.propfind(*_ABOUT), {"Depth": "0"})
        location = answer.headers.get("Location")
        if answer.status not in REDIRECTS or not location:
            return url, answer
        target = _trusted(url, dav.absolute(url, location))
        if not target:
            return url, answer
        url = target
    return url, answer


def _trusted(before: str, target: str) -> str:
    """The address at which to go on where a server that was reached at `before` names `target`;
    empty where a password must not go there. It never goes from https to http, and without https to
    no other host. Behind a proxy that ends TLS, servers name themselves by http: then the host
    decides."""
    known, named = urlsplit(before), urlsplit(target)
    same = named.hostname == known.hostname
    if named.scheme == "https" or (named.scheme == known.scheme == "http" and same):
        return target
    if (known.scheme, named.scheme) == ("https", "http") and same:
        return named._replace(scheme=known.scheme, netloc=known.netloc).geturl()
    return ""


def _homes(transport: Transport, at: str, row: dav.Row | None) -> list[str]:
    homes = row.hrefs("C:calendar-home-set") if row is not None else []
    if not homes and row is not None:
        principals = row.hrefs("D:current-user-principal")
        at = _named(transport, at, principals[0]) if principals else at
        answered = _multistatus(transport, at, 0, "C:calendar-home-set")
        homes = [href for each in answered for href in each.hrefs("C:calendar-home-set")]
    if not homes:
        raise Refused(
            f"Calendar {transport.name}: {transport.host} does not say where the calendars of "
            f"{transport.username or 'anybody'} are. Next: write the calendar's own address under "
            "calendar."
        )
    return [_slashed(_named(transport, at, home)) for home in dict.fromkeys(homes)]


def _named(transport: Transport, at: str, href: str) -> str:
    """The full address of an href that stood in an answer from `at`. Raises Refused where a
    password must not go there."""
    target = _trusted(at, dav.absolute(at, href))
    if not target:
        raise Refused(
            f"Calendar {transport.name}: {transport.host} sends to {_shown(href)}, where the "
            "password would not be safe. Next: write that address under url if you trust it."
        )
    return target


def _multistatus(transport: Transport, url: str, depth: int, *names: str) -> list[dav.Row]:
    answer = transport.request("PROPFIND", url, dav.propfind(*names), {"Depth": str(depth)})
    transport.ensure(answer, "find the calendars")
    return list(dav.rows(parsed(transport, answer)))


def _knows_us(row: dav.Row) -> bool:
    return bool(row.hrefs("D:current-user-principal") or row.hrefs("C:calendar-home-set"))


def _is_calendar(row: dav.Row) -> bool:
    return row.holds("D:resourcetype", "C:calendar")


def _takes(row: dav.Row, components: Sequence[str]) -> bool:
    kinds = row.properties.get("C:supported-calendar-component-set")
    if kinds is None or not len(kinds):
        return True
    names = {(each.get("name") or "").upper() for each in kinds}
    return names.issuperset(components)


def _same(row: dav.Row, wanted: str) -> bool:
    shown = row.text("D:displayname")
    last = row.href.rstrip("/").rpartition("/")[2]
    return unicodedata.normalize("NFC", shown) == unicodedata.normalize("NFC", wanted) or (
        not shown and last == wanted
    )


def _shown(url: str) -> str:
    """Without a password that somebody wrote into it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "nowhere"
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _slashed(url: str) -> str:
    return url if url.endswith("/") else url + "/"
