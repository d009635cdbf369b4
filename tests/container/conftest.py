"""The image, built once, before the first test; what is measured is said at the end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.container.box import Box, hand_over, megabytes, recorded, volume
from tests.container.images import Unbuildable, build
from tests.servers import Server

USER = 1000
CONFIG = """\
timezone: Europe/Berlin
poll: 10 seconds
people: people.yaml
calendars:
  home:
    url: {url}
    username: {username}
    password: !file password
blocks:
  keep-in-touch: {{repeats: weekly on thursday, at: "10:00", lasts: 1 hour, lists: [clients]}}
lists:
  clients: {{cadence: 6 weeks, channels: [call]}}
"""
PEOPLE = """\
- {name: Ann Lee, phone: "+49 30 901820", last-contact: 2026-01-01}
- {name: Bob Roy, phone: "+49 30 901821", last-contact: 2026-01-02}
- {name: Cy Dee, phone: "+49 30 901822", last-contact: 2026-01-03}
"""
_measured: dict[str, str] = {}

Make = Callable[..., Box]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Build it where it is asked for, once for all workers. Where it cannot be, nothing is tested,
    and the run fails and says why."""
    if session.config.option.markexpr != "container" or hasattr(session.config, "workerinput"):
        return
    try:
        build()
    except Unbuildable as reason:
        pytest.exit(f"no container can be built: {reason}", returncode=1)
    _measured["size of the image"] = f"{megabytes():.0f} MB; README says {recorded():.0f} MB"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _measured:
        terminalreporter.section("the container")
        for name, value in _measured.items():
            terminalreporter.write_line(f"{name}: {value}")


@pytest.fixture(scope="session")
def measured() -> dict[str, str]:
    """What is to be said at the end, by name."""
    return _measured


@pytest.fixture
def config(tmp_path: Path, radicale: Server) -> Path:
    """A folder with a config that leads to `radicale`, three people, and the password."""
    folder = tmp_path / "config"
    folder.mkdir()
    text = CONFIG.format(url=radicale.url, username=radicale.username)
    (folder / "config.yaml").write_text(text)
    (folder / "people.yaml").write_text(PEOPLE)
    (folder / "password").write_text(radicale.password + "\n")
    (folder / "password").chmod(0o600)
    hand_over(folder, USER)
    return folder


@pytest.fixture
def make(config: Path) -> Iterator[Make]:
    """Makes a container, not yet running, on a volume of its own or on `data`."""
    made: list[Box] = []
    with volume(f"syncd-check-{os.getpid()}-{config.parent.name}") as name:

        def new(data: str | Path = name) -> Box:
            made.append(Box(config, str(data)))
            return made[-1]

        yield new
        for box in made:
            box.remove()


@pytest.fixture
def box(make: Make) -> Box:
    """A container, not yet running, on a volume of its own."""
    return make()
