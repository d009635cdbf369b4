"""HTTP as it is spoken to Google: with a timeout, and nothing sent twice behind our back."""

from __future__ import annotations

import http.client
from typing import Any

import httplib2

TIMEOUT = 30.0
"""Seconds that one request may take."""


class Wire(httplib2.Http):  # type: ignore[misc]
    """httplib2 sends a request again when a kept connection turns out to be closed. A POST whose
    answer was lost may have been carried out: it goes out on a new connection, once."""

    def __init__(self) -> None:
        super().__init__(timeout=TIMEOUT)

    def _conn_request(
        self, conn: Any, request_uri: str, method: str, body: Any, headers: Any
    ) -> Any:
        if method == "POST":
            conn.close()
            conn = _Once(conn)
        return super()._conn_request(conn, request_uri, method, body, headers)


class _Once:
    """A connection that does not look as if it had merely been closed meanwhile."""

    def __init__(self, conn: Any) -> None:
        self._conn = conn

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)

    def getresponse(self) -> Any:
        """The answer. Raises ConnectionResetError where there is none."""
        try:
            return self._conn.getresponse()
        except http.client.BadStatusLine as error:
            raise ConnectionResetError("the connection was closed without an answer") from error
