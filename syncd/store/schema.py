"""The tables, and which version of them a database has.

Unique constraints are the locks: of two writers of one fact, or of one record, the second meets
the first. Instants and entries are text, as `codec` writes it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    update,
)

from syncd.store.rows import Ask, Row
from syncd.store.versions import SCHEMA, About, inspected

_STEPS: dict[int, tuple[str, ...]] = {
    1: (
        "ALTER TABLE facts ADD COLUMN number TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE acquaintances ADD COLUMN admitted TEXT",
    ),
}
"""By version: what makes its tables those of the next one."""

metadata = MetaData()


def _text(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=null)


about = Table(
    "syncd",  # a name that tells whose database it is
    metadata,
    Column("only", Integer, CheckConstraint("only = 1"), primary_key=True, autoincrement=False),
    Column("schema", Integer, nullable=False),
    _text("birth"),
    _text("deployment"),
    Column("revision", Integer, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("position", Integer, primary_key=True),
    _text("id"),
    _text("person"),
    _text("at"),
    _text("outcome"),
    _text("source"),
    _text("recorded"),
    _text("channel", null=True),
    _text("note"),
    _text("direction"),
    _text("touch", null=True),
    Column("attempt", Integer),
    _text("day", null=True),
    _text("until", null=True),
    _text("entry", null=True),
    _text("opened", null=True),
    _text("supersedes", null=True),
    Column("void", Boolean, nullable=False),
    Column("number", Text, nullable=False, server_default=""),
    UniqueConstraint("id"),
)

records = Table(
    "records",
    metadata,
    _text("calendar", key=True),
    _text("uid", key=True),
    _text("kind"),
    _text("subject"),
    _text("day"),
    Column("attempt", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    _text("fate"),
    _text("href"),
    _text("version"),
    _text("body"),
    _text("seen", null=True),
    _text("base", null=True),
    _text("intent", null=True),
    _text("leaving", null=True),
    _text("consumed", null=True),
    Column("tries", Integer, nullable=False),
    _text("why"),
)

foreign = Table(
    "foreign_resources",
    metadata,
    _text("calendar", key=True),
    _text("href", key=True),
    _text("version"),
)

calendars = Table(
    "calendars",
    metadata,
    _text("name", key=True),
    _text("cursor"),
    _text("place"),
    _text("memo"),
    _text("listed", null=True),
    _text("succeeded", null=True),
    _text("failing_since", null=True),
    _text("error"),
    _text("doubtful"),
)

acquaintances = Table(
    "acquaintances",
    metadata,
    _text("person", key=True),
    _text("first_seen"),
    Column("seat", Integer, nullable=False),
    Column("paused", Boolean, nullable=False),
    _text("active_since", null=True),
    _text("phone"),
    _text("email"),
    _text("admitted", null=True),
)

pauses = Table(
    "pauses",
    metadata,
    Column("position", Integer, primary_key=True),
    _text("scope"),
    _text("name"),
    _text("since"),
    _text("until", null=True),
)

settings = Table("settings", metadata, _text("name", key=True), _text("value"))


def asking(connection: Connection) -> Ask:
    """Asks by `connection`."""

    def ask(sql: str, *values: object) -> Iterator[Row]:
        return map(dict, connection.exec_driver_sql(sql, values).mappings())

    return ask


def prepare(
    connection: Connection, where: str, deployment: str, keep: Callable[[str], object]
) -> About:
    """Make the tables where they are missing, and anew what is of an older version, once `keep` has
    put a copy of that aside under the name that it is given; what the database then says of itself.

    Needs a writing transaction. Raises as `inspected` and `keep` do.
    """
    found = inspected(asking(connection), where, deployment)
    if found is not None:
        if found.schema < SCHEMA:
            keep(f"schema-{found.schema}")
        return _brought_up(connection, found)
    metadata.create_all(connection, checkfirst=False)
    fresh = About(birth=secrets.token_hex(8), revision=0)
    told = {"only": 1, "deployment": deployment, **vars(fresh)}
    connection.execute(about.insert(), told)
    return fresh


def renew(connection: Connection) -> None:
    """Have it be another database than the one that it is a copy of, for whoever was at work on
    that, and be planned for anew."""
    told = {"birth": secrets.token_hex(8), "revision": about.c.revision + 1}
    connection.execute(update(about).values(told))


def _brought_up(connection: Connection, found: About) -> About:
    for version in range(found.schema, SCHEMA):
        for step in _STEPS[version]:
            connection.exec_driver_sql(step)
    if found.schema < SCHEMA:
        connection.execute(update(about).values(schema=SCHEMA))
    return replace(found, schema=SCHEMA)
