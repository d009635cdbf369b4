"""Many entries as one iCalendar text (RFC 5545), for another program or for keeping."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import chain

import icalendar

from syncd.calendars.caldav.fields import Words
from syncd.calendars.caldav.render import dates_in, definition, new_body, zones_in
from syncd.model.entries import Entry

_YEARS_ON = 5


def archive(
    entries: Sequence[Entry],
    stamp: datetime,
    progress: Callable[[int, int], None] | None = None,
) -> str:
    """`entries` as one VCALENDAR, each under its own UID, with every time zone defined once;
    `stamp` is the instant of writing."""
    tree = icalendar.Calendar()
    tree["PRODID"] = Words("-//syncd//syncd//EN")
    tree["VERSION"] = Words("2.0")
    tree.subcomponents += _zones(entries)
    lines = tree.to_ical().decode().removesuffix("END:VCALENDAR\r\n")
    parts: list[str] = [lines]
    for n, entry in enumerate(entries, start=1):
        parts += _components(new_body(entry, stamp))
        if progress is not None:
            progress(n, len(entries))
    return "".join((*parts, "END:VCALENDAR\r\n"))


def _zones(entries: Iterable[Entry]) -> list[icalendar.Timezone]:
    dates: dict[str, list[date]] = {}
    for entry in entries:
        for zone in zones_in(entry):
            dates.setdefault(zone.key, []).extend(dates_in(entry))
    return [
        definition(key, min(found).year - 1, max(found).year + _YEARS_ON)
        for key, found in sorted(dates.items())
    ]


def _components(body: str) -> Iterable[str]:
    """The events and tasks of a body, as they stand in it. A line that is folded begins with a
    space, so that no text can look like an edge."""
    kept: list[list[str]] = []
    inside = ""
    for line in body.split("\r\n"):
        if not inside and line in ("BEGIN:VEVENT", "BEGIN:VTODO"):
            inside = line.removeprefix("BEGIN:")
            kept.append([])
        if inside:
            kept[-1].append(f"{line}\r\n")
            if line == f"END:{inside}":
                inside = ""
    return chain.from_iterable(kept)
