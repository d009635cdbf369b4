"""A year with everything: two hundred people let in by a ramp, strategies and dates, and meetings
that count. Judged day by day by the same oracle as the plain one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random

from syncd.calendars.base import Diary
from syncd.engine.tick import Report, tick
from syncd.model.facts import CLOSING, Outcome, Source, effective
from syncd.model.keys import Kind, decode
from syncd.model.meetings import Meeting
from syncd.model.occasions import Occasion
from syncd.model.people import Period, Person, Strategy, whose
from syncd.model.roster import Credit, Ramp, Roster
from syncd.reconcile.occurrences import instant
from syncd.reconcile.ramp import allowed
from tests.year import cast
from tests.year.cast import BEGIN, DEPLOYMENT, ZONE, settings
from tests.year.test_year import Household, live

PEOPLE = 200
RAMP = Ramp(start=6, add=12, every=Period(months=1))
STRATEGIES = {
    "clients": (
        Strategy(name="coffee", channel="coffee", every=Period(months=6), lasts=timedelta(hours=1)),
        Strategy(
            name="holidays",
            channel="card",
            on=Occasion(name="Holiday card", month=12, day=24),
            lead=Period(days=21),
            title="Holiday card",
            counts=False,
        ),
    ),
    "friends": (
        Strategy(
            name="birthday-card",
            channel="card",
            occasion="birthday",
            lead=Period(days=10),
            counts=False,
        ),
        Strategy(name="birthday-call", channel="call", occasion="birthday"),
    ),
}


class Table:
    """A diary in memory: meetings that take place as the year goes by."""

    name, memo = "home/Personal", ""

    def __init__(self) -> None:
        self.held: list[Meeting] = []

    def meetings(self, since: datetime, until: datetime) -> tuple[Meeting, ...]:
        return tuple(m for m in self.held if since < instant(m.end) <= until)

    def close(self) -> None:
        """Nothing is held open."""


def roster(random: Random) -> Roster:
    plain = cast.roster(random)
    people: dict[str, Person] = {}
    names = list(plain.lists)
    for n in range(PEOPLE):
        born = date(1950 + n % 50, 1, 1) + timedelta(days=random.randrange(365))
        birthday = Occasion(name="birthday", month=born.month, day=born.day, year=born.year)
        known = random.random() < 0.7
        people[f"p-{n}"] = Person(
            id=f"p-{n}",
            name=f"Person {n}",
            list=names[n % len(names)],
            further=("friends",) if n % 17 == 0 and names[n % len(names)] != "friends" else (),
            phone="+49 30 901820",
            email=f"p{n}@example.org",
            last_contact=BEGIN.date() - timedelta(days=random.randrange(300)) if known else None,
            dates=(birthday,) if n % 3 == 0 else (),
            liked=n % 10 == 0,
            where=f"people.yaml:{n}",
        )
    lists = {
        name: replace(each, strategies=STRATEGIES.get(name, ()))
        for name, each in plain.lists.items()
    }
    diary = replace(settings("home"), name=Table.name, calendar="Personal")
    made = replace(
        plain, people=people, lists=lists, ramp=RAMP, credit=Credit(diaries=(diary,)), digest=""
    )
    return replace(made, digest=repr(made)[:4000])


@dataclass(kw_only=True)
class FullHousehold(Household):
    """The household, and a diary in which somebody is met now and then."""

    table: Table = field(default_factory=Table)
    met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.roster = roster(Random(self.seed))

    def tick(self) -> Report:
        diaries: Mapping[str, Diary] = {Table.name: self.table}
        report = tick(self.roster, self.store, self.calendars, self.now, diaries=diaries)
        assert not report.held and not report.errors, (self.now, report.held, report.errors)
        self.wrote.update(each.action.act.value for each in report.outcomes if each.done)
        self.check()
        return report

    def check(self) -> None:
        if self.now.weekday() % 3:  # looking costs more than planning
            return
        super().check()
        state = self.state
        inside = {id for id, each in state.acquaintances.items() if each.admitted is not None}
        since = min(a.admitted for a in state.acquaintances.values() if a.admitted is not None)
        assert len(inside) <= allowed(RAMP, since, self.now.date())
        dated: list[str] = []
        for entry in self.entries:
            key = decode(entry.uid, DEPLOYMENT)
            if key is None or key.kind is Kind.BLOCK:
                continue
            if key.kind is Kind.CONTACT:
                assert whose(key.subject) in inside, entry.title
            elif entry.start > self.now.date():  # type: ignore[operator]
                dated.append(key.subject)
        assert len(dated) == len(set(dated))  # of each date only the next one

    def day(self, *, act: bool = True) -> None:
        """The user at work, a tick at night and, once a week, one that finds nothing."""
        self.now = self.now.replace(hour=20, minute=0)
        if act and self.entries:
            self.user.act(self.now)
        self.tick()
        if self.now.weekday() == 0:
            self.now = self.now.replace(minute=2)
            quiet = self.tick()
            assert not quiet.outcomes, [each.action for each in quiet.outcomes]
        self.now = datetime.combine(self.now.date() + timedelta(days=1), self.now.time(), ZONE)

    def meet(self, day: int, random: Random) -> None:
        """Somebody comes to a meeting on some days; some are moved after they took place."""
        if random.random() < 0.4:
            who = random.choice(list(self.roster.people.values()))
            start = datetime.combine(self.now.date(), time(random.randrange(9, 18)), ZONE)
            self.met[who.id] += 1
            self.table.held.append(
                Meeting(
                    uid=f"m{day}",
                    original=None,
                    start=start,
                    end=start + timedelta(hours=1),
                    title=f"Lunch with {who.name}",
                    emails=frozenset({str(who.email)}),
                )
            )
        elif self.table.held and random.random() < 0.1:
            last = self.table.held[-1]
            moved = timedelta(hours=2)
            self.table.held[-1] = replace(
                last,
                start=last.start + moved,
                end=last.end + moved,  # type: ignore[operator]
            )


def test_a_year_with_everything() -> None:
    household = FullHousehold(seed=11)
    random = Random(12)
    live(household, 365, lambda day: household.meet(day, random))
    facts = effective(list(household.state.facts))
    credited = Counter(fact.person for fact in facts if fact.source is Source.MEETING)
    voided = {f.supersedes for f in household.state.facts if f.supersedes}
    lost = [f.id for f in household.state.facts if f.source is Source.MEETING and f.id in voided]
    ended = {m for m in household.met if household.met[m]}
    assert credited and set(credited) <= ended
    for who, count in credited.items():
        assert count <= household.met[who], who  # once each, however often it was moved
    assert sum(credited.values()) + len(lost) >= sum(household.met.values()) - 2
    kinds = Counter(whose(f.person) != f.person for f in facts if f.outcome is Outcome.REACHED)
    assert kinds[True] > 50 and kinds[False] > 100
    cards = [f for f in facts if f.channel == "card" and f.outcome in CLOSING]
    assert len({(f.person, f.touch) for f in cards}) == len(cards)
    print(household.wrote, Counter(fact.outcome for fact in facts), len(credited))
