"""Calendar servers for whoever asks: one process of each kind, started at first use."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.emulator.fixtures import google, google_server
from tests.length import often
from tests.servers import KINDS, Process, Server, running
from tests.tried import pytest_terminal_summary

LONGEST_FIRST = ("tests/year/test_full_year.py", "tests/year/test_year.py", "tests/year/")
"""So that towards the end of a run nobody waits for one of them."""

__all__ = ["google", "google_server", "pytest_terminal_summary"]

# Whoever runs the tests in the background may hand down that SIGINT is to be ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)


# Property tests are the same at every run; `--hypothesis-seed` looks elsewhere.
settings.register_profile(
    "suite",
    derandomize=True,
    deadline=None,
    max_examples=often(40, 1000),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")

# What the tests write, and what their servers write, is gone in a minute: where memory has room for
# it, no disk is waited for.
MEMORY = Path("/dev/shm")
if os.access(MEMORY, os.W_OK | os.X_OK) and shutil.disk_usage(MEMORY).free > 2 << 30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> int:
        starts = (n for n, path in enumerate(LONGEST_FIRST) if item.nodeid.startswith(path))
        return next(starts, len(LONGEST_FIRST))

    items.sort(key=turn)


@pytest.fixture(scope="session")
def radicale_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with running("radicale", tmp_path_factory.mktemp("radicale")) as process:
        yield process


@pytest.fixture(scope="session")
def xandikos_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with running("xandikos", tmp_path_factory.mktemp("xandikos")) as process:
        yield process


@pytest.fixture
def radicale(radicale_process: Process) -> Server:
    """A user of their own on a Radicale, with a password."""
    return radicale_process.fresh()


@pytest.fixture
def reader(radicale_process: Process) -> Server:
    """A user on a Radicale who may look at their calendars and change nothing in them."""
    return radicale_process.fresh("reader")


@pytest.fixture
def xandikos(xandikos_process: Process) -> Server:
    """An empty home on a Xandikos, which takes any password."""
    return xandikos_process.fresh()


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest) -> Server:
    """Each of them."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Server)
    return found
