"""Where attempts go: slots of the next two occurrences, or a quarter of an hour on a day.

A slot once given stays, so what is kept is seated first; then those at the head of the queue take
the first free slot of an occurrence that has not begun; then the most overdue, lateness divided by
cadence, take what is left. Nobody is displaced. Outside blocks a day holds so many and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.people import DAYS_AHEAD
from syncd.model.roster import Roster
from syncd.reconcile.attempts import Keep, Want
from syncd.reconcile.hall import SEARCH_DAYS, Hall, Placed
from syncd.reconcile.occurrences import Occurrence, instant
from syncd.reconcile.reader import Standing


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Who got a place, who did not, and who keeps theirs."""

    placed: tuple[Placed, ...]
    left: tuple[Want, ...]
    keep: tuple[Keep, ...]


def place(
    keep: Sequence[Keep],
    wants: Sequence[Want],
    upcoming: Sequence[Occurrence],
    busy: Sequence[Occurrence],
    roster: Roster,
    now: datetime,
    zone: ZoneInfo,
    tired: frozenset[str] = frozenset(),
    away: Callable[[date], bool] = lambda day: False,
    others: Iterable[Standing] = (),
) -> Placement:
    """Seat `wants` round what is kept.

    `upcoming` are the occurrences into which first attempts may go: the next two of each block;
    `busy` are all in sight, which events outside blocks keep clear of. The blocks named `tired`
    take few, liked ones first; on days that are `away` nothing lies outside blocks. `others` have
    entries in hours, which are left alone.
    """
    hall = Hall(keep, upcoming, busy, roster, now, zone, tired, away, others)
    overflow = hall.overflow()
    kept = tuple(each for each in keep if each not in overflow)
    wants = [*wants, *(_sent_on(each, roster, now, zone) for each in overflow)]
    placed: list[Placed] = []
    left: list[Want] = []
    for want in sorted((w for w in wants if w.blocks and w.head), key=_head_order):
        seat = hall.first_seat(want)
        placed.append(seat) if seat else left.append(want)
    fresh = [want for want in wants if want.blocks and not want.head]
    for occurrence in sorted(upcoming, key=lambda o: instant(o.start)):
        day = occurrence.start.astimezone(zone).date()
        serves = [
            want
            for want in fresh
            if want.earliest <= day and any(b.name == occurrence.id.block for b in want.blocks)
        ]
        seated: set[str] = set()
        liked_first = occurrence.id.block in tired
        for want in _in_order(serves, day, roster, liked_first, hall.has_liked(occurrence)):
            seat = hall.seat(want, occurrence)
            if seat is None:
                break
            placed.append(seat)
            seated.add(want.person.id)
        fresh = [want for want in fresh if want.person.id not in seated]
    left += fresh
    today = now.astimezone(zone).date()
    days = [want for want in wants if not want.blocks]
    for want in sorted(days, key=lambda w: (not w.head, lateness_order(w, today, roster))):
        far = want.attempt == 1 and want.standing is None and not want.pinned
        span = DAYS_AHEAD if far else SEARCH_DAYS
        limit = (today if far else max(today, want.earliest)) + timedelta(days=span)
        found = hall.day(want, limit)
        placed.append(found) if found else left.append(want)
    return Placement(placed=tuple(placed), left=tuple(left), keep=kept)


def _in_order(
    wants: Sequence[Want], day: date, roster: Roster, liked_first: bool, has_liked: bool
) -> list[Want]:
    """The most overdue first; before them one easy person, unless the hour has one already, or all
    of them where `liked_first`."""
    late = sorted(wants, key=lambda want: lateness_order(want, day, roster))
    liked = [want for want in late if want.person.liked]
    easy = liked if liked_first else liked[: 0 if has_liked else 1]
    return [*easy, *(want for want in late if want not in easy)]


def lateness_order(want: Want, day: date, roster: Roster) -> tuple[float, str]:
    """Sorts the most overdue first: lateness on `day` divided by cadence."""
    cadence = roster.cadence_of(want.person).approximate_days
    return (-((day - want.due).days / max(cadence, 1.0)), want.person.id)


def _head_order(want: Want) -> tuple[datetime, str]:
    stand = want.standing
    if stand is not None:
        return instant(stand.trace.start), want.person.id
    return instant(want.earliest), want.person.id


def _sent_on(keep: Keep, roster: Roster, now: datetime, zone: ZoneInfo) -> Want:
    stand = keep.standing
    person = roster.people[stand.record.key.subject]
    today = now.astimezone(zone).date()
    return Want(
        person=person,
        attempt=stand.record.key.attempt,
        channel=stand.trace.channel or roster.channels_of(person)[0],
        due=today,
        earliest=today,
        touch=stand.record.key.day,
        opened=stand.trace.opened,
        standing=stand,
        blocks=roster.blocks_of(person),
        head=True,
        rolls=stand.trace.rolls,
    )
