"""Servers that are not at hand, by their habits: each as it was seen on one of them."""

from __future__ import annotations

import hashlib
import re
import threading
from datetime import timedelta

import pytest

from syncd.calendars.base import Changes, Fate
from syncd.calendars.caldav import CalDavCalendar, transport
from syncd.calendars.caldav.adapter import WRITERS
from syncd.errors import Refused, Unreachable
from tests.calendars.bench import create, removal, replaced
from tests.calendars.scripted import (
    COLLECTION,
    HOME,
    Answering,
    Asked,
    Dav,
    Told,
    gone,
    multistatus,
    row,
    serving,
)
from tests.calendars.zoo import ZOO, contact


def filled(dav: Dav, count: int = 3) -> tuple[CalDavCalendar, Changes]:
    """A calendar with so many entries, looked at."""
    calendar = dav.calendar()
    results = calendar.write([create(contact(f"p{n}")) for n in range(count)])
    assert {each.fate for each in results} == {Fate.APPLIED}
    return calendar, calendar.changes("", {})


def known(changes: Changes) -> dict[str, str]:
    return {s.href: s.version for s in changes.sightings}


def path_of(name: str) -> str:
    return f"{COLLECTION}{contact(name).uid}.ics"


def title(dav: Dav, name: str) -> str:
    found = re.search(r"SUMMARY:(.*)", dav.resources[path_of(name)][1])
    assert found
    return found[1].strip()


class TestVersions:
    def test_none_told_for_a_put(self) -> None:
        with serving(etag_on_put=None) as dav:
            calendar, _ = filled(dav, 1)
            (one,) = calendar.write([create(contact("ann"))])
            assert (one.fate, one.version) == (Fate.APPLIED, "")
            # Known by its meaning until it is seen again: the next write finds its ETag itself.
            (two,) = calendar.write([replaced(one, contact("ann", title="x"))])
            assert two.fate is Fate.APPLIED
            assert dav.asked[-1].headers["if-match"].startswith('"')
            dav.put(f"{contact('ann').uid}.ics", dav.resources[path_of("p0")][1])
            (three,) = calendar.write([replaced(two, contact("ann", title="y"))])
            assert three.fate is Fate.STALE
            assert calendar.write([removal(two)])[0].fate is Fate.STALE
            (sight,) = [
                s
                for s in calendar.changes("", {two.href: ""}).sightings
                if s.href == path_of("ann")
            ]
            assert sight.version

    @pytest.mark.parametrize("told", [None, lambda etag: f"W/{etag}"])
    def test_weak_ones_are_looked_at_before_a_write(self, told: object) -> None:
        with serving(etag=lambda etag: f"W/{etag}", etag_on_put=told) as dav:
            calendar, first = filled(dav, 2)
            one, two = first.sightings
            assert one.version.startswith("W/")
            since = len(dav.asked)
            # Nothing can guard the write itself: the look before it is the guard.
            (result,) = calendar.write([replaced(one, contact("p0", title="x"))])
            assert result.fate is Fate.APPLIED
            assert dav.kinds(since) == ["GET", "PUT"]
            assert "if-match" not in dav.asked[-1].headers
            dav.put(two.href.removeprefix(COLLECTION), dav.resources[two.href][1])
            since = len(dav.asked)
            (result,) = calendar.write([replaced(two, contact("p1", title="x"))])
            assert result.fate is Fate.STALE and dav.kinds(since) == ["GET"]

    def test_a_proxys_are_given_back_as_they_came(self) -> None:
        with serving(etag=lambda etag: f'{etag[:-1]}-gzip"') as dav:
            calendar, first = filled(dav, 1)
            (sight,) = first.sightings
            assert sight.version.endswith('-gzip"')
            (result,) = calendar.write([replaced(sight, contact("p0", title="x"))])
            assert result.fate is Fate.APPLIED
            assert dav.asked[-1].headers["accept-encoding"] == "identity"

    def test_a_body_that_the_server_rewrites(self) -> None:
        def rewritten(body: str) -> str:
            lines = body.replace("CLASS:PRIVATE", "CLASS:CONFIDENTIAL").splitlines()
            lines.insert(2, "X-SERVER:was here")
            return "\n".join(lines)

        with serving(store=rewritten) as dav:
            calendar, first = filled(dav, 1)
            (sight,) = first.sightings
            assert sight.entry == contact("p0")
            (result,) = calendar.write([replaced(sight, contact("p0", title="x"))])
            assert result.fate is Fate.APPLIED
            assert "X-SERVER:was here" in dav.resources[sight.href][1]


