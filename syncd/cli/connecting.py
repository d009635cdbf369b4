"""How an app reaches the calendar that is on syncd's own server: connect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from syncd.cli import ends, say
from syncd.cli.setting import Setting
from syncd.errors import UsageError
from syncd.model.roster import CalendarSettings, EmbeddedSettings, Roster


@dataclass(frozen=True, kw_only=True)
class Way:
    """How the server is reached."""

    address: str
    username: str
    password: Path
    """The file that holds it."""
    private: bool
    """Whether only this machine reaches it."""
    up: bool


def connect(setting: Setting, as_json: bool) -> int:
    """Say the address, user and password of syncd's own server, and where apps want them. Starts
    nothing. JSON names the file of the password instead. Raises UsageError where no calendar is on
    it, StateError where the password cannot be kept."""
    from syncd.calendars.embedded import password, reach

    calendars = _embedded(setting.loaded().roster)
    settings = calendars[0].embedded
    assert settings is not None
    word = password(settings.folder)
    way = Way(
        address=reach.address(settings),
        username=calendars[0].username,
        password=settings.folder / "password",
        private=reach.is_private(settings),
        up=reach.is_up(settings),
    )
    if as_json:
        say.answer_json(
            {
                "calendars": [each.calendar for each in calendars],
                "address": way.address,
                "username": way.username,
                "password_file": str(way.password),
                "listen": settings.listen,
                "this_machine_only": way.private,
                "up": way.up,
            }
        )
        return ends.DONE
    for line in (*_told(calendars, way, word), "", *_reached(settings, way), "", *_apps(way)):
        say.answer(line)
    return ends.DONE


def _embedded(roster: Roster) -> list[CalendarSettings]:
    found = [each for each in roster.calendars.values() if each.embedded is not None]
    if not found:
        raise UsageError(
            "No calendar in the config is on a server of syncd's own: your apps have theirs "
            "already. Next: write provider: embedded for one, if you want that."
        )
    return found


def _told(calendars: list[CalendarSettings], way: Way, word: str) -> Iterator[str]:
    names = " and ".join(dict.fromkeys(f"«{each.calendar}»" for each in calendars))
    yield say.one_line(f"{names} on syncd's own calendar server:")
    yield f"  address   {way.address}"
    yield f"  user      {way.username}"
    yield f"  password  {word}"
    if way.up:
        yield "It is up."
    else:
        yield "It is not up now. Next: syncd run, which starts it and keeps it up."
    yield f"Another password: write it into {way.password}, and start syncd run anew."


def _reached(settings: EmbeddedSettings, way: Way) -> Iterator[str]:
    port = settings.port
    if way.private:
        yield "Only this machine reaches it. To reach it from a phone, choose one:"
        yield f"  Over the home network: listen: 0.0.0.0:{port} in the config, then syncd connect"
        yield "  again for the address. The phone syncs at home; the password and what is in the"
        yield "  calendar can be read by whoever listens in on that network."
    else:
        yield f"It listens at {settings.listen}, so that the home network reaches it, and the phone"
        yield "syncs at home. The address is this machine's: have your router always give it that"
        yield "one. Of a container, take the machine's that it runs on, and publish the port. The"
        yield "password and what is in the calendar can be read by whoever listens in on the"
        yield "network: never let the router pass this port on to the internet. Instead:"
    yield "  From everywhere: a reverse proxy with TLS before it, under a name of its own, such as"
    yield "  these lines of Caddy's:"
    yield f"    cal.example.org {{ reverse_proxy {settings.url.removesuffix('/')} }}"
    yield "  The address is then https://cal.example.org/, and listen stays at 127.0.0.1 where the"
    yield "  proxy is on this machine."


def _apps(way: Way) -> Iterator[str]:
    host = way.address.removeprefix("http://").rstrip("/")
    yield "Where apps want it; with a proxy, its address instead:"
    yield "  iPhone, iPad: Settings, Apps, Calendar, Calendar Accounts (before iOS 18: Settings,"
    yield f"    Calendar, Accounts), Add Account, Other, Add CalDAV Account. Server: {host};"
    yield "    where it says that it cannot use SSL: Continue."
    yield "  Mac: Calendar, Settings, Accounts, +, Other CalDAV Account, Advanced. Server address,"
    yield f"    path /{way.username}/ and port as above, no SSL (port 443 and SSL for a proxy)."
    yield "  Android: DAVx⁵, +, Login with URL and user name, then tick the calendar."
    yield "  Thunderbird: New Calendar, On the Network; user and address; Find Calendars."
    yield ""
    yield "Only the hour itself is to ring, and retries on days of their own. These settings add an"
    yield "alert to every event; leave them at none:"
    yield "  iPhone, iPad: Settings, Apps, Calendar, Default Alert Times, Events."
    yield "  Mac: Calendar, Settings, Alerts, for this account, Events."
    yield "  DAVx⁵: the account, its settings (the gear), Default reminder; and in the calendar app"
    yield "    its own default notification."
    yield "  Thunderbird: Settings, Calendar, Reminders, Default reminder setting for events."
