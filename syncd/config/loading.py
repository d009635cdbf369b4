"""Reading the config: every file, every problem at once, and the roster that comes of it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from syncd.config import assemble
from syncd.config.addressbooks import KEY, address_books
from syncd.config.calendars import calendars as calendars_of
from syncd.config.check import check, key_place, locate
from syncd.config.credit import credit
from syncd.config.names import resolved, shown
from syncd.config.nodes import Fields, Items, Place, Text, read
from syncd.config.notifying import notify
from syncd.config.people import gather, people
from syncd.config.promising import promise
from syncd.config.shapes.whole import ConfigShape
from syncd.config.zones import machine_zone
from syncd.errors import ConfigError, Problem
from syncd.model.roster import CalendarSettings, Roster, Secret

SECTIONS = ("calendars", "blocks", "lists")
SOONEST, LATEST = timedelta(seconds=10), timedelta(days=1)
"""How often, and how seldom, a calendar may be looked at."""


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A config that can be worked with."""

    roster: Roster
    warnings: tuple[Problem, ...] = ()


Join = Callable[[Roster], tuple[Roster, list[Problem]]]
"""Adds to a roster those who are in its address books, and gives what is doubtful about them."""


def load(path: Path, env: Mapping[str, str], join: Join | None = None) -> Loaded:
    """The roster that the config file at `path` and the people files that it names say, with
    secrets from `env`; with `join`, its address books too. A secret that cannot be had is no
    problem here, see `Secret.missing`.

    Raises ConfigError with every problem of all files.
    """
    problems: list[Problem] = []
    files = [Path(os.path.abspath(path))]
    root = _root(path, problems)
    roster = _roster(root, files, env, problems) if root is not None else None
    if root is None or roster is None or not all(problem.warning for problem in problems):
        missing = _missing(roster) if roster else []
        raise ConfigError(_ordered([*problems, *missing], files))
    if join is not None and roster.books:
        roster, doubts = join(roster)
        roster = replace(roster, files=(*roster.files, *(book.file for book in roster.books)))
        problems += doubts
    roster = replace(roster, digest=_digest(roster))
    problems += [
        key_place(root, ("lists", name)).problem(message, warning=True)
        for name, message in promise(roster).items()
    ]
    if roster.credit is not None and not any(each.email for each in roster.people.values()):
        message = "credit: nobody here has an email, so that no meeting counts. Next: add theirs."
        problems.append(key_place(root, ("credit",)).problem(message, warning=True))
    return Loaded(roster=roster, warnings=tuple(_ordered(problems, files)))


def _missing(roster: Roster) -> list[Problem]:
    """The passwords that could not be had."""
    return [each.missing for each in roster.secrets if each.missing is not None]


def _root(path: Path, problems: list[Problem]) -> Fields | None:
    name, before = shown(path), len(problems)
    piece = read(path, name, problems)
    if isinstance(piece, Fields):
        return piece
    if len(problems) == before:
        place = piece.place if piece is not None else Place(name, 1, 1)
        empty = piece is None or (isinstance(piece, Text) and piece.nothing)
        state = "this file is empty" if empty else "a config is a mapping, such as timezone: UTC"
        problems.append(place.problem(f"{state}. Next: syncd init writes one to start from."))
    return None


