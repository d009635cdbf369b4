"""Looking at every calendar, and saying what changed in our books of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from syncd.calendars.base import Calendar, Changes, Progress
from syncd.errors import CalendarError
from syncd.model.records import CalendarState, Fate, Record, State
from syncd.model.roster import CalendarSettings, Roster
from syncd.reconcile.absorb import Absorbed, absorb
from syncd.reconcile.guards import absence_digest, acknowledged_in, doubtful
from syncd.reconcile.splits import newly_cut, with_second_halves

FULL_LISTING = timedelta(days=1)
"""How old the last full listing may become, whatever the cursor says."""


@dataclass(frozen=True, kw_only=True)
class Observed:
    """One calendar after a look at it."""

    name: str
    state: CalendarState
    """As it is to be remembered."""
    absorbed: Absorbed | None = None
    """None where it could not be read."""
    foreign_gone: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    """UIDs that are gone beyond doubt."""
    error: CalendarError | None = None
    doubt: str = ""
    """Why its absences are not believed; empty where they are."""
    silent: bool = False
    """Whether it said that nothing at all has happened since the last look."""

    @property
    def writable(self) -> bool:
        """Whether it may be written after this look."""
        return self.error is None and not self.doubt

    @property
    def settled(self) -> bool:
        """Whether it could be read and nothing in it is in doubt."""
        return self.absorbed is not None and not self.doubt

    @property
    def quiet(self) -> bool:
        """Whether nothing changed in it."""
        seen = self.absorbed
        if seen is None:
            return True
        return not (seen.changed or self.absent or self.doubt)


def observe(
    roster: Roster,
    state: State,
    calendars: Mapping[str, Calendar],
    now: datetime,
    progress: Progress | None = None,
    listed: Mapping[str, datetime | None] | None = None,
) -> list[Observed]:
    """Look at all `calendars`, side by side. `listed` says when those were last listed in full in
    which something was made or deleted since the last look."""
    names = [name for name in roster.calendars if name in calendars]
    since = listed or {}
    if len(names) == 1:
        return [_look(names[0], roster, state, calendars[names[0]], now, progress, since)]
    with ThreadPoolExecutor(max_workers=4, thread_name_prefix="observe") as pool:
        return list(
            pool.map(lambda n: _look(n, roster, state, calendars[n], now, None, since), names)
        )


def _look(
    name: str,
    roster: Roster,
    state: State,
    calendar: Calendar,
    now: datetime,
    progress: Progress | None,
    listed: Mapping[str, datetime | None],
) -> Observed:
    remembered = state.calendars.get(name, CalendarState())
    before = replace(remembered, listed=listed.get(name, remembered.listed))
    known = _Known(name, state)
    due = before.listed is None or not timedelta() <= now - before.listed < FULL_LISTING
    due = due or before.place not in ("", roster.calendars[name].place)
    try:
        changes = calendar.changes("" if due else before.cursor, known, progress)
        if _says_nothing(changes) and not before.doubtful:
            return _unchanged(name, roster, before, changes, now, calendar.memo)
        records = [record for record in state.records if record.calendar == name]
        foreign = dict(state.foreign.get(name, {}))
        absorbed = _absorbed(name, roster, records, changes, foreign)
        if newly_cut(records, absorbed):
            # The second half of a split series may have been read before the first half was cut.
            changes = calendar.changes("", _known(records, {}), progress)
            absorbed = _absorbed(name, roster, records, changes, foreign)
    except CalendarError as error:
        after = replace(
            remembered,
            failing_since=before.failing_since or now,
            error=str(error),
            memo=calendar.memo,
        )
        return Observed(name=name, state=after, error=error)
    return _judged(name, roster, state, before, records, changes, absorbed, now, calendar.memo)


def _says_nothing(changes: Changes) -> bool:
    """Whether nothing changed: most looks find that, and must not cost what there is to know."""
    return changes.complete and not (changes.full or changes.sightings or changes.gone)


def _unchanged(
    name: str,
    roster: Roster,
    before: CalendarState,
    changes: Changes,
    now: datetime,
    memo: str,
) -> Observed:
    after = replace(
        before,
        cursor=changes.cursor,
        place=roster.calendars[name].place,
        memo=memo,
        succeeded=now,
        failing_since=None,
        error="",
    )
    nothing = absorb(name, roster.deployment, (), (), frozenset())
    return Observed(name=name, state=after, absorbed=nothing, silent=True)


def _absorbed(
    name: str,
    roster: Roster,
    records: list[Record],
    changes: Changes,
    foreign: Mapping[str, str],
) -> Absorbed:
    found = absorb(
        name,
        roster.deployment,
        records,
        changes.sightings,
        changes.gone,
        certain=changes.full and changes.complete,
        last_words=changes.last_words,
        foreign=foreign,
    )
    return with_second_halves(name, found, foreign)


def _judged(
    name: str,
    roster: Roster,
    state: State,
    before: CalendarState,
    records: list[Record],
    changes: Changes,
    absorbed: Absorbed,
    now: datetime,
    memo: str,
) -> Observed:
    after = replace(
        before,
        memo=memo,
        succeeded=now,
        failing_since=None,
        error="",
        doubtful={},
        listed=now if changes.full and changes.complete else before.listed,
    )
    if absorbed.unsure:
        after = replace(after, listed=None)
    if not changes.complete:
        doubt = "the listing was not complete"
        return Observed(
            name=name,
            state=replace(
                after,
                error=doubt,
                failing_since=before.failing_since or now,
                doubtful=before.doubtful,
            ),
            absorbed=absorbed,
            doubt=doubt,
        )
    leaving = frozenset(r.uid for r in records if r.leaving is not None)
    missed = absorbed.absent - leaving
    approved = state.settings.get(f"approved:{name}") == absence_digest(missed)
    doubt = _another(roster.calendars[name], before, changes, records, missed)
    known = acknowledged_in(state.facts) if missed else frozenset()
    if not doubt and doubtful(records, missed, known, now, roster_zone(roster)):
        doubt = f"{len(missed)} entries are gone at once"
    if doubt and not approved:
        # Listed in full again until it is over: not every server lists deletions by token.
        since = {uid: before.doubtful.get(uid, now) for uid in sorted(missed)}
        after = replace(after, doubtful=since, cursor=before.cursor, listed=None)
        return Observed(name=name, state=after, absorbed=absorbed, doubt=doubt)
    if changes.full:
        absorbed = _hopeful(absorbed)
    ours = {record.href for record in records if record.href}
    return Observed(
        name=name,
        state=replace(after, cursor=changes.cursor, place=roster.calendars[name].place),
        absorbed=absorbed,
        absent=absorbed.absent,
        foreign_gone=changes.gone - ours,
    )


def _another(
    settings: CalendarSettings,
    before: CalendarState,
    changes: Changes,
    records: list[Record],
    missed: frozenset[str],
) -> str:
    """Why what is missed is not missed where it was: the calendar is not there, or is another one.
    Empty where it was deleted from the calendar that we know."""
    if not any(record.uid in missed and record.fate is Fate.LIVE for record in records):
        return ""
    if changes.missing:
        return f"there is no calendar «{settings.calendar}» any more"
    if before.place not in ("", settings.place):
        return f"«{settings.calendar}» is another calendar than the one in which the entries are"
    return ""


def _hopeful(absorbed: Absorbed) -> Absorbed:
    """`absorbed` with what was turned down too often worth another try."""
    records = {
        uid: replace(record, tries=0, why="") if record.tries or _turned_down(record) else record
        for uid, record in absorbed.records.items()
    }
    return replace(absorbed, records=records)


def _turned_down(record: Record) -> bool:
    return record.fate is Fate.REMOVED and bool(record.why)


def roster_zone(roster: Roster) -> ZoneInfo:
    """The user's zone."""
    return ZoneInfo(roster.timezone)


class _Known(Mapping[str, str]):
    """What a calendar holds as far as we know, put together once somebody asks."""

    def __init__(self, name: str, state: State) -> None:
        self._name = name
        self._state = state

    @cached_property
    def _versions(self) -> dict[str, str]:
        records = [record for record in self._state.records if record.calendar == self._name]
        return _known(records, self._state.foreign.get(self._name, {}))

    def __getitem__(self, href: str) -> str:
        return self._versions[href]

    def __iter__(self) -> Iterator[str]:
        return iter(self._versions)

    def __len__(self) -> int:
        return len(self._versions)


def _known(records: list[Record], foreign: Mapping[str, str]) -> dict[str, str]:
    """What the calendar holds as far as we know: versions by href."""
    ours = {
        record.href: record.version
        for record in records
        if record.href and record.fate in (Fate.LIVE, Fate.RELEASED)
    }
    return {**foreign, **ours}
