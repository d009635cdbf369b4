"""The verbs that keep a deployment going: how it is doing, what is held let go or written anew, and
everything taken out again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from syncd.calendars.base import Progress
from syncd.engine.apply import Outcome, apply, intended, recorded
from syncd.engine.deciding import decisions
from syncd.engine.freshening import APPROVED, DOUBTED, state_name
from syncd.engine.kept import read
from syncd.engine.notices import left_behind
from syncd.engine.service import Service
from syncd.engine.tick import look
from syncd.errors import UsageError
from syncd.model import facts as journal
from syncd.model.keys import Key, Kind
from syncd.model.records import CalendarState, Delta, Fate, Pause, Record, State
from syncd.reconcile.actions import Act, Action
from syncd.reconcile.events import Said
from syncd.reconcile.guards import absence_digest, deletions
from syncd.reconcile.recall import recalled


@dataclass(frozen=True, kw_only=True)
class Status:
    """How a deployment is doing."""

    last_tick: datetime | None
    next_tick: datetime | None
    """About when, where somebody said that the daemon is at work; None where nobody did."""
    calendars: Mapping[str, CalendarState]
    """The calendars of the config, then those whose meetings count."""
    books: Mapping[str, CalendarState]
    """The address books, by what messages call them."""
    outside: tuple[str, ...]
    """Who in them is left out, in sentences with what to do."""
    held: str
    """Why writes are held; empty where they are not."""
    doubtful: Mapping[str, tuple[Record, ...]]
    """By calendar: the entries whose absence is in doubt."""
    resting: Mapping[str, str]
    """By block: why it takes nobody."""
    broken: str
    """By what fault of ours the last tick broke off; empty where it came off."""
    refused: tuple[Record, ...]
    """Entries whose writing the server refuses."""
    notices: tuple[str, ...]
    """What is to be known of calendars before it becomes a fault."""
    pauses: tuple[Pause, ...]
    """Those that hold."""
    said: tuple[Said, ...]
    """What the user said by events of their own and is not done with: days away, people to be
    added, what was not understood."""
    idle: Mapping[str, str]
    """By person's id: why nothing is planned for them."""
    facts: int
    """How many contacts are in the journal."""
    open: int
    """How many people have an open contact event."""

    @property
    def failing(self) -> bool:
        """Whether a calendar cannot be used."""
        return any(each.error for each in self.calendars.values())


def status(service: Service, *, ticking: bool = False) -> Status:
    """How it is doing, as remembered: no calendar is asked. `ticking` says that the daemon is at
    work."""
    state, plan = service.offline()
    now = service.clock()
    today = now.astimezone(service.zone).date()
    records = {(record.calendar, record.uid): record for record in state.records}
    calendars = {
        name: state.calendars.get(name, CalendarState())
        for name in (*service.roster.calendars, *(each.name for each in service.roster.diaries))
    }
    known = journal.effective(list(state.facts))
    looked = (calendars[name].succeeded for name in service.roster.calendars)
    last = max((each for each in looked if each), default=None)
    poll = service.roster.poll
    return Status(
        last_tick=last,
        next_tick=max(last or now, now - poll) + poll if ticking else None,
        calendars=calendars,
        books={
            book.name: state.calendars.get(state_name(book), CalendarState())
            for book in service.roster.books
        },
        outside=_outside(service, state),
        held=state.settings.get("held", ""),
        doubtful={
            name: found
            for name, each in calendars.items()
            if (found := tuple(_doubted(each, name, records)))
        },
        resting=dict(plan.resting),
        broken=state.settings.get("broken", ""),
        refused=tuple(_refused(service, state)),
        notices=(*service.notices(), *left_behind(service.roster, state, now)),
        pauses=tuple(p for p in state.pauses if p.until is None or p.until > today),
        said=tuple(
            said for _, said in sorted(recalled(state.settings, service.roster, today).items())
        ),
        idle={
            id: each.reason
            for id, each in plan.positions.items()
            if each.reason and each.person.strategy is None
        },
        facts=sum(each.outcome is not journal.Outcome.SNOOZED for each in known),
        open=sum(1 for stand in plan.standings.values() if stand.record.seen is not None),
    )


def _outside(service: Service, state: State) -> tuple[str, ...]:
    books = service.roster.books
    if not books:
        return ()
    from syncd.engine.addressbooks import sentences  # what knows numbers is heavy

    kept = {book.name: read(book.file) for book in books}
    return sentences(service.roster, kept, decisions(state.settings))


def _doubted(
    calendar: CalendarState, name: str, records: Mapping[tuple[str, str], Record]
) -> Iterator[Record]:
    # What restore has seen to is in doubt no more, though the next tick is still to write it.
    for uid in calendar.doubtful:
        record = records.get((name, uid))
        if record is not None and record.fate is Fate.LIVE:
            yield record


def _refused(service: Service, state: State) -> Iterator[Record]:
    """The entries that a calendar turned down, but those that were made under a later id."""
    made = {_attempt(record) for record in state.records if record.fate is Fate.LIVE}
    for record in state.records:
        if not record.why or record.calendar not in service.roster.calendars:
            continue
        again = record.fate is Fate.REMOVED and _attempt(record) not in made
        if record.fate is Fate.LIVE or again:
            yield record


def _attempt(record: Record) -> Key:
    """What a record's key names, whichever generation it is of."""
    return replace(record.key, generation=0)


def signed_in(service: Service, calendars: Iterable[str]) -> None:
    """Forget what failed with `calendars` before somebody signed in; the next tick says anew."""
    known = service.store.load().calendars
    anew = {
        name: replace(known[name], error="", failing_since=None)
        for name in calendars
        if name in known and known[name].error
    }
    if anew:
        service.store.commit(Delta(calendars=anew, verb=True))


