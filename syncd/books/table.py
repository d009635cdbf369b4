"""Tables: CSV with whatever between its columns, in whatever order, in whatever encoding."""

from __future__ import annotations

import codecs
import csv
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from syncd.books import card as cards
from syncd.books.card import Birthday, Book, Card, LeftOut
from syncd.books.headers import FIELDS, recognised
from syncd.errors import UsageError
from syncd.model.words import nearest, short

Ask = Callable[[Sequence[str]], Mapping[str, str]]
"""Given the columns that there are, which of them the user takes for what: by field, a column."""

SAMPLE = 65_536
DELIMITERS = ",;\t|"
NAMING = frozenset({"name", "first", "last", "nickname", "org", "email"})
"""What somebody can be called by."""
_DATES = (
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?"), "ymd"),
    (re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"), "ymd"),
    (re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})"), "dmy"),
    (re.compile(r"()--(\d{1,2})-?(\d{1,2})"), "ymd"),
)
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def read(
    file: BinaryIO,
    called: str,
    columns: Mapping[str, str],
    ask: Ask | None = None,
    moved: Callable[[int], None] = lambda _: None,
) -> Book:
    """The people in the rows of `file`, which messages call `called`. `columns` says by field which
    column is meant, whatever it is called; with it nothing is guessed. Without it, and where no
    column says what anybody is called, `ask` is asked. `moved` is told how many bytes are read.

    Raises UsageError where the columns cannot be made out, naming those that there are.
    """
    text = TextIOWrapper(file, encoding=_encoding(file), errors="replace", newline="")
    sample = text.read(SAMPLE)
    text.seek(0)
    rows = csv.reader(text, _dialect(sample))
    try:
        names = [cards.line(name) for name in next(rows, [])]
    except csv.Error as error:
        raise UsageError(f"{called} is no table: {error}.") from error
    meant = _meant(names, columns, ask, called)
    found: list[Card] = []
    left_out: list[LeftOut] = []
    while True:
        source = f"{called}:{rows.line_num + 1}"
        try:
            row = next(rows, None)
        except csv.Error as error:
            left_out.append(LeftOut(source=source, name="", why=f"the row cannot be read: {error}"))
            continue
        if row is None:
            return Book(cards=tuple(found), left_out=tuple(left_out))
        moved(file.tell())
        if any(cell.strip() for cell in row):
            each = _card(row, meant, source)
            (found if isinstance(each, Card) else left_out).append(each)  # type: ignore[arg-type]


def mapping(text: str) -> dict[str, str]:
    """What `name=Full Name,phone=Mobil` says: by field, a column. Raises UsageError."""
    found: dict[str, str] = {}
    for piece in filter(None, (each.strip() for each in text.split(","))):
        field, equals, column = (each.strip() for each in piece.partition("="))
        if field not in FIELDS or not equals or not column:
            near = nearest(field, FIELDS)
            meant = f" Did you mean {near}?" if near and near != field else ""
            raise UsageError(
                f"«{short(piece)}» says no column.{meant} Forms: name=Full Name,phone=Mobil; "
                f"known are {', '.join(FIELDS)}."
            )
        found[field] = column
    return found


def _meant(
    names: Sequence[str], columns: Mapping[str, str], ask: Ask | None, called: str
) -> dict[str, list[int]]:
    """By field, the columns that are about it."""
    there = f"The columns of {called}: {', '.join(short(n) for n in names if n) or 'none'}."
    found: dict[str, list[int]] = defaultdict(list)
    if not columns:
        for n, field in recognised(names).items():
            found[field].append(n)
        if not NAMING & found.keys():
            columns = ask(names) if ask is not None else {}
            found.clear()
    for field, column in columns.items():
        plain = [name.casefold() for name in names]
        if column.casefold() not in plain:
            near = nearest(column, names)
            meant = f" Did you mean {near}?" if near else ""
            raise UsageError(f"There is no column «{short(column)}».{meant} {there}")
        found[field].append(plain.index(column.casefold()))
    if not NAMING & found.keys():
        raise UsageError(
            f"Which column says what people are called? {there} "
            'Next: syncd import --columns "name=…,phone=…,email=…" FILE'
        )
    return found


def _card(row: Sequence[str], meant: Mapping[str, Sequence[int]], source: str) -> Card | LeftOut:
    def all_of(field: str) -> list[str]:
        return [row[n] for n in meant.get(field, ()) if n < len(row) and row[n].strip()]

    def one(field: str) -> str:
        return cards.line(next(iter(all_of(field)), ""))

    # Google puts several into one cell, with ::: between them.
    mail = [each for cell in all_of("email") for each in re.split(r":::|;", cell)]
    emails = cards.once(cards.email(each) for each in mail)
    made = cards.line(" ".join((one("first"), one("middle"), one("last"))))
    name = one("name") or made or one("nickname") or one("org") or next(iter(emails), "")
    if not name:
        return LeftOut(source=source, name="", why="there is no name in it")
    numbers = [each for cell in all_of("mobile") + all_of("phone") for each in cell.split(":::")]
    return Card(
        source=source,
        name=name,
        id=one("id"),
        uid=cards.uid(one("uid")),
        phones=cards.once(cards.phone(number) for number in numbers),
        emails=emails,
        birthday=_birthday(one("birthday")),
        categories=cards.once(
            cards.line(each.strip().removeprefix("* "))
            for cell in all_of("categories")
            for each in re.split(r":::|[;,]", cell)
        ),
        note=cards.prose("\n".join(all_of("note"))),
        org=one("org"),
    )


def _birthday(text: str) -> Birthday | None:
    """The day that `text` names; where day and month could be either, none."""
    for form, order in _DATES:
        if found := form.fullmatch(text):
            parts = dict(zip(order, (int(each or 0) for each in found.groups()), strict=True))
            return cards.birthday(parts["y"] or None, parts["m"], parts["d"])
    if found := _SLASHES.fullmatch(text):
        first, second, year = (int(each) for each in found.groups())
        if first > 12:
            return cards.birthday(year, second, first)
        if second > 12 or first == second:
            return cards.birthday(year, first, second)
    return None


def _encoding(file: BinaryIO) -> str:
    """In which encoding the text is; what is not UTF-8 is what Windows writes."""
    start = file.read(4)
    file.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while piece := file.read(SAMPLE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    finally:
        file.seek(0)
    return "utf-8-sig"


def _dialect(sample: str) -> type[csv.Dialect]:
    """How columns are told apart: as the first line says, else as csv's own guess."""

    class Plain(csv.excel):
        delimiter = max(DELIMITERS, key=sample.partition("\n")[0].count)

    if Plain.delimiter in sample.partition("\n")[0]:
        return Plain
    try:
        return csv.Sniffer().sniff(sample, DELIMITERS)
    except csv.Error:
        return csv.excel


def named(path: Path) -> bool:
    """Whether a file is called like a table."""
    return path.suffix.lower() in (".csv", ".tsv", ".tab")
