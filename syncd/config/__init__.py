"""Config: YAML with its places, checked against one schema, becomes a roster, or every problem.

What is named here is imported when it is first used: the schema is heavy, and where the database is
can be known without it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from syncd.config.loading import Loaded, load
    from syncd.config.names import state_folder
    from syncd.config.promising import promise
    from syncd.config.shapes.whole import schema

__all__ = ["Loaded", "load", "promise", "schema", "state_folder"]
_HOMES = {
    "Loaded": "loading",
    "load": "loading",
    "promise": "promising",
    "schema": "shapes.whole",
    "state_folder": "names",
}
"""Which module each is in; none of those may be called like something here."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
