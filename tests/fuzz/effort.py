"""How much work something may be: a hostile calendar must not be one that is never done with."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TooMuch(BaseException):
    """It takes too long. No handler of what makes no sense may take it for that."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What goes on under it takes no more than so many seconds of this process's time, some twenty
    times of what it takes on a slow machine. Raises TooMuch where it is."""

    def over(number: int, frame: FrameType | None) -> None:
        raise TooMuch(f"more than {seconds} s of work")

    before = signal.signal(signal.SIGVTALRM, over)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
