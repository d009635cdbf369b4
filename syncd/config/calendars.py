"""From shapes to values: calendars, and the lists of tasks that go with them."""

from __future__ import annotations

import ipaddress
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from syncd.config.check import key_place, locate
from syncd.config.names import resolved, state_folder
from syncd.config.nodes import Fields
from syncd.config.secrets import NONE, read_secret
from syncd.config.shapes.servers import CalendarShape
from syncd.config.shapes.whole import ConfigShape
from syncd.errors import Problem
from syncd.model.facts import Outcome
from syncd.model.roster import CalendarSettings, EmbeddedSettings, GoogleSettings, Secret

FILL_IN = "FILL-IN"
"""What stands where a new user's address and user name are to be."""
TO_FILL_IN = "is to be filled in. Next: write"


PRIMARY = "primary"
NO_ADDRESS = "is no address at Google. Forms: primary, Outreach, abc123@group.calendar.google.com"
TASKS = "Outreach"
"""Google's list of tasks, unless config names one."""
EMBEDDED_USER = "syncd"
"""Who the user is to the embedded server."""
_ONLY = {
    "caldav": ("url", "username", "password"),
    "google": ("credentials", "token", "api_endpoint", "colours"),
    "embedded": ("listen",),
}
"""The keys that only one provider has."""


def calendars(
    root: Fields,
    config: ConfigShape,
    folder: Path,
    env: Mapping[str, str],
    problems: list[Problem],
    files: list[Path],
) -> dict[str, CalendarSettings]:
    """The calendars, and the lists of tasks that go with them; what is wrong or doubtful with them
    goes to `problems`, the files that hold their passwords to `files`."""
    found: dict[str, CalendarSettings] = {}
    taken: dict[tuple[str, ...], str] = {}
    tasks = any(each.as_ == "task" for each in config.lists.values())
    for name, shape in config.calendars.items():
        path = ("calendars", name)
        _check_keys(root, path, shape, problems)
        if shape.provider == "google":
            made = _google(root, name, shape, config.deployment, folder, env, problems)
        elif shape.provider == "embedded":
            made = _embedded(root, name, shape, config, env, problems)
        else:
            made = _caldav(root, name, shape, folder, env, problems, files)
        other = taken.setdefault(_identity(made), name)
        if other != name:
            message = f"{name}: is the same calendar as {other}. Next: take one of them out."
            problems.append(key_place(root, path).problem(message))
        apart = shape.tasks or (TASKS if shape.provider == "google" else "")
        if tasks and apart:
            made = replace(made, tasks=f"{name} tasks")
            found[made.tasks] = replace(
                made, name=made.tasks, calendar=apart, tasks="", components=("VTODO",)
            )
        elif tasks:
            made = replace(made, components=("VEVENT", "VTODO"))
        found[name] = made
    return dict(sorted(found.items(), key=lambda each: each[1].is_tasks))


def _identity(made: CalendarSettings) -> tuple[str, ...]:
    calendar = made.calendar.rstrip("/")
    if made.google is not None:
        return "google", str(made.google.token), made.google.endpoint, calendar
    if "://" in calendar:
        return (calendar,)
    return made.url.rstrip("/"), made.username, calendar


def _check_keys(
    root: Fields, path: tuple[str, ...], shape: CalendarShape, problems: list[Problem]
) -> None:
    """A key that only another provider has is a problem."""
    for provider, names in _ONLY.items():
        if provider == shape.provider:
            continue
        for name in names:
            if getattr(shape, name):
                key = name.replace("_", "-")
                message = f"{key}: is for {provider}, and this is {shape.provider}. "
                message += f"Next: write provider: {provider}, or take it out."
                problems.append(key_place(root, (*path, key)).problem(message))


def _caldav(
    root: Fields,
    name: str,
    shape: CalendarShape,
    folder: Path,
    env: Mapping[str, str],
    problems: list[Problem],
    files: list[Path],
) -> CalendarSettings:
    path = ("calendars", name)
    if shape.url is None:
        message = "url: is missing. Next: add it, such as url: https://dav.example.org/"
        problems.append(key_place(root, path).problem(message))
    else:
        check_url(root, (*path, "url"), shape.url, problems)
    if "://" in shape.calendar:
        check_url(root, (*path, "calendar"), shape.calendar, problems)
    password = NONE
    if shape.password is not None:
        password = read_secret(shape.password, folder, env, problems, files)
        if shape.username == FILL_IN:
            message = f"username: {TO_FILL_IN} who you are to the server."
            problems.append(locate(root, (*path, "username"))[0].problem(message))
        elif not shape.username:
            message = f"{name}: username is missing. Next: say whose password it is."
            problems.append(key_place(root, path).problem(message))
    elif shape.username:
        message = f"{name}: password is missing. Next: add password: !env SYNCD_PASSWORD"
        problems.append(key_place(root, path).problem(message))
    return CalendarSettings(
        name=name,
        provider=shape.provider,
        url=shape.url or "",
        username=shape.username or "",
        password=password,
        calendar=shape.calendar,
        birthdays=shape.birthdays,
        where=str(key_place(root, path)),
    )


