"""An inbox that threads and signals put words into, and one thread takes them out of."""

from __future__ import annotations

import select
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from time import monotonic
from types import FrameType
from typing import Generic, TypeVar

Word = TypeVar("Word")


class Inbox(Generic[Word]):
    """Words, first in, first out.

    A wait on a queue or an event can sleep through a signal that arrives just before it begins.
    Here the wait is on a socket, which Python's own handler writes to as the signal arrives.
    """

    def __init__(self) -> None:
        self._words: SimpleQueue[Word] = SimpleQueue()  # its put is safe in a signal handler
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)

    def put(self, word: Word) -> None:
        """Put a word in. Any thread may, and any signal handler."""
        self._words.put(word)
        with suppress(OSError):  # full: it rings already; closed: nobody listens any more
            self._bell.send(b"\0")

    def get(self, patience: float) -> Word | None:
        """Take a word out, waiting up to `patience` seconds for one; None where none came."""
        deadline = monotonic() + patience
        while True:
            with suppress(Empty):
                return self._words.get_nowait()
            left = deadline - monotonic()
            if left <= 0:
                return None
            if select.select([self._ear], [], [], left)[0]:
                self._ear.recv(4096)

    @contextmanager
    def hearing(self, words: Mapping[str, Word]) -> Iterator[None]:
        """While it holds, every signal that arrives puts its word in; `words` goes by the signals'
        names, and one that the platform lacks is left out. Outside the main thread, where Python
        allows no handlers, no signal is heard."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        known = {getattr(signal, name): word for name, word in words.items() if name in _SIGNALS}

        def handler(number: int, frame: FrameType | None) -> None:
            del frame
            self.put(known[number])

        bell = signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)
        before = {number: signal.signal(number, handler) for number in known}
        try:
            yield
        finally:
            for number, earlier in before.items():
                signal.signal(number, earlier)
            signal.set_wakeup_fd(bell)


_SIGNALS = frozenset(signal.Signals.__members__)
