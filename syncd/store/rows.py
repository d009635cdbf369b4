"""Between the model's values and the tables' rows; in the SQL that SQLite and PostgreSQL share."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, delete, func, select, update

from syncd.model.entries import Entry
from syncd.model.facts import Direction, Fact, Outcome, Source
from syncd.model.keys import Key, Kind
from syncd.model.records import (
    Acquaintance,
    CalendarState,
    Delta,
    Fate,
    Pause,
    Record,
    Scope,
    State,
)
from syncd.store import schema
from syncd.store.codec import decode_entry, decode_moment, encode_entry, encode_instant, to_json

_Row = dict[str, Any]


def read_state(connection: Connection, revision: int, known: tuple[Fact, ...] = ()) -> State:
    """All that the tables hold; `known` are the facts that were read of the same tables before, and
    are not read again. Raises ValueError, KeyError or TypeError for nonsense."""
    foreign: dict[str, dict[str, str]] = {}
    for row in _rows(connection, schema.foreign):
        foreign.setdefault(row["calendar"], {})[row["href"]] = row["version"]
    return State(
        facts=_facts(connection, known),
        records=tuple(map(_record, _rows(connection, schema.records))),
        foreign=foreign,
        calendars={row.pop("name"): _calendar(row) for row in _rows(connection, schema.calendars)},
        acquaintances={
            row["person"]: _acquaintance(row) for row in _rows(connection, schema.acquaintances)
        },
        pauses=tuple(map(_pause, _rows(connection, schema.pauses))),
        settings={row["name"]: row["value"] for row in _rows(connection, schema.settings)},
        revision=revision,
    )


def _facts(connection: Connection, known: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The journal, which only grows: what is `known` is the beginning of it, unless somebody had
    their hands in the tables."""
    table = schema.facts
    newer = select(table).order_by(table.c.position)
    if known:
        last = select(table.c.position).where(table.c.id == known[-1].id)
        position = connection.execute(last).scalar_one_or_none()
        if position is not None:
            new = tuple(map(_fact, _mapped(connection, newer.where(table.c.position > position))))
            count = connection.execute(select(func.count()).select_from(table)).scalar_one()
            if count == len(known) + len(new):
                return (*known, *new) if new else known
    return tuple(map(_fact, _mapped(connection, newer)))


def write_delta(connection: Connection, delta: Delta) -> None:
    """Change the tables as `delta` says; what goes is taken out before what comes is put in."""
    _drop(connection, schema.records, delta.forgotten)
    _drop(
        connection,
        schema.foreign,
        [(name, href) for name, hrefs in delta.foreign_gone.items() for href in hrefs],
    )
    _drop(
        connection,
        schema.settings,
        [(name,) for name, value in delta.settings.items() if value is None],
    )
    _put(connection, schema.facts, list(map(_fact_row, delta.facts)), keep=schema.facts.c.id.name)
    _put(connection, schema.records, list(map(_record_row, delta.records)))
    _put(
        connection,
        schema.foreign,
        [
            {"calendar": name, "href": href, "version": version}
            for name, versions in delta.foreign.items()
            for href, version in versions.items()
        ],
    )
    _put(
        connection,
        schema.calendars,
        [{"name": name, **_calendar_row(state)} for name, state in delta.calendars.items()],
    )
    _put(
        connection,
        schema.acquaintances,
        [
            {"person": person, **_with_days(met, "first_seen", "active_since", "admitted")}
            for person, met in delta.acquaintances.items()
        ],
    )
    _put(
        connection,
        schema.settings,
        [{"name": n, "value": value} for n, value in delta.settings.items() if value is not None],
    )
    if delta.pauses is not None:
        connection.execute(delete(schema.pauses))
        _put(
            connection,
            schema.pauses,
            [
                {"position": position, **_with_days(pause, "since", "until")}
                for position, pause in enumerate(delta.pauses)
            ],
        )
    if delta.verb:
        revision = schema.about.c.revision
        connection.execute(update(schema.about).values({revision: revision + 1}))


