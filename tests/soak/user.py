"""Somebody with a calendar app who uses it for a year, and remembers what they did."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from syncd.model.facts import Direction, Outcome
from syncd.model.keys import Kind, decode
from tests.client import Client
from tests.ical import Shown
from tests.year.user import FORMS, SHARES, SIGNS

DEPLOYMENT = "soak"
ZONE = ZoneInfo("Europe/Berlin")
TIDY = timedelta(days=21)
"""After how long history is cleared away."""


@dataclass(kw_only=True)
class Ledger:
    """What the user did, as they know it; by the entry's UID."""

    said: dict[str, list[Outcome]] = field(default_factory=dict)
    """The outcomes, in the order in which they were given."""
    unread: dict[str, datetime | None] = field(default_factory=dict)
    """Those at which syncd has not looked since: they are left alone until it has. What was done to
    those that have a time means something only if it is read before that."""
    since_copy: set[str] = field(default_factory=set)
    """Those touched since the server was last copied."""
    foreign: set[str] = field(default_factory=set)
    """Appointments of their own that are in the calendar."""
    counts: dict[str, int] = field(default_factory=dict)

    def note(
        self,
        uid: str,
        deed: str,
        outcome: Outcome | None = None,
        before: datetime | None = None,
    ) -> None:
        """Remember that `deed` was done to an entry; `outcome` is what syncd is to make of it,
        where it reads it `before` then."""
        self.counts[deed] = self.counts.get(deed, 0) + 1
        self.unread[uid] = before
        self.since_copy.add(uid)
        if outcome is not None:
            self.said.setdefault(uid, []).append(outcome)

    def read(self, now: datetime) -> None:
        """syncd has looked at `now`: to delete, or to move, what is past by then says nothing."""
        for uid, before in self.unread.items():
            if before is not None and before <= now:
                self.said[uid].pop()
                self.counts["read too late"] = self.counts.get("read too late", 0) + 1
        self.unread.clear()


class User:
    """Acts through the server's own protocol, whether or not syncd reaches the server meanwhile."""

    def __init__(self, random: Random, client: Client) -> None:
        self.random, self.client = random, client
        self.ledger = Ledger()

    def act(self, now: datetime) -> None:
        """Look into the calendar at `now`, once, and do this and that."""
        for entry in self.client.entries():
            if entry.uid in self.ledger.unread or not isinstance(entry.start, datetime):
                continue
            key = decode(entry.uid, DEPLOYMENT)
            if key is None:
                if self._chance(0.1):
                    self.client.delete(entry)
                    self.ledger.foreign.discard(entry.uid)
            elif key.kind is not Kind.CONTACT:
                continue
            elif entry.title.startswith(SIGNS):
                self._told(entry, now)
            elif "Let go this time" not in entry.text:
                self._open(entry, now)
        if self._chance(0.3):
            start = now + timedelta(hours=self.random.randrange(1, 200))
            added = self.client.add("Dentist", start, start + timedelta(hours=1))
            self.ledger.foreign.add(added.uid)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _open(self, entry: Shown, now: datetime) -> None:
        assert isinstance(entry.start, datetime) and isinstance(entry.end, datetime)
        if entry.start <= now:
            if self._chance(0.6):
                self._mark(entry, entry.title)
        elif self._chance(0.01):
            self.client.delete(entry)
            self.ledger.note(entry.uid, "deleted", Outcome.SKIPPED, entry.start)
        elif self._chance(0.02):
            day = entry.start.astimezone(ZONE).date() + timedelta(days=self.random.randrange(1, 9))
            start = datetime.combine(day, time(self.random.randrange(8, 19), 15), ZONE)
            self.client.drag(entry, start, start + (entry.end - entry.start))
            self.ledger.note(entry.uid, "dragged", Outcome.SNOOZED, start)

    def _told(self, entry: Shown, now: datetime) -> None:
        assert isinstance(entry.start, datetime)
        if now - entry.start > TIDY:
            self.client.delete(entry)
            self.ledger.note(entry.uid, "tidied")
        elif now - entry.start < timedelta(days=3) and self._chance(0.02):
            self._mark(entry, entry.title.split(" ", 1)[1], "corrected")

    def _mark(self, entry: Shown, title: str, deed: str = "marked") -> None:
        said: tuple[Outcome, Direction] = self.random.choices(list(SHARES), list(SHARES.values()))[
            0
        ]
        if said[0] in self.ledger.said.get(entry.uid, [])[-1:]:
            return  # twice the same is one mark
        self.client.retitle(entry, self.random.choice(FORMS[said]).format(title))
        self.ledger.note(entry.uid, deed, said[0])
