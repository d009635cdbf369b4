"""One tick: observe, doubt, read marks, plan, guard, commit, apply, record.

Facts, the mirror, the cursor and the intents are committed in one transaction before any write, so
that a crash at any point heals: an intent is known, and the id is the key's. A tick that wrote
looks once more, so that what it wrote itself is no news to the next one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from syncd.calendars.base import Calendar, Diary, Fate, Progress
from syncd.engine.apply import Outcome, apply, intended, sendable
from syncd.engine.crediting import Credited, credit
from syncd.engine.health import ticked
from syncd.engine.hearing import heard
from syncd.engine.observe import Observed, observe
from syncd.model.facts import Fact
from syncd.model.records import CalendarState, Delta, Record, State, applied
from syncd.model.records import Fate as RecordFate
from syncd.model.roster import Roster
from syncd.reconcile import plan as planning
from syncd.reconcile.acquaintances import met
from syncd.reconcile.actions import Act, Action
from syncd.reconcile.fold import read_back
from syncd.reconcile.guards import deletions, too_much
from syncd.reconcile.plan import Plan, World
from syncd.store.base import Store

ROUNDS = 4
"""How often at most one tick looks and writes, when what it finds goes on changing."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a tick saw and would do, before it does anything."""

    observed: tuple[Observed, ...]
    state: State
    """As it is after looking."""
    delta: Delta
    """What looking changes in what is remembered."""
    plan: Plan | None
    """None where nothing changed and the last plan still holds."""
    held: str = ""
    """Why the plan must not be carried out unseen."""
    unread: tuple[str, ...] = ()
    """What diaries could not do, in sentences; a tick says it in its report."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What is understood anew."""
        return (*self.delta.facts, *(self.plan.facts if self.plan is not None else ()))

    @property
    def writes(self) -> list[Action]:
        """The actions that may be sent."""
        if self.held:
            return []
        open_ = {each.name for each in self.observed if each.writable}
        return [action for action in self.wanted if action.record.calendar in open_]

    @property
    def wanted(self) -> list[Action]:
        """The writes of the plan, whether or not they may be sent now."""
        return [a for a in self.plan.actions if sendable(a)] if self.plan is not None else []


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a tick did."""

    now: datetime
    looks: tuple[Look, ...]
    outcomes: tuple[Outcome, ...]
    notices: tuple[str, ...] = ()
    """What is to be known before it becomes a fault."""
    credited: Credited = field(default_factory=Credited)
    """What took place in the diaries."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What was understood, each once."""
        found = (*(fact for look in self.looks for fact in look.facts), *self.credited.facts)
        return tuple({fact.id: fact for fact in found}.values())

    @property
    def plan(self) -> Plan | None:
        """The plan of this tick, if one was made: the first, which what was seen led to."""
        return next((look.plan for look in self.looks if look.plan is not None), None)

    @property
    def unfinished(self) -> bool:
        """Whether something that was to be written was not even tried."""
        last = {id(action) for action in self.looks[-1].writes}
        return bool(last - {id(outcome.action) for outcome in self.outcomes})

    @property
    def held(self) -> str:
        """Why writes are held; empty where they are not."""
        return self.looks[-1].held or next(
            (f"calendar {o.name}: {o.doubt}" for o in self.looks[-1].observed if o.doubt), ""
        )

    @property
    def spoilt(self) -> list[str]:
        """What was left alone, since it cannot be understood or is there twice, in sentences."""
        seen = [o.absorbed for look in self.looks for o in look.observed if o.absorbed is not None]
        return list(dict.fromkeys(problem for each in seen for problem in each.problems))

    @property
    def errors(self) -> list[str]:
        """What calendars could not do, in sentences."""
        said = [str(o.error) for o in self.looks[-1].observed if o.error is not None]
        refused = [
            outcome.result.why
            for outcome in self.outcomes
            if outcome.result.fate in (Fate.LATER, Fate.REFUSED) and outcome.result.why
        ]
        return list(dict.fromkeys((*said, *self.credited.errors, *refused)))


def tick(
    roster: Roster,
    store: Store,
    calendars: Mapping[str, Calendar],
    now: datetime,
    progress: Progress | None = None,
    stopping: Callable[[], bool] = lambda: False,
    diaries: Mapping[str, Diary] | None = None,
    enough: Callable[[], bool] = lambda: False,
) -> Report:
    """One pass over everything, as of `now`; once `enough` says so, what is left to be written is
    left to the next. Raises StateError where the store cannot be used; what calendars and `diaries`
    cannot do is in the report."""
    with store.exclusive():
        return tick_from(
            store.load(), roster, store, calendars, now, progress, stopping, diaries, enough
        )


