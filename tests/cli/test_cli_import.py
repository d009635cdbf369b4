"""import: a preview first, people with ids, nothing twice and nothing overwritten."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.books.producers import PRODUCERS, cards
from tests.books.test_monica import ANN, JSON, SQL
from tests.cli.desk import NOW, Desk
from tests.cli.test_cli_starting import Terminal

CONFIG = """\
timezone: Europe/Berlin
people: [people.yaml, others.yaml]
calendars:
  home: {url: https://dav.example.org/, username: ann, password: !env SYNCD_PASSWORD}
lists:
  former-clients: {cadence: 6 weeks, channels: [call, email]}
  friends: {cadence: 3 months, channels: [call]}
"""
PEOPLE = """\
# mine

- name: Ann Lee  # since school
  lists: [friends]
  phone: "+49 30 901820"

- {name: Flo Flow, lists: [friends] }  # {in} braces

- {name: Gus Gray,
   lists: [friends]}
# the end
"""
KNOWN = ("ann-lee", "bob-ray", "flo-flow", "gus-gray")
OTHERS = "- name: Bob Ray\n  # not much is known\n  lists: [friends]\n"


def vcard(*lines: str) -> str:
    return "\n".join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", ""])


ZOE = vcard("FN:Zoë Roy", "UID:z1", "TEL:030 1234", "CATEGORIES:Work,Former Clients", "NOTE:a\\nb")
ANN_CARD = vcard("FN:Ann Lee", "UID:a1", "TEL:030 901820", "EMAIL:ann@example.org")


@pytest.fixture
def table(desk: Desk) -> Desk:
    """A desk with people in two files."""
    desk.config.write_text(CONFIG)
    desk.people.write_text(PEOPLE)
    desk.people.chmod(0o600)
    (desk.folder / "others.yaml").write_text(OTHERS)
    desk.env["SYNCD_PASSWORD"] = "secret"
    return desk


def put(desk: Desk, *texts: str, name: str = "book.vcf") -> str:
    (desk.folder / name).write_text("".join(texts))
    return name


def people(desk: Desk) -> dict[str, str]:
    return {each["person"]: each["due"] for each in desk.at(NOW, "due", "--json").json}


def test_nobody_asked_nothing_written(table: Desk) -> None:
    said = table.syncd("import", put(table, ZOE, ANN_CARD))
    assert said.status == 0
    assert "New: 1 person" in said.out and "former-clients" in said.out
    assert (
        "Known, and the book knows more: 1 person (Next: --fill adds what is missing)" in said.out
    )
    assert said.out.endswith("Nothing is written yet. Next: the same with --yes.\n")
    assert table.people.read_text() == PEOPLE
    assert not table.state.exists()


def test_people_are_written_with_ids_and_found_again(table: Desk) -> None:
    book = put(table, ZOE)
    said = table.syncd("import", "--yes", book)
    assert said.out.endswith("1 person written. Next: syncd plan shows what comes of it.\n")
    assert table.people.read_text() == (
        PEOPLE
        + '\n- name: Zoë Roy\n  id: zoë-roy\n  lists: [former-clients]\n  phone: "030 1234"\n'
        '  notes: "a\\nb"\n  uid: z1\n'
    )
    assert stat.S_IMODE(table.people.stat().st_mode) == 0o600
    assert (table.folder / "others.yaml").read_text() == OTHERS
    assert "zoë-roy" in people(table)
    before = table.people.read_bytes()
    again = table.syncd("import", "--yes", book)
    assert "Known already, nothing new: 1 card." in again.out
    assert again.out.endswith("There is nothing to write.\n")
    changed = put(table, ZOE.replace("Zoë Roy", "Zoë Bell"))
    said = table.syncd("import", "--yes", changed)
    assert "name: Zoë Roy in the file, Zoë Bell on the card" in said.out
    assert table.people.read_bytes() == before


def test_what_is_missing_is_filled_in_only_where_that_is_asked_for(table: Desk) -> None:
    book = put(
        table,
        ANN_CARD,
        vcard("FN:Bob Ray", "TEL:1234", "UID:b1"),
        vcard("FN:Flo Flow", "TEL:5678", "TEL:030 9", "BDAY:1980-02-29", "NOTE:a}, {b"),
        vcard("FN:Gus Gray", "TEL:91011"),
    )
    assert "There is nothing to write." in table.syncd("import", "--yes", book).out
    assert table.people.read_text() == PEOPLE
    shown = table.syncd("import", "--fill", book).out
    assert "knows more: 3 people (will be filled in)" in shown
    assert "knows more, to be written by hand: 1 person" in shown
    said = table.syncd("import", "--yes", "--fill", book)
    assert said.status == 0
    assert "3 people filled in" in said.out
    assert "Not filled in, for how it is written: gus-gray. Next: by hand." in said.err
    first, flo = "- name: Ann Lee  # since school\n", "{name: Flo Flow, lists: [friends]"
    more = 'phone: ["5678", "030 9"], dates: {birthday: 1980-02-29}, notes: "a}, {b"'
    assert table.people.read_text() == PEOPLE.replace(
        first, f"{first}  email: ann@example.org\n  uid: a1\n"
    ).replace(flo, f"{flo}, {more}")
    assert table.syncd("import", "--json", book).json["by-hand"] == ["gus-gray"]
    assert "There is nothing to write." in table.syncd("import", "--fill", book).out
    assert (table.folder / "others.yaml").read_text() == OTHERS.replace(
        "Bob Ray\n", 'Bob Ray\n  phone: "1234"\n  uid: b1\n'
    )


def test_all_addresses_come_along_the_preferred_first(table: Desk) -> None:
    zoe = ("TEL:030 1234", "TEL;TYPE=pref:030 5678", "EMAIL:zoe@work.example")
    zoe = (*zoe, "EMAIL;TYPE=pref:zoe@example.org", "CATEGORIES:Friends")
    bob = vcard("FN:Bob Ray", "EMAIL:b@example.org", "EMAIL:ray@example.org")
    book = put(table, vcard("FN:Zoë Roy", *zoe), bob)
    said = table.syncd("import", "--yes", "--fill", book)
    assert "zoe@example.org and 1 more" in said.out
    text = table.people.read_text()
    assert 'phone: ["030 5678", "030 1234"]\n' in text
    assert "email: [zoe@example.org, zoe@work.example]\n" in text
    assert "email: [b@example.org, ray@example.org]\n" in (table.folder / "others.yaml").read_text()
    other = put(table, vcard("FN:Zoë", "EMAIL:Zoe@WORK.example"), vcard("FN:Roy", "TEL:0301234"))
    found = table.syncd("import", "--json", other).json
    assert [(each["person"], each["reason"]) for each in found["unchanged"]] == [
        ("zoë-roy", "known by their e-mail"),
        ("zoë-roy", "known by their phone"),
    ]


def test_whoever_is_in_no_list_waits_for_one(table: Desk) -> None:
    book = put(table, vcard("FN:Nobody's", "TEL:1"), vcard("FN:Yves", "CATEGORIES:FRIENDS"))
    said = table.syncd("import", "--json", "--yes", book).json
    assert [each["name"] for each in said["in-no-list"]] == ["Nobody's"]
    assert [(each["id"], each["list"]) for each in said["new"]] == [("yves", "friends")]
    said = table.syncd("import", "--json", "--yes", "--list", "former-clients", book).json
    assert [(each["id"], each["list"]) for each in said["new"]] == [("nobodys", "former-clients")]
    assert said["written"] is True
    wrong = table.syncd("import", "--list", "nope", book)
    assert wrong.status == 2
    assert wrong.err == "There is no list «nope». There is: former-clients, friends.\n"


def test_in_doubt(table: Desk) -> None:
    book = put(table, vcard("FN:Mum", "TEL:+4930901820", "CATEGORIES:Friends"))
    said = table.syncd("import", "--yes", book)
    assert "In doubt, and left out: 1" in said.out
    assert "Ann Lee (people.yaml:3) has the same phone, and another name" in said.out
    assert table.people.read_text() == PEOPLE
    table.syncd("import", "--yes", "--separate", book)
    assert people(table).keys() == {*KNOWN, "mum"}


MUM = vcard("FN:Mum", "UID:m1", "TEL:+4930901820", "CATEGORIES:Friends")
AUNT = vcard("FN:Aunt Flo", "UID:f1", "TEL:+4930901820", "CATEGORIES:Friends")


def standings(desk: Desk, book: str) -> dict[str, str]:
    said = desk.syncd("import", "--json", book).json
    kinds = ("new", "fuller", "other", "doubtful", "out", "unchanged")
    return {each["name"]: kind for kind in kinds for each in said[kind]}


def test_each_doubtful_card_is_decided_about_by_itself_and_once(table: Desk) -> None:
    book = put(table, MUM, AUNT, vcard("FN:Uncle", "TEL:+4930901820"))
    assert set(standings(table, book).values()) == {"doubtful"}
    decide = ("--decide", "Mum=ann", "--decide", "f1=new", "--decide", "book.vcf:15=OUT")
    said = table.syncd("import", *decide, book)
    assert "New: 1 person" in said.out and "Left out, as you decided: 1 card." in said.out
    assert table.people.read_text() == PEOPLE and not table.state.exists()

    said = table.syncd("import", "--yes", "--json", *decide, book).json
    assert [each["id"] for each in said["new"]] == ["aunt-flo"]
    assert {each["name"]: each["is"] for each in said["decided"]} == {
        "Mum": "ann-lee",
        "Aunt Flo": "new",
        "Uncle": "out",
    }
    assert people(table).keys() == {*KNOWN, "aunt-flo"}
    assert standings(table, book) == {"Mum": "other", "Aunt Flo": "unchanged", "Uncle": "out"}
    text = table.people.read_text()
    assert "m1" not in text, "the people file stays as it is, but for who is new"

    table.syncd("import", "--yes", "--decide", "Uncle=new", "--list", "friends", book)
    assert "uncle" in people(table), "one may think better of it"


def test_who_shares_an_address_is_in_doubt_beside_a_card_that_fits(table: Desk) -> None:
    short = vcard("FN:Ann L.", "UID:s1", "TEL:030 901820", "CATEGORIES:Friends")
    book = put(table, short, ANN_CARD)
    assert standings(table, book) == {"Ann L.": "doubtful", "Ann Lee": "fuller"}
    assert table.syncd("import", "--yes", book).status == 0
    assert table.people.read_text() == PEOPLE
    said = table.syncd("import", "--yes", "--decide", "Ann L.=ann-lee", book)
    assert said.status == 0, said
    assert standings(table, book) == {"Ann L.": "other", "Ann Lee": "fuller"}
    assert table.people.read_text() == PEOPLE


def test_two_cards_of_somebody_new_are_told_as_one(table: Desk) -> None:
    book = put(table, vcard("FN:Zoë Roy", "UID:z1", "TEL:1234"), vcard("FN:Zoë", "TEL:1234"))
    said = table.syncd("import", "--list", "friends", book)
    assert "New: 1 person" in said.out and "Known already" not in said.out
    assert "The same as another card of somebody new: 1 card." in said.out


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        ("Mum", "«Mum» decides nothing. Forms: CARD=PERSON, CARD=new, CARD=out."),
        ("Dad=new", "«Dad» is no card in doubt. There is: Mum (m1)."),
        ("Mum=zed", "Nobody is called «zed»."),
    ],
)
def test_a_decision_that_makes_no_sense(table: Desk, decision: str, said: str) -> None:
    done = table.syncd("import", "--yes", "--decide", decision, put(table, MUM))
    assert done.status == 2 and done.err.startswith(said)
    assert table.people.read_text() == PEOPLE


def test_on_a_terminal_it_asks_about_each_who_is_in_doubt(table: Desk) -> None:
    put(table, MUM, AUNT)
    screen = Terminal(table, "import", "book.vcf")
    screen.answer("Who is Mum", "7")
    screen.answer("Who is Mum", "1")
    screen.answer("Who is Aunt Flo", "")
    screen.answer("Remember 1 decision? (y/n)", "y")
    assert screen.end() == 0
    assert "1     the same person as Ann Lee (people.yaml:3)" in screen.shown
    assert standings(table, "book.vcf") == {"Mum": "other", "Aunt Flo": "doubtful"}
    assert table.people.read_text() == PEOPLE


def test_ids_are_free_and_fit(table: Desk) -> None:
    long = "Ein " + "Sehr" * 45
    book = put(
        table,
        vcard("FN:Ann Lee", "TEL:88888"),
        vcard("FN:ann-lee!", "TEL:99999"),
        *(vcard(f"FN:{each}", f"TEL:555{n}") for n, each in enumerate((long, "🐎", "Null"))),
    ).strip()
    done = table.syncd("import", "--yes", "--separate", "--list", "friends", book)
    assert done.status == 0
    ids = people(table).keys()
    assert {"ann-lee", "ann-lee-2", "ann-lee-3", "null"} <= ids
    assert len(ids) == len(KNOWN) + 5
    assert table.syncd("check").status == 0


def test_what_would_be_read_otherwise_is_put_back(table: Desk) -> None:
    table.people.write_text("[{name: Ann Lee, lists: [friends]}]\n")
    before = table.people.read_bytes()
    said = table.syncd("import", "--yes", put(table, ZOE))
    assert said.status == 1
    assert "people.yaml:" in said.err
    assert table.people.read_bytes() == before
    assert [each.name for each in table.folder.glob(".*")] == []


def test_two_hundred_cards_of_all_producers(table: Desk) -> None:
    written = [each for producer in PRODUCERS for each in cards(producer)]
    (table.folder / "all.vcf").write_bytes(b"".join(data for data, _ in written))
    said = table.syncd("import", "--yes", "--json", "--list", "friends", "all.vcf").json
    counts = {key: len(value) for key, value in said.items() if isinstance(value, list)}
    merged = len({each["source"] for each in said["unchanged"]})
    assert sum(counts.values()) == 200
    firms = [truth for _, truth in written if truth.firm]
    assert (counts["left-out"], counts["in-no-list"]) == (len(firms), 0)
    assert counts["new"] > 180
    assert len(people(table)) == len(KNOWN) + counts["new"]
    names = {truth.name for _, truth in written if not truth.firm}
    told = [*said["new"], *said["doubtful"], *said["unchanged"]]
    assert {each["name"] for each in told} == names
    again = table.syncd("import", "--yes", "--json", "all.vcf").json
    assert again["new"] == [] and again["written"] is False
    rest = counts["doubtful"] + counts["left-out"] + merged
    assert len(again["unchanged"]) >= 200 - rest - 10


@pytest.mark.parametrize(("text", "name"), [(SQL, "m.sql"), (json.dumps(JSON), "m.json")])
def test_monica_brings_cadences_and_history_once(table: Desk, text: str, name: str) -> None:
    table.people.write_text("[]\n")
    book = put(table, text, name=name)
    refused = table.syncd("--now", NOW, "import", "--yes", "--list", "friends", book)
    assert refused.status == 2 and "--rehearse" in refused.err
    said = table.at(NOW, "import", "--yes", "--list", "friends", book)
    assert "Contacts to be logged: 3." in said.out
    assert "2 people written, 3 contacts logged." in said.out
    assert f"cadence: 6 weeks\n  last-contact: {'2026-10-02'}" in table.people.read_text()
    assert f'uid: "{ANN}"' in table.people.read_text()
    history = table.at(NOW, "history", "--json").json
    assert [(each["person"], each["at"], each["direction"]) for each in history] == [
        ("ann-ohara", "2026-09-01T12:00:00+02:00", "out"),
        ("bob", "2026-09-01T12:00:00+02:00", "out"),
        ("ann-ohara", "2026-09-20T10:30:00+02:00", "in"),
    ]
    assert people(table)["ann-ohara"] == "2026-11-13"
    again = table.at(NOW, "import", "--yes", book)
    assert "There is nothing to write." in again.out
    assert len(table.at(NOW, "history", "--json").json) == 3
    other = put(table, json.dumps(JSON) if text == SQL else SQL, name="other.txt")
    table.at(NOW, "import", "--yes", other)
    assert len(table.at(NOW, "history", "--json").json) == 3, "either export, once"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "nothing.txt cannot be read: No such file or directory."),
        ("", "nothing.txt holds no vCards, no table and no export of Monica 4's."),
        ("{}", "nothing.txt is no export of Monica 4's"),
        ("a,b\n1,2\n", "Which column says what people are called?"),
    ],
)
def test_what_cannot_be_read(table: Desk, content: str | None, why: str) -> None:
    if content is not None:
        put(table, content, name="nothing.txt")
    said = table.syncd("import", "--yes", put(table, ZOE), "nothing.txt")
    assert (said.status, said.err[: len(why)]) == (2, why)
    assert table.people.read_text() == PEOPLE


def test_on_a_terminal_it_asks(table: Desk) -> None:
    put(table, "Wer,Wo\nYves,030 5678\n", name="list.csv")
    for answer, there in (("n", False), ("y", True)):
        screen = Terminal(table, "import", "--list", "friends", "list.csv")
        screen.answer("Which says what people are called", "Wer")
        screen.answer("Which has their number", "wo")
        screen.answer("Which has their e-mail", "")
        screen.answer("Which has their list", "")
        screen.answer("Write 1 person to the people file? (y/n)", answer)
        assert screen.end() == 0
        assert ("Yves" in table.people.read_text()) is there
    assert 'phone: "030 5678"' in table.people.read_text()


def test_what_a_card_holds_steers_no_terminal(table: Desk) -> None:
    book = put(table, vcard("FN:\x1b[2JZoë\x9b", "TEL:1234"), vcard("TEL:1"))
    said = table.syncd("import", "--yes", "--list", "friends", str(Path(book)))
    assert "\x1b" not in said.out + table.people.read_text()
    assert "there is no name in it" in said.out


def test_a_birthday_comes_along(table: Desk) -> None:
    book = put(
        table, vcard("FN:Kim Kay", "BDAY:--0229", "UID:k1"), vcard("FN:Lou Low", "BDAY:19800229")
    )
    assert table.syncd("import", book, "--list", "friends", "--yes").status == 0
    text = table.people.read_text()
    assert "dates: {birthday: 02-29}" in text and "dates: {birthday: 1980-02-29}" in text
    again = table.syncd("import", book, "--list", "friends", "--yes")
    assert "There is nothing to write." in again.out
