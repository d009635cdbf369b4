"""The rows of a SQL dump: of `INSERT INTO table (columns) VALUES (…), (…);` alone.

The dump is read, never run. Monica quotes with PHP's addslashes, and leaves bare whatever looks
like a number, be it a telephone's: `030901820` and `+4930901820` are texts here like all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

Row: TypeAlias = dict[str, str | None]

_INSERT = re.compile(
    r"INSERT\s+(?:IGNORE\s+)?INTO\s+((?:[`\"]?\w+[`\"]?\.)?[`\"]?\w+[`\"]?)\s*\(([^()]*)\)\s*VALUES",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"'((?:[^'\\]|\\.|'')*)'|([^\s'(),;][^'(),;]*)|([(),;])", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)|''", re.DOTALL)
_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "0": ""}


def rows(text: str, tables: frozenset[str]) -> Iterator[tuple[str, Row]]:
    """The rows of `tables`, each with its table's name, in order. What stands within a text is
    never taken for a statement; what cannot be read ends its statement."""
    at = 0
    while (found := _INSERT.search(text, at)) is not None:
        table = found[1].rpartition(".")[2].strip('`"').lower()
        columns = [each.strip().strip('`"') for each in found[2].split(",")]
        at = found.end()
        values: list[str | None] = []
        for token in _TOKEN.finditer(text, at):
            if text[at : token.start()].strip():
                break  # something that is neither a value nor a sign
            at = token.end()
            quoted, bare, sign = token.groups()
            if sign == ";":
                break
            if sign == "(":
                values = []
            elif sign == ")":
                if table in tables and len(values) == len(columns):
                    yield table, dict(zip(columns, values, strict=True))
            elif bare is not None:
                values.append(None if bare.strip().upper() == "NULL" else bare.strip())
            elif quoted is not None:
                values.append(_ESCAPE.sub(_unescaped, quoted))


def _unescaped(found: re.Match[str]) -> str:
    if found[1] is None:
        return "'"
    # addslashes escapes quotes and backslashes alone; a dump by MySQL's own tool, line ends too
    return _LETTERS.get(found[1], found[1])
