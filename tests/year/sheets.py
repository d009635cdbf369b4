"""A calendar as its user sees it where contacts are lines to be checked: each line an entry of its
own, edited by editing the text that it stands in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from syncd.calendars.memory import MemoryCalendar
from syncd.model.blocks import OccurrenceId
from syncd.model.entries import Entry, Override
from syncd.model.keys import Kind, decode
from syncd.reconcile.checklist import sheet_in
from tests.year.cast import DEPLOYMENT, ZONE


@dataclass(frozen=True, kw_only=True)
class Line:
    """Where an item stands."""

    series: Entry
    override: Override
    number: int
    """Which line of the text."""

    @property
    def text(self) -> str:
        return self.override.text.split("\n")[self.number]


class Sheets:
    """`calendar`, by the hands of somebody who marks lines, in one way or another."""

    def __init__(self, calendar: MemoryCalendar, random: Random) -> None:
        self.calendar, self.random = calendar, random

    def entries(self) -> list[Entry]:
        return [*self.calendar.entries(), *(entry for entry, _ in self._items())]

    def edit(self, uid: str, **fields: object) -> None:
        found = next(((e, line) for e, line in self._items() if e.uid == uid), None)
        if found is None:
            self.calendar.edit(uid, **fields)
            return
        entry, line = found
        assert fields.keys() == {"title"}, fields
        self._write(line, self._marked(line.text, entry.title, str(fields["title"])))

    def drop(self, uid: str) -> None:
        self.calendar.drop(uid)

    def _items(self) -> Iterator[tuple[Entry, Line]]:
        for series in self.calendar.entries():
            key = decode(series.uid, DEPLOYMENT)
            if key is None or key.kind is not Kind.BLOCK or series.recurrence is None:
                continue
            for override in series.recurrence.overrides:
                day = override.original.astimezone(ZONE).date()
                lines = override.text.split("\n")
                sheet = sheet_in(override.text)
                assert sheet.of in ("", str(OccurrenceId(key.subject, day)))
                for told in sheet.items:
                    clock = told.line.partition("] ")[2]
                    at = next((n for n, each in enumerate(lines) if clock in each), None)
                    assert at is not None, (told, override.text)
                    line = Line(series=series, override=override, number=at)
                    yield _entry(told.key.encode(DEPLOYMENT), line), line

    def _marked(self, line: str, before: str, after: str) -> str:
        """`line` with what turned the title `before` into `after`."""
        inside, _, rest = line[1:].partition("] ")
        core = before.removeprefix(f"{inside} ").strip()
        start, _, end = (part.strip() for part in after.partition(core))
        kept = "" if start or after == core else inside
        written = f"{rest} {end}".strip()
        if start.startswith("["):
            return f"{start} {written}"
        if start and self.random.random() < 0.3 and start != inside:
            return f"{start} [ ] {written}"
        return f"[{start or kept or ' '}] {written}"

    def _write(self, line: Line, text: str) -> None:
        lines = line.override.text.split("\n")
        lines[line.number] = text
        recurrence = line.series.recurrence
        assert recurrence is not None
        changed = replace(line.override, text="\n".join(lines))
        overrides = tuple(changed if o == line.override else o for o in recurrence.overrides)
        self.calendar.edit(line.series.uid, recurrence=replace(recurrence, overrides=overrides))


def _entry(uid: str, line: Line) -> Entry:
    inside, _, rest = line.text.partition("[")[2].partition("] ")
    clock, _, said = rest.partition(" ")
    core = said.partition(",")[0]
    zone = line.series.start.tzinfo if isinstance(line.series.start, datetime) else None
    assert isinstance(zone, ZoneInfo)
    day = line.override.start.astimezone(zone).date()
    start = datetime.combine(day, time.fromisoformat(clock), zone)
    return Entry(
        uid=uid,
        title=f"{inside} {core}".strip(),
        start=start,
        end=start + timedelta(minutes=15),
        text=line.override.text,
        item=True,
    )


__all__ = ["Sheets"]
