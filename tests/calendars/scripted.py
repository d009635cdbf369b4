"""A small CalDAV server over real sockets that does as each server does that is not at hand: a test
switches one habit on, or answers a request itself."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

from syncd.calendars.caldav import CalDavCalendar
from syncd.model.roster import CalendarSettings, Secret

CALENDAR = "Outreach"
HOME = "/dav/ann@example.org/"
COLLECTION = f"{HOME}outreach/"
_OPEN = (
    '<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'
    ' xmlns:CS="http://calendarserver.org/ns/">'
)
CAN_SYNC = (
    "<D:supported-report-set><D:supported-report><D:report><D:sync-collection/></D:report>"
    "</D:supported-report></D:supported-report-set>"
)


@dataclass(frozen=True)
class Asked:
    """A request."""

    method: str
    path: str
    """As it was sent."""
    headers: dict[str, str]
    """By lower-case name."""
    body: str
    connection: int
    """The client's port."""

    @property
    def what(self) -> str:
        """Its method, or for a REPORT which one."""
        found = re.search(r"(sync-collection|calendar-multiget)", self.body)
        return found[1] if self.method == "REPORT" and found else self.method


@dataclass(frozen=True)
class Told:
    """An answer."""

    status: int
    body: str | bytes = ""
    headers: dict[str, str] = field(default_factory=dict)


def _same(text: str) -> str:
    return text


Answering = Callable[[Asked], Told | None]


@dataclass
class Dav:
    """The server's habits, and what it holds."""

    tokens: bool = True
    """It has sync-collection, else only a ctag."""
    etag_on_put: Callable[[str], str] | None = _same
    """What a PUT tells of the new ETag; None for nothing."""
    etag: Callable[[str], str] = _same
    """How an ETag is shown elsewhere."""
    show: Callable[[str], str] = _same
    """How it spells an href."""
    store: Callable[[str], str] = _same
    """What it makes of a body."""
    headers: dict[str, str] = field(default_factory=dict)
    resources: dict[str, tuple[str, str]] = field(default_factory=dict)
    """ETag and body, by path with percent-encoding undone."""
    asked: list[Asked] = field(default_factory=list)
    answers: list[Answering] = field(default_factory=list)
    """Asked first; the first that has an answer gives it."""
    log: list[str] = field(default_factory=list)
    """Paths as they changed: a token is how many there were."""
    url: str = ""

    _count: ClassVar[itertools.count[int]] = itertools.count(1)

    def calendar(self, memo: str = "", **fields: object) -> CalDavCalendar:
        """Its calendar, as syncd opens it."""
        values: dict[str, object] = {
            "name": "home",
            "provider": "caldav",
            "url": self.url,
            "username": "ann",
            "password": Secret(value="secret", origin="SYNCD_PASSWORD"),
            "calendar": CALENDAR,
            **fields,
        }
        return CalDavCalendar(
            CalendarSettings(**values),  # type: ignore[arg-type]
            timezone="Europe/Berlin",
            memo=memo,
        )

    def when(self, what: str, *answers: Told, path: str = "") -> None:
        """The next requests of kind `what`, to a path that ends so, get `answers`, one each."""
        left = list(answers)

        def answering(asked: Asked) -> Told | None:
            if asked.what == what and unquote(asked.path).endswith(path) and left:
                return left.pop(0)
            return None

        self.answers.append(answering)

    def put(self, name: str, body: str) -> str:
        """Somebody puts a resource there."""
        path = f"{COLLECTION}{name}"
        self.resources[path] = (f'"{next(self._count)}"', self.store(body))
        self.log.append(path)
        return path

    def kinds(self, since: int = 0) -> list[str]:
        """What it was asked, in order."""
        return [each.what for each in self.asked[since:]]

    # -- answering

    def answer(self, asked: Asked) -> Told:
        self.asked.append(asked)
        for answering in self.answers:
            told = answering(asked)
            if told is not None:
                return told
        path = unquote(asked.path)
        match asked.what:
            case "PROPFIND":
                return self.propfind(path, asked.headers.get("depth", "0"))
            case "sync-collection":
                return self._since(asked.body)
            case "calendar-multiget":
                wanted = re.findall(r"<D:href>(.*?)</D:href>", asked.body)
                rows = [self.row(unquote(each)) for each in wanted]
                return Told(207, multistatus(*rows))
            case "GET" if path in self.resources:
                etag, body = self.resources[path]
                return Told(200, body, {"ETag": self.etag(etag)})
            case "PUT":
                return self.stored(path, asked)
            case "DELETE" if path in self.resources:
                if asked.headers.get("if-match", self.resources[path][0]) != self._shown(path):
                    return Told(412)
                del self.resources[path]
                self.log.append(path)
                return Told(204)
            case "GET" | "DELETE":
                return Told(404)
            case _:
                return Told(405)

    def _shown(self, path: str) -> str:
        return self.etag(self.resources[path][0])

    def stored(self, path: str, asked: Asked) -> Told:
        """Carry out a PUT."""
        there = path in self.resources
        if there and asked.headers.get("if-none-match") == "*":
            return Told(412)
        match = asked.headers.get("if-match")
        if match is not None and (not there or match != self._shown(path)):
            return Told(412)
        self.put(path.removeprefix(COLLECTION), asked.body)
        told = self.etag_on_put(self.resources[path][0]) if self.etag_on_put else ""
        return Told(204 if there else 201, "", {"ETag": told} if told else {})

    def propfind(self, path: str, depth: str) -> Told:
        """What it tells of a path."""
        if path == COLLECTION:
            tag = f"<CS:getctag>{len(self.log)}</CS:getctag>"
            sync = f"<D:sync-token>{len(self.log)}</D:sync-token>{CAN_SYNC}" if self.tokens else ""
            own = row(
                self.show(path),
                "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"
                f"<D:displayname>{CALENDAR}</D:displayname>{tag}{sync}",
            )
            rows = [own]
            if depth == "1":
                rows += [self._row(each) for each in self.resources]
            return Told(207, multistatus(*rows))
        own = row(
            path,
            "<D:resourcetype><D:collection/></D:resourcetype>"
            f"<D:current-user-principal><D:href>{self.show(HOME)}</D:href></D:current-user-principal>"
            f"<C:calendar-home-set><D:href>{self.show(HOME)}</D:href></C:calendar-home-set>",
        )
        if path == HOME and depth == "1":
            listed = self.propfind(COLLECTION, "0").body
            assert isinstance(listed, str)
            return Told(207, listed.replace(_OPEN, _OPEN + own))
        return Told(207, multistatus(own)) if path in ("/", HOME) else Told(404)

    def _since(self, body: str) -> Told:
        token = re.search(r"<D:sync-token>(.*?)</D:sync-token>", body)
        if not self.tokens or token is None or not token[1].isdigit():
            return Told(403, "<D:error xmlns:D='DAV:'><D:valid-sync-token/></D:error>")
        changed = dict.fromkeys(self.log[int(token[1]) :])
        return Told(
            207,
            multistatus(
                *(self._row(path) for path in changed),
                f"<D:sync-token>{len(self.log)}</D:sync-token>",
            ),
        )

    def row(self, path: str) -> str:
        """What it tells of a resource, body and all."""
        return self._row(path, body=True)

    def _row(self, path: str, *, body: bool = False) -> str:
        if path not in self.resources:
            return gone(self.show(path))
        etag, content = self.resources[path]
        data = f"<C:calendar-data>{escape(content)}</C:calendar-data>" if body else ""
        return row(
            self.show(path),
            f"<D:getetag>{escape(self.etag(etag))}</D:getetag><D:resourcetype/>{data}",
        )