def approve(service: Service) -> str:
    """Let exactly what is held stand; the next tick carries it out. Gives what was approved, in
    words. Raises UsageError where nothing is held."""
    state = service.store.load()
    settings: dict[str, str | None] = {}
    said: list[str] = []
    for name, each in state.calendars.items():
        if each.doubtful:
            settings[f"approved:{name}"] = absence_digest(each.doubtful)
            said.append(f"{len(each.doubtful)} entries are gone from {name}")
    for book in service.roster.books:
        if doubted := state.settings.get(DOUBTED + book.name):
            settings[APPROVED + book.name] = doubted
            said.append(f"those who are gone from address book {book.name} go")
    if state.settings.get("held"):
        found = service.plan()
        gone = deletions(found.plan.actions) if found.plan is not None else frozenset()
        shown = frozenset(json.loads(state.settings.get("held-deletions", "[]")))
        if not gone <= shown:
            raise UsageError(
                "What is held has changed since it was last looked at; nothing was approved. "
                "Next: syncd sync, then syncd status shows what it is now."
            )
        settings["approved"] = json.dumps(sorted(shown))
        said.append(state.settings["held"].replace("it would delete", "delete"))
    if not said:
        raise UsageError("Nothing is held.")
    service.store.commit(Delta(settings=settings, verb=True))
    return "; ".join(said)


def restore(service: Service) -> int:
    """Have what is missing in doubt written anew, under the next generation, by the next tick.
    Gives how many entries. Raises UsageError where nothing is missing."""
    with service.store.exclusive():
        state = service.store.load()
        known = journal.effective(list(state.facts))
        told = {fact.entry for fact in known if fact.outcome is not journal.Outcome.SNOOZED}
        used = {record.uid for record in state.records}
        records: list[Record] = []
        for record in state.records:
            doubtful = state.calendars.get(record.calendar, CalendarState()).doubtful
            if record.uid not in doubtful or record.seen is None or record.fate is not Fate.LIVE:
                continue
            if record.key.kind is Kind.CONTACT and record.uid in told:
                records.append(replace(record, fate=Fate.GONE))  # history: the journal has it
                continue
            key = record.key.next_generation()
            while key.encode(service.roster.deployment) in used:
                key = key.next_generation()
            uid = key.encode(service.roster.deployment)
            used.add(uid)
            stands = record.seen.trace or (record.base.trace if record.base else "")
            anew = replace(record.seen, uid=uid, trace=stands)
            records.append(replace(record, fate=Fate.REMOVED))
            records.append(Record(calendar=record.calendar, uid=uid, key=key, intent=anew))
        if not records:
            raise UsageError("Nothing is missing.")
        service.store.commit(Delta(records=tuple(records), verb=True))
    return sum(1 for record in records if record.fate is Fate.LIVE)


def clearing(service: Service, calendar: str | None = None) -> list[Action]:
    """What `clear` would take out: every entry whose id is this deployment's, of one calendar with
    the tasks that go with it, or of all. Reads the calendars in full; writes nothing. Raises
    UsageError for an unknown calendar, CalendarError for one that cannot be read."""
    if calendar is not None and calendar not in service.roster.calendars:
        known = ", ".join(service.roster.calendars)
        raise UsageError(f"There is no calendar called «{calendar}». There are: {known}.")
    wanted = {calendar, service.roster.calendars[calendar].tasks} if calendar else None
    state = service.store.load()
    anew = {name: replace(each, listed=None) for name, each in state.calendars.items()}
    found = look(
        service.roster,
        replace(state, calendars=anew),
        service.calendars(state),
        service.clock(),
    )
    for each in found.observed:
        if each.error is not None and (wanted is None or each.name in wanted):
            raise each.error
    gone = {(each.name, uid) for each in found.observed for uid in each.absent}
    return [
        Action(
            act=Act.DELETE,
            record=record,
            entry=record.seen,
            reason="syncd made it",
            fate=Fate.REMOVED,
            asked=True,
        )
        for record in found.state.records
        if record.seen is not None
        and record.fate is Fate.LIVE
        and (record.calendar, record.uid) not in gone
        and record.calendar in service.roster.calendars
        and (wanted is None or record.calendar in wanted)
    ]


def clear(
    service: Service, actions: list[Action], progress: Progress | None = None
) -> list[Outcome]:
    """Take out what `clearing` gave, but for what has changed since. The journal stays."""
    with service.store.exclusive():
        state = service.store.load()
        books = {(record.calendar, record.uid): record for record in state.records}
        held: list[Action] = []
        for action in actions:
            shown = action.record
            record = books.get((shown.calendar, shown.uid), shown)
            if (record.version, record.fate) == (shown.version, shown.fate):
                held.append(replace(action, record=record))
        service.store.commit(Delta(records=intended(held), verb=True))
        outcomes = apply(held, service.calendars(state), service.store.commit, progress)
        told = {(o.action.record.calendar, o.action.record.uid): o for o in outcomes}
        left: list[Record] = []
        for action in held:
            outcome = told.get((action.record.calendar, action.record.uid))
            if outcome is None or not outcome.done:  # not sent, or turned down
                record = recorded(outcome) if outcome is not None else action.record
                left.append(replace(record, leaving=None))
        names = {record.calendar for record in left} & state.calendars.keys()
        anew = {name: replace(state.calendars[name], listed=None) for name in names}
        service.store.commit(Delta(records=tuple(left), calendars=anew, verb=True))
        return outcomes