def tick_from(
    state: State,
    roster: Roster,
    store: Store,
    calendars: Mapping[str, Calendar],
    now: datetime,
    progress: Progress | None = None,
    stopping: Callable[[], bool] = lambda: False,
    diaries: Mapping[str, Diary] | None = None,
    enough: Callable[[], bool] = lambda: False,
) -> Report:
    """As `tick`, by whoever holds the `store` exclusively and has loaded `state` since."""
    looks: list[Look] = []
    outcomes: list[Outcome] = []
    since: list[Delta] = []  # of a thousand writes a hundred: taken in at once, when it matters

    def commit(delta: Delta) -> None:
        if delta:
            store.commit(delta)
            since.append(delta)

    def known() -> State:
        nonlocal state
        if since:
            state = applied(state, *since)
            since.clear()
        return state

    def rounds() -> None:
        listed: dict[str, datetime | None] = {}
        for _ in range(ROUNDS):
            seen = look(roster, known(), calendars, now, progress, listed)
            looks.append(seen)
            writes = seen.writes
            going = bool(writes) and not stopping()
            # What is made, and deleted before it was seen, need not be told of by a cursor of
            # before, nor what is deleted, and made again alike: where no look comes off after it,
            # the next one lists in full.
            unsure = {a.record.calendar for a in writes if going and a.act in _UNDONE_UNSEEN}
            held = {name: seen.state.calendars[name] for name in unsure}
            listed = {name: each.listed for name, each in held.items()}
            delta = _committed(seen, roster, state, now, writes)
            unlisted = {name: replace(each, listed=None) for name, each in held.items()}
            commit(replace(delta, calendars={**delta.calendars, **unlisted}))
            if not going:
                break
            done = apply(writes, calendars, commit, progress, stopping, enough)
            outcomes.extend(done)
            if not any(outcome.result.fate in _WORTH_A_LOOK for outcome in done):
                commit(Delta(calendars=held))
                break
            if enough():
                break

    rounds()
    told = Credited()
    if diaries and not stopping():  # after the marks, which say more than that a meeting was
        told = credit(roster, known(), diaries, now)
        commit(told.delta)
        if told.facts and not stopping():
            rounds()
    commit(Delta(settings=ticked(roster, known().settings)))
    return Report(now=now, looks=tuple(looks), outcomes=tuple(outcomes), credited=told)


_UNDONE_UNSEEN = (Act.CREATE, Act.DELETE)
_WORTH_A_LOOK = (Fate.APPLIED, Fate.STALE, Fate.TAKEN)


def look(
    roster: Roster,
    state: State,
    calendars: Mapping[str, Calendar],
    now: datetime,
    progress: Progress | None = None,
    listed: Mapping[str, datetime | None] | None = None,
) -> Look:
    """See what is there and plan upon it; `listed` as `observe` takes it. Writes nothing,
    anywhere."""
    observed = tuple(observe(roster, state, calendars, now, progress, listed))
    delta = _seen(observed, state, now)
    after = applied(state, delta) if delta else state
    silent = all(each.silent for each in observed)
    if silent and _still_holds(roster, state, now) and not _blind(state):
        return Look(observed=observed, state=after, delta=delta, plan=None, held=_held(state))
    new = met(roster, after, now.astimezone(ZoneInfo(roster.timezone)).date())
    if new:
        delta = replace(delta, acquaintances=new)
        after = applied(state, delta)
    told = heard(observed, roster, after, now)
    if told:
        delta = replace(
            delta,
            facts=(*delta.facts, *told.facts),
            settings={**delta.settings, **told.settings},
        )
        after = applied(state, delta)
    quiet = not told and not new and all(each.quiet for each in observed)
    if quiet and _still_holds(roster, state, now) and _blind(state) <= _unseen(observed):
        return Look(observed=observed, state=after, delta=delta, plan=None, held=_held(state))
    absent = {each.name: each.absent for each in observed if each.settled}
    missed = {
        name: each.doubtful
        for name, each in state.calendars.items()
        if f"approved:{name}" in state.settings
    }
    world = World(roster=roster, state=after, now=now, absent=absent, missed=missed)
    plan = planning.make(world)
    held = too_much(plan.actions, world.records)
    if held and deletions(plan.actions) <= approved(state):
        held = ""
    return Look(observed=observed, state=after, delta=delta, plan=plan, held=held)


def approved(state: State) -> frozenset[str]:
    """The UIDs of the entries of which somebody said that they may be deleted."""
    return frozenset(json.loads(state.settings.get("approved", "[]")))


def _still_holds(roster: Roster, state: State, now: datetime) -> bool:
    """Whether nothing happened since the last plan that could change it."""
    settings = state.settings
    planned, until = settings.get("planned"), settings.get("plan-until")
    return (
        planned is not None
        and until is not None
        # A clock that was ahead when it was planned is not waited for.
        and datetime.fromisoformat(planned) <= now < datetime.fromisoformat(until)
        and settings.get("roster") == roster.digest
        and settings.get("planned-revision") == str(state.revision)
        and "unsettled" not in settings
    )


