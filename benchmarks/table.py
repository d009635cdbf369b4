"""The table: on a terminal, and as Markdown."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Row

HEADS = ("measure", "syncd", "against", "comes to", "to reach", "")
_VERSIONS = (
    "caldav",
    "icalendar",
    "google-api-python-client",
    "sqlalchemy",
    "radicale",
    "xandikos",
)


def _cells(row: Row) -> tuple[str, ...]:
    return row.measure, row.ours, row.against, row.got, row.goal, _came(row)


def _came(row: Row) -> str:
    return f"missed by {row.missed}" if row.missed else "yes"


def text(rows: Iterable[Row]) -> str:
    """For people at a terminal."""
    table = Table(*HEADS, show_lines=True)
    for row in rows:
        table.add_row(*_cells(row))
    console = Console(width=150)
    with console.capture() as said:
        console.print(table)
    return said.get()


def markdown(rows: Iterable[Row]) -> str:
    """For RESULTS.md."""
    lines = [" | ".join(HEADS), " | ".join("---" for _ in HEADS)]
    lines += [" | ".join(_cells(row)) for row in rows]
    about = "\n".join(f"- {name}: {said}" for name, said in machine().items())
    return f"{about}\n\n" + "\n".join(f"| {line} |" for line in lines)


def machine() -> dict[str, str]:
    """What it was measured on."""
    cpu = re.search(r"model name\s*: (.+)", _read("/proc/cpuinfo"))
    memory = re.search(r"MemTotal:\s+(\d+)", _read("/proc/meminfo"))
    return {
        "CPU": f"{os.cpu_count()} × {cpu[1] if cpu else platform.processor()}",
        "memory": f"{int(memory[1]) // 1024**2} GiB" if memory else "unknown",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        **{name: version(name) for name in _VERSIONS},
    }


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