def multistatus(*rows: str) -> str:
    return f"{_OPEN}{''.join(rows)}</D:multistatus>"


def row(href: str, properties: str) -> str:
    return (
        f"<D:response><D:href>{escape(href)}</D:href><D:propstat><D:prop>{properties}</D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )


def gone(href: str, status: str = "404 Not Found") -> str:
    return (
        f"<D:response><D:href>{escape(href)}</D:href><D:status>HTTP/1.1 {status}</D:status>"
        "</D:response>"
    )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one piece
    dav: ClassVar[Dav]
    lock: ClassVar[threading.Lock]

    def _any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            self.command,
            urlsplit(self.path).path,
            {name.lower(): value for name, value in self.headers.items()},
            self.rfile.read(length).decode(),
            self.client_address[1],
        )
        try:
            with self.lock:
                told = self.dav.answer(asked)
        except ConnectionAbortedError:  # the test wants no answer
            self.close_connection = True
            return
        body = told.body.encode() if isinstance(told.body, str) else told.body
        self.send_response(told.status)
        for name, value in {**self.dav.headers, **told.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        pass

    do_GET = do_PUT = do_DELETE = do_PROPFIND = do_REPORT = do_MKCALENDAR = _any


@contextmanager
def serving(**habits: object) -> Iterator[Dav]:
    """While it holds, a server with these habits listens on a free loopback port."""
    dav = Dav(**habits)  # type: ignore[arg-type]
    handler = type("Handler", (_Handler,), {"dav": dav, "lock": threading.Lock()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    dav.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield dav
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
