"""A list of Google's tasks, behind the seam of `syncd.calendars.base`.

A task has no id that could be chosen and no private field, so that a line of its notes says whose
it is: `syncd ID TRACE`. It is due on a date; a time of day is neither taken nor given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from googleapiclient.errors import HttpError

from syncd.calendars.base import Changes, Fate, Progress, Result, Verb, Write
from syncd.calendars.google.calls import Answer
from syncd.calendars.google.errors import explained, status_of
from syncd.calendars.google.pages import items, pages
from syncd.calendars.google.place import Place, failed
from syncd.calendars.google.todo import changed_task, new_task, read_task
from syncd.calendars.reading import NONSENSE
from syncd.errors import CalendarError, Refused, Unreachable
from syncd.model.entries import Sighting

Json = dict[str, Any]
PAGE = 100
A_WHILE = timedelta(minutes=15)
"""How long before one may have been made what was not there at the last look."""
_FIELDS = "id,etag,title,notes,status,due,completed,deleted,hidden,updated"
_LISTED = f"nextPageToken,items({_FIELDS})"
_LISTS = {"maxResults": 100, "fields": "nextPageToken,items(id,title)"}


class GoogleTasks(Place):
    """One list of tasks of one Google user. Implements `syncd.calendars.base.Calendar`. A task is
    due on the date that it is in the user's zone."""

    API = ("tasks", "v1")

    # -- reading

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        """See the seam. A list that does not exist is made by the first write."""
        for _ in range(2):
            self._account.ready(self.name)
            if not self._memo.calendar:
                self._memo = replace(self._memo, calendar=self._found())
            if not self._memo.calendar:
                return Changes(
                    sightings=(), gone=frozenset(known), cursor="", full=True, missing=True
                )
            try:
                return self._read(cursor, known, progress)
            except HttpError as error:
                if status_of(error) != 404:
                    raise explained(error, self.name) from error
                self._memo = replace(self._memo, calendar="")
                cursor = ""
        raise Refused(
            f"Calendar {self.name}: Google does not show the list of tasks "
            f"«{self._settings.calendar}». Next: check tasks: in the config."
        )

    def _read(self, cursor: str, known: Mapping[str, str], progress: Progress | None) -> Changes:
        kind, _, since = cursor.partition(":")
        full = kind != "since" or not _is_moment(since)
        read = self._listed({} if full else {"updatedMin": since}, progress)
        rows = [row for page in read for row in page]
        there = {str(row.get("id")): row for row in rows if not row.get("deleted")}
        left = {str(row.get("id")): row for row in rows if row.get("deleted")}
        gone = known.keys() - there.keys() if full else known.keys() & left.keys()
        # What changed on a page that was read already is younger than all of the first.
        newest = max((str(row.get("updated", "")) for row in read[0]), default="")
        return Changes(
            sightings=tuple(
                self._sighting(row) for id, row in there.items() if known.get(id) != row.get("etag")
            ),
            gone=frozenset(gone),
            last_words={
                id: entry
                for id in gone
                if (entry := self._sighting(left.get(id, {})).entry) is not None
            },
            cursor=f"since:{max(newest, '' if full else since)}",
            full=full,
        )

    def _listed(self, more: Json, progress: Progress | None) -> list[list[Json]]:
        """All pages, at least one: what is completed, hidden since, or deleted, is there too."""

        def ask(further: Json) -> Json:
            return self._calls.one(
                self._calls.api.tasks.list(
                    tasklist=self._memo.calendar,
                    maxResults=PAGE,
                    showCompleted=True,
                    showHidden=True,
                    showDeleted=True,
                    fields=_LISTED,
                    **more,
                    **further,
                )
            )

        found: list[list[Json]] = []
        for page in pages(ask, self.name):
            found.append(items(page))
            count = sum(map(len, found))
            if progress is not None and count:
                progress(count, count)
        return found

    def _sighting(self, row: Json) -> Sighting:
        href, version = str(row.get("id", "")), str(row.get("etag", ""))
        try:
            entry = read_task(row)
        except NONSENSE as error:
            return Sighting(href=href, version=version, problem=str(error) or "it makes no sense")
        return Sighting(href=href, version=version, entry=entry, body=_body(row), fixed=True)

    # -- the list

    def _found(self) -> str:
        wanted = self._settings.calendar
        if wanted == "@default":
            return wanted
        found = self._named()
        if len(found) > 1:
            raise Refused(
                f"Calendar {self.name}: {len(found)} lists of tasks are called «{wanted}». "
                "Next: rename all but one of them in Google Tasks."
            )
        return found[0] if found else ""

    def _named(self) -> list[str]:
        """The ids of all lists that are called as config says."""
        lists = self._pages(self._calls.api.tasklists.list, **_LISTS)
        return [str(e["id"]) for e in lists if e.get("title") == self._settings.calendar]

    def _exist(self) -> None:
        """Find the list, and make it where there is none; should somebody else make one at the same
        moment, ours gives way. Raises Unreachable or Refused."""
        self._account.ready(self.name)
        if not self._memo.calendar:
            self._memo = replace(self._memo, calendar=self._found())
        if not self._memo.calendar:
            lists = self._calls.api.tasklists
            body = {"title": self._settings.calendar}
            made = self._new(lists.insert(body=body, fields="id"))
            if any(each != made for each in self._named()):
                self._ask(lists.delete(tasklist=made))
                made = self._found()
            self._memo = replace(self._memo, calendar=made)
        if not self._memo.calendar:
            raise Unreachable(f"Calendar {self.name}: its list is gone again. Next: nothing.")

    # -- writing

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        """See the seam. What may have been made is not made again: the next look finds it."""
        if not writes:
            return []
        try:
            self._exist()
        except CalendarError as error:
            return [failed(error)] * len(writes)
        results: list[Result | None] = []
        requests: list[Any] = []
        for write in writes:
            try:
                requests.append(self._request(write))
                results.append(None)
            except NONSENSE as error:
                results.append(self._refused(error))
        answers = iter(self._calls.many(requests, again=False))
        done = [
            result or self._judged(write, next(answers))
            for write, result in zip(writes, results, strict=True)
        ]
        done = self._given_way(writes, done)
        if progress is not None:
            progress(len(done), len(writes))
        return done

    def _given_way(self, writes: Sequence[Write], done: list[Result]) -> list[Result]:
        """`done`, where what was made gives way to the same made by another syncd at the same
        moment: two tasks may say that they are one, since their ids are not ours to choose."""
        fresh = [
            result
            for write, result in zip(writes, done, strict=True)
            if write.verb is Verb.CREATE and result.fate is Fate.APPLIED
        ]
        if not fresh:
            return done
        made = {each.entry.uid: each.href for each in fresh if each.entry is not None}
        try:
            first = min(str(json.loads(each.body)["updated"]) for each in fresh)
            since = datetime.fromisoformat(first) - A_WHILE
            read = self._listed({"updatedMin": since.isoformat()}, None)
        except (CalendarError, HttpError, *NONSENSE):  # then the next look names what is twice
            return done
        sights = [self._sighting(row) for page in read for row in page if not row.get("deleted")]
        twice = {
            made[s.entry.uid]
            for s in sights
            if s.entry is not None and made.get(s.entry.uid, s.href) != s.href
        }
        tasks, where = self._calls.api.tasks, self._memo.calendar
        self._calls.many([tasks.delete(tasklist=where, task=id) for id in sorted(twice)])
        stale = Result(fate=Fate.STALE)
        return [stale if result.href in twice else result for result in done]

    def _request(self, write: Write) -> Any:
        tasks, where = self._calls.api.tasks, self._memo.calendar
        if write.verb is Verb.CREATE:
            assert write.entry is not None
            body = new_task(write.entry, self._zone)
            return tasks.insert(tasklist=where, body=body, fields=_FIELDS)
        row = json.loads(write.body)
        if write.verb is Verb.REMOVE:
            request = tasks.delete(tasklist=where, task=write.href)
        else:
            assert write.entry is not None
            body = changed_task(read_task(row), write.entry, self._zone)
            request = tasks.patch(tasklist=where, task=write.href, body=body, fields=_FIELDS)
        request.headers["If-Match"] = row["etag"]
        return request

    def _refused(self, error: Exception) -> Result:
        return Result(
            fate=Fate.REFUSED,
            why=f"Calendar {self.name}: a task cannot be written ({error}). "
            "Next: shorten its notes.",
        )

    def _judged(self, write: Write, answer: Answer) -> Result:
        if not isinstance(answer, Exception):
            if write.verb is Verb.REMOVE:
                return Result(fate=Fate.APPLIED, href=write.href)
            if answer.get("deleted"):
                return Result(fate=Fate.STALE)
            sight = self._sighting(answer)
            return Result(
                fate=Fate.APPLIED,
                href=sight.href,
                version=sight.version,
                entry=sight.entry or write.entry,
                body=sight.body,
            )
        if write.verb is not Verb.CREATE and status_of(answer) in (404, 410, 412):
            return Result(fate=Fate.STALE)
        if status_of(answer) == 404:
            self._memo = replace(self._memo, calendar="")
            why = f"Calendar {self.name}: it is no longer there. Next: nothing; syncd looks for it."
            return Result(fate=Fate.LATER, why=why)
        return failed(explained(answer, self.name))


def _body(row: Json) -> str:
    return json.dumps(row, separators=(",", ":"), sort_keys=True)


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
