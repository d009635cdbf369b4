"""What is said about the verbs, without doing any."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from syncd import __version__
from syncd.cli.app import app
from syncd.cli.main import COMMAND, VERBS
from tests.cli.desk import Desk

BEGIN = (
    "init",
    "add",
    "import",
    "decide",
    "auth",
    "connect",
    "check",
    "plan",
    "sync",
    "run",
    "due",
    "log",
    "history",
    "status",
)
LATER = (
    "admit",
    "review",
    "doctor",
    "health",
    "approve",
    "restore",
    "pause",
    "resume",
    "clear",
    "remove",
    "demo",
)
CONTRACT = (*BEGIN, *LATER)


def test_every_verb_is_there() -> None:
    assert sorted(VERBS) == sorted(CONTRACT)


@pytest.mark.parametrize("verb", CONTRACT)
def test_the_help_of_every_verb_has_an_example_that_parses(verb: str) -> None:
    said = CliRunner().invoke(app, [verb, "--help"])
    assert said.exit_code == 0
    example = re.search(r"^  Example: (syncd .*)$", said.output, re.MULTILINE)
    assert example is not None
    arguments = shlex.split(example[1])[1:]
    assert verb in arguments
    work = COMMAND.main(arguments, prog_name="syncd", standalone_mode=False)
    assert callable(work)


def test_the_list_of_verbs_fits_the_screen() -> None:
    said = CliRunner().invoke(app, ["--help"])
    assert said.exit_code == 0
    verbs = said.output.partition("Commands:")[2]
    assert len(verbs.splitlines()) > len(CONTRACT)
    assert "..." not in verbs
    assert "Exit status: 0 done; 1 the config has problems" in said.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pln"], "There is no verb «pln». Did you mean plan? Next: syncd --help."),
        (["xyzzy"], "There is no verb «xyzzy». Next: syncd --help."),
        (
            ["plan", "--jsn"],
            "syncd plan has no option --jsn. Did you mean --json? Next: syncd plan --help.",
        ),
        (
            ["plan", "--config", "x"],
            "--config stands before the verb: syncd --config … plan. Next: syncd plan --help.",
        ),
        (["log"], "syncd log needs PERSON. Next: syncd log --help."),
        (["log", "--undo", "ann", "reached"], "--undo takes only PERSON"),
        (["plan", "today"], "Got unexpected extra argument(s) (today). Next: syncd plan --help."),
        (["log", "ann", "--at"], "Option '--at' requires an argument. Next: syncd log --help."),
        (["pause", "ann", "--all"], "Say one of: PERSON, --list L, --block B, --all."),
        ([], "Usage: syncd [OPTIONS] COMMAND"),
        (["\x1b[2Jplan"], "There is no verb"),
    ],
)
def test_what_cannot_be_understood_ends_with_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    from syncd.cli.main import main

    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith(said)
    assert "\x1b" not in shown.err


def test_version(desk: Desk) -> None:
    said = desk.process("--version")
    assert (said.status, said.out) == (0, f"syncd {__version__}\n")


def test_remove_only_explains(desk: Desk) -> None:
    said = desk.process("remove", "bob")
    assert said.status == 2
    assert said.out == ""
    assert "syncd pause bob" in said.err
    assert "people" in said.err


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["plan", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    heavy = ("sqlalchemy", "caldav", "niquests", "ruamel", "apscheduler", "structlog")
    code = (
        "import sys\nfrom syncd.cli.main import main\n"
        f"main({arguments!r})\n"
        f"print([m for m in {heavy!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
