"""Writing into one collection: each write conditional, with what its server needs for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin

from syncd.calendars.base import Fate, Result, Verb, Write
from syncd.calendars.caldav import dav
from syncd.calendars.caldav.body import read_entry
from syncd.calendars.caldav.quirks import Quirks
from syncd.calendars.caldav.read import CollectionLost, Reader
from syncd.calendars.caldav.render import changed_body, new_body
from syncd.calendars.caldav.transport import Answer
from syncd.calendars.reading import NONSENSE, Unreadable
from syncd.errors import Unreachable

_BODY = {"Content-Type": "text/calendar; charset=utf-8"}


class Locked(Unreachable):
    """Somebody else was writing, and nothing was done."""


class Stumbled(Unreachable):
    """The server failed (500), as several do where two writers meet. Since writes are conditional
    one may be sent again: if it was done after all, it is stale."""


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Writes where `reader` reads. May be shared by threads."""

    reader: Reader
    quirks: Quirks
    clock: Callable[[], datetime]

    def send(self, write: Write) -> Result:
        """Carry out `write`. Raises Locked or Stumbled where it may be sent again at once,
        CollectionLost, Unreachable or Refused."""
        try:
            match write.verb:
                case Verb.CREATE:
                    return self._create(write)
                case Verb.REPLACE:
                    return self._replace(write)
                case Verb.REMOVE:
                    return self._remove(write)
        except NONSENSE as error:  # a body that cannot be made stops no other
            where = f"Calendar {self.reader.transport.name}"
            return Result(
                fate=Fate.REFUSED,
                why=f"{where}: an entry cannot be written ({error}). Next: mend it in your app.",
            )

    def _create(self, write: Write) -> Result:
        assert write.entry is not None
        url = f"{self.reader.url}{write.entry.uid}.ics"
        name, value = self.quirks.create
        body = new_body(write.entry, self.clock())
        answer = self.reader.transport.request("PUT", url, body, {**_BODY, name: value})
        if _is_conflict(answer) and self.reader.fetch(dav.path_of(url)).status in (404, 410):
            # Nothing is there, and still it may not be: the UID was used, and waits in a trash bin.
            return Result(fate=Fate.TAKEN)
        return self._judged(answer, write, dav.path_of(url), body)

    def _replace(self, write: Write) -> Result:
        assert write.entry is not None
        condition = self._condition(write)
        if condition is None:
            return Result(fate=Fate.STALE)
        body = changed_body(write.body, write.entry, self.reader.zone, self.clock())
        answer = self.reader.transport.request(
            "PUT", self._address(write.href), body, {**_BODY, **condition}
        )
        return self._judged(answer, write, write.href, body)

    def _remove(self, write: Write) -> Result:
        condition = self._condition(write, look=self.quirks.delete_unguarded)
        if condition is None:
            return Result(fate=Fate.STALE)
        answer = self.reader.transport.request("DELETE", self._address(write.href), "", condition)
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
        answer = self.reader.fetch(write.href)
        if not answer.ok:
            if answer.status in (404, 410):
                return None
            self.reader.transport.ensure(answer, "read it")
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
            now = read_entry(answer.body.decode("utf-8", "replace"), self.reader.zone)
            return now == read_entry(body, self.reader.zone)
        except Unreadable:
            return False

    def _judged(self, answer: Answer, write: Write, href: str, body: str) -> Result:
        """What an answer means for a write."""
        if answer.ok:
            return Result(
                fate=Fate.APPLIED, href=href, version=answer.etag, entry=write.entry, body=body
            )
        if "supported-calendar-component" in answer.preconditions:
            what = "tasks" if write.entry is not None and write.entry.task else "events"
            return Result(
                fate=Fate.REFUSED,
                why=f"Calendar {self.reader.transport.name}: it takes no {what}. Next: name a list "
                "that does, under tasks: in the config.",
            )
        if _is_conflict(answer):
            return Result(fate=Fate.STALE)
        if answer.status in (404, 410) and write.verb is Verb.REPLACE:
            return Result(fate=Fate.STALE)
        if answer.status in (404, 409, 410) and write.verb is Verb.CREATE:
            raise CollectionLost
        transport = self.reader.transport
        where = f"Calendar {transport.name}: {transport.host}"
        if answer.status == 423:
            raise Locked(f"{where} has it locked (423). Next: nothing; syncd tries again.")
        if answer.status == 500:
            raise Stumbled(
                f"{where} failed to write to it (500). Next: nothing; syncd tries again."
            )
        if answer.status == 507:
            return Result(
                fate=Fate.REFUSED,
                why=f"{where} has no room left (507). Next: make room on the server.",
            )
        transport.ensure(answer, "write to it")
        raise AssertionError("every failure was raised")

    def _address(self, href: str) -> str:
        return urljoin(self.reader.url, dav.quoted(href))


def _is_conflict(answer: Answer) -> bool:
    """Whether a write was turned down for what is, or was, there under its UID or address."""
    named = answer.preconditions & {"no-uid-conflict", "unique-scheduling-object-resource"}
    told = answer.status in (400, 409) and re.search(rb"\buid\b", answer.body, re.IGNORECASE)
    return answer.status == 412 or bool(named) or bool(told)
