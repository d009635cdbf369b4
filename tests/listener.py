"""A little HTTP server on loopback that takes notifications in apprise's json:// form."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "t0psecret"


@dataclass(kw_only=True)
class Listener:
    """What it got; while `answer` is another status, it takes nothing."""

    port: int = 0
    answer: int = 200
    asked: int = 0
    got: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"json://ann:{SECRET}@127.0.0.1:{self.port}/told"

    def taken(self) -> list[tuple[str, str]]:
        """Titles and texts since it was last asked."""
        told = [(each["title"], each["message"]) for each in self.got]
        self.got.clear()
        return told


@contextmanager
def listening() -> Iterator[Listener]:
    listener = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.asked += 1
            if listener.answer == 200:
                listener.got.append(json.loads(body))
            self.send_response(listener.answer)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        listener.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown()
            thread.join()
