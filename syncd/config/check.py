"""From pieces to shapes: what does not fit the schema becomes a problem where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from syncd.config.nodes import Fields, Items, Piece, Place, Text, place_of
from syncd.config.shapes.shape import Shape, keys
from syncd.errors import Problem
from syncd.model.words import nearest, short

S = TypeVar("S", bound=Shape)
Path = Sequence[int | str]

_KINDS = {
    "model_type": "is a mapping: keys, each with a colon and a value.",
    "dict_type": "is a mapping: a name of your choice, a colon, and below it its keys.",
    "tuple_type": "is a list, such as [one, two].",
    "too_short": "is empty.",
}


def check(
    shape: type[S], piece: Piece, problems: list[Problem], called: str = ""
) -> tuple[S | None, list[Path]]:
    """`piece` as a `shape`, or None; and the paths within it of what is wrong. A problem with the
    whole is said of `called`."""
    try:
        return shape.model_validate(piece), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
    for each in found:
        where, key = locate(piece, each["loc"])
        if each["type"] == "extra_forbidden":
            where = key_place(piece, each["loc"])
        problems.append(where.problem(_sentence(shape, each, key or called)))
    return None, [each["loc"] for each in found]


def locate(piece: Piece, path: Path) -> tuple[Place, str]:
    """Where `path` leads within `piece`, as far as it goes, and the last key on the way."""
    place, key = piece.place, ""
    for step in path:
        if step == "[key]":
            break
        if isinstance(step, str):
            key = step
        if isinstance(piece, Fields) and step in piece:
            at, piece = piece.key(str(step)).place, piece[Text(step)]
            place = place_of(piece) or at
        elif isinstance(piece, Items) and isinstance(step, int) and step < len(piece):
            piece = piece[step]
            place = place_of(piece) or place
        elif not isinstance(step, int):
            break
    return place, key


def key_place(piece: Piece, path: Path) -> Place:
    """Where the key at the end of `path` stands; the place of what lies above it where it does
    not."""
    *above, last = path
    for step in above:
        if not isinstance(piece, Fields | Items) or (
            isinstance(piece, Fields) and step not in piece
        ):
            return piece.place
        piece = piece[step]  # type: ignore[index]
    if isinstance(piece, Fields) and last in piece:
        return piece.key(str(last)).place
    return piece.place


def _sentence(shape: type[Shape], error: ErrorDetails, key: str) -> str:
    kind, path = error["type"], error["loc"]
    if kind == "extra_forbidden":
        return f"{short(key)}: {_unknown_key(_shape_at(shape, path[:-1]), key)}"
    if kind == "missing":
        field = _shape_at(shape, path[:-1]).model_fields[key.replace("-", "_")]
        example = (field.examples or [""])[0]
        if get_origin(field.annotation) is dict:
            return f"{key}: is missing. Next: add it, and below it {example}: with its keys."
        return f"{key}: is missing. Next: add it, such as {key}: {example}"
    before = f"{short(key)}: " if key and path[-1] != "[key]" else ""
    return f"{before}{_KINDS.get(kind) or error['msg']}"


def _shape_at(shape: type[Shape], path: Path) -> type[Shape]:
    """The shape that `path` leads to: through models, mappings from names to models, and lists of
    models, each of which may be left out."""
    at: Any = shape
    for step in path:
        if isinstance(at, type) and issubclass(at, Shape):
            at = at.model_fields[str(step).replace("-", "_")].annotation
        else:
            at = get_args(at)[1 if get_origin(at) is dict else 0]
        if get_origin(at) in (Union, UnionType):
            (at,) = (each for each in get_args(at) if each is not NoneType)
    assert isinstance(at, type) and issubclass(at, Shape)
    return at


def _unknown_key(shape: type[Shape], key: str) -> str:
    near = nearest(key, keys(shape))
    meant = f"Did you mean {near}? " if near else ""
    return f"is no key here. {meant}Keys: {', '.join(keys(shape))}."
