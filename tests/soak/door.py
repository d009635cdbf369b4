"""A door between syncd and its server, always at one address: shut, slow, mute or open."""

from __future__ import annotations

import contextlib
import socket
import threading
from enum import Enum

_CHUNK = 65536
LATENCY = 0.1
"""Seconds by which whatever goes through a slow door is late."""


class Door:
    """Listens on a loopback port and forwards to `port`, as `way` says."""

    class Way(Enum):
        OPEN = "open"
        SLOW = "slow"
        MUTE = "mute"
        """Requests are taken, and go nowhere."""
        LOSSY = "lossy"
        """Requests are carried out, and whoever asked is cut off instead of answered."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.way = Door.Way.OPEN
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._through: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.port = 0
        self.open()

    def open(self) -> None:
        """Let connections in."""
        if self._listener is not None:
            return
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def shut(self) -> None:
        """Refuse connections, and cut those that are."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)  # wakes whoever accepts
            listener.close()
        self.cut()

    def cut(self) -> None:
        """End the connections that are."""
        with self._lock:
            through = list(self._through)
        for each in through:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                client.close()
                continue
            with self._lock:
                self._through |= {client, server}
            ends = [threading.Event(), threading.Event()]
            for which, pair in enumerate(((client, server), (server, client))):
                args = (*pair, bool(which), ends)
                threading.Thread(target=self._forward, args=args, daemon=True).start()

    def _forward(
        self, one: socket.socket, other: socket.socket, down: bool, ends: list[threading.Event]
    ) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(_CHUNK):
                match self.way:
                    case Door.Way.SLOW:
                        self._closed.wait(LATENCY)
                    case Door.Way.MUTE:
                        continue
                    case Door.Way.LOSSY if down:
                        break
                other.sendall(data)
        for each in (one, other):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        ends[down].set()
        if ends[not down].is_set():
            with self._lock:
                self._through -= {one, other}
            one.close()
            other.close()
