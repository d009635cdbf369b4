"""What only CalDAV has: finding the calendar, remembering it, and being told no (RFC 6764, RFC
4791), on real servers."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from syncd.calendars.base import Fate
from syncd.calendars.caldav import CalDavCalendar, adapter
from syncd.errors import Refused, Unreachable
from syncd.model.roster import CalendarSettings, Secret
from tests.calendars.bench import OnServer, create, removal, replaced
from tests.calendars.zoo import HOUR, TEN, WEEK, block, contact
from tests.client import Client
from tests.servers import Request, Server, settings_for


def opened(settings: CalendarSettings, memo: str = "") -> CalDavCalendar:
    return CalDavCalendar(settings, timezone="Europe/Berlin", memo=memo)


@pytest.fixture
def bench(server: Server) -> OnServer:
    """A calendar with one contact event in it."""
    bench = OnServer(server, "Outreach")
    (result,) = bench.open().write([create(contact())])
    assert result.fate is Fate.APPLIED
    return bench


class TestFinding:
    @pytest.mark.parametrize("path", ["", "/", "/.well-known/caldav", "HOME", "PRINCIPAL"])
    def test_by_any_address_that_a_provider_gives(
        self, server: Server, bench: OnServer, path: str
    ) -> None:
        principal = server.home if server.kind == "radicale" else "/user/"
        path = path.replace("HOME", server.home).replace("PRINCIPAL", principal)
        settings = replace(settings_for(server, "Outreach"), url=server.url.rstrip("/") + path)
        assert len(opened(settings).changes("", {}).sightings) == 1

    @pytest.mark.parametrize("slash", ["/", ""])
    def test_by_its_own_address(self, server: Server, bench: OnServer, slash: str) -> None:
        address = server.url.rstrip("/") + bench.client.collection.rstrip("/") + slash
        assert len(opened(settings_for(server, address)).changes("", {}).sightings) == 1
        by_url = replace(settings_for(server, "Outreach"), url=address)
        assert len(opened(by_url).changes("", {}).sightings) == 1

    def test_its_own_address_at_which_there_is_nothing(self, server: Server) -> None:
        address = f"{server.url.rstrip('/')}{server.home}nothing/"
        with pytest.raises(Refused, match="has no calendar at the address"):
            opened(settings_for(server, address)).changes("", {})

    def test_by_its_name_in_any_normal_form(self, server: Server) -> None:
        OnServer(server, "Öffi").open().write([create(contact())])
        assert len(OnServer(server, "O\u0308ffi").open().changes("", {}).sightings) == 1

    def test_two_of_one_name_are_named_both(self, server: Server, bench: OnServer) -> None:
        body = (
            '<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>'
            "<displayname>Outreach</displayname></prop></set></C:mkcalendar>"
        )
        other = f"{server.home}other/"
        assert server.ask("MKCALENDAR", other, body.encode(), Content_Type="text/xml")[0] == 201
        with pytest.raises(Refused) as refused:
            bench.open().changes("", {})
        assert "has 2 calendars called «Outreach»" in str(refused.value)
        assert other in str(refused.value)

    def test_a_name_whose_address_is_taken_gets_another(self, server: Server) -> None:
        body = (
            '<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>'
            "<displayname>Theirs</displayname></prop></set></C:mkcalendar>"
        )
        path = f"{server.home}outreach/"
        assert server.ask("MKCALENDAR", path, body.encode(), Content_Type="text/xml")[0] == 201
        (result,) = OnServer(server, "Outreach").open().write([create(contact())])
        assert result.fate is Fate.APPLIED and not result.href.startswith(path)
        assert Client(server, "Theirs").entries() == []

    def test_one_that_was_made_since_it_was_looked_for_is_the_one(
        self, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By another syncd, or by one that was ended before it had the answer."""
        late = OnServer(server, "Outreach").open()
        make = adapter.make_calendar

        def made_in_between(*of: Any) -> None:
            with monkeypatch.context() as patch:
                patch.setattr(adapter, "make_calendar", make)
                OnServer(server, "Outreach").open().write([create(contact())])
            make(*of)

        monkeypatch.setattr(adapter, "make_calendar", made_in_between)
        (result,) = late.write([create(contact("bob"))])
        assert result.fate is Fate.APPLIED
        assert len(OnServer(server, "Outreach").open().changes("", {}).sightings) == 2

    def test_an_address_without_caldav(self, server: Server) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
            silent.close()
            settings = replace(settings_for(server, "Outreach"), url=url)
            with pytest.raises(Unreachable, match="connection refused"):
                opened(settings).changes("", {})


