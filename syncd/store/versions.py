"""Which form of the database this program knows."""

from __future__ import annotations

from syncd.errors import StateError

SCHEMA = 2
"""The version of the tables in `schema`. Whoever changes them counts up, and adds to its
`_STEPS`."""


def newer(where: object, schema: int) -> StateError:
    """That the database `where` is of a later form."""
    return StateError(
        f"{where} was written by a newer syncd (schema {schema}; this one knows {SCHEMA}). "
        "Nothing was changed. Next: install that newer syncd again."
    )
