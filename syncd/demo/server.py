"""A Radicale of one's own: a child process on loopback, its data in a throwaway folder.

Radicale is run, not imported: it is GPL, and a server is what syncd is to be seen with.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from syncd.errors import Unreachable, UsageError

USER = "you"
_PATIENCE = 20.0


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server, and how to sign in."""

    url: str
    username: str
    password: str = field(repr=False)


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """While it holds, a Radicale serves `folder` on a free loopback port. Raises UsageError where
    Radicale is not installed, Unreachable where it does not come up."""
    password = secrets.token_urlsafe(9)
    users = folder / "users"
    users.touch(mode=0o600)
    users.write_text(f"{USER}:{password}\n")
    said = folder / "radicale.log"
    with said.open("wb") as log:
        port, child = _started(folder, users, log.fileno())
        try:
            _await(port, child, said)
            yield Server(url=f"http://127.0.0.1:{port}/", username=USER, password=password)
        finally:
            child.terminate()
            try:
                child.wait(1)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _started(folder: Path, users: Path, log: int) -> tuple[int, subprocess.Popen[bytes]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    options = {
        "server-hosts": f"127.0.0.1:{port}",
        "auth-type": "htpasswd",
        "auth-htpasswd-filename": str(users),
        "auth-htpasswd-encryption": "plain",
        "storage-filesystem-folder": str(folder / "collections"),
        "logging-level": "warning",
    }
    command = [sys.executable, "-m", "radicale", "--config", os.devnull]
    command += [f"--{name}={value}" for name, value in options.items()]
    # A session of its own: Ctrl-C in the terminal is for syncd, which ends the server last.
    child = subprocess.Popen(  # noqa: S603  # our own interpreter, and no word of anybody else's
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    return port, child


def _await(port: int, child: subprocess.Popen[bytes], said: Path) -> None:
    """Come back once the server takes connections."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if child.poll() is not None:
            words = said.read_text(errors="replace").strip().splitlines()[-1:]
            if words and "No module named" in words[0]:
                raise UsageError(
                    "The demo needs Radicale, which is not installed. "
                    "Next: pip install radicale, into the environment of syncd."
                )
            raise Unreachable(f"Radicale ended at once: {' '.join(words) or child.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise Unreachable(f"Radicale did not take connections within {_PATIENCE:g} seconds.")
