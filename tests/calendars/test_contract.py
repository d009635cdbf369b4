"""One contract, and every calendar that syncd writes to: the strict reference, and real servers."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from syncd.calendars.base import Calendar, Changes, Fate, Result
from syncd.model.entries import Entry, Sighting
from syncd.model.keys import is_key
from tests.calendars.bench import Bench, InMemory, OnGoogle, OnServer, create, removal, replaced
from tests.calendars.zoo import HOUR, TEN, WEEK, ZOO, block, contact, override, uid
from tests.length import often
from tests.servers import KINDS


@pytest.fixture(params=["memory", *KINDS, "google"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Bench:
    if request.param == "memory":
        return InMemory()
    if request.param == "google":
        return OnGoogle(request.getfixturevalue("google"), tmp_path)
    return OnServer(request.getfixturevalue(request.param))


@pytest.fixture
def calendar(bench: Bench) -> Calendar:
    return bench.open()


def written(calendar: Calendar, entry: Entry) -> Result:
    (result,) = calendar.write([create(entry)])
    assert result.fate is Fate.APPLIED, result
    return result


def listed(calendar: Calendar) -> Changes:
    changes = calendar.changes("", {})
    assert changes.full and changes.complete
    return changes


def seen(calendar: Calendar, entry: Entry) -> Sighting:
    (sight,) = [
        s for s in listed(calendar).sightings if s.entry is not None and s.entry.uid == entry.uid
    ]
    return sight


def known(*changes: Changes) -> dict[str, str]:
    return {s.href: s.version for each in changes for s in each.sightings}


class TestReading:
    def test_a_calendar_that_is_not_there_is_empty_and_made_by_the_first_write(
        self, bench: Bench, calendar: Calendar
    ) -> None:
        first = calendar.changes("", {})
        assert (first.sightings, first.gone) == ((), frozenset())
        assert first.full and first.complete
        written(calendar, contact())
        assert seen(bench.open(), contact()).entry == contact()

    def test_what_is_written_is_what_is_read(self, bench: Bench, calendar: Calendar) -> None:
        animals = zoo(bench)
        results = calendar.write([create(each) for each in animals.values()])
        assert [each.fate for each in results] == [Fate.APPLIED] * len(animals)
        sightings = listed(bench.open()).sightings
        assert {s.entry.uid: s.entry for s in sightings if s.entry} == held(bench, animals)
        assert {s.href: s.version for s in sightings} == {r.href: r.version for r in results}
        assert not any(s.problem for s in sightings)

    def test_only_what_may_be_ours_comes_with_its_body(
        self, bench: Bench, calendar: Calendar
    ) -> None:
        animals = zoo(bench)
        theirs = replace(contact(uid="ofsomebodelse0000"), trace="")
        copied = contact(uid="copiedofours00000")
        calendar.write([create(each) for each in (*animals.values(), theirs, copied)])
        sightings = listed(bench.open()).sightings
        ours = [s for s in sightings if s.entry and (is_key(s.entry.uid) or s.entry.recurrence)]
        ours += [s for s in sightings if s.entry and s.entry.uid == copied.uid]
        assert len(ours) >= len(animals) and all(s.body for s in ours)
        if not isinstance(bench, InMemory):
            (their,) = [s for s in sightings if s.entry and s.entry.uid == theirs.uid]
            assert their.entry and their.entry.title == theirs.title and not their.body
            again = calendar.changes("", {their.href: "another version"}).sightings
            assert all(s.body for s in again if s.href == their.href)

    def test_nothing_new_is_nothing(self, calendar: Calendar) -> None:
        written(calendar, contact())
        first = listed(calendar)
        second = calendar.changes(first.cursor, known(first))
        assert (second.sightings, second.gone) == ((), frozenset())
        assert second.complete and not second.full
        assert calendar.changes(second.cursor, known(first)).sightings == ()

    def test_what_we_wrote_ourselves_is_not_read_again(self, calendar: Calendar) -> None:
        first = calendar.changes("", {})
        one = written(calendar, contact())
        second = calendar.changes(first.cursor, {one.href: one.version})
        assert second.sightings == ()
        (two,) = calendar.write([replaced(one, contact(title="Ann Lee: e-mail"))])
        third = calendar.changes(second.cursor, {two.href: two.version})
        assert third.sightings == () and third.gone == frozenset()

    def test_what_the_user_changes_comes_up_once(self, bench: Bench, calendar: Calendar) -> None:
        written(calendar, contact("ann"))
        written(calendar, contact("bob"))
        first = listed(calendar)
        bench.retitle(contact("ann").uid, "✅ Ann Lee: call")
        bench.add("Dentist")
        second = calendar.changes(first.cursor, known(first))
        assert sorted(s.entry.title for s in second.sightings if s.entry) == [
            "Dentist",
            "✅ Ann Lee: call",
        ]
        assert not second.full and second.complete and second.gone == frozenset()
        third = calendar.changes(second.cursor, known(first, second))
        assert third.sightings == ()

    def test_what_the_user_deletes_is_gone_once(self, bench: Bench, calendar: Calendar) -> None:
        one = written(calendar, contact("ann"))
        written(calendar, contact("bob"))
        first = listed(calendar)
        bench.delete(contact("ann").uid)
        second = calendar.changes(first.cursor, known(first))
        assert second.gone == {one.href} and second.sightings == ()
        left = {href: v for href, v in known(first).items() if href != one.href}
        assert calendar.changes(second.cursor, left).gone == frozenset()

    def test_only_what_was_known_can_be_gone(self, bench: Bench, calendar: Calendar) -> None:
        written(calendar, contact("bob"))
        first = listed(calendar)
        written(calendar, contact("ann"))
        bench.delete(contact("ann").uid)
        assert calendar.changes(first.cursor, known(first)).gone == frozenset()
        assert calendar.changes("", {"/somewhere/else.ics": '"1"'}).gone == {"/somewhere/else.ics"}

    def test_made_deleted_and_made_again_is_there(self, bench: Bench, calendar: Calendar) -> None:
        written(calendar, contact("bob"))
        one = written(calendar, contact())
        first = listed(calendar)
        bench.delete(contact().uid)
        if bench.once:
            (two,) = calendar.write([create(contact(title="again"))])
            assert two.fate is Fate.TAKEN
            second = calendar.changes(first.cursor, known(first))
            assert second.gone == {one.href} and second.sightings == ()
            return
        two = written(calendar, contact(title="again"))
        second = calendar.changes(first.cursor, known(first))
        assert two.href == one.href and second.gone == frozenset()
        assert [s.entry.title for s in second.sightings if s.entry] == ["again"]

    def test_a_full_listing_reads_only_what_is_not_known(
        self, bench: Bench, calendar: Calendar
    ) -> None:
        for name in ("ann", "bob", "cid"):
            written(calendar, contact(name))
        first = listed(calendar)
        bench.retitle(contact("ann").uid, "x")
        bench.delete(contact("bob").uid)
        second = calendar.changes("", known(first))
        assert second.full and [s.entry.title for s in second.sightings if s.entry] == ["x"]
        assert len(second.gone) == 1

    def test_a_lost_cursor_means_one_full_listing(self, bench: Bench, calendar: Calendar) -> None:
        written(calendar, contact("ann"))
        written(calendar, contact("bob"))
        first = listed(calendar)
        bench.retitle(contact("ann").uid, "m Ann Lee: call")
        bench.delete(contact("bob").uid)
        second = calendar.changes(bench.lose(first.cursor), known(first))
        assert second.full and second.complete and len(second.gone) == 1
        assert [s.entry.title for s in second.sightings if s.entry] == ["m Ann Lee: call"]
        third = calendar.changes(second.cursor, known(first, second))
        assert not third.full and third.sightings == ()

    @pytest.mark.parametrize("cursor", ["nonsense", "1", ":", "sync:", "ctag:", "/", "x/y", "0/"])
    def test_a_cursor_of_anothers_means_a_full_listing(
        self, calendar: Calendar, cursor: str
    ) -> None:
        written(calendar, contact())
        changes = calendar.changes(cursor, {})
        assert changes.full and len(changes.sightings) == 1

    def test_a_calendar_that_is_deleted_has_lost_everything(
        self, bench: Bench, calendar: Calendar
    ) -> None:
        one = written(calendar, contact())
        first = listed(calendar)
        bench.drop()
        second = calendar.changes(first.cursor, known(first))
        assert second.gone == {one.href} and second.full and second.complete
        (result,) = calendar.write([create(contact())])
        assert result.fate is Fate.APPLIED
        assert seen(bench.open(), contact()).entry == contact()

    def test_many_are_read_in_pieces(self, bench: Bench, calendar: Calendar) -> None:
        entries = [contact(f"p{n}", title=f"Person {n}: call") for n in range(120)]
        told: list[tuple[int, int]] = []
        for start in range(0, len(entries), 40):
            results = calendar.write([create(each) for each in entries[start : start + 40]])
            assert {each.fate for each in results} == {Fate.APPLIED}
        changes = bench.open().changes("", {}, lambda done, total: told.append((done, total)))
        assert {s.entry.title for s in changes.sightings if s.entry} == {e.title for e in entries}
        assert len(known(changes)) == len(entries)
        assert told[-1] == (120, 120) and told == sorted(told)


class TestWriting:
    def test_a_create_overwrites_nothing(self, bench: Bench, calendar: Calendar) -> None:
        written(calendar, contact())
        (result,) = calendar.write([create(contact(title="mine"))])
        assert result.fate is Fate.STALE
        assert seen(bench.open(), contact()).entry == contact()

    def test_a_replace_changes_what_is_said(self, bench: Bench, calendar: Calendar) -> None:
        before = seen(calendar, written(calendar, contact()).entry or contact())
        after = contact(title="✅ Ann Lee: call", start=TEN + HOUR, end=TEN + 2 * HOUR, text="")
        (result,) = calendar.write([replaced(before, after)])
        assert result.fate is Fate.APPLIED and result.entry == after
        sight = seen(bench.open(), after)
        assert sight.entry == after and sight.version == result.version != before.version

    @pytest.mark.parametrize("kind", often(["moved"], ["contact", "moved"]))
    def test_anything_becomes_anything(self, bench: Bench, calendar: Calendar, kind: str) -> None:
        animals = zoo(bench)
        before = {uid: replace(ZOO[kind], uid=uid) for uid in animals}
        results = calendar.write([create(each) for each in before.values()])
        for wanted in (animals, before):
            results = calendar.write(
                [replaced(r, each) for r, each in zip(results, wanted.values(), strict=True)]
            )
            if bench.once:  # what repeated before remembers the occurrences that were deleted then
                hrefs = dict.fromkeys((each.href for each in results), "")
                there = {s.href: s for s in calendar.changes("", hrefs).sightings}
                for n, after in enumerate(wanted.values()):
                    if results[n].fate is Fate.STALE:
                        (results[n],) = calendar.write([replaced(there[after.uid], after)])
                there = {s.href: s for s in calendar.changes("", hrefs).sightings}
                results = [replace(each, body=there[each.href].body) for each in results]
            assert [each.fate for each in results] == [Fate.APPLIED] * len(animals)
            found = {s.entry.uid: s.entry for s in listed(calendar).sightings if s.entry}
            assert found == held(bench, wanted)

    def test_a_replace_of_something_else_is_stale(self, bench: Bench, calendar: Calendar) -> None:
        one = written(calendar, contact())
        bench.retitle(contact().uid, "✅ Ann Lee: call")
        (result,) = calendar.write([replaced(one, contact(title="ours"))])
        assert result.fate is Fate.STALE
        sight = seen(calendar, contact())
        assert sight.entry == contact(title="✅ Ann Lee: call")

    def test_a_replace_of_nothing_is_stale(self, bench: Bench, calendar: Calendar) -> None:
        one = written(calendar, contact())
        bench.delete(contact().uid)
        (result,) = calendar.write([replaced(one, contact(title="ours"))])
        assert result.fate is Fate.STALE
        assert listed(calendar).sightings == ()

    def test_a_remove_takes_it_away(self, calendar: Calendar) -> None:
        one = written(calendar, contact("ann"))
        written(calendar, contact("bob"))
        (result,) = calendar.write([removal(one)])
        assert result.fate is Fate.APPLIED
        changes = listed(calendar)
        assert [s.entry for s in changes.sightings] == [contact("bob")]

    def test_a_remove_of_something_else_is_stale(self, bench: Bench, calendar: Calendar) -> None:
        one = written(calendar, contact())
        bench.retitle(contact().uid, "✅ Ann Lee: call")
        (result,) = calendar.write([removal(one)])
        assert result.fate is Fate.STALE
        assert seen(calendar, contact()).entry == contact(title="✅ Ann Lee: call")

    def test_a_remove_of_nothing_is_stale(self, bench: Bench, calendar: Calendar) -> None:
        one = written(calendar, contact())
        bench.delete(contact().uid)
        (result,) = calendar.write([removal(one)])
        assert result.fate is Fate.STALE

    def test_each_write_has_its_result_in_order(self, bench: Bench, calendar: Calendar) -> None:
        kept, lost = written(calendar, contact("kept")), written(calendar, contact("lost"))
        gone = written(calendar, contact("gone"))
        bench.retitle(contact("lost").uid, "x")
        told: list[tuple[int, int]] = []
        results = calendar.write(
            [
                create(contact("new")),
                replaced(lost, contact("lost", title="ours")),
                replaced(kept, contact("kept", title="ours")),
                removal(gone),
                create(block()),
            ],
            lambda done, total: told.append((done, total)),
        )
        assert [each.fate for each in results] == [
            Fate.APPLIED,
            Fate.STALE,
            Fate.APPLIED,
            Fate.APPLIED,
            Fate.APPLIED,
        ]
        assert told[-1] == (5, 5)
        titles = {s.entry.uid: s.entry.title for s in listed(calendar).sightings if s.entry}
        assert titles == {
            contact("new").uid: "Ann Lee: call",
            contact("lost").uid: "x",
            contact("kept").uid: "ours",
            block().uid: "Outreach",
        }

    def test_nothing_to_write_is_nothing(self, calendar: Calendar) -> None:
        assert calendar.write([]) == []

    def test_of_two_that_create_at_once_one_does(self, bench: Bench) -> None:
        written(bench.open(), contact("other"))
        for round_ in range(5):
            entries = [contact(f"p{round_}", title=f"writer {n}") for n in range(2)]
            fates = race([(bench.open(), create(each)) for each in entries])
            assert sorted(fates) == [Fate.APPLIED, Fate.STALE]
            winner = entries[fates.index(Fate.APPLIED)]
            assert seen(bench.open(), winner).entry == winner

    def test_of_two_that_replace_at_once_one_does(self, bench: Bench) -> None:
        one: Result | Sighting = written(bench.open(), contact())
        for round_ in range(5):
            entries = [contact(title=f"writer {n} in round {round_}") for n in range(2)]
            fates = race([(bench.open(), replaced(one, each)) for each in entries])
            one = seen(bench.open(), contact())
            if not bench.atomic and fates == [Fate.APPLIED, Fate.APPLIED]:
                assert one.entry in entries
                continue
            assert sorted(fates) == [Fate.APPLIED, Fate.STALE]
            assert one.entry == entries[fates.index(Fate.APPLIED)]

    def test_an_occurrence_is_changed_and_the_rest_stays(
        self, bench: Bench, calendar: Calendar
    ) -> None:
        entry = block()
        assert entry.recurrence is not None
        one = written(calendar, entry)
        overrides = (*entry.recurrence.overrides[1:], override(TEN + 2 * WEEK, text="Dora"))
        after = replace(entry, recurrence=replace(entry.recurrence, overrides=overrides))
        (two,) = calendar.write([replaced(one, after)])
        assert two.fate is Fate.APPLIED
        assert seen(bench.open(), entry).entry == after

    def test_a_closed_calendar_may_be_used_again(self, calendar: Calendar) -> None:
        one = written(calendar, contact())
        calendar.close()
        calendar.close()
        assert [s.href for s in listed(calendar).sightings] == [one.href]

    def test_a_new_instance_goes_on_where_another_was(
        self, bench: Bench, calendar: Calendar
    ) -> None:
        one = written(calendar, contact())
        first = listed(calendar)
        other = bench.open(calendar.memo)
        assert other.changes(first.cursor, known(first)).sightings == ()
        (result,) = other.write([removal(one)])
        assert result.fate is Fate.APPLIED
        assert calendar.memo == other.memo


def zoo(bench: Bench) -> dict[str, Entry]:
    """Every sort of entry that `bench` can hold, by UIDs of their own."""
    entries = [replace(each, uid=uid(name)) for name, each in ZOO.items()]
    longest = replace(ZOO["longest-id"], title="longest id")
    return {each.uid: each for each in (*entries, longest) if bench.holds(each) is not None}


def held(bench: Bench, animals: dict[str, Entry]) -> dict[str, Entry | None]:
    """The same as they are shown then."""
    return {uid: bench.holds(each) for uid, each in animals.items()}


def race(writes: list[tuple[Calendar, object]]) -> list[Fate]:
    """Carry writes out at once, each by its own calendar."""
    start = threading.Barrier(len(writes))
    fates: dict[int, Fate] = {}

    def run(place: int) -> None:
        calendar, write = writes[place]
        start.wait()
        (result,) = calendar.write([write])  # type: ignore[list-item]
        fates[place] = result.fate

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(writes))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [fates[place] for place in range(len(writes))]
