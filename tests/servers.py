"""Real CalDAV servers for the tests: Radicale and Xandikos, as child processes on loopback.

A `Process` is one running server with its data in a folder of its own; it lives as long as the test
session. A `Server` is what one test gets of it: a user (Radicale), or an emptied home (Xandikos,
which has one user and no passwords), so that no test sees another's calendars.

What a server was asked is read from its own log. A server has logged everything that came before a
request once it has logged that one: whoever wants to know sends one more, and awaits its line.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import http.client
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from lxml import etree

from syncd.model.roster import CalendarSettings, Secret

KINDS = ("radicale", "xandikos")
_PATIENCE = 20.0
_MARK = "/mark-"
_ANSWERED = {
    # "PUT response status for '/ann1/x/' with depth '1' in 0.003 seconds: 201 Created"
    "radicale": re.compile(
        r"\] ([A-Z]+) response status for ('.*?'|\".*?\")(?: with depth .*?)? in .*: (\d{3})\b"
    ),
    # '127.0.0.1 [25/Nov/2026:16:00:00 +0000] "PUT /user/ HTTP/1.1" 201 …'
    "xandikos": re.compile(r'\] "([A-Z]+) (\S+) HTTP/[\d.]+" (\d{3}) '),
}
_RIGHTS = """
[home]
user: .+
collection: {user}
permissions: RW

[shown to those called reader]
user: reader.*
collection: {user}/[^/]+
permissions: r

[own]
user: (?!reader).+
collection: {user}/[^/]+
permissions: rw

