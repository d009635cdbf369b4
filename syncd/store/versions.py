"""Which form of the database this program knows, and which one is of."""

from __future__ import annotations

from dataclasses import dataclass

from syncd.errors import StateError
from syncd.store.rows import Ask

SCHEMA = 2
"""The version of the tables in `schema`. Whoever changes them counts up, and adds to its
`_STEPS`."""


def newer(where: object, schema: int) -> StateError:
    """That the database `where` is of a later form."""
    return StateError(
        f"{where} was written by a newer syncd (schema {schema}; this one knows {SCHEMA}). "
        "Nothing was changed. Next: install that newer syncd again."
    )


@dataclass(frozen=True, kw_only=True)
class About:
    """What a database says of itself."""

    birth: str
    """Drawn when it was made: a database that took another's place has another."""
    revision: int
    schema: int = SCHEMA


def inspected(ask: Ask, where: str, deployment: str) -> About | None:
    """What the database says of itself; None where it is empty.

    Raises StateError, naming it by `where`, if it is newer than this program, another program's, or
    of another than `deployment`.
    """
    tables = {row["name"] for row in ask("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "syncd" not in tables:
        if tables:
            raise StateError(
                f"{where} is another program's database; syncd leaves it as it is. "
                "Next: check `database` in the config."
            )
        return None
    (row,) = ask("SELECT schema, deployment, birth, revision FROM syncd")
    if row["schema"] > SCHEMA:
        raise newer(where, row["schema"])
    if row["deployment"] != deployment:
        raise StateError(
            f"{where} remembers the deployment «{row['deployment']}», and this config is of "
            f"«{deployment}». Nothing was changed. "
            "Next: name another `database`, or take back the `deployment`."
        )
    return About(birth=row["birth"], revision=row["revision"], schema=row["schema"])
