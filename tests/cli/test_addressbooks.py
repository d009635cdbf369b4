"""People from an address book on a real CardDAV server, as they come, change and go."""

from __future__ import annotations

import json
import stat
from contextlib import chdir
from pathlib import Path

import pytest

from syncd.cli.setting import Setting
from syncd.engine.reload import fingerprint
from tests.cli.desk import Desk, Said
from tests.servers import Server

BOOK = """people:
  - people.yaml
  - carddav: {url}
    username: {username}
    password: !env SYNCD_BOOK
    addressbook: Contacts
"""
MKCOL = """<D:mkcol xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><D:set><D:prop>
<D:resourcetype><D:collection/><C:addressbook/></D:resourcetype>
<D:displayname>Contacts</D:displayname></D:prop></D:set></D:mkcol>"""


class Book:
    """An address book on `server`, and the desk of whoever uses it."""

    def __init__(self, desk: Desk, server: Server) -> None:
        self.desk, self.server, self.hour = desk, server, 0
        home = server.home if server.kind == "radicale" else "/user/contacts/"
        self.path = f"{home}people/"
        server.ask("DELETE", self.path)
        status, said = server.ask("MKCOL", self.path, MKCOL.encode(), Content_Type="text/xml")
        assert status in (200, 201), said
        desk.write(server)
        text = desk.config.read_text()
        desk.config.write_text(
            text.replace(
                "people: people.yaml\n",
                BOOK.format(url=server.url, username=server.username),
            )
        )
        desk.env["SYNCD_BOOK"] = server.password

    def put(self, uid: str, name: str, *more: str, categories: str = "Clients") -> None:
        lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{uid}", f"FN:{name}", f"N:{name};;;;"]
        lines += [*([f"CATEGORIES:{categories}"] if categories else []), *more, "END:VCARD", ""]
        self.put_raw(uid, "\r\n".join(lines).encode())

    def put_raw(self, uid: str, body: bytes) -> None:
        path = f"{self.path}{uid}.vcf"
        status, said = self.server.ask("PUT", path, body, Content_Type="text/vcard")
        assert status in (200, 201, 204), said

    def delete(self, uid: str) -> None:
        status, _ = self.server.ask("DELETE", f"{self.path}{uid}.vcf")
        assert status < 300

    def at(self, *arguments: str) -> Said:
        return self.desk.at(f"2026-11-24T{12 + self.hour // 60}:{self.hour % 60:02}", *arguments)

    def sync(self) -> Said:
        """The next sync, more than an hour after the one before."""
        self.hour += 61
        return self.at("sync")

    def people(self) -> set[str]:
        return {each["person"] for each in self.at("due", "--json").json}

    def ahead(self) -> set[str]:
        """Whose contact event is in the calendar."""
        return {each["person"] for each in self.at("due", "--json").json if each["next"]}

    @property
    def file(self) -> Path:
        (found,) = self.desk.state.glob("*.cards.json")
        return found


@pytest.fixture
def book(desk: Desk, server: Server) -> Book:
    return Book(desk, server)


@pytest.fixture
def radicale_book(desk: Desk, radicale: Server) -> Book:
    return Book(desk, radicale)


def test_a_card_becomes_a_person_under_an_id_that_stays(book: Book) -> None:
    book.put("u1", "Ann Lee", "TEL:+49 30 901820", "BDAY:--0620", "PHOTO:aGVsbG8=")
    book.put("u2", "Bob Ray", "TEL:+49 30 901821", categories="Family")
    said = book.sync()
    assert said.status == 0, said
    assert book.people() == {"ann-lee"}
    assert stat.S_IMODE(book.file.stat().st_mode) == 0o600
    assert "PHOTO" not in book.file.read_text()
    assert "1 in it are in none of your lists" in book.at("status").out

    book.put("u1", "Ann Miller", "TEL:+49 30 901820")
    book.put("u2", "Bob Ray", "TEL:+49 30 901821", categories="clients,Family")
    mark = book.server.mark()
    assert book.sync().status == 0
    assert book.people() == {"ann-lee", "bob-ray"}
    asked = [each for each in book.server.requests(mark) if each.path.startswith(book.path)]
    assert [each.method for each in asked] == ["PROPFIND", "REPORT"]

    mark = book.server.mark()
    assert book.sync().status == 0
    asked = [each for each in book.server.requests(mark) if each.path.startswith(book.path)]
    assert [each.method for each in asked] == ["PROPFIND"], "nothing changed"
    mark = book.server.mark()
    assert book.at("sync").status == 0
    assert not [e for e in book.server.requests(mark) if e.path.startswith(book.path)], "an hour"


