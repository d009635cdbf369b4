"""vdirsyncer, for comparison: in a virtual environment of its own, named by VDIRSYNCER."""

from __future__ import annotations

import os
from pathlib import Path
from subprocess import run

from benchmarks.measure import children

WHERE = Path(os.environ.get("VDIRSYNCER", ".venv/bench/bin/vdirsyncer"))


class Vdirsyncer:
    """One pair: a folder of `.ics` files, and the calendar at `url`."""

    def __init__(self, folder: Path, url: str, username: str = "", password: str = "") -> None:
        self.local = folder / "local"
        self.local.mkdir()
        self._config = folder / "config"
        signed = f'username = "{username}"\npassword = "{password}"\n' if username else ""
        self._config.write_text(
            f'[general]\nstatus_path = "{folder / "status"}"\n'
            '[pair bench]\na = "here"\nb = "there"\ncollections = null\n'
            f'[storage here]\ntype = "filesystem"\npath = "{self.local}"\nfileext = ".ics"\n'
            f'[storage there]\ntype = "caldav"\nurl = "{url}"\n{signed}'
        )
        self._run("discover")

    def _run(self, *verb: str) -> None:
        command = [str(WHERE.absolute()), "--config", str(self._config), *verb]
        done = run(command, capture_output=True, text=True, input="y\n" * 9, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def sync(self) -> float:
        """Sync once: the seconds of CPU that it took."""
        return children(lambda: self._run("sync"))


def is_there() -> bool:
    """Whether it can be run."""
    return WHERE.exists()
