"""What only Google does: families, last words, privacy, defaults, several calendars of one user."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.calendars.base import Fate
from syncd.calendars.google.pace import A_MINUTE, KEPT, WINDOW, Pace
from syncd.calendars.google.parse import Family, Settings, read_family
from syncd.calendars.google.render import changed_event, new_event
from syncd.calendars.reading import Unreadable
from syncd.errors import Refused, Unreachable
from syncd.model.entries import Entry
from syncd.model.keys import is_key
from tests.calendars.bench import OnGoogle, create, removal, replaced
from tests.calendars.zoo import BERLIN, HOUR, TEN, WEEK, ZOO, block, contact, override
from tests.emulator.client import GoogleClient
from tests.emulator.faults import Fault, Kind
from tests.emulator.google import Account

SETTINGS = Settings(zone=BERLIN)
Json = dict[str, Any]


@pytest.fixture
def bench(google: Account, tmp_path: Path) -> OnGoogle:
    return OnGoogle(google, tmp_path, "Outreach")


@pytest.fixture
def app(bench: OnGoogle, google: Account) -> GoogleClient:
    return GoogleClient(google, "Outreach")


class TestWhatIsWritten:
    def test_contact_events_ring_by_no_default_and_are_private(self, bench: OnGoogle) -> None:
        bench.open().write([create(contact())])
        event = bench.there.events[contact().uid]
        assert event["reminders"] == {"useDefault": False, "overrides": []}
        assert event["visibility"] == "private" and event["transparency"] == "transparent"
        assert "attendees" not in event and event["description"] == contact().text

    def test_only_what_differs_is_sent(self, bench: OnGoogle, app: GoogleClient) -> None:
        calendar = bench.open()
        calendar.write([create(contact())])
        app.set(app.find("Ann Lee"), "LOCATION", "Café Einstein")
        event = bench.there.events[contact().uid]
        before = read_family(Family(master=event), SETTINGS)
        after = replace(before, title="✅ Ann Lee: call")
        assert changed_event(event, before, after, BERLIN) == {"summary": "✅ Ann Lee: call"}
        (sight,) = calendar.changes("", {}).sightings
        (result,) = calendar.write([replaced(sight, after)])
        assert result.fate is Fate.APPLIED
        assert bench.there.events[contact().uid]["location"] == "Café Einstein"

    def test_reminders_of_the_users_stay_when_ours_goes(self) -> None:
        mine = {"method": "email", "minutes": 60}
        raw = {
            **new_event(contact(alarm=timedelta())),
            "reminders": {
                "useDefault": False,
                "overrides": [mine, {"method": "popup", "minutes": 0}],
            },
        }
        before = read_family(Family(master=raw), SETTINGS)
        body = changed_event(raw, before, replace(before, alarm=None), BERLIN)
        assert body == {"reminders": {"useDefault": False, "overrides": [mine]}}

    @pytest.mark.parametrize("of", ["the event", "the series", "the occurrence"])
    def test_a_reminder_by_default_stays_so_when_the_default_changes(
        self, bench: OnGoogle, of: str
    ) -> None:
        calendar = bench.open()
        made = contact() if of == "the event" else block()
        calendar.write([create(made)])
        events = bench.there.events
        theirs = made.uid if of != "the occurrence" else next(e for e in events if e != made.uid)
        default = {"useDefault": True, "overrides": []}
        bench.there.patch(theirs, {"reminders": default})
        (sight,) = calendar.changes("", {}).sightings
        bench.there.reminders = [{"method": "popup", "minutes": 45}]
        calendar.changes("", {sight.href: sight.version})
        assert sight.entry is not None
        wanted = replace(sight.entry, title="Calls")
        if of != "the event":
            assert wanted.recurrence is not None
            first = wanted.recurrence.overrides[0]
            told = (replace(first, text="Dora"), override(TEN + 3 * WEEK, alarm=wanted.alarm))
            wanted = replace(wanted, recurrence=replace(wanted.recurrence, overrides=told))
        (result,) = calendar.write([replaced(sight, wanted)])
        assert result.fate is Fate.APPLIED
        assert events[made.uid]["summary"] == "Calls"
        assert events[theirs]["reminders"]["useDefault"] is True
        calendar.write([replaced(result, replace(wanted, alarm=timedelta(minutes=5)))])
        assert events[made.uid]["reminders"] == {
            "useDefault": False,
            "overrides": [{"method": "popup", "minutes": 5}],
        }

    def test_a_long_trace_is_written_in_pieces_and_leftovers_go(self, bench: OnGoogle) -> None:
        calendar = bench.open()
        long = contact(trace="x" * 900 + "ü" * 124)
        (result,) = calendar.write([create(long)])
        assert result.entry == long
        values = bench.there.events[long.uid]["extendedProperties"]["private"].values()
        assert max(len(value.encode()) for value in values) <= 1024
        (result,) = calendar.write([replaced(result, replace(long, trace="short"))])
        assert bench.there.events[long.uid]["extendedProperties"]["private"] == {"syncd0": "short"}

    @pytest.mark.parametrize(("guests", "told"), [(False, "none"), (True, "all")])
    def test_guests_are_told_of_moves_and_removals_and_nobody_of_anything_else(
        self, bench: OnGoogle, app: GoogleClient, google: Account, guests: bool, told: str
    ) -> None:
        calendar = bench.open()
        calendar.write([create(contact())])
        if guests:
            app.invite(app.find("Ann Lee"), "ann@example.org")
        said: list[str] = []
        original = type(calendar._calls).many

        def many(calls: Any, requests: Any, **more: Any) -> Any:
            said.extend(each.uri.partition("sendUpdates=")[2].split("&")[0] for each in requests)
            return original(calls, requests, **more)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(calendar._calls), "many", many)
            (sight,) = calendar.changes("", {}).sightings
            assert sight.entry is not None and sight.entry.guests == guests
            (one,) = calendar.write([replaced(sight, replace(sight.entry, title="x"))])
            moved = replace(sight.entry, title="x", start=TEN + HOUR, end=TEN + 2 * HOUR)
            (two,) = calendar.write([replaced(one, moved)])
            calendar.write([removal(two)])
        assert [each for each in said if each] == ["none", told, told]


class TestFamilies:
    def test_what_we_wrote_ourselves_costs_no_request(
        self, bench: OnGoogle, google: Account
    ) -> None:
        calendar = bench.open()
        (made,) = calendar.write([create(block())])
        first = calendar.changes("", {})
        assert block().recurrence is not None
        later = replace(
            block(),
            recurrence=replace(
                block().recurrence,  # type: ignore[type-var]
                overrides=(override(TEN), override(TEN + WEEK, text="Dora")),
            ),
        )
        (made,) = calendar.write([replaced(made, later)])
        since = google.mark()
        second = calendar.changes(first.cursor, {made.href: made.version})
        assert second.sightings == () and len(google.requests(since)) == 1

    def test_a_new_process_asks_for_the_whole_series_and_finds_nothing_new(
        self, bench: OnGoogle, google: Account
    ) -> None:
        calendar = bench.open()
        first = calendar.changes("", {})
        (made,) = calendar.write([create(block())])
        assert first.missing
        full = calendar.changes("", {})
        (made,) = calendar.write([replaced(made, replace(block(), title="Calls"))])
        second = bench.open(calendar.memo).changes(full.cursor, {made.href: made.version})
        assert second.sightings == () and second.gone == frozenset()

    def test_what_was_written_is_seen_where_it_is_not_known_to_have_been(
        self, bench: OnGoogle
    ) -> None:
        """As after a full disk, or an answer that was too late for the tick."""
        calendar = bench.open()
        calendar.write([create(contact())])
        full = calendar.changes("", {})
        calendar.write([create(block())])
        (sight,) = calendar.changes(
            full.cursor, {s.href: s.version for s in full.sightings}
        ).sightings
        assert sight.entry is not None and sight.entry.uid == block().uid

    def test_an_occurrence_that_the_user_changes_makes_the_series_change(
        self, bench: OnGoogle, app: GoogleClient
    ) -> None:
        calendar = bench.open()
        (made,) = calendar.write([create(block())])
        first = calendar.changes("", {})
        app.move_occurrence(app.find("Outreach"), TEN + 2 * WEEK, TEN + 2 * WEEK + HOUR)
        app.delete_occurrence(app.find("Outreach"), TEN + 3 * WEEK)
        (sight,) = calendar.changes(first.cursor, {made.href: made.version}).sightings
        assert sight.entry is not None and sight.entry.recurrence is not None
        assert TEN + 3 * WEEK in sight.entry.recurrence.exdates
        moved = sight.entry.recurrence.overrides[-1]
        assert (moved.original, moved.start) == (TEN + 2 * WEEK, TEN + 2 * WEEK + HOUR)

    def test_a_series_that_is_deleted_is_gone(self, bench: OnGoogle, app: GoogleClient) -> None:
        calendar = bench.open()
        (made,) = calendar.write([create(block())])
        first = calendar.changes("", {})
        app.delete_series(app.find("Outreach"))
        second = calendar.changes(first.cursor, {made.href: made.version})
        assert second.gone == {made.href} and second.sightings == ()

    def test_an_occurrence_that_changed_meanwhile_is_not_overwritten(
        self, bench: OnGoogle, app: GoogleClient
    ) -> None:
        calendar = bench.open()
        (made,) = calendar.write([create(block())])
        app.change_occurrence(app.find("Outreach"), TEN + WEEK, text="mine")
        app.change_occurrence(app.find("Outreach"), TEN + 2 * WEEK, text="mine")
        for at in (TEN + WEEK, TEN + 2 * WEEK):
            overrides = (override(TEN), override(at, text="ours"))
            recurrence = replace(block().recurrence, overrides=overrides)  # type: ignore[type-var]
            (result,) = calendar.write([replaced(made, replace(block(), recurrence=recurrence))])
            assert result.fate is Fate.STALE
        shown = app.find("Outreach").overrides
        assert {each.text for each in shown.values()} >= {"mine"}
        assert "ours" not in {each.text for each in shown.values()}

    def test_foreign_series_are_read_and_cost_two_requests_at_most(
        self, bench: OnGoogle, app: GoogleClient, google: Account
    ) -> None:
        calendar = bench.open()
        calendar.write([create(contact())])
        first = calendar.changes("", {})
        for n in range(5):
            app.add_series(f"Mine {n}", TEN, TEN + HOUR, "FREQ=WEEKLY;BYDAY=TH")
        since = google.mark()
        second = calendar.changes(first.cursor, {})
        assert len([s for s in second.sightings if s.entry and s.entry.recurrence]) == 5
        assert len(google.requests(since)) == 3


class TestGone:
    def test_last_words_of_ours_are_fetched_and_nobody_elses(
        self, bench: OnGoogle, app: GoogleClient, google: Account
    ) -> None:
        calendar = bench.open()
        calendar.write([create(contact())])
        app.add("Dentist", TEN, TEN + HOUR)
        first = calendar.changes("", {})
        known = {s.href: s.version for s in first.sightings}
        ann = app.retitle(app.find("Ann Lee"), "m Ann Lee: call")
        app.delete(ann)
        app.delete(app.find("Dentist"))
        second = calendar.changes(first.cursor, known)
        assert len(second.gone) == 2
        (words,) = second.last_words.values()
        assert words.title == "m Ann Lee: call" and is_key(words.uid) and not words.cancelled

    def test_without_an_answer_there_are_no_changes(
        self, bench: OnGoogle, app: GoogleClient, google: Account
    ) -> None:
        calendar = bench.open()
        (made,) = calendar.write([create(contact())])
        first = calendar.changes("", {})
        app.delete(app.find("Ann Lee"))
        google.fail(*(Fault(Kind.ERROR_BEFORE, nth=2) for _ in range(4)))
        with pytest.raises(Unreachable):
            calendar.changes(first.cursor, {made.href: made.version})
        second = calendar.changes(first.cursor, {made.href: made.version})
        assert second.gone == {made.href}
        assert list(second.last_words) == [made.href]

    def test_an_answer_that_was_lost_is_found_out(self, bench: OnGoogle, google: Account) -> None:
        calendar = bench.open()
        calendar.changes("", {})
        for kind in (Kind.LOST_AFTER, Kind.ERROR_AFTER, Kind.TORN, Kind.PART_LOST, Kind.PART_AFTER):
            entry = contact(kind.value)
            google.fail(Fault(kind, where=lambda method, path: path.startswith("/batch")))
            (result,) = calendar.write([create(entry)])
            assert result.fate is Fate.APPLIED and result.entry == entry, kind

    def test_a_part_that_is_lost_takes_no_other_with_it(
        self, bench: OnGoogle, google: Account
    ) -> None:
        calendar = bench.open()
        calendar.write([create(contact("first"))])
        since = google.mark()
        google.fail(Fault(Kind.PART_LOST, part=1))
        results = calendar.write([create(contact(f"p{n}")) for n in range(3)])
        assert [each.fate for each in results] == [Fate.APPLIED] * 3
        # The lost one is sent again, met by its own id, and looked at.
        assert [len(each.parts) for each in google.requests(since)] == [3, 1, 1]


class TestWhichCalendar:
    def test_two_of_one_name(self, bench: OnGoogle, google: Account) -> None:
        for n in range(2):
            google.add_calendar(f"{n}@group.calendar.google.com", "Outreach")
        with pytest.raises(Refused, match=r"0@group.*1@group"):
            bench.open().changes("", {})

    def test_one_that_may_only_be_read_is_not_it(self, bench: OnGoogle, google: Account) -> None:
        google.add_calendar("x@group.calendar.google.com", "Outreach").role = "reader"
        assert bench.open().changes("", {}).missing

    def test_an_id_that_is_nobodys(self, google: Account, tmp_path: Path) -> None:
        bench = OnGoogle(google, tmp_path, "nobody@group.calendar.google.com")
        bench.settings = replace(bench.settings)
        with pytest.raises(Refused):
            bench.open().changes("", {})

    def test_a_calendar_is_made_in_the_users_zone(self, bench: OnGoogle) -> None:
        bench.open().write([create(contact())])
        assert bench.there.zone == "Europe/Berlin"

    def test_the_calendars_own_reminders_count_where_an_event_has_them(
        self, bench: OnGoogle, app: GoogleClient
    ) -> None:
        calendar = bench.open()
        calendar.write([create(contact())])
        bench.there.reminders = [
            {"method": "popup", "minutes": 25},
            {"method": "email", "minutes": 90},
        ]
        app.add("Dentist", TEN, TEN + HOUR)
        entries = {s.entry.title: s.entry for s in calendar.changes("", {}).sightings if s.entry}
        assert entries["Dentist"].alarm == timedelta(minutes=25)
        assert entries["Ann Lee: call"].alarm is None

    def test_many_are_listed_in_pages(self, bench: OnGoogle, google: Account) -> None:
        calendar = bench.open()
        for start in range(0, 150, 50):
            calendar.write([create(contact(f"p{n}")) for n in range(start, start + 50)])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("syncd.calendars.google.read.PAGE", 40)
            since = google.mark()
            assert len(calendar.changes("", {}).sightings) == 150
            assert len(google.requests(since)) == 4


class TestHostileInput:
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=12),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            *(
                                "start",
                                "end",
                                "date",
                                "dateTime",
                                "timeZone",
                                "recurrence",
                                "reminders",
                            ),
                            *("overrides", "minutes", "method", "summary", "attendees", "private"),
                            *("extendedProperties", "syncd0", "status", "id", "colorId"),
                        ]
                    ),
                    inner,
                    max_size=6,
                )
            ),
            max_leaves=25,
        )
    )
    def test_anything_is_read_or_named(self, nonsense: object) -> None:
        master = {"id": "x", "etag": '"1"', **(nonsense if isinstance(nonsense, dict) else {})}
        for event in (master, {**master, "start": {"date": "2026-12-03"}, "end": nonsense}):
            with suppress(Unreadable):
                read_family(Family(master=event, exceptions=({"id": "y"},)), SETTINGS)

    @pytest.mark.parametrize(
        "fields",
        [
            {"start": {"dateTime": "2026-12-03T10:00:00", "timeZone": "America"}},
            {"start": {"dateTime": "0001-01-01T00:00:00+01:00"}},
            {"start": {"date": "2500-01-01"}},
            {"start": {}},
            {"recurrence": ["RRULE:FREQ=WEEKLY;INTERVAL=0"]},
            {"recurrence": ["RRULE:FREQ=WEEKLY", "RRULE:FREQ=DAILY"]},
            {"recurrence": ["RDATE:20261203T090000Z"]},
            {"recurrence": ["RRULE:nonsense"]},
            {"recurrence": ["RRULE:FREQ=WEEKLY", "EXDATE:soon"]},
        ],
    )
    def test_what_cannot_be_understood_stops_no_other(self, bench: OnGoogle, fields: Json) -> None:
        calendar = bench.open()
        calendar.write([create(contact())])
        event = {**bench.there.events[contact().uid], "id": "spoilt1", **fields}
        bench.there.events["spoilt1"] = event
        changes = calendar.changes("", {})
        shown = {s.href: s for s in changes.sightings}
        assert shown["spoilt1"].entry is None and shown["spoilt1"].problem
        assert shown[contact().uid].entry == contact()

    def test_a_body_that_is_none_is_refused_and_stops_no_other(self, bench: OnGoogle) -> None:
        calendar = bench.open()
        (one,) = calendar.write([create(contact("bob"))])
        broken = replaced(replace(one, body="{}"), contact("bob", title="x"))
        results = calendar.write([broken, create(contact())])
        assert [each.fate for each in results] == [Fate.REFUSED, Fate.APPLIED]


@pytest.mark.parametrize("name", [name for name in ZOO if not ZOO[name].task])
def test_what_a_new_event_says_is_what_is_read(name: str) -> None:
    entry = ZOO[name]
    if entry.cancelled or (entry.alarm or timedelta()) < timedelta():
        entry = replace(entry, cancelled=False, alarm=None)
    if entry.recurrence is not None:
        bare = replace(entry.recurrence, overrides=())
        entry = replace(entry, recurrence=bare)
    event = json.loads(json.dumps(new_event(entry)))
    assert read_family(Family(master=event), SETTINGS) == entry


def test_an_event_without_a_zone_is_in_the_calendars() -> None:
    event = {
        "id": "x",
        "start": {"dateTime": "2026-12-03T09:00:00Z"},
        "end": {"dateTime": "2026-12-03T10:00:00Z"},
    }
    found = read_family(Family(master=event), SETTINGS)
    assert isinstance(found.start, datetime) and found.start.tzinfo == ZoneInfo("Europe/Berlin")
    all_day = {"id": "x", "start": {"date": "2026-12-03"}, "end": {"date": "2026-12-04"}}
    assert read_family(Family(master=all_day), SETTINGS).start == date(2026, 12, 3)


class TestPace:
    def test_as_much_as_fits_at_once_and_the_rest_a_minute_later(self) -> None:
        now = [0.0]
        pace = Pace(lambda: now[0])
        for _ in range((A_MINUTE - KEPT) // 50):
            assert pace.wait(50) == 0
            pace.spend(50)
        assert pace.wait(50) == WINDOW
        now[0] = 30.0
        assert pace.wait(1) == WINDOW - 30
        now[0] = WINDOW
        assert pace.wait(50) == 0

    @given(st.lists(st.tuples(st.integers(1, 50), st.floats(0, 20)), max_size=80))
    def test_never_more_than_the_quota_in_a_minute(self, sent: list[tuple[int, float]]) -> None:
        now = [0.0]
        pace = Pace(lambda: now[0])
        log: list[tuple[float, int]] = []
        for parts, gap in sent:
            now[0] += gap + pace.wait(parts)
            pace.spend(parts)
            log.append((now[0], parts))
        for at, _ in log:
            within = sum(n for when, n in log if at <= when < at + 60)
            assert within <= A_MINUTE


def test_the_entry_that_came_of_a_write_is_googles(bench: OnGoogle) -> None:
    (result,) = bench.open().write([create(contact(start=TEN.astimezone(UTC), end=TEN + HOUR))])
    assert isinstance(result.entry, Entry) and result.entry.start == TEN


@pytest.mark.parametrize(
    ("of_series", "of_hour", "own"),
    [
        ({}, {}, False),
        ({}, {"location": "Room 4"}, True),
        ({"location": "Room 4"}, {"location": "Room 4"}, False),
        ({}, {"attendees": [{"email": "bob@example.org"}]}, True),
        (
            {"attendees": [{"email": "bob@example.org"}]},
            {"attendees": [{"email": "bob@example.org", "responseStatus": "accepted"}]},
            False,
        ),
        ({}, {"attachments": [{"fileUrl": "https://example.org/a"}]}, True),
        ({}, {"colorId": "5"}, True),
        ({"colorId": "5"}, {"colorId": "5"}, False),
        ({}, {"transparency": "transparent"}, True),
        ({"visibility": "private"}, {"visibility": "private"}, False),
        ({}, {"reminders": {"overrides": [{"method": "email", "minutes": 60}]}}, True),
        ({}, {"reminders": {"overrides": [{"method": "popup", "minutes": 60}]}}, False),
    ],
)
def test_what_an_hour_has_of_its_own(of_series: Json, of_hour: Json, own: bool) -> None:
    def when(moment: datetime) -> Json:
        return {"dateTime": moment.isoformat(), "timeZone": "Europe/Berlin"}

    at = TEN + WEEK
    master = {"id": "x", "start": when(TEN), "end": when(TEN + HOUR), **of_series}
    master["recurrence"] = ["RRULE:FREQ=WEEKLY"]
    hour = {"id": "x_1", "originalStartTime": when(at), "start": when(at), "end": when(at + HOUR)}
    told = {**hour, "summary": "Mine", **of_hour}
    entry = read_family(Family(master=master, exceptions=(told,)), SETTINGS)
    assert entry.recurrence is not None
    assert [each.own for each in entry.recurrence.overrides] == [own]
