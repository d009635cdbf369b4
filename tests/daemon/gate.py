"""A door between a client and a server: bytes go through, until a PUT comes that is to be held."""

from __future__ import annotations

import contextlib
import socket
import threading
from enum import Enum
from types import TracebackType

_CHUNK = 65536


class Hold(Enum):
    """Which side of the server the held PUT is on."""

    REQUEST = "request"
    """The server never sees it."""
    ANSWER = "answer"
    """The server did it, and nobody is told."""


class Gate:
    """Listens on a free loopback port and forwards to `port`. The PUT after `passing` others is
    held for ever: `held` is set, and its connection stays open until the gate is closed."""

    def __init__(self, port: int, hold: Hold, passing: int = 0) -> None:
        self._to = port
        self._hold = hold
        self._passing = passing
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._open: list[socket.socket] = []
        self.held = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])

    def __enter__(self) -> Gate:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed.set()
        self._listener.close()
        for each in self._open:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)  # wakes whoever reads from it
            each.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._to))
            self._open += [client, server]
            mute = threading.Event()
            threading.Thread(target=self._up, args=(client, server, mute), daemon=True).start()
            threading.Thread(target=self._down, args=(server, client, mute), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket, mute: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(_CHUNK):
                if data.startswith(b"PUT ") and self._to_be_held():
                    mute.set()
                if mute.is_set() and self._hold is Hold.REQUEST:
                    self.held.set()
                    self._closed.wait()
                    return
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _down(self, server: socket.socket, client: socket.socket, mute: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(_CHUNK):
                if mute.is_set():
                    self.held.set()
                    self._closed.wait()
                    return
                client.sendall(data)
            if not mute.is_set():
                client.shutdown(socket.SHUT_WR)

    def _to_be_held(self) -> bool:
        with self._lock:
            self._passing -= 1
            return self._passing < 0
