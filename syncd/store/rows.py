"""Between the model's values and the tables' rows, whichever library asks for them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Protocol

from syncd.model.entries import Entry
from syncd.model.facts import Direction, Fact, Facts, Outcome, Source
from syncd.model.keys import Key, Kind
from syncd.model.records import Acquaintance, CalendarState, Fate, Pause, Record, Scope, State
from syncd.store.codec import decode_entry, decode_moment, encode_entry, encode_instant, to_json

Row = dict[str, Any]
"""One row, by the names of its columns."""


class Ask(Protocol):
    """Asks a database, within one transaction."""

    def __call__(self, sql: str, *values: object) -> Iterable[Row]:
        """The rows that `sql` finds, each `?` in it standing for one of `values`."""
        ...


def read_state(ask: Ask, revision: int, known: Facts) -> State:
    """All that the tables hold; `known` are the facts that were read of the same tables before, and
    are not read again. Raises ValueError, KeyError or TypeError for nonsense."""
    foreign: dict[str, dict[str, str]] = {}
    for row in ask("SELECT * FROM foreign_resources ORDER BY calendar, href"):
        foreign.setdefault(row["calendar"], {})[row["href"]] = row["version"]
    return State(
        facts=_facts(ask, known),
        records=tuple(map(_record, ask("SELECT * FROM records ORDER BY calendar, uid"))),
        foreign=foreign,
        calendars={
            row.pop("name"): _calendar(row) for row in ask("SELECT * FROM calendars ORDER BY name")
        },
        acquaintances={
            row["person"]: _acquaintance(row)
            for row in ask("SELECT * FROM acquaintances ORDER BY person")
        },
        pauses=tuple(map(_pause, ask("SELECT * FROM pauses ORDER BY position"))),
        settings={row["name"]: row["value"] for row in ask("SELECT * FROM settings ORDER BY name")},
        revision=revision,
    )


def _facts(ask: Ask, known: Facts) -> Facts:
    """The journal, which only grows: what is `known` is the beginning of it, unless somebody had
    their hands in the tables."""
    if known.last is not None:
        for row in ask("SELECT position FROM facts WHERE id = ?", known.last.id):
            newer = "SELECT * FROM facts WHERE position > ? ORDER BY position"
            grown = known.plus(map(_fact, ask(newer, row["position"])))
            (total,) = ask("SELECT count(*) AS facts FROM facts")
            if total["facts"] == len(grown):
                return grown
    return Facts.of(map(_fact, ask("SELECT * FROM facts ORDER BY position")))


def with_days(value: object, *names: str) -> Row:
    """The fields of `value`, those in `names` (dates, moments or None) as text."""
    row = dict(vars(value))
    for name in names:
        if row[name] is not None:
            row[name] = encode_instant(row[name])
    return row


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def fact_row(fact: Fact) -> Row:
    """The row of a fact."""
    return with_days(fact, "at", "recorded", "touch", "day", "until", "opened")


def _fact(row: Row) -> Fact:
    del row["position"]
    row["at"] = decode_moment(row["at"])
    row["recorded"] = decode_moment(row["recorded"])
    row["opened"] = row["opened"] and decode_moment(row["opened"])
    row["outcome"] = Outcome(row["outcome"])
    row["source"] = Source(row["source"])
    row["void"] = bool(row["void"])
    row["direction"] = Direction(row["direction"])
    for name in ("touch", "day", "until"):
        row[name] = _day(row[name])
    return Fact(**row)


_ENTRIES = ("seen", "base", "intent")


def record_row(record: Record) -> Row:
    """The row of a record."""
    row = dict(vars(record))
    row.update(vars(row.pop("key")))
    row["day"] = encode_instant(row["day"])
    for name in _ENTRIES:
        entry: Entry | None = row[name]
        row[name] = entry and encode_entry(entry)
    return row


def _record(row: Row) -> Record:
    row["key"] = Key(
        kind=Kind(row.pop("kind")),
        subject=row.pop("subject"),
        day=date.fromisoformat(row.pop("day")),
        attempt=row.pop("attempt"),
        generation=row.pop("generation"),
    )
    row["fate"] = Fate(row["fate"])
    row["leaving"] = Fate(row["leaving"]) if row["leaving"] else None
    for name in _ENTRIES:
        row[name] = row[name] and decode_entry(row[name])
    return Record(**row)


_CLOCKS = ("listed", "succeeded", "failing_since")


def calendar_row(state: CalendarState) -> Row:
    """The row of a calendar, but for its name."""
    since = {uid: when and encode_instant(when) for uid, when in state.doubtful.items()}
    return {**with_days(state, *_CLOCKS), "doubtful": to_json(since)}


def _calendar(row: Row) -> CalendarState:
    for name in _CLOCKS:
        row[name] = row[name] and decode_moment(row[name])
    row["doubtful"] = doubtful(row["doubtful"])
    return CalendarState(**row)


def doubtful(told: str) -> dict[str, datetime | None]:
    """Whose absence is in doubt, and since when; an older syncd wrote only the UIDs. Raises as
    `decode_moment` does, and what JSON does."""
    found = json.loads(told)
    since = found if isinstance(found, dict) else dict.fromkeys(found)
    return {uid: when and decode_moment(when) for uid, when in since.items()}


def _acquaintance(row: Row) -> Acquaintance:
    return Acquaintance(
        first_seen=date.fromisoformat(row["first_seen"]),
        seat=row["seat"],
        paused=bool(row["paused"]),
        active_since=_day(row["active_since"]),
        phone=row["phone"],
        email=row["email"],
        admitted=_day(row["admitted"]),
    )


def _pause(row: Row) -> Pause:
    return Pause(
        scope=Scope(row["scope"]),
        name=row["name"],
        since=date.fromisoformat(row["since"]),
        until=_day(row["until"]),
    )
