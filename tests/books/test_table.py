"""Tables of many makers."""

from __future__ import annotations

import io

import pytest

from syncd.books import table
from syncd.books.card import Birthday, Book, Card
from syncd.books.headers import recognised
from syncd.errors import UsageError


def read(text: str, columns: str = "", encoding: str = "utf-8") -> Book:
    file = io.BytesIO(text.encode(encoding))
    return table.read(file, "people.csv", table.mapping(columns))


def one(text: str, columns: str = "", encoding: str = "utf-8") -> Card:
    (card,) = read(text, columns, encoding).cards
    return card


GOOGLE = (
    "Name,Given Name,Additional Name,Family Name,Birthday,Notes,Group Membership,E-mail 1 - Type,"
    "E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value,"
    "Organization 1 - Name\r\n"
    'Ann Lee,Ann,,Lee,--02-29,"likes, commas\nand lines",* myContacts ::: Friends,* Work,'
    "ann@example.org ::: a@example.net,Mobile,+49 170 1 ::: +49 170 123,Home,030 4567,Acme\r\n"
)
OUTLOOK = (
    '"Title","First Name","Middle Name","Last Name","Company","Business Fax","Business Phone",'
    '"Home Phone","Mobile Phone","Birthday","Categories","E-mail Address","E-mail Type",'
    '"E-mail 2 Address","Notes"\r\n'
    '"Dr.","Ann","Mary","Lee","Acme","111111","222222","333333","444444","29.2.1980",'
    '"Friends;VIP","ann@example.org","SMTP","a@example.net",""\r\n'
)


def test_google() -> None:
    card = one(GOOGLE)
    assert card == Card(
        source="people.csv:2",
        name="Ann Lee",
        phones=("+49 170 1", "+49 170 123", "030 4567"),
        emails=("ann@example.org", "a@example.net"),
        birthday=Birthday(month=2, day=29),
        categories=("myContacts", "Friends"),
        note="likes, commas\nand lines",
        org="Acme",
    )


def test_outlook() -> None:
    card = one(OUTLOOK)
    assert (card.name, card.org) == ("Ann Mary Lee", "Acme")
    assert card.phones == ("444444", "222222", "333333")
    assert card.emails == ("ann@example.org", "a@example.net")
    assert (card.birthday, card.categories) == (
        Birthday(year=1980, month=2, day=29),
        ("Friends", "VIP"),
    )


@pytest.mark.parametrize(
    "head",
    [
        "Vorname;Nachname;Mobiltelefon;E-Mail-Adresse;Kategorien;Notizen;Geburtstag",
        "Prénom;Nom;Tél. mobile;Adresse de messagerie;Catégories;Notes;Anniversaire",
        "Nombre;Apellidos;Teléfono móvil;Correo electrónico;Categorías;Notas;Cumpleaños",
        "First Name;Surname;Cell;Email;Tags;Comments;Date of birth",
        "Vorname;Name;Handy;Mail;Liste;Bemerkungen;Geburtsdatum",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_columns_in_four_languages_and_encodings(head: str, encoding: str) -> None:
    card = one(
        f"{head}\nZoë;Müller;030 1234;z@example.org;Friends;ça va;1980-02-29\n", "", encoding
    )
    assert (card.name, card.phones, card.emails) == (
        "Zoë Müller",
        ("030 1234",),
        ("z@example.org",),
    )
    assert (card.categories, card.note) == (("Friends",), "ça va")
    assert card.birthday == Birthday(year=1980, month=2, day=29)


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_whatever_is_between_columns_and_whatever_order(sign: str) -> None:
    card = one(f"Telefon{sign}E-Mail{sign}Name\n030 1234{sign}a@example.org{sign}Ann Lee\n")
    assert (card.name, card.phones, card.emails) == ("Ann Lee", ("030 1234",), ("a@example.org",))


def test_a_mapping_that_is_given() -> None:
    card = one("Foo,Bar,Email\nAnn,030 1234,x@example.org\n", "name=foo,phone=Bar")
    assert (card.name, card.phones, card.emails) == ("Ann", ("030 1234",), ())


def test_a_mapping_that_is_asked_for_once() -> None:
    asked: list[tuple[str, ...]] = []

    def ask(names: object) -> dict[str, str]:
        asked.append(tuple(names))  # type: ignore[arg-type]
        return {"name": "Wer"}

    book = table.read(io.BytesIO(b"Wer,Was\nAnn,x\nBob,y\n"), "people.csv", {}, ask)
    assert [card.name for card in book.cards] == ["Ann", "Bob"]
    assert asked == [("Wer", "Was")]


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        (
            "Wer,Was\nAnn,x\n",
            "",
            "Which column says what people are called? The columns of people.csv: Wer, Was. "
            'Next: syncd import --columns "name=…,phone=…,email=…" FILE',
        ),
        (
            "Wer,Was\nAnn,x\n",
            "name=Wir",
            "There is no column «Wir». Did you mean Wer? The columns of people.csv: Wer, Was.",
        ),
        ("Name\nAnn\n", "nme=Name", "«nme=Name» says no column. Did you mean name?"),
        ("Name\nAnn\n", "name", "«name» says no column. Forms: name=Full Name,phone=Mobil"),
        ("", "", "Which column says what people are called? The columns of people.csv: none."),
    ],
)
def test_columns_that_cannot_be_made_out(text: str, columns: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        read(text, columns)
    assert str(error.value).startswith(message)


def test_rows_that_are_wrong_are_named_and_the_others_read() -> None:
    large = "x" * 200_000
    book = read(f"Name,Email\n,\nAnn\nBob,b@example.org,more,more\n,x\n{large},\nZoë,\0\n")
    assert [card.name for card in book.cards] == ["Ann", "Bob", "Zoë"]
    assert [(each.source, each.why[:27]) for each in book.left_out] == [
        ("people.csv:5", "there is no name in it"),
        ("people.csv:6", "the row cannot be read: fie"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1980-2-9", Birthday(year=1980, month=2, day=9)),
        ("9.2.1980", Birthday(year=1980, month=2, day=9)),
        ("29/2/1980", Birthday(year=1980, month=2, day=29)),
        ("2/29/1980", Birthday(year=1980, month=2, day=29)),
        ("2/9/1980", None),
        ("0/0/00", None),
        ("31.2.1980", None),
    ],
)
def test_birthdays_that_can_be_told(text: str, expected: Birthday | None) -> None:
    assert one(f"Name,Birthday\nAnn,{text}\n").birthday == expected


def test_what_is_no_number_to_call() -> None:
    names = ["Fax (privat)", "Telefax", "Phone 1 - Type", "Assistant's Phone", "Pager", "TTY/TDD"]
    assert recognised(names) == {}