def _rows(connection: Connection, table: Table) -> Iterator[_Row]:
    return _mapped(connection, select(table).order_by(*table.primary_key))


def _mapped(connection: Connection, query: Select[Any]) -> Iterator[_Row]:
    result = connection.execute(query)
    names = tuple(result.keys())
    return (dict(zip(names, row, strict=True)) for row in result)


def _insert(dialect: str, table: Table) -> Any:
    # Each dialect by itself: to load PostgreSQL's takes a tenth of the start of every verb.
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as into_postgresql

        return into_postgresql(table)
    from sqlalchemy.dialects.sqlite import insert as into_sqlite

    return into_sqlite(table)


def _put(
    connection: Connection, table: Table, rows: list[dict[str, Any]], *, keep: str | None = None
) -> None:
    """Insert `rows`. One that is there already is replaced or, by the unique `keep`, left."""
    if not rows:
        return
    insert = _insert(connection.dialect.name, table)
    if keep is not None:
        statement = insert.on_conflict_do_nothing(index_elements=[keep])
    else:
        values = {c.name: insert.excluded[c.name] for c in table.columns if not c.primary_key}
        statement = insert.on_conflict_do_update(index_elements=table.primary_key, set_=values)
    connection.execute(statement, rows)


def _drop(connection: Connection, table: Table, keys: Sequence[tuple[str, ...]]) -> None:
    if not keys:
        return
    names = [f"the_{column.name}" for column in table.primary_key]
    same = [c == bindparam(name) for c, name in zip(table.primary_key, names, strict=True)]
    rows = [dict(zip(names, key, strict=True)) for key in keys]
    connection.execute(delete(table).where(*same), rows)


def _with_days(value: object, *names: str) -> dict[str, Any]:
    """The fields of `value`, those in `names` (dates, moments or None) as text."""
    row = dict(vars(value))
    for name in names:
        if row[name] is not None:
            row[name] = encode_instant(row[name])
    return row


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _fact_row(fact: Fact) -> dict[str, Any]:
    return _with_days(fact, "at", "recorded", "touch", "day", "until", "opened")


def _fact(row: _Row) -> Fact:
    del row["position"]
    row["at"] = decode_moment(row["at"])
    row["recorded"] = decode_moment(row["recorded"])
    row["opened"] = row["opened"] and decode_moment(row["opened"])
    row["outcome"] = Outcome(row["outcome"])
    row["source"] = Source(row["source"])
    row["direction"] = Direction(row["direction"])
    for name in ("touch", "day", "until"):
        row[name] = _day(row[name])
    return Fact(**row)


_ENTRIES = ("seen", "base", "intent")


def _record_row(record: Record) -> dict[str, Any]:
    row = dict(vars(record))
    row.update(vars(row.pop("key")))
    row["day"] = encode_instant(row["day"])
    for name in _ENTRIES:
        entry: Entry | None = row[name]
        row[name] = entry and encode_entry(entry)
    return row


def _record(row: _Row) -> Record:
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


def _calendar_row(state: CalendarState) -> dict[str, Any]:
    return {**_with_days(state, *_CLOCKS), "doubtful": to_json(state.doubtful)}


def _calendar(row: _Row) -> CalendarState:
    for name in _CLOCKS:
        row[name] = row[name] and decode_moment(row[name])
    row["doubtful"] = tuple(json.loads(row["doubtful"]))
    return CalendarState(**row)


def _acquaintance(row: _Row) -> Acquaintance:
    return Acquaintance(
        first_seen=date.fromisoformat(row["first_seen"]),
        seat=row["seat"],
        paused=row["paused"],
        active_since=_day(row["active_since"]),
        phone=row["phone"],
        email=row["email"],
        admitted=_day(row["admitted"]),
    )


def _pause(row: _Row) -> Pause:
    return Pause(
        scope=Scope(row["scope"]),
        name=row["name"],
        since=date.fromisoformat(row["since"]),
        until=_day(row["until"]),
    )
