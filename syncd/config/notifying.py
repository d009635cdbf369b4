"""From shapes to values: who is told of what."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from syncd.config.secrets import read_secret
from syncd.config.shapes.servers import NotifyShape
from syncd.errors import Problem
from syncd.model.roster import Notify


def notify(
    shape: NotifyShape,
    folder: Path,
    env: Mapping[str, str],
    problems: list[Problem],
    files: list[Path],
) -> Notify | None:
    """Who is told of what; None where nobody is. What is doubtful goes to `problems`, files that
    hold an address to `files`. An address is a secret: most hold a password or a token."""
    urls = tuple(
        read_secret(each, folder, env, problems, files, called="urls") for each in shape.urls
    )
    return Notify(urls=urls, on=frozenset(shape.on)) if urls and shape.on else None
