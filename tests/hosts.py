"""Wherever a user's calendar may be: the CalDAV servers and the emulated Google, each with the app
that its user has, and with syncd's adapter as the composition root opens it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from syncd.bootstrap import Opener
from syncd.calendars.base import Calendar, Pause
from syncd.model.roster import CalendarSettings, GoogleSettings, Secret
from tests.client import Client
from tests.emulator.client import GoogleClient
from tests.emulator.google import Account
from tests.servers import KINDS, Server, settings_for
from tests.todo import CalDavTodos, GoogleTodos, TodoApp

GOOGLE = "google"
XANDIKOS = "xandikos"
TASKS = "To do"
HOSTS = (*KINDS, GOOGLE)

Host = Server | Account
App = Client | GoogleClient

SCOPES = tuple(
    f"https://www.googleapis.com/auth/{name}"
    for name in ("calendar.app.created", "calendar.calendarlist.readonly", "tasks")
)
"""What somebody grants whose calendar syncd makes."""


def settings_on(host: Host, calendar: str, folder: Path, *, name: str = "home") -> CalendarSettings:
    """As config would say it: the calendar called `calendar` on `host`; a sign-in to Google is kept
    in `folder`."""
    if isinstance(host, Server):
        return settings_for(host, calendar, name=name)
    return CalendarSettings(
        name=name,
        provider="google",
        url="",
        username="",
        password=Secret(value=""),
        calendar=calendar,
        google=GoogleSettings(
            credentials=host.credentials_file(folder),
            token=host.token_file(folder, scopes=SCOPES),
            endpoint=host.url,
        ),
    )


def app_on(host: Host, calendar: str) -> App:
    """The user's app, at the calendar called `calendar`."""
    return Client(host, calendar) if isinstance(host, Server) else GoogleClient(host, calendar)


def with_tasks(settings: CalendarSettings) -> dict[str, CalendarSettings]:
    """The calendar, and where the tasks that go with it are, as config has them for a list with
    `as: task`."""
    if settings.google is None:
        both = replace(settings, components=("VEVENT", "VTODO"))
        return {settings.name: both}
    tasks = f"{settings.name} tasks"
    return {
        settings.name: replace(settings, tasks=tasks),
        tasks: replace(settings, name=tasks, calendar=TASKS, components=("VTODO",)),
    }


def todos_on(host: Host, calendar: str) -> TodoApp:
    """The user's to-do app."""
    if isinstance(host, Server):
        return CalDavTodos(Client(host, calendar))
    return GoogleTodos(host, TASKS)


def opened(settings: CalendarSettings, memo: str, pause: Pause = lambda seconds: None) -> Calendar:
    """syncd's own adapter, with what an earlier one had found out."""
    return Opener("Europe/Berlin", pause).open(settings, memo)


def calendar_on(host: Host, title: str) -> App:
    """A calendar of the user's own called `title`, which syncd did not make, and their app at
    it."""
    if isinstance(host, Server):
        body = (
            '<C:mkcalendar xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><set><prop>'
            f"<displayname>{title}</displayname></prop></set></C:mkcalendar>"
        )
        where = f"{host.home}{title.casefold()}/"
        status, _ = host.ask("MKCALENDAR", where, body.encode(), Content_Type="text/xml")
        assert status == 201, status
    else:
        host.add_calendar(f"{title.casefold()}@group.calendar.google.com", title)
    return app_on(host, title)
