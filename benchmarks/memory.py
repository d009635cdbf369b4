"""Memory: a calendar with a hundred thousand entries of others', at CalDAV and at Google."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack

from benchmarks import google, null, worlds
from benchmarks.measure import Row, beyond, progress

ENTRIES = 100_000
_CHILD = """
import sys
from pathlib import Path
from benchmarks import google, worlds
url, where, provider = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
of = google.settings(where, url) if provider == "google" else worlds.settings(url)
service = worlds.service(worlds.roster(of, 20, a_day=3), worlds.store_in(where))
for _ in range(3):
    report = service.sync()
    assert not report.errors, report.errors
# Its getrusage() begins with what the process had that it was forked from.
most = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
seen = sum(map(len, service.store.load().foreign.values()))
assert seen == int(sys.argv[4]), seen
print(most)
"""


def rows() -> Iterator[Row]:
    """The most that a process ever has: the first listing, which reads all of them, and then
    ticks."""
    for provider in ("caldav", "google"):
        found = {entries: _highest(provider, entries) for entries in (0, ENTRIES)}
        most = found[ENTRIES] * 1.048576
        yield Row(
            measure=f"memory at its highest, {ENTRIES:,} entries in the calendar, {provider}",
            ours=f"{found[ENTRIES]:.0f} MiB",
            against=f"itself with none: {found[0]:.0f} MiB",
            goal="under 300 MB",
            got=f"{most:.0f} MB",
            missed=beyond((most, 300, " MB")),
        )


def _highest(provider: str, entries: int) -> float:
    """In MiB."""
    progress(f"first sync and two ticks with {entries:,} entries of others', {provider}")
    with ExitStack() as held:
        where = held.enter_context(worlds.folder())
        if provider == "google":
            url = held.enter_context(google.Elsewhere(where, entries))
        else:
            url = held.enter_context(null.running(entries))
        command = [sys.executable, "-c", _CHILD, url, str(where), provider, str(entries)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return float(done.stdout)
