"""What was made, and deleted before any look had seen it, at a server that does not tell of it: it
compares what is there with what was there at the cursor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from syncd.calendars.base import Changes, Progress
from syncd.calendars.memory import MemoryCalendar
from syncd.engine.tick import tick
from syncd.errors import CalendarError
from syncd.model.facts import Outcome
from syncd.model.keys import Kind, decode
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
