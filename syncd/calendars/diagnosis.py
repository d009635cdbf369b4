"""What works with a calendar and what does not, step by step: for whoever has to find out.

Nothing is written but one probe, which goes again; it lies far in the past, and no deployment takes
it for its own.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from syncd.calendars.base import Calendar, Changes, Diary, Fate, Result, Verb, Write
from syncd.calendars.reading import PROBE
from syncd.model.entries import Entry
from syncd.model.examination import Ailing, Check, Found, NotTried
from syncd.model.keys import is_key
from syncd.model.roster import CalendarSettings

TITLE = "syncd doctor: a test, to be removed"


def calendar(
    opened: Callable[[], Calendar], settings: CalendarSettings, *, read_only: bool
) -> Iterator[tuple[str, Check]]:
    """Whether the calendar, which `opened` gives, can be read and, unless `read_only`, written."""
    patient = _Patient(opened, settings)
    yield "read", patient.read
    if read_only:
        return
    yield "write", patient.write
    yield "conditions", patient.condition
    yield "read back", patient.read_back
    yield "remove", patient.remove


def diary(
    opened: Callable[[], Diary], settings: CalendarSettings, now: Callable[[], datetime]
) -> Iterator[tuple[str, Check]]:
    """Whether the meetings in a calendar, which `opened` gives, can be read."""

    def read() -> Found:
        until = now()
        found = opened().meetings(until - timedelta(days=7), until)
        met = sum(1 for each in found if each.emails)
        said = f"«{settings.calendar}» is read; others accepted {met:,} of its meetings in a week"
        return Found(said=said)

    yield f"meetings in {settings.calendar}", read


class _Patient:
    """One calendar, and the probe in it."""

    def __init__(self, opened: Callable[[], Calendar], settings: CalendarSettings) -> None:
        self._opened = opened
        self._kept: Calendar | None = None
        self._settings = settings
        self._missing = False
        self._entry = _probe(settings)
        self._first: Result | None = None
        self._there: Result | None = None

    @property
    def _calendar(self) -> Calendar:
        if self._kept is None:
            self._kept = self._opened()
        return self._kept

    def read(self) -> Found:
        begun = time.monotonic()
        changes = self._calendar.changes("", {})
        took = time.monotonic() - begun
        if changes.missing:
            self._missing = True
            name = self._settings.calendar
            maker = "first task" if self._settings.is_tasks else "first sync"
            return Found(said=f"«{name}» is not there yet; the {maker} makes it; look again then")
        self._clear_away(changes)
        ours = sum(1 for s in changes.sightings if s.entry and is_key(s.entry.uid))
        spoilt = sum(1 for s in changes.sightings if s.problem)
        said = f"{len(changes.sightings):,} entries, {ours:,} of them syncd's, in {took:.1f} s"
        if not changes.complete:
            return Found(
                said=said,
                doubt="The server left some out. Next: look again; syncd deletes nothing "
                "meanwhile.",
            )
        unread = f"; {spoilt:,} that syncd cannot read and leaves alone" if spoilt else ""
        return Found(said=f"{said}{unread}")

    def write(self) -> Found:
        if self._missing:
            raise NotTried("there is nothing to write into yet")
        self._first = self._there = self._sent(Write(verb=Verb.CREATE, entry=self._entry))
        changed = replace(self._entry, text="changed")
        self._there = self._sent(self._on(self._there, changed))
        return Found(said="a probe was made and changed")

    def condition(self) -> Found:
        if self._first is None:
            raise NotTried("there is nothing to write into yet")
        (result,) = self._calendar.write([self._on(self._first, replace(self._entry, text="no"))])
        if result.fate is Fate.APPLIED:
            self._there = result
            return Found(
                said="",
                doubt="The server overwrites what has changed meanwhile. Next: mark an entry only "
                "once at a time; the window is as long as one request.",
            )
        if result.fate is not Fate.STALE:
            raise Ailing(result.why)
        return Found(said="what has changed meanwhile is not overwritten")

    def read_back(self) -> Found:
        if self._there is None:
            raise NotTried("there is nothing to write into yet")
        for sight in self._calendar.changes("", {}).sightings:
            if sight.entry is not None and sight.entry.uid == self._entry.uid:
                self._there = replace(
                    self._there, href=sight.href, version=sight.version, body=sight.body
                )
                if sight.entry.title != self._entry.title:
                    return Found(
                        said="",
                        doubt="The server changes what is written. Next: report this, with the "
                        "server's name.",
                    )
                return Found(said="the probe reads as it was written")
        raise Ailing("the probe is not shown. Next: look again; some servers are slow to show.")

    def remove(self) -> Found:
        if self._there is None:
            raise NotTried("there is nothing to write into yet")
        self._sent(_removal(self._there.href, self._there.version, self._there.body))
        left = [s for s in self._calendar.changes("", {}).sightings if _is_probe(s.entry)]
        if left:
            raise Ailing(f"the probe is still there. Next: delete «{TITLE}» by hand.")
        return Found(said="the probe is gone")

    def _sent(self, write: Write) -> Result:
        (result,) = self._calendar.write([write])
        if result.fate is not Fate.APPLIED:
            raise Ailing(result.why or f"the server turns a {write.verb} down ({result.fate})")
        return result

    def _on(self, result: Result, entry: Entry) -> Write:
        return Write(
            verb=Verb.REPLACE,
            entry=entry,
            href=result.href,
            version=result.version,
            body=result.body,
        )

    def _clear_away(self, changes: Changes) -> None:
        """Probes of examinations that broke off."""
        for sight in changes.sightings:
            if _is_probe(sight.entry):
                self._calendar.write([_removal(sight.href, sight.version, sight.body)])


def _removal(href: str, version: str, body: str) -> Write:
    return Write(verb=Verb.REMOVE, href=href, version=version, body=body)


def _is_probe(entry: Entry | None) -> bool:
    return entry is not None and entry.uid.startswith(PROBE) and entry.title == TITLE


def _probe(settings: CalendarSettings) -> Entry:
    uid = f"{PROBE}{secrets.token_hex(8)}"
    if settings.is_tasks:
        day = date(2001, 1, 1)
        end = day + timedelta(days=1)
        return Entry(
            uid=uid, title=TITLE, start=day, end=end, busy=False, private=True, task=True, done=True
        )
    start = datetime(2001, 1, 1, 3, tzinfo=UTC)
    end_ = start + timedelta(minutes=1)
    return Entry(uid=uid, title=TITLE, start=start, end=end_, busy=False, private=True)
