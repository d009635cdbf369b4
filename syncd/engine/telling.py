"""What ticks come to, for the log: counts and ids, as no name, note or title belongs there."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from syncd.calendars.base import Fate
from syncd.engine.tick import Report


@dataclass(frozen=True, kw_only=True)
class Summary:
    """One tick, for one line."""

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

    @property
    def quiet(self) -> bool:
        """Whether nothing happened."""
        return not (self.facts or self.wrote or self.failed)

    def fields(self) -> dict[str, object]:
        """What there is to say, by name."""
        found = {"facts": list(self.facts), **self.wrote, "failed": self.failed}
        return {name: value for name, value in found.items() if value}


def summary(report: Report) -> Summary:
    """What `report` comes to."""
    facts = (
        f"{fact.person} {'taken back' if fact.void else fact.outcome.value}"
        for fact in report.facts
    )
    wrote = Counter(each.action.act.value for each in report.outcomes if each.done)
    failed = sum(1 for each in report.outcomes if each.result.fate in (Fate.LATER, Fate.REFUSED))
    return Summary(
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

    def tell(self, told: Summary) -> None:
        """One line, quiet where nothing happened."""
        held = (f"writes are held: {told.held}; next: syncd status",) if told.held else ()
        self.trouble(*told.errors, *held)
        for spoilt in told.spoilt:
            self._log.warning("left alone", entry=spoilt)
        for notice in told.notices:
            if notice not in self._noticed:
                self._log.warning(notice)
        self._noticed = told.notices
        log = self._log.debug if told.quiet else self._log.info
        log("tick", **told.fields())

    def trouble(self, *troubles: str) -> None:
        """All that is in trouble now."""
        for trouble in troubles:
            if trouble not in self._said:
                self._log.warning(trouble)
        if self._said and not troubles:
            self._log.info("all is well again")
        self._said = troubles
