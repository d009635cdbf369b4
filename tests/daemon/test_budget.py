"""A tick has a budget: what it cannot write in time the next one does, at once, and no calendar
waits for another that is slow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from syncd.calendars.base import Progress, Result, Write
from syncd.calendars.memory import MemoryCalendar
from syncd.engine.apply import apply
from syncd.model.keys import decode
from syncd.model.records import Record
from syncd.reconcile.actions import Act, Action
from tests.calendars.zoo import contact
from tests.daemon.world import Running, roster, service


class Small(MemoryCalendar):
    """A calendar that is written a little at a time, and keeps account of it."""

    batch = 2

    def __init__(self, name: str, turns: list[str]) -> None:
        super().__init__(name)
        self.turns = turns

    def write(self, writes: Sequence[Write], progress: Progress | None = None) -> list[Result]:
        self.turns.append(self.name)
        return super().write(writes, progress)


def test_what_a_tick_cannot_write_in_time_the_next_one_does_at_once() -> None:
    turns: list[str] = []
    made = service(Small("home", turns), roster(20, poll=timedelta(hours=1)))
    with Running(lambda: made) as running:
        wanted = running.next().wrote
    assert len(turns) > 3

    turns.clear()
    made = service(Small("home", turns), roster(20, poll=timedelta(hours=1)))
    wrote: list[dict[str, int]] = []
    with Running(lambda: made, budget=0.0) as running:
        while sum(each.get("create", 0) for each in wrote) < wanted["create"]:
            wrote.append(running.next().wrote)
    assert len(wrote) == len(turns) > 3


def test_calendars_take_turns_and_each_has_one_before_it_is_enough() -> None:
    turns: list[str] = []
    calendars = {name: Small(name, turns) for name in ("one", "two")}
    actions = [_created(name, n) for name in calendars for n in range(6)]
    outcomes = apply(actions, calendars, lambda delta: None)
    assert turns == ["one", "two"] * 3
    assert len(outcomes) == 12 and all(each.done for each in outcomes)

    turns.clear()
    calendars = {name: Small(name, turns) for name in ("one", "two")}
    outcomes = apply(actions, calendars, lambda delta: None, enough=lambda: True)
    assert turns == ["one", "two"]
    assert len(outcomes) == 4


def _created(calendar: str, n: int) -> Action:
    entry = contact(f"p{n}")
    key = decode(entry.uid, "default")
    assert key is not None
    record = Record(calendar=calendar, uid=entry.uid, key=key)
    return Action(act=Act.CREATE, record=record, entry=entry, reason="")