def test_who_leaves_the_book_or_its_category_leaves_the_calendar(radicale_book: Book) -> None:
    book = radicale_book
    for n, name in enumerate(("Ann Lee", "Bob Ray", "Cyd May")):
        book.put(f"u{n}", name, f"TEL:+49 30 90182{n}")
    text = book.desk.config.read_text()
    book.desk.config.write_text(text.replace("cadence: 6 weeks", "cadence: 1 day"))
    book.sync()
    assert book.ahead() == {"ann-lee", "bob-ray", "cyd-may"}
    book.delete("u0")
    book.put("u1", "Bob Ray", categories="Other")
    said = book.sync()
    assert said.status == 0, said
    assert "2 removed" in said.out
    assert book.ahead() == {"cyd-may"}


def test_a_server_that_is_away_or_refuses_changes_nothing(radicale_book: Book) -> None:
    book = radicale_book
    book.put("u1", "Ann Lee", "TEL:+49 30 901820")
    right = book.desk.env["SYNCD_BOOK"]
    book.desk.env["SYNCD_BOOK"] = "wrong"
    said = book.sync()
    assert said.status == 3
    assert "refused the password (401). Next: check SYNCD_BOOK" in said.err
    assert "Nothing was written" in said.err
    assert len(book.at("sync", "--json").json["errors"]) == 2
    assert "wrong" not in said.err.replace("Nothing", "")
    status = book.at("status")
    assert status.status == 3
    assert "refused the password" in status.out

    book.desk.env["SYNCD_BOOK"] = right
    assert book.at("sync").status == 0, "what failed is tried again at once"
    assert book.people() == {"ann-lee"}

    book.desk.env["SYNCD_BOOK"] = "wrong"
    said = book.sync()
    assert said.status == 3
    assert book.people() == {"ann-lee"}, "the last good reading stays"
    book.desk.env["SYNCD_BOOK"] = right
    assert book.sync().status == 0
    assert book.at("status").status == 0


def test_an_emptied_book_is_doubted_until_it_is_approved(radicale_book: Book) -> None:
    book = radicale_book
    for n, name in enumerate(("Ann Lee", "Bob Ray")):
        book.put(f"u{n}", name, f"TEL:+49 30 90182{n}")
    assert book.sync().status == 0
    book.delete("u0")
    book.delete("u1")
    said = book.sync()
    assert said.status == 3
    assert "is in doubt: it is empty, and 2 of your people were in it" in said.err
    assert book.people() == {"ann-lee", "bob-ray"}
    assert "in doubt" in book.at("status").out
    assert book.at("approve").status == 0
    assert book.at("sync").status == 0
    assert book.people() == set()


def test_many_who_lose_their_category_at_once_are_doubted(radicale_book: Book) -> None:
    book = radicale_book
    names = [f"{first} Lee" for first in ("Ann", "Bob", "Cyd", "Dee", "Eve", "Fay", "Gus", "Hal")]
    for n, name in enumerate(names):
        book.put(f"u{n}", name, f"TEL:+49 30 90182{n}")
    assert book.sync().status == 0
    for n, name in enumerate(names[:6]):
        book.put(f"u{n}", name, f"TEL:+49 30 90182{n}", categories="")
    said = book.sync()
    assert said.status == 3
    assert "6 of the 8 people in it are gone at once" in said.err
    assert len(book.people()) == 8


