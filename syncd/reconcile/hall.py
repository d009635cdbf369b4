"""What room there is, in occurrences and on days, filling up as attempts are placed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syncd.model.blocks import OccurrenceId
from syncd.model.people import ContactList, Hours, Span
from syncd.model.roster import Roster
from syncd.reconcile.attempts import Keep, Want
from syncd.reconcile.misses import FEW
from syncd.reconcile.occurrences import Occurrence, instant, later
from syncd.reconcile.quarters import Quarters
from syncd.reconcile.reader import Standing
from syncd.reconcile.standing import Times, begins

LENGTH = timedelta(minutes=15)
"""How long an event lasts for somebody whom no block gives a time."""
DISTANCE = timedelta(hours=3)
"""How far from the time of day that failed a retry lies, where the hours allow."""
SEARCH_DAYS = 90
_ANY_HOURS = Hours(spans=(Span(weekdays=frozenset(range(7)), start=time(9), end=time(21)),))


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A want that got its place."""

    want: Want
    times: Times
    slot: Occurrence | None = None

    @property
    def offset(self) -> int:
        """Minutes from the start of its occurrence."""
        if self.slot is None or not isinstance(self.times.start, datetime):
            return 0
        since = instant(self.times.start) - instant(self.slot.start)
        return int(since.total_seconds() // 60)


class Hall:
    """What room there is, filling up."""

    def __init__(
        self,
        keep: Sequence[Keep],
        upcoming: Sequence[Occurrence],
        busy: Sequence[Occurrence],
        roster: Roster,
        now: datetime,
        zone: ZoneInfo,
        tired: frozenset[str] = frozenset(),
        away: Callable[[date], bool] = lambda day: False,
        others: Iterable[Standing] = (),
    ) -> None:
        self.tired, self.away = tired, away
        self.upcoming = sorted(upcoming, key=lambda o: instant(o.start))
        self.roster, self.now, self.zone = roster, now, zone
        self.seats: dict[OccurrenceId, list[tuple[datetime, datetime]]] = defaultdict(list)
        self.kept: dict[OccurrenceId, list[Keep]] = defaultdict(list)
        self.quarters = Quarters(now, zone)
        self.count: dict[date, int] = defaultdict(int)
        self.given: dict[OccurrenceId, int] = defaultdict(int)
        self.busy: Mapping[OccurrenceId, Occurrence] = {o.id: o for o in busy}
        for occurrence in busy:
            if not occurrence.cancelled:
                self.quarters.take(occurrence.start, occurrence.end)
        for each in keep:
            self._seat_kept(each)
        for other in others:
            if other.trace.slot is not None:
                start, end = begins(other.times.start, zone), begins(other.times.end, zone)
                self.seats[other.trace.slot].append((instant(start), instant(end)))

    def _seat_kept(self, each: Keep) -> None:
        slot = each.standing.trace.slot
        start, end = begins(each.times.start, self.zone), begins(each.times.end, self.zone)
        if slot is not None:
            if each.open:
                self.seats[slot].append((instant(start), instant(end)))
                self.kept[slot].append(each)
            return
        if isinstance(each.times.start, datetime):
            self.quarters.take(start, end)
        if each.counts:
            self.count[start.astimezone(self.zone).date()] += 1

    def overflow(self) -> list[Keep]:
        """Those who no longer fit, since their occurrence or its slots changed: the last ones."""
        found: list[Keep] = []
        for slot, kept in self.kept.items():
            occurrence = self.busy.get(slot)
            if occurrence is None:
                continue
            tired = slot.block in self.tired
            counted = sorted(
                (k for k in kept if k.counts),
                key=lambda k: (tired and not self._liked(k), instant(k.times.start)),
            )
            for each in counted[self._capacity(occurrence) :]:
                if begins(each.times.start, self.zone) > self.now:
                    found.append(each)
                    times = instant(each.times.start), instant(each.times.end)
                    self.seats[slot].remove(times)
                    kept.remove(each)
        return found

    def _capacity(self, occurrence: Occurrence) -> int:
        block = self.roster.blocks.get(occurrence.id.block)
        room = occurrence.length // block.per_person if block else 0
        return min(room, FEW) if occurrence.id.block in self.tired else room

    def has_liked(self, occurrence: Occurrence) -> bool:
        """Whether somebody easy sits in `occurrence` already."""
        return any(map(self._liked, self.kept[occurrence.id]))

    def _liked(self, keep: Keep) -> bool:
        person = self.roster.people.get(keep.standing.record.key.subject)
        return person is not None and person.liked

    def first_seat(self, want: Want) -> Placed | None:
        """The first free slot for `want` in an occurrence that has not begun."""
        names = {block.name for block in want.blocks}
        for occurrence in self.upcoming:
            day = occurrence.start.astimezone(self.zone).date()
            begun = instant(occurrence.start) <= instant(self.now)
            if occurrence.id.block in names and not begun and want.earliest <= day:
                seat = self.seat(want, occurrence)
                if seat is not None:
                    return seat
        return None

    def seat(self, want: Want, occurrence: Occurrence) -> Placed | None:
        """The first free slot of `occurrence` that is still ahead, for `want`."""
        block = self.roster.blocks[occurrence.id.block]
        counted = sum(1 for each in self.kept[occurrence.id] if each.counts)
        capacity = self._capacity(occurrence)
        if counted + self.given[occurrence.id] >= capacity:
            return None
        for index in range(capacity):
            start = later(occurrence.start, index * block.per_person)
            low, high = instant(start), instant(start) + block.per_person
            if low < instant(self.now):
                continue
            if all(high <= begin or end <= low for begin, end in self.seats[occurrence.id]):
                self.seats[occurrence.id].append((low, high))
                self.given[occurrence.id] += 1
                return Placed(
                    want=want,
                    times=Times(start=start, end=later(start, block.per_person)),
                    slot=occurrence,
                )
        return None

    def day(self, want: Want, limit: date) -> Placed | None:
        """The first day from `want.earliest` to `limit` with room, and the time on it."""
        rules = self.roster.lists[want.person.list]
        length = self._length(want)
        today = self.now.astimezone(self.zone).date()
        first = max(want.earliest, today)
        for number in range(SEARCH_DAYS):
            day = first + timedelta(days=number)
            if day > limit:
                return None
            if self.away(day) and not want.pinned:
                continue
            bound = number == 0 and (want.pinned or (want.exact and day == want.due))
            if not want.pinned and not bound and self.count[day] >= rules.a_day:
                continue
            start = self._time_on(day, want, rules, length)
            if start is None and bound:
                start = self._any_time_on(day, length)
            if start is not None:
                end = start + length
                self.quarters.take(start, end)
                self.count[day] += not want.pinned
                return Placed(want=want, times=Times(start=start, end=end))
        return None

    def _length(self, want: Want) -> timedelta:
        strategy = want.person.strategy
        if strategy is not None:
            return strategy.lasts or LENGTH
        blocks = self.roster.blocks_of(want.person)
        return blocks[0].per_person if blocks else LENGTH

    def _time_on(
        self, day: date, want: Want, rules: ContactList, length: timedelta
    ) -> datetime | None:
        """The first free quarter of the list's hours, far enough from the time that failed; else
        the one that is farthest from it."""
        free = self.quarters.free(day, rules.hours, length, want.person.timezone)
        if not free or want.failed_at is None:
            return free[0].wall if free else None
        failed = want.failed_at.astimezone(self.zone).time()
        walls = [each.wall for each in free]
        far = (wall for wall in walls if _apart(wall.time(), failed) >= DISTANCE)
        return next(far, None) or max(walls, key=lambda wall: _apart(wall.time(), failed))

    def _any_time_on(self, day: date, length: timedelta) -> datetime | None:
        """The first free quarter of the working day: the user chose the day, whatever the hours."""
        free = self.quarters.free(day, _ANY_HOURS, length)
        return free[0].wall if free else None


def _apart(one: time, other: time) -> timedelta:
    minutes = abs((one.hour * 60 + one.minute) - (other.hour * 60 + other.minute))
    return timedelta(minutes=minutes)
