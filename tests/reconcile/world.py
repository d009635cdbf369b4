"""Small worlds for the planner: people, a calendar that does as it is told, and a user.

Nothing but the pure core is used, and of the engine the two functions that say what a write and a
look leave in the books.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncd.calendars.base import Fate as WriteFate
from syncd.calendars.base import Result
from syncd.engine.apply import Outcome, intended, recorded, sendable
from syncd.model.blocks import Block
from syncd.model.entries import Entry, Sighting
from syncd.model.facts import Fact, effective
from syncd.model.keys import Key, Kind
from syncd.model.people import ContactList, Person
from syncd.model.records import Acquaintance, Delta, Fate, Record, State, applied
from syncd.model.roster import CalendarSettings, Roster, Secret
from syncd.reconcile import plan as planning
from syncd.reconcile.absorb import seen
from syncd.reconcile.actions import WRITES, Act, Action
from syncd.reconcile.plan import Plan
from tests.household import clients, weekly

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 12, 1, 8, 0, tzinfo=ZONE)
"""A Tuesday; the block is on Thursdays at ten."""
DEPLOYMENT = "core"
SETTINGS = CalendarSettings(
    name="home",
    provider="caldav",
    url="http://127.0.0.1:9/",
    username="ann",
    password=Secret(value="secret"),
    calendar="Outreach",
)


def roster(
    *people: Person,
    blocks: Iterable[Block] | None = None,
    lists: Iterable[ContactList] | None = None,
    timezone: str = "Europe/Berlin",
) -> Roster:
    """Those people; by default in one list that one block serves."""
    return Roster(
        timezone=timezone,
        deployment=DEPLOYMENT,
        poll=timedelta(minutes=2),
        database=None,
        calendars={"home": SETTINGS},
        blocks={each.name: each for each in (weekly(),) if blocks is None}
        | {each.name: each for each in blocks or ()},
        lists={each.name: each for each in lists or (clients(),)},
        people={each.id: each for each in people},
    )


@dataclass(kw_only=True)
class Room:
    """A deployment in the mind: state, roster, clock, and what was planned last."""

    roster: Roster
    now: datetime = NOW
    state: State = field(default_factory=State)
    gone: set[str] = field(default_factory=set)
    versions: int = 0
    holds: Callable[[Entry], Entry] = lambda entry: entry
    """What the calendar makes of an entry that is written."""

    def __post_init__(self) -> None:
        self.meet()

    def meet(self) -> None:
        """People whom config has and who were never seen are seen now."""
        new = {
            id: Acquaintance(first_seen=self.now.astimezone(ZONE).date(), seat=seat)
            for seat, id in enumerate(self.roster.people)
            if id not in self.state.acquaintances
        }
        self.state = applied(self.state, Delta(acquaintances=new))

    def plan(self, now: datetime | None = None) -> Plan:
        """What would be done."""
        return planning.make(
            planning.World(
                roster=self.roster,
                state=self.state,
                now=now or self.now,
                absent={"home": frozenset(self.gone)},
            )
        )

    def tick(self) -> Plan:
        """Plan once, and do it."""
        plan = self.plan()
        self.carry_out(plan)
        return plan

    def settle(self) -> Plan:
        """Plan and do until nothing is left to do; gives the first plan, which had to settle it."""
        first = self.tick()
        for _ in range(3):
            if not writes(self.tick()):
                return first
        raise AssertionError("it never settles")

    def carry_out(self, plan: Plan) -> None:
        """All of `plan` comes off."""
        self.state = applied(self.state, Delta(facts=plan.facts, records=plan.records))
        done = []
        for action in plan.actions:
            if action.act in WRITES:
                self.versions += 1
                result = Result(
                    fate=WriteFate.APPLIED,
                    href=f"/{action.record.uid}.ics",
                    version=str(self.versions),
                    entry=self.holds(action.entry) if action.entry else None,
                )
                done.append(recorded(Outcome(action=action, result=result)))
            else:
                done += intended([action])
        self.state = applied(self.state, Delta(records=tuple(done)))
        self.gone.clear()

    def turned_away(self) -> Plan:
        """Plan once; nothing of it arrives in the calendar."""
        plan = self.plan()
        about = intended([action for action in plan.actions if sendable(action)])
        changed = Delta(facts=plan.facts, records=(*plan.records, *about))
        self.state = applied(self.state, changed)
        return plan

    # -- looking

    def record(self, who: str = "ann-lee", attempt: int | None = None) -> Record:
        """Their newest contact event that was made."""
        found = [
            record
            for record in self.state.records
            if record.key.kind is Kind.CONTACT and record.key.subject == who
            if attempt is None or record.key.attempt == attempt
        ]
        return max(found, key=lambda record: record.key)

    def entry(self, who: str = "ann-lee", attempt: int | None = None) -> Entry:
        """Their newest contact event."""
        seen = self.record(who, attempt).seen
        assert seen is not None
        return seen

    def live(self, who: str = "ann-lee") -> list[Entry]:
        """Their contact events that are in the calendar."""
        theirs = (r for r in self.state.records if r.key.subject == who and r.fate is Fate.LIVE)
        return [record.seen for record in theirs if record.seen is not None]

    def series(self) -> Record:
        """The block's series."""
        return next(record for record in self.state.records if record.key.kind is Kind.BLOCK)

    def facts(self, who: str = "ann-lee") -> list[Fact]:
        """The journal of one person, what holds of it."""
        return [fact for fact in effective(list(self.state.facts)) if fact.person == who]

    def outcomes(self, who: str = "ann-lee") -> list[str]:
        """In words."""
        return [fact.outcome.value for fact in self.facts(who)]

    # -- the user

    def edit(self, record: Record, **fields: Any) -> Record:
        """The user changes an entry, and we look at it."""
        assert record.seen is not None
        self.versions += 1
        sighting = Sighting(
            href=f"/{record.uid}.ics",
            version=str(self.versions),
            entry=replace(record.seen, **fields),
            body="as it is there",
        )
        return self.show(record, sighting)

    def show(self, record: Record, sighting: Sighting) -> Record:
        """The calendar shows an entry."""
        after = seen(record, sighting)
        self.state = applied(self.state, Delta(records=(after,)))
        return after

    def mark(self, form: str, who: str = "ann-lee", attempt: int | None = None) -> None:
        """The user edits a title: `x {}`."""
        record = self.record(who, attempt)
        assert record.seen is not None
        self.edit(record, title=form.format(record.seen.title))

    def drag(self, start: datetime | date, who: str = "ann-lee") -> None:
        """The user moves an entry."""
        entry = self.entry(who)
        self.edit(self.record(who), start=start, end=start + (entry.end - entry.start))  # type: ignore[operator]

    def delete(self, record: Record) -> None:
        """The user deletes an entry."""
        self.gone.add(record.uid)

    def later(self, **span: float) -> None:
        """Time passes, by the wall clock."""
        self.now += timedelta(**span)

    def at(self, day: str, clock: str = "08:00") -> None:
        """It is then."""
        self.now = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), ZONE)

    def log(self, **said: Any) -> None:
        """A fact comes into the journal from elsewhere."""
        self.state = applied(self.state, Delta(facts=(Fact(**said),), verb=True))

    def people(self, *people: Person) -> None:
        """The people file says something else."""
        self.roster = replace(self.roster, people={each.id: each for each in people})
        self.meet()


def writes(plan: Plan) -> list[Action]:
    """The actions of `plan` that change a calendar."""
    return [action for action in plan.actions if action.act in WRITES]


def acts(plan: Plan, kind: Kind = Kind.CONTACT) -> list[Act]:
    """What `plan` does to contact events, or to blocks."""
    return [action.act for action in plan.actions if action.record.key.kind is kind]


def key(attempt: int = 1, day: date = date(2026, 12, 3), generation: int = 0) -> Key:
    """One of Ann's."""
    return Key(
        kind=Kind.CONTACT, subject="ann-lee", day=day, attempt=attempt, generation=generation
    )
