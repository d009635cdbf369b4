"""The tables, and which version of them a database has.

Unique constraints are the locks: of two writers of one fact, or of one record, the second meets
the first. Instants and entries are text, as `codec` writes it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

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
    inspect,
    select,
    update,
)

from syncd.errors import StateError
from syncd.store.versions import SCHEMA, newer

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


@dataclass(frozen=True, kw_only=True)
class About:
    """What a database says of itself."""

    birth: str
    """Drawn when it was made: a database that took another's place has another."""
    revision: int
    schema: int = SCHEMA


def inspected(connection: Connection, where: str, deployment: str) -> About | None:
    """What the database says of itself; None where it is empty.

    Raises StateError, naming it by `where`, if it is newer than this program, another program's, or
    of another than `deployment`.
    """
    if not connection.dialect.has_table(connection, about.name):
        if inspect(connection).get_table_names():
            raise StateError(
                f"{where} is another program's database; syncd leaves it as it is. "
                "Next: check `database` in the config."
            )
        return None
    row = connection.execute(select(about)).one()
    if row.schema > SCHEMA:
        raise newer(where, row.schema)
    if row.deployment != deployment:
        raise StateError(
            f"{where} remembers the deployment «{row.deployment}», and this config is of "
            f"«{deployment}». Nothing was changed. "
            "Next: name another `database`, or take back the `deployment`."
        )
    return About(birth=row.birth, revision=row.revision, schema=row.schema)


def prepare(
    connection: Connection, where: str, deployment: str, keep: Callable[[str], object]
) -> About:
    """Make the tables where they are missing, and anew what is of an older version, once `keep` has
    put a copy of that aside under the name that it is given; what the database then says of itself.

    Needs a writing transaction. Raises as `inspected` and `keep` do.
    """
    found = inspected(connection, where, deployment)
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
