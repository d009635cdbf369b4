"""The demo, as a newcomer meets it: a child process, whose output is read."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

AT = """
import sys
from datetime import datetime
from syncd.demo import main
now = datetime.fromisoformat(sys.argv[1])
sys.exit(main(once=True, clock=lambda: now))
"""


HELD = """
import sys, threading
from syncd.demo import main, show
show.understood = lambda *told: threading.Event().wait()
sys.exit(main(once=True))
"""
"""The demo, which goes no further than to what was understood."""


def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(tmp_path), "TZ": "Europe/Berlin", "COLUMNS": "120"}


def shown(tmp_path: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


def nothing_left(tmp_path: Path) -> None:
    assert list(tmp_path.iterdir()) == []
    assert str(tmp_path) not in commands()


def commands() -> str:
    """The command lines of all processes."""
    if Path("/proc/self/cmdline").exists():
        found = []
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):  # it ended meanwhile
                found.append(process.read_bytes().decode(errors="replace"))
        return "\n".join(found)
    return subprocess.run(["ps", "-axo", "args"], capture_output=True, text=True, check=True).stdout


def between(text: str, begin: str, end: str) -> str:
    found = re.search(f"{begin}(.*?){end}", text, re.DOTALL)
    assert found, f"nothing between {begin!r} and {end!r} in:\n{text}"
    return found[1]


def story(text: str) -> None:
    """That the whole story is there, whoever it is about."""
    first = between(text, "What the calendar holds", "Now you, in your calendar app")
    assert len(re.findall(r"\d\d:\d\d–\d\d:\d\d +\w.*: (?:call|email|message)", first)) == 8
    assert first.count("Keep in touch") >= 2

    acts = re.findall(r"^  · (.+?): \w+: (.+)$", text, re.MULTILINE)
    reached, message, later, dropped = (name for name, _ in acts)
    day = acts[2][1].partition("drag it to ")[2]
    assert re.fullmatch(r"\w{3} \d\d \w{3}", day)

    told = between(text, "What was understood", "The contact log")
    assert re.search(rf"{reached} +reached +.*good talk.*due ", told)
    assert re.search(rf"{message} +left a message +a mark in the title", told)
    assert re.search(rf"{later} +moved to another day +the event was dragged +{day}", told)
    assert re.search(rf"{dropped} +skipped this time +the event was deleted +due ", told)

    log = between(text, "The contact log", "Tried again")
    assert re.search(rf"{reached} +reached +call +good talk", log)
    assert re.search(rf"{message} +left a message +call", log)
    assert re.search(rf"{dropped} +skipped this time +call", log)
    assert later not in log

    again = between(text, "Tried again", "What the calendar holds after")
    assert re.search(rf"{message}: call +left a message on .* 1 week later: attempt 2 of 3", again)
    assert re.search(rf"{day} .*{later}: call +you put it there", again)

    after = text.partition("What the calendar holds after that")[2]
    assert f"✅ {reached}: call" in after
    assert f"✉ {message}: call" in after
    assert dropped not in after


def test_it_tells_the_story_and_leaves_nothing_behind(tmp_path: Path) -> None:
    story(shown(tmp_path, "-m", "syncd", "demo", "--once"))
    nothing_left(tmp_path)


@pytest.mark.parametrize(
    "now",
    [
        "2026-11-25T23:30:00+01:00",  # the evening before the block
        "2026-11-26T09:59:59+01:00",  # just before it
        "2026-11-26T10:30:00+01:00",  # in the middle of it
        "2026-11-28T12:00:00+01:00",  # a Saturday
        "2026-12-31T23:59:00+01:00",  # the last minute of the year
        "2027-03-28T02:30:00+01:00",  # a time that the clocks leave out
        "2026-10-25T02:30:00+01:00",  # one that they show twice
        "2028-02-29T08:00:00+01:00",  # a leap day
    ],
)
def test_it_works_on_any_day(tmp_path: Path, now: str) -> None:
    story(shown(tmp_path, "-c", AT, now))
    nothing_left(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stays_up_until_told_and_takes_everything_away(tmp_path: Path, number: int) -> None:
    child = subprocess.Popen(
        [sys.executable, "-u", "-m", "syncd", "demo"],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None and child.stderr is not None
        invitation: list[str] = []
        for line in child.stdout:
            invitation.append(line)
            if "Ctrl-C ends it" in line:
                break
        text = "".join(invitation)
        for name in ("address +http://127.0.0.1:\\d+/", "user +you", "password +\\S{8,}"):
            assert re.search(name, text)
        assert "started" in child.stderr.readline()
        child.send_signal(number)
        assert child.wait(10) == 0
    finally:
        child.kill()
        child.wait()
        child.communicate()
    nothing_left(tmp_path)


def test_ended_in_the_middle_of_the_story_it_takes_everything_away(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-u", "-c", HELD],
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        for line in child.stdout:
            if "What was understood" in line:
                break
        child.send_signal(signal.SIGTERM)
        _, errors = child.communicate(timeout=20)
    finally:
        child.kill()
        child.wait()
    assert child.returncode == 130
    assert "Traceback" not in errors
    nothing_left(tmp_path)
