"""Config: YAML with its places, checked against one schema, becomes a roster, or every problem."""

from __future__ import annotations

from syncd.config.load import Loaded, load
from syncd.config.names import state_folder
from syncd.config.promise import promise
from syncd.config.shapes import schema

__all__ = ["Loaded", "load", "promise", "schema", "state_folder"]
