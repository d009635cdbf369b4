"""A user's desk: a folder with config and people, a state folder, and `syncd`."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
import rich.console  # noqa: F401  here, since it keeps the environment in which it is imported

from syncd.cli.main import main
from tests.emulator.google import Account
from tests.servers import Server

ROOT = Path(__file__).parents[2]
NOW = "2026-11-24T12:00+01:00"
"""A Tuesday."""
PATIENCE = 60

CONFIG = """
timezone: Europe/Berlin
people: people.yaml
calendars:
  home:
    provider: caldav
    url: {url}
    username: {username}
    password: !env SYNCD_PASSWORD
    calendar: Outreach
blocks:
  weekly-outreach:
    title: Outreach
    repeats: weekly on thursday
    at: "10:00"
    lasts: 1 hour
    per-person: 15 minutes
    lists: [clients]
    alarm: 10 minutes before
lists:
  clients: {{cadence: 6 weeks, channels: [call]}}
"""
GOOGLE = """\
    provider: google
    credentials: {credentials}
    api-endpoint: {endpoint}
"""
PERSON = """
- name: {name}
  lists: [clients]
  phone: "+49 30 901820"
  last-contact: 2026-0{month}-01
"""


class Typing(StringIO):
    """A stdin, no terminal, at which somebody reads stderr before they type a line."""

    def __init__(self, err: TextIOWrapper, typed: Callable[[str], str]) -> None:
        super().__init__()
        self._err, self._typed = err, typed

    def readline(self, size: int | None = -1, /) -> str:
        self._err.flush()
        assert isinstance(self._err.buffer, BytesIO)
        return self._typed(self._err.buffer.getvalue().decode())


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a process said, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(kw_only=True)
class Desk:
    """`syncd` is run in `folder`; `env` is added to what it finds in the environment."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def people(self) -> Path:
        return self.folder / "people.yaml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def write(self, server: Server, *names: str) -> None:
        """Config for `server`, and people who are long due, the first the longest."""
        self.config.write_text(CONFIG.format(url=server.url, username=server.username))
        self.write_people(*names)
        self.env["SYNCD_PASSWORD"] = server.password

    def write_people(self, *names: str) -> None:
        people = (PERSON.format(name=name, month=n) for n, name in enumerate(names, start=1))
        self.people.write_text("".join(people) or "[]\n")

    def write_google(self, account: Account, *names: str, more: str = "") -> None:
        """The same for a calendar at Google, with nobody signed in yet."""
        self.write_people(*names)
        at = CONFIG.index("    provider:"), CONFIG.index("    calendar:")
        self.config.write_text(
            (CONFIG[: at[0]] + GOOGLE + more + CONFIG[at[1] :]).format(
                credentials=account.credentials_file(self.folder), endpoint=account.url
            )
        )

    @property
    def environment(self) -> dict[str, str]:
        kept = {"PATH", "LANG", "VIRTUAL_ENV"}
        return {
            **{name: value for name, value in os.environ.items() if name in kept},
            "HOME": str(self.folder / "home"),
            "PYTHONPATH": str(ROOT),
            "SYNCD_STATE": str(self.state),
            **self.env,
        }

    @staticmethod
    def command(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "syncd", *arguments]

    def process(self, *arguments: str, room: int | None = None) -> Said:
        """Run it as a process of its own, and await its end. With `room` the disk is full: no file
        can grow beyond so many bytes."""

        def limited() -> None:
            if room is not None:
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # as on a full disk: an error
                resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

        done = subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            preexec_fn=limited,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Said(status=done.returncode, out=done.stdout, err=done.stderr)

    def syncd(self, *arguments: str, typed: Callable[[str], str] = lambda said: "") -> Said:
        """The same within this process, which spares the start: most tests need no more. Whoever
        is asked types what `typed` makes of what was said to stderr so far; nothing by default."""
        out, err = (TextIOWrapper(BytesIO(), encoding="utf-8") for _ in range(2))
        with (
            pytest.MonkeyPatch.context() as patch,
            chdir(self.folder),
            redirect_stdout(out),
            redirect_stderr(err),
            warnings.catch_warnings(),
        ):
            patch.setattr(os, "environ", self.environment)
            patch.setattr(sys, "stdin", Typing(err, typed))
            status = main(arguments)
        said = []
        for stream in (out, err):
            stream.flush()
            assert isinstance(stream.buffer, BytesIO)
            said.append(stream.buffer.getvalue().decode())
        assert "Traceback" not in said[1], said[1]
        return Said(status=status, out=said[0], err=said[1])

    def at(self, now: str, *arguments: str) -> Said:
        """Run it as if it were `now`, writes included."""
        return self.syncd("--now", now, "--rehearse", *arguments)
