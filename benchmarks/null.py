"""A CalDAV server that does next to nothing: `python -m benchmarks.null [ENTRIES]`, a process of
its own. It says its port, and keeps of each resource an ETag; a body only of what it is given.

With `ENTRIES` that many events of somebody else's are there from the beginning.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from subprocess import PIPE, Popen

HOME = "/home/"
CALENDAR = "/home/outreach/"
_HREF = re.compile(rb"<(?:\w+:)?href>([^<]+)</")
_TOKEN = re.compile(rb"sync-token>(?:null:)?(\d+)</")
_REASONS = {200: "OK", 201: "Created", 204: "No Content", 207: "Multi-Status", 404: "Not Found"}
_OPEN = (
    '<multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" '
    'xmlns:CS="http://calendarserver.org/ns/">'
)
_EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:null\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n"
    "DTSTAMP:20260101T000000Z\r\nDTSTART:20260{month}01T090000Z\r\nDTEND:20260{month}01T093000Z\r\n"
    "SUMMARY:Something of somebody's {uid}\r\n"
    "DESCRIPTION:Words about it\\, and some more of them\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


SEEDED, FIRST = '"0"', "null:0"
"""The ETag of what is there from the beginning, and the token of then."""


def seeded(n: int) -> str:
    """The path of the `n`-th of those."""
    return f"{CALENDAR}seeded{n}.ics"


@dataclass
class Shelf:
    """One calendar."""

    entries: int = 0
    changed: dict[str, int] = field(default_factory=dict)
    """By path, in the order of the changes: at which it last was."""
    bodies: dict[str, bytes] = field(default_factory=dict)
    changes: int = 0

    def __post_init__(self) -> None:
        for n in range(self.entries):
            self.changed[seeded(n)] = 0

    def body(self, path: str) -> bytes:
        uid = path.rpartition("/")[2].removesuffix(".ics")
        return self.bodies.get(path) or _EVENT.format(uid=uid, month=1 + hash(uid) % 9).encode()

    def put(self, path: str, body: bytes) -> str:
        self.changes += 1
        self.changed.pop(path, None)
        self.changed[path] = self.changes
        self.bodies[path] = body
        return self.etag(path)

    def etag(self, path: str) -> str:
        return f'"{self.changed[path]}"'

    @property
    def token(self) -> str:
        return f"null:{self.changes}"


class Server:
    """Answers for one shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                method, path, _ = lines[0].split(" ", 2)
                named = {n.lower(): v.strip() for n, _, v in (x.partition(":") for x in lines[1:])}
                body = await reader.readexactly(int(named.get("content-length", 0)))
                status, extra, answer = self.answer(method, path, named.get("depth", "0"), body)
                told = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Length: {len(answer)}\r\n"
                writer.write((told + extra + "\r\n").encode() + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def answer(self, method: str, path: str, depth: str, body: bytes) -> tuple[int, str, bytes]:
        shelf = self.shelf
        if method == "PUT":
            return 201, f"ETag: {shelf.put(path, body)}\r\n", b""
        if method == "GET" and path in shelf.changed:
            return 200, f"ETag: {shelf.etag(path)}\r\n", shelf.body(path)
        if method == "DELETE" and shelf.changed.pop(path, None) is not None:
            return 204, "", b""
        if method == "OPTIONS":
            return 200, "DAV: 1, 2, 3, calendar-access\r\n", b""
        if method in ("PROPFIND", "REPORT"):
            told = "".join((_OPEN, *self._rows(method, path, depth, body), "</multistatus>"))
            return 207, "Content-Type: application/xml; charset=utf-8\r\n", told.encode()
        return 404, "", b""

    def _rows(self, method: str, path: str, depth: str, body: bytes) -> Iterator[str]:
        shelf = self.shelf
        if method == "REPORT" and b"sync-collection" in body:
            found = _TOKEN.search(body)
            since = int(found[1]) if found else -1
            new = takewhile(lambda p: shelf.changed[p] > since, reversed(shelf.changed))
            yield from map(self._tagged, list(new))
            yield f"<sync-token>{shelf.token}</sync-token>"
        elif method == "REPORT":
            for href in (found.decode() for found in _HREF.findall(body)):
                data = shelf.body(href).decode()
                yield self._tagged(href, f"<C:calendar-data>{data}</C:calendar-data>")
        else:
            yield self._itself(path)
            if depth == "1":
                if path == HOME:
                    yield self._itself(CALENDAR)
                elif path == CALENDAR:
                    yield from map(self._tagged, shelf.changed)

    def _itself(self, path: str) -> str:
        kind = "<C:calendar/>" if path == CALENDAR else ""
        return _row(
            path,
            f"<resourcetype><collection/>{kind}</resourcetype><displayname>Outreach</displayname>"
            f"<current-user-principal><href>{HOME}</href></current-user-principal>"
            f"<C:calendar-home-set><href>{HOME}</href></C:calendar-home-set>"
            '<C:supported-calendar-component-set><C:comp name="VEVENT"/>'
            "</C:supported-calendar-component-set>"
            f"<sync-token>{self.shelf.token}</sync-token>"
            "<supported-report-set><supported-report><report><sync-collection/></report>"
            "</supported-report></supported-report-set>",
        )

    def _tagged(self, path: str, more: str = "") -> str:
        kind = "<resourcetype/><getcontenttype>text/calendar</getcontenttype>"
        return _row(path, f"<getetag>{self.shelf.etag(path)}</getetag>{kind}{more}")


def _row(path: str, properties: str) -> str:
    return (
        f"<response><href>{path}</href><propstat><prop>{properties}</prop>"
        "<status>HTTP/1.1 200 OK</status></propstat></response>"
    )


@contextmanager
def running(entries: int = 0) -> Iterator[str]:
    """While it holds, such a server is there: its address."""
    command = [sys.executable, "-m", "benchmarks.null", str(entries)]
    with Popen(command, stdout=PIPE, text=True) as child:
        assert child.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(child.stdout.readline())}"
        finally:
            child.terminate()


async def _main(entries: int) -> None:
    server = await asyncio.start_server(Server(Shelf(entries)).serve, "127.0.0.1", 0, limit=2**24)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