class TestReadingChanges:
    def test_a_server_that_has_only_a_tag(self) -> None:
        with serving(tokens=False) as dav:
            calendar, first = filled(dav)
            since = len(dav.asked)
            second = calendar.changes(first.cursor, known(first))
            assert dav.kinds(since) == ["PROPFIND"] and not second.full
            assert second.sightings == () and second.cursor == first.cursor
            dav.put("foreign.ics", dav.resources[path_of("p0")][1].replace("UID:", "UID:x"))
            del dav.resources[path_of("p1")]
            third = calendar.changes(second.cursor, known(first))
            assert third.full and third.gone == {path_of("p1")}
            assert [s.href for s in third.sightings] == [f"{COLLECTION}foreign.ics"]

    def test_a_server_that_has_neither(self) -> None:
        with serving(tokens=False) as dav:
            hide = re.compile(r"<CS:getctag>.*?</CS:getctag>")

            def without(asked: Asked) -> Told | None:
                if asked.what != "PROPFIND" or asked.path != COLLECTION:
                    return None
                told = dav.propfind(COLLECTION, asked.headers["depth"])
                assert isinstance(told.body, str)
                return Told(207, hide.sub("", told.body))

            calendar, _ = filled(dav)
            dav.answers.append(without)
            first = calendar.changes("", {})
            assert first.cursor == "" and len(first.sightings) == 3
            assert calendar.changes(first.cursor, known(first)).sightings == ()

    @pytest.mark.parametrize(
        "answer",
        [
            Told(403, "<D:error xmlns:D='DAV:'><D:valid-sync-token/></D:error>"),
            Told(409),
            Told(412),
            Told(400, "Bad token"),
            Told(500, "oops"),
            Told(501),
            Told(507),
            Told(207, multistatus()),
        ],
    )
    def test_a_token_that_it_does_not_know(self, answer: Told) -> None:
        with serving() as dav:
            calendar, first = filled(dav)
            del dav.resources[path_of("p1")]
            dav.when("sync-collection", answer)
            second = calendar.changes(first.cursor, known(first))
            assert second.full and second.complete and second.gone == {path_of("p1")}
            third = calendar.changes(second.cursor, known(first))
            assert not third.full

    def test_tokens_that_never_work_are_not_asked_for_any_more(self) -> None:
        with serving() as dav:
            calendar, first = filled(dav)
            dav.when("sync-collection", *(Told(500) for _ in range(9)))
            cursor, memo = first.cursor, calendar.memo
            for _ in range(4):
                calendar = dav.calendar(memo)
                cursor = calendar.changes(cursor, known(first)).cursor
                memo = calendar.memo
            assert cursor.startswith("ctag:")
            since = len(dav.asked)
            assert not dav.calendar(memo).changes(cursor, known(first)).full
            assert dav.kinds(since) == ["PROPFIND"]

    def test_one_that_repeats_rows_and_tells_of_what_was_never_seen(self) -> None:
        with serving() as dav:
            calendar, first = filled(dav)
            rows = [
                row(path_of("p0"), '<D:getetag>"old"</D:getetag>'),
                gone(path_of("p1")),
                gone(f"{COLLECTION}never.ics"),
                row(path_of("p0"), f"<D:getetag>{dav.resources[path_of('p0')][0]}</D:getetag>"),
                row(COLLECTION, "<D:getetag/>"),
                "<D:sync-token>9</D:sync-token>",
            ]
            dav.when("sync-collection", Told(207, multistatus(*rows)))
            second = calendar.changes(first.cursor, known(first))
            assert second.sightings == () and second.gone == {path_of("p1")}
            assert second.cursor == "sync:9"

    def test_pages(self) -> None:
        with serving() as dav:
            calendar, first = filled(dav)
            more = gone(COLLECTION, "507 Insufficient Storage")
            dav.when(
                "sync-collection",
                Told(
                    207,
                    multistatus(gone(path_of("p0")), more, "<D:sync-token>7</D:sync-token>"),
                ),
                Told(207, multistatus(gone(path_of("p1")), "<D:sync-token>8</D:sync-token>")),
            )
            second = calendar.changes(first.cursor, known(first))
            assert second.gone == {path_of("p0"), path_of("p1")} and second.cursor == "sync:8"

    def test_pages_that_do_not_end_are_a_lost_token(self) -> None:
        with serving() as dav:
            calendar, first = filled(dav)
            token = first.cursor.removeprefix("sync:")
            more = gone(COLLECTION, "507 Insufficient Storage")
            body = multistatus(more, f"<D:sync-token>{token}</D:sync-token>")
            dav.when("sync-collection", Told(207, body))
            assert calendar.changes(first.cursor, known(first)).full

    def test_a_listing_that_is_cut_off_proves_no_absence(self) -> None:
        with serving() as dav:
            calendar, first = filled(dav)
            own = dav.propfind(COLLECTION, "0").body
            assert isinstance(own, str)
            for cut in (
                own.replace(
                    "</D:multistatus>", gone(path_of("p0"), "500 oops") + "</D:multistatus>"
                ),
                own.replace(
                    "200 OK</D:status></D:propstat>",
                    "200 OK</D:status></D:propstat>"
                    "<D:status>HTTP/1.1 507 Insufficient Storage</D:status>",
                ),
            ):
                dav.when("PROPFIND", Told(207, cut), path=COLLECTION)
                second = calendar.changes("", known(first))
                assert not second.complete and second.gone == frozenset()
                assert second.cursor == ""

    def test_changes_of_which_one_cannot_be_told_are_read_again(self) -> None:
        with serving() as dav:
            calendar, first = filled(dav)
            rows = (gone(path_of("p0"), "500 oops"), gone(path_of("p1")))
            body = multistatus(*rows, "<D:sync-token>9</D:sync-token>")
            dav.when("sync-collection", Told(207, body))
            second = calendar.changes(first.cursor, known(first))
            assert not second.complete and second.gone == frozenset()
            assert second.cursor == first.cursor

    def test_nothing_but_itself_not_shown_is_not_an_empty_calendar(self) -> None:
        with serving() as dav:
            calendar, first = filled(dav)
            dav.when("PROPFIND", Told(207, multistatus()), path=COLLECTION)
            second = calendar.changes("", known(first))
            assert second.complete and second.gone == frozenset()  # it looked once more

    def test_hrefs_spelt_otherwise(self) -> None:
        with serving(show=lambda path: path.replace("0", "%30").replace("@", "%40")) as dav:
            calendar, first = filled(dav)
            assert set(known(first)) == {path_of(f"p{n}") for n in range(3)}
            (result,) = calendar.write([removal(first.sightings[0])])
            assert result.fate is Fate.APPLIED
            left = {s.href: s.version for s in first.sightings[1:]}
            second = calendar.changes(first.cursor, left)
            assert second.sightings == () and second.gone == frozenset()

    def test_hrefs_that_are_whole_addresses(self) -> None:
        with serving() as dav:
            host = dav.url.rstrip("/")
            dav.show = lambda path: host + path
            _, first = filled(dav)
            assert set(known(first)) == {path_of(f"p{n}") for n in range(3)}


