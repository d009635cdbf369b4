"""What changes the tables: by SQLAlchemy Core, in the SQL that SQLite and PostgreSQL share. It
takes half a second to import: only what writes imports this."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, bindparam, create_engine, delete, event, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from syncd.model.records import Delta
from syncd.store import schema
from syncd.store.rows import calendar_row, fact_row, record_row, with_days
from syncd.store.trouble import explained


def engine_over(connect: Callable[[], sqlite3.Connection]) -> Engine:
    """What opens and closes a connection for each transaction, which it begins as one that
    writes."""
    # hide_parameters: notes about people have no place in a traceback.
    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def writing(engine: Engine, path: Path) -> Iterator[Connection]:
    """A transaction that writes into the database at `path`. Raises StateError."""
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise explained(error.orig, path) from error


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
    _put(connection, schema.facts, list(map(fact_row, delta.facts)), keep=schema.facts.c.id.name)
    _put(connection, schema.records, list(map(record_row, delta.records)))
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
        [{"name": name, **calendar_row(state)} for name, state in delta.calendars.items()],
    )
    _put(
        connection,
        schema.acquaintances,
        [
            {"person": person, **with_days(met, "first_seen", "active_since", "admitted")}
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
                {"position": position, **with_days(pause, "since", "until")}
                for position, pause in enumerate(delta.pauses)
            ],
        )
    if delta.verb:
        revision = schema.about.c.revision
        connection.execute(update(schema.about).values({revision: revision + 1}))


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
