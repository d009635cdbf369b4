"""Taking a reading into the books: what is ours, what is somebody else's, and what is spoilt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from syncd.calendars.base import Changes, Progress
from syncd.calendars.memory import MemoryCalendar
from syncd.engine.tick import tick
from syncd.model.entries import Entry, Sighting
from syncd.model.facts import Fact, Outcome, Source
from syncd.model.keys import Key, Kind
from syncd.model.records import LEFT_ALONE, Record
from syncd.reconcile.absorb import absorb
from syncd.reconcile.marks import Marked, Plain, read
from syncd.reconcile.trace import Trace, fact_line
from syncd.store import open_store
from tests.faults import Faulty, Read
from tests.household import person, weekly
from tests.reconcile.world import roster

KEY = Key(kind=Kind.CONTACT, subject="ann-lee", day=date(2026, 12, 3), attempt=1)
UID = KEY.encode("test")
TEN = datetime(2026, 12, 3, 10, tzinfo=UTC)
ENTRY = Entry(uid=UID, title="Ann Lee: call", start=TEN, end=TEN + timedelta(minutes=15))
RECORD = Record(calendar="home", uid=UID, key=KEY, href="/a.ics", version='"1"', seen=ENTRY)


def seen(href: str, entry: Entry | None = ENTRY, problem: str = "") -> Sighting:
    return Sighting(href=href, version='"2"', entry=entry, body="b", problem=problem)


def test_a_copy_with_our_uid_elsewhere_is_left_alone_and_named() -> None:
    marked = replace(ENTRY, title="x Ann Lee: call")
    found = absorb("home", "test", [RECORD], [seen("/copy.ics", marked)], frozenset())
    assert found.records[UID] is RECORD
    assert found.foreign == {"/copy.ics": '"2"'}
    assert found.problems == ("/copy.ics: it has the UID of /a.ics, which counts",)
    gone = absorb("home", "test", [RECORD], [], frozenset({"/copy.ics"}))
    assert not gone.absent


def test_what_was_moved_to_another_address_is_followed() -> None:
    found = absorb("home", "test", [RECORD], [seen("/b.ics")], frozenset({"/a.ics"}))
    assert found.records[UID].href == "/b.ics"
    assert not found.absent


def test_what_cannot_be_read_is_not_written_over() -> None:
    found = absorb("home", "test", [RECORD], [seen("/a.ics", None, "nonsense")], frozenset())
    spoilt = found.records[UID]
    assert (spoilt.version, spoilt.why) == (LEFT_ALONE, "It cannot be read: nonsense")
    assert spoilt.is_left_alone
    # One whose server tells no versions, and was busy, is written to next time.
    assert not replace(RECORD, version="", why="busy").is_left_alone
    assert spoilt.seen == ENTRY
    assert found.problems == ("/a.ics: nonsense",)
    mended = absorb("home", "test", [spoilt], [seen("/a.ics")], frozenset()).records[UID]
    assert (mended.version, mended.why) == ('"2"', "")


def test_others_entries_are_known_by_address_and_version_only() -> None:
    theirs = replace(ENTRY, uid="theirs")
    found = absorb(
        "home", "test", [], [seen("/x.ics", theirs), seen("/y.ics", None, "odd")], frozenset()
    )
    assert not found.records
    assert found.foreign == {"/x.ics": '"2"', "/y.ics": '"2"'}
    assert not found.problems


class Forgetful(MemoryCalendar):
    """A server that does not list deletions by token."""

    def changes(
        self, cursor: str, known: dict[str, str], progress: Progress | None = None
    ) -> Changes:
        found = super().changes(cursor, known, progress)
        return found if found.full else replace(found, gone=frozenset())


def test_doubt_lasts_until_a_full_listing_ends_it() -> None:
    calendar, store = Forgetful("home"), open_store("memory:")
    of = roster(*(person(f"P{n} Roy") for n in range(8)))
    now = datetime(2026, 12, 1, 8, tzinfo=UTC)
    tick(of, store, {"home": calendar}, now)
    there = calendar.entries()
    for entry in there:
        calendar.drop(entry.uid)
    now += timedelta(days=1, minutes=1)
    assert tick(of, store, {"home": calendar}, now).held
    for _ in range(3):
        now += timedelta(minutes=2)
        assert tick(of, store, {"home": calendar}, now).held
    for entry in there:
        calendar.put(entry)
    now += timedelta(minutes=2)
    assert not tick(of, store, {"home": calendar}, now).held
    assert not store.load().facts


def test_an_i_with_words_behind_it_is_somebody() -> None:
    def reading(title: str) -> object:
        return read(title, core="Ann Lee: call", name="Ann Lee", sign="", today=date(2026, 12, 1))

    assert isinstance(reading("Ann Lee: call I owe her a book"), Plain)
    assert isinstance(reading("I owe a book to Ann Lee: call"), Plain)
    for title in ("i Ann Lee: call", "Ann Lee: call i", "Ann Lee: call had news i"):
        assert isinstance(reading(title), Marked), title


def test_what_may_have_moved_is_left_open_until_a_full_listing() -> None:
    found = absorb("home", "test", [RECORD], [seen("/b.ics")], frozenset(), certain=False)
    assert found.unsure
    assert not found.foreign
    assert found.records[UID] is RECORD


def test_of_two_unknown_with_one_uid_the_one_at_its_own_address_counts() -> None:
    old = replace(ENTRY, title="old copy")
    found = absorb("home", "test", [], [seen("/0copy.ics", old), seen(f"/{UID}.ics")], frozenset())
    assert found.records[UID].href == f"/{UID}.ics"
    assert found.records[UID].seen == ENTRY
    assert set(found.foreign) == {"/0copy.ics"}


def test_ghosts_of_a_calendar_that_is_not_in_config_do_not_weaken_the_guard() -> None:
    calendar, store = MemoryCalendar("home"), open_store("memory:")
    many = [person(f"P{n:02} Roy") for n in range(30)]
    block = weekly(lasts=timedelta(hours=8))
    now = datetime(2026, 12, 1, 8, tzinfo=UTC)
    of = roster(*many, blocks=(block,))
    tick(of, store, {"home": calendar}, now)
    work = replace(of.calendars["home"], name="work")
    renamed = replace(
        roster(*many, blocks=(replace(block, calendar="work"),)),
        calendars={"work": work},
        digest="2",
    )
    tick(renamed, store, {"work": calendar}, now + timedelta(minutes=2))
    assert len(calendar.entries()) == 31
    fewer = replace(renamed, people=dict(list(renamed.people.items())[:18]), digest="3")
    tick(fewer, store, {"work": calendar}, now + timedelta(minutes=4))
    assert len(calendar.entries()) == 31


def test_a_listing_that_is_not_complete_makes_no_facts_and_is_not_written_upon() -> None:
    calendar, store = MemoryCalendar("home"), open_store("memory:")
    of = roster(person("Ann Lee"), person("Bob Roy"))
    now = datetime(2026, 12, 1, 8, tzinfo=UTC)
    tick(of, store, {"home": calendar}, now)
    (uid,) = [each.uid for each in calendar.entries() if each.title == "Ann Lee: call"]
    calendar.drop(uid)
    now += timedelta(minutes=2)
    cut = Faulty(calendar, reads=[Read.INCOMPLETE])
    later = replace(roster(person("Ann Lee"), person("Bob Roy"), person("Cy Fox")), digest="2")
    report = tick(later, store, {"home": cut}, now)
    assert report.held == "calendar home: the listing was not complete"
    assert not report.outcomes
    assert not store.load().facts
    tick(later, store, {"home": calendar}, now + timedelta(minutes=2))
    assert [fact.outcome.value for fact in store.load().facts] == ["skipped"]


def test_what_an_entry_acknowledged_last_is_read_back_though_it_is_gone() -> None:
    fact = Fact(
        id=f"{UID}#1", person="ann-lee", at=TEN, outcome=Outcome.REACHED, source=Source.MARK,
        recorded=TEN, touch=KEY.day, attempt=1, entry=UID,
    )  # fmt: skip
    told = Trace(title="Ann Lee: call", start=TEN, end=ENTRY.end, fact=fact_line(fact))
    last = replace(ENTRY, title="✅ Ann Lee: call", trace=told.encode())
    gone = frozenset({"/a.ics"})
    found = absorb("home", "test", [RECORD], [], gone, last_words={"/a.ics": last})
    assert [(each.id, each.outcome) for each in found.facts] == [(fact.id, Outcome.REACHED)]
    ours = replace(RECORD, base=last)
    assert not absorb("home", "test", [ours], [], gone, last_words={"/a.ics": last}).facts
