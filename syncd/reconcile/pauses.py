"""Who is paused, by config or by a verb, and from when they count as active again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from syncd.model.people import Person, whose
from syncd.model.records import Acquaintance, Pause, Scope


@dataclass(frozen=True, kw_only=True)
class Paused:
    """Why somebody is paused, and until when; None is until further notice."""

    reason: str
    until: date | None


@dataclass(frozen=True)
class Pauses:
    """The pauses that verbs asked for, and the finished ones."""

    all: tuple[Pause, ...] = ()

    def of(self, person: Person, today: date) -> Paused | None:
        """The pause under which `person` is today; None where they are active."""
        if person.paused and (person.paused_until is None or person.paused_until > today):
            until = f" until {person.paused_until}" if person.paused_until else ""
            return Paused(reason=f"paused in {person.where}{until}", until=person.paused_until)
        for pause in self.all:
            if self._concerns(pause, person) and (pause.until is None or pause.until > today):
                what = {Scope.PERSON: "", Scope.LIST: f" with list {pause.name}"}
                until = f" until {pause.until}" if pause.until else ""
                return Paused(
                    reason=f"paused{what.get(pause.scope, ' with everybody')}{until}",
                    until=pause.until,
                )
        return None

    def of_block(self, block: str, today: date) -> Pause | None:
        """The pause under which `block` is today."""
        held = (p for p in self.all if p.scope is Scope.BLOCK and p.name == block)
        return next((p for p in held if p.until is None or p.until > today), None)

    def ends(self, person: Person, met: Acquaintance | None) -> list[date]:
        """The days from which `person` counted as active again: nobody is late for a pause."""
        held = (p for p in self.all if self._concerns(p, person))
        days = [p.until for p in held if p.until and p.until > p.since]  # one of no day is none
        if person.paused and person.paused_until:
            days.append(person.paused_until)
        if met is not None and met.active_since is not None:
            days.append(met.active_since)
        return days

    @staticmethod
    def _concerns(pause: Pause, person: Person) -> bool:
        match pause.scope:
            case Scope.ALL:
                return True
            case Scope.LIST:
                return pause.name in person.lists
            case Scope.PERSON:
                return pause.name in map(whose, person.ids)
            case Scope.BLOCK:
                return False
