"""Writing single properties of a component (RFC 5545 3.8)."""

from __future__ import annotations

from datetime import UTC, datetime

import icalendar
from icalendar import vText

from syncd.model.entries import Instant

_PLAIN = {ord(c): f"%{ord(c):02X}" for c in "%,;\\\r\n"}


class Words(vText):
    r"""A TEXT value (RFC 5545 3.3.11). The library's own makes a newline of the `\N` in `C:\N`."""

    def to_ical(self) -> bytes:
        """As it stands in a body."""
        text = str(self).replace("\r\n", "\n").replace("\r", "\n")
        for character in "\\;,":
            text = text.replace(character, f"\\{character}")
        return text.replace("\n", "\\n").encode()


def put(component: icalendar.Component, name: str, value: str) -> None:
    """Give a component a TEXT property, or take it away where there is nothing to say."""
    component.pop(name, None)
    if value:
        component[name] = Words(value)


def plain(text: str) -> str:
    """`text` as a value that needs no backslash, whoever reads it."""
    return text.translate(_PLAIN)


def told(value: Instant) -> Instant:
    """`value` as it can be written: of an hour that daylight saving repeats, iCalendar knows only
    the first (RFC 5545 3.3.5), so that the second is told in UTC."""
    return value.astimezone(UTC) if isinstance(value, datetime) and value.fold else value


def same(one: Instant, other: Instant) -> bool:
    """Equal, and of one type and zone: a series must be written in its own zone."""
    if isinstance(one, datetime) and isinstance(other, datetime):
        return one == other and one.utcoffset() == other.utcoffset()
    return type(one) is type(other) and one == other
