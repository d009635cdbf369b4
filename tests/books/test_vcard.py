"""vCards of all producers, whole and broken."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from syncd.books import vcard
from syncd.books.card import Birthday, Book, Card
from tests.books.producers import EACH, PRODUCERS, Truth, cards


def read(data: bytes) -> Book:
    return vcard.read(io.BytesIO(data), "contacts.vcf")


def one(*lines: str, version: str = "3.0", encoding: str = "utf-8") -> Card:
    text = "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])
    (card,) = read(text.encode(encoding)).cards
    return card


def same(card: Card, truth: Truth) -> None:
    born = truth.born
    expected = Birthday(year=born[0], month=born[1], day=born[2]) if born else None
    assert (card.name, card.uid) == (truth.name, truth.uid)
    assert (card.phones, card.emails) == (truth.phones, truth.emails)
    assert (card.birthday, card.categories) == (expected, truth.categories)
    assert (card.note, card.org) == (truth.note.strip(), truth.org)


@pytest.mark.parametrize("producer", PRODUCERS)
def test_what_every_producer_writes_is_read(producer: str) -> None:
    written = [*cards(producer)]
    book = read(b"".join(data for data, _ in written))
    assert len(written) == EACH
    truths = [truth for _, truth in written]
    firms = [truth.name for truth in truths if truth.firm]
    why = "it stands for no person: company"
    assert [(each.name, each.why) for each in book.left_out] == [(name, why) for name in firms]
    people = [truth for truth in truths if not truth.firm]
    for card, truth in zip(book.cards, people, strict=True):
        same(card, truth)


def test_two_hundred_cards_of_all_of_them_in_one_file() -> None:
    written = [card for producer in PRODUCERS for card in cards(producer)]
    assert len(written) == 200
    book = read(b"\r\n".join(data for data, _ in written))
    people = [truth.name for _, truth in written if not truth.firm]
    assert [card.name for card in book.cards] == people
    assert 190 < len(people) < 200
    assert sum(data.count(b"PHOTO") for data, _ in written) > 30
    assert sum(data.count(b"QUOTED-PRINTABLE") for data, _ in written) > 60


@pytest.mark.parametrize(
    ("lines", "firm"),
    [
        (["FN:Acme GmbH", "N:;;;;", "ORG:Acme GmbH;", "X-ABShowAs:COMPANY"], True),
        (["FN:acme gmbh", "ORG:Acme GmbH", "X-ABSHOWAS:company"], True),
        (["FN:Acme GmbH", "N:Lee;Ann;;;", "ORG:Acme GmbH;Sales", "X-ABShowAs:COMPANY"], True),
        (["FN:Acme GmbH Sales", "ORG:Acme GmbH;Sales", "X-ABShowAs:COMPANY"], True),
        (["N:;;;;", "ORG:Acme GmbH", "item1.X-ABShowAs:COMPANY"], True),
        (["FN:Ann Lee", "N:Lee;Ann;;;", "ORG:Acme GmbH", "X-ABShowAs:COMPANY"], False),
        (["FN:Acme GmbH", "N:;;;;", "ORG:Acme GmbH"], False),
        (["FN:Acme GmbH", "N:;;;;", "ORG:Acme GmbH", "X-ABShowAs:PERSON"], False),
    ],
)
def test_a_firm_is_nobody(lines: list[str], firm: bool) -> None:
    text = "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", ""])
    book = read(text.encode())
    assert (len(book.cards), len(book.left_out)) == ((0, 1) if firm else (1, 0))


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (["FN:Ann Lee"], "Ann Lee"),
        (["FN:", "N:Lee;Ann;Mary;Dr.;"], "Ann Mary Lee"),
        (["N:;;;;", "NICKNAME:Annie", "ORG:Acme;Sales"], "Annie"),
        (["ORG:Acme\\; Sons;Sales"], "Acme; Sons"),
        (["EMAIL:ann@example.org"], "ann@example.org"),
        (["FN:  Ann \t Lee\u200b\x07 "], "Ann Lee"),
        (["FN:Zoe\u0308"], "Zoë"),
        (["FN:👩‍🚀 Ann"], "👩‍🚀 Ann"),
    ],
)
def test_a_name_is_made_of_what_is_there(lines: list[str], name: str) -> None:
    assert one(*lines).name == name


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("BDAY:1980-02-29", Birthday(year=1980, month=2, day=29)),
        ("BDAY:19800229T120000Z", Birthday(year=1980, month=2, day=29)),
        ("BDAY:--0229", Birthday(month=2, day=29)),
        ("BDAY:1604-05-06", Birthday(month=5, day=6)),
        ("BDAY:1981-02-29", None),
        ("BDAY;VALUE=text:circa 1800", None),
        ("BDAY:1980-02", None),
    ],
)
def test_birthdays(line: str, expected: Birthday | None) -> None:
    assert one("FN:Ann", line).birthday == expected


def test_numbers_that_nobody_can_call_are_left_and_the_best_is_first() -> None:
    card = one(
        "FN:Ann",
        *("TEL;TYPE=FAX:1111", "TEL;TYPE=HOME:2222", "TEL;TYPE=CELL:3333"),
        *("TEL;TYPE=WORK,PREF:4444", "TEL:none", "TEL:4444", "TEL;TYPE=PAGER:5555"),
    )
    assert card.phones == ("4444", "3333", "2222")


def test_mail_is_what_can_be_written_to() -> None:
    card = one("FN:Ann", "EMAIL:mailto:a@example.org", "EMAIL:nobody", "EMAIL:Ann <b@example.org>")
    assert card.emails == ("a@example.org", "b@example.org")


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        ("FN;CHARSET=GB2312", "gb2312"),
        ("FN;CHARSET=Shift_JIS", "shift_jis"),
        ("FN", "utf-16"),
        ("FN", "utf-8-sig"),
        ("FN;CHARSET=NONSENSE", "utf-8"),
    ],
)
def test_charsets(head: str, encoding: str) -> None:
    text = f"BEGIN:VCARD\r\nVERSION:2.1\r\n{head}:中村\r\nEND:VCARD\r\n"
    (card,) = read(text.encode(encoding)).cards
    assert card.name == "中村"


def test_what_windows_wrote_without_saying_so() -> None:
    assert one("FN:Jürgen – “Jo”", encoding="cp1252").name == "Jürgen – “Jo”"


def test_lines_that_end_as_on_an_old_mac() -> None:
    (card,) = read(b"BEGIN:VCARD\rVERSION:3.0\rFN:J\xc3\xbcrgen\rTEL:1234\rEND:VCARD\r").cards
    assert (card.name, card.phones) == ("Jürgen", ("1234",))


def test_vcard_2_knows_fewer_escapes() -> None:
    assert one("FN:Ann", "NOTE:C:\\new\\; x", version="2.1").note == "C:\\new; x"
    assert one("FN:Ann", "NOTE:C:\\new\\; x").note == "C:\new; x"


def test_groups_become_categories_of_their_members() -> None:
    ann, bob = "11111111-2222-4333-8444-555555555555", "AAAAAAAA-2222-4333-8444-555555555555"
    book = read(
        f"BEGIN:VCARD\nVERSION:3.0\nFN:Friends\nX-ADDRESSBOOKSERVER-KIND:group\n"
        f"X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{ann}\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{bob}\n"
        f"UID:x\nEND:VCARD\nBEGIN:VCARD\nVERSION:4.0\nFN:Clients\nKIND:group\nMEMBER:{bob}\n"
        f"END:VCARD\nBEGIN:VCARD\nVERSION:3.0\nFN:Ann\nUID:{ann}\nCATEGORIES:friends\nEND:VCARD\n"
        f"BEGIN:VCARD\nVERSION:3.0\nFN:Bob\nUID:{bob}\nEND:VCARD\n".encode()
    )
    assert [(card.name, card.categories) for card in book.cards] == [
        ("Ann", ("friends",)),
        ("Bob", ("Friends", "Clients")),
    ]


# -- broken ones

ANN = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nTEL:1234\r\nEND:VCARD\r\n"
BOB = ANN.replace(b"Ann", b"Bob")


def names(data: bytes) -> tuple[list[str], list[tuple[str, str, str]]]:
    book = read(data)
    left_out = [(each.source, each.name, each.why) for each in book.left_out]
    return [card.name for card in book.cards], left_out


def test_a_card_that_breaks_off_is_named_and_the_others_are_read() -> None:
    why = "the file breaks off within this card"
    assert names(ANN + BOB[:38]) == (["Ann"], [("contacts.vcf:6", "Bob", why)])


def test_a_card_without_an_end_ends_where_the_next_begins() -> None:
    assert names(ANN.replace(b"END:VCARD\r\n", b"") + BOB) == (["Ann", "Bob"], [])


@pytest.mark.parametrize(
    "junk",
    [
        b"\r\n\r\n",
        b"<html>502 Bad Gateway</html>\r\n",
        b"FN:nobody\r\nEND:VCARD\r\n",
        bytes(range(256)) + b"\r\n",
        b"=\r\n",
        b" folded from nowhere\r\n",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
    ],
)
def test_junk_between_cards(junk: bytes) -> None:
    assert names(junk + ANN + junk + BOB + junk) == (["Ann", "Bob"], [])


@pytest.mark.parametrize(
    "line",
    [
        b"no colon here",
        b"NOTE;ENCODING=QUOTED-PRINTABLE:ends in a break=",
        b"NOTE;ENCODING=QUOTED-PRINTABLE:=ZZ=\xff=",
        b'NOTE;X="never closed:',
        b"TEL;TYPE=\xff\xfe:\xc3",
        b":",
        b"BDAY:",
        b"N:;;;;;;;;;;",
        b"CATEGORIES:,,,",
    ],
)
def test_a_line_that_is_wrong_spoils_nothing_else(line: bytes) -> None:
    card = ANN.replace(b"END", line + b"\r\nEND")
    assert names(card + BOB) == (["Ann", "Bob"], [])
    assert read(card).cards[0].phones[0] == "1234"


def test_a_card_within_a_card_is_somebody_else_and_left() -> None:
    agent = ANN.replace(b"END", b"AGENT:\r\n" + BOB + b"TEL;TYPE=pref:9999\r\nEND")
    book = read(agent + BOB)
    assert [(card.name, card.phones) for card in book.cards] == [
        ("Ann", ("9999", "1234")),
        ("Bob", ("1234",)),
    ]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (b"TEL:1234", "there is no name in it"),
        (b"FN:Acme\r\nKIND:org", "it stands for no person: org"),
        (b"FN:Room 1\r\nKIND:location", "it stands for no person: location"),
    ],
)
def test_cards_of_nobody(lines: bytes, why: str) -> None:
    _, left_out = names(b"BEGIN:VCARD\r\nVERSION:4.0\r\n" + lines + b"\r\nEND:VCARD\r\n")
    assert [each[2] for each in left_out] == [why]


def peak(data: bytes) -> int:
    file = io.BytesIO(data)
    tracemalloc.start()
    try:
        book = vcard.read(file, "contacts.vcf")
        return tracemalloc.get_traced_memory()[1] if len(book.cards) > 1 else 0
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("folded", [True, False])
def test_memory_does_not_grow_with_photos(folded: bool) -> None:
    lines, size = (b"\r\n " + b"QUJD" * 18, 140_000) if folded else (b"QUJD", 2_500_000)
    photo = b"PHOTO;ENCODING=b;TYPE=JPEG:" + lines * size + b"\r\n"
    assert len(photo) > 9_900_000
    with_photo = ANN.replace(b"END", photo + b"END")
    small, large = peak(ANN + BOB), peak(with_photo + BOB + with_photo)
    assert 0 < large < small + 1_000_000
