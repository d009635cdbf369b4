"""It loses nothing: the laws of the design, whatever happens, at every kind of calendar."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.emulator.google import Emulator
from tests.hosts import Host
from tests.proof.places import NAMES, AtServer, Memory, Rewriting
from tests.proof.run import STEPS, prove
from tests.servers import Process
from tests.trials import MINUTES, Tell

KINDS = {
    "CalDAV": partial(Memory, ()),
    "a server that rewrites": partial(Memory, (), Rewriting),
    "Google": partial(Memory, NAMES),
    "one of each": partial(Memory, NAMES[1:]),
}


@pytest.mark.parametrize("kind", [*KINDS])
def test_in_memory(kind: str, tell: Tell) -> None:
    prove(f"in memory, as {kind}", KINDS[kind], tell, examples=15, steps=STEPS)


def test_on_radicale(radicale_process: Process, tmp_path: Path, tell: Tell) -> None:
    at_server("on Radicale", radicale_process.fresh, tmp_path, tell)


def test_on_xandikos(xandikos_process: Process, tmp_path: Path, tell: Tell) -> None:
    at_server("on Xandikos", xandikos_process.fresh, tmp_path, tell)


def test_on_google(google_server: Emulator, tmp_path: Path, tell: Tell) -> None:
    at_server("on the emulated Google", google_server.fresh, tmp_path, tell)


def at_server(name: str, fresh: Callable[[], Host], folder: Path, tell: Tell) -> None:
    """Each example has a user, or an empty home, of its own."""
    prove(
        name,
        lambda: AtServer(fresh(), folder),
        tell,
        examples=3,
        steps=15 if MINUTES else 6,
        least=6,
    )
