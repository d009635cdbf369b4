"""Bad input is named where it stands: every problem, at once, word for word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from syncd.config import load
from syncd.errors import ConfigError
from tests.config.world import CONFIG, ENV, PEOPLE, broken, put, said

TABLE = Path(__file__).with_name("broken.txt")


@dataclass(frozen=True)
class Case:
    """One record of the table."""

    title: str
    config: str
    people: str
    said: list[str]


def cases() -> Iterator[Case]:
    for record in TABLE.read_text(encoding="utf-8").split("\n## ")[1:]:
        title, *lines = record.strip().split("\n")
        texts, told = {"config": CONFIG, "people": PEOPLE}, []
        for line in lines:
            name, colon, change = line.partition(": ")
            if colon and name in texts:
                old, _, new = change.partition(" →")
                texts[name] = broken(texts[name], (_meant(old), _meant(new.removeprefix(" "))))
            else:
                told.append(line)
        yield Case(title, texts["config"], texts["people"], told)


def _meant(text: str) -> str:
    return re.sub(r"\\(.)", lambda sign: {"n": "\n", "t": "\t"}.get(sign[1], sign[1]), text)


CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_what_is_said_of_a_broken_config(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path(), case.config, case.people)
    assert said(Path("config.yaml")) == case.said
    assert case.said, "it is not broken"


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 30
    assert len({case.title for case in CASES}) == len(CASES)


BYTES = {
    "empty": (b"", "1:1: this file is empty. Next: syncd init writes one to start from."),
    "comments": (b"# x\n", "1:1: this file is empty. Next: syncd init writes one to start from."),
    "null": (b"null\n", "1:1: this file is empty. Next: syncd init writes one to start from."),
    "list": (
        b"# x\n- a\n",
        "2:1: a config is a mapping, such as timezone: UTC. Next: syncd init writes one to start "
        "from.",
    ),
    "utf-16": ("a: 1".encode("utf-16"), "1:1: the text is UTF-16. Next: save it as UTF-8."),
    "latin-1": (
        "a: 1\nb: ä".encode("latin-1"),
        "2:4: the text is not UTF-8 here. Next: save it as UTF-8.",
    ),
    "control": (b"a: 1\nb: \x07", "2:4: a character that no text has (U+0007). Next: take it out."),
    "deep": (b"a: " + b"[" * 5000, "1:1: brackets or lines are nested too deeply."),
}


@pytest.mark.parametrize("name", BYTES)
def test_what_is_no_config_at_all(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    data, message = BYTES[name]
    put(Path(), data)
    assert said(Path("config.yaml")) == [f"config.yaml:{message}"]


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert said(Path("config.yaml")) == ["config.yaml: there is no such file."]
    (tmp_path / "config.yaml").mkdir()
    assert said(Path("config.yaml")) == ["config.yaml: this is a folder. Next: name a file."]


def test_a_people_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path(), people=None)
    (tmp_path / "people.yaml").mkdir()
    assert said(Path("config.yaml")) == ["people.yaml: this is a folder. Next: name a file."]


def test_files_are_called_as_one_would_type_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    config = put(
        tmp_path / "here",
        broken(CONFIG, ("6 weeks", "6")),
        broken(PEOPLE, ("- name: B", "- mane: B")),
    )

    def files(path: Path) -> set[str]:
        with pytest.raises(ConfigError) as error:
            load(path, ENV)
        return {problem.file for problem in error.value.problems}

    monkeypatch.chdir(tmp_path)
    assert files(config) == {"here/config.yaml", "here/people.yaml"}
    monkeypatch.chdir(tmp_path / "here")
    assert files(Path("../here/config.yaml")) == {"config.yaml", "people.yaml"}
    monkeypatch.chdir("/")
    assert files(config) == {
        str(config).lstrip("/"),
        str(tmp_path / "here/people.yaml").lstrip("/"),
    }


def test_aliases_of_aliases_cost_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for n in range(1, 30):
        bomb += f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n"
    put(Path(), bomb + CONFIG.replace("title: Outreach", "title: *a29"))
    told = said(Path("config.yaml"))
    assert told[0].startswith("config.yaml:1:1: a0: is no key here.")
    assert "config.yaml:1:5: title: a list stands where one value belongs." not in told[:1]
    assert any(line.endswith("title: a list stands where one value belongs.") for line in told)


def test_a_secret_that_is_missing_is_said_with_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(Path(), broken(CONFIG, ("poll: 2 minutes", "poll: often")))
    assert said(Path("config.yaml"), {}) == [
        "config.yaml:3:7: poll: «often» not understood. "
        "Forms: 15 seconds, 2 minutes, 1 hour, 1h 30m.",
        "config.yaml:11:15: password: SYNCD_PASSWORD is not set in the environment. "
        "Next: export SYNCD_PASSWORD=…",
    ]
