"""Where a person stands, folded from the journal: pure, and the only reader of facts for planning.

    waiting → open → closed (reached | skipped | not-reached | missed)

An open touch is one with attempts and no closing fact, or one whose entry stands in the calendar;
the journal knows the first kind, the records the second.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syncd.model.facts import (
    CLOSING,
    ELSEWHERE,
    RESTING,
    TRIED,
    Fact,
    Outcome,
    Source,
    effective,
)
from syncd.model.keys import Key
from syncd.model.people import Period, Person, Retry


@dataclass(frozen=True, kw_only=True)
class Fold:
    """What the journal says of one person."""

    anchor: date | None
    """The latest closing day or `last-contact`, whichever is later."""
    last: Fact | None
    """The newest contact, or attempt at one."""
    touch: date | None = None
    """The open touch, where attempts were made in it."""
    tried: tuple[Fact, ...] = ()
    """The attempts made in it, in order."""
    logged: tuple[tuple[datetime, date], ...] = ()
    """The contacts outside any touch that closed some: when each was logged, and when one is due
    by it."""
    rests: tuple[date, ...] = ()
    """When each of the pauses ends that marks asked for, and that have an end."""

    def closed(self, touch: date, opened: datetime | None) -> bool:
        """Whether a contact that was logged since closed a `touch` then `opened`, or `opened` at a
        time that nobody knows: one that is due no earlier than by that contact is not the one that
        it closed, but the next."""
        return any((opened is None or opened <= when) and touch < due for when, due in self.logged)


_kept: dict[str, tuple[tuple[Fact, ...], Person, Period, ZoneInfo, Fold]] = {}
"""By id of a person: what was folded last, and what came of it."""


def fold(person: Person, facts: tuple[Fact, ...], cadence: Period, zone: ZoneInfo) -> Fold:
    """Fold the effective `facts` of `person`, whose days are those of `zone`. Facts that are the
    very same as the last time are not folded again: in ten years there are many."""
    kept = _kept.get(person.id)
    if (
        kept is None
        or kept[0] is not facts
        or kept[1] is not person
        or kept[2:4] != (cadence, zone)
    ):
        kept = facts, person, cadence, zone, _folded(person, facts, cadence, zone)
        _kept[person.id] = kept
    return kept[4]


def _folded(person: Person, facts: tuple[Fact, ...], cadence: Period, zone: ZoneInfo) -> Fold:
    closings = [closing_day(fact, zone) for fact in facts if fact.outcome in CLOSING]
    days = closings + ([person.last_contact] if person.last_contact else [])
    spoken = [f for f in facts if f.outcome in TRIED or f.outcome is Outcome.REACHED]
    logged = tuple(
        (fact.recorded, due)
        for fact in facts
        if fact.outcome is Outcome.REACHED
        and fact.touch is None
        and (due := cadence.after(closing_day(fact, zone))) > fact.recorded.astimezone(zone).date()
    )
    found = Fold(
        anchor=max(days, default=None),
        last=spoken[-1] if spoken else None,
        logged=logged,
        rests=tuple(f.until for f in facts if f.outcome is Outcome.PAUSED and f.until),
    )
    touch, tried = _open_touch(facts, found)
    return replace(found, touch=touch, tried=tried)


def _open_touch(facts: tuple[Fact, ...], told: Fold) -> tuple[date | None, tuple[Fact, ...]]:
    touches = [fact.touch for fact in facts if fact.touch and fact.outcome in TRIED | CLOSING]
    touch = max(touches, default=None)
    if touch is None:
        return None, ()
    inside = [fact for fact in facts if fact.touch == touch]
    if any(fact.outcome in CLOSING for fact in inside):
        return None, ()
    tried = sorted((f for f in inside if f.outcome in TRIED), key=lambda f: f.attempt or 0)
    if tried and told.closed(touch, tried[0].opened or tried[0].recorded):
        return None, ()
    return touch, tuple(tried)


def revision_of(fact: Fact) -> int:
    """The revision of its entry's mark from which `fact` was read; 0 for one read elsewhere. What
    is read back from entries has gaps, so revisions are not counted."""
    revision = fact.id.removeprefix(f"{fact.entry}#").partition("~")[0]
    return int(revision) if revision.isascii() and revision.isdigit() else 0


def read_back(
    told: Iterable[Fact], withdrawn: frozenset[str], journal: Iterable[Fact], now: datetime
) -> list[Fact]:
    """What entries that another syncd wrote tell beyond the `journal`. A fact corrects what the
    journal held of its entry until then, unless that is the newer; what was `withdrawn` on an entry
    is void. What was said elsewhere is not corrected by what a syncd concluded: the touch had been
    let go already, and the contact was made outside of it; and what was said since
    stands. Two that read different marks as the same revision agree by counting on."""
    told = list(told)
    if not told and not withdrawn:
        return []
    journal = list(journal)
    ids = {fact.id: fact for fact in journal}
    held = {
        fact.entry: fact
        for fact in effective(journal)
        if fact.entry and fact.outcome is not Outcome.SNOOZED
    }
    found: list[Fact] = []
    for fact in told:
        same, before = ids.get(fact.id), held.get(fact.entry or "")
        if before and before.source in ELSEWHERE and fact.source is Source.SYNCD and same is None:
            found += [fact, _outside(before, now)]
        elif same is None and (before is None or revision_of(before) < revision_of(fact)):
            found.append(replace(fact, supersedes=before.id) if before else fact)
            if before and before.source in ELSEWHERE and before.recorded >= fact.recorded:
                found.append(_said_since(before, fact, now))
        elif same is not None and same is before and _meaning(same) != _meaning(fact):
            id = f"{fact.entry}#{revision_of(fact) + 1}"
            found.append(replace(fact, id=id, supersedes=same.id))
    for uid in sorted(withdrawn & held.keys()):
        fact = held[uid]
        id = f"{uid}#{revision_of(fact) + 1}"
        found.append(replace(fact, id=id, recorded=now, supersedes=fact.id, void=True))
    return found


def _outside(fact: Fact, now: datetime) -> Fact:
    """What was said of an attempt, as of none."""
    return replace(
        fact,
        id=f"{fact.id}~outside",
        recorded=now,
        touch=None,
        attempt=None,
        opened=None,
        entry=None,
        supersedes=fact.id,
    )


def _said_since(fact: Fact, told: Fact, now: datetime) -> Fact:
    """What was said elsewhere of an entry whose own fact, which was `told` before, was lost."""
    return replace(fact, id=f"{fact.id}~since", recorded=now, supersedes=told.id)


def _meaning(fact: Fact) -> tuple[object, ...]:
    return fact.outcome, fact.direction


def is_over(key: Key, facts: Iterable[Fact]) -> bool:
    """Whether the touch of the attempt `key` is closed, or something later came of it, by the
    effective `facts` of its person."""
    for fact in facts:
        if fact.touch is None or fact.outcome not in CLOSING | TRIED:
            continue
        if (fact.touch, fact.attempt or 0) > (key.day, key.attempt):
            return True
        if fact.touch == key.day and fact.outcome in CLOSING:
            return True
    return False


def closing_day(fact: Fact, zone: ZoneInfo) -> date:
    """The day from which the cadence counts after `fact`."""
    return fact.day or fact.at.astimezone(zone).date()


def next_channel(
    tried: tuple[Fact, ...], usable: tuple[str, ...], tries: int, barred: Collection[str] = ()
) -> str | None:
    """By which channel the attempt after `tried` goes, or None where all are used up; never by one
    of `barred`.

    The first usable channel gets `tries` attempts, each further one gets one. A channel that has
    gone from config meanwhile keeps its place: the touch goes on from it.
    """
    if not tried:
        return usable[0]
    used = [fact.channel or next(iter(usable), "") for fact in tried]
    current = used[-1]
    if current == used[0] and used.count(current) < tries and current not in barred:
        return current
    return next((channel for channel in usable if channel not in used), None)


def wait_after(fact: Fact, retry: Retry) -> Period:
    """How long after `fact` the next attempt lies."""
    return retry.left_message if fact.outcome is Outcome.LEFT_MESSAGE else retry.no_answer


def paused_by_mark(facts: tuple[Fact, ...], today: date) -> Fact | None:
    """The mark that pauses this person today."""
    pauses = [f for f in facts if f.outcome in RESTING]
    held = [f for f in pauses if f.until is None or f.until > today]
    return held[-1] if held else None


def wrong_number(person: Person, facts: tuple[Fact, ...]) -> Fact | None:
    """That the number of `person`, as it is today, was said to be wrong; None where it was not."""
    found = [f for f in facts if f.outcome is Outcome.WRONG_NUMBER and f.number == person.phone]
    return found[-1] if found and person.phone else None


def first_due(first_seen: date, seat: int, cadence: Period) -> date:
    """The stable first day of somebody who was never contacted, spread over one cadence.

    The n-th newcomer of a list sits at the n-th place of the van der Corput sequence (0, 1/2, 1/4,
    3/4, …): however many come, and whenever, they lie evenly and nobody's place ever changes.
    """
    place, share = 0.0, 0.5
    while seat:
        seat, bit = divmod(seat, 2)
        place += share * bit
        share /= 2
    return date.fromordinal(first_seen.toordinal() + int(place * cadence.approximate_days))
