"""A calendar in memory: the seam's strict reference.

It does what the strictest server does, and refuses with ValueError whatever no caller may ask for:
a naive time, an override out of order, a rule in another spelling, a UID that no server must take,
a version without its body. Beside the seam it has the few verbs of a user at their calendar app.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from syncd.calendars.base import Changes, Fate, Progress, Result, Verb, Write
from syncd.errors import CursorLost
from syncd.model.entries import Entry, Instant, Recurrence, Sighting
from syncd.model.keys import LONGEST_ID
from syncd.model.rules import read_rule

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class _Resource:
    entry: Entry
    revision: int

    @property
    def version(self) -> str:
        return f'"{self.revision}"'

    @property
    def body(self) -> str:
        """Says only of which version it is, so that a write that comes without it is found out."""
        return f"body of {self.version}"


class MemoryCalendar:
    """One calendar, gone with the process. Implements `syncd.calendars.base.Calendar`; may be
    shared by threads.

    With `once`, an id that was used and deleted cannot be used again, and what was deleted can
    still be read, as with Google; else neither, as on CalDAV servers.
    """

    memo = ""
    batch = 50

    def __init__(self, name: str, *, once: bool = False) -> None:
        self.name = name
        self.once = once
        self._lock = Lock()
        self._revision = 0
        self._oldest = 0
        self._resources: dict[str, _Resource] = {}
        self._buried: dict[str, _Resource] = {}
        """By href, what was deleted: as it was last, of the revision at which it went."""

    # -- the seam

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        """See the seam."""
        with self._lock:
            try:
                since, full = self._place(cursor), False
            except CursorLost:
                since, full = 0, True
            moved = {href: r for href, r in self._resources.items() if r.revision > since}
            gone = known.keys() - self._resources.keys()
            if not full:
                gone = {href for href in gone if self._went(href) > since}
            sightings = tuple(
                Sighting(href=href, version=r.version, entry=r.entry, body=r.body)
                for href, r in sorted(moved.items())
                if known.get(href) != r.version
            )
            if progress is not None:
                progress(len(sightings), len(sightings))
            return Changes(
                sightings=sightings,
                gone=frozenset(gone),
                last_words={
                    href: self._buried[href].entry
                    for href in gone
                    if self.once and href in self._buried
                },
                cursor=f"{self._oldest}/{self._revision}",
                full=full,
            )

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        """See the seam. Raises ValueError for what must not be asked for, and then does nothing."""
        addresses = [_address(write) for write in writes]
        if len(set(addresses)) != len(addresses):
            raise ValueError("two writes of one batch go to the same resource")
        results: list[Result] = []
        for write, href in zip(writes, addresses, strict=True):
            with self._lock:
                results.append(self._written(write, href))
            if progress is not None:
                progress(len(results), len(writes))
        return results

    def close(self) -> None:
        """See the seam."""

    # -- the user

    def entries(self) -> list[Entry]:
        """What it holds, by UID."""
        with self._lock:
            return sorted((r.entry for r in self._resources.values()), key=lambda each: each.uid)

    def find(self, uid: str) -> Entry:
        """The entry whose UID is `uid`. Raises KeyError where there is none."""
        with self._lock:
            return self._resources[_href(uid)].entry

    def put(self, entry: Entry) -> None:
        """Put `entry` there, in the place of any that has its UID."""
        _check(entry)
        with self._lock:
            self._store(_href(entry.uid), entry)

    def edit(self, uid: str, **fields: Any) -> None:
        """Change `fields` of the entry whose UID is `uid`. Raises KeyError where there is none."""
        self.put(replace(self.find(uid), **fields))

    def drop(self, uid: str) -> None:
        """Delete the entry whose UID is `uid`. Raises KeyError where there is none."""
        with self._lock:
            self._bury(_href(uid))

    def forget(self) -> None:
        """Lose every cursor that was given out."""
        with self._lock:
            self._revision += 1
            self._oldest = self._revision

    # -- inside

    def _place(self, cursor: str) -> int:
        """The revision that a cursor means. Raises CursorLost."""
        oldest, _, revision = cursor.partition("/")
        if oldest != str(self._oldest) or not revision.isdecimal():
            raise CursorLost
        return int(revision)

    def _written(self, write: Write, href: str) -> Result:
        there = self._resources.get(href)
        if write.verb is Verb.CREATE:
            if there is not None:
                return Result(fate=Fate.STALE)
            if self.once and href in self._buried:
                return Result(fate=Fate.TAKEN)
        elif there is None or there.version != write.version:
            return Result(fate=Fate.STALE)
        elif there.body != write.body:
            raise ValueError(f"{write.version} of {href} does not have the body {write.body!r}")
        elif write.entry is not None and write.entry.uid != there.entry.uid:
            raise ValueError(f"{href} has the UID {there.entry.uid}, not {write.entry.uid}")
        if write.entry is None:
            self._bury(href)
            return Result(fate=Fate.APPLIED, href=href)
        made = self._store(href, write.entry)
        return Result(
            fate=Fate.APPLIED, href=href, version=made.version, entry=made.entry, body=made.body
        )

    def _store(self, href: str, entry: Entry) -> _Resource:
        self._revision += 1
        made = _Resource(entry=entry, revision=self._revision)
        self._resources[href] = made
        return made

    def _bury(self, href: str) -> None:
        last = self._resources.pop(href)
        self._revision += 1
        self._buried[href] = replace(last, revision=self._revision)

    def _went(self, href: str) -> int:
        return self._buried[href].revision if href in self._buried else 0


def _href(uid: str) -> str:
    return f"/{uid}.ics"


def _address(write: Write) -> str:
    """Where a write goes. Raises ValueError for one that makes no sense."""
    if (write.verb is Verb.REMOVE) is not (write.entry is None):
        raise ValueError(f"a {write.verb} comes with an entry unless it removes one")
    if write.entry is not None:
        _check(write.entry)
    if write.verb is not Verb.CREATE:
        if not write.href or not write.version or not write.body:
            raise ValueError(f"a {write.verb} names href, version and body")
        return write.href
    assert write.entry is not None
    uid = write.entry.uid
    if write.href or write.version or write.body:
        raise ValueError("a create has no href, version or body yet")
    if not uid.isascii() or not uid.isalnum() or len(uid) > LONGEST_ID:
        raise ValueError(f"«{uid}» is no id that every server takes")
    return _href(uid)


def _check(entry: Entry) -> None:
    """Raises ValueError for an entry that no calendar could hold."""
    _check_span(entry.start, entry.end)
    _check_words(entry.title, entry.text)
    if not entry.uid:
        raise ValueError("an entry needs a UID")
    if _CONTROL.search(entry.trace):
        raise ValueError("a trace is one line")
    if entry.guests < 0:
        raise ValueError(f"{entry.guests} guests")
    if entry.task:
        _check_task(entry)
    elif entry.done or entry.completed is not None:
        raise ValueError("only a task is done")
    if entry.recurrence is not None:
        _check_recurrence(entry.recurrence)


def _check_task(entry: Entry) -> None:
    least = timedelta() if isinstance(entry.start, datetime) else timedelta(days=1)
    if entry.end != entry.start + least:
        raise ValueError("a task is due at its start, and has no length")
    if entry.recurrence is not None:
        raise ValueError("a task does not repeat")
    if entry.completed is not None:
        _check_instant(entry.completed)


def _check_recurrence(recurrence: Recurrence) -> None:
    rule = read_rule(recurrence.rule)
    if rule.repeats != recurrence.rule or rule.until or rule.count is not None:
        raise ValueError(f"the rule is spelt {rule.repeats}, its end stands beside it")
    if recurrence.until is not None and recurrence.count is not None:
        raise ValueError("a rule ends by UNTIL or by COUNT, not by both")
    for moment in (recurrence.until, *recurrence.exdates):
        if moment is not None:
            _check_instant(moment)
    originals = [override.original for override in recurrence.overrides]
    if originals != sorted(set(originals)):
        raise ValueError("overrides are sorted, and one for each occurrence")
    for override in recurrence.overrides:
        _check_instant(override.original)
        _check_span(override.start, override.end)
        _check_words(override.title, override.text)


def _check_span(start: Instant, end: Instant) -> None:
    _check_instant(start)
    _check_instant(end)
    if isinstance(start, datetime) is not isinstance(end, datetime):
        raise ValueError("an entry is all-day at both ends or at neither")
    if end < start:
        raise ValueError(f"it ends at {end}, before it starts at {start}")


def _check_instant(moment: Instant) -> None:
    if not isinstance(moment, datetime):
        return
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no zone")
    if moment.tzinfo is not UTC and not isinstance(moment.tzinfo, ZoneInfo):
        raise ValueError(f"{moment} has an offset but no zone that has a name")
    if moment.microsecond:
        raise ValueError(f"{moment} is finer than a second")


def _check_words(title: str, text: str) -> None:
    if _CONTROL.search(title):
        raise ValueError(f"the title {title!r} is not one line of text")
    if _CONTROL.search(text.replace("\n", "").replace("\t", "")):
        raise ValueError(f"the text {text!r} holds control characters")
