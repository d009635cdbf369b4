"""A container of ours: run as compose.yaml says, except on the host's network, where the tests'
calendar server is."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.container.images import ENVIRONMENT, ROOT, TAG, said

PATIENCE = 60.0


def service() -> dict[str, Any]:
    """The service `syncd` of compose.yaml."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["syncd"]
    return found


def hardened() -> list[str]:
    """What compose.yaml restricts, as podman's options."""
    known = service()
    options = ["--read-only"] if known["read_only"] else []
    options += [f"--cap-drop={each}" for each in known["cap_drop"]]
    options += [f"--security-opt={each.replace(':true', '')}" for each in known["security_opt"]]
    return [*options, "--read-only-tmpfs=false", *(f"--tmpfs={each}" for each in known["tmpfs"])]


@dataclass
class Box:
    """One container: its config lies in `config`, its state in `data`, a folder or a volume."""

    config: Path
    data: str
    name: str = ""
    began: float = 0.0
    log: Path = Path()

    def start(self, *arguments: str, image: str = TAG, options: tuple[str, ...] = ()) -> None:
        """Run it in the background; the entry point gets `arguments`."""
        self.remove()
        self.began = time.monotonic()
        limits = ("--ulimit=nofile=4096:4096", "--ulimit=nproc=4096:4096", "--http-proxy=false")
        self.name = said(
            *("podman", "--runtime=runc", "run", "--detach", "--pull=never", "--network=host"),
            *(*limits, *hardened(), *options, "--log-driver=k8s-file"),
            *(f"--volume={self.config}:/config:ro", f"--volume={self.data}:/data"),
            *(image, *arguments),
        ).strip()
        self.log = Path(self.inspected()["HostConfig"]["LogConfig"]["Path"])

    def remove(self) -> None:
        """Take it away; its data stays."""
        if self.name:
            said("podman", "rm", "--force", "--time=0", self.name)
            self.name = ""

    def lines(self) -> list[dict[str, Any]]:
        """Its log so far, from the start on."""
        return [json.loads(line) for line in self.output().splitlines() if line.startswith("{")]

    def output(self) -> str:
        """All that it said, to stdout and stderr."""
        # Read where it is written: to ask podman every time takes more of the machine than what
        # is waited for. "2026-11-28T12:00:00.0+00:00 stderr F …"; P where the line goes on.
        whole, _, _ = self.log.read_text().rpartition("\n")
        parts = (line.split(" ", 3) for line in whole.split("\n") if line)
        return "".join(text + "\n" * (tag == "F") for _, _, tag, text in parts)

    def line(self, event: str) -> dict[str, Any]:
        """Await the first line of the log that says `event`."""

        def found() -> dict[str, Any] | None:
            return next((each for each in self.lines() if event in each["event"]), None)

        return self.awaited(found, event)

    def tick(self, what: str) -> dict[str, Any]:
        """Await the first tick that has something to say of `what`; its line of the log."""

        def found() -> dict[str, Any] | None:
            ticks = (each for each in self.lines() if "tick" in each["event"])
            return next((each for each in ticks if each.get(what)), None)

        return dict(self.awaited(found, what))

    def created(self) -> int:
        """Await the first tick that wrote something new; how many entries."""
        return int(self.tick("create")["create"])

    def awaited(self, found: Callable[[], Any], what: str) -> Any:
        """Await what `found` gives. Raises AssertionError with the log where it does not come."""
        deadline = time.monotonic() + PATIENCE
        while not (value := found()):
            assert time.monotonic() < deadline, f"no {what!r}:\n{self.output()}"
            time.sleep(0.1)
        return value

    def healthy(self) -> tuple[int, str]:
        """What the image's own health check comes to: its status and its words."""
        status = subprocess.run(
            ("podman", "healthcheck", "run", self.name),
            env=ENVIRONMENT,
            capture_output=True,
            check=False,
        ).returncode
        return status, self.ask("health")[1]

    def ask(self, *arguments: str) -> tuple[int, str]:
        """Run a verb of syncd's in it: its status, and what it said."""
        done = subprocess.run(
            ("podman", "exec", self.name, "syncd", *arguments),
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def stop(self) -> tuple[int, float]:
        """Send it the signal that stops it: the exit status, and the seconds to its end."""
        known = self.inspected()
        number = signal.Signals(int(known["Config"]["StopSignal"]))
        process = os.pidfd_open(known["State"]["Pid"])
        try:
            began = time.monotonic()
            signal.pidfd_send_signal(process, number)
            assert select.select([process], [], [], PATIENCE)[0], f"no end:\n{self.output()}"
            seconds = time.monotonic() - began
        finally:
            os.close(process)
        return self.ended(), seconds

    def ended(self) -> int:
        """Await its end; the exit status."""
        return int(said("timeout", f"{PATIENCE:.0f}", "podman", "wait", self.name))

    def inspected(self) -> dict[str, Any]:
        """What `podman inspect` says of it."""
        found: dict[str, Any] = json.loads(said("podman", "inspect", self.name))[0]
        return found


@contextmanager
def volume(name: str) -> Iterator[str]:
    """While it holds, a named volume."""
    said("podman", "volume", "create", name)
    try:
        yield name
    finally:
        said("podman", "volume", "rm", "--force", name)


def mountpoint(name: str) -> Path:
    """Where a named volume is on this machine."""
    return Path(said("podman", "volume", "inspect", "--format={{.Mountpoint}}", name).strip())


def megabytes(image: str = TAG) -> float:
    """The size of an image, all layers unpacked, in millions of bytes."""
    return int(said("podman", "image", "inspect", "--format={{.Size}}", image)) / 1e6


def recorded() -> float:
    """The size of the image that README says, in the same unit."""
    found = re.search(r"image is (\d+) MB", (ROOT / "README.md").read_text())
    assert found is not None, "README does not say how large the image is"
    return float(found[1])


def hand_over(path: Path, user: int) -> None:
    """Make `user` the owner of `path` and of what is in it."""
    for each in (path, *path.rglob("*")):
        os.chown(each, user, user)
