"""A user with a calendar app and habits: marks, corrects, drags, deletes, forgets, goes on holiday.

What they do is drawn from a seeded random; what they said is kept in a ledger, against which the
journal is held.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from random import Random
from typing import Protocol

from syncd.model.entries import Entry, Override, Recurrence
from syncd.model.facts import Direction, Outcome
from syncd.model.keys import Key, Kind, decode
from tests.year.cast import DEPLOYMENT, ZONE

SIGNS = ("✅", "↩", "✉", "↻", "⏭", "⏸", "⚠", "⏹")
"""What syncd puts before a title that it has understood."""

REACHED = ("x {}", "✅ {}", "{} ✓", "done {}", "[x] {}", "✔ {} good talk", "{} X", "✅ {}: ok")
INBOUND = ("i {}", "↩ {}", "they called {}", "{} inbound")
MESSAGE = ("m {}", "✉ {}", "LM {}", "{} vm", "m {} call again in the new year", "left message {}")
NOBODY = ("n {}", "❌ {}", "{} no answer", "✗ {}", "na {}")
SKIP = ("s {}", "⏭ {}", "{} skip")
FORMS = {
    (Outcome.REACHED, Direction.OUT): REACHED,
    (Outcome.REACHED, Direction.IN): INBOUND,
    (Outcome.LEFT_MESSAGE, Direction.OUT): MESSAGE,
    (Outcome.NO_ANSWER, Direction.OUT): NOBODY,
    (Outcome.SKIPPED, Direction.OUT): SKIP,
    (Outcome.PAUSED, Direction.OUT): ("⏸ {}", "pause {}", "pause 2 months {}"),
    (Outcome.WRONG_NUMBER, Direction.OUT): ("wrong number {}", "⚠ {}"),
}
SHARES = {
    (Outcome.REACHED, Direction.OUT): 55,
    (Outcome.REACHED, Direction.IN): 4,
    (Outcome.LEFT_MESSAGE, Direction.OUT): 18,
    (Outcome.NO_ANSWER, Direction.OUT): 14,
    (Outcome.SKIPPED, Direction.OUT): 6,
    (Outcome.PAUSED, Direction.OUT): 1,
    (Outcome.WRONG_NUMBER, Direction.OUT): 1,
}
Said = tuple[Outcome, Direction]


class Hands(Protocol):
    """What a calendar app lets one do in one calendar."""

    def entries(self) -> list[Entry]: ...

    def edit(self, uid: str, **fields: object) -> None: ...

    def drop(self, uid: str) -> None: ...


@dataclass(kw_only=True)
class Ledger:
    """What the user said, as they know it."""

    said: dict[str, Said] = field(default_factory=dict)
    """By entry: the mark that stands on it."""
    skipped: set[str] = field(default_factory=set)
    """Entries deleted while they were ahead."""
    beside: set[str] = field(default_factory=set)
    """Those of them on whose day the user also corrected a mark of the same person."""
    moved: set[str] = field(default_factory=set)
    """Entries dragged, or asked to come up another day."""
    reopened: set[str] = field(default_factory=set)
    tidied: set[str] = field(default_factory=set)
    written: dict[str, str] = field(default_factory=dict)
    """By entry: a line that the user put into its description."""
    deeds: list[str] = field(default_factory=list)


class User:
    """Acts once a day on every calendar that `hands` reach."""

    def __init__(self, random: Random, hands: dict[str, Hands]) -> None:
        self.random, self.hands = random, hands
        self.shares = dict(SHARES)
        self.ledger = Ledger()
        self.away: set[int] = set()

    def act(self, now: datetime) -> None:
        """Be the user for a day, at `now`."""
        if now.timetuple().tm_yday // 7 in (22, 23, 30, 51):  # weeks of holiday
            return
        self.corrected: set[str] = set()
        dropped = set(self.ledger.skipped)
        for hands in self.hands.values():
            for entry in sorted(hands.entries(), key=lambda each: each.uid):
                key = decode(entry.uid, DEPLOYMENT)
                if key is None:
                    continue
                if key.kind is Kind.BLOCK:
                    self._block(hands, entry, now)
                elif entry.title.startswith(SIGNS):
                    self._told(hands, entry, now)
                else:
                    self._open(hands, entry, key, now)

        for uid in self.ledger.skipped - dropped:
            key = decode(uid, DEPLOYMENT)
            if key is not None and key.subject in self.corrected:
                self.ledger.beside.add(uid)

    def _chance(self, share: float) -> bool:
        return self.random.random() < share

    def _open(self, hands: Hands, entry: Entry, key: Key, now: datetime) -> None:
        if not isinstance(entry.start, datetime) or "Let go this time" in entry.text:
            return
        if entry.uid in self.ledger.said:  # marked, and not acknowledged yet
            return
        begun = entry.start <= now
        if entry.item:
            self._line(hands, entry, begun)
            return
        if self._chance(0.02):
            line = f"P.S. {self.random.randrange(10**6)}"
            self.ledger.written[entry.uid] = line
            hands.edit(entry.uid, text=f"{entry.text}\n{line}")
            entry = next(each for each in hands.entries() if each.uid == entry.uid)
        if begun and self._chance(0.55):
            self._mark(hands, entry)
        elif begun and self._chance(0.06):
            self._did("deletes past", entry)
            hands.drop(entry.uid)
        elif not begun and self._chance(0.004):
            self._mark(hands, entry)
        elif not begun and self._chance(0.01):
            self._did("deletes", entry)
            self.ledger.skipped.add(entry.uid)
            hands.drop(entry.uid)
        elif self._chance(0.012):
            self._drag(hands, entry, now)
        elif self._chance(0.006):
            self.ledger.moved.add(entry.uid)
            hands.edit(entry.uid, title=f"{entry.title} >{self.random.choice(('3d', '1w', 'fri'))}")
            self._did("snoozes", entry)

    def _line(self, hands: Hands, entry: Entry, begun: bool) -> None:
        """What one does to a line: it cannot be dragged, and deleting it says nothing."""
        if self._chance(0.55 if begun else 0.004):
            self._mark(hands, entry)
        elif self._chance(0.006):
            self.ledger.moved.add(entry.uid)
            hands.edit(entry.uid, title=f"{entry.title} >{self.random.choice(('3d', '1w', 'fri'))}")
            self._did("snoozes", entry)

    def _mark(self, hands: Hands, entry: Entry, instead: str = "") -> None:
        said = self.random.choices(list(self.shares), list(self.shares.values()))[0]
        self.ledger.said[entry.uid] = said
        if entry.task and not instead and said == (Outcome.REACHED, Direction.OUT):
            self._did("ticks off", entry)
            hands.edit(entry.uid, done=True)
            return
        form = self.random.choice(FORMS[said])
        title = form.format(instead or entry.title)
        self._did(f"marks «{title}»", entry)
        hands.edit(entry.uid, title=title)

    def _drag(self, hands: Hands, entry: Entry, now: datetime) -> None:
        assert isinstance(entry.start, datetime) and isinstance(entry.end, datetime)
        day = now.date() + timedelta(days=self.random.randrange(1, 15))
        start = datetime.combine(day, time(self.random.randrange(8, 19), 15), ZONE)
        self.ledger.moved.add(entry.uid)
        self._did(f"drags to {start:%Y-%m-%d %H:%M}", entry)
        hands.edit(entry.uid, start=start, end=start + (entry.end - entry.start))

    def _told(self, hands: Hands, entry: Entry, now: datetime) -> None:
        if not isinstance(entry.start, datetime) or not entry.start <= now:
            return
        if now - entry.start > timedelta(days=6):
            if not entry.item and self._chance(0.01):
                self._did("tidies away", entry)
                self.ledger.tidied.add(entry.uid)
                hands.drop(entry.uid)
            return
        core = entry.title.split(" ", 1)[1]
        key = decode(entry.uid, DEPLOYMENT)
        assert key is not None
        corrected = set(self.corrected)
        self.corrected.add(key.subject)
        if self._chance(0.02):
            self._mark(hands, entry, core)
        elif self._chance(0.01):
            self._did("takes the mark away", entry)
            self.ledger.said.pop(entry.uid, None)
            self.ledger.reopened.add(entry.uid)
            hands.edit(entry.uid, title=core)
        else:
            self.corrected = corrected

    def _block(self, hands: Hands, entry: Entry, now: datetime) -> None:
        assert entry.recurrence is not None and isinstance(entry.start, datetime)
        if not self._chance(0.03):
            return
        entry = next(each for each in hands.entries() if each.uid == entry.uid)
        assert entry.recurrence is not None and isinstance(entry.start, datetime)
        at = entry.start
        while at <= now:
            at = datetime.combine(at.date() + timedelta(days=7), at.time(), ZONE)
        if any(each.original == at for each in entry.recurrence.overrides if each.start != at):
            return
        if self._chance(0.4):
            self._did(f"deletes the occurrence of {at:%Y-%m-%d}", entry)
            hands.edit(
                entry.uid,
                recurrence=_replaced(
                    entry,
                    exdates=entry.recurrence.exdates | {at},
                    overrides=tuple(o for o in entry.recurrence.overrides if o.original != at),
                ),
            )
            return
        length = entry.end - entry.start  # type: ignore[operator]
        shorter = timedelta(minutes=30) if self._chance(0.4) else length
        start = at + timedelta(hours=self.random.choice((0, 2, 24)))
        self._did(f"moves the occurrence of {at:%Y-%m-%d} to {start:%m-%d %H:%M}", entry)
        overrides = {o.original: o for o in entry.recurrence.overrides}
        known = overrides.get(at)
        overrides[at] = Override(
            original=at,
            start=start,
            end=start + shorter,
            title=entry.title,
            text=known.text if known else "",
            alarm=entry.alarm,
        )
        hands.edit(
            entry.uid,
            recurrence=_replaced(entry, overrides=tuple(overrides[o] for o in sorted(overrides))),
        )

    def _did(self, what: str, entry: Entry) -> None:
        self.ledger.deeds.append(f"{what}: {entry.title} [{entry.uid}]")


def _replaced(entry: Entry, **fields: object) -> Recurrence:
    assert entry.recurrence is not None
    return replace(entry.recurrence, **fields)  # type: ignore[arg-type]