def _unseen(observed: tuple[Observed, ...]) -> frozenset[str]:
    """The calendars that could not be read, or not without doubt."""
    return frozenset(each.name for each in observed if not each.settled)


def _blind(state: State) -> frozenset[str]:
    """Those without which the last plan was made: what it put off is due once one can be read."""
    return frozenset(json.loads(state.settings.get("planned-without", "[]")))


def _held(state: State) -> str:
    return state.settings.get("held", "")


def _seen(observed: tuple[Observed, ...], state: State, now: datetime) -> Delta:
    """What looking changes in what is remembered."""
    records: list[Record] = []
    facts = []
    foreign: dict[str, dict[str, str]] = {}
    foreign_gone: dict[str, frozenset[str]] = {}
    calendars: dict[str, CalendarState] = {}
    read = any(each.absorbed is not None and each.absorbed.records for each in observed)
    before = {(r.calendar, r.uid): r for r in state.records} if read else {}
    for each in observed:
        if each.state != state.calendars.get(each.name):
            calendars[each.name] = each.state
        if each.absorbed is None:
            continue
        records += [
            record
            for record in each.absorbed.records.values()
            if before.get((record.calendar, record.uid)) is not record
        ]
        facts += read_back(each.absorbed.facts, each.absorbed.withdrawn, state.facts, now)
        adopted = {record.href for record in each.absorbed.adopted}
        gone = each.foreign_gone | (adopted & state.foreign.get(each.name, {}).keys())
        if each.absorbed.foreign:
            foreign[each.name] = dict(each.absorbed.foreign)
        if gone:
            foreign_gone[each.name] = frozenset(gone)
    return Delta(
        records=tuple(records),
        facts=tuple(facts),
        foreign=foreign,
        foreign_gone=foreign_gone,
        calendars=calendars,
        settings={
            name: None
            for each in observed
            if each.settled and (name := f"approved:{each.name}") in state.settings
        },
    )


def _committed(
    seen: Look, roster: Roster, state: State, now: datetime, writes: list[Action]
) -> Delta:
    """All that must be remembered before anything is written."""
    settings: dict[str, str | None] = dict(seen.delta.settings)
    if seen.plan is None:
        return seen.delta
    plan = seen.plan
    settings["plan-until"] = plan.until.isoformat()
    settings["planned"] = now.isoformat()
    settings["roster"] = roster.digest
    settings["planned-revision"] = str(state.revision)
    unseen = sorted(_unseen(seen.observed))
    settings["planned-without"] = json.dumps(unseen) if unseen else None
    # Until a look finds that all was done: whatever ends this tick, or keeps a calendar from being
    # written, the next one plans anew.
    settings["unsettled"] = "1" if seen.wanted else None
    gone = deletions(plan.actions)
    settings["held"] = seen.held or None
    settings["held-deletions"] = json.dumps(sorted(gone)) if seen.held else None
    if not gone & approved(state):  # carried out, or not wanted any more
        settings["approved"] = None
    changed = {(record.calendar, record.uid): record for record in seen.delta.records}
    sent = {id(action) for action in writes}
    writable = {each.name for each in seen.observed if each.writable and not seen.held}
    kept = [r for r in plan.records if not r.item or r.base or r.calendar in writable]
    for record in (*kept, *(a.record for a in plan.actions if id(a) not in sent)):
        changed[record.calendar, record.uid] = record
    for record in intended(writes):
        changed[record.calendar, record.uid] = record
    released = [a for a in plan.actions if a.act is Act.RELEASE and not seen.held]
    for record in intended(released):
        changed[record.calendar, record.uid] = record
    for record in seen.state.records:
        if record.leaving is not None and record.fate is RecordFate.LIVE and not record.item:
            # It was to be removed, is there, and is wanted again: what happens to it is not ours.
            changed.setdefault((record.calendar, record.uid), record)
    deleted = {(a.record.calendar, a.record.uid) for a in plan.actions if a.act is Act.DELETE}
    read = {each.name for each in seen.observed if each.error is None}
    for name, record in changed.items():
        goes = name in deleted or record.item
        if record.leaving is not None and record.calendar in read and not goes:
            changed[name] = replace(record, leaving=None)
    settings = {k: v for k, v in settings.items() if state.settings.get(k) != v}
    before = {(record.calendar, record.uid): record for record in state.records}
    return replace(
        seen.delta,
        facts=(*seen.delta.facts, *plan.facts),
        records=tuple(r for key, r in changed.items() if before.get(key) != r and _real(r, before)),
        forgotten=plan.forgotten,
        settings=settings,
    )


def _real(record: Record, before: Mapping[tuple[str, str], Record]) -> bool:
    """Whether a record is worth remembering: one that was only planned and not sent is not."""
    known = (record.calendar, record.uid) in before
    return known or record.seen is not None or record.intent is not None


__all__ = ["Look", "Report", "look", "tick", "tick_from"]
