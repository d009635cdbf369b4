"""Reading meetings from CalDAV servers: those that are here, and habits of those that are not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from syncd.calendars.caldav.diary import CalDavDiary
from syncd.errors import Refused, Unreachable
from syncd.model.meetings import Meeting
from syncd.model.roster import CalendarSettings, Secret
from tests.calendars.scripted import COLLECTION, HOME, Asked, Dav, Told, multistatus, row, serving
from tests.calendars.test_guests import ANN, body, event
from tests.hosts import calendar_on, settings_on
from tests.servers import Server

SINCE = datetime(2026, 12, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=7)
START = datetime(2026, 12, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
NO = "ATTENDEE;PARTSTAT=DECLINED:mailto:me@example.org"


def diary_on(server: Server, calendar: str, memo: str = "") -> CalDavDiary:
    found = settings_on(server, calendar, Path(), name=f"home/{calendar}")
    return CalDavDiary(found, timezone="Europe/Berlin", memo=memo)


def test_what_a_real_server_shows(server: Server) -> None:
    app = calendar_on(server, "Personal")
    guests = {"ann@example.org": "accepted"}
    app.meet("Sync", START, START + HOUR, guests)
    app.meet(
        "Standup",
        START - timedelta(days=90),
        START - timedelta(days=90) + HOUR,
        guests,
        "FREQ=DAILY",
    )
    app.meet("Before", SINCE - 2 * HOUR, SINCE - HOUR, guests)
    app.meet("After", UNTIL + HOUR, UNTIL + 2 * HOUR, guests)
    app.add("Dentist", START, START + HOUR)
    found = diary_on(server, "Personal").meetings(SINCE, UNTIL)
    assert sorted({each.title for each in found}) == ["Standup", "Sync"]
    assert sum(each.title == "Standup" for each in found) == 7


def test_a_new_process_asks_once(server: Server) -> None:
    calendar_on(server, "Personal")
    first = diary_on(server, "Personal")
    first.meetings(SINCE, UNTIL)
    again = diary_on(server, "Personal", first.memo)
    other = diary_on(server, "Another", first.memo)
    since = server.mark()
    assert again.meetings(SINCE, UNTIL) == ()
    assert [each.method for each in server.requests(since)] == ["REPORT"]
    with pytest.raises(Refused, match=r"has no calendar «Another»\. Next: check meetings:"):
        other.meetings(SINCE, UNTIL)


def test_a_calendar_that_was_made_anew_elsewhere_is_found(server: Server) -> None:
    app = calendar_on(server, "Personal")
    diary = diary_on(server, "Personal")
    diary.meetings(SINCE, UNTIL)
    app.drop()
    with pytest.raises(Refused, match="has no calendar «Personal»"):
        diary.meetings(SINCE, UNTIL)
    calendar_on(server, "Personal").meet("Sync", START, START + HOUR, {"a@b.org": "accepted"})
    assert len(diary.meetings(SINCE, UNTIL)) == 1


def test_a_wrong_password(radicale: Server) -> None:
    calendar_on(radicale, "Personal")
    settings = settings_on(radicale, "Personal", Path())
    wrong = CalendarSettings(**{**vars(settings), "password": Secret(value="x", origin="HERE")})
    with pytest.raises(Refused, match=r"refused the password \(401\)\. Next: check HERE"):
        CalDavDiary(wrong, timezone="UTC").meetings(SINCE, UNTIL)


# -- servers that are not at hand


def opened(dav: Dav, memo: str = "", **fields: object) -> CalDavDiary:
    values: dict[str, object] = {
        "name": "home/Outreach",
        "provider": "caldav",
        "url": dav.url,
        "username": "ann",
        "password": Secret(value="secret"),
        "calendar": "Outreach",
        **fields,
    }
    return CalDavDiary(CalendarSettings(**values), timezone="Europe/Berlin", memo=memo)  # type: ignore[arg-type]


def shows(dav: Dav, *bodies: str) -> None:
    """The server answers a calendar-query with `bodies`."""
    rows = [
        row(f"{COLLECTION}{n}.ics", f"<C:calendar-data>{each}</C:calendar-data>")
        for n, each in enumerate(bodies)
    ]

    def answering(asked: Asked) -> Told | None:
        if "calendar-query" not in asked.body:
            return None
        assert '<C:time-range start="20261201T000000Z" end="20261208T000000Z"/>' in asked.body
        return Told(207, multistatus(*rows))

    dav.answers.append(answering)


def told(diary: CalDavDiary) -> list[Meeting]:
    return list(diary.meetings(SINCE, UNTIL))


def test_the_server_tells_who_the_user_is() -> None:
    with serving() as dav:
        shows(dav, body(event(ANN, NO)))
        address = (
            "<C:calendar-user-address-set><D:href>/dav/ann/</D:href>"
            "<D:href>MAILTO:Me@example.org</D:href></C:calendar-user-address-set>"
        )

        def principal(asked: Asked) -> Told | None:
            wanted = "calendar-user-address-set" in asked.body
            return Told(207, multistatus(row(HOME, address))) if wanted else None

        dav.answers.append(principal)
        diary = opened(dav)
        (one,) = told(diary)
        assert one.declined
        since = len(dav.asked)
        (one,) = told(opened(dav, diary.memo))
        assert one.declined and len(dav.asked) == since + 1


def test_a_user_name_that_is_an_address_is_the_users() -> None:
    with serving() as dav:
        shows(dav, body(event(ANN, NO)))
        (one,) = told(opened(dav, username="Me@Example.org"))
        assert one.declined
        (one,) = told(opened(dav))
        assert not one.declined


def test_one_body_that_makes_no_sense_stops_no_other() -> None:
    with serving() as dav:
        shows(dav, "nonsense", body(event("RRULE:FREQ=SECONDLY", ANN)), "", body(event(ANN)))
        (one,) = told(opened(dav))
        assert one.title == "Sync"


@pytest.mark.parametrize(
    ("status", "error"), [(500, Unreachable), (503, Unreachable), (403, Refused), (507, Refused)]
)
def test_the_server_does_not_answer_the_question(
    status: int, error: type[Unreachable] | type[Refused]
) -> None:
    with serving() as dav:
        diary = opened(dav)

        def failing(asked: Asked) -> Told | None:
            return Told(status) if "calendar-query" in asked.body else None

        dav.answers.append(failing)
        with pytest.raises(error, match="Calendar home/Outreach: "):
            told(diary)
        dav.answers.clear()
        shows(dav)
        assert told(diary) == []


def test_what_comes_is_no_xml() -> None:
    with serving() as dav:
        dav.answers.append(lambda a: Told(207, "<a") if "calendar-query" in a.body else None)
        with pytest.raises(Unreachable, match="not XML"):
            told(opened(dav))
