"""Lists that Google gives in pages. What stands in them is hostile input."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from syncd.errors import Unreachable

Json = dict[str, Any]
MOST = 10_000
"""More pages than this are no list."""


def pages(ask: Callable[[Json], Json], name: str) -> Iterator[Json]:
    """What `ask` answers for one page after the other of something in the calendar called `name`;
    it is given what is to be asked besides. Raises as `ask` does, and Unreachable for pages that
    have no end."""
    given = set[str]()
    more: Json = {}
    while True:
        page = ask(more)
        yield page
        token = page.get("nextPageToken")
        if not token:
            return
        if str(token) in given or len(given) >= MOST:
            raise Unreachable(
                f"Calendar {name}: the pages of Google's answer have no end. "
                "Next: nothing; syncd tries again."
            )
        given.add(str(token))
        more = {"pageToken": str(token)}


def items(page: Json) -> list[Json]:
    """What stands on a page, but for what is none: whatever Google lists has an id."""
    found = page.get("items")
    return [each for each in found if _is_item(each)] if isinstance(found, list) else []


def _is_item(row: object) -> bool:
    return isinstance(row, dict) and bool(row.get("id")) and isinstance(row["id"], str)
