"""One holder at a time, across processes, by flock on a file beside the database.

The operating system lets go when the holder ends, however it ends, so a lock is never stale. The
file stays when the lock is let go: unlinking it would let two hold two files of one name.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from syncd.errors import StateError
from syncd.store.files import open_private
from syncd.store.trouble import explained


class FileLock:
    """A lock on `path`, waited for up to `patience`; `clock` says since when it is held."""

    def __init__(self, path: Path, *, patience: timedelta, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._patience = patience
        self._clock = clock
        self._holder: int | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it. Raises StateError naming who has it, RuntimeError where this thread has."""
        if self._holder == threading.get_ident():
            raise RuntimeError("the lock is held already by this thread")
        try:
            descriptor = self._acquired()
        except OSError as error:
            raise explained(error, self._path) from error
        try:
            self._holder = threading.get_ident()
            yield
        finally:
            self._holder = None
            os.close(descriptor)

    def _acquired(self) -> int:
        while True:
            descriptor = open_private(self._path)
            try:
                if not _locked(descriptor, self._patience):
                    raise StateError(self._who())
                if _is_still(descriptor, self._path):
                    self._sign(descriptor)
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            # The file was deleted, and perhaps made anew, while we waited: what we hold is no lock.
            os.close(descriptor)

    def _sign(self, descriptor: int) -> None:
        """Write who we are, for the message; a disk that is full is no reason not to hold it."""
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()} {self._clock().isoformat()}\n".encode(), 0)
        except OSError:
            pass

    def _who(self) -> str:
        try:
            process, since = self._path.read_text().split()
            name = f"Another syncd (process {process}, since {_minute(since)})"
        except (OSError, ValueError):
            name = "Another syncd"
        return (
            f"{name} is at work, and holds {self._path}. Nothing was changed. "
            "Next: try again when it is done, or end that process."
        )


def _minute(instant: str) -> str:
    return f"{datetime.fromisoformat(instant):%Y-%m-%d %H:%M}"


def _locked(descriptor: int, patience: timedelta) -> bool:
    """Whether `descriptor` could be locked in time. Raises OSError."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _waited(descriptor, patience)
    return True


def _waited(descriptor: int, patience: timedelta) -> bool:
    # flock knows no timeout, so a thread waits in the kernel for us, on a descriptor of its own
    # to the same open file; if we have given up when its turn comes, it lets go at once.
    own = os.dup(descriptor)
    turn, decided = threading.Event(), threading.Lock()
    given_up = False

    def wait() -> None:
        try:
            fcntl.flock(own, fcntl.LOCK_EX)
            with decided:
                if given_up:
                    fcntl.flock(own, fcntl.LOCK_UN)
                else:
                    turn.set()
        finally:
            os.close(own)

    threading.Thread(target=wait, name="syncd-lock", daemon=True).start()
    if not turn.wait(patience.total_seconds()):
        with decided:
            given_up = not turn.is_set()
    return not given_up


def _is_still(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
