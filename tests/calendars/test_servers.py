"""That the servers of the fixtures are what the other tests take them for."""

from __future__ import annotations

from dataclasses import replace

from tests.servers import Request, Server


def test_a_server_tells_what_it_was_asked(server: Server) -> None:
    since = server.mark()
    assert server.ask("PROPFIND", server.home, Depth="0")[0] == 207
    assert server.ask("GET", f"{server.home}no%20thing")[0] == 404
    assert server.requests(since) == [
        Request("PROPFIND", server.home, 207),
        Request("GET", f"{server.home}no thing", 404),
    ]
    assert server.requests(server.mark()) == []


def test_tests_do_not_see_each_others_calendars(server: Server) -> None:
    made = f"{server.home}mine/"
    assert server.ask("MKCALENDAR", made)[0] == 201
    other = server.process.fresh()
    assert b"mine" not in other.ask("PROPFIND", other.home, Depth="1")[1]


def test_radicale_asks_for_the_password(radicale: Server) -> None:
    assert replace(radicale, password="wrong").ask("PROPFIND", radicale.home)[0] == 401


def test_a_reader_may_not_write(reader: Server) -> None:
    path = reader.put_calendar("Outreach")
    assert b"Outreach" in reader.ask("PROPFIND", path, Depth="0")[1]
    assert reader.ask("PUT", f"{path}x.ics", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")[0] == 403
