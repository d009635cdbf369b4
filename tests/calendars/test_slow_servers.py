"""Servers that do not answer, drip, or never end, over real sockets, by each way that syncd speaks;
and that the next request finds a server that is well again."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from syncd import answers
from syncd.books import wire as books
from syncd.calendars.caldav import transport as caldav
from syncd.calendars.google import wire as google
from syncd.errors import Unreachable
from syncd.model.roster import AddressBook, Secret

HEAD = b"HTTP/1.1 200 OK\r\n"
HABITS = {
    "says nothing": (b"", b"", "did not answer in time|timed out|drips"),
    "drips a header": (HEAD + b"X-A: ", b"a", "did not answer in time|drips"),
    "drips a body": (HEAD + b"Content-Length: 9999\r\n\r\n", b"a", "did not answer in time|drips"),
    "drips without an end": (HEAD + b"\r\n", b"a", "did not answer in time|drips"),
    "has no end": (HEAD + b"\r\n", b"a" * 65536, "more than syncd takes|too large"),
    "says it is huge": (
        HEAD + b"Content-Length: 99999999\r\n\r\n",
        b"a" * 65536,
        "more than syncd takes|too large",
    ),
}
WELL = HEAD + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"


@contextmanager
def serving(habit: str) -> Iterator[str]:
    """The address of a server that does so with its first connection, and is well afterwards."""
    first, more, _ = HABITS[habit]
    over = threading.Event()

    def bad(client: socket.socket) -> None:
        client.sendall(first)
        while not over.wait(0 if len(more) > 1 else 0.02):
            client.sendall(more)

    def loop(listener: socket.socket) -> None:
        with suppress(OSError):
            for turn in range(9):
                client, _ = listener.accept()
                threading.Thread(target=one, args=(client, turn), daemon=True).start()

    def one(client: socket.socket, turn: int) -> None:
        with suppress(OSError), client:
            client.recv(65536)
            if turn == 0:
                bad(client)
            else:
                client.sendall(WELL)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=loop, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        over.set()
        listener.shutdown(socket.SHUT_RDWR)


def by_caldav(url: str) -> Callable[[], object]:
    made = caldav.Transport(name="home", url=url, username="", password="", origin="")
    return lambda: made.request("PROPFIND", url)


def by_carddav(url: str) -> Callable[[], object]:
    book = AddressBook(
        name="book",
        url=url,
        username="",
        password=Secret(value=""),
        addressbook="",
        list="",
        file=Path("book.json"),
    )
    made = books.Wire(book)
    return lambda: made.reach(url)


def by_google(url: str) -> Callable[[], object]:
    made = google.Wire()
    return lambda: made.request(url, "GET")


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize("way", [by_caldav, by_carddav, by_google])
def test_a_server_that_holds_us_up(
    way: Callable[[str], Callable[[], object]], habit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "PATIENCE", 0.3)
    monkeypatch.setattr(answers, "LONGEST", 1_000_000)
    for module in (caldav, books):
        monkeypatch.setattr(module, "TIMEOUT", (0.5, 0.5))
    monkeypatch.setattr(google, "TIMEOUT", 0.5)
    with serving(habit) as url:
        ask = way(url)
        began = time.monotonic()
        with pytest.raises((Unreachable, OSError), match=HABITS[habit][2]):
            ask()
        assert time.monotonic() - began < 2
        ask()


def test_a_connection_that_waits_is_looked_at_when_it_is_to_be_used() -> None:
    asked, closed = threading.Event(), threading.Event()

    def serve(listener: socket.socket) -> None:
        for _ in range(2):
            client, _ = listener.accept()
            with client:
                client.recv(65536)
                client.sendall(HEAD + b"Content-Length: 2\r\n\r\n{}")  # and keeps it open
                asked.wait(10)
            closed.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        there = threading.enumerate()
        sender = caldav.Transport(name="home", url=url, username="", password="", origin="")
        assert sender.request("OPTIONS", url).ok
        now = [each for each in threading.enumerate() if not isinstance(each, threading.Timer)]
        assert set(now) <= set(there), "somebody watches it"
        asked.set()
        assert closed.wait(10)
        assert sender.request("OPTIONS", url).ok
        sender.close()
