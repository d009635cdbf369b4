"""People: read from files, from globs and from the config itself, each checked alone and against
the others."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from syncd.config.check import check, locate
from syncd.config.kinds import slug, unknown
from syncd.config.names import resolved, shown, too_long
from syncd.config.nodes import Fields, Items, Place, Text, place_of, read
from syncd.config.shapes.people import PersonShape
from syncd.config.touches import occasions, strategies
from syncd.errors import Problem
from syncd.model.keys import Kind
from syncd.model.people import ADDRESS_OF_CHANNEL, LINE, ContactList, Person
from syncd.model.words import short


def gather(
    sources: Iterable[Text | Fields],
    folder: Path,
    env: Mapping[str, str],
    problems: list[Problem],
    files: list[Path],
) -> list[Fields]:
    """Everybody whom `sources` name, in order; what was read goes to `files`."""
    found: list[Fields] = []
    for source in sources:
        if isinstance(source, Fields):
            found.append(source)
            continue
        for path in paths(source, folder, env, problems):
            if path not in files:
                files.append(path)
                found += of_file(path, problems)
    return found


def paths(source: str, folder: Path, env: Mapping[str, str], problems: list[Problem]) -> list[Path]:
    """The files that `source` names, in `folder` unless it says otherwise, in order; none of them
    is a problem."""
    path = resolved(source, folder, env)
    if glob.has_magic(source):
        found = sorted(Path(each) for each in glob.glob(str(path), recursive=True))
        found = [each for each in found if not each.is_dir()]
        message = f"people: no file fits {source}. Next: write one, or correct the pattern."
    else:
        found = [path] if path.exists() else []
        message = f"people: there is no file {shown(path)}. Next: write it, or correct the name."
    if not found:
        place = place_of(source)
        file, line, column = (place.file, place.line, place.column) if place else ("", 0, 0)
        problems.append(Problem(file=file, line=line, column=column, message=message))
    return found


def of_file(path: Path, problems: list[Problem]) -> list[Fields]:
    """The mappings in a people file; what else is in it goes to `problems`."""
    name, before = shown(path), len(problems)
    piece = read(path, name, problems)
    if isinstance(piece, Items):
        for each in piece:
            if isinstance(each, Text):
                message = f"a person is a mapping. Next: write - name: {short(each)}"
                problems.append(each.place.problem(message))
            elif isinstance(each, Items):
                problems.append(
                    each.place.problem("a list in the list: each person starts with - name:")
                )
        return [each for each in piece if isinstance(each, Fields)]
    if piece is None or (isinstance(piece, Text) and piece.nothing):
        if len(problems) == before:
            message = (
                "nobody is in this file. Next: add somebody, or write [] to say that it is so."
            )
            problems.append(Problem(file=name, line=1, column=1, message=message))
    else:
        problems.append(
            piece.place.problem("a people file is a list: each person starts with - name:")
        )
    return []


def people(
    pieces: Iterable[Fields],
    deployment: str,
    lists: Mapping[str, ContactList | None],
    problems: list[Problem],
) -> dict[str, Person]:
    """Those of `pieces` who are persons, by id, each of whom is in one of `lists` (None for one
    that is known and broken)."""
    found: dict[str, Person] = {}
    owners: dict[str, Fields] = {}
    shapes: list[tuple[Fields, PersonShape, str]] = []
    for piece in pieces:
        shape, _ = check(PersonShape, piece, problems, called="person")
        if shape is None:
            continue
        id = shape.id or slug(shape.name)
        if trouble := _trouble(id, owners, deployment):
            where, _ = locate(piece, ["id" if shape.id else "name"])
            problems.append(where.problem(trouble))
            continue
        owners[id] = piece
        shapes.append((piece, shape, id))
    for piece, shape, id in shapes:
        _check_former(piece, shape, id, owners, problems)
    for piece, shape, id in shapes:
        of = _lists_of(piece, shape, lists, problems)
        if of:
            found[id] = _person(piece, shape, id, of, problems)
            _check_addresses(piece, found[id], lists.get(of[0]), problems)
            _check_lengths(piece, found[id], lists, deployment, problems)
    return found


def _check_lengths(
    piece: Fields,
    person: Person,
    lists: Mapping[str, ContactList | None],
    deployment: str,
    problems: list[Problem],
) -> None:
    """What is named after a person and something else must fit into an id as well."""
    own = person.strategies
    of = [lists.get(name) for name in person.lists]
    touches = own if own is not None else [s for each in of if each for s in each.strategies]
    names = [(Kind.CONTACT, each.name) for each in touches]
    names += [(Kind.DATE, each.name) for each in person.dates]
    for kind, name in dict.fromkeys(names):
        if too_long(kind, f"{person.id}{LINE}{name}", deployment):
            what = "a date" if kind is Kind.DATE else "a touch"
            message = (
                f"{person.id} with {what} called {short(name)} is too long for some calendar "
                "servers. Next: give the person a short id, or that a short name."
            )
            problems.append(piece.place.problem(message))


def _trouble(id: str, owners: Mapping[str, Fields], deployment: str) -> str:
    if not id:
        return "name: no id can be made from it. Next: add an id of letters and digits."
    if id in owners:
        place = owners[id].place
        return (
            f"id: {short(id)} is taken, see {place}. Next: add an id of its own, such as id: {id}-2"
        )
    if too_long(Kind.CONTACT, id, deployment):
        return f"id: {short(id)} is too long for some calendar servers. Next: add a short id."
    return ""


def _check_former(
    piece: Fields,
    shape: PersonShape,
    id: str,
    owners: dict[str, Fields],
    problems: list[Problem],
) -> None:
    for n, former in enumerate(shape.formerly or ()):
        owner = owners.setdefault(former, piece)
        if former == id:
            message = f"formerly: {former} is their id today. Next: take it out."
        elif owner is not piece:
            message = f"formerly: {former} is somebody else, see {owner.place}. Next: take it out."
        else:
            continue
        problems.append(locate(piece, ["formerly", n])[0].problem(message))


def _lists_of(
    piece: Fields,
    shape: PersonShape,
    lists: Mapping[str, ContactList | None],
    problems: list[Problem],
) -> tuple[str, ...]:
    if not shape.lists:
        if len(lists) == 1:
            return tuple(lists)
        if lists:
            message = f"lists: {shape.name} is in none. Next: add lists: [{next(iter(lists))}]"
            problems.append(locate(piece, ["lists"])[0].problem(message))
        return ()
    for n, each in enumerate(shape.lists):
        place, _ = locate(piece, ["lists", n])
        if lists and each not in lists:
            problems.append(place.problem(f"lists: {unknown(each, lists)}"))
            return ()
        if each in shape.lists[:n]:
            problems.append(place.problem(f"lists: names {each} twice. Next: take one out."))
            return ()
    return shape.lists


def _check_addresses(
    piece: Fields, person: Person, of: ContactList | None, problems: list[Problem]
) -> None:
    channels = person.channels or (of.channels if of else ())
    if channels and not any(person.has_address_for(channel) for channel in channels):
        needed = " or ".join(dict.fromkeys(ADDRESS_OF_CHANNEL[c] for c in channels))
        message = f"{person.name} has no address for {' or '.join(channels)}. Next: add {needed}."
        problems.append(piece.place.problem(message, warning=True))


def _person(
    piece: Fields, shape: PersonShape, id: str, of: tuple[str, ...], problems: list[Problem]
) -> Person:
    dates = occasions(shape.dates)
    own = shape.touches
    return Person(
        id=id,
        name=shape.name,
        list=of[0],
        further=of[1:],
        dates=dates,
        strategies=None if own is None else strategies(piece, ["touches"], own, problems, dates),
        address=shape.address,
        liked=shape.liked,
        phone=next(iter(shape.phone), None),
        email=next(iter(shape.email), None),
        more_phones=shape.phone[1:],
        more_emails=shape.email[1:],
        cadence=shape.cadence,
        channels=shape.channels,
        last_contact=shape.last_contact,
        interests=shape.interests,
        notes=shape.notes,
        timezone=shape.timezone,
        paused=bool(shape.paused),
        paused_until=shape.paused if isinstance(shape.paused, date) else None,
        formerly=shape.formerly,
        uid=shape.uid or "",
        where=str(piece.place),
    )


def made(
    told: Mapping[str, str | tuple[str, ...]],
    lists: tuple[str, ...],
    deployment: str,
    known: Mapping[str, ContactList],
) -> tuple[Person | None, str]:
    """The person of whom another source than YAML says what is `told`, by key of a people file, and
    `birthday`; None where that would be a problem in a people file, and which. They are in `lists`,
    which are `known`."""
    place = Place("", 1, 1)

    def text(said: str) -> Text:
        piece = Text(said)
        piece.place, piece.plain, piece.tag = place, False, ""
        return piece

    def texts(said: tuple[str, ...]) -> Items:
        pieces = Items(text(each) for each in said)
        pieces.place = place
        return pieces

    piece, dates = Fields(), Fields()
    piece.place = dates.place = place
    for key, value in told.items():
        said = texts(value) if isinstance(value, tuple) else text(value)
        (dates if key == "birthday" else piece)[text(key)] = said
    piece[text("lists")] = texts(lists)
    if dates:
        piece[text("dates")] = dates
    problems: list[Problem] = []
    found = people([piece], deployment, known, problems)
    wrong = [problem.message for problem in problems if not problem.warning]
    return next(iter(found.values()), None), " ".join(wrong)
