"""Whatever stands in the files, `load` gives a roster or problems that stand in these files."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.config import load, nodes
from syncd.config.example import example
from syncd.config.nodes import Fields, Items, Text
from syncd.errors import ConfigError, Problem
from syncd.model.roster import Roster
from tests.config.world import CONFIG, ENV, PEOPLE, put
from tests.length import often

LINES = (CONFIG + PEOPLE).splitlines()
PIECES = st.one_of(
    st.sampled_from(LINES),
    st.sampled_from(
        ["", "[]", "{}", "null", "- x", "? [a]", "<<: {a: b}", "&a", "*a", "!env", "|"]
    ),
    st.text(max_size=8),
)


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """`text` with a few lines and values taken out, doubled, moved or replaced."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        key, colon, _ = lines[at].partition(": ")
        piece = draw(PIECES)
        lines[at : at + 1] = draw(
            st.sampled_from(
                [[], [lines[at]] * 2, [piece], [key + colon + piece], [f" {lines[at]}"]]
            )
        )
        lines = lines or [""]
    return "\n".join(lines) + "\n"


def tried(config: str, people: str) -> Roster | list[Problem]:
    """What `load` makes of the two files."""
    with tempfile.TemporaryDirectory() as folder:
        data = (text.encode("utf-8", "surrogatepass") for text in (config, people))
        try:
            return load(put(Path(folder), *data), ENV).roster
        except ConfigError as error:
            return error.problems


@settings(max_examples=often(60, 1000))
@given(config=damaged(CONFIG), people=damaged(PEOPLE))
def test_damage_is_a_problem_and_never_a_crash(config: str, people: str) -> None:
    found = tried(config, people)
    if isinstance(found, Roster):
        assert all(found.cadence_of(person) for person in found.people.values())
        assert all(found.channels_of(person) for person in found.people.values())
        for block in found.blocks.values():
            assert block.capacity >= 1
            assert block.calendar in found.calendars
            assert set(block.lists) <= set(found.lists)
        return
    assert any(not problem.warning for problem in found)
    for problem in found:
        assert Path(problem.file).name in ("config.yaml", "people.yaml")
        assert 0 <= problem.line <= max(config.count("\n"), people.count("\n")) + 1
        assert problem.message


EXAMPLE = example().splitlines()


@pytest.mark.parametrize("at", range(0, len(EXAMPLE), 1 if often(0, 1) else 3))
def test_an_unknown_key_anywhere_is_a_problem_and_never_a_crash(at: int) -> None:
    bare = EXAMPLE[at].replace("- ", "  ")
    key = f"{' ' * (len(bare) - len(bare.lstrip()))}unknwon: 1"
    found = tried("\n".join([*EXAMPLE[: at + 1], key, *EXAMPLE[at + 1 :]]), PEOPLE)
    assert not isinstance(found, Roster) and any(not problem.warning for problem in found)


def pieces(piece: object) -> object:
    """What a piece is, through and through, with its places; where nothing stands, each parser has
    a place of its own for it."""
    if isinstance(piece, Text):
        return str(piece), piece.place if piece else None, piece.plain, piece.tag
    if isinstance(piece, Fields):
        return piece.place, [(pieces(key), pieces(value)) for key, value in piece.items()]
    assert isinstance(piece, Items) or piece is None
    return piece and (piece.place, [pieces(each) for each in piece])


def parsed(text: str, large: int) -> tuple[object, list[Problem]]:
    problems: list[Problem] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nodes, "LARGE", large)
        found = nodes.parse(text, "people.yaml", problems)
    return pieces(found), problems


@settings(max_examples=often(100, 1000))
@given(text=damaged(PEOPLE) | damaged(CONFIG) | st.text(max_size=30))
def test_both_parsers_read_the_same(text: str) -> None:
    assert parsed(text, 0) == parsed(text, len(text) + 1)
