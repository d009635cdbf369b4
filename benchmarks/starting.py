"""Whole processes: verbs from their start to their end, and the daemon while it waits."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, run

from benchmarks import null, worlds
from benchmarks.measure import Row, beyond, children, memory, ms, progress, times

ROUNDS = 7
BARE = "import pydantic, ruamel.yaml"
"""What `check` cannot do without."""
NEEDED = {
    "a calendar by CalDAV": "import sqlalchemy, sqlalchemy.dialects.sqlite, apscheduler.schedulers."
    "background, structlog, icalendar, recurring_ical_events, caldav.davclient, lxml.etree",
}
WATCHED = 30.0
"""Seconds for which the daemon is watched."""


def rows() -> Iterator[Row]:
    """Verbs, then the daemon."""
    with worlds.folder() as where, null.running() as url:
        config = _config(where, url)
        env = {**os.environ, "SYNCD_CONFIG": str(config), "SYNCD_STATE": str(where / "state")}
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed is compiled
        _run(env, "-m", "syncd", "sync")
        for verb, goal in (("check", 2), ("due", 3)):
            yield _verb(env, verb, goal)
        yield from _daemon(env)


def _config(where: Path, url: str) -> Path:
    people = "".join(
        f"- {{name: Person {n}, lists: clients, phone: '+49 30 {901000 + n}', "
        "last-contact: 2026-09-01}\n"
        for n in range(20)
    )
    (where / "people.yaml").write_text(people)
    config = where / "config.yaml"
    config.write_text(
        "timezone: Europe/Berlin\npeople: people.yaml\n"
        f"calendars:\n  home: {{provider: caldav, url: '{url}/', calendar: Outreach}}\n"
        "blocks:\n  weekly:\n    calendar: home\n    repeats: weekly on thursday\n"
        '    at: "10:00"\n    lasts: 1 hour\n'
        "    lists: clients\nlists:\n  clients: {cadence: 6 weeks}\n"
    )
    return config


def _run(env: Mapping[str, str], *said: str) -> None:
    done = run([sys.executable, *said], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _verb(env: Mapping[str, str], verb: str, goal: int) -> Row:
    progress(f"syncd {verb}, whole process")
    ours, bare = [], []
    for _ in range(ROUNDS):
        bare.append(children(lambda: _run(env, "-c", BARE)))
        ours.append(children(lambda: _run(env, "-m", "syncd", verb)))
    one, other = min(ours), min(bare)
    return Row(
        measure=f"syncd {verb}, whole process, 20 people",
        ours=f"{ms(one)} CPU",
        against=f"Python with pydantic and the YAML reader: {ms(other)}",
        goal=f"within {goal}×",
        got=times(one, other),
        missed=beyond((one / other, goal, "×")),
    )


def _daemon(env: Mapping[str, str]) -> Iterator[Row]:
    progress(f"an idle daemon, for {WATCHED:.0f} s")
    with Popen([sys.executable, "-m", "syncd", "run"], env=env, stderr=PIPE, text=True) as child:
        assert child.stderr is not None
        try:
            for line in child.stderr:
                if '"tick"' in line:
                    break
            time.sleep(3)
            before, taken = _wakes(child.pid), _cpu(child.pid)
            time.sleep(WATCHED)
            woken = (_wakes(child.pid) - before) / WATCHED
            spent = (_cpu(child.pid) - taken) / WATCHED
            ours = memory(child.pid)
        finally:
            child.terminate()
            child.stderr.read()
    for what, imports in NEEDED.items():
        other = _bare(imports)
        yield Row(
            measure=f"idle daemon with {what}: memory",
            ours=f"{ours:.1f} MiB",
            against=f"bare imports of what it needs: {other:.1f} MiB",
            goal="within 1.2×",
            got=times(ours, other),
            missed=beyond((ours / other, 1.2, "×")),
        )
    yield Row(
        measure="idle daemon: CPU and wake-ups between ticks",
        ours=f"{spent * 100:.2f} % of a CPU, {woken:.1f} wake-ups a second",
        against="one look at the YAML files every two seconds: 0.5 a second",
        goal="within 1.2×",
        got=times(woken, 0.5),
        missed=beyond((woken / 0.5, 1.2, "×")),
    )


def _bare(imports: str) -> float:
    child = Popen(
        [sys.executable, "-c", f"{imports}\nprint(flush=True)\ninput()"],
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
    )
    assert child.stdout is not None and child.stdin is not None
    child.stdout.readline()
    found = memory(child.pid)
    child.communicate(b"\n")
    return found


def _wakes(pid: int) -> int:
    return sum(
        int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", each.read_text(), re.M)[1])  # type: ignore[index]
        for each in Path(f"/proc/{pid}/task").glob("*/status")
    )


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
