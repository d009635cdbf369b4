"""Commented YAML out of the shapes: config.example.yaml, and what a new user starts from.

Above a key stands what it means. After it stands the example that the shape has for it, unless
another value is chosen.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from syncd.config.shapes.people import PersonShape
from syncd.config.shapes.servers import BookShape
from syncd.config.shapes.shape import Shape
from syncd.config.shapes.whole import ConfigShape

WIDTH = 96
Chosen = Mapping[str, Any]
"""The keys that are written and what they say: YAML, or for a mapping below it again these."""

HEAD = """\
# Every key that syncd knows, and what it means. `syncd init` writes a short one to start from;
# `syncd check` names all that is wrong in yours.
"""
_WORDS_OF_YAML = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def example() -> str:
    """The text of config.example.yaml: every key there is, in a config that loads."""
    return "\n".join([HEAD, *spaced(mapping(ConfigShape))]) + "\n"


def mapping(shape: type[Shape], chosen: Chosen | None = None, *, told: bool = True) -> list[str]:
    """The lines of a mapping with the `chosen` keys, all of them by default; with `told`, each
    below what it means."""
    lines: list[str] = []
    for name, field in shape.model_fields.items():
        key = field.alias or name
        if chosen is None or key in chosen:
            lines += _comment(field) if told else []
            lines += _entry(key, field, None if chosen is None else chosen[key], told)
    return lines


def people(entries: list[Chosen | None], *, told: bool = True) -> list[str]:
    """The lines of a list of people."""
    lines: list[str] = []
    for n, entry in enumerate(entries):
        lines += _item(mapping(PersonShape, entry, told=told and n == 0))
    return lines


def _item(of: list[str]) -> list[str]:
    """The lines of a mapping as an entry of a list."""
    first = next(at for at, line in enumerate(of) if not line.startswith("#"))
    return [*of[:first], "- " + of[first], *indented(of[first + 1 :])]


def spaced(lines: list[str]) -> list[str]:
    """`lines` with an empty one before what stands at the margin and its comment."""
    found: list[str] = []
    for line in lines:
        begins = not line.startswith((" ", "-"))
        if begins and found and not found[-1].startswith("#"):
            found.append("")
        found.append(line)
    return found


def indented(lines: list[str]) -> list[str]:
    """`lines`, one level further in."""
    return [f"  {line}" for line in lines]


def scalar(text: str) -> str:
    """`text` as a YAML scalar that any reader takes for that text: quoted where it must be."""
    plain = re.fullmatch(r"[^\W\d_](?:[\w.@/'-]|:(?=/)| (?=[^ ]))*", text)
    if plain and text.casefold() not in _WORDS_OF_YAML:
        return text
    return json.dumps(text, ensure_ascii=False)


def _entry(key: str, field: FieldInfo, value: Any, told: bool) -> list[str]:
    shape, of_names = _shape_of(field)
    first = str((field.examples or [""])[0])
    if key == "people" and value is None:
        return [f"{key}:", *indented([*people([None]), *_item(mapping(BookShape))])]
    if shape is None:
        return [f"{key}: {first if value is None else value}"]
    if not of_names:
        return [f"{key}:", *indented(mapping(shape, value, told=told))]
    lines = [f"{key}:"]
    for n, (name, each) in enumerate((value or {first: None}).items()):
        below = mapping(shape, each, told=told and n == 0)
        lines += indented([f"{name}:", *indented(below)])
    return lines


def _comment(field: FieldInfo) -> list[str]:
    default = field.default
    said = f"{field.description}."
    if isinstance(default, str | int) and not isinstance(default, bool) and default != "":
        said += f" Default: {default}."
    elif isinstance(default, list) and default:
        said += f" Default: [{', '.join(default)}]."
    return [f"# {line}" for line in textwrap.wrap(said, WIDTH - 6)]


def _shape_of(field: FieldInfo) -> tuple[type[Shape] | None, bool]:
    """The shape of what stands below the key, if any, and whether by names of the user's."""
    of: Any = field.annotation
    of_names = get_origin(of) is dict
    of = get_args(of)[1] if of_names else of
    return (of if isinstance(of, type) and issubclass(of, Shape) else None), of_names
