"""How long an answer may take, and how large it may be, whoever gives it.

A library's timeout counts from one piece to the next: a server that drips, be it within a header,
is waited for as long as it drips, and one without end is taken to the end of memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Timer
from typing import Any

PATIENCE = 300.0
"""Seconds for a whole answer."""
LONGEST = 200_000_000
"""Bytes of a whole answer."""


class TooLarge(OSError):
    """The answer is too large."""


@contextmanager
def deadline(cut: Callable[[], None]) -> Iterator[Event]:
    """What goes on under it ends in TimeoutError after `PATIENCE`: then `cut` is called, from
    another thread, to close what is being read from. Gives what is set by then."""
    late = Event()

    def fire() -> None:
        late.set()
        cut()

    timer = Timer(PATIENCE, fire)
    timer.daemon = True
    timer.start()
    try:
        yield late
    except Exception as error:
        if late.is_set():
            raise TimeoutError("the answer drips") from error
        raise
    finally:
        timer.cancel()
    if late.is_set():  # an answer that names no length looks whole
        raise TimeoutError("the answer drips")


def whole(response: Any, late: Event) -> bytes:
    """The body of an answer that niquests streams, a session of which, when it is closed, goes on
    reading a body. Raises TooLarge, TimeoutError once it is `late`, and whatever reading does."""
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in response.iter_content(65536):
            pieces.append(piece)
            size += len(piece)
            if size > LONGEST:
                raise TooLarge("the answer is too large")
            if late.is_set():
                raise TimeoutError("the answer drips")
    except BaseException:
        response.close()
        raise
    return b"".join(pieces)
