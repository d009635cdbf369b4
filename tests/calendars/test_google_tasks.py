"""Google's tasks behind the seam, against the emulator."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.calendars.base import Changes, Fate, Result
from syncd.calendars.google.tasks import GoogleTasks
from syncd.calendars.google.todo import new_task, read_task
from syncd.errors import Refused
from syncd.model.entries import Entry, Sighting
from tests.calendars.bench import OnGoogleTasks, create, removal, replaced
from tests.calendars.zoo import BERLIN, DAY, ZOO, task, uid
from tests.emulator.faults import Fault, Kind
from tests.emulator.google import Account


@pytest.fixture
def bench(google: Account, tmp_path: Path) -> OnGoogleTasks:
    return OnGoogleTasks(google, tmp_path, "To do")


@pytest.fixture
def calendar(bench: OnGoogleTasks) -> GoogleTasks:
    return bench.open()


def due(subject: str = "task", **fields: object) -> Entry:
    return task(subject, start=DAY, end=DAY + timedelta(days=1), **fields)


def written(calendar: GoogleTasks, entry: Entry) -> Result:
    (result,) = calendar.write([create(entry)])
    assert result.fate is Fate.APPLIED, result
    return result


def known(*changes: Changes) -> dict[str, str]:
    return {s.href: s.version for each in changes for s in each.sightings}


def seen(calendar: GoogleTasks, entry: Entry) -> Sighting:
    sightings = calendar.changes("", {}).sightings
    return next(s for s in sightings if s.entry and s.entry.uid == entry.uid)


def test_what_is_written_is_what_is_read(bench: OnGoogleTasks, calendar: GoogleTasks) -> None:
    animals = [
        replace(each, uid=uid(name)) for name, each in ZOO.items() if bench.holds(each) is not None
    ]
    results = calendar.write([create(each) for each in animals])
    assert {each.fate for each in results} == {Fate.APPLIED}
    changes = bench.open().changes("", {})
    found = {s.entry.uid: s.entry for s in changes.sightings if s.entry}
    assert found == {each.uid: bench.holds(each) for each in animals}
    assert {s.href: s.version for s in changes.sightings} == {r.href: r.version for r in results}


def test_anything_becomes_anything(bench: OnGoogleTasks, calendar: GoogleTasks) -> None:
    animals = [bench.holds(each) for each in ZOO.values()]
    wanted = [replace(each, uid=due().uid) for each in animals if each is not None]
    result = written(calendar, due())
    for after in (*wanted, *reversed(wanted)):
        (result,) = calendar.write([replaced(result, after)])
        assert result.fate is Fate.APPLIED
        assert seen(calendar, after).entry == after


def test_a_list_that_is_not_there_is_empty_and_made_by_the_first_write(
    bench: OnGoogleTasks, calendar: GoogleTasks
) -> None:
    first = calendar.changes("", {"x": "1"})
    assert first.missing and first.gone == {"x"}
    written(calendar, due())
    assert bench.there.title == "To do"
    assert not calendar.changes("", {}).missing


def test_nothing_to_do_is_one_request(calendar: GoogleTasks, google: Account) -> None:
    written(calendar, due())
    first = calendar.changes("", {})
    since = google.mark()
    second = calendar.changes(first.cursor, known(first))
    assert (second.sightings, second.gone, second.full) == ((), frozenset(), False)
    assert len(google.requests(since)) == 1


def test_what_changes_comes_up_once(bench: OnGoogleTasks, calendar: GoogleTasks) -> None:
    one = written(calendar, due())
    first = calendar.changes("", {})
    bench.there.patch(one.href, {"status": "completed"})
    bench.add("Buy milk")
    second = calendar.changes(first.cursor, known(first))
    found = {s.entry.title: s.entry for s in second.sightings if s.entry}
    assert found.keys() == {"Ann Lee: call", "Buy milk"}
    assert found["Ann Lee: call"].done and found["Ann Lee: call"].completed is not None
    assert found["Buy milk"].uid.startswith("google-task:")
    assert calendar.changes(second.cursor, known(first, second)).sightings == ()


def test_what_googles_own_app_hides_is_seen(bench: OnGoogleTasks, calendar: GoogleTasks) -> None:
    one = written(calendar, due())
    first = calendar.changes("", {})
    bench.there.patch(one.href, {"status": "completed"})
    bench.there.clear()
    (sight,) = calendar.changes(first.cursor, known(first)).sightings
    assert sight.entry is not None and sight.entry.done
    assert calendar.changes("", {}).sightings[0].entry == sight.entry


def test_what_is_deleted_is_gone_and_says_what_it_said_last(
    bench: OnGoogleTasks, calendar: GoogleTasks
) -> None:
    one = written(calendar, due())
    first = calendar.changes("", {})
    bench.retitle(due().uid, "m Ann Lee: call")
    bench.delete(due().uid)
    second = calendar.changes(first.cursor, known(first))
    assert second.gone == {one.href} and second.sightings == ()
    assert second.last_words[one.href].title == "m Ann Lee: call"
    again = calendar.changes("", known(first))
    assert again.gone == {one.href} and again.last_words == second.last_words


def test_what_stands_between_is_stale(bench: OnGoogleTasks, calendar: GoogleTasks) -> None:
    one = written(calendar, due())
    bench.retitle(due().uid, "x Ann Lee: call")
    for write in (replaced(one, due(title="ours")), removal(one)):
        (result,) = calendar.write([write])
        assert result.fate is Fate.STALE
    bench.delete(due().uid)
    for write in (replaced(one, due(title="ours")), removal(one)):
        (result,) = calendar.write([write])
        assert result.fate is Fate.STALE


def test_a_remove_takes_it_away(calendar: GoogleTasks) -> None:
    one = written(calendar, due())
    (result,) = calendar.write([removal(one)])
    assert result.fate is Fate.APPLIED
    assert calendar.changes("", {}).sightings == ()


@pytest.mark.parametrize("kind", [Kind.LOST_AFTER, Kind.ERROR_AFTER, Kind.TORN, Kind.PART_LOST])
def test_what_may_have_been_made_is_not_made_twice(
    calendar: GoogleTasks, google: Account, kind: Kind
) -> None:
    written(calendar, due("first"))
    google.fail(Fault(kind, where=lambda method, path: path == "/batch"))
    (result,) = calendar.write([create(due())])
    assert result.fate is Fate.LATER
    assert len(calendar.changes("", {}).sightings) == 2


def test_a_user_may_write_round_our_line(bench: OnGoogleTasks, calendar: GoogleTasks) -> None:
    one = written(calendar, due(text="ours"))
    notes = bench.there.tasks[one.href]["notes"]
    bench.there.patch(one.href, {"notes": f"above\n{notes}\nbelow"})
    sight = seen(calendar, due())
    assert sight.entry is not None and sight.entry.uid == due().uid
    assert sight.entry.text == "above\nours\nbelow"
    assert sight.entry.trace == due().trace


def test_notes_that_are_too_long_are_refused_and_nothing_else(calendar: GoogleTasks) -> None:
    results = calendar.write([create(due("long", text="x" * 9000)), create(due())])
    assert [each.fate for each in results] == [Fate.REFUSED, Fate.APPLIED]
    assert "8,192" in results[0].why


def test_two_lists_of_one_name(bench: OnGoogleTasks, google: Account) -> None:
    google.add_tasklist("To do")
    google.add_tasklist("To do")
    with pytest.raises(Refused, match="2 lists of tasks are called «To do»"):
        bench.open().changes("", {})


def test_a_list_that_is_deleted_has_lost_everything(
    bench: OnGoogleTasks, calendar: GoogleTasks
) -> None:
    one = written(calendar, due())
    first = calendar.changes("", {})
    bench.drop()
    second = calendar.changes(first.cursor, known(first))
    assert second.missing and second.gone == {one.href}
    written(calendar, due())


def test_many_are_read_in_pages(calendar: GoogleTasks) -> None:
    for start in range(0, 120, 40):
        calendar.write([create(due(f"p{n}")) for n in range(start, start + 40)])
    assert len(calendar.changes("", {}).sightings) == 120


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"id": "x"},
        {"id": "x", "due": "soon"},
        {"id": "x", "due": "0001-01-01T00:00:00Z"},
        {"id": "x", "due": "2026-11-26T00:00:00Z", "completed": 7},
        {"due": "2026-11-26T00:00:00Z"},
        {"id": "x", "due": ["2026"]},
    ],
)
def test_what_makes_no_sense_is_named(row: dict[str, object], calendar: GoogleTasks) -> None:
    sight = calendar._sighting(row)
    assert sight.entry is None and sight.problem


@given(
    text=st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.just("\n"), max_size=200),
    trace=st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=50),
    title=st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=50),
)
def test_notes_hold_text_and_trace(text: str, trace: str, title: str) -> None:
    entry = due(text=text, trace=trace.strip(), title=title)
    row = {"id": "x", **new_task(entry, BERLIN)}
    found = read_task(row)
    if "syncd " not in text:
        assert (found.text, found.trace, found.title) == (text, trace.strip(), title)


def test_a_time_is_a_date_in_the_users_zone() -> None:
    late = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    assert new_task(due(), BERLIN)["due"].startswith("2026-11-26")
    assert new_task(task(start=late, end=late), BERLIN)["due"].startswith("2026-11-27")
    assert read_task({"id": "x", **new_task(due(), BERLIN)}).start == date(2026, 11, 26)
