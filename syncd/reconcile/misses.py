"""After hours that nobody marked, fewer people: the next one offers three, liked first, until an
hour is marked again. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from syncd.model.facts import Fact, Outcome, Source
from syncd.reconcile.occurrences import Occurrence, instant

IN_A_ROW = 2
FEW = 3
"""How many people an hour then offers."""
GRACE = timedelta(hours=24)
"""How long after its end an hour may still be marked."""
_BY_THE_USER = frozenset(set(Source) - {Source.SYNCD})


def is_tired(
    occurrences: Sequence[Occurrence],
    people: Collection[str],
    unmarked: Collection[str],
    recorded: Callable[[datetime], Sequence[Fact]],
    now: datetime,
) -> bool:
    """By the effective facts that `recorded` gives since a moment: whether the last two
    `occurrences` of a block passed without a mark, though somebody was up: `unmarked` are the ids,
    among `people`, of those who were rolled over."""
    if not any(id in people for id in unmarked):
        return False
    over = [o for o in occurrences if not o.cancelled and instant(o.end) + GRACE <= instant(now)]
    last = sorted(over, key=lambda o: instant(o.start))[-IN_A_ROW:]
    if len(last) < IN_A_ROW:
        return False
    since = instant(last[0].start)
    return not any(
        fact.person in people
        and fact.source in _BY_THE_USER
        and fact.outcome is not Outcome.SNOOZED
        for fact in recorded(since)
    )
