"""Reading one collection: what changed since a cursor, by the cheapest way that its server has.

A cursor is `sync:` and a token (RFC 6578), or `ctag:` and the collection's tag where the server
has no tokens. An empty or lost one means one full listing: hrefs and ETags by a PROPFIND, bodies of
what is new or changed by multiget.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from syncd.calendars.base import Changes, Progress
from syncd.calendars.caldav import dav
from syncd.calendars.caldav.body import read_entry
from syncd.calendars.caldav.transport import REDIRECTS, Answer, Transport, parsed
from syncd.calendars.reading import Unreadable, lean
from syncd.errors import CalendarError, CursorLost
from syncd.model.entries import Sighting

CHUNK = 50
"""How many bodies one multiget asks for."""
_PAGES = 10_000
_LISTED = ("D:getetag", "D:resourcetype", "D:sync-token", "CS:getctag", "D:supported-report-set")


class CollectionLost(CalendarError):
    """There is no calendar at the remembered address."""


@dataclass(kw_only=True)
class _Found:
    """Rows as they are gathered."""

    versions: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    cursor: str = ""
    complete: bool = True


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads the collection at `url`, a full address ending in a slash."""

    transport: Transport
    url: str
    zone: ZoneInfo
    tokens: bool
    """Whether the server's tokens are to be relied on."""

    def changes(
        self,
        cursor: str,
        known: Mapping[str, str],
        progress: Progress | None = None,
        removed: Set[str] = frozenset(),
    ) -> Changes:
        """As the seam's `changes`; those that we have `removed` since the cursor are asked for
        where the server says nothing of them: somebody may have made one again, alike, to the byte,
        and there are servers whose tokens are hashes of what is there (Xandikos). Raises
        Unreachable or Refused; CursorLost for a token that the server does not know;
        CollectionLost."""
        kind, _, token = cursor.partition(":")
        if kind == "sync" and token and self.tokens:
            found = self._since(token)
            unsaid = removed - found.gone - found.versions.keys()
            found.versions.update(dict.fromkeys(unsaid, ""))
            return self._finished(found, known, cursor, progress, full=False)
        if kind == "ctag" and token and not removed and self._tag() == token:
            return Changes(sightings=(), gone=frozenset(), cursor=cursor)
        found = self._listing()
        found.gone = set(known) - set(found.versions)
        return self._finished(found, known, cursor, progress, full=True)

    def _finished(
        self,
        found: _Found,
        known: Mapping[str, str],
        cursor: str,
        progress: Progress | None,
        *,
        full: bool,
    ) -> Changes:
        wanted = [
            path
            for path, version in found.versions.items()
            if not version or known.get(path) != version
        ]
        sightings: list[Sighting] = []
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            sightings += (lean(each, known) for each in self._bodies(chunk, found))
            if progress is not None and len(wanted) > CHUNK:
                progress(start + len(chunk), len(wanted))
        return Changes(
            sightings=tuple(sightings),
            gone=frozenset(p for p in found.gone if p in known) if found.complete else frozenset(),
            cursor=found.cursor if found.complete else cursor,
            complete=found.complete,
            full=full,
        )

    def _since(self, token: str) -> _Found:
        """What changed since `token`, page by page (RFC 6578 3.6)."""
        found = _Found()
        for _ in range(_PAGES):
            answer = self._ask("REPORT", dav.sync_collection(token), "0")
            if answer.status != 207:
                raise CursorLost
            root = parsed(self.transport, answer)
            more = False
            for row in dav.rows(root):
                if self._itself(row.href):
                    if row.status in (404, 410):
                        raise CollectionLost
                    more = more or row.status == 507
                elif row.status in (404, 410):
                    found.versions.pop(row.href, None)
                    found.gone.add(row.href)
                elif row.status >= 400:
                    found.complete = False
                elif not row.href.endswith("/"):
                    found.gone.discard(row.href)
                    found.versions[row.href] = row.text("D:getetag")
            after = dav.sync_token(root)
            if not after or (more and after == token):
                raise CursorLost
            token = after
            if not more:
                found.cursor = f"sync:{token}"
                return found
        raise CursorLost

    def _listing(self) -> _Found:
        """Everything. The server reads its token before the members, so that what changes
        meanwhile comes up once more rather than never."""
        answer = self._ask("PROPFIND", dav.propfind(*_LISTED), "1")
        self.transport.ensure(answer, "read it")
        found = _Found()
        there = False
        for row in dav.rows(parsed(self.transport, answer)):
            if self._itself(row.href):
                there = row.holds("D:resourcetype", "C:calendar")
                found.cursor = self._cursor(row)
                if row.status == 507:
                    found.complete = False
            elif row.status in (404, 410):
                continue
            elif row.status >= 400:
                found.complete = False
            elif not row.holds("D:resourcetype", "D:collection"):
                found.versions[row.href] = row.text("D:getetag")
        if not there:  # some servers answer so for what is missing, or somebody else's
            raise CollectionLost
        return found

    def _cursor(self, itself: dav.Row) -> str:
        token = itself.text("D:sync-token")
        if token and self.tokens and itself.holds("D:supported-report-set", "D:sync-collection"):
            return f"sync:{token}"
        tag = itself.text("CS:getctag")
        return f"ctag:{tag}" if tag else ""

    def _tag(self) -> str:
        answer = self._ask("PROPFIND", dav.propfind("CS:getctag"), "0")
        self.transport.ensure(answer, "read it")
        return next(
            (row.text("CS:getctag") for row in dav.rows(parsed(self.transport, answer))), ""
        )

    def _bodies(self, paths: list[str], found: _Found) -> Iterable[Sighting]:
        """Sightings of `paths`. What has gone meanwhile is noted in `found`."""
        answer = self._ask("REPORT", dav.multiget(paths), "1")
        told: dict[str, dav.Row] = {}
        if answer.status == 207:
            told = {row.href: row for row in dav.rows(parsed(self.transport, answer))}
        for path in paths:
            row = told.get(path)
            if row is not None and "C:calendar-data" in row.properties:
                body = row.properties["C:calendar-data"].text or ""
                version = row.text("D:getetag") or found.versions[path]
                yield self._sighting(path, version, body)
            elif row is not None and row.status in (404, 410):
                found.gone.add(path)
            else:  # left out, or one missing address failed them all
                alone = self.fetch(path)
                if alone.status in (404, 410):
                    found.gone.add(path)
                elif alone.ok:
                    body = alone.body.decode("utf-8", "replace")
                    yield self._sighting(path, alone.etag or found.versions[path], body)
                elif alone.status >= 500:
                    found.complete = False
                else:
                    yield Sighting(
                        href=path,
                        version=found.versions[path],
                        problem=f"the server does not show it ({alone.status} {alone.reason})",
                    )

    def _sighting(self, path: str, version: str, body: str) -> Sighting:
        try:
            entry = read_entry(body, self.zone)
        except Unreadable as error:
            return Sighting(href=path, version=version, problem=str(error))
        return Sighting(href=path, version=version, entry=entry, body=body if entry else "")

    def fetch(self, path: str) -> Answer:
        """One resource, as it is now."""
        return self.transport.request("GET", urljoin(self.url, dav.quoted(path)))

    def _ask(self, method: str, body: str, depth: str) -> Answer:
        answer = self.transport.request(method, self.url, body, {"Depth": depth})
        if answer.status in (404, 410, *REDIRECTS):
            raise CollectionLost
        if answer.status >= 500 and answer.status not in (500, 501, 507):
            self.transport.ensure(answer, "read it")  # away, not confused
        return answer

    def _itself(self, path: str) -> bool:
        return path.rstrip("/") == dav.path_of(self.url).rstrip("/")