def _google(
    root: Fields,
    name: str,
    shape: CalendarShape,
    deployment: str,
    folder: Path,
    env: Mapping[str, str],
    problems: list[Problem],
) -> CalendarSettings:
    path = ("calendars", name)
    endpoint = shape.api_endpoint or ""
    if endpoint:
        check_url(root, (*path, "api-endpoint"), endpoint, problems)
    if "://" in shape.calendar:
        problems.append(locate(root, (*path, "calendar"))[0].problem(f"calendar: {NO_ADDRESS}"))
    credentials = resolved(shape.credentials, folder, env) if shape.credentials else None
    if credentials is not None and (doubt := _doubt_of(credentials)):
        place, _ = locate(root, (*path, "credentials"))
        problems.append(place.problem(f"credentials: {doubt}", warning=True))
    token = resolved(shape.token, folder, env) if shape.token else None
    colours = {colour: Outcome(outcome) for outcome, colour in shape.colours.items()}
    if len(colours) < len(shape.colours):
        message = "colours: one colour stands for two outcomes. Next: take one of them out."
        problems.append(key_place(root, (*path, "colours")).problem(message))
    return CalendarSettings(
        name=name,
        provider=shape.provider,
        url="",
        username="",
        password=NONE,
        calendar=at_google(shape.calendar),
        google=GoogleSettings(
            credentials=credentials,
            token=token or state_folder(env) / f"{deployment}.google.json",
            endpoint=f"{endpoint.rstrip('/')}/" if endpoint else "",
            colours=colours,
        ),
        birthdays=shape.birthdays,
        where=str(key_place(root, path)),
    )


def _embedded(
    root: Fields,
    name: str,
    shape: CalendarShape,
    config: ConfigShape,
    env: Mapping[str, str],
    problems: list[Problem],
) -> CalendarSettings:
    path = ("calendars", name)
    if "://" in shape.calendar:
        message = "calendar: is a name here, since the server is syncd's own. Forms: Outreach"
        problems.append(locate(root, (*path, "calendar"))[0].problem(message))
    # An absolute one: the server is started somewhere else.
    kept = Path(os.path.abspath(state_folder(env) / f"{config.deployment}.calendars"))
    said = [each.listen for each in config.calendars.values() if each.listen]
    embedded = EmbeddedSettings(folder=kept)
    if said:  # for all of them: there is one server
        embedded = replace(embedded, host=said[0][0], port=said[0][1])
    if shape.listen not in (None, *said[:1]):
        message = f"listen: there is one server, at {embedded.listen}. Next: take this line out."
        problems.append(locate(root, (*path, "listen"))[0].problem(message))
    return CalendarSettings(
        name=name,
        provider=shape.provider,
        url=embedded.url,
        username=EMBEDDED_USER,
        password=Secret(),
        calendar=shape.calendar,
        embedded=embedded,
        birthdays=shape.birthdays,
        where=str(key_place(root, path)),
    )


def at_google(calendar: str) -> str:
    """How Google names what config calls `calendar`."""
    return PRIMARY if calendar.casefold() == PRIMARY else calendar


def _doubt_of(file: Path) -> str:
    """What is to be said of the file of an OAuth client; empty where it may do."""
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return f"{file} is not there. Next: download it (README: From nothing to a sign-in)."
    return f"others may read {file} ({mode:o}). Next: chmod 600 {file}" if mode & 0o077 else ""


def check_url(root: Fields, path: Sequence[int | str], url: str, problems: list[Problem]) -> None:
    """An address that cannot be one is a problem. It is not quoted: it may hold a password."""
    place, key = locate(root, path)
    try:
        parts = urlsplit(url)
        host, secret = parts.hostname, parts.username or parts.password
        _ = parts.port
    except ValueError:
        parts, host, secret = urlsplit(""), None, None
    if url == FILL_IN:
        message = (
            f"{TO_FILL_IN} the address of your CalDAV server, such as https://dav.example.org/"
        )
    elif secret is not None:
        message = "holds a username or password. Next: write them at username and password."
    elif parts.scheme not in ("http", "https") or not host or " " in url:
        message = "is no address of a server. Forms: https://dav.example.org/"
    elif parts.scheme == "http" and not _here(host):
        message = (
            "the password would travel in the clear. Next: write https://, if the server has it."
        )
        problems.append(place.problem(f"{key}: {message}", warning=True))
        return
    else:
        return
    problems.append(place.problem(f"{key}: {message}"))


def _here(host: str) -> bool:
    """Whether what is sent to `host` stays on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