def _roster(
    root: Fields, files: list[Path], env: Mapping[str, str], problems: list[Problem]
) -> Roster | None:
    shape, bad = check(ConfigShape, root, problems)
    if shape is None:  # go on with the rest, so that its problems are said in the same go
        shape, _ = check(ConfigShape, _without(root, bad), [])
        if shape is None:
            return None
    folder = files[0].parent
    names = {section: _names(root, section) for section in SECTIONS}
    for section in ("calendars", "lists"):
        if section in root and not names[section] and (section,) not in bad:
            message = f"{section}: is empty. Next: add one."
            problems.append(key_place(root, (section,)).problem(message))
    timezone = shape.timezone or _machine_zone(root, env, problems)
    lists = assemble.lists(root, shape.lists, problems)
    blocks = assemble.blocks(root, shape.blocks, names, shape.deployment, timezone, problems)
    calendars = calendars_of(root, shape, folder, env, problems, files)
    if not SOONEST <= shape.poll <= LATEST:
        place, _ = locate(root, ("poll",))
        message = "poll: from 10 seconds to 1 day. Next: 2 minutes is a good choice."
        problems.append(place.problem(message))
    if shape.database and "://" in shape.database:
        place, _ = locate(root, ("database",))
        problems.append(place.problem("database: is a path: this version keeps SQLite files."))
    sources = [
        each if isinstance(each, Text | Fields) else _default_text(each, root)
        for each in shape.people
    ]
    known = {name: lists.get(name) for name in names["lists"]}
    books = [each for each in sources if isinstance(each, Fields) and KEY in each]
    pieces = gather([s for s in sources if s not in books], folder, env, problems, files)
    return Roster(
        timezone=timezone,
        deployment=shape.deployment,
        poll=shape.poll,
        database=resolved(shape.database, folder, env) if shape.database else None,
        calendars=calendars,
        blocks=blocks,
        lists=lists,
        ramp=assemble.ramp(shape.ramp),
        away_words=tuple(word.casefold() for word in shape.away),
        people=people(pieces, shape.deployment, known, problems),
        credit=None
        if any(path[0] == "credit" for path in bad)
        else credit(root, shape.credit, calendars, problems),
        metrics=shape.metrics,
        notify=notify(shape.notify, folder, env, problems, files),
        books=address_books(books, shape.deployment, known, folder, env, problems, files),
        files=tuple(files),
    )


def _without(root: Fields, bad: Sequence[Sequence[int | str]]) -> Fields:
    """`root` without what is wrong: one entry of a section, or a key."""
    left = Fields(root)
    left.place = root.place
    for path in bad:
        top = Text(path[0])
        section = left.get(top)
        if top in SECTIONS and len(path) > 1 and isinstance(section, Fields):
            kept = Fields({name: each for name, each in section.items() if name != path[1]})
            kept.place = section.place
            left[top] = kept
        elif top in SECTIONS:
            left[top] = _nothing(Fields(), root.place)
        elif top == "people":
            left[top] = _nothing(Items(), root.place)
        else:
            left.pop(top, None)
    return left


def _nothing(piece: Fields | Items, place: Place) -> Fields | Items:
    piece.place = place
    return piece


def _names(root: Fields, section: str) -> tuple[str, ...]:
    """What the entries of a section are called, be they right or wrong."""
    piece = root.get(Text(section))
    return tuple(str(name) for name in piece) if isinstance(piece, Fields) else ()


def _default_text(text: str, root: Fields) -> Text:
    made = Text(text)
    made.place, made.plain, made.tag = root.place, True, ""
    return made


def _machine_zone(root: Fields, env: Mapping[str, str], problems: list[Problem]) -> str:
    zone = machine_zone(env)
    if zone is None:
        message = "timezone: is missing, and the machine does not say. Next: add "
        problems.append(root.place.problem(f"{message}timezone: Europe/Berlin"))
    return zone or "UTC"


def _digest(roster: Roster) -> str:
    """Of everything that a plan may depend on, but secrets."""
    calendars: dict[str, CalendarSettings] = {
        name: replace(each, password=Secret()) for name, each in roster.calendars.items()
    }
    credit = roster.credit
    if credit is not None:
        diaries = tuple(replace(each, password=Secret()) for each in credit.diaries)
        credit = replace(credit, diaries=diaries)
    books = tuple(replace(each, password=Secret()) for each in roster.books)
    bare = replace(
        roster, calendars=calendars, credit=credit, books=books, notify=None, metrics=None
    )
    return hashlib.sha256(repr(bare).encode()).hexdigest()


def _ordered(problems: Sequence[Problem], files: Sequence[Path]) -> list[Problem]:
    """Each once, in the order of the files and then of the lines."""
    order = {shown(file): n for n, file in enumerate(files)}
    return sorted(
        dict.fromkeys(problems), key=lambda p: (order.get(p.file, len(order)), p.line, p.column)
    )
