"""A little HTTP server on loopback at which a daemon's numbers can be read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOST, PATH = "127.0.0.1", "/metrics"


class Window:
    """Shows what `text` gives, of the content type `kind`, at `/metrics` of a port; logs to `log`
    what is in the way."""

    def __init__(self, text: Callable[[], str], kind: str, log: Any) -> None:
        self._text = text
        self._kind = kind
        self._log = log
        self._port: int | None = None
        self._server: ThreadingHTTPServer | None = None

    def open(self, port: int | None) -> None:
        """Be open at `port`, and nowhere else; None closes it. A port that is taken is no reason
        not to go on: it is logged, and tried again when the config is next read."""
        if port == self._port and (self._server is not None or port is None):
            return
        self.close()
        self._port = port
        if port is None:
            return
        try:
            self._server = _server(port, self._text, self._kind)
        except OSError as error:
            said = f"metrics: port {port} cannot be used ({error.strerror or error}). "
            self._log.warning(f"{said}Next: name another one, or end what has it")
            return
        threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="metrics", daemon=True
        ).start()

    def close(self) -> None:
        """Answer no more."""
        server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # whoever hangs must not keep the daemon from ending


def _server(port: int, text: Callable[[], str], kind: str) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        timeout = 5
        server_version = "syncd"
        sys_version = ""

        def do_GET(self) -> None:
            if self.path.partition("?")[0] != PATH:
                self.send_error(404, explain=f"There is only {PATH}.")
                return
            body = text().encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: whoever reads the numbers does so every few seconds."""

    return _Server((HOST, port), Handler)
