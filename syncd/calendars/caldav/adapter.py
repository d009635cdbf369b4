"""A calendar on a CalDAV server, behind the seam of `syncd.calendars.base`.

The collection is looked for once and remembered in the memo; should it no longer be there, it is
looked for again. Writes are conditional, with what each server needs for it, and go out over a few
connections at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from threading import Lock
from time import monotonic, sleep
from typing import Any
from zoneinfo import ZoneInfo

from syncd.calendars.base import Changes, Fate, Progress, Result, Verb, Write
from syncd.calendars.caldav import dav
from syncd.calendars.caldav.discover import find_calendar, make_calendar
from syncd.calendars.caldav.memo import Memo
from syncd.calendars.caldav.quirks import Quirks, quirks_named, quirks_of
from syncd.calendars.caldav.read import CollectionLost, Reader
from syncd.calendars.caldav.transport import Transport
from syncd.calendars.caldav.write import Locked, Stumbled, Writer
from syncd.errors import CalendarError, CursorLost, Refused, Unreachable
from syncd.model.roster import CalendarSettings

WRITERS = 4
SECOND = 2.0
"""Seconds after a write in which a coarse server may show the tag of before."""
_FORGIVEN = 2
"""Tokens that a server may disown in a row before it is read by its tags."""
_PAUSES = (0.02, 0.1, 0.2, 0.4, 0.8)
"""Seconds before what met a lock is sent again. Some servers lock the whole calendar for each
write, and turn down those that come meanwhile (Xandikos)."""


class CalDavCalendar:
    """One collection of one user. Implements `syncd.calendars.base.Calendar`.

    `timezone` is the zone in which floating times are read, `memo` what an earlier instance had
    found out; `awake` is the transport's. Raises ConfigError where the password cannot be had.
    """

    batch = 8

    def __init__(
        self,
        settings: CalendarSettings,
        *,
        timezone: str,
        memo: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        awake: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._zone = ZoneInfo(timezone)
        self._clock = clock
        self._memo = Memo.read(
            memo, url=settings.url, username=settings.username, calendar=settings.calendar
        )
        self._wrote = -SECOND
        self._removed: set[str] = set()
        self._making = Lock()
        self._learning = Lock()
        self._transport = Transport(
            name=settings.name,
            url=settings.url,
            username=settings.username,
            password=settings.password.reveal() if settings.username else "",
            origin=settings.password.origin,
            awake=awake,
        )
        self._transport.scheme = self._memo.scheme

    @property
    def memo(self) -> str:
        """See the seam."""
        return replace(self._memo, scheme=self._transport.scheme).encode()

    def _learn(self, **fields: Any) -> None:
        with self._learning:
            self._memo = replace(self._memo, **fields)

    def close(self) -> None:
        """See the seam."""
        self._transport.close()

    # -- reading

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        """See the seam. A calendar that does not exist is made by the first write."""
        for _ in range(2):
            if not self._memo.collection:
                self._find()
            if not self._memo.collection:
                return Changes(
                    sightings=(), gone=frozenset(known), cursor="", full=True, missing=True
                )
            try:
                changes = self._read(cursor, known, progress)
                news = changes.sightings or changes.gone or monotonic() - self._wrote < SECOND
                return replace(changes, cursor=cursor) if news and self._quirks.coarse else changes
            except CollectionLost:
                self._learn(collection="")
                cursor = ""
        raise Refused(
            f"Calendar {self.name}: {self._transport.host} has no calendar at the address of "
            f"«{self._settings.calendar}». Next: check the address, or write it under calendar."
        )

    def _read(self, cursor: str, known: Mapping[str, str], progress: Progress | None) -> Changes:
        refused = self._memo.tokens_refused
        try:
            changes = self._reader.changes(cursor, known, progress, self._removed)
            if refused and not changes.full:
                self._learn(tokens_refused=0)
        except CursorLost:
            self._learn(tokens_refused=refused + 1)
            changes = self._reader.changes("", known, progress)
        if changes.complete:
            self._removed = set()
        return changes

    @property
    def _reader(self) -> Reader:
        return Reader(
            transport=self._transport,
            url=self._memo.collection,
            zone=self._zone,
            tokens=self._memo.tokens_refused < _FORGIVEN,
        )

    @property
    def _quirks(self) -> Quirks:
        if self._memo.quirks:
            return quirks_named(self._memo.quirks)
        found = quirks_of(self._transport.served, dav.path_of(self._memo.collection))
        self._learn(quirks=found.name)
        return found

    def _find(self) -> None:
        collection, home = find_calendar(
            self._transport,
            self._settings.url,
            self._settings.calendar,
            self._settings.components,
        )
        self._learn(collection=collection, home=home, tokens_refused=0)

    # -- writing

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        """See the seam. What a server did not take because another of ours came at once is sent
        again afterwards, alone, and so is everything from then on."""
        try:
            self._exist()
        except CalendarError as error:
            return [_failed(error)] * len(writes)
        writer = Writer(reader=self._reader, quirks=self._quirks, clock=self._clock)
        told: list[Result | None] = [None] * len(writes)
        if len(writes) > 1 and not self._memo.one_by_one:
            with ThreadPoolExecutor(WRITERS, thread_name_prefix="write") as pool:
                told = list(pool.map(partial(self._at_once, writer), writes))
            if None in told:
                self._learn(one_by_one=True)
        self._wrote = monotonic()
        results: list[Result] = []
        for write, result in zip(writes, told, strict=True):
            results.append(result or self._alone(writer, write))
            if write.verb is Verb.REMOVE and results[-1].fate is Fate.APPLIED:
                self._removed.add(write.href)
            if progress is not None:
                progress(len(results), len(writes))
        return results

    def _exist(self) -> None:
        """Find the collection, and make it where there is none."""
        with self._making:
            if not self._memo.collection:
                self._find()
            if not self._memo.collection:
                title, kinds = self._settings.calendar, self._settings.components
                make_calendar(self._transport, self._memo.home, title, kinds)
                self._find()
            if not self._memo.collection:
                raise Unreachable(
                    f"Calendar {self.name}: «{self._settings.calendar}» was made and is not shown "
                    "yet. Next: nothing; syncd tries again."
                )

    def _at_once(self, writer: Writer, write: Write) -> Result | None:
        """What became of one write beside others of ours; None where they may have been in its
        way."""
        try:
            return self._sent(writer, write)
        except (Locked, Stumbled):
            return None

    def _alone(self, writer: Writer, write: Write) -> Result:
        """What became of one write with none of ours beside it. Somebody else may lock it out for a
        while; a failure that comes twice is one."""
        failed: CalendarError | None = None
        for pause in (*_PAUSES, 0.0):
            try:
                return self._sent(writer, write)
            except Locked as error:
                failed = error
            except Stumbled as error:
                if isinstance(failed, Stumbled):
                    break
                failed = error
            sleep(pause)
        assert failed is not None
        return _failed(failed)

    def _sent(self, writer: Writer, write: Write) -> Result:
        try:
            return writer.send(write)
        except (Locked, Stumbled):
            raise
        except CollectionLost:
            self._learn(collection="")
            return Result(
                fate=Fate.LATER,
                why=f"Calendar {self.name}: it is no longer where it was. "
                "Next: nothing; syncd looks for it.",
            )
        except CalendarError as error:
            return _failed(error)


def _failed(error: CalendarError) -> Result:
    if isinstance(error, Unreachable):
        return Result(fate=Fate.LATER, why=str(error), after=error.after)
    return Result(fate=Fate.REFUSED, why=str(error))
