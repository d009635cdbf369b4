"""The processes that are killed, as the test has them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.ferry import Ferry, Moment
from tests.kills.nursery import End, Order

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Kill:
    """When a process is killed."""

    request: tuple[int, Moment] | None = None
    """In the so manieth request, from 1."""
    touch: int = 0
    """Before it does the so manieth thing to its files, from 1; 0 for none."""
    after: float = 0
    """After so many seconds; 0 for none."""
    plain: bool = False
    """And it was started as its user starts it."""

    @property
    def kind(self) -> str:
        """What is counted."""
        if self.request is not None:
            return str(self.request[1])
        return "at the database or a file" if self.touch else "at a random moment"


SPARED = Kill()


class Nursery:
    """The one process whose children the others are."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.kills.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(
        self, folder: Path, secret: str, ferry: Ferry, kill: Kill, *arguments: str
    ) -> End | None:
        """Run `syncd` in `folder`, whose requests cross by `ferry`; how it ended, None where it was
        killed. Raises AssertionError where it ended badly by itself."""
        env = {
            **{name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ},
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            "SYNCD_STATE": str(folder),
            "SYNCD_PASSWORD": secret,
        }
        order = Order(
            arguments=[*arguments],
            folder=str(folder),
            env=env,
            dies=kill.touch,
            after=kill.after,
            plain=kill.plain,
        )
        victim = ferry.awaits(kill.request)
        assert self._process.stdin is not None and self._process.stdout is not None
        print(json.dumps(asdict(order)), file=self._process.stdin, flush=True)
        victim.set_result(int(self._process.stdout.readline()))
        end = End(**json.loads(self._process.stdout.readline()))
        if end.status == -signal.SIGKILL:
            return None
        assert end.status == 0, f"{end.status}: {(folder / 'said').read_text()}"
        return end

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


@contextmanager
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    try:
        yield made
    finally:
        made.close()
