"""A server that is kept up for as long as somebody needs it.

    nobody runs it        take the owner's lock, start it, and start it again when it ends
    another syncd does    use that one; take over when it lets go of the lock

One thread of a house's own does this, from the first request until `close`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from types import TracebackType

from syncd.calendars.embedded import keys, locks, trouble
from syncd.calendars.embedded.server import PATIENCE, Server, reaches
from syncd.errors import SyncdError, Unreachable
from syncd.model.roster import EmbeddedSettings

FIRST, LONGEST = 1.0, 60.0
"""Seconds before it is started again: doubled from one failure to the next."""
STEADY = 300.0
"""Seconds after which it is said to run well."""
_LOOK = 0.1
"""Seconds between two looks at a server that another syncd runs."""

ENDED = "The calendar server ended by itself"

Say = Callable[[str], None]
"""Told when the server ended by itself, and of the same trouble once: for the log."""


class House:
    """Keeps one server up. May be used by several threads."""

    def __init__(self, settings: EmbeddedSettings, username: str, say: Say) -> None:
        self.settings = settings
        self._username = username
        self._say = say
        self._changed = threading.Condition()
        self._up = False
        self._why = ""
        """Why it is not up; empty while it may come up."""
        self._said = ""
        """What `say` was last told since it ran well."""
        self._server: Server | None = None
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def awake(self) -> None:
        """Come back once the server takes requests. Raises Unreachable where it does not."""
        with self._changed:
            if self._thread is None and not self._ending.is_set():
                self._thread = threading.Thread(target=self._keep, name="embedded", daemon=True)
                self._thread.start()
            self._changed.wait_for(lambda: self._up or self._why, PATIENCE)
            if not self._up:
                raise Unreachable(self._why or "The calendar server does not come up.")

    def close(self) -> None:
        """End the server, if it is ours, within a third of a second."""
        self._ending.set()
        with self._changed:
            server, thread, well = self._server, self._thread, self._up
            self._is(up=False, why="The calendar server was ended.")
        if server is not None:
            server.end()
            if well:
                trouble.forget(self.settings.folder)
        if thread is not None:
            thread.join(1)

    # -- the thread

    def _keep(self) -> None:
        folder = self.settings.folder
        while not self._ending.is_set():
            try:
                keys.make_folder(folder)
                owner = locks.taken(folder / locks.OWNER)
                if owner is None:
                    self._borrow(folder)
                    continue
                try:
                    self._serve(folder)
                finally:
                    os.close(owner)
            except OSError as error:
                self._fail(str(keys.unusable(folder, error)))
                self._ending.wait(LONGEST)

    def _borrow(self, folder: Path) -> None:
        """See whether the server is up that another syncd runs."""
        lives = locks.is_held(folder / locks.SERVER)
        up = lives and (self._up or reaches(self.settings))
        why = "" if lives else trouble.words_of(folder)
        with self._changed:
            if (up, why) != (self._up, self._why) and not self._ending.is_set():
                self._is(up=up, why=why)
        self._ending.wait(_LOOK)

    def _serve(self, folder: Path) -> None:
        wait = FIRST
        while not self._ending.is_set():
            began = monotonic()
            with self._changed:
                self._is(up=False)
            try:
                words = self._one_life(folder)
                said = f"{ENDED} ({words})."
            except SyncdError as error:
                said = str(error)
            if self._ending.is_set():
                return
            if monotonic() - began > STEADY:
                trouble.forget(folder)
                wait, self._said = FIRST, ""
            trouble.remember(folder, said, datetime.now(UTC))
            self._fail(said)
            self._ending.wait(wait)
            wait = min(2 * wait, LONGEST)

    def _one_life(self, folder: Path) -> str:
        lock = locks.cleared(folder / locks.SERVER)
        try:
            server = Server(self.settings, self._username, lock)
        finally:
            os.close(lock)
        with self._changed:
            self._server = server
            late = self._ending.is_set()
        steady = threading.Timer(STEADY, trouble.forget, [folder])
        steady.daemon = True
        try:
            if late:
                server.end()

            def up() -> None:
                steady.start()
                if not trouble.words_of(folder).startswith(ENDED):  # it could not be started
                    trouble.forget(folder)
                with self._changed:
                    self._is(up=not self._ending.is_set())

            return server.lived(up)
        finally:
            steady.cancel()
            with self._changed:
                self._server = None

    def _fail(self, why: str) -> None:
        if why != self._said:
            self._said = why
            self._say(why)
        with self._changed:
            self._is(up=False, why=why)

    def _is(self, *, up: bool, why: str = "") -> None:
        self._up, self._why = up, why
        self._changed.notify_all()


class Houses:
    """The servers that one process needs. Use it as a context: at its end they are ended. `say` may
    be set by whoever keeps a log."""

    def __init__(self) -> None:
        self.say: Say = lambda words: None
        self._houses: dict[Path, House] = {}

    def at(self, settings: EmbeddedSettings, username: str) -> House:
        """The one that `settings` mean; should it have listened elsewhere so far, that ends."""
        known = self._houses.get(settings.folder)
        if known is None or known.settings != settings:
            if known is not None:
                known.close()
            known = self._houses[settings.folder] = House(settings, username, self._told)
        return known

    def _told(self, words: str) -> None:
        self.say(words)

    def keep(self, wanted: Iterable[EmbeddedSettings | None]) -> None:
        """End those that nobody wants any more."""
        for folder in set(self._houses) - {each.folder for each in wanted if each is not None}:
            self._houses.pop(folder).close()

    def close(self) -> None:
        """End them all."""
        self.keep(())

    def __enter__(self) -> Houses:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self.close()