class TestRemembering:
    def test_a_quiet_look_in_a_new_process_is_one_request(
        self, server: Server, bench: OnServer
    ) -> None:
        calendar = bench.open()
        first = calendar.changes("", {})
        known = {s.href: s.version for s in first.sightings}
        since = server.mark()
        second = bench.open(calendar.memo).changes(first.cursor, known)
        assert second.sightings == () and not second.full
        assert server.requests(since) == [Request("REPORT", bench.client.collection, 207)]

    def test_what_was_just_written_is_not_asked_for_again(
        self, server: Server, bench: OnServer
    ) -> None:
        calendar = bench.open()
        first = calendar.changes("", {})
        (result,) = calendar.write([create(contact("bob"))])
        known = {s.href: s.version for s in first.sightings} | {result.href: result.version}
        since = server.mark()
        calendar.changes(first.cursor, known)
        assert [each.method for each in server.requests(since)] == ["REPORT"]

    def test_what_was_removed_and_made_again_alike_is_seen(
        self, server: Server, bench: OnServer
    ) -> None:
        """By another syncd, within one second: tokens and tags may be hashes of what is there."""
        ours, theirs = bench.open(), bench.open()
        first = ours.changes("", {})
        (sight,) = first.sightings
        assert ours.write([removal(sight)])[0].fate is Fate.APPLIED
        assert theirs.write([create(contact())])[0].fate is Fate.APPLIED
        again = ours.changes(first.cursor, {})
        assert [each.href for each in again.sightings] == [sight.href]

    def test_a_removal_that_the_server_tells_of_is_looked_at_by_one_request(
        self, server: Server, bench: OnServer
    ) -> None:
        calendar = bench.open()
        first = calendar.changes("", {})
        assert calendar.write([removal(first.sightings[0])])[0].fate is Fate.APPLIED
        since = server.mark()
        second = calendar.changes(first.cursor, {})
        calendar.changes(second.cursor, {})
        assert [each.method for each in server.requests(since)] == ["REPORT", "REPORT"]

    def test_a_write_is_one_request(self, server: Server, bench: OnServer) -> None:
        calendar = bench.open()
        (sight,) = calendar.changes("", {}).sightings
        since = server.mark()
        (one,) = calendar.write([create(contact("bob"))])
        (two,) = calendar.write([replaced(sight, contact(title="x"))])
        calendar.write([removal(one), removal(two)])
        assert [each.method for each in server.requests(since)] == ["PUT", "PUT"] + 2 * ["DELETE"]

    def test_a_memo_of_other_settings_is_worth_nothing(
        self, server: Server, bench: OnServer
    ) -> None:
        calendar = bench.open()
        calendar.changes("", {})
        other = opened(settings_for(server, "Another"), calendar.memo)
        assert other.changes("", {}).sightings == ()
        assert len(opened(settings_for(server, "Outreach"), "{]").changes("", {}).sightings) == 1

    def test_a_memo_holds_no_secret(self, server: Server, bench: OnServer) -> None:
        calendar = bench.open()
        calendar.changes("", {})
        assert server.password not in calendar.memo and bench.client.collection in calendar.memo

    def test_a_calendar_that_was_renamed_on_disk_is_found_again(
        self, server: Server, bench: OnServer
    ) -> None:
        calendar = bench.open()
        first = calendar.changes("", {})
        bench.client.drop()
        body = (
            '<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>'
            "<displayname>Outreach</displayname></prop></set></C:mkcalendar>"
        )
        other = f"{server.home}elsewhere/"
        assert server.ask("MKCALENDAR", other, body.encode(), Content_Type="text/xml")[0] == 201
        second = calendar.changes(first.cursor, {s.href: s.version for s in first.sightings})
        assert second.full and second.gone == {s.href for s in first.sightings}
        (result,) = calendar.write([create(contact())])
        assert result.href.startswith(other)


