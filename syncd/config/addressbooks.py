"""From shapes to values: address books as a source of people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from zlib import crc32

from syncd.config.calendars import check_url
from syncd.config.check import check, locate
from syncd.config.kinds import slug, unknown
from syncd.config.names import state_folder
from syncd.config.nodes import Fields
from syncd.config.secrets import NONE, read_secret
from syncd.config.shapes.servers import BookShape
from syncd.errors import Problem
from syncd.model.roster import AddressBook

KEY = "carddav"


def address_books(
    pieces: Iterable[Fields],
    deployment: str,
    lists: Iterable[str],
    folder: Path,
    env: Mapping[str, str],
    problems: list[Problem],
    files: list[Path],
) -> tuple[AddressBook, ...]:
    """The address books that `pieces` say; what is wrong goes to `problems`, files that hold a
    password to `files`."""
    found: dict[Path, AddressBook] = {}
    for piece in pieces:
        shape, _ = check(BookShape, piece, problems, called=KEY)
        if shape is None:
            continue
        before = len(problems)
        made = _made(piece, shape, deployment, folder, env, problems, files)
        if "://" in made.addressbook:
            check_url(piece, ("addressbook",), made.addressbook, problems)
        if made.list and made.list not in lists:
            problems.append(
                locate(piece, ("list",))[0].problem(f"list: {unknown(made.list, lists)}")
            )
        if made.file in found:
            message = f"{KEY}: the same address book stands here twice. Next: take one out."
            problems.append(piece.place.problem(message))
        if all(problem.warning for problem in problems[before:]):
            taken = {each.name for each in found.values()}
            names = (made.name, *(f"{made.name} {n}" for n in range(2, len(taken) + 3)))
            name = next(each for each in names if each not in taken)
            found[made.file] = replace(made, name=name)
    return tuple(found.values())


def _made(
    piece: Fields,
    shape: BookShape,
    deployment: str,
    folder: Path,
    env: Mapping[str, str],
    problems: list[Problem],
    files: list[Path],
) -> AddressBook:
    check_url(piece, (KEY,), shape.carddav, problems)
    password = NONE
    if shape.password is not None:
        password = read_secret(shape.password, folder, env, problems, files)
        if not shape.username:
            message = "username is missing. Next: say whose password it is."
            problems.append(piece.place.problem(f"{KEY}: {message}"))
    elif shape.username:
        message = "password is missing. Next: add password: !env SYNCD_PASSWORD"
        problems.append(piece.place.problem(f"{KEY}: {message}"))
    username, book = shape.username or "", shape.addressbook or ""
    name = _host(shape.carddav) if not book or "://" in book else book
    identity = " ".join((shape.carddav.rstrip("/"), username, book.rstrip("/")))
    file = f"{deployment}.{slug(name)[:40]}-{crc32(identity.encode()):08x}.cards.json"
    return AddressBook(
        name=name,
        url=shape.carddav,
        username=username,
        password=password,
        addressbook=book,
        list=shape.list_ or "",
        file=state_folder(env) / file,
        where=str(piece.place),
    )


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # no address at all, which is said elsewhere
        return ""
