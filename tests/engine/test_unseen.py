"""What was made or taken out, and undone by somebody before any look had seen it, at a server that
does not tell of it: it compares what is there with what was there at the cursor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from syncd.calendars.base import Changes, Progress
from syncd.calendars.memory import MemoryCalendar
from syncd.engine.tick import tick
from syncd.errors import CalendarError
from syncd.model.entries import Entry
from syncd.model.facts import Outcome
from syncd.model.keys import Kind, decode
from syncd.model.people import Person
from syncd.store.memory import MemoryStore
from tests.household import person
from tests.reconcile.world import DEPLOYMENT, NOW, roster


@dataclass(kw_only=True)
class Comparing:
    """Such a calendar, of which the look of that number fails."""

    fails: int
    inner: MemoryCalendar = field(default_factory=lambda: MemoryCalendar("home"))
    cursors: list[str] = field(default_factory=list)
    was: dict[str, dict[str, Entry | None]] = field(default_factory=dict)
    """What was there, by href, at each cursor."""

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def changes(
        self, cursor: str, known: Mapping[str, str], progress: Progress | None = None
    ) -> Changes:
        self.cursors.append(cursor)
        if len(self.cursors) == self.fails:
            raise CalendarError("home: the server is down")
        found = self.inner.changes(cursor, known, progress)
        there = {each.href: each.entry for each in self.inner.changes("", {}).sightings}
        self.was[found.cursor] = there
        if found.full:
            return found
        before = self.was[cursor]
        new = tuple(each for each in found.sightings if before.get(each.href) != each.entry)
        return replace(found, sightings=new, gone=found.gone & before.keys())

    def contacts(self) -> list[Entry]:
        keys = ((each, decode(each.uid, DEPLOYMENT)) for each in self.inner.entries())
        return [each for each, key in keys if key and key.kind is Kind.CONTACT]


def ticked(calendar: Comparing, store: MemoryStore, who: Person) -> list[str]:
    config = replace(roster(who), digest=repr(who))
    return tick(config, store, {"home": calendar}, NOW).errors  # type: ignore[dict-item]


def test_a_deletion_before_the_first_look_counts() -> None:
    calendar, store = Comparing(fails=2), MemoryStore()
    assert ticked(calendar, store, person())
    (contact,) = calendar.contacts()
    calendar.inner.drop(contact.uid)
    assert not ticked(calendar, store, person())
    assert [fact.outcome for fact in store.load().facts] == [Outcome.SKIPPED]
    asked = len(calendar.cursors)
    assert not ticked(calendar, store, person())
    assert "" not in calendar.cursors[asked - 1 :], "the last look of a tick, and a quiet one"


def test_what_was_taken_out_and_another_made_again_alike_does_not_stay() -> None:
    calendar, store = Comparing(fails=4), MemoryStore()
    assert not ticked(calendar, store, person())
    (contact,) = calendar.contacts()
    assert ticked(calendar, store, person(paused=True))
    assert not calendar.contacts()
    calendar.inner.put(contact)
    assert not ticked(calendar, store, person(paused=True))
    assert not calendar.contacts()
