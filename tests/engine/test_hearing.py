"""Events of the user's own, over time: the people files change, the events are edited, moved and
deleted, what was read is undone, the database is lost. In memory, through the whole tick."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.calendars.memory import MemoryCalendar
from syncd.engine.service import Service
from syncd.engine.tick import Report, tick
from syncd.engine.upkeep import status
from syncd.model.entries import Entry
from syncd.model.facts import Fact, Source
from syncd.model.keys import Kind, decode
from syncd.model.people import Period, Person
from syncd.model.records import Delta
from syncd.model.roster import Roster
from syncd.reconcile.actions import Act
from syncd.reconcile.events import Away, Proposed, Said
from syncd.reconcile.recall import heard_of
from syncd.store import open_store
from syncd.store.base import Store
from tests.household import clients, person, weekly
from tests.length import often
from tests.reconcile.world import DEPLOYMENT, NOW, SETTINGS, ZONE, roster

ANN, BOB = person("Ann Lee"), person("Bob Roy", email="bob@example.org")
EVENT = "own-1"


@dataclass(kw_only=True)
class Home:
    """A deployment with one calendar, and its user."""

    roster: Roster = field(default_factory=lambda: roster(ANN, BOB))
    store: Store = field(default_factory=lambda: open_store("memory:"))
    calendar: MemoryCalendar = field(default_factory=lambda: MemoryCalendar("home"))
    now: datetime = NOW

    def tick(self) -> Report:
        calendars = dict.fromkeys(self.roster.calendars, self.calendar)
        report = tick(self.roster, self.store, calendars, self.now)
        assert not report.held and not report.errors, (report.held, report.errors)
        return report

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)

    def people(self, *people: Person) -> None:
        everybody = {each.id: each for each in people}
        self.roster = replace(self.roster, people=everybody, digest=repr(people))
        self.tick()

    def lose_database(self) -> None:
        self.store = open_store("memory:")

    def event(self, title: str, start: datetime | date | None = None, uid: str = EVENT) -> None:
        """The user makes an event, and it is read."""
        begin = start or self.now
        long = timedelta(hours=1) if isinstance(begin, datetime) else timedelta(days=1)
        self.calendar.put(Entry(uid=uid, title=title, start=begin, end=begin + long))
        self.tick()

    def edit(self, **fields: Any) -> None:
        """The user changes it, and it is read."""
        if "start" in fields:
            fields["end"] = fields["start"] + timedelta(hours=1)
        self.calendar.edit(EVENT, **fields)
        self.tick()

    @property
    def service(self) -> Service:
        return Service(
            roster=self.roster,
            store=self.store,
            calendars=lambda state: {"home": self.calendar},
            clock=lambda: self.now,
        )

    def facts(self) -> list[Fact]:
        return self.service.history(None)

    def told(self) -> list[tuple[str, str, str]]:
        """Whom the journal names, with what, and the note."""
        return [(each.person, each.outcome.value, each.note) for each in self.facts()]

    def said(self) -> list[Said]:
        return list(status(self.service).said)

    def contacts(self, name: str) -> list[Entry]:
        keys = ((decode(each.uid, DEPLOYMENT), each) for each in self.calendar.entries())
        found = [(k, e) for k, e in keys if k and k.kind is Kind.CONTACT and k.subject == name]
        return [entry for _, entry in sorted(found, key=lambda each: each[0])]


@pytest.fixture
def home() -> Home:
    made = Home()
    made.tick()
    return made


# -- who was meant stays meant

SECOND = person("Ann Roy")
RENAMED = person("Ann Moe", formerly=("ann-lee",))


@pytest.mark.parametrize("name", ["Ann", "Ann Lee"])
@pytest.mark.parametrize(
    "people", [(ANN, SECOND), (BOB,), (RENAMED, BOB), (SECOND,), (RENAMED, SECOND)]
)
def test_who_was_meant_stays_meant_whatever_the_people_files_say(
    home: Home, name: str, people: tuple[Person, ...]
) -> None:
    home.event(f"x {name} hi")
    home.people(*people)
    home.edit(text="we met at the fair")
    assert home.told() == [("ann-lee", "reached", "hi")] and home.said() == []
    today = "ann-moe" if RENAMED in people else "ann-lee"
    home.edit(title=f"x {name} hi there")
    assert home.told() == [(today, "reached", "hi there")]
    home.edit(title=f"m {name} hi there")
    assert home.told() == [(today, "left-message", "hi there")]


@given(
    people=st.lists(
        st.sets(st.sampled_from([ANN, BOB, SECOND, person("Ann")]), min_size=1), max_size=4
    ),
    name=st.sampled_from(["Ann", "Ann Lee", "ann lee"]),
    days=st.integers(0, 40),
)
@settings(max_examples=often(25, 250))
def test_an_edit_of_anything_else_changes_nothing(
    people: list[set[Person]], name: str, days: int
) -> None:
    home = Home()
    home.tick()
    home.event(f"i {name}, new job")
    (fact,) = home.facts()
    for n, each in enumerate(people):
        home.later(days=days)
        home.people(*each)
        home.edit(text=f"edit {n}")
    assert [each for each in home.facts() if each.source is Source.EVENT] == [fact]


def test_another_name_is_another_person(home: Home) -> None:
    home.event("x Ann hi")
    home.people(ANN, SECOND, BOB)
    home.edit(title="x Ann Roy hi")
    assert home.told() == [("ann-roy", "reached", "hi")]
    home.edit(title="x Bob hi")
    assert home.told() == [("bob-roy", "reached", "hi")]
    home.edit(title="x Anne hi")
    assert home.told() == []


def test_a_contact_that_was_another_persons_counts_where_it_would_have(home: Home) -> None:
    home.event("x Ann Lee")
    assert home.contacts("ann-lee") == [] and home.contacts("bob-roy")
    (ann,) = home.facts()
    home.edit(title="x Bob Roy")
    assert home.contacts("ann-lee") and home.contacts("bob-roy") == []
    (bob,) = home.facts()
    assert bob.entry != ann.entry and (bob.person, bob.touch) == ("bob-roy", date(2026, 12, 3))


def test_what_was_read_before_any_of_it_was_remembered_stands(home: Home) -> None:
    home.event("x Ann Lee hi")
    facts = home.facts()
    home.store.commit(Delta(settings={heard_of(EVENT): None}))
    home.people(SECOND, BOB)
    home.later(days=40)
    home.edit(text="z")
    assert [each for each in home.facts() if each.source is Source.EVENT] == facts


# -- what was taken back


@pytest.mark.parametrize(
    "edit", [{"text": "z"}, {"title": "x Ann Lee, hello"}, {"start": NOW - timedelta(days=2)}]
)
def test_what_was_undone_stays_undone(home: Home, edit: dict[str, Any]) -> None:
    home.event("x Ann Lee hi")
    home.service.undo("ann")
    home.edit(**edit)
    assert home.told() == []
    home.calendar.forget()  # and is read anew
    home.later(days=2)
    home.tick()
    assert home.told() == []


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("m Ann Lee hi", ("ann-lee", "left-message", "hi")),
        ("i Ann Lee hi", ("ann-lee", "reached", "hi")),
        ("x Bob Roy hi", ("bob-roy", "reached", "hi")),
    ],
)
def test_another_mark_or_name_counts_after_an_undo(
    home: Home, title: str, told: tuple[str, str, str]
) -> None:
    home.event("x Ann Lee hi")
    home.service.undo("ann")
    home.edit(title=title)
    assert home.told() == [told]


# -- when it was


def test_a_moved_event_corrects_when_it_was(home: Home) -> None:
    home.event("x Ann Lee hi", home.now - timedelta(days=1))
    for days in (8, 3, 40):
        home.edit(start=NOW - timedelta(days=days))
        (fact,) = home.facts()
        assert (fact.at, fact.note) == (NOW - timedelta(days=days), "hi")


def test_a_planned_contact_is_none_until_it_is_moved_back(home: Home) -> None:
    home.event("x Ann Lee lunch", home.now + timedelta(days=3))
    assert home.told() == []
    home.edit(start=NOW - timedelta(hours=2))
    assert home.told() == [("ann-lee", "reached", "lunch")]
    home.edit(start=NOW + timedelta(days=9))
    assert home.told() == []
    home.edit(start=NOW - timedelta(hours=3))
    assert home.told() == [("ann-lee", "reached", "lunch")]


def test_what_is_ahead_within_a_day_was_when_it_was_read(home: Home) -> None:
    home.event("x Ann Lee", home.now + timedelta(hours=5))
    (fact,) = home.facts()
    assert fact.at == NOW
    home.later(hours=8)
    home.edit(text="z")  # it was not moved
    assert home.facts() == [fact]
    home.edit(start=NOW + timedelta(hours=2))
    assert [each.at for each in home.facts()] == [NOW + timedelta(hours=2)]


def test_moved_before_its_touch_was_opened_it_is_no_attempt_of_it(home: Home) -> None:
    home.later(hours=1)
    home.event("m Ann Lee")
    (fact,) = home.facts()
    assert (fact.touch, fact.attempt) == (date(2026, 12, 3), 1)
    home.edit(start=home.now - timedelta(minutes=5))
    (fact,) = home.facts()
    assert (fact.touch, fact.attempt) == (date(2026, 12, 3), 1)
    home.edit(start=home.now - timedelta(days=5))
    (fact,) = home.facts()
    assert fact.touch is None
    assert len(home.contacts("ann-lee")) == 1  # it is to be tried, still
    home.edit(start=home.now)
    (fact,) = home.facts()
    assert fact.touch == date(2026, 12, 3)
    assert len(home.contacts("ann-lee")) == 1


def test_an_earlier_contact_moves_the_next_one_once() -> None:
    home = Home(roster=roster(ANN, lists=[clients(cadence=Period(days=30))]))
    home.now = datetime(2026, 12, 3, 12, tzinfo=ZONE)  # the next two hours are on the 10th and 17th
    home.tick()
    start = home.now - timedelta(days=18)
    home.calendar.put(Entry(uid=EVENT, title="x Ann Lee", start=start, end=start))
    acts = [each.action.act for each in home.tick().outcomes if each.action.record.key.subject]
    assert acts.count(Act.CREATE) == acts.count(Act.DELETE) == 1
    (entry,) = home.contacts("ann-lee")
    assert entry.start == datetime(2026, 12, 17, 10, tzinfo=ZONE)
    home.later(minutes=2)
    assert home.tick().outcomes == ()


# -- what is lost with the database


def test_old_contacts_come_back_without_the_database(home: Home) -> None:
    home.event("x Ann Lee hi")
    home.later(days=80)
    home.tick()
    home.lose_database()
    home.tick()
    assert ("ann-lee", "reached", "hi") in home.told()


def test_a_calendar_newly_taken_over_is_read_a_month_back() -> None:
    home = Home()
    for days in (20, 40, 400):
        home.event(f"x Ann Lee {days}", home.now - timedelta(days=days), uid=f"own-{days}")
    assert home.told() == [("ann-lee", "reached", "20")]
    home.event("x Ann Lee", home.now - timedelta(days=50), uid="own")
    assert len(home.told()) == 1


# -- who is to be added


def proposed(home: Home) -> list[str]:
    return [each.name for each in home.said() if isinstance(each, Proposed)]


@pytest.mark.parametrize(
    "added", [person("JANE ROE", email=None), person("Jane Smith", email="Jane@example.org")]
)
def test_nobody_is_proposed_once_they_are_there(home: Home, added: Person) -> None:
    home.event("+ Jane Roe jane@example.org")
    assert proposed(home) == ["Jane Roe"]
    home.roster = replace(home.roster, people={**home.roster.people, added.id: added})
    assert proposed(home) == []  # at once, not from the next tick on
    home.people(*home.roster.people.values())
    home.edit(text="z")
    assert proposed(home) == [] and not _kept(home)


def test_nobody_is_proposed_by_an_event_of_long_ago_or_for_ever(home: Home) -> None:
    home.event("+ Jane Roe", home.now - timedelta(days=200))
    assert proposed(home) == []
    home.event("+ Max Moe", home.now - timedelta(days=80), uid="own-2")
    home.event("+ Zoe Ono", home.now + timedelta(days=80), uid="own-3")
    assert proposed(home) == ["Max Moe", "Zoe Ono"]
    home.later(days=20)
    home.tick()
    assert proposed(home) == ["Zoe Ono"]
    home.calendar.drop("own-3")
    home.tick()
    assert not _kept(home)


def test_a_calendar_that_left_the_config_says_nothing_more(home: Home) -> None:
    home.event("+ Jane Roe")
    home.event("away", date(2026, 12, 3), uid="own-2")
    assert len(home.said()) == 2 and any(isinstance(each, Away) for each in home.said())
    work = weekly(calendar="work")
    home.roster = replace(
        home.roster,
        calendars={"work": replace(SETTINGS, name="work")},
        blocks={work.name: work},
        digest="work",
    )
    assert home.said() == []


def _kept(home: Home) -> list[str]:
    return [name for name in home.store.load().settings if name.startswith("event:")]


# -- what is asked


def test_status_asks_all_questions(home: Home) -> None:
    for n in range(6):
        home.event(f"✅ Rent {n}", uid=f"own-{n}")
    assert len(home.said()) == 6


# -- a phone's capital letter


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("I Ann Lee new job", ("ann-lee", "reached", "new job")),
        ("I ann lee new job", ("ann-lee", "reached", "new job")),
        ("I Ann new job", ("ann-lee", "reached", "new job")),
        ("I Will new job", ("will-day", "reached", "new job")),
        ("i will new job", ("will-day", "reached", "new job")),
        ("M will", ("will-day", "left-message", "")),
    ],
)
def test_a_capital_i_before_a_name_is_a_mark(
    home: Home, title: str, told: tuple[str, str, str]
) -> None:
    home.people(ANN, person("Will Day"), person("May"))
    home.event(title)
    assert home.told() == [told]


@pytest.mark.parametrize(
    "title",
    ["I will call Ann Lee", "I may go", "I must ring Ann Lee", "I need to buy bread for Ann Lee"],
)
def test_a_capital_i_before_other_words_is_whoever_writes(home: Home, title: str) -> None:
    home.people(ANN, person("Will Day"), person("May"))
    home.event(title)
    assert home.told() == [] and home.said() == []


def test_an_event_whose_contact_was_corrected_on_an_entry_counts_once(home: Home) -> None:
    home.now = datetime(2026, 12, 3, 10, 40, tzinfo=ZONE)
    home.event("m Ann Lee")
    (entry, *_) = home.contacts("ann-lee")
    assert home.calendar.find(entry.uid).title == "✉ Ann Lee: call"
    home.calendar.edit(entry.uid, title="x Ann Lee: call")
    home.tick()
    assert home.told() == [("ann-lee", "reached", "")]
    home.edit(title="x Ann Lee told her")
    assert [outcome for _, outcome, _ in home.told()] == ["reached"]


@pytest.mark.parametrize("title", ["m Ann Lee mailbox", "m Ann Lee, mailbx"])
def test_an_edit_of_the_words_leaves_what_was_corrected_on_an_entry(home: Home, title: str) -> None:
    home.now = datetime(2026, 12, 3, 10, 40, tzinfo=ZONE)
    home.event("m Ann Lee mailbx")
    (entry, *_) = home.contacts("ann-lee")
    home.calendar.edit(entry.uid, title="✅ Ann Lee: call")
    home.tick()
    home.edit(title=title)
    assert home.told() == [("ann-lee", "reached", title[-7:].lstrip(" ,"))]
    home.edit(title="n Ann Lee mailbox")
    assert home.told() == [("ann-lee", "no-answer", "mailbox")]


def test_an_edit_of_the_mark_leaves_a_note_that_was_added_on_an_entry(home: Home) -> None:
    home.now = datetime(2026, 12, 3, 10, 40, tzinfo=ZONE)
    home.event("m Ann Lee mailbox")
    (entry, *_) = home.contacts("ann-lee")
    home.calendar.edit(entry.uid, title="✉ Ann Lee: call, again Friday")
    home.tick()
    ((_, _, note),) = home.told()
    assert "again Friday" in note
    home.edit(title="i Ann Lee mailbox")
    assert home.told() == [("ann-lee", "reached", note)]


def test_corrections_after_a_lost_database_are_new_facts(home: Home) -> None:
    home.now = datetime(2026, 12, 3, 10, 40, tzinfo=ZONE)
    home.event("x Ann Lee")
    for title in ("m Ann Lee", "n Ann Lee", "x Ann Lee", "m Ann Lee", "n Ann Lee"):
        home.edit(title=title)
    home.lose_database()
    home.tick()
    for title in ("m", "n", "x", "m", "n", "x", "m", "n"):
        home.later(minutes=1)
        home.edit(title=f"{title} Ann Lee")
        said = {"m": "left-message", "n": "no-answer", "x": "reached"}[title]
        assert [outcome for _, outcome, _ in home.told()] == [said]
