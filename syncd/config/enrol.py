"""Many people at once into a people file, and what is missing of those who are in it.

Text is added; what stands there stays, byte for byte. Whoever writes it loads the config again
afterwards and compares (`as_it_was`): only that tells what a text means.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, count
from zlib import crc32

from syncd.config.edit import BOM, entries, joined
from syncd.config.example import Chosen, mapping, people, scalar
from syncd.config.kinds import slug
from syncd.config.names import too_long
from syncd.config.nodes import Fields, Items, Piece, Place, Text, parse
from syncd.config.shapes.people import PersonShape
from syncd.errors import Problem
from syncd.model.keys import Kind
from syncd.model.occasions import BIRTHDAY
from syncd.model.people import Person
from syncd.model.roster import Roster

Told = Mapping[str, str | tuple[str, ...]]
"""By key of a person, what it is to say, as plain text; `lists` is the name of one list, `dates` a
birthday, `phone` and `email` are all that there are, the first to be used first."""


class Yaml(str):
    """What a key is to say, in any of these, where it is YAML already."""

    __slots__ = ()


def new_id(name: str, taken: Collection[str], deployment: str) -> str:
    """An id for somebody called `name` that nobody in `taken` has and that every server takes."""
    base = slug(name) or f"person-{crc32(name.encode()):08x}"
    while too_long(Kind.CONTACT, f"{base}-999", deployment):
        base = base[:-1].rstrip("-.")
    tries = chain((base,), (f"{base}-{n}" for n in count(2)))
    return next(each for each in tries if each not in taken)


def enrolled(text: str, newcomers: Sequence[Told]) -> str:
    """The `text` of a people file with `newcomers` at its end. Raises UsageError where that is no
    list."""
    if not newcomers:
        return text
    return joined(text, people([_chosen(each) for each in newcomers], told=False), entries(text))


def filled(text: str, more: Mapping[int, Told]) -> tuple[str, dict[int, Told]]:
    """The `text` of a people file, or of a config with people in it, with `more` said of whoever
    stands at that line; and what of it was said. Left as they are: people in braces over several
    lines, keys that are there already, whoever is not alone at that line."""
    problems: list[Problem] = []
    bom = BOM if text.startswith(BOM) else ""
    found = _at_lines(parse(text.removeprefix(BOM), "", problems))
    lines = text.removeprefix(BOM).splitlines(keepends=True)
    said: dict[int, Told] = {}
    for number in sorted(more, reverse=True):  # from below, so that the lines above stay put
        piece = found.get(number)
        if piece is None:
            continue
        told = {key: value for key, value in more[number].items() if key not in piece}
        if piece.closed is not None:
            done = _put_before(piece.closed, piece, told, lines)
        else:
            done = _put_below(piece, told, lines)
        if done:
            said[number] = told
    return bom + "".join(lines), {number: told for number, told in said.items() if told}


def as_it_was(
    before: Roster, after: Roster, new: Iterable[str], more: Mapping[str, Collection[str]]
) -> bool:
    """Whether `after` says of everybody what `before` did, but for the keys `more` of the people
    with those ids, and holds besides them just those with the ids `new`."""

    def known(person: Person) -> Person:
        keys = [key.replace("-", "_") for key in more.get(person.id, ())]
        keys += [f"more_{key}s" for key in ("phone", "email") if key in keys]
        fields = dict.fromkeys(keys)
        return replace(person, where="", **fields)  # type: ignore[arg-type]

    added = after.people.keys() - before.people.keys()
    return added == set(new) and all(
        id in after.people and known(after.people[id]) == known(person)
        for id, person in before.people.items()
    )


def _chosen(told: Told) -> Chosen:
    plain = ("cadence", "last-contact", "dates")  # a span and a day need no quotes
    made = {key: value if key in plain else _yaml(value) for key, value in told.items() if value}
    if "dates" in made and not isinstance(made["dates"], Yaml):
        made["dates"] = f"{{{BIRTHDAY}: {str(made['dates']).removeprefix('--')}}}"
    if "lists" in made and not isinstance(made["lists"], Yaml):
        made["lists"] = f"[{made['lists']}]"
    return made


def _yaml(value: str | tuple[str, ...]) -> str:
    if isinstance(value, Yaml):
        return value
    if isinstance(value, str):
        return scalar(value)
    return scalar(value[0]) if len(value) == 1 else f"[{', '.join(map(scalar, value))}]"


def _at_lines(root: Piece | None) -> dict[int, Fields]:
    """The people by their lines; none where two share one."""
    if isinstance(root, Fields):
        root = root.get(Text("people"))
    each_at: dict[int, list[Fields]] = defaultdict(list)
    for each in root if isinstance(root, Items) else []:
        if isinstance(each, Fields):
            each_at[each.place.line].append(each)
    return {line: found[0] for line, found in each_at.items() if len(found) == 1}


def _put_before(closing: Place, piece: Fields, told: Told, lines: list[str]) -> bool:
    """Whether `told` could be put into braces, before the closing one: all on one line, where no
    comment can stand between."""
    line, at = lines[closing.line - 1], closing.column - 1
    if piece.place.line != closing.line or line[at : at + 1] != "}":
        return False
    before = line[:at].rstrip()
    comma = " " if before.endswith(",") else ", "
    made = ", ".join(mapping(PersonShape, _chosen(told), told=False))
    if made:
        lines[closing.line - 1] = f"{before}{comma}{made}{line[len(before) :]}"
    return True


def _put_below(piece: Fields, told: Told, lines: list[str]) -> bool:
    """Whether `told` could be put below somebody's first key, a line for each."""
    at = _room(piece, lines)
    if at is None:
        return False
    if at == len(lines) and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    lines[at:at] = _lines(piece, told, lines[piece.place.line - 1])
    return True


def _room(piece: Fields, lines: Sequence[str]) -> int | None:
    """Before which line (from 0) a key can be put in: below the first one; None where the value of
    that is, or may be, more than one line."""
    first = next(iter(piece))
    at = piece.place.line
    if first.place.line != at:
        return None
    below = lines[at] if at < len(lines) else ""
    indent = " " * (first.place.column - 1)
    own = re.match(rf"{indent}[^\s#]", below)
    ends = not below.strip() or re.match(r"\s*#", below) or re.match(r" *-( |$)", below)
    if own or ends or len(below) - len(below.lstrip()) < len(indent):
        return at
    return None


def _lines(piece: Fields, told: Told, like: str) -> list[str]:
    end = "\r\n" if like.endswith("\r\n") else "\n"
    indent = " " * (next(iter(piece)).place.column - 1)
    made = mapping(PersonShape, _chosen(told), told=False)
    return [f"{indent}{line}{end}" for line in made]
