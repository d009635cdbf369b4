"""`python -m benchmarks`: measure everything, and print one table."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module

from benchmarks.measure import Row, progress
from benchmarks.table import machine, markdown, text

GROUPS = {
    "starting": "check, due and the idle daemon, as whole processes (two minutes)",
    "writes": "what a write costs beyond the library's own, and vdirsyncer's (two)",
    "plans": "planning for 100 to 100,000 people, and over ten years (two)",
    "ticks": "ticks at 1,000 and 10,000 entries, with nothing to do and after a mark (four)",
    "journal": "ticks over a million facts (four)",
    "syncing": "first syncs to Radicale and Xandikos (three)",
    "google": "a thousand writes to the emulated Google (one)",
    "memory": "a hundred thousand entries in a calendar (three)",
}


def main() -> int:
    """Measure what is asked for; 0 whatever comes of it, as a figure is no fault."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog="\n".join(f"{name:10}{what}" for name, what in GROUPS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", action="append", choices=GROUPS, help="these rows alone")
    parser.add_argument("--json", action="store_true", help="as JSON, with the machine")
    parser.add_argument("--markdown", action="store_true", help="as RESULTS.md has it")
    told = parser.parse_args()
    rows: list[Row] = []
    for name in told.only or GROUPS:
        progress(f"{name} …")
        for row in import_module(f"benchmarks.{name}").rows():
            rows.append(row)
            progress(f"{row.measure}: {row.ours}; {row.against}: {row.got}")
    if told.json:
        found = {"machine": machine(), "rows": [vars(row) for row in rows]}
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        print(markdown(rows) if told.markdown else text(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