class TestBeingToldNo:
    def test_a_wrong_password(self, radicale: Server) -> None:
        settings = replace(
            settings_for(radicale, "Outreach"),
            password=Secret(value="wrong", origin="SYNCD_PASSWORD"),
        )
        calendar = opened(settings)
        with pytest.raises(Refused) as refused:
            calendar.changes("", {})
        told = "Calendar home refused the password (401). Next: check SYNCD_PASSWORD."
        assert str(refused.value) == told and "wrong" not in told
        (result,) = calendar.write([create(contact())])
        assert (result.fate, result.why) == (Fate.REFUSED, told)

    def test_a_password_that_was_changed(self, radicale: Server) -> None:
        bench = OnServer(radicale, "Outreach")
        calendar = bench.open()
        calendar.write([create(contact())])
        first = calendar.changes("", {})
        changed = replace(
            settings_for(radicale, "Outreach"), password=Secret(value="old", origin="here")
        )
        late = opened(changed, calendar.memo)
        with pytest.raises(Refused, match="refused the password"):
            late.changes(first.cursor, {})
        assert late.memo and bench.client.collection in late.memo

    def test_no_password_where_one_is_wanted(self, radicale: Server) -> None:
        settings = replace(settings_for(radicale, "Outreach"), username="")
        with pytest.raises(Refused, match="wants a username and a password"):
            opened(settings).changes("", {})

    def test_a_password_that_nobody_asks_for(self, xandikos: Server) -> None:
        settings = replace(settings_for(xandikos, "Outreach"), username="")
        (result,) = opened(settings).write([create(contact())])
        assert result.fate is Fate.APPLIED

    def test_a_calendar_that_may_only_be_read(self, reader: Server) -> None:
        reader.put_calendar("Outreach")
        calendar = opened(settings_for(reader, "Outreach"))
        assert calendar.changes("", {}).complete
        results = calendar.write([create(contact()), create(contact("bob"))])
        assert {each.fate for each in results} == {Fate.REFUSED}
        assert results[0].why == (
            f"Calendar home: 127.0.0.1:{reader.process.port} does not let {reader.username} write "
            "to it (403 Forbidden). Next: check the calendar's url and rights on the server."
        )

    def test_a_home_in_which_no_calendar_may_be_made(self, reader: Server) -> None:
        calendar = opened(settings_for(reader, "Outreach"))
        assert calendar.changes("", {}).sightings == ()
        (result,) = calendar.write([create(contact())])
        assert result.fate is Fate.REFUSED
        assert "make the calendar «Outreach» (403" in result.why

    def test_somebody_elses_calendar(self, radicale: Server) -> None:
        OnServer(radicale, "Outreach").open().write([create(contact())])
        theirs = radicale.url.rstrip("/") + Client(radicale, "Outreach").collection
        other = radicale.process.fresh()
        with pytest.raises(Refused, match="403"):
            opened(settings_for(other, theirs)).changes("", {})


