"""It may end at any moment: a process that is killed leaves nothing behind that the next one does
not put right, on real servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.emulator.google import Emulator
from tests.kills.run import kill
from tests.kills.victim import Nursery, nursery
from tests.servers import Process
from tests.trials import Tell


@pytest.fixture
def syncd() -> Iterator[Nursery]:
    with nursery() as made:
        yield made


@pytest.fixture
def tell(record_property: Tell) -> Tell:
    return record_property


def test_on_radicale(radicale_process: Process, tmp_path: Path, syncd: Nursery, tell: Tell) -> None:
    kill("on Radicale", radicale_process.fresh, tmp_path, syncd, tell)


def test_on_xandikos(xandikos_process: Process, tmp_path: Path, syncd: Nursery, tell: Tell) -> None:
    kill("on Xandikos", xandikos_process.fresh, tmp_path, syncd, tell)


def test_on_google(google_server: Emulator, tmp_path: Path, syncd: Nursery, tell: Tell) -> None:
    kill("on the emulated Google", google_server.fresh, tmp_path, syncd, tell)
