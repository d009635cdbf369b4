"""The emulator for whoever asks: one server, and a user of their own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulator.google import Account, Emulator, running


@pytest.fixture(scope="session")
def google_server() -> Iterator[Emulator]:
    with running() as emulator:
        yield emulator


@pytest.fixture
def google(google_server: Emulator) -> Iterator[Account]:
    """A Google user; a request that nobody should make fails the test."""
    account = google_server.fresh()
    yield account
    assert not account.violations, "\n".join(account.violations)
