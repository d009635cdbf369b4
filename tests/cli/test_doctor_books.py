"""doctor of address books: each step, on servers that are well and on such as are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.books.doctor import checks
from syncd.model.examination import Verdict, examined
from tests.books.test_carddav import Script, book, listing, row, rows, serving
from tests.cli.desk import Desk
from tests.cli.test_addressbooks import Book
from tests.cli.test_cli_doctor import behind_tls
from tests.servers import Server

CONTACTS = "Address book Contacts"
STEPS = (
    *("password", "resolve", "connect", "encryption", "sign in"),
    *("find", "read", "changes"),
)


@pytest.fixture
def there(desk: Desk, radicale: Server) -> Book:
    made = Book(desk, radicale)
    made.put("u1", "Ann Lee", "TEL:+49 30 901820")
    return made


def steps(there: Book) -> dict[str, tuple[str, str, str]]:
    """By name: verdict, what was said, what to do."""
    done = there.desk.syncd("doctor", "--json", "Contacts")
    assert done.out, done.err
    assert done.json.keys() == {CONTACTS}
    found = {s["step"]: (s["verdict"], s["said"], s["next"]) for s in done.json[CONTACTS]}
    failed = any(each[0] == "failed" for each in found.values())
    assert done.status == (3 if failed else 0)
    return found


def change(there: Book, before: str, after: str) -> None:
    """The part of the config about the address book says something else."""
    text = there.desk.config.read_text()
    assert before in text
    there.desk.config.write_text(text.replace(before, after, 1))


def test_all_is_well(desk: Desk, server: Server) -> None:
    there = Book(desk, server)
    for n in range(3):
        there.put(f"u{n}", f"Ann {n}", f"TEL:+49 30 90182{n}")
    told = steps(there)
    assert {name: each[0] for name, each in told.items()} == dict.fromkeys(STEPS, "well")
    assert told["find"][1] == f"«Contacts» is {there.path}"
    assert told["read"][1].startswith("3 cards in ")
    assert told["changes"][1] == "the server can tell what has changed (sync-collection)"
    assert "is let in at /" in told["sign in"][1]
    shown = desk.process("doctor")
    assert "Calendar home\n" in shown.out and f"{CONTACTS}\n  ✓ password: " in shown.out
    assert desk.env["SYNCD_BOOK"] not in shown.out
    assert list(desk.syncd("doctor", "--json", "home").json) == ["home"]


def test_a_wrong_password(there: Book) -> None:
    there.desk.env["SYNCD_BOOK"] = "wrong"
    told = steps(there)
    assert told["sign in"][0] == "failed" and "refused the password (401)" in told["sign in"][1]
    assert told["sign in"][2] == "check SYNCD_BOOK."
    assert told["read"][0] == "not tried" and "since sign in failed" in told["read"][1]
    shown = there.desk.process("doctor", CONTACTS)
    assert shown.status == 3 and shown.out.endswith(f"Not well: {CONTACTS}.\n")


def test_a_server_that_is_away(there: Book) -> None:
    change(there, there.server.url, "http://127.0.0.1:9/")
    told = steps(there)
    assert told["connect"][0] == "failed" and "nothing answers at 127.0.0.1" in told["connect"][1]
    assert told["find"][0] == "not tried"


def test_a_certificate_that_nobody_trusts(there: Book, tmp_path: Path) -> None:
    with behind_tls(tmp_path) as url:
        change(there, there.server.url, url)
        told = steps(there)
    assert told["connect"][0] == "well"
    assert told["encryption"][0] == "failed" and "no certificate" in told["encryption"][1]
    assert told["encryption"][2] == (
        "check the address, or the server's certificate; "
        "a CA of your own is named by SSL_CERT_FILE."
    )


def test_a_book_that_is_not_there_and_one_that_is_empty(there: Book) -> None:
    there.delete("u1")
    told = steps(there)
    assert told["read"][0] == "doubtful" and "nobody in it" in told["read"][1]
    assert "put somebody in" in told["read"][2]
    change(there, "addressbook: Contacts", f"addressbook: {there.server.url.rstrip('/')}/nope/x/")
    done = there.desk.syncd("doctor", "--json").json
    (found,) = (each for name, each in done.items() if name.startswith("Address book"))
    assert {each["step"]: each["verdict"] for each in found}["sign in"] == "failed"
    change(there, "addressbook: http", "addressbook: Nowhere #")
    done = there.desk.syncd("doctor", "--json", "Nowhere").json["Address book Nowhere"]
    assert {each["step"]: each["next"] for each in done}["find"] == (
        "check addressbook: in its config."
    )


def test_a_name_that_nothing_has(there: Book) -> None:
    done = there.desk.syncd("doctor", "work")
    assert done.status == 2
    assert done.err == ("«work» is no calendar and no address book. There is: home, Contacts.\n")


@pytest.mark.parametrize("tells", [True, False])
def test_a_server_that_does_not_tell_changes_will_do(tells: bool) -> None:
    with serving() as (served, url):
        answer(served, "<D:sync-collection/>" if tells else "<D:expand-property/>")
        (*_, last) = examined(checks(book(url, f"{url}/b/"), ()))
    assert (last.name, last.verdict) == ("changes", Verdict.WELL)
    assert ("compares its list of cards" in last.said) is not tells


def answer(served: type[Script], report: str) -> None:
    """Have the server say which cards there are, and which report it knows."""
    status, headers, text = listing("1")
    kind = f"<D:supported-report-set>{report}</D:supported-report-set>"
    served.answers["PROPFIND", "/b/"] = (
        status,
        headers,
        text.replace("</D:multistatus>", f"{row('/b/', kind)}</D:multistatus>"),
    )
    served.answers["REPORT", "/b/"] = rows(
        row("/b/a.vcf", "<C:address-data>BEGIN:VCARD</C:address-data>")
    )


def test_a_password_that_anybody_may_read() -> None:
    (step,) = (
        each
        for each in examined(checks(book("http://dav.example.invalid/"), ()))
        if each.name == "encryption"
    )
    assert step.verdict is Verdict.DOUBTFUL
    assert step.remedy == "write https:// in its carddav address."
