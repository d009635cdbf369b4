"""The user's side of the demo, by plain HTTP and none of syncd's own code: a calendar app, as far
as it takes to look, retitle, drag and delete (RFC 4918, RFC 4791)."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape

from icalendar import Calendar
from lxml import etree

from syncd.demo.server import Server
from syncd.errors import Unreachable

_PROPERTIES = """<propfind xmlns="DAV:"><prop><displayname/><resourcetype/></prop></propfind>"""
_QUERY = """<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<prop><getetag/><C:calendar-data>{expand}</C:calendar-data></prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
<C:time-range start="{start}" end="{end}"/>
</C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""
_EXPAND = '<C:expand start="{start}" end="{end}"/>'
_DAV = "{DAV:}"
_CALDAV = "{urn:ietf:params:xml:ns:caldav}"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One event as an app shows it: of a series, one instance."""

    href: str
    etag: str
    uid: str
    title: str
    start: datetime | date
    end: datetime | date
    text: str
    series: bool


class User:
    """Somebody with a calendar app, at the collection called `calendar` on `server`. Every verb
    raises Unreachable where the server does not do as it is told."""

    def __init__(self, server: Server, calendar: str) -> None:
        self._host = urlsplit(server.url).netloc
        token = base64.b64encode(f"{server.username}:{server.password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}
        self._home = f"/{quote(server.username)}/"
        self.collection = self._found(calendar)

    def week(self, start: datetime, days: int) -> list[Shown]:
        """What an app shows from `start` for `days` days, earliest first, series expanded."""
        span = {
            "start": f"{start.astimezone(UTC):%Y%m%dT%H%M%SZ}",
            "end": f"{(start + timedelta(days=days)).astimezone(UTC):%Y%m%dT%H%M%SZ}",
        }
        body = _QUERY.format(expand=_EXPAND.format(**span), **span)
        found: list[Shown] = []
        for answer in self._multistatus("REPORT", self.collection, body):
            data = answer.findtext(f".//{_CALDAV}calendar-data") or ""
            found += _events(
                data,
                href=answer.findtext(f"{_DAV}href") or "",
                etag=answer.findtext(f".//{_DAV}getetag") or "",
            )
        return sorted(found, key=lambda each: (_instant(each.start), not each.series, each.title))

    def retitle(self, event: Shown, title: str) -> None:
        """Give an event another title."""
        self._edit(event, {"SUMMARY": title})

    def drag(self, event: Shown, start: datetime) -> None:
        """Move an event, its length kept."""
        assert isinstance(event.start, datetime) and isinstance(event.end, datetime)
        self._edit(event, {"DTSTART": start, "DTEND": start + (event.end - event.start)})

    def delete(self, event: Shown) -> None:
        """Delete an event."""
        self._asked("DELETE", event.href, headers={"If-Match": event.etag})

    def _edit(self, event: Shown, values: dict[str, Any]) -> None:
        whole = Calendar.from_ical(self._asked("GET", event.href))
        for part in whole.walk("VEVENT"):
            for name, value in values.items():
                part.pop(name, None)
                part.add(name, value)
        headers = {"If-Match": event.etag, "Content-Type": "text/calendar; charset=utf-8"}
        self._asked("PUT", event.href, whole.to_ical(), headers)

    def _found(self, calendar: str) -> str:
        for answer in self._multistatus("PROPFIND", self._home, _PROPERTIES):
            if (answer.findtext(f".//{_DAV}displayname") or "") == calendar:
                return answer.findtext(f"{_DAV}href") or ""
        raise Unreachable(f"There is no calendar called {escape(calendar)} on the server.")

    def _multistatus(self, method: str, path: str, body: str) -> list[Any]:
        headers = {"Content-Type": "application/xml; charset=utf-8", "Depth": "1"}
        answer = self._asked(method, path, body.encode(), headers)
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        root: Any = etree.fromstring(answer, parser)
        return list(root.findall(f"{_DAV}response"))

    def _asked(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> bytes:
        connection = http.client.HTTPConnection(self._host, timeout=30)
        try:
            connection.request(method, path, body, {**self._headers, **(headers or {})})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"The demo's server did not answer: {error}") from error
        finally:
            connection.close()
        if answer.status >= 300:
            raise Unreachable(f"The demo's server answered {method} with {answer.status}.")
        return content


def _events(data: str, *, href: str, etag: str) -> Iterator[Shown]:
    if not data:
        return
    for part in Calendar.from_ical(data).walk("VEVENT"):
        yield Shown(
            href=href,
            etag=etag,
            uid=str(part["UID"]),
            title=str(part.get("SUMMARY", "")),
            start=part.decoded("DTSTART"),
            end=part.decoded("DTEND"),
            text=str(part.get("DESCRIPTION", "")),
            series="RRULE" in part or "RECURRENCE-ID" in part,
        )


def _instant(moment: datetime | date) -> datetime:
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(moment, time(), UTC)
