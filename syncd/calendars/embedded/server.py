"""One life of the server: a Radicale as a child process, from its start to its last word.

Radicale is run, not imported: it is GPL. Its log is read as it comes, so that no file grows, and
its last line says why it ended.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from syncd.calendars.embedded import keys
from syncd.errors import Unreachable
from syncd.model.roster import EmbeddedSettings

PATIENCE = 60.0
"""Seconds that a start may take."""
ENDING = 0.25
"""Seconds in which it is to end when told so: it writes files whole or not at all, so that a kill
harms none."""
LAUNCH = """
import os, sys
parent, lock, *command = sys.argv[1:]
try:
    import ctypes
    ctypes.CDLL(None).prctl(1, 15)
except (ImportError, OSError, AttributeError):
    pass
if os.getppid() != int(parent):
    sys.exit("syncd ended meanwhile")
os.pwrite(int(lock), b"%d" % os.getpid(), 0)
os.execv(command[0], command)
"""
"""What the child does before it becomes the server: on Linux, have SIGTERM sent to it when the
syncd that started it ends (PR_SET_PDEATHSIG); write its id into the lock that it holds."""
_KEPT = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"),
    *("PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH"),
)
"""Of the environment: what it needs, and no secret of syncd's."""


class Server:
    """A server that was started, and may be up. `lock` is handed down to it.

    To be made by a thread that outlives it: the system takes the end of that thread for the end of
    syncd. Raises Unreachable where it cannot be started, with what to do.
    """

    def __init__(self, settings: EmbeddedSettings, username: str, lock: int) -> None:
        self._settings = settings
        _see_that_it_is_free(settings)
        if find_spec("radicale") is None:
            raise Unreachable(
                "Radicale, which provider: embedded runs, is not installed. "
                "Next: pip install radicale, into the environment of syncd."
            )
        folder = settings.folder
        try:
            users = folder / "users"
            keys.keep_users(users, username, keys.password(folder))
            launch = [sys.executable, "-I", "-S", "-c", LAUNCH, str(os.getpid()), str(lock)]
            self._child = subprocess.Popen(  # noqa: S603  # our own interpreter, and our own words
                [*launch, *_command(settings, users)],
                cwd=folder,
                env={name: os.environ[name] for name in _KEPT if name in os.environ},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=(lock,),
                # A session of its own: Ctrl-C is for syncd, which ends the server last.
                start_new_session=True,
            )
        except OSError as error:
            raise Unreachable(str(keys.unusable(folder, error))) from error

    def lived(self, up: Callable[[], None]) -> str:
        """Come back when it has ended, with its last words; `up` is told once it takes
        connections."""
        assert self._child.stdout is not None
        deadline = time.monotonic() + PATIENCE
        said, is_up = b"", False
        with self._child.stdout as pipe:
            while True:
                if select.select([pipe], [], [], None if is_up else 0.02)[0]:
                    heard = os.read(pipe.fileno(), 65536)
                    if not heard:
                        break
                    said = (said + heard)[-4096:]
                elif reaches(self._settings):
                    is_up = True
                    up()
                elif time.monotonic() > deadline:
                    self._child.kill()
                    said = f"it took no connections within {PATIENCE:g} seconds".encode()
        status = self._child.wait()
        return _last_line(said) or f"exit status {status}"

    def end(self) -> None:
        """End it, at once."""
        self._child.terminate()
        try:
            self._child.wait(ENDING)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


def reaches(settings: EmbeddedSettings) -> bool:
    """Whether something takes connections where the server listens."""
    host = settings.url.removeprefix("http://").rpartition(":")[0].strip("[]")
    try:
        socket.create_connection((host, settings.port), timeout=1).close()
    except OSError:
        return False
    return True


def _command(settings: EmbeddedSettings, users: Path) -> list[str]:
    options = {
        "server-hosts": settings.listen,
        "auth-type": "htpasswd",
        "auth-htpasswd-filename": str(users),
        "auth-htpasswd-encryption": "plain",
        "rights-type": "owner_only",
        "storage-filesystem-folder": str(settings.folder / "collections"),
        "web-type": "none",
        "logging-level": "error",
    }
    # -P: what happens to lie in the working directory is not Radicale.
    command = [sys.executable, "-P", "-m", "radicale", "--config", os.devnull]
    return command + [f"--{name}={value}" for name, value in options.items()]


def _see_that_it_is_free(settings: EmbeddedSettings) -> None:
    """Raises Unreachable where the server could not listen, in better words than its own."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind((settings.host, settings.port))
    except OSError as error:
        where = settings.listen
        other = settings.port + 1 if settings.port < 65535 else 5232
        said = {
            errno.EADDRINUSE: f"{where} is taken by another program. Next: end that one, or write "
            f"another port at listen, such as {where.removesuffix(str(settings.port))}{other}; "
            "your apps need the new one, too.",
            errno.EADDRNOTAVAIL: f"{settings.host} is no address of this machine. "
            "Next: write one that is at listen; 127.0.0.1 always is.",
            errno.EACCES: f"this user may not listen at port {settings.port}. "
            "Next: write one above 1023 at listen.",
        }.get(error.errno or 0, f"{where}: {error.strerror or error}. Next: check listen.")
        raise Unreachable(f"The calendar server cannot listen: {said}") from error


def _last_line(said: bytes) -> str:
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else ""