def test_the_yaml_wins_and_nobody_is_there_twice(radicale_book: Book) -> None:
    book = radicale_book
    book.put("u1", "Ann Lee", "TEL:+49 30 901820", "EMAIL:ann@example.org", "NOTE:sails")
    book.put("u2", "Bob Ray", "EMAIL:bob@other.example", "TEL:+49 30 4711001")
    book.desk.people.write_text(
        "- {name: Dr Ann Lee, lists: [clients], email: ANN@example.org}\n"
        '- {name: Bob Ray, lists: [clients], phone: "+49 30 5550101", email: bob@example.org}\n'
    )
    assert book.sync().status == 0
    assert book.people() == {"dr-ann-lee", "bob-ray"}
    checked = book.at("check")
    assert checked.status == 0
    assert "config.yaml:5:1: warning: address book Contacts: Bob Ray is left out" in checked.out
    assert "write uid: u2 to them in the YAML" in checked.out
    assert "Bob Ray is left out" in book.at("status").out

    # Whoever goes from the YAML and stays in the book is the same person.
    book.desk.people.write_text("[]\n")
    assert book.people() == {"dr-ann-lee", "bob-ray"}


def test_a_card_in_doubt_is_decided_about_in_the_database(radicale_book: Book) -> None:
    book = radicale_book
    book.put("u1", "Ann Lee", "TEL:+49 30 901820", categories="")
    book.put("u2", "Bob Ray", "EMAIL:bob@other.example", "TEL:+49 30 4711001", "NOTE:rows")
    yaml = '- {name: Bob Ray, lists: [clients], phone: "+49 30 5550101"}\n'
    book.desk.people.write_text(yaml)
    assert book.sync().status == 0
    assert "Bob Ray is left out" in book.at("status").out
    said = book.at("decide")
    assert said.status == 0 and "In doubt: 1 card" in said.out and "u2" in said.out
    (doubtful,) = book.at("decide", "--json").json["doubtful"]
    assert doubtful["may-be"] == [{"key": "bob-ray", "name": "Bob Ray"}]

    before = fingerprint([book.file])
    said = book.at("decide", "bob ray=new")
    assert "Bob Ray: somebody new." in said.out
    assert fingerprint([book.file]) != before, "which tells the daemon"
    assert book.people() == {"bob-ray", "bob-ray-2"}
    assert "left out:" not in book.at("status").out
    assert book.sync().status == 0
    assert book.people() == {"bob-ray", "bob-ray-2"}

    assert book.at("decide", "--json", "u2=Bob-Ray").json["decided"] == [
        {"name": "Bob Ray", "uid": "u2", "source": "Contacts:2", "is": "bob-ray"}
    ]
    assert book.sync().status == 0
    assert book.people() == {"bob-ray"}
    with chdir(book.desk.folder):
        roster = Setting(config=book.desk.config, env=book.desk.environment).loaded().roster
    assert (roster.people["bob-ray"].uid, roster.people["bob-ray"].notes) == ("u2", "rows")

    assert "Bob Ray: left out." in book.at("decide", "u2=out").out
    assert "Nobody in your address books is in doubt." in book.at("decide").out
    assert book.people() == {"bob-ray"}
    assert book.desk.people.read_text() == yaml

    book.file.unlink()
    assert book.sync().status == 0
    assert book.at("decide", "--json").json["decided"][0]["is"] == "out"


def test_all_verbs_agree_about_who_is_in_doubt(radicale_book: Book) -> None:
    book = radicale_book
    book.put("m1", "Mum", "TEL:+49 30 901820")
    book.put("a1", "Annie", "TEL:+49 30 901820")
    book.desk.people.write_text(
        '- {name: Ann Lee, id: ann, lists: [clients], phone: "+49 30 901820"}\n'
    )
    assert book.sync().status == 0

    def doubtful() -> set[str]:
        found = {each["name"] for each in book.at("decide", "--json").json["doubtful"]}
        for verb in ("check", "status"):
            said = book.at(verb).out
            assert {name for name in ("Mum", "Annie") if f"{name} is left out" in said} == found
        assert book.people() == {"ann"}
        return found

    assert doubtful() == {"Mum", "Annie"}
    assert "Mum: the same as ann." in book.at("decide", "Mum=ann").out
    assert doubtful() == {"Annie"}
    assert book.sync().status == 0
    assert doubtful() == {"Annie"}
    assert "Annie: the same as ann." in book.at("decide", "Annie=ann").out
    assert book.sync().status == 0
    assert doubtful() == set()


