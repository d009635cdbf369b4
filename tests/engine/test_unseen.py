"""What was made, and deleted before any look had seen it, at a server that does not tell of it: it
compares what is there with what was there at the cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from syncd.calendars.base import Changes, Progress, Result, Write
from syncd.calendars.base import Fate as Came
from syncd.calendars.memory import MemoryCalendar
from syncd.engine.apply import sendable
from syncd.engine.tick import tick
from syncd.errors import CalendarError
from syncd.model.entries import Entry
from syncd.model.facts import Outcome
from syncd.model.keys import Key, Kind, decode
from syncd.model.records import Fate, Record
from syncd.reconcile.actions import Act, Action
from syncd.store.memory import MemoryStore
from tests.household import person
from tests.reconcile.world import DEPLOYMENT, NOW, roster


@dataclass(kw_only=True)
class Comparing:
    """Such a calendar, of which the second look fails."""

    inner: MemoryCalendar = field(default_factory=lambda: MemoryCalendar("home"))
    cursors: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        self.cursors.append(cursor)
        if len(self.cursors) == 2:
            raise CalendarError("home: the server is down")
        found = self.inner.changes(cursor, known, progress)
        return found if found.full else replace(found, gone=frozenset())


def test_a_deletion_before_the_first_look_counts() -> None:
    calendar, store = Comparing(), MemoryStore()

    def ticked(now: datetime = NOW) -> tuple[str, ...]:
        return tick(roster(person()), store, {"home": calendar}, now).errors  # type: ignore[dict-item]

    assert ticked()
    keys = {each.uid: decode(each.uid, DEPLOYMENT) for each in calendar.inner.entries()}
    (contact,) = (uid for uid, key in keys.items() if key and key.kind is Kind.CONTACT)
    calendar.inner.drop(contact)
    assert not ticked()
    assert [fact.outcome for fact in store.load().facts] == [Outcome.SKIPPED]
    asked = len(calendar.cursors)
    assert not ticked()
    assert "" not in calendar.cursors[asked - 1 :], "the last look of a tick, and a quiet one"


def test_what_was_written_and_not_seen_since_waits_for_the_next_look() -> None:
    """A server that names no version of what it was sent, and shows it late."""
    key = Key(kind=Kind.CONTACT, subject="ann-lee", day=date(2026, 12, 3), attempt=1)
    entry = Entry(uid="u", title="Ann Lee: call", start=NOW, end=NOW)
    record = Record(calendar="home", uid="u", key=key, href="/u.ics", seen=entry)
    for act in (Act.UPDATE, Act.MERGE, Act.DELETE):
        action = Action(act=act, record=record, entry=entry, reason="as planned")
        assert not sendable(action)
        assert sendable(replace(action, record=replace(record, body="BEGIN:VCALENDAR")))


@dataclass(kw_only=True)
class Refusing:
    """A calendar that takes nothing."""

    inner: MemoryCalendar = field(default_factory=lambda: MemoryCalendar("home"))

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        return [Result(fate=Came.REFUSED, why="read-only") for _ in writes]


def test_what_was_never_made_is_let_go_without_a_write() -> None:
    """A series that a server refused, of a block that leaves the config."""
    store, calendars = MemoryStore(), {"home": Refusing()}
    of = roster(person())
    tick(of, store, calendars, NOW)  # type: ignore[arg-type]
    for _ in range(2):
        tick(replace(of, blocks={}), store, calendars, NOW)  # type: ignore[arg-type]
    (series,) = (r for r in store.load().records if r.key.kind is Kind.BLOCK)
    assert series.fate is Fate.REMOVED and series.intent is None
