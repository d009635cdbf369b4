"""CardDAV against a scripted server: where a password goes, and what no server should say."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from syncd.books.carddav import LONGEST, fetch
from syncd.errors import Refused, Unreachable
from syncd.model.roster import AddressBook, Secret

OPEN = '<D:multistatus xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav">'


class Script(BaseHTTPRequestHandler):
    """Answers by (method, path); what was asked is kept."""

    answers: ClassVar[dict[tuple[str, str], tuple[int, dict[str, str], str]]] = {}
    asked: ClassVar[list[tuple[str, str, str]]] = []

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.asked.append((self.command, self.path, self.headers.get("Authorization") or ""))
        status, headers, body = self.answers.get((self.command, self.path), (404, {}, ""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    do_PROPFIND = do_REPORT = _answer

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[tuple[type[Script], str]]:
    class Own(Script):
        answers: ClassVar[dict[tuple[str, str], tuple[int, dict[str, str], str]]] = {}
        asked: ClassVar[list[tuple[str, str, str]]] = []

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield Own, f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def script() -> Iterator[tuple[type[Script], str]]:
    with serving() as made:
        yield made


def book(url: str, addressbook: str = "") -> AddressBook:
    return AddressBook(
        name="Contacts",
        url=url,
        username="ann",
        password=Secret(value="s3cret", origin="SYNCD_BOOK"),
        addressbook=addressbook,
        list="",
        file=Path("unused"),
    )


def rows(*said: str) -> tuple[int, dict[str, str], str]:
    return 207, {}, OPEN + "".join(said) + "</D:multistatus>"


def row(href: str, prop: str) -> str:
    return (
        f"<D:response><D:href>{href}</D:href><D:propstat><D:prop>{prop}</D:prop>"
        "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
    )


def listing(etag: str) -> tuple[int, dict[str, str], str]:
    kind = "<D:resourcetype><D:collection/><C:addressbook/></D:resourcetype>"
    return rows(row("/b/", kind), row("/b/a.vcf", f"<D:getetag>{etag}</D:getetag>"))


def test_a_redirect_to_another_host_gets_no_password(script: tuple[type[Script], str]) -> None:
    served, url = script
    with serving() as (thief, elsewhere):
        for target in (elsewhere, elsewhere.replace("127.0.0.1", "localhost")):
            served.answers["PROPFIND", "/"] = 302, {"Location": f"{target}/"}, ""
            with pytest.raises(Refused, match="password would not be safe"):
                fetch(book(f"{url}/"), {})
        assert thief.asked == []
    assert "s3cret" not in str(served.asked)


def test_an_entity_is_not_resolved(script: tuple[type[Script], str], tmp_path: Path) -> None:
    served, url = script
    secret = tmp_path / "secret"
    secret.write_text("FN:Stolen")
    served.answers["PROPFIND", "/b/"] = listing("1")
    status, headers, body = rows(
        row("/b/a.vcf", "<D:getetag>1</D:getetag><C:address-data>x&e;</C:address-data>")
    )
    head = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
    served.answers["REPORT", "/b/"] = status, headers, head + body
    assert "Stolen" not in str(fetch(book(url, f"{url}/b/"), {}))


def test_only_what_changed_is_asked_for_and_a_giant_is_left_empty(
    script: tuple[type[Script], str],
) -> None:
    served, url = script
    settings = book(url, f"{url}/b/")
    served.answers["PROPFIND", "/b/"] = listing("2")
    photo = "PHOTO:" + "a" * LONGEST + "\n " + "b" * LONGEST + "\n"
    for text, kept in (
        (f"FN:Ann\n{photo}TEL:1\n", "FN:Ann\nTEL:1\n"),
        ("NOTE:" + "x" * LONGEST, ""),
    ):
        served.answers["REPORT", "/b/"] = rows(
            row("/b/a.vcf", f"<C:address-data>{text}</C:address-data>")
        )
        assert fetch(settings, {"/b/a.vcf": ("1", "old")}) == {"/b/a.vcf": ("2", kept)}
    del served.asked[:]
    assert fetch(settings, {"/b/a.vcf": ("2", "old")}) == {"/b/a.vcf": ("2", "old")}
    assert [method for method, _, _ in served.asked] == ["PROPFIND"]


def test_cards_that_are_listed_and_not_given_are_no_deletion(
    script: tuple[type[Script], str],
) -> None:
    served, url = script
    served.answers["PROPFIND", "/b/"] = listing("2")
    served.answers["REPORT", "/b/"] = rows()
    with pytest.raises(Unreachable, match="lists 1 cards and does not give them"):
        fetch(book(url, f"{url}/b/"), {})


def test_a_server_that_is_away_or_answers_nonsense_is_tried_again(
    script: tuple[type[Script], str],
) -> None:
    served, url = script
    with serving() as (_, gone):
        pass
    with pytest.raises(Unreachable, match="cannot be reached"):
        fetch(book(gone, f"{gone}/b/"), {})
    served.answers["PROPFIND", "/b/"] = 207, {}, "<no"
    with pytest.raises(Unreachable, match="not XML"):
        fetch(book(url, f"{url}/b/"), {})
    served.answers["PROPFIND", "/b/"] = 502, {}, ""
    with pytest.raises(Unreachable, match="failed"):
        fetch(book(url, f"{url}/b/"), {})
