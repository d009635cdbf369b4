"""From shapes to values: calendars, blocks and lists, and what must hold between them."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from syncd.config.check import key_place, locate
from syncd.config.kinds import unknown
from syncd.config.names import too_long
from syncd.config.nodes import Fields
from syncd.config.secrets import NONE, read_secret
from syncd.config.shapes import BlockShape, CalendarShape, ListShape
from syncd.errors import Problem
from syncd.model.blocks import Block
from syncd.model.keys import Kind
from syncd.model.people import ContactList, Retry
from syncd.model.roster import CalendarSettings
from syncd.model.words import short

FILL_IN = "FILL-IN"
"""What stands where a new user's address and user name are to be."""
TO_FILL_IN = "is to be filled in. Next: write"


def calendars(
    root: Fields,
    shapes: Mapping[str, CalendarShape],
    folder: Path,
    env: Mapping[str, str],
    problems: list[Problem],
    files: list[Path],
) -> dict[str, CalendarSettings]:
    """The calendars; what is wrong or doubtful with them goes to `problems`, the files that hold
    their passwords to `files`."""
    found: dict[str, CalendarSettings] = {}
    taken: dict[tuple[str, ...], str] = {}
    for name, shape in shapes.items():
        path = ("calendars", name)
        _check_url(root, (*path, "url"), shape.url, problems)
        if "://" in shape.calendar:
            _check_url(root, (*path, "calendar"), shape.calendar, problems)
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
        url, calendar = shape.url.rstrip("/"), shape.calendar.rstrip("/")
        place = (calendar,) if "://" in calendar else (url, shape.username or "", calendar)
        other = taken.setdefault(place, name)
        if other != name:
            message = f"{name}: is the same calendar as {other}. Next: take one of them out."
            problems.append(key_place(root, path).problem(message))
        found[name] = CalendarSettings(
            name=name,
            provider=shape.provider,
            url=shape.url,
            username=shape.username or "",
            password=password,
            calendar=shape.calendar,
            where=str(key_place(root, path)),
        )
    return found


def _check_url(root: Fields, path: tuple[str, ...], url: str, problems: list[Problem]) -> None:
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


def blocks(
    root: Fields,
    shapes: Mapping[str, BlockShape],
    known: Mapping[str, tuple[str, ...]],
    deployment: str,
    timezone: str,
    problems: list[Problem],
) -> dict[str, Block]:
    """The blocks, which refer to the names of calendars and lists in `known`; where there are none
    at all, that is a problem of its own, and said."""
    found: dict[str, Block] = {}
    for name, shape in shapes.items():
        path = ("blocks", name)
        before = len(problems)
        _check_block(root, name, shape, known, deployment, problems)
        if len(problems) > before:
            continue
        found[name] = Block(
            name=name,
            title=shape.title,
            calendar=shape.calendar or next(iter(known["calendars"]), ""),
            rule=shape.repeats,
            at=shape.at,
            lasts=shape.lasts,
            per_person=shape.per_person,
            lists=shape.lists,
            timezone=shape.timezone or timezone,
            alarm=shape.alarm,
            where=str(key_place(root, path)),
        )
    return found


def _check_block(
    root: Fields,
    name: str,
    shape: BlockShape,
    known: Mapping[str, tuple[str, ...]],
    deployment: str,
    problems: list[Problem],
) -> None:
    def wrong(message: str, *path: int | str) -> None:
        place, key = locate(root, ("blocks", name, *path))
        problems.append(place.problem(f"{key}: {message}"))

    def wrong_whole(message: str) -> None:
        problems.append(key_place(root, ("blocks", name)).problem(f"{short(name)}: {message}"))

    names = known["calendars"]
    if shape.calendar is None and len(names) > 1:
        wrong_whole(
            f"calendar is missing, and there are {', '.join(names)}. Next: add calendar: {names[0]}"
        )
    elif names and shape.calendar is not None and shape.calendar not in names:
        wrong(unknown(shape.calendar, names), "calendar")
    if not shape.lists:
        wrong("is empty. Next: name one list at least.", "lists")
    for n, each in enumerate(shape.lists):
        if known["lists"] and each not in known["lists"]:
            wrong(unknown(each, known["lists"]), "lists", n)
        elif each in shape.lists[:n]:
            wrong(f"names {each} twice. Next: take one out.", "lists", n)
    if shape.lasts > timedelta(days=1):
        wrong("is longer than a day. Next: make the block shorter.", "lasts")
    elif shape.per_person > shape.lasts:
        wrong(
            "is more than the block lasts, so that nobody fits in. Next: make it shorter.",
            "per-person",
        )
    if shape.alarm is not None and shape.alarm > timedelta(days=28):
        wrong("is more than 28 days before. Next: make it shorter.", "alarm")
    if too_long(Kind.BLOCK, name, deployment):
        wrong_whole("the name is too long for some calendar servers. Next: make it shorter.")


def lists(shapes: Mapping[str, ListShape]) -> dict[str, ContactList]:
    """The lists."""
    return {
        name: ContactList(
            name=name,
            cadence=shape.cadence,
            channels=shape.channels,
            retry=Retry(
                left_message=shape.retry.left_message,
                no_answer=shape.retry.no_answer,
                tries=shape.retry.tries,
                in_block=shape.retry.place == "block",
            ),
            hours=shape.hours,
            a_day=shape.a_day,
        )
        for name, shape in shapes.items()
    }
