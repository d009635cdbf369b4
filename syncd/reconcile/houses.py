"""Moving house: which entries lie in a calendar that their block has left. Pure.

A block has left a calendar in which a series of its is, or was, once config says another one. Until
that calendar can be read nothing moves, so that no mark in it is missed; then

    first   a series and the open contact events are made in the new calendar, as they stand
    then    once those are seen there, the old series ends and the open ones in the old are deleted

What is over, what waits for a mark, and what the user wrote into stay where they are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from syncd.model.keys import Kind
from syncd.model.people import Person
from syncd.model.records import Fate, Record
from syncd.model.roster import Roster, account_of
from syncd.reconcile.render import added_by_user


@dataclass(frozen=True, kw_only=True)
class Houses:
    """Where blocks are and were."""

    roster: Roster
    had: Mapping[str, frozenset[str]]
    """By block, the calendars in which a series of its is or was."""
    looked: frozenset[str]
    """The calendars that could be read, and without doubt."""

    @classmethod
    def of(cls, roster: Roster, records: Iterable[Record], looked: Iterable[str]) -> Houses:
        """As `records`, all that there are, tell."""
        had: dict[str, set[str]] = defaultdict(set)
        for record in records:
            if record.key.kind is Kind.BLOCK and (record.seen or record.base):
                had[record.key.subject].add(record.calendar)
        return cls(
            roster=roster,
            had={name: frozenset(calendars) for name, calendars in had.items()},
            looked=frozenset(looked),
        )

    def moves(self, series: Record) -> bool:
        """Whether a series lies in a calendar that its block has left, and can be read there."""
        block = self.roster.blocks.get(series.key.subject)
        away = block is not None and series.calendar != block.calendar
        return away and series.calendar in self.looked

    def left(self, record: Record, person: Person, *blocks: str) -> bool:
        """Whether an entry of `person` lies in a calendar that was left by the blocks that serve
        them, and by those `blocks` in which it is, and may go from there. An hour that serves
        others now keeps whom it has."""
        if record.fate is not Fate.LIVE or record.item or record.seen is None:
            return False
        serving = self.roster.blocks_for(person)
        names = {block.name for block in serving} | set(blocks)
        living = {self.roster.blocks[name].calendar for name in names & self.roster.blocks.keys()}
        here = account_of(record.calendar)
        if record.calendar not in self.looked or here in living:
            return False
        was = any(here in self.had.get(name, ()) for name in names)
        return bool(serving) and was and not added_by_user(record)
