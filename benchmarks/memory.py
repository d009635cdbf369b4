"""Memory: a calendar with a hundred thousand entries."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks import null, worlds
from benchmarks.measure import Row, progress

ENTRIES = 100_000
_CHILD = """
import resource, sys
from pathlib import Path
from benchmarks import worlds
of = worlds.roster(worlds.settings(sys.argv[1]), 20, a_day=3)
service = worlds.service(of, worlds.store_in(Path(sys.argv[2])))
for _ in range(3):
    report = service.sync()
    assert not report.errors, report.errors
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def rows() -> Iterator[Row]:
    """The most that a process ever has: the first listing, which reads all of them, and then
    ticks."""
    found = {}
    for entries in (0, ENTRIES):
        progress(f"first sync and two ticks with {entries:,} entries of others'")
        with worlds.folder() as where, null.running(entries) as url:
            command = [sys.executable, "-c", _CHILD, url, str(where)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            found[entries] = float(done.stdout)
    yield Row(
        measure=f"memory at its highest, {ENTRIES:,} entries in the calendar",
        ours=f"{found[ENTRIES]:.0f} MiB",
        against=f"itself with none: {found[0]:.0f} MiB",
        goal="under 300 MB",
        got=f"{found[ENTRIES] * 1.048576:.0f} MB",
        well=found[ENTRIES] * 1.048576 < 300,
    )
