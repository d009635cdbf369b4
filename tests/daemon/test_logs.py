"""The log: JSON lines for machines, plain lines on a terminal, and nothing that steers one."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from syncd import logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_lines_are_json_where_nobody_sits() -> None:
    out = io.StringIO()
    logs.configure(stream=out)
    structlog.get_logger().info("tick", facts=["ann-lee reached"], create=2)
    said = json.loads(out.getvalue())
    assert said.pop("timestamp").endswith("Z")
    assert said == {"event": "tick", "level": "info", "facts": ["ann-lee reached"], "create": 2}


def test_what_is_for_developers_is_seen_only_when_asked_for() -> None:
    out = io.StringIO()
    logs.configure(stream=out)
    structlog.get_logger().debug("tick")
    assert out.getvalue() == ""
    logs.configure(stream=out, verbose=True)
    structlog.get_logger().debug("tick")
    assert json.loads(out.getvalue())["event"] == "tick"


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("a.yaml:3:9: phone: «call Zoe» is no number", "a.yaml:3:9: phone: «…» is no number"),
        ("/a.ics: 'SUMMARY:Zoe' makes no sense", "/a.ics: «…» makes no sense"),
        ('it says "Zoe"', "it says «…»"),
        ("nothing is quoted", "nothing is quoted"),
    ],
)  # fmt: skip
def test_what_a_message_quotes_can_be_left_out(said: str, logged: str) -> None:
    assert logs.bare(said) == logged


@pytest.mark.parametrize("kind", [io.StringIO, Terminal])
def test_nothing_that_steers_a_terminal_comes_through(kind: type[io.StringIO]) -> None:
    out = kind()
    logs.configure(stream=out)
    evil = "\x1b]0;owned\x07\x9b2J \u202egnp.exe\r"
    structlog.get_logger().warning(evil, why=evil, problems=[evil])
    said = out.getvalue().replace("\x1b[", "")  # the renderer's own colours
    for sign in "\x1b\x07\x9b\u202e\r":
        assert sign not in said
        assert json.dumps(sign)[1:-1] not in said


def test_a_full_disk_under_the_log_stops_nobody() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    logs.configure(stream=Full())
    structlog.get_logger().error("said into the void")


def test_a_traceback_shows_no_local_variables() -> None:
    out = Terminal()
    logs.configure(stream=out)
    try:
        hidden = "-".join(["hunter2", "secret"])
        raise RuntimeError(len(hidden))
    except RuntimeError:
        structlog.get_logger().exception("a tick failed")
    assert "RuntimeError" in out.getvalue()
    assert "hunter2-secret" not in out.getvalue()


def test_other_libraries_are_not_heard(capfd: pytest.CaptureFixture[str]) -> None:
    logs.configure(stream=io.StringIO())
    logging.getLogger("caldav").error("a body with somebody's name")
    assert capfd.readouterr().err == ""