def test_a_decision_that_is_changed_leaves_nothing_behind(radicale_book: Book) -> None:
    book = radicale_book
    book.put("m1", "Mum", "TEL:+49 30 901820", "EMAIL:mum@example.org")
    book.put("z1", "Zed", "EMAIL:mum@example.org")
    book.desk.people.write_text(
        '- {name: Ann Lee, id: ann, lists: [clients], phone: "+49 30 901820"}\n'
    )
    assert book.sync().status == 0
    (doubtful,) = book.at("decide", "--json", "Mum=ann").json["doubtful"]
    assert doubtful["name"] == "Zed", "who has an address that is Ann's by now"
    assert book.sync().status == 0
    assert book.at("decide", "--json", "Mum=out").json["doubtful"] == []
    assert book.people() == {"ann", "zed"}


def test_a_number_of_somebody_known_is_asked_about(radicale_book: Book) -> None:
    book = radicale_book
    book.put("b1", "Bob Roy", "TEL:+49 30 901821")
    book.put("j1", "Jo Roy", "TEL:+49 30 901821")
    book.desk.people.write_text('- {name: Bob Roy, lists: [clients], phone: "+49 30 901821"}\n')
    assert book.sync().status == 0
    assert book.people() == {"bob-roy"}
    assert "Jo Roy: somebody new." in book.at("decide", "Jo Roy=new").out
    assert book.sync().status == 0
    assert book.people() == {"bob-roy", "jo-roy"}


def test_whom_the_book_keeps_apart_can_be_one_by_decision(radicale_book: Book) -> None:
    book = radicale_book
    book.put("b1", "Bob Roy", "TEL:+49 30 901821")
    book.put("j1", "Jo Roy", "TEL:+49 30 901821")
    book.desk.people.write_text("[]\n")
    assert book.sync().status == 0
    assert book.people() == {"bob-roy", "jo-roy"}
    assert "Jo Roy: somebody new." in book.at("decide", "Jo Roy=new").out
    assert book.people() == {"bob-roy", "jo-roy"}
    assert book.at("decide", "Jo Roy=bob").status == 0
    assert book.people() == {"bob-roy"}


def test_whoever_is_there_is_not_put_in_doubt_by_who_comes(radicale_book: Book) -> None:
    book = radicale_book
    book.put("m2", "Bob Roy", "EMAIL:roy@example.org")
    book.desk.people.write_text("[]\n")
    assert book.sync().status == 0
    book.put("m1", "Jo Roy", "EMAIL:roy@example.org")
    assert book.sync().status == 0
    assert book.people() == {"bob-roy"}
    assert book.at("decide", "Jo Roy=new").status == 0
    assert book.sync().status == 0
    book.put("m0", "Cy Roy", "EMAIL:roy@example.org")
    assert book.sync().status == 0
    assert book.people() == {"bob-roy", "jo-roy"}
    (doubtful,) = book.at("decide", "--json").json["doubtful"]
    assert doubtful["name"] == "Cy Roy"


def test_a_hostile_card_takes_no_other_with_it(radicale_book: Book) -> None:
    book = radicale_book
    book.put("u1", "Ann Lee", "TEL:+49 30 901820")
    book.put("u2", "Bob Ray", "TEL:+49 30 901821")
    assert book.sync().status == 0
    kept = json.loads(book.file.read_text())
    path = sorted(kept["sheets"])[0]
    hostile = {
        path + "0": ["e", "BEGIN:VCARD\nVERSION:2.1\nFN:Evil\nAGENT:\nBEGIN:VCARD\nFN:X\n"],
        path + "1": ["e", "BEGIN:VCARD\nFN:" + "x" * 300 + "\nCATEGORIES:clients\nEND:VCARD\n"],
        path + "2": ["e", "BEGIN:VCARD\nFN:\x1b[31m- !env A: *x\nCATEGORIES:clients\nEND:VCARD\n"],
        path + "3": ["e", "\x00\x01 no card"],
    }
    kept["sheets"] = {**hostile, **kept["sheets"]}
    book.file.write_text(json.dumps(kept))
    people = book.people()
    assert {"ann-lee", "bob-ray"} <= people
    assert not any("evil" in each for each in people)
    assert book.at("check").status == 0
    assert "\x1b" not in book.at("check").out


