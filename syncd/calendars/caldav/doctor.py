"""Examining a calendar on a CalDAV server, up to where all calendars are alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from syncd.calendars.caldav import dav
from syncd.calendars.caldav.discover import find_calendar
from syncd.calendars.caldav.transport import Transport
from syncd.calendars.reach import clock, network
from syncd.model.examination import Check, Found
from syncd.model.roster import CalendarSettings


def checks(settings: CalendarSettings, now: Callable[[], datetime]) -> Iterator[tuple[str, Check]]:
    """Password, network, sign-in, clock, and where the calendar is."""
    yield "password", lambda: _password(settings)
    yield from network(settings.url)
    patient = _Patient(settings)
    yield "sign in", patient.sign_in
    yield "clock", lambda: clock(patient.date, now())
    yield "find", patient.find


def _password(settings: CalendarSettings) -> Found:
    if not settings.username:
        return Found(said="none is wanted")
    settings.password.reveal()
    return Found(said=f"{settings.username}'s, from {settings.password.origin}")


class _Patient:
    def __init__(self, settings: CalendarSettings) -> None:
        self._settings = settings
        self._made: Transport | None = None

    @property
    def _transport(self) -> Transport:
        if self._made is None:
            settings = self._settings
            self._made = Transport(
                name=settings.name,
                url=settings.url,
                username=settings.username,
                password=settings.password.reveal() if settings.username else "",
                origin=settings.password.origin,
            )
        return self._made

    @property
    def date(self) -> str | None:
        """The server's Date header."""
        return self._transport.served.get("Date")

    def sign_in(self) -> Found:
        transport = self._transport
        body = dav.propfind("D:current-user-principal")
        answer = transport.request("PROPFIND", self._settings.url, body, {"Depth": "0"})
        if answer.status >= 500:
            transport.ensure(answer, "be asked")
        who = self._settings.username or "anybody"
        how = f" by {transport.scheme}" if transport.scheme else ""
        server = transport.served.get("Server")
        return Found(said=f"{who} is let in{how}" + (f"; the server is {server}" if server else ""))

    def find(self) -> Found:
        settings = self._settings
        found, home = find_calendar(
            self._transport, settings.url, settings.calendar, settings.components
        )
        if found:
            return Found(said=f"«{settings.calendar}» is {dav.path_of(found)}")
        return Found(said=f"there is no «{settings.calendar}» yet in {dav.path_of(home)}")