class TestReadingBodies:
    def test_a_multiget_that_leaves_one_out(self) -> None:
        with serving() as dav:
            filled(dav)
            dav.when(
                "calendar-multiget", Told(207, multistatus(dav._row(path_of("p0"), body=True)))
            )
            changes = dav.calendar().changes("", {})
            assert {s.href for s in changes.sightings} == set(dav.resources)
            assert all(s.entry for s in changes.sightings)

    @pytest.mark.parametrize("status", [400, 403, 404, 500, 501])
    def test_a_multiget_that_fails_as_a_whole(self, status: int) -> None:
        with serving() as dav:
            filled(dav)
            dav.when("calendar-multiget", Told(status))
            changes = dav.calendar().changes("", {})
            assert {s.href for s in changes.sightings} == set(dav.resources)
            assert changes.complete

    def test_one_that_is_gone_by_then(self) -> None:
        with serving() as dav:
            filled(dav)

            def late(asked: Asked) -> Told | None:
                if asked.what == "calendar-multiget":
                    dav.resources.pop(path_of("p1"), None)
                return None

            dav.answers.append(late)
            changes = dav.calendar().changes("", {path_of("p1"): '"old"'})
            assert len(changes.sightings) == 2 and changes.gone == {path_of("p1")}

    def test_one_that_the_server_cannot_show(self) -> None:
        with serving() as dav:
            filled(dav)
            only = multistatus(
                dav._row(path_of("p0"), body=True), dav._row(path_of("p2"), body=True)
            )
            dav.when("calendar-multiget", Told(207, only), Told(207, only))
            dav.when("GET", Told(500))
            changes = dav.calendar().changes("", {})
            assert not changes.complete and changes.cursor == ""
            dav.when("GET", Told(403))
            changes = dav.calendar().changes("", {})
            (problem,) = [s for s in changes.sightings if s.problem]
            assert problem.href == path_of("p1") and "403" in problem.problem

    def test_bodies_that_are_no_events(self) -> None:
        with serving() as dav:
            filled(dav, 1)
            whole = dav.resources[path_of("p0")][1]
            dav.put("empty.ics", "")
            dav.put("html.ics", "<html><body>Sign in</body></html>")
            dav.put("half.ics", whole[: len(whole) // 2])
            dav.put("two.ics", whole.replace("END:VCALENDAR", whole.replace("UID:", "UID:x")))
            dav.put("task.ics", whole.replace("VEVENT", "VTODO"))
            changes = dav.calendar().changes("", {})
            shown = {s.href.removeprefix(COLLECTION): s for s in changes.sightings}
            for name in ("empty.ics", "html.ics", "half.ics", "two.ics"):
                assert shown[name].entry is None and shown[name].problem, name
            task = shown["task.ics"].entry
            assert task is not None and task.task
            assert shown[path_of("p0").removeprefix(COLLECTION)].entry == contact("p0")
            assert changes.complete

    def test_two_resources_with_one_uid(self) -> None:
        with serving() as dav:
            filled(dav, 1)
            dav.put("copy.ics", dav.resources[path_of("p0")][1])
            changes = dav.calendar().changes("", {})
            assert len(changes.sightings) == 2
            assert [s.entry for s in changes.sightings] == [contact("p0")] * 2

    def test_emoji_in_two_halves(self) -> None:
        with serving() as dav:
            filled(dav)
            halves = row(HOME + "x/", "<D:displayname>&#xD83C;&#xDF89; &#55356;</D:displayname>")
            listed = dav.propfind(HOME, "1").body
            assert isinstance(listed, str)
            listed = listed.replace("</D:multistatus>", halves + "</D:multistatus>")
            dav.when("PROPFIND", *(Told(207, listed) for _ in range(2)), path=HOME)
            assert len(dav.calendar().changes("", {}).sightings) == 3

    @pytest.mark.parametrize("body", ["", "<html>", "<a><b></a>", "\x00", "<!DOCTYPE a>&b;"])
    def test_xml_that_is_not_xml(self, body: str) -> None:
        with serving() as dav:
            calendar, _ = filled(dav)
            dav.when("PROPFIND", Told(207, body), path=COLLECTION)
            with pytest.raises(Unreachable, match="not XML"):
                calendar.changes("", {})

    def test_xml_that_would_read_a_file(self) -> None:
        with serving() as dav:
            calendar, _ = filled(dav)
            body = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + multistatus(
                row(COLLECTION, "<D:resourcetype><C:calendar/></D:resourcetype>"),
                row(f"{COLLECTION}&b;.ics", "<D:getetag>&b;</D:getetag>").replace("&amp;", "&"),
            )
            dav.when("PROPFIND", Told(207, body), path=COLLECTION)
            changes = calendar.changes("", {})
            assert "root" not in str(changes)


class TestWriting:
    def test_sogo_creates_with_a_match_for_nothing(self) -> None:
        with serving(headers={"Server": "SOGo/5.8"}) as dav:

            def sogo(asked: Asked) -> Told | None:
                there = asked.path in dav.resources
                if asked.what == "PUT" and asked.headers.get("if-none-match") == "*":
                    dav.put(asked.path.removeprefix(COLLECTION), asked.body)
                    return Told(204 if there else 201)
                if asked.what == "PUT" and asked.headers.get("if-match") == '"none"':
                    if there:
                        return Told(412)
                    dav.put(asked.path.removeprefix(COLLECTION), asked.body)
                    return Told(201, "", {"ETag": dav.resources[asked.path][0]})
                if asked.what == "DELETE" and there:
                    del dav.resources[asked.path]
                    return Told(204)
                return None

            dav.answers.append(sogo)
            dav.calendar().changes("", {})
            (one,) = dav.calendar().write([create(contact("ann"))])
            assert one.fate is Fate.APPLIED
            (two,) = dav.calendar().write([create(contact("ann", title="other"))])
            assert two.fate is Fate.STALE
            assert title(dav, "ann") == "Ann Lee: call"
            dav.put(f"{contact('ann').uid}.ics", dav.resources[path_of("ann")][1])
            (three,) = dav.calendar().write([removal(one)])
            assert three.fate is Fate.STALE and path_of("ann") in dav.resources

    @pytest.mark.parametrize(
        ("answer", "fate", "word"),
        [
            # Nothing is there, so it was, and its UID waits in a trash bin.
            (Told(412), Fate.TAKEN, ""),
            (Told(403, "<error xmlns='DAV:'><no-uid-conflict/></error>"), Fate.TAKEN, ""),
            (Told(409, "<error xmlns='DAV:'><no-uid-conflict/></error>"), Fate.TAKEN, ""),
            (Told(400, "Calendar object with uid already exists"), Fate.TAKEN, ""),
            (Told(400, "what?"), Fate.REFUSED, "400"),
            (Told(403), Fate.REFUSED, "does not let ann write to it"),
            (Told(413), Fate.REFUSED, "413"),
            (Told(415), Fate.REFUSED, "415"),
            (Told(404), Fate.LATER, "no longer where it was"),
            (Told(409), Fate.LATER, "no longer where it was"),
            (Told(500), Fate.LATER, "failed to write to it"),
            (Told(502), Fate.LATER, "failed to write to it"),
            (Told(504), Fate.LATER, "failed to write to it"),
            (Told(507), Fate.REFUSED, "no room left"),
            (Told(429, "", {"Retry-After": "30"}), Fate.LATER, "busy"),
            (Told(503, "", {"Retry-After": "30"}), Fate.LATER, "busy"),
        ],
    )
    def test_what_a_refusal_means(self, answer: Told, fate: Fate, word: str) -> None:
        with serving() as dav:
            calendar, _ = filled(dav)
            dav.when("PUT", *([answer] * (2 if answer.status == 500 else 1)))
            (result,) = calendar.write([create(contact("ann"))])
            assert result.fate is fate and word in result.why
            if answer.headers:
                assert result.after == timedelta(seconds=30)
            (again,) = calendar.write([create(contact("ann"))])
            assert again.fate is Fate.APPLIED

    @pytest.mark.parametrize("done", [True, False])
    def test_a_server_that_stumbles_over_two_writers(self, done: bool) -> None:
        with serving() as dav:
            calendar, _ = filled(dav)
            left = [500]

            def stumbling(asked: Asked) -> Told | None:
                if asked.what != "PUT" or not left:
                    return None
                if done:
                    dav.stored(asked.path, asked)
                return Told(left.pop())

            dav.answers.append(stumbling)
            since = len(dav.asked)
            (result,) = calendar.write([create(contact("ann"))])
            assert result.fate is (Fate.STALE if done else Fate.APPLIED)
            assert dav.kinds(since) == ["PUT", "PUT", *["GET"] * done]

    def test_a_server_that_locks(self) -> None:
        with serving() as dav:
            calendar, _ = filled(dav)
            dav.when("PUT", Told(423), Told(423))
            results = calendar.write([create(contact(f"q{n}")) for n in range(3)])
            assert {each.fate for each in results} == {Fate.APPLIED}
            assert '"one_by_one": true' in calendar.memo

    def test_an_answer_that_is_lost(self) -> None:
        with serving() as dav:
            calendar, _ = filled(dav)

            def dropped(asked: Asked) -> Told | None:
                if asked.what == "PUT":
                    dav.stored(asked.path, asked)
                    raise ConnectionAbortedError
                return None

            dav.answers.append(dropped)
            since = len(dav.asked)
            (result,) = calendar.write([create(contact("ann"))])
            assert result.fate is Fate.LATER and path_of("ann") in dav.resources
            assert dav.kinds(since) == ["PUT"]

    def test_a_mkcalendar_that_is_not_allowed(self) -> None:
        with serving() as dav:
            calendar = dav.calendar(calendar="Other")
            assert calendar.changes("", {}).sightings == ()
            dav.when("MKCALENDAR", Told(501))
            (result,) = calendar.write([create(contact("ann"))])
            assert result.fate is Fate.REFUSED and "make the calendar «Other»" in result.why


class TestTalking:
    @pytest.mark.parametrize("status", [429, 503])
    @pytest.mark.parametrize(("header", "seconds"), [("120", 120), ("", None), ("soon", None)])
    def test_a_busy_server_says_for_how_long(
        self, status: int, header: str, seconds: int | None
    ) -> None:
        with serving() as dav:
            calendar, first = filled(dav)
            headers = {"Retry-After": header} if header else {}
            dav.when("sync-collection", Told(status, "", headers))
            with pytest.raises(Unreachable, match="is busy") as busy:
                calendar.changes(first.cursor, known(first))
            assert busy.value.after == (timedelta(seconds=seconds) if seconds else None)

    def test_a_server_that_is_broken_is_not_taken_for_a_lost_token(self) -> None:
        with serving() as dav:
            calendar, first = filled(dav)
            dav.when("sync-collection", Told(502))
            with pytest.raises(Unreachable, match="failed to read it"):
                calendar.changes(first.cursor, known(first))
            assert not calendar.changes(first.cursor, known(first)).full

    def test_redirects_in_a_circle(self) -> None:
        with serving() as dav:
            dav.when("PROPFIND", *(Told(301, "", {"Location": "/"}) for _ in range(30)), path="/")
            with pytest.raises(Refused, match="there is no CalDAV at"):
                dav.calendar().changes("", {})
            assert len(dav.asked) < 30

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_the_well_known_address(self, status: int) -> None:
        with serving() as dav:
            dav.when("PROPFIND", Told(404), path="/")
            dav.when("PROPFIND", Told(status, "", {"Location": HOME}), path="/.well-known/caldav")
            dav.when("PROPFIND", *(Told(404) for _ in range(5)), path="example.org")
            assert dav.calendar().changes("", {}).complete
            assert [each.path for each in dav.asked][:3] == ["/", "/.well-known/caldav", HOME]

    def test_a_redirect_to_another_host_gets_no_password(self) -> None:
        with serving() as other, serving() as dav:
            dav.when("PROPFIND", *(Told(301, "", {"Location": other.url}) for _ in range(9)))
            port = other.url.rpartition(":")[2]
            dav.when("PROPFIND", Told(301, "", {"Location": f"http://localhost:{port}"}))
            with pytest.raises(Refused):
                dav.calendar(url=dav.url.replace("127.0.0.1", "localhost")).changes("", {})
            assert other.asked == []

    def test_a_calendar_that_moved(self) -> None:
        with serving() as dav:
            calendar, first = filled(dav)
            dav.when("sync-collection", Told(301, "", {"Location": "/elsewhere/"}))
            second = calendar.changes(first.cursor, known(first))
            assert second.full and second.gone == frozenset()

    def test_digest(self) -> None:
        with serving() as dav:
            dav.answers.append(digest("ann", "secret"))
            calendar, first = filled(dav)
            assert len(first.sightings) == 3 and '"scheme": "digest"' in calendar.memo
            assert b"secret" not in b"".join(
                value.encode() for each in dav.asked for value in each.headers.values()
            )

    def test_digest_is_remembered(self) -> None:
        with serving() as dav:
            dav.answers.append(digest("ann", "secret"))
            calendar, first = filled(dav)
            since = len(dav.asked)
            assert not dav.calendar(calendar.memo).changes(first.cursor, known(first)).full
            given = [each.headers.get("authorization", "") for each in dav.asked[since:]]
            assert len(given) == 2 and not any(each.startswith("Basic") for each in given)

    def test_digest_with_a_wrong_password(self) -> None:
        with serving() as dav:
            dav.answers.append(digest("ann", "another"))
            with pytest.raises(Refused, match="refused the password"):
                dav.calendar().changes("", {})

    def test_a_way_to_sign_in_that_we_do_not_know(self) -> None:
        with serving() as dav:
            dav.answers.append(lambda _: Told(401, "", {"WWW-Authenticate": "Negotiate"}))
            with pytest.raises(Refused, match="refused the password"):
                dav.calendar().changes("", {})

    def test_one_that_answers_strangers_has_to_be_told_who_asks(self) -> None:
        with serving() as dav:

            def stranger(asked: Asked) -> Told | None:
                if "authorization" not in asked.headers and asked.what == "PROPFIND":
                    return Told(207, multistatus(row("/", "<D:displayname>hello</D:displayname>")))
                return None

            dav.answers.append(stranger)
            # Over plain HTTP to elsewhere nothing is told unasked; this spelling counts as that.
            url = dav.url.replace("127.0.0.1", "127.1")
            assert dav.calendar(url=url).changes("", {}).complete
            assert "authorization" not in dav.asked[0].headers

    def test_no_answer_in_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with serving() as dav:
            calendar, first = filled(dav)
            late = threading.Event()

            def slow(asked: Asked) -> Told | None:
                late.wait(10)
                return None

            dav.answers.append(slow)
            monkeypatch.setattr(transport, "TIMEOUT", (1.0, 0.2))
            with pytest.raises(Unreachable, match="did not answer in time"):
                calendar.changes(first.cursor, known(first))
            late.set()

    def test_a_connection_that_breaks(self) -> None:
        with serving() as dav:
            calendar, first = filled(dav)

            def broken(asked: Asked) -> Told | None:
                raise ConnectionAbortedError

            dav.answers.append(broken)
            with pytest.raises(Unreachable, match="cannot be reached"):
                calendar.changes(first.cursor, known(first))

    def test_connections_are_kept(self) -> None:
        with serving() as dav:
            _, first = filled(dav, 12)
            assert len(first.sightings) == 12
            assert len({each.connection for each in dav.asked}) <= WRITERS

    def test_every_sort_of_entry_passes(self) -> None:
        with serving() as dav:
            calendar = dav.calendar()
            for entry in ZOO.values():
                (result,) = calendar.write([create(entry)])
                (sight,) = calendar.changes("", {}).sightings
                assert sight.entry == entry
                assert calendar.write([removal(result)])[0].fate is Fate.APPLIED


def digest(username: str, password: str) -> Answering:
    """Asks for a digest (RFC 7616, MD5, without qop)."""

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    def answering(asked: Asked) -> Told | None:
        given = asked.headers.get("authorization", "")
        fields = dict(re.findall(r'(\w+)="([^"]*)"', given))
        one = md5(f"{username}:dav:{password}")
        two = md5(f"{asked.method}:{fields.get('uri')}")
        if given.startswith("Digest") and fields.get("response") == md5(f"{one}:n0nce:{two}"):
            return None
        return Told(401, "", {"WWW-Authenticate": 'Digest realm="dav", nonce="n0nce"'})

    return answering


def test_a_refusal_that_happens_to_hold_the_letters_uid_is_a_refusal() -> None:
    page = "<html class='container-fluid'>guido may not write here</html>"
    for answer in (Told(403, page), Told(400, page)):
        with serving() as dav:
            calendar, _ = filled(dav)
            dav.when("PUT", answer)
            (result,) = calendar.write([create(contact("ann"))])
            assert result.fate is Fate.REFUSED


def test_a_server_that_takes_no_new_entry_is_not_asked_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from datetime import UTC, datetime

    from syncd.calendars.base import Result
    from syncd.calendars.memory import MemoryCalendar
    from syncd.engine.tick import tick
    from syncd.store import open_store
    from tests.household import person
    from tests.reconcile.world import roster

    class Full(MemoryCalendar):
        asked = 0

        def write(self, writes, progress=None):  # type: ignore[no-untyped-def]
            Full.asked += sum(1 for each in writes if each.verb.value == "create")
            return [Result(fate=Fate.TAKEN) for _ in writes]

    store, now = open_store("memory:"), datetime(2026, 12, 1, 8, tzinfo=UTC)
    for of in (roster(person("Ann Lee"), blocks=()), roster(person("Ann Lee"))):
        store, Full.asked = open_store("memory:"), 0
        for n in range(20):
            tick(of, store, {"home": Full("home")}, now + timedelta(minutes=2 * n))
        assert 3 <= Full.asked <= 8
    assert any(each.why for each in store.load().records)
