"""HTTP as it is spoken to Google: with a timeout, and nothing sent twice behind our back."""

from __future__ import annotations

import http.client
import socket
from contextlib import suppress
from threading import Event
from typing import Any

import httplib2
from httplib2 import certs

from syncd import answers

TIMEOUT = 30.0
"""Seconds to connect, and between two pieces of an answer."""


class Wire(httplib2.Http):  # type: ignore[misc]
    """httplib2 sends a request again when a kept connection turns out to be closed. A POST whose
    answer was lost may have been carried out: it goes out on a new connection, once.

    It also waits for an answer that drips as long as that drips, and takes one without end to the
    end of memory: both are cut off here."""

    def __init__(self) -> None:
        super().__init__(timeout=TIMEOUT, ca_certs=certs.where())  # see syncd.cli.trust

    def _conn_request(
        self, conn: Any, request_uri: str, method: str, body: Any, headers: Any
    ) -> Any:
        once = method == "POST"
        if once:
            conn.close()
        line = _Line(conn, once=once)
        try:
            with answers.deadline(line.cut):
                return super()._conn_request(line, request_uri, method, body, headers)
        except (OSError, http.client.HTTPException):
            conn.close()
            raise


class _Line:
    """A connection that can be cut from another thread and, with `once`, does not look as if it had
    merely been closed meanwhile."""

    def __init__(self, conn: Any, *, once: bool) -> None:
        self._conn = conn
        self._once = once
        self._socket: Any = None
        self.was_cut = Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)

    def cut(self) -> None:
        """Whoever reads from it gets no more."""
        self.was_cut.set()
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # past TLS, which would wait

    def getresponse(self) -> Any:
        """The answer. Raises ConnectionResetError where there is none, and TimeoutError where there
        is no time left for it."""
        if self.was_cut.is_set():
            raise TimeoutError("the answer drips")
        self._socket = self._conn.sock  # which the connection forgets when it is to be closed
        try:
            response = self._conn.getresponse()
        except http.client.BadStatusLine as error:
            if self._once or self.was_cut.is_set():
                raise ConnectionResetError("the connection was closed without an answer") from error
            raise
        return _bounded(response)


def _bounded(response: http.client.HTTPResponse) -> http.client.HTTPResponse:
    """`response`, of which no more than `answers.LONGEST` bytes are read."""
    whole = response.read

    def read() -> bytes:
        if response.length is not None and response.length <= answers.LONGEST:
            return whole()
        found = whole(answers.LONGEST + 1) if response.length is None else b""
        if response.length is not None or len(found) > answers.LONGEST:
            response.close()
            raise answers.TooLarge("the answer is too large")
        return found

    response.read = read  # type: ignore[method-assign,assignment]
    return response
