"""Where every request of syncd's crosses to the server: the ferryman counts them, and lets one go
wrong: before it is carried out, after it was, as half of the answer is told; and he may kill who
sent it. Or he kills at once, and carries it out only when the next one has looked and is about to
write."""

from __future__ import annotations

import http.client
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

READS = {"GET", "REPORT", "PROPFIND", "OPTIONS"}
_BY_HOP = ("connection", "keep-alive", "transfer-encoding", "content-length")
PATIENCE = 30.0


class Moment(StrEnum):
    """When within a request it goes wrong, or somebody is killed."""

    BEFORE = "before the server had a request"
    AFTER = "after the server carried a request out"
    TORN = "in the midst of an answer"
    LATE = "before the server carried a request out, which it did as the next one wrote"


@dataclass
class Ferry:
    """Listens at `url` and passes on to the port `to`."""

    to: int
    url: str = ""
    crossed: list[str] = field(default_factory=list)
    """The methods and paths since it last awaited somebody."""
    _fatal: tuple[int, Moment] | None = None
    _victim: Future[int] | None = None
    _turn: threading.Condition = field(default_factory=threading.Condition)
    _under_way: int = 0
    _late: int = 0
    _released: bool = False

    def awaits(self, fatal: tuple[int, Moment] | None = None) -> Future[int]:
        """Whose requests are counted from now on; `fatal` is the number of the one, from 1, in
        which they are killed, and when in it. The process is to be given."""
        with self._turn:
            self.crossed.clear()
            victim = Future[int]()
            self._fatal, self._victim = fatal, victim
            self._released = False
            return victim

    @contextmanager
    def loses(self, number: int, moment: Moment) -> Iterator[None]:
        """In it the request of that number, from 1, is lost, or its answer; nobody is killed."""
        with self._turn:
            self.crossed.clear()
            self._fatal, self._victim = (number, moment), None
        try:
            yield
        finally:
            with self._turn:
                self._fatal = None

    @property
    def busy(self) -> bool:
        """Whether a request of somebody's who may be dead is still under way."""
        with self._turn:
            return self._under_way > 0

    def rest(self) -> None:
        """Have all that is under way arrive."""
        with self._turn:
            self._released = True
            self._turn.notify_all()
            assert self._turn.wait_for(lambda: not self._under_way, PATIENCE)

    @contextmanager
    def crossing(self, what: str) -> Iterator[Moment | None]:
        """One more request does; when in it its sender dies. Before the first write all arrive that
        are late."""
        with self._turn:
            self.crossed.append(what)
            fatal = self._fatal is not None and self._fatal[0] == len(self.crossed)
            moment = self._fatal[1] if self._fatal is not None and fatal else None
            if self._late and what.split(maxsplit=1)[0] not in READS:
                self._released = True
                self._turn.notify_all()
                assert self._turn.wait_for(lambda: not self._late, PATIENCE)
            self._under_way += 1
        try:
            yield moment
        finally:
            with self._turn:
                self._under_way -= 1
                self._turn.notify_all()

    @contextmanager
    def late(self) -> Iterator[None]:
        """What is done in it waits until the next one wants to write, or `rest` is called."""
        with self._turn:
            self._late += 1
            self.kill()
            assert self._turn.wait_for(lambda: self._released, PATIENCE)
        try:
            yield
        finally:
            with self._turn:
                self._late -= 1
                self._turn.notify_all()

    def kill(self) -> None:
        """End the sender, who waits for an answer and so is there, if anybody is to be killed."""
        if self._victim is not None:
            os.kill(self._victim.result(PATIENCE), signal.SIGKILL)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    ferry: Ferry

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: whoever is killed hangs up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: object) -> None:
        del format, args

    def __getattr__(self, name: str) -> object:
        if name.startswith("do_"):  # any method
            return self._carry
        raise AttributeError(name)

    def _carry(self) -> None:
        ferry = self.server.ferry
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with ferry.crossing(f"{self.command} {self.path}") as dies:
            match dies:
                case Moment.BEFORE:
                    ferry.kill()
                case Moment.LATE:
                    with ferry.late():
                        self._asked(body)
                case Moment.AFTER:
                    self._asked(body)
                    ferry.kill()
                case Moment.TORN:
                    self._told(*self._asked(body), torn=True)
                    ferry.kill()
                case None:
                    self._told(*self._asked(body))
        self.close_connection = self.close_connection or dies is not None

    def _told(self, answer: http.client.HTTPResponse, content: bytes, torn: bool = False) -> None:
        """Pass an answer on, or half of it: of one without a body, half its head."""
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in _BY_HOP:
                self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        if torn and not content:
            self.flush_headers()
            return
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if torn else content)
        self.wfile.flush()

    def _asked(self, body: bytes) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.ferry.to, timeout=PATIENCE)
        try:
            connection.putrequest(
                self.command, self.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in self.headers.items():
                if name.lower() not in _BY_HOP:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()


@contextmanager
def ferry(to: int) -> Iterator[Ferry]:
    """While it holds, there is a ferry to that loopback port."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.ferry = Ferry(to, url=f"http://127.0.0.1:{server.server_port}/")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.ferry
        finally:
            server.shutdown()
            thread.join()
