"""Writing into one calendar, in batches.

    insert, patch or delete of each entry  →  look at the occurrences that differ  →  patch those

Only series need the second and the third; a whole batch of contact events is one request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from syncd.calendars.base import Fate, Result, Verb, Write
from syncd.calendars.google.books import body_of, family_in, version_of
from syncd.calendars.google.calls import Calls
from syncd.calendars.google.errors import explained, status_of
from syncd.calendars.google.occurrences import Change, changes, is_reshaped
from syncd.calendars.google.parse import (
    FIELDS,
    Family,
    Settings,
    original_of,
    read_family,
    read_instance,
    series_zone,
)
from syncd.calendars.google.read import Reader
from syncd.calendars.google.render import (
    changed_event,
    changed_instance,
    instance_id,
    new_event,
    revived_instance,
)
from syncd.calendars.reading import NONSENSE
from syncd.errors import Unreachable
from syncd.model.entries import Entry, Override

Json = dict[str, Any]
Answer = Json | Exception


@dataclass(kw_only=True)
class _Job:
    """One write on its way."""

    write: Write
    settings: Settings
    """What the calendar said for events when `before` was read."""
    before: Family | None = None
    entry: Entry | None = None
    """What `before` means."""
    master: Json = field(default_factory=dict)
    """The event as Google answered it."""
    instances: dict[datetime, Json] = field(default_factory=dict)
    """By original start: the exceptions as they are known."""
    fate: Result | None = None
    """What became of it, once that is known."""
    request: Any = None


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Writes where `reader` reads."""

    reader: Reader

    @property
    def calls(self) -> Calls:
        """How Google is asked."""
        return self.reader.calls

    def send(self, writes: Sequence[Write]) -> list[Result]:
        """Carry out `writes`; what became of each, in the order given. Raises nothing."""
        jobs = [self._prepared(write) for write in writes]
        asked = [job for job in jobs if job.fate is None and job.request is not None]
        self._settle(asked, self.calls.many([job.request for job in asked]))
        self._look_at_taken([job for job in jobs if job.fate == _CONFLICT])
        self._occurrences([job for job in jobs if job.fate is None])
        return [job.fate or self._applied(job) for job in jobs]

    # -- entries

    def _prepared(self, write: Write) -> _Job:
        job = _Job(write=write, settings=self.reader.settings)
        try:
            self._prepare(job)
        except NONSENSE as error:  # an entry that cannot be written stops no other
            job.fate = Result(
                fate=Fate.REFUSED,
                why=f"Calendar {self.calls.name}: an entry cannot be written ({error}). "
                "Next: mend it in your app.",
            )
        return job

    def _prepare(self, job: _Job) -> None:
        write, events = job.write, self.calls.api.events
        if write.verb is not Verb.CREATE:
            job.before, job.settings = family_in(write.body, self.reader.settings)
            job.entry = read_family(job.before, job.settings)
            job.master = job.before.master
            where = series_zone(job.entry.start, self.reader.settings.zone)
            job.instances = {
                original_of(each, where, self.reader.settings): each
                for each in job.before.exceptions
            }
        if write.verb is Verb.CREATE:
            assert write.entry is not None
            job.request = events.insert(
                calendarId=self.reader.calendar,
                body=new_event(write.entry),
                sendUpdates="none",
                fields=FIELDS,
            )
        elif write.verb is Verb.REMOVE:
            told = job.entry is not None and job.entry.guests
            job.request = events.delete(
                calendarId=self.reader.calendar,
                eventId=write.href,
                sendUpdates="all" if told else "none",
            )
            job.request.headers["If-Match"] = job.master["etag"]
        else:
            job.request = self._patch_of_master(job)

    def _patch_of_master(self, job: _Job) -> Any:
        """The request that changes the event itself; None where only occurrences differ."""
        before, after = job.entry, job.write.entry
        assert before is not None and after is not None
        body = changed_event(job.master, before, after, self.reader.settings.zone)
        if not body:
            return None
        moved = before.guests and "start" in body
        request = self.calls.api.events.patch(
            calendarId=self.reader.calendar,
            eventId=job.write.href,
            body=body,
            sendUpdates="all" if moved else "none",
            fields=FIELDS,
        )
        request.headers["If-Match"] = job.master["etag"]
        return request

    def _settle(self, jobs: Iterable[_Job], answers: Iterable[Answer]) -> None:
        for job, answer in zip(jobs, answers, strict=True):
            if isinstance(answer, Exception):
                job.fate = self._failed(answer, job.write.verb)
            elif job.write.verb is Verb.REMOVE:
                self.reader.members.pop(job.write.href, None)
                job.fate = Result(fate=Fate.APPLIED, href=job.write.href)
            elif answer.get("status") == "cancelled":  # a patch of what is deleted is taken
                job.fate = Result(fate=Fate.STALE)
            else:
                job.master = answer

    def _failed(self, error: Exception, verb: Verb) -> Result:
        status = status_of(error)
        if verb is Verb.CREATE and status == 409:
            return _CONFLICT
        if verb is not Verb.CREATE and status in (404, 410, 412):
            return Result(fate=Fate.STALE)
        failure = explained(error, self.calls.name)
        if verb is Verb.CREATE and status == 404:
            failure = Unreachable(
                f"Calendar {self.calls.name}: it is no longer there. "
                "Next: nothing; syncd looks for it."
            )
        if isinstance(failure, Unreachable):
            return Result(fate=Fate.LATER, why=str(failure), after=failure.after)
        return Result(fate=Fate.REFUSED, why=str(failure))

    def _look_at_taken(self, jobs: list[_Job]) -> None:
        """Of an id that was used before: what stands there is ours, made by a write whose answer
        was lost, or was deleted, so that the id is used up."""
        events, calendar = self.calls.api.events, self.reader.calendar
        ids = [job.write.entry.uid for job in jobs if job.write.entry is not None]
        answers = self.calls.many(
            [events.get(calendarId=calendar, eventId=id, fields=FIELDS) for id in ids]
        )
        for job, answer in zip(jobs, answers, strict=True):
            if isinstance(answer, Exception):
                gone = status_of(answer) in (404, 410)
                job.fate = Result(fate=Fate.TAKEN) if gone else self._failed(answer, Verb.REPLACE)
            elif answer.get("status") == "cancelled":
                job.fate = Result(fate=Fate.TAKEN)
            elif self._as_sent(answer, job.write.entry):
                job.fate, job.master = None, answer
            else:
                job.fate = Result(fate=Fate.STALE)

    def _as_sent(self, answer: Json, entry: Entry | None) -> bool:
        """Whether an event is what was to be made, but for its exceptions, which come next."""
        assert entry is not None
        try:
            found = read_family(Family(master=answer), self.reader.settings)
        except ValueError:
            return False
        return _bare(found) == _bare(entry)

    # -- occurrences

    def _occurrences(self, jobs: list[_Job]) -> None:
        """Patch the occurrences that are to be otherwise than they are."""
        wanted = [(job, change) for job in jobs for change in self._changes(job)]
        unknown = [each for each in wanted if each[1].before.original not in each[0].instances]
        for (job, change), answer in zip(unknown, self._seen(unknown), strict=True):
            if isinstance(answer, Exception):
                job.fate = job.fate or self._failed(answer, Verb.REPLACE)
            elif not self._is(answer, change.before, job):
                job.fate = job.fate or Result(fate=Fate.STALE)
            else:
                job.instances[change.before.original] = answer
        patches = [
            (job, change, request)
            for job, change in wanted
            if job.fate is None and (request := self._patch_of(job, change)) is not None
        ]
        answers = self.calls.many([request for _, _, request in patches])
        for (job, change, _), answer in zip(patches, answers, strict=True):
            if not isinstance(answer, Exception):
                job.instances[change.after.original] = answer
            elif change.optional and status_of(answer) in (404, 410, 412):
                del job.instances[change.after.original]
            else:
                job.fate = job.fate or self._failed(answer, Verb.REPLACE)

    def _changes(self, job: _Job) -> Iterable[Change]:
        if job.write.entry is None:
            return ()
        known = job.instances
        deleted = {at for at, raw in known.items() if raw.get("status") == "cancelled"}
        zone = self.reader.settings.zone
        return changes(job.entry, job.write.entry, known, deleted, zone)

    def _seen(self, unknown: list[tuple[_Job, Change]]) -> list[Answer]:
        events, calendar = self.calls.api.events, self.reader.calendar
        return self.calls.many(
            [
                events.get(calendarId=calendar, eventId=_id(job, change.before), fields=FIELDS)
                for job, change in unknown
            ]
        )

    def _is(self, answer: Json, before: Override, job: _Job) -> bool:
        """Whether an occurrence is what it was taken for."""
        assert job.write.entry is not None
        where = series_zone(job.write.entry.start, self.reader.settings.zone)
        try:
            series = job.master
            return read_instance(answer, before.original, where, job.settings, series) == before
        except NONSENSE:
            return False

    def _patch_of(self, job: _Job, change: Change) -> Any:
        raw = job.instances[change.before.original]
        body = (
            revived_instance(change.after)
            if change.before.cancelled
            else changed_instance(raw, change.before, change.after)
        )
        if not body:
            return None
        request = self.calls.api.events.patch(
            calendarId=self.reader.calendar,
            eventId=_id(job, change.before),
            body=body,
            sendUpdates="none",
            fields=FIELDS,
        )
        request.headers["If-Match"] = raw["etag"]
        return request

    def _applied(self, job: _Job) -> Result:
        if job.write.entry is not None and job.write.entry.recurrence is not None:
            exceptions = [
                each for each in job.instances.values() if _is_exception(each, job.master)
            ]
            family = Family(
                master=job.master,
                exceptions=tuple(sorted(exceptions, key=lambda each: str(each.get("id")))),
            )
            told = not job.instances or not job.entry or not is_reshaped(job.entry, job.write.entry)
            if told:
                self.reader.remember(family)
            else:
                self.reader.members.pop(family.master["id"], None)
        else:
            family, told = Family(master=job.master), True
        return Result(
            fate=Fate.APPLIED,
            href=str(job.master["id"]),
            version=version_of(family) if told else "",
            entry=self._meaning(family) or job.write.entry,
            body=body_of(family, self.reader.settings),
        )

    def _meaning(self, family: Family) -> Entry | None:
        try:
            return read_family(family, self.reader.settings)
        except ValueError:
            return None


_CONFLICT = Result(fate=Fate.STALE, why="the id is used")
"""An insert met an id that was used before: whose, has to be looked at."""


def _id(job: _Job, occurrence: Override) -> str:
    assert job.write.entry is not None
    return instance_id(str(job.master["id"]), occurrence.original, job.write.entry.start)


def _is_exception(event: Json, master: Json) -> bool:
    """An occurrence that was only looked at has its series' etag."""
    return event.get("etag") != master.get("etag")


def _bare(entry: Entry) -> Entry:
    recurrence = entry.recurrence
    if recurrence is None:
        return entry
    return replace(entry, recurrence=replace(recurrence, overrides=()))
