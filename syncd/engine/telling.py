"""What ticks come to, for the log: counts and ids, as no name, note or title belongs there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from syncd.calendars.base import Fate
from syncd.engine.tick import Report
from syncd.logs import bare


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One tick, for one line."""

    read: int = 0
    """How many calendars could be read."""
    seen: int = 0
    """How many entries, of whomever, were new, changed or gone."""
    facts: tuple[str, ...] = ()
    """What was understood: person's id and outcome."""
    wrote: dict[str, int] = field(default_factory=dict)
    """How many entries were created, updated and so on."""
    failed: int = 0
    """How many writes did not come about."""
    held: str = ""
    errors: tuple[str, ...] = ()
    spoilt: tuple[str, ...] = ()
    """What was left alone, since it cannot be understood or is there twice."""
    notices: tuple[str, ...] = ()
    """What is to be known before it becomes a fault."""

    def fields(self) -> dict[str, object]:
        """What there is to say, by name: what was seen, what was understood, what was done."""
        found = {
            "errors": len(self.errors),
            "facts": list(self.facts),
            **self.wrote,
            "failed": self.failed,
            "held": bool(self.held),
        }
        said = {name: value for name, value in found.items() if value}
        return {"read": self.read, "seen": self.seen, **said}


def summary(report: Report) -> Summary:
    """What `report` comes to."""
    facts = (
        f"{fact.person} {'taken back' if fact.void else fact.outcome.value}"
        for fact in report.facts
    )
    wrote = Counter(each.action.act.value for each in report.outcomes if each.done)
    failed = sum(1 for each in report.outcomes if each.result.fate in (Fate.LATER, Fate.REFUSED))
    looked = report.looks[0].observed
    seen = (each.absorbed for each in looked if each.absorbed is not None)
    return Summary(
        read=sum(1 for each in looked if each.error is None),
        seen=sum(len(each.changed) + len(each.absent) + len(each.foreign) for each in seen),
        facts=tuple(facts),
        wrote=dict(wrote),
        failed=failed,
        held=report.held,
        errors=tuple(report.errors),
        spoilt=tuple(report.spoilt),
        notices=report.notices,
    )


class Teller:
    """Says in the log what ticks came to: a trouble once when it begins, and when all are over."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self._said: tuple[str, ...] = ()
        self._noticed: tuple[str, ...] = ()

    def tell(self, told: Summary, seconds: float) -> None:
        """One line for a tick that took so many `seconds`, and more where there is trouble."""
        held = (f"writes are held: {told.held}; next: syncd status",) if told.held else ()
        self.trouble(*told.errors, *held)
        for spoilt in told.spoilt:
            self._log.warning("left alone", entry=bare(spoilt))
        for notice in told.notices:
            if notice not in self._noticed:
                self._log.warning(notice)
        self._noticed = told.notices
        self._log.info("tick", **told.fields(), seconds=round(seconds, 2))

    def trouble(self, *troubles: str) -> None:
        """All that is in trouble now."""
        for trouble in troubles:
            if trouble not in self._said:
                self._log.warning(trouble)
        if self._said and not troubles:
            self._log.info("all is well again")
        self._said = troubles
