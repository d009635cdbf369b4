"""The store: the journal, and what a tick must remember of the calendars."""

from __future__ import annotations

from pathlib import Path

from syncd.store.base import Store


def open_store(where: str | Path, deployment: str = "default") -> Store:
    """The store of `deployment` at `where`: the path of a SQLite file, or a database URL.

    `memory:` remembers for as long as the process lives. Nothing is read or made before the first
    use. Raises StateError for a kind of database that syncd does not keep its state in.
    """
    if where == "memory:":
        from syncd.store.memory import MemoryStore

        return MemoryStore()
    from syncd.store.sql import SqlStore

    return SqlStore(where, deployment=deployment)
