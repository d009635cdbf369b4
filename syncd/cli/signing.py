"""Signing in to a calendar's provider: auth."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from syncd.cli import ends, files, say
from syncd.cli.setting import Setting
from syncd.cli.words import say_day
from syncd.errors import StateError, UsageError
from syncd.model.roster import CalendarSettings, GoogleSettings, Roster

if TYPE_CHECKING:
    from syncd.calendars.google.signin import Granted

PUBLISH = (
    "To publish it: Google Auth Platform, Audience, Publish app. It costs nothing, and for "
    "yourself Google need not verify it."
)


@dataclass(frozen=True, kw_only=True)
class Way:
    """How somebody wants to sign in."""

    browser: bool = True
    service_account: Path | None = None
    subject: str | None = None
    published: bool | None = None
    """Whether the app is In production; None is to be asked."""


def auth(setting: Setting, provider: str, name: str | None, way: Way, as_json: bool) -> int:
    """Sign in to Google for calendar `name`, and all that share its sign-in; keep it for its
    owner's eyes only. Raises UsageError, Refused or ConfigError; then nothing has changed."""
    if provider != "google":
        raise UsageError(
            f"Nobody signs in to «{provider}» like this: a CalDAV calendar has its password in "
            "config. Next: syncd auth google"
        )
    from syncd.calendars.google.signin import WHY, kept, scopes_for
    from syncd.engine.upkeep import signed_in

    roster = setting.loaded().roster
    calendars = _of_one_sign_in(roster, name)
    google = calendars[0].google
    assert google is not None
    diaries = [each for each in roster.diaries if each.google and _token(each) == google.token]
    scopes = scopes_for(calendars, diaries)
    named = " and ".join(each.name for each in calendars if not each.is_tasks)
    say.aside(f"Signing in to Google for {named}. What is asked for, and why:")
    for scope in scopes:
        say.aside(f"  {scope}: {WHY[scope]}.")
    testing = way.service_account is None and not _is_published(way)
    granted = _granted(google, scopes, way, setting.env)
    now = setting.clock(ZoneInfo(roster.timezone))()
    files.keep_secret(google.token, kept(granted, now, testing=testing))
    with contextlib.suppress(StateError):  # which is for the verbs to say that need it
        signed_in(setting.service(roster), [each.name for each in (*calendars, *diaries)])
    return _told(calendars, google, granted, now, as_json, testing=testing)


def _told(
    calendars: list[CalendarSettings],
    google: GoogleSettings,
    granted: Granted,
    now: datetime,
    as_json: bool,
    *,
    testing: bool,
) -> int:
    from syncd.calendars.google.ends import TESTING

    ends_at = now + TESTING if testing else None
    if as_json:
        say.answer_json(
            {
                "calendars": [each.name for each in calendars],
                "token": str(google.token),
                "scopes": list(granted.scopes),
                "ends": ends_at.isoformat() if ends_at else None,
            }
        )
        return ends.DONE
    say.answer(f"Signed in; it is kept in {google.token}, for your eyes only.")
    if ends_at is not None:
        day = say_day(ends_at.date(), now.date())
        say.answer(
            f"Since the app is in Testing, Google ends this sign-in on {day}. "
            f"{PUBLISH} Then syncd auth google once more."
        )
    say.answer("Next: syncd plan shows what would be written, and writes nothing.")
    return ends.DONE


def _of_one_sign_in(roster: Roster, name: str | None) -> list[CalendarSettings]:
    """The calendars at Google that share the sign-in of `name`; all where there is but one. Raises
    UsageError."""
    found = [each for each in roster.calendars.values() if each.google is not None]
    if not found:
        raise UsageError(
            "No calendar in the config is at Google. Next: write provider: google for one, see "
            "config.example.yaml."
        )
    if name is not None:
        chosen = [each for each in found if each.name == name]
        if not chosen:
            names = ", ".join(each.name for each in found if not each.is_tasks)
            raise UsageError(f"«{name}» is no calendar at Google. There is: {names}.")
        wanted = chosen[0].google
    else:
        wanted = found[0].google
        if any(_token(each) != _token(found[0]) for each in found):
            names = " or ".join(each.name for each in found if not each.is_tasks)
            raise UsageError(
                f"There are several sign-ins to Google. Next: syncd auth google {names}"
            )
    assert wanted is not None
    return [each for each in found if _token(each) == wanted.token]


def _token(calendar: CalendarSettings) -> Path:
    assert calendar.google is not None
    return calendar.google.token


def _is_published(way: Way) -> bool:
    """Whether Google will let the sign-in last. Raises UsageError where nobody can be asked."""
    if way.published is not None:
        return way.published
    if not say.interactive():
        raise UsageError(
            "Whether the app is published decides how long the sign-in lasts, and nobody is here "
            "to be asked. Next: add --in-production, or --testing (it ends after seven days)."
        )
    said = say.ask(
        "Is the app In production (Google Auth Platform, Audience)? In Testing a sign-in ends "
        "after seven days. yes or no",
        "no",
    )
    return said.strip().lower() in ("y", "yes")


def _granted(
    google: GoogleSettings, scopes: tuple[str, ...], way: Way, env: Mapping[str, str]
) -> Granted:
    from syncd.calendars.google.signin import SignIn, by_service_account

    if way.service_account is not None:
        return by_service_account(way.service_account, way.subject, scopes)
    if google.credentials is None:
        raise UsageError(
            "credentials: is missing in the config: the JSON of the OAuth client that Google's "
            "console lets you download. Next: add it; README says how to get it, click by click."
        )
    signing_in = SignIn(google.credentials, scopes)
    if way.browser and _has_browser(env):
        with contextlib.redirect_stdout(sys.stderr):
            return signing_in.in_browser("A browser opens. If none does, open this:\n  {url}")
    if way.browser:
        say.aside("There is no browser here, so that you use one elsewhere.")
    say.aside("Open this address in a browser, on whatever machine, and allow what it asks:")
    say.aside(f"  {signing_in.address()}")
    say.aside("The browser ends at a page that cannot be reached: that is as it should be.")
    return signing_in.redeem(say.ask("Paste the address of that page, whole"))


def _has_browser(env: Mapping[str, str]) -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    screen = env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")
    return bool(screen) and _opens()


def _opens() -> bool:
    import webbrowser

    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True