[root]
user: .+
collection:
permissions: R
"""


@dataclass(frozen=True)
class Request:
    """One request that a server answered."""

    method: str
    path: str
    """Percent-encoding undone."""
    status: int

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"


class Process:
    """A running server of one `kind`."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind = kind
        self.folder = folder
        self.users = folder / "users"
        self._rights = folder / "rights"
        self._given = 0
        self._marked = 0
        self._lines: list[str] = []
        self._ended = False
        self._told = threading.Condition()
        for _ in range(5):  # a port that was free may be somebody else's a moment later
            self.port = _free_port()
            if self._begun():
                return
            self.stop()
        raise AssertionError(f"{kind} does not start:\n" + "\n".join(self._lines))

    # -- its life

    def _begun(self) -> bool:
        """Start it on its port; False where it ended instead."""
        self._ended = False
        self._child = subprocess.Popen(
            [sys.executable, "-u", "-m", self.kind, *self._options()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self._up()

    def restart(self) -> None:
        """Start it again where it listened, once it was stopped."""
        assert self._begun(), f"{self.kind} does not start again:\n" + "\n".join(self._lines[-20:])

    def _options(self) -> list[str]:
        if self.kind == "xandikos":
            return [
                "serve",
                "--listen-address=127.0.0.1",
                f"--port={self.port}",
                f"--directory={self.folder / 'data'}",
                f"--state-dir={self.folder / 'state'}",
                "--current-user-principal=/user/",
                "--defaults",
                "--no-detect-systemd",
            ]
        self.users.touch(mode=0o600)
        self._rights.write_text(_RIGHTS)
        options = {
            "server-hosts": f"127.0.0.1:{self.port}",
            "auth-type": "htpasswd",
            "auth-htpasswd-filename": str(self.users),
            "auth-htpasswd-encryption": "plain",
            "auth-delay": "0",
            "rights-type": "from_file",
            "rights-file": str(self._rights),
            "storage-filesystem-folder": str(self.folder / "data"),
            "logging-level": "info",
        }
        return ["--config", os.devnull, *(f"--{name}={value}" for name, value in options.items())]

    def _read(self) -> None:
        child = self._child
        assert child.stdout is not None
        with child.stdout as pipe:
            for line in pipe:
                with self._told:
                    self._lines.append(line.decode(errors="replace").rstrip())
                    self._told.notify_all()
        with self._told:
            self._ended = True
            self._told.notify_all()

    def _up(self) -> bool:
        """Wait until it takes connections; False where it ended instead."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and self._child.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                with self._told:
                    self._told.wait(0.02)
            else:
                # Its own log decides: the port may be another's by now.
                return self._flushed()
        return False

    def stop(self) -> None:
        """End the child process, which must not outlive the tests."""
        self._child.terminate()
        try:
            self._child.wait(5)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._reader.join(5)

    # -- what it was asked

    def requests(self) -> list[Request]:
        """All requests so far, in the order in which they were answered."""
        assert self._flushed(), f"{self.kind} has ended:\n" + "\n".join(self._lines[-20:])
        with self._told:
            lines = list(self._lines)
        found: list[Request] = []
        for line in lines:
            match = _ANSWERED[self.kind].search(line)
            if match is None or _MARK in line:
                continue
            path = match[2] if self.kind == "xandikos" else str(ast.literal_eval(match[2]))
            found.append(Request(match[1], unquote(path), int(match[3])))
        return found

    def _flushed(self) -> bool:
        """Wait for the log to reach now; False where the server has ended."""
        self._marked += 1
        mark = f"{_MARK}{self._marked}-{secrets.token_hex(4)}"
        with contextlib.suppress(OSError, http.client.HTTPException):
            asked(self.port, "GET", mark)
        answered = _ANSWERED[self.kind]

        def there() -> bool:
            return self._ended or any(
                mark in line and answered.search(line) for line in self._lines[-50:]
            )

        with self._told:
            assert self._told.wait_for(there, _PATIENCE), f"{self.kind} does not log"
            return not self._ended

    # -- what a test gets of it

    def fresh(self, name: str = "ann") -> Server:
        """A user, or a home, that nobody has used."""
        self._given += 1
        url = f"http://127.0.0.1:{self.port}/"
        if self.kind == "xandikos":
            home = "/user/calendars/"
            self._empty(home)
            return Server(
                kind=self.kind,
                url=url,
                username="user",
                password="unasked",
                home=home,
                folder=self.folder,
                process=self,
            )
        username, password = f"{name}{self._given}", secrets.token_urlsafe(9)
        with self.users.open("a") as users:
            users.write(f"{username}:{password}\n")
        return Server(
            kind=self.kind,
            url=url,
            username=username,
            password=password,
            home=f"/{username}/",
            folder=self.folder,
            process=self,
        )

    def _empty(self, home: str) -> None:
        body = '<propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>'
        headers = {"Depth": "1", "Content-Type": "text/xml"}
        status, content = asked(self.port, "PROPFIND", home, body.encode(), headers)
        assert status == 207, f"{self.kind} does not show {home}: {status}"
        root: Any = etree.fromstring(content)
        for each in root.iter("{DAV:}href"):
            if each.text.rstrip("/") != home.rstrip("/"):
                status, _ = asked(self.port, "DELETE", each.text)
                assert status < 300 or status == 404, f"{each.text} cannot be taken away: {status}"


@dataclass(frozen=True, kw_only=True)
class Server:
    """A calendar server as one test's user has it."""

    kind: str
    url: str
    username: str
    password: str = field(repr=False)
    home: str
    """The path of the calendar home, ending in a slash."""
    folder: Path
    """Where the process keeps its data."""
    process: Process = field(repr=False, compare=False)

    def mark(self) -> int:
        """Where its log stands now, for `requests`."""
        return len(self.process.requests())

    def requests(self, since: int = 0) -> list[Request]:
        """What it was asked after `since`, by anybody: complete for what has been answered."""
        return self.process.requests()[since:]

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes]:
        """One request as this user; a header's underscores stand for hyphens."""
        token = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return asked(
            self.process.port, method, path, body, {"Authorization": f"Basic {token}", **named}
        )

    def put_calendar(self, name: str) -> str:
        """Lay a calendar called `name` into the data folder of a Radicale, past its rights, and
        give its path."""
        assert self.kind == "radicale"
        path = f"{self.home}{quote(name, safe='')}/"
        where = self.folder / "data" / "collection-root" / path.strip("/")
        where.mkdir(parents=True)
        properties = {"tag": "VCALENDAR", "D:displayname": name}
        (where / ".Radicale.props").write_text(json.dumps(properties))
        return path


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def asked(
    port: int,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    """One request on a connection of its own: status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@contextlib.contextmanager
def running(kind: str, folder: Path) -> Iterator[Process]:
    """While it holds, a server of `kind` serves `folder` on a free loopback port."""
    process = Process(kind, folder)
    try:
        yield process
    finally:
        process.stop()


def settings_for(server: Server, calendar: str, *, name: str = "home") -> CalendarSettings:
    """As config would say it: the calendar called `calendar` on `server`."""
    return CalendarSettings(
        name=name,
        provider="caldav",
        url=server.url,
        username=server.username,
        password=Secret(value=server.password, origin="SYNCD_PASSWORD"),
        calendar=calendar,
    )


def port_of(server: Server) -> int:
    """The loopback port on which it listens."""
    port = urlsplit(server.url).port
    assert port is not None
    return port
