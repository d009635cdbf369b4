"""Where the database is, without reading all of the config: for whoever asks every half minute."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from syncd.config.names import database, resolved
from syncd.config.nodes import Fields, Text, read
from syncd.errors import ConfigError, Problem


def whereabouts(path: Path, env: Mapping[str, str]) -> Path:
    """The database of the config file at `path`, whatever else is wrong in it. Raises ConfigError
    where it is no YAML."""
    problems: list[Problem] = []
    root = read(path, str(path), problems)
    if not isinstance(root, Fields):
        raise ConfigError(problems)
    folder = path.absolute().parent
    named = _text(root, "database")
    return database(resolved(named, folder, env) if named else None, _text(root, "deployment"), env)


def _text(root: Fields, key: str) -> str:
    """What stands there; empty where that is nothing."""
    said = root.get(Text(key))
    return str(said) if isinstance(said, Text) and not said.nothing else ""
