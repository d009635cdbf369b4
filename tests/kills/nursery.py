"""Where `syncd` is started again and again: `python -m tests.kills.nursery`.

What syncd imports takes a second; here it is imported once, and each run is a fork, a process of
its own that does what `syncd ARGUMENTS` does and can be killed like any other. Each line of stdin
is an `Order`, answered by two lines of stdout: the id of the process, and, when it has ended, how.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from syncd.cli.main import main

IMPORTED = (
    "dateutil.parser",
    "h11",
    "phonenumbers.data.region_DE",
    "sqlalchemy.dialects.sqlite",
    "syncd.bootstrap",
    "syncd.calendars.caldav",
    "syncd.calendars.google.adapter",
    "syncd.cli.doing",
    "syncd.cli.plain",
    "syncd.cli.presence",
    "syncd.cli.say",
    "syncd.cli.trouble",
    "syncd.config",
    "syncd.engine.freshening",
    "syncd.engine.service",
    "syncd.engine.telling",
    "syncd.store.sql",
    "syncd.store.writing",
)
_FILES = ("open", "os.", "shutil.")
_READS = ("SELECT", "PRAGMA table_", "PRAGMA foreign_", "PRAGMA index_")


@dataclass(frozen=True, kw_only=True)
class Order:
    """Run `syncd` with `arguments` in `folder`."""

    arguments: list[str]
    folder: str
    env: dict[str, str]
    dies: int = 0
    """It is killed before what is the so manieth thing that it does to its files; 0 for never."""
    after: float = 0
    """It is killed after so many seconds; 0 for never."""
    plain: bool = False
    """It is started as its user does, not forked; what it does to its files is not counted."""


@dataclass(frozen=True, kw_only=True)
class End:
    """How a process ended."""

    status: int
    """As `subprocess` has it: the negative number of the signal that ended it, if one did."""
    touched: int
    """How many things it did to its files, where it came to its end."""
    seconds: float


class Hand:
    """Counts what this process does to its database and its other files, and ends it at one."""

    def __init__(self, folder: str, dies: int) -> None:
        self._folder, self._dies = folder, dies
        self.touched = 0
        # Before a statement that changes something, a COMMIT, and the closing of SQLite.
        event.listen(Engine, "before_cursor_execute", self._told)
        event.listen(Engine, "commit", self._touch)
        event.listen(Pool, "close", self._touch)
        sys.addaudithook(self._heard)

    def _touch(self, *_: object) -> None:
        self.touched += 1
        if self.touched == self._dies:
            os.kill(os.getpid(), signal.SIGKILL)

    def _told(self, connection: object, cursor: object, statement: str, *_: object) -> None:
        if not statement.lstrip().startswith(_READS):
            self._touch()

    def _heard(self, name: str, told: tuple[Any, ...]) -> None:
        if not name.startswith(_FILES) or not told or not str(told[0]).startswith(self._folder):
            return
        if name != "open" or (isinstance(told[2], int) and told[2] & (os.O_WRONLY | os.O_RDWR)):
            self._touch()


def born(order: Order, told: int) -> int:
    """Be what `order` says; the exit status, and through the pipe `told` what was touched."""
    os.chdir(order.folder)
    os.environ.clear()
    os.environ.update(order.env)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    said = os.open("said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number, descriptor in enumerate((nowhere, said, said)):
        os.dup2(descriptor, number)
    if order.plain:
        os.execve(sys.executable, [sys.executable, "-m", "syncd", *order.arguments], order.env)
    hand = Hand(order.folder, order.dies)
    status = main(order.arguments)
    os.write(told, str(hand.touched).encode())
    return status


def raised(order: Order) -> End:
    """Start a process, say which, kill it in time if that is wanted, and await its end."""
    began = time.monotonic()
    reads, writes = os.pipe()
    os.set_inheritable(writes, order.plain)  # at the child's end the pipe is closed
    child = os.fork()
    if not child:
        status = 70
        with contextlib.suppress(SystemExit):
            status = born(order, writes)
        os._exit(status)
    os.close(writes)
    print(child, flush=True)
    if order.after and not select.select([reads], [], [], order.after)[0]:
        os.kill(child, signal.SIGKILL)  # not yet awaited, so nobody else's id
    touched = os.read(reads, 100)
    os.close(reads)
    _, how = os.waitpid(child, 0)
    return End(
        status=os.waitstatus_to_exitcode(how),
        touched=int(touched or 0),
        seconds=time.monotonic() - began,
    )


def serve() -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    for line in sys.stdin:
        print(json.dumps(asdict(raised(Order(**json.loads(line))))), flush=True)


if __name__ == "__main__":
    serve()
