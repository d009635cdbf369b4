"""How long a process takes to end, on a machine that may have other things to do."""

from __future__ import annotations

import os
import select
import subprocess
import time
from pathlib import Path


def ended(process: subprocess.Popen[str], number: int, patience: float) -> tuple[int, float]:
    """Send a child the signal `number`: its exit status, and the seconds until it had ended, but
    for those in which it was ready to run and the machine ran something else (Linux counts them).
    Raises AssertionError where it has not ended after `patience` seconds."""
    waited = _waited(process.pid)
    descriptor = os.pidfd_open(process.pid) if hasattr(os, "pidfd_open") else None
    began = time.monotonic()
    process.send_signal(number)
    if descriptor is None:
        return process.wait(patience), time.monotonic() - began
    try:
        assert select.select([descriptor], [], [], patience)[0], f"no end within {patience} s"
    finally:
        os.close(descriptor)
    seconds = time.monotonic() - began
    seconds -= _waited(process.pid) - waited  # to be read before it is reaped
    return process.wait(), seconds


def _waited(process: int) -> float:
    try:
        running, waiting, turns = Path(f"/proc/{process}/schedstat").read_text().split()
    except OSError:
        return 0.0
    del running, turns
    return int(waiting) / 1e9
