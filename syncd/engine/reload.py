"""Whether the YAML files have changed: by size, time and inode, and by which of them there are.

A change counts once it has stood still for one look, so that a file is not read while an editor
writes it. A new file beside those that were read counts too, as it may fit a glob.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

Fingerprint = dict[str, object]


class Watch:
    """Tells whether files changed since they were last `taken`."""

    def __init__(self) -> None:
        self._files: frozenset[Path] = frozenset()
        self._taken: Fingerprint = {}
        self._last: Fingerprint = {}

    def look(self) -> None:
        """Remember how things are, before they are read: what changes meanwhile is a change."""
        self._last = fingerprint(self._files)

    def taken(self, files: Iterable[Path]) -> None:
        """`files` were read; from now on a change is one from how they were at the last look, or,
        where they were not looked at, from how they are now."""
        self._files = frozenset(files)
        self._taken = {
            name: self._last.get(name, state) for name, state in fingerprint(self._files).items()
        }

    def changed(self) -> bool:
        """Whether something changed since it was taken, and has stood still since the last look."""
        before = self._last
        self.look()
        return self._last == before and self._last != self._taken


def fingerprint(files: Iterable[Path]) -> Fingerprint:
    """What tells one state of `files`, and of which files like them lie beside them, from another.
    Raises nothing: what cannot be looked at is a state as well."""
    found: Fingerprint = {}
    folders: dict[Path, set[str]] = {}
    for file in files:
        folders.setdefault(file.parent, set()).add(file.suffix)
        try:
            stat = file.stat()
        except OSError as error:
            found[str(file)] = error.errno
        else:
            found[str(file)] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    for folder, suffixes in folders.items():
        found[f"{folder}{os.sep}"] = _like(folder, suffixes)
    return found


def _like(folder: Path, suffixes: set[str]) -> frozenset[str]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries]
    except OSError:
        return frozenset()
    return frozenset(n for n in names if not n.startswith(".") and Path(n).suffix in suffixes)
