"""Whatever stands in an address book: cards come of it, and what is left out is named."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence

import pytest
from hypothesis import strategies as st

from syncd import markup
from syncd.books import table, vcard
from syncd.books.card import Book
from syncd.books.match import match
from syncd.errors import UsageError
from tests.books.producers import PRODUCERS, cards
from tests.fuzz.effort import within
from tests.fuzz.oddities import STORED, damaged
from tests.length import often
from tests.trials import Tell, examine

REAL = [data for producer in PRODUCERS for data, _ in cards(producer, 3)]
CLEAN = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoe Clean\r\nTEL:+49 30 4711\r\nEND:VCARD\r\n"
LINES = st.one_of(
    st.sampled_from(
        (
            *(
                "BEGIN:VCARD",
                "END:VCARD",
                "AGENT:",
                "AGENT:BEGIN:VCARD",
                "VERSION:2.1",
                "VERSION:9",
            ),
            *(
                "BDAY:0000-00-00",
                "BDAY:--0230",
                "BDAY:99999999",
                "BDAY;X-APPLE-OMIT-YEAR=x:1604-02-30",
            ),
            *(
                "N:;;;;",
                "N:" + ";" * 3_000,
                "FN:",
                "TEL:",
                "TEL:" + "9" * 70_000,
                "TEL;PREF=" + "9" * 5_000 + ":1",
            ),
            *(
                "FN;ENCODING=QUOTED-PRINTABLE:=",
                "FN;CHARSET=utf-7:+AAA-",
                "FN;CHARSET=idna:x..",
                "FN;CHARSET=rot13:x",
            ),
            *(
                "FN;CHARSET=" + "x" * 3_000 + ":x",
                "FN;CHARSET=unicode_escape:\\ud800",
                "KIND:group",
                "MEMBER:x",
            ),
            *(
                "PHOTO;ENCODING=b:" + "A" * 70_000,
                'FN;X="' + "a" * 3_000,
                "FN" + ";X=1" * 3_000 + ":x",
                " folded",
            ),
        )
    ),
    st.builds(
        lambda name, value: f"{name}:{value}",
        st.sampled_from(
            ("FN", "N", "NOTE", "ORG", "UID", "CATEGORIES", "EMAIL", "TEL", "ADR", "X")
        ),
        STORED,
    ),
    STORED,
)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file that some program may write."""
    data = b"".join(draw(st.lists(st.sampled_from(REAL), min_size=1, max_size=3)))
    lines = data.split(b"\r\n")
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(lines)))
        lines[at : at + draw(st.integers(0, 1))] = [draw(LINES).encode()]
    data = draw(st.sampled_from((b"\r\n", b"\r\n", b"\n", b"\r"))).join(lines)
    return data if draw(st.integers(0, 2)) else draw(damaged(data))


def is_read_or_named(found: Sequence[bytes]) -> None:
    with within(30):
        book: Book | None = None
        try:
            book = vcard.read(io.BytesIO(b"".join(found)), "contacts.vcf")
        except UsageError as error:
            told = str(error)
            if "UTF-16" not in told:
                raise
        try:
            each = vcard.read_each(
                (io.BytesIO(data), f"{n}") for n, data in enumerate((*found, CLEAN))
            )
        except UsageError as error:
            told = str(error)
            if "UTF-16" not in told:
                raise
        else:
            assert each.cards[-1].name == "Zoe Clean"
            match(each.cards, (), "Europe/Berlin")
        if book is not None:
            for left in book.left_out:
                assert left.why and "\n" not in left.name
            for card in book.cards:
                assert card.name and "\n" not in card.name
        with contextlib.suppress(UsageError):
            table.read(io.BytesIO(found[0]), "contacts.csv", {})


def test_a_book_is_read_or_named(tell: Tell) -> None:
    made = st.lists(files(), min_size=1, max_size=3)
    examine("fuzzing, vCards", tell, is_read_or_named, made, examples=40)


@pytest.mark.parametrize(
    "much",
    [
        b"BEGIN:VCARD\n",
        b"FN:x\n",
        b"\n ",
        b"\r",
        b";",
        b"\x00",
        b"=\r\n",
        b'"',
        b"AGENT:\nBEGIN:VCARD\n",
    ],
)
def test_much_of_it(much: bytes) -> None:
    many = much * (often(60_000, 300_000) // len(much))
    is_read_or_named([b"BEGIN:VCARD\r\nFN;ENCODING=QUOTED-PRINTABLE:" + many])


@pytest.mark.parametrize(
    "odd", ["\x01", "\x00", "\ufffe", "&#1;", "&#xD83D;&#xDE00;", "&#99999999999;", "&#x;"]
)
def test_what_no_xml_may_hold_is_a_question_mark(odd: str) -> None:
    if odd == "&#x;":
        with pytest.raises(ValueError, match="not XML"):
            markup.read(f"<a>{odd}</a>".encode())
        return
    root = markup.read(
        f"<?xml version='1.0' encoding='UTF-8'?>\n<a><b>x{odd}y &amp; ü</b><c/></a>".encode()
    )
    assert set(root[0].text or "") - set("xy & ü") == {"?"}
    assert root[1].tag == "c"


def test_what_is_not_utf_8_is_read_all_the_same() -> None:
    assert markup.read(b"<a>\xff\xfex</a>").text == "\ufffd\ufffdx"


def test_another_encoding_is_read_in_that() -> None:
    body = "<?xml version='1.0' encoding='ISO-8859-1'?><a>M\u00fcller\x01</a>".encode("latin-1")
    assert markup.read(body).text == "M\u00fcller?"
    with pytest.raises(ValueError, match="unknown"):
        markup.read(b"<?xml version='1.0' encoding='nothing'?><a>\x01</a>")
