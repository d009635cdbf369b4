"""One source: what is checked, the JSON Schema and config.example.yaml cannot drift apart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from syncd.config import load, schema
from syncd.config.example import example, scalar
from syncd.config.nodes import Fields, Items, Piece, parse
from syncd.errors import Problem
from tests.config.world import ENV

EXAMPLE = Path(__file__).parents[2] / "config.example.yaml"


def read(text: str) -> Piece:
    problems: list[Problem] = []
    piece = parse(text, "text", problems)
    assert not problems
    assert piece is not None
    return piece


def test_the_example_is_what_the_schema_makes_of_itself() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") == example(), (
        "write it anew: python -c 'from syncd.config.example import example; print(example(), "
        'end="")\' > config.example.yaml'
    )


def test_the_example_loads(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(example(), encoding="utf-8")
    loaded = load(tmp_path / "config.yaml", ENV)
    assert loaded.warnings == ()
    assert list(loaded.roster.people) == ["ann-lee"]


def keys(schema: dict[str, Any], node: dict[str, Any], above: str = "") -> Iterator[str]:
    """Every key of the schema, each below its own; names of the user's choice are `*`."""
    for branch in node.get("anyOf", ()):
        yield from keys(schema, branch, above)
    if "$ref" in node:
        yield from keys(schema, schema["$defs"][node["$ref"].rpartition("/")[2]], above)
    for key, below in node.get("properties", {}).items():
        yield f"{above}/{key}"
        yield from keys(schema, below, f"{above}/{key}")
    for inner in ("items", "additionalProperties"):
        if isinstance(node.get(inner), dict):
            yield from keys(schema, node[inner], f"{above}/*")


def shown(piece: Piece, sections: frozenset[str], above: str = "") -> Iterator[str]:
    """Every key that stands in `piece`."""
    if isinstance(piece, Items):
        for each in piece:
            yield from shown(each, sections, f"{above}/*")
    if isinstance(piece, Fields):
        for key, below in piece.items():
            path = f"{above}/{'*' if above in sections else key}"
            if above not in sections:
                yield path
            yield from shown(below, sections, path)


def test_the_example_has_every_key_of_the_schema_and_says_what_it_means() -> None:
    made = schema()
    # One address book alone may stand where the example has a list.
    alone = {f"/people/{key}" for key in made["$defs"]["BookShape"]["properties"]}
    known = set(keys(made, made)) - alone
    sections = frozenset({"/calendars", "/blocks", "/lists", "/people/*/dates"})
    assert set(shown(read(example()), sections)) == known
    assert {
        "/lists/*/retry/left-message",
        "/people/*/last-contact",
        "/blocks/*/per-person",
    } <= known
    lines = example().splitlines()
    for n, line in enumerate(lines):
        if ":" in line and "#" not in line and line.strip() not in ("home:", "clients:"):
            above = lines[n - 1].strip()
            assert above.startswith("#") or line.strip() == "weekly-outreach:", line


def test_the_schema_is_whole() -> None:
    made = json.loads(json.dumps(schema()))
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert made["required"] == ["calendars", "lists"]
    assert made["$defs"]["BlockShape"]["required"] == ["repeats", "at", "lists"]
    assert made["$defs"]["PeopleFile"]["items"] == {"$ref": "#/$defs/PersonShape"}
    for shape in (made, *made["$defs"].values()):
        for key, node in shape.get("properties", {}).items():
            assert node["description"], key
            assert node["examples"], key
    assert made["$defs"]["ListShape"]["properties"]["a-day"]["default"] == 3
    assert made["$defs"]["BlockShape"]["properties"]["lasts"]["default"] == "1 hour"


@pytest.mark.parametrize(
    "text",
    ["Ann Lee", "O'Hara", "No", "null", "~", "+49 30 1", "a: b", "a #b", "- a", "[x]", "é è", "007",
     'say "hi"', "back\\slash", "@ann", "", "x ", "x, y", "https://dav.example.org/", "山田", "🐎"],
)  # fmt: skip
def test_a_scalar_is_written_so_that_it_reads_back(text: str) -> None:
    for known in (read(f"key: {scalar(text)}\n"), read(f"key: [{scalar(text)}]\n")):
        assert isinstance(known, Fields)
        assert list(known.values()) in ([text], [[text]])
