"""The journal as a table, and back: CSV with a heading, a line for each fact, none left out.

Instants are ISO 8601 with their offset; what is empty was never said. A fact keeps its id, so that
one read twice, or known from the calendar already, counts once.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syncd.errors import UsageError
from syncd.model.facts import Direction, Fact, Outcome, Source
from syncd.model.records import Delta

if TYPE_CHECKING:
    from syncd.engine.service import Service

COLUMNS = (
    *("at", "name", "outcome", "channel", "direction", "note", "source", "person", "touch"),
    *("attempt", "day", "until", "number", "recorded", "opened", "entry", "id", "supersedes"),
    "void",
)
"""`name` is for whoever reads it; all else is the fact."""


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return moment


def _yes(text: str) -> bool:
    return {"yes": True, "": False}[text]


_READ: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(("at", "recorded", "opened"), _moment),
    **dict.fromkeys(("touch", "day", "until"), date.fromisoformat),
    "outcome": Outcome,
    "source": Source,
    "direction": Direction,
    "attempt": int,
    "void": _yes,
}
_SAID = frozenset({"note", "number", "void"})
"""What is a text, or no, where it is empty; all else is then None."""


def table(facts: Iterable[Fact], names: Mapping[str, str]) -> str:
    """`facts` as a table; `names` are those of the people whom they are about, by id."""
    text = StringIO()
    rows = csv.writer(text)
    rows.writerow(COLUMNS)
    for fact in facts:
        told = {**vars(fact), "name": names.get(fact.person.partition("/")[0], "")}
        rows.writerow([_cell(told[column]) for column in COLUMNS])
    return text.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def is_table(path: Path) -> bool:
    """Whether a file begins like such a table."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            return tuple(file.readline(1000).strip().split(",")) == COLUMNS
    except OSError:
        return False


def read(path: Path) -> list[Fact]:
    """The facts in such a table. Raises UsageError, which says where, for what is none."""
    found: list[Fact] = []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            for row in rows:
                try:
                    found.append(_fact(row))
                except (KeyError, ValueError, TypeError, AttributeError) as error:
                    raise UsageError(
                        f"{path}:{rows.line_num}: this is no line of a log ({error}). "
                        "Nothing was changed. Next: take it as syncd export wrote it."
                    ) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    return found


def _fact(row: Mapping[str, str]) -> Fact:
    told: dict[str, Any] = {}
    for column in COLUMNS:
        text = row[column]
        if column != "name":
            empty = not text and column not in _SAID
            told[column] = None if empty else _READ.get(column, str)(text)
    fact = Fact(**told)
    needed = (fact.id, fact.person, fact.at, fact.outcome, fact.source, fact.recorded)
    if None in needed or fact.direction is None:
        raise ValueError("something is missing in it")
    return fact


def unknown(service: Service, facts: Sequence[Fact]) -> list[Fact]:
    """Those of `facts` that the journal does not have: neither by their id nor, where nothing
    corrects them, as the same contact with the same person. Raises StateError."""
    known = service.store.load().facts
    ids = {fact.id for fact in known}
    same = {_contact(fact) for fact in known if not fact.void}
    corrected = {fact.supersedes for fact in facts}
    return [
        fact
        for fact in dict(zip((each.id for each in facts), facts, strict=True)).values()
        if fact.id not in ids
        and (fact.supersedes or fact.id in corrected or _contact(fact) not in same)
    ]


def _contact(fact: Fact) -> tuple[object, ...]:
    return (fact.person, fact.at, fact.outcome, fact.channel, fact.note)


def take(service: Service, facts: Sequence[Fact]) -> None:
    """Have the journal hold `facts`, too, as they are. Raises StateError."""
    if facts:
        service.store.commit(Delta(facts=tuple(facts), verb=True))
