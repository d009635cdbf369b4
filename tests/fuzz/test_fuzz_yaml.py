"""Whatever stands in the YAML: a roster comes of it, or problems, each with its place."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import strategies as st

from syncd.config import load
from syncd.errors import ConfigError, Problem
from syncd.logs import clean
from syncd.model.roster import Roster
from tests.config.world import CONFIG, ENV, PEOPLE, put
from tests.fuzz.effort import within
from tests.fuzz.oddities import TEXT, damaged
from tests.length import often
from tests.trials import Tell, examine

LAUGHS = "&a [ha, ha]\n" + "".join(
    f"  - &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(12)
)
BOMBS = (
    "[" * 1_000,
    "{a: " * 1_000,
    "- " * 3_000,
    "".join(f"{' ' * n}a:\n" for n in range(400)),
    f"- {LAUGHS}",
    "&a [*a]",
    "&a {b: *a}",
    "<<: *nobody",
    "? {a: b}\n: c",
)
VALUES = (
    *(
        "!!python/object/apply:os.system ['true']",
        "!!python/name:os.system",
        "!!binary aGE=",
        "!env",
        "!x",
    ),
    *(
        "9" * 5_000,
        "-9",
        "0x1F",
        "1e400",
        ".nan",
        "-.inf",
        "2026-02-30",
        "9999-12-31",
        "0001-01-01",
    ),
    *(
        "10:00",
        "25:61",
        "99999 weeks",
        "-1 day",
        "0 days",
        "every 999999999 weeks on monday",
        "|",
        ">+9",
    ),
    *(
        "FREQ=SECONDLY",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;INTERVAL=99999999999999999",
    ),
    *(
        "Europe/../../etc/passwd",
        "America",
        "\x00",
        "http://[",
        "file:///etc/passwd",
        "*.yaml",
        "/",
        "~",
    ),
    *(
        "null",
        "true",
        "{}",
        "[]",
        "[[]]",
        "{a: {b: {c: d}}}",
        "&a x",
        "*a",
        "'",
        '"\\ud800"',
        '"\\x1b[31m"',
    ),
    *("daily\tx", "\u202e", "e\u0301", "@x", "`", "%TAG", "--- x", "..."),
)


@st.composite
def files(draw: st.DrawFn, text: str) -> bytes:
    """A file that somebody meant to be `text`."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        key, colon, _ = lines[at].partition(": ")
        value = draw(st.sampled_from(VALUES) | TEXT)
        lines[at : at + 1] = draw(
            st.one_of(
                st.just([]),
                st.just([lines[at]] * 2),
                st.just([key + colon + value]),
                st.just([f"\t{lines[at]}"]),
                st.just([f"  {lines[at]}"]),
                st.sampled_from(BOMBS).map(lambda bomb, key=key, colon=colon: [key + colon + bomb]),  # type: ignore[misc]
                st.sampled_from(BOMBS).map(lambda bomb: [bomb]),
            )
        )
        lines = lines or [""]
    data = "\n".join(lines).encode("utf-8", "surrogatepass")
    if draw(st.integers(0, 3)):
        return data
    return draw(damaged(data))


def loads_or_tells(given: tuple[bytes, bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder, within(20):
        try:
            assert isinstance(load(put(Path(folder), *given), ENV).roster, Roster)
            return
        except ConfigError as error:
            problems = error.problems
    assert any(not each.warning for each in problems)
    for each in problems:
        has_a_place(each, given)


def has_a_place(problem: Problem, given: tuple[bytes, bytes]) -> None:
    assert Path(problem.file).name in ("config.yaml", "people.yaml")
    lines = max(data.decode("utf-8", "replace").count("\n") for data in given)
    more = max(len(data.decode("utf-8", "replace").splitlines()) for data in given)
    assert 0 <= problem.line <= max(lines, more) + 1 and problem.column >= 0
    shown = clean(str(problem))
    assert problem.message and not any(ord(c) < 32 or c in "\x7f\x9b\u202e" for c in shown), shown


def test_a_file_is_a_roster_or_problems(tell: Tell) -> None:
    made = st.tuples(files(CONFIG), files(PEOPLE))
    examine("fuzzing, YAML", tell, loads_or_tells, made, examples=12)


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_a_bomb_is_a_problem(bomb: str) -> None:
    loads_or_tells((CONFIG.encode(), bomb.encode()))
    loads_or_tells((f"{CONFIG}more: {bomb}".encode(), PEOPLE.encode()))
    loads_or_tells((CONFIG.encode(), f"{PEOPLE}  interests: {bomb}".encode()))


@pytest.mark.parametrize("much", ["a", "\x00", "- ", "\n", "#", "- name: x\n", '"', " \t"])
def test_much_of_it(much: str) -> None:
    with within(300):
        text = f"{PEOPLE}- name: {much * (often(100_000, 1_000_000) // len(much))}"
    loads_or_tells((CONFIG.encode(), text.encode()))
