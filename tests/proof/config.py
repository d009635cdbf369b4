"""What the user changes in the YAML."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.proof import cast
from tests.proof.base import PICK, Base


class Config(Base):
    """An editor with the YAML in it."""

    @rule(number=st.integers(0, 7), to=st.sampled_from([*cast.LISTS]))
    def person_added(self, number: int, to: str) -> None:
        """Or moved to another list."""
        made = cast.person(number, to)
        if made.id in self.world.formerly:  # somebody of that number has another id by now
            return
        self.people(**{made.id: made})
        self.did("person added or moved", f"{made.name} to {to}")

    @rule(which=PICK)
    def person_removed(self, which: int) -> None:
        people = dict(self.world.roster.people)
        if not people:
            return
        gone = sorted(people)[which % len(people)]
        del people[gone]
        self.world.roster = cast.edited(self.world.roster, people=people)
        self.did("person removed", gone)

    def people(self, **changed: Any) -> None:
        people = {**self.world.roster.people, **changed}
        self.world.roster = cast.edited(self.world.roster, people=people)

    @rule(which=PICK, kind=PICK)
    def block_changed(self, which: int, kind: int) -> None:
        blocks = dict(self.world.roster.blocks)
        if not blocks:
            return
        name = sorted(blocks)[which % len(blocks)]
        blocks[name] = cast.reruled(blocks[name], kind)
        self.world.roster = cast.edited(self.world.roster, blocks=blocks)
        self.did("block changed", str(blocks[name]))

    @rule(which=PICK)
    def block_removed(self, which: int) -> None:
        blocks = dict(self.world.roster.blocks)
        if not blocks:
            return
        gone = sorted(blocks)[which % len(blocks)]
        del blocks[gone]
        self.world.roster = cast.edited(self.world.roster, blocks=blocks)
        self.did("block removed", gone)

    @rule(which=PICK, number=st.integers(0, 1))
    def block_moved_house(self, which: int, number: int) -> None:
        """Another calendar, which may be another provider's."""
        blocks = dict(self.world.roster.blocks)
        if not blocks:
            return
        name = sorted(blocks)[which % len(blocks)]
        calendar = [*self.world.roster.calendars][number]
        blocks[name] = replace(blocks[name], calendar=calendar)
        self.world.ledger.hours.clear()
        self.world.roster = cast.edited(self.world.roster, blocks=blocks)
        self.did("block moved house", f"{name} to {calendar}")

    @precondition(lambda self: self.world.roster.blocks != self.world.first.blocks)
    @rule()
    def blocks_put_back(self) -> None:
        """As they were at first."""
        self.world.roster = cast.edited(self.world.roster, blocks=self.world.first.blocks)
        self.did("blocks put back")

    @rule(which=PICK, kind=PICK)
    def person_changed(self, which: int, kind: int) -> None:
        """Another name, number, address, note, or pause."""
        people = self.world.roster.people
        if not people:
            return
        before = people[sorted(people)[which % len(people)]]
        self.people(**{before.id: cast.changed(before, kind)})
        self.did("person changed", f"{before.id} {kind % cast.CHANGES}")

    @rule(which=PICK)
    def person_renamed(self, which: int) -> None:
        """Another id, under which they are joined with who they were."""
        people = dict(self.world.roster.people)
        if not people:
            return
        before = people.pop(sorted(people)[which % len(people)])
        made = replace(before, id=f"{before.id}2", formerly=before.ids)
        self.world.formerly[before.id] = made.id
        self.world.roster = cast.edited(self.world.roster, people={**people, made.id: made})
        self.did("person renamed", before.id)

    @rule(which=PICK, kind=PICK)
    def list_changed(self, which: int, kind: int) -> None:
        """Another cadence, other channels, other tries, or its place for what is tried again."""
        lists = dict(self.world.roster.lists)
        name = sorted(lists)[which % len(lists)]
        lists[name] = cast.relisted(lists[name], kind)
        self.world.roster = cast.edited(self.world.roster, lists=lists)
        self.did("list changed", f"{name} {kind % cast.CHANGES}")
