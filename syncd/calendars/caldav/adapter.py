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
from threading import Lock
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from syncd.calendars.base import Changes, Fate, Progress, Result, Verb, Write
from syncd.calendars.caldav import dav
from syncd.calendars.caldav.discover import find_calendar, make_calendar
from syncd.calendars.caldav.memo import Memo
from syncd.calendars.caldav.parse import Unreadable, read_entry
from syncd.calendars.caldav.quirks import quirks_named, quirks_of
from syncd.calendars.caldav.read import CollectionLost, Reader
from syncd.calendars.caldav.render import changed_body, new_body
from syncd.calendars.caldav.transport import Answer, Transport
from syncd.errors import CalendarError, CursorLost, Refused, Unreachable
from syncd.model.roster import CalendarSettings

WRITERS = 4
_FORGIVEN = 2
"""Tokens that a server may disown in a row before it is read by its tags."""
_BODY = {"Content-Type": "text/calendar; charset=utf-8"}


class CalDavCalendar:
    """One collection of one user. Implements `syncd.calendars.base.Calendar`.

    `timezone` is the zone in which floating times are read, `memo` what an earlier instance had
    found out. Raises ConfigError where the password cannot be had.
    """

    batch = 8

    def __init__(
        self,
        settings: CalendarSettings,
        *,
        timezone: str,
        memo: str = "",
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = settings.name
        self._settings = settings
        self._zone = ZoneInfo(timezone)
        self._clock = clock
        self._memo = Memo.read(
            memo, url=settings.url, username=settings.username, calendar=settings.calendar
        )
        self._making = Lock()
        self._transport = Transport(
            name=settings.name,
            url=settings.url,
            username=settings.username,
            password=settings.password.reveal() if settings.username else "",
            origin=settings.password.origin,
        )
        self._transport.scheme = self._memo.scheme

    @property
    def memo(self) -> str:
        """See the seam."""
        return replace(self._memo, scheme=self._transport.scheme).encode()

    def close(self) -> None:
        """See the seam."""
        self._transport.close()

    # -- reading

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        """See the seam. Where the calendar does not exist, everything that was known is gone; it
        is made by the first write."""
        for _ in range(2):
            if not self._memo.collection:
                self._find()
            if not self._memo.collection:
                return Changes(sightings=(), gone=frozenset(known), cursor="", full=True)
            try:
                return self._read(cursor, known, progress)
            except CollectionLost:
                self._memo = replace(self._memo, collection="")
                cursor = ""
        raise Refused(
            f"Calendar {self.name}: {self._transport.host} names an address for "
            f"«{self._settings.calendar}» at which there is nothing. "
            "Next: write the calendar's own address under calendar."
        )

    def _read(self, cursor: str, known: Mapping[str, str], progress: Progress | None) -> Changes:
        refused = self._memo.tokens_refused
        try:
            changes = self._reader.changes(cursor, known, progress)
            if refused and not changes.full:
                self._memo = replace(self._memo, tokens_refused=0)
            return changes
        except CursorLost:
            self._memo = replace(self._memo, tokens_refused=refused + 1)
            return self._reader.changes("", known, progress)

    @property
    def _reader(self) -> Reader:
        return Reader(
            transport=self._transport,
            url=self._memo.collection,
            zone=self._zone,
            tokens=self._memo.tokens_refused < _FORGIVEN,
        )

    def _find(self) -> None:
        collection, home = find_calendar(
            self._transport, self._settings.url, self._settings.calendar
        )
        self._memo = replace(self._memo, collection=collection, home=home, tokens_refused=0)

    # -- writing

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        """See the seam."""
        results: list[Result] = []
        try:
            self._exist()
            if len(writes) == 1:
                return [self._written(writes[0])]
            with ThreadPoolExecutor(WRITERS, thread_name_prefix="write") as pool:
                for result in pool.map(self._written, writes):
                    results.append(result)
                    if progress is not None:
                        progress(len(results), len(writes))
        except CalendarError as error:
            return [_failed(error)] * len(writes)
        return results

    def _exist(self) -> None:
        """Find the collection, and make it where there is none."""
        with self._making:
            if not self._memo.collection:
                self._find()
            if not self._memo.collection:
                make_calendar(self._transport, self._memo.home, self._settings.calendar)
                self._find()
            if not self._memo.collection:
                raise Unreachable(
                    f"Calendar {self.name}: «{self._settings.calendar}» was made and is not shown "
                    "yet. Next: nothing; syncd tries again."
                )

    def _written(self, write: Write) -> Result:
        try:
            match write.verb:
                case Verb.CREATE:
                    return self._create(write)
                case Verb.REPLACE:
                    return self._replace(write)
                case Verb.REMOVE:
                    return self._remove(write)
        except CalendarError as error:
            return _failed(error)

    def _create(self, write: Write) -> Result:
        assert write.entry is not None
        url = f"{self._memo.collection}{write.entry.uid}.ics"
        name, value = quirks_named(self._memo.quirks).create
        body = new_body(write.entry, self._clock())
        answer = self._transport.request("PUT", url, body, {**_BODY, name: value})
        if not self._memo.quirks and answer.ok:
            quirks = quirks_of(answer.headers, dav.path_of(url)).name
            if quirks:
                self._memo = replace(self._memo, quirks=quirks)
        return self._judged(answer, write, dav.path_of(url), body)

    def _replace(self, write: Write) -> Result:
        assert write.entry is not None
        condition = self._condition(write)
        if condition is None:
            return Result(fate=Fate.STALE)
        body = changed_body(write.body, write.entry, self._zone, self._clock())
        answer = self._transport.request(
            "PUT", self._address(write.href), body, {**_BODY, **condition}
        )
        return self._judged(answer, write, write.href, body)

    def _remove(self, write: Write) -> Result:
        unguarded = quirks_named(self._memo.quirks).delete_unguarded
        condition = self._condition(write, look=unguarded)
        if condition is None:
            return Result(fate=Fate.STALE)
        answer = self._transport.request("DELETE", self._address(write.href), "", condition)
        if answer.status in (404, 410):
            return Result(fate=Fate.STALE)
        return self._judged(answer, write, write.href, "")

    def _condition(self, write: Write, *, look: bool = False) -> dict[str, str] | None:
        """The header that keeps a write from falling on anything but what it is meant for; none
        where the server's ETags cannot do it and a look showed the very thing; None where the look
        showed another."""
        strong = write.version and not write.version.startswith("W/")
        if strong and not look:
            return {"If-Match": write.version}
        answer = self._reader.fetch(write.href)
        if not answer.ok:
            if answer.status in (404, 410):
                return None
            self._transport.ensure(answer, "read it")
        same = (
            answer.etag == write.version
            if write.version
            else self._means_the_same(answer, write.body)
        )
        if not same:
            return None
        usable = answer.etag and not answer.etag.startswith("W/")
        return {"If-Match": answer.etag} if usable else {}

    def _means_the_same(self, answer: Answer, body: str) -> bool:
        try:
            now = read_entry(answer.body.decode("utf-8", "replace"), self._zone)
            return now == read_entry(body, self._zone)
        except Unreadable:
            return False

    def _judged(self, answer: Answer, write: Write, href: str, body: str) -> Result:
        """What an answer means for a write."""
        if answer.ok:
            return Result(
                fate=Fate.APPLIED, href=href, version=answer.etag, entry=write.entry, body=body
            )
        conflict = answer.preconditions & {"no-uid-conflict", "unique-scheduling-object-resource"}
        if answer.status == 412 or conflict:
            return Result(fate=Fate.STALE)
        if answer.status in (404, 410) and write.verb is Verb.REPLACE:
            return Result(fate=Fate.STALE)
        if answer.status in (404, 409, 410) and write.verb is Verb.CREATE:
            # No collection there any more: it is looked for, or made, before the next write.
            self._memo = replace(self._memo, collection="")
            return Result(
                fate=Fate.LATER,
                why=f"Calendar {self.name}: it is no longer where it was ({answer.status}). "
                "Next: nothing; syncd looks for it.",
            )
        if answer.status == 423:
            return Result(fate=Fate.LATER, why=f"Calendar {self.name}: it is locked (423).")
        if answer.status == 507:
            return Result(
                fate=Fate.REFUSED,
                why=f"Calendar {self.name}: {self._transport.host} has no room left (507). "
                "Next: make room on the server.",
            )
        self._transport.ensure(answer, "write to it")
        raise AssertionError("every failure was raised")

    def _address(self, href: str) -> str:
        return urljoin(self._memo.collection, dav.quoted(href))


def _failed(error: CalendarError) -> Result:
    if isinstance(error, Unreachable):
        return Result(fate=Fate.LATER, why=str(error), after=error.after)
    return Result(fate=Fate.REFUSED, why=str(error))