class TestLeavingAlone:
    def test_what_is_not_understood_stays(self, bench: OnServer) -> None:
        client = bench.client
        shown = client.set(client.find(contact().uid), "X-COLOUR", "red; and blue")
        shown = client.invite(shown, "bob@example.org")
        place = "LOCATION:C:\\\\New\\, by the sea\r\nSUMMARY:"
        body = shown.body.replace("\r\n", "\n").replace("\n", "\r\n").replace("SUMMARY:", place, 1)
        headers = {"Content_Type": "text/calendar", "If_Match": shown.etag}
        assert bench.server.ask("PUT", shown.href, body.encode(), **headers)[0] < 300
        calendar = bench.open()
        (sight,) = calendar.changes("", {}).sightings
        assert sight.entry == contact(guests=1, extras=True)
        told = contact(title="✅ Ann", guests=1, extras=True)
        (result,) = calendar.write([replaced(sight, told)])
        assert result.fate is Fate.APPLIED
        after = client.find(contact().uid)
        assert after.title == "✅ Ann"
        for name in ("X-COLOUR", "ATTENDEE", "ORGANIZER", "CLASS", "TRANSP"):
            assert after.properties[name] == shown.properties[name]
        if bench.server.kind == "radicale":  # Xandikos itself makes a newline of the \N
            assert "LOCATION:C:\\\\New\\, by the sea" in after.body

    def test_what_the_user_did_to_occurrences_is_seen(self, bench: OnServer) -> None:
        calendar, client = bench.open(), bench.client
        calendar.write([create(block())])
        shown = client.find(block().uid)
        shown = client.move_occurrence(shown, TEN, TEN + HOUR)
        shown = client.delete_occurrence(shown, TEN + 2 * WEEK)
        shown = client.delete_occurrence(shown, TEN + WEEK, cancelled=True)
        client.shorten_occurrence(shown, TEN + 3 * WEEK, TEN + 3 * WEEK + HOUR / 2)
        entry = next(
            s.entry for s in calendar.changes("", {}).sightings if s.entry and s.entry.recurrence
        )
        assert entry.recurrence is not None
        first, second, third = entry.recurrence.overrides
        assert (first.original, first.start, first.text) == (TEN, TEN + HOUR, "Ann Lee\nBob")
        assert second.cancelled and second.original == TEN + WEEK
        assert (third.start, third.end) == (TEN + 3 * WEEK, TEN + 3 * WEEK + HOUR / 2)
        assert third.title == "Outreach" and third.alarm == block().alarm
        assert entry.recurrence.exdates == {TEN + 2 * WEEK}

    def test_a_split_series_is_two(self, bench: OnServer) -> None:
        calendar, client = bench.open(), bench.client
        calendar.write([create(block())])
        client.split(client.find(block().uid), TEN + 2 * WEEK, TEN + 2 * WEEK + HOUR)
        found = [
            s.entry for s in calendar.changes("", {}).sightings if s.entry and s.entry.recurrence
        ]
        first, second = sorted(found, key=lambda each: each.start)  # type: ignore[arg-type, return-value]
        assert first.uid == block().uid and first.recurrence and first.recurrence.until is not None
        assert TEN + WEEK < first.recurrence.until < TEN + 2 * WEEK
        assert second.start == TEN + 2 * WEEK + HOUR and second.recurrence is not None
        assert second.recurrence.until is None and second.trace == block().trace

    def test_a_task_and_a_stripped_entry(self, bench: OnServer) -> None:
        bench.client.strip(bench.client.find(contact().uid))
        if bench.server.kind == "radicale":  # Xandikos holds to the kinds that a calendar is for
            task = (
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTODO\r\nUID:task\r\n"
                "DTSTAMP:20261125T120000Z\r\nSUMMARY:Shop\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
            )
            path = f"{bench.client.collection}{quote('a task')}.ics"
            headers = {"Content_Type": "text/calendar"}
            assert bench.server.ask("PUT", path, task.encode(), **headers)[0] == 201
        sightings = bench.open().changes("", {}).sightings
        assert [s.entry for s in sightings if s.entry] == [contact(trace="")]
        problems = [s.problem for s in sightings if s.problem]
        assert problems == ["it is a task without a date"][: len(problems)]
