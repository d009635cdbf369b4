"""Blocks: the recurring appointments with oneself in which contacts are made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta


@dataclass(frozen=True, kw_only=True)
class Block:
    """A recurring appointment for outreach, as config wants it."""

    name: str
    title: str
    calendar: str
    rule: str
    """A normalised RRULE value (RFC 5545 3.3.10) without UNTIL and COUNT, parts in RFC order."""
    at: time
    lasts: timedelta
    per_person: timedelta
    lists: tuple[str, ...]
    timezone: str
    """IANA name of the zone in which `at` is meant."""
    alarm: timedelta | None = None
    """How long before its start it rings; None for not at all."""
    where: str = ""
    """`file:line` of the block in the YAML, for messages."""

    @property
    def capacity(self) -> int:
        """How many people fit into an occurrence of the planned length."""
        return self.lasts // self.per_person


@dataclass(frozen=True, order=True)
class OccurrenceId:
    """Which occurrence of which block: named by the date on which the rule puts it.

    The date is the recurrence id's (RFC 5545 3.8.4.4), so it stays when the user moves the
    occurrence.
    """

    block: str
    date: date

    def __str__(self) -> str:
        return f"{self.block}/{self.date.isoformat()}"

    @classmethod
    def parse(cls, text: str) -> OccurrenceId:
        """Read back what `str` gave. Raises ValueError for anything else."""
        block, _, day = text.rpartition("/")
        if not block:
            raise ValueError(text)
        return cls(block, date.fromisoformat(day))
