"""The emulator: a Google on loopback, to which google-api-python-client talks unchanged."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Iterator

from tests.emulator.account import Account
from tests.emulator.oauth import OAuth
from tests.emulator.server import Server

__all__ = ["Account", "Emulator", "running"]


class Emulator:
    """Accounts, and the server that they are reached at."""

    def __init__(self, port: int = 0) -> None:
        self.oauth = OAuth()
        self.accounts: dict[str, Account] = {}
        self._server = Server(self, port)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def fresh(self, name: str = "ann") -> Account:
        """A user of their own, with an empty calendar."""
        email = f"{name}.{secrets.token_hex(4)}@example.org"
        account = Account(self, email)
        self.accounts[email] = account
        return account


@contextlib.contextmanager
def running(port: int = 0) -> Iterator[Emulator]:
    """While it holds, an emulator is there."""
    emulator = Emulator(port)
    emulator.start()
    try:
        yield emulator
    finally:
        emulator.stop()