def test_what_a_card_says_is_taken_and_what_yaml_says_stays(radicale_book: Book) -> None:
    book = radicale_book
    mail = ("EMAIL:ann@example.org", "EMAIL;TYPE=pref:lee@example.org")
    ann = ("TEL:+49 30 901820", *mail, "NOTE:sails", "ADR:;;Linienstr. 1;Berlin;;10178;Germany")
    book.put("u1", "Ann Lee", *ann, "BDAY:1980-02-29", categories="")
    book.put("u2", "Bob Lee", "TEL:+49 30 901820", categories="")
    members = b"MEMBER:urn:uuid:u1\r\nMEMBER:u1\r\nMEMBER:u2\r\n"
    group = b"BEGIN:VCARD\r\nVERSION:4.0\r\nUID:g1\r\nKIND:group\r\nFN:Clients\r\n"
    book.put_raw("g1", group + members + b"END:VCARD\r\n")
    assert book.sync().status == 0
    assert book.people() == {"ann-lee", "bob-lee"}, "a group is a list; a number may be shared"
    with chdir(book.desk.folder):
        roster = Setting(config=book.desk.config, env=book.desk.environment).loaded().roster
        person = roster.people["ann-lee"]
        assert (person.phone, person.notes, person.uid) == ("+49 30 901820", "sails", "u1")
        assert person.emails == ("lee@example.org", "ann@example.org")
        assert person.address == "Linienstr. 1, 10178 Berlin, Germany"
        assert [each.name for each in person.dates] == ["birthday"]
        assert book.file in roster.files

        book.desk.people.write_text(
            '- {name: Ann Lee, lists: [clients], phone: "+49 30 901820", notes: rows}\n'
        )
        roster = Setting(config=book.desk.config, env=book.desk.environment).loaded().roster
        assert list(roster.people) == ["ann-lee"], "one who is known has the number"
        book.at("decide", "Bob Lee=new")
        roster = Setting(config=book.desk.config, env=book.desk.environment).loaded().roster
        assert list(roster.people) == ["ann-lee", "bob-lee"]
        person = roster.people["ann-lee"]
        assert person.emails == ("lee@example.org", "ann@example.org")
        assert (person.notes, person.uid, person.where) == ("rows", "u1", "people.yaml:1")
        assert person.address == "Linienstr. 1, 10178 Berlin, Germany"


def test_what_is_wrong_with_a_book_is_named_where_it_stands(radicale_book: Book) -> None:
    book = radicale_book
    text = book.desk.config.read_text()
    for before, after, said in (
        (
            "addressbook: Contacts",
            "list: freinds",
            "config.yaml:8:11: list: «freinds» is not known",
        ),
        ("addressbook: Contacts", "adressbook: X", "config.yaml:8:5: adressbook: is no key here"),
        ("    password: !env SYNCD_BOOK\n", "", "config.yaml:5:5: carddav: password is missing"),
        ("SYNCD_BOOK", "SYNCD_NONE", "password: SYNCD_NONE is not set in the environment"),
        ("carddav: http", "carddav: ftp", "config.yaml:5:14: carddav: is no address of a server"),
    ):
        book.desk.config.write_text(text.replace(before, after, 1))
        checked = book.at("check")
        assert checked.status == 1, checked
        assert said in checked.out
        assert book.at("sync").status == 1


def test_a_damaged_file_says_what_to_do(radicale_book: Book) -> None:
    book = radicale_book
    book.put("u1", "Ann Lee", "TEL:+49 30 901820")
    assert book.sync().status == 0
    book.file.write_text("{")
    said = book.at("due")
    assert said.status == 5
    assert "Next: delete it" in said.err
    book.file.unlink()
    assert book.at("sync").status == 0
    assert book.people() == {"ann-lee"}
