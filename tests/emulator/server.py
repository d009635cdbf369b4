"""The wire: HTTP, batches, faults, quota, and what is put down in the journal."""

from __future__ import annotations

import html
import json
import random
import re
import secrets
import threading
from email.message import Message
from email.parser import BytesParser
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.emulator import api
from tests.emulator.account import Account, Part, Request
from tests.emulator.errors import ApiError, Violation
from tests.emulator.faults import PARTS, Fault, Kind, Lost
from tests.emulator.oauth import APP, Grant, OAuthError

if TYPE_CHECKING:
    from tests.emulator.google import Emulator

MOST_PARTS = 50
Json = dict[str, Any]


class Server(ThreadingHTTPServer):
    """One emulator's. Requests are carried out one after another, as if in one data centre."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, google: Emulator, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.google = google
        self.lock = threading.Lock()
        self.random = random.Random(7)


class Answer:
    """What one request is answered with."""

    def __init__(self, status: int, body: Json | None = None, headers: Json | None = None) -> None:
        self.status = status
        self.text = b"" if body is None else json.dumps(body).encode()
        self.headers: Json = headers or {}
        if body is not None:
            self.headers["Content-Type"] = "application/json; charset=UTF-8"
            if "etag" in body:
                self.headers["ETag"] = body["etag"]


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Server

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: there is a journal."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        parts = urlsplit(self.path)
        try:
            with self.server.lock:
                if parts.path == "/token":
                    answer = self._token(body)
                elif parts.path == "/revoke":
                    answer = self._revoked(body)
                elif parts.path.startswith("/o/oauth2/"):
                    return self._page(parts.query, body)
                else:
                    answer = self._api(parts.path, parts.query, body)
        except Lost as lost:
            if lost.said:
                self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"kind": ')
            self.close_connection = True
            return None
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.text)))
        self.end_headers()
        self.wfile.write(answer.text)
        return None

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _answer

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(timestamp, usegmt=True)

    # -- signing in

    def _token(self, body: bytes) -> Answer:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        try:
            return Answer(200, self.server.google.oauth.token(form))
        except OAuthError as error:
            return Answer(error.status, error.body)

    def _revoked(self, body: bytes) -> Answer:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        grant = self.server.google.oauth.refresh.get(form.get("token", ""))
        if grant is None:
            return Answer(400, {"error": "invalid_token"})
        grant.revoked = True
        return Answer(200, {})

    def _page(self, query: str, body: bytes) -> None:
        """The consent page: whose calendar, which app wants what, and two buttons."""
        google = self.server.google
        account = next(iter(google.accounts.values()))
        if self.command == "POST":
            form = parse_qs(body.decode())
            url = f"{google.url}o/oauth2/v2/auth?{query}"
            without = () if "allow" in form else ("",)
            try:
                to = (
                    google.oauth.consent(account, url) if not without else google.oauth.refusal(url)
                )
            except OAuthError as error:
                return self._html(error.status, f"<h1>{html.escape(str(error.body))}</h1>")
            self.send_response(302)
            self.send_header("Location", to)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        wanted = parse_qs(query).get("scope", [""])[0].split()
        rows = "".join(f"<li>{html.escape(each)}</li>" for each in wanted)
        return self._html(
            200,
            f"<h1>An emulated Google</h1><p>An app wants, of {html.escape(account.email)}:</p>"
            f"<ul>{rows}</ul><form method=post><button name=allow value=1>Allow</button> "
            "<button name=cancel value=1>Cancel</button></form>",
        )

    def _html(self, status: int, text: str) -> None:
        data = f"<!doctype html><meta charset=utf-8>{text}".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    # -- the APIs

    def _grant(self) -> Grant | None:
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        return self.server.google.oauth.of(token) if scheme == "Bearer" else None

    def _api(self, path: str, query: str, body: bytes) -> Answer:
        grant = self._grant()
        if grant is None:
            return _unauthorized()
        account = grant.account
        ours = grant.client != APP
        fault = self._fault(account, path) if ours else None
        told = parse_qs(query, keep_blank_values=True)
        parts: tuple[Part, ...] = ()
        status = 0
        try:
            if fault is not None and fault.kind is Kind.LOST_BEFORE:
                raise Lost
            if fault is not None and fault.kind is Kind.ERROR_BEFORE:
                answer = _failed(fault.error)
            elif path in ("/batch", "/batch/calendar/v3"):
                answer, parts = self._batch(grant, body, fault)
            else:
                if ours and not account.spend():
                    answer = _failed(_over_quota())
                else:
                    answer = self._one(grant, self.command, path, told, body, dict(self.headers))
            if fault is not None and fault.kind is Kind.LOST_AFTER:
                raise Lost
            if fault is not None and fault.kind is Kind.TORN:
                raise Lost(0.5)
            if fault is not None and fault.kind is Kind.ERROR_AFTER:
                answer = _failed(fault.error)
            status = answer.status
            return answer
        finally:
            if ours:
                account.journal.append(Request(self.command, unquote(path), status, told, parts))

    def _fault(self, account: Account, path: str) -> Fault | None:
        batch = path.startswith("/batch")
        for fault in account.faults:
            if fault.kind in PARTS and not batch:
                continue
            if fault.is_due(self.command, path):
                return fault
        return None

    def _one(
        self, grant: Grant, verb: str, path: str, query: Json, body: bytes, headers: Json
    ) -> Answer:
        override = headers.get("X-HTTP-Method-Override") or headers.get("x-http-method-override")
        if override and verb == "POST":  # a query too long for an address
            verb, query, body = override, parse_qs(body.decode(), keep_blank_values=True), b""
        named = {name.title(): value for name, value in headers.items()}
        try:
            found = api.answer(grant, verb, path, query, body, named)
        except Violation as violation:
            grant.account.violations.append(f"{verb} {path} {query} {body[:500]!r}: {violation}")
            return _failed(violation)
        except ApiError as error:
            return _failed(error)
        return Answer(204) if found is None else Answer(200, found)

    def _batch(
        self, grant: Grant, body: bytes, fault: Fault | None
    ) -> tuple[Answer, tuple[Part, ...]]:
        account = grant.account
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        pieces = BytesParser().parsebytes(head + body).get_payload()
        assert isinstance(pieces, list)
        if len(pieces) > MOST_PARTS:
            account.violations.append(f"a batch of {len(pieces)}")
            message = f"The batch request may have at most {MOST_PARTS} parts."
            return _failed(ApiError(400, "invalid", message)), ()
        struck = min(fault.part, len(pieces) - 1) if fault and fault.kind in PARTS else None
        answers: list[tuple[str, Answer] | None] = []
        parts: list[Part] = []
        for n, piece in enumerate(pieces):
            verb, path, query, headers, content = _request_in(piece)
            hit = fault if n == struck else None
            if hit is not None and hit.kind is Kind.PART_BEFORE:
                answer = _failed(hit.error)
            elif not account.spend():
                answer = _failed(_over_quota())
            else:
                answer = self._one(grant, verb, path, query, content, headers)
            parts.append(Part(verb, unquote(path), answer.status))
            if hit is not None and hit.kind is Kind.PART_AFTER:
                answer = _failed(hit.error)
            lost = hit is not None and hit.kind is Kind.PART_LOST
            answers.append(None if lost else (piece["Content-ID"], answer))
        told = [each for each in answers if each is not None]
        self.server.random.shuffle(told)
        return _joined(told), tuple(parts)


def _request_in(piece: Message) -> tuple[str, str, Json, Json, bytes]:
    """The request that a part of a batch holds."""
    payload = piece.get_payload(decode=True)
    assert isinstance(payload, bytes)
    line, _, rest = payload.partition(b"\n")
    verb, target, _ = line.decode().split(" ", 2)
    message = BytesParser().parsebytes(rest)
    content = message.get_payload(decode=True)
    assert isinstance(content, bytes)
    parts = urlsplit(target)
    return (
        verb,
        parts.path,
        parse_qs(parts.query, keep_blank_values=True),
        dict(message.items()),
        content.strip(),
    )


def _joined(answers: list[tuple[str, Answer]]) -> Answer:
    boundary = f"batch_{secrets.token_hex(12)}"
    lines = []
    for name, answer in answers:
        headers = "".join(f"{k}: {v}\r\n" for k, v in answer.headers.items())
        lines.append(
            f"--{boundary}\r\nContent-Type: application/http\r\n"
            f"Content-ID: {re.sub('^<', '<response-', name)}\r\n\r\n"
            f"HTTP/1.1 {answer.status} {'OK' if answer.status < 300 else 'Error'}\r\n{headers}"
            f"Content-Length: {len(answer.text)}\r\n\r\n{answer.text.decode()}\r\n"
        )
    made = Answer(200)
    made.text = ("".join(lines) + f"--{boundary}--\r\n").encode()
    made.headers["Content-Type"] = f"multipart/mixed; boundary={boundary}"
    return made


def _failed(error: ApiError) -> Answer:
    if error.status == 304:
        return Answer(304)
    return Answer(error.status, error.body, dict(error.headers))


def _unauthorized() -> Answer:
    error = ApiError(
        401,
        "authError",
        "Request had invalid authentication credentials.",
        headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'},
    )
    return _failed(error)


def _over_quota() -> ApiError:
    return ApiError(403, "userRateLimitExceeded", "Quota exceeded for quota metric 'Queries'.")
