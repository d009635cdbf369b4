"""Who runs the server, and whether it lives: two locks that the operating system lets go of.

`owner` is held by the syncd that runs the server. `server` is handed down to the server, which
holds it for as long as it lives: so that one left behind by a syncd that was killed is known for
what it is, and can be ended, whatever process ids mean by then.
"""

from __future__ import annotations

import fcntl
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

OWNER, SERVER = "owner", "server"
_LETS_GO = 2.0
"""Seconds that a server left behind is given to end by itself."""
_STEP = 0.02


def taken(path: Path) -> int | None:
    """A descriptor that holds the lock on `path`; None where somebody else does. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def is_held(path: Path) -> bool:
    """Whether somebody holds the lock on `path`."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def cleared(path: Path) -> int:
    """A descriptor that holds the lock of the server, free for a new one: the owner calls it, and
    a server that still lives is one that was left behind. Raises OSError."""
    began = time.monotonic()
    while (descriptor := taken(path)) is None:
        late = time.monotonic() - began > _LETS_GO
        with suppress(ValueError, ProcessLookupError):
            # It wrote its id itself, while it held the lock that it still holds.
            os.kill(int(path.read_text()), signal.SIGKILL if late else signal.SIGTERM)
        time.sleep(_STEP)
    os.ftruncate(descriptor, 0)
    return descriptor
