"""Whether the daemon runs: it holds a lock on a file beside the database for as long as it lives.

The operating system lets go of the lock however the daemon ends, so that what is said is never out
of date, and no tick has to write anything for it.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from syncd.errors import StateError


def _file(database: Path) -> Path:
    return database.with_name(database.name + ".daemon")


@contextmanager
def present(database: Path) -> Iterator[None]:
    """While it holds, `running` says so. Raises StateError where a daemon over this database runs
    already. Where the file cannot be made, nothing is said: the daemon itself will tell why."""
    path = _file(database)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield
        return
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            who = os.pread(descriptor, 300, 0).decode(errors="replace").strip()
            raise StateError(
                f"syncd run is at work for this deployment already ({who or 'it just began'}). "
                "Next: nothing; or end that one first."
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{_who()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _who() -> str:
    # Containers that share a volume each have a process 1: the host tells them apart.
    since = datetime.now().astimezone()
    return f"process {os.getpid()} on {socket.gethostname()}, since {since:%Y-%m-%d %H:%M}"


def running(database: Path) -> bool:
    """Whether a daemon over `database` runs."""
    try:
        descriptor = os.open(_file(database), os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)
