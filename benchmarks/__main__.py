"""`python -m benchmarks`: measure everything, and print one table."""

from __future__ import annotations

import argparse
import json
import sys
from importlib import import_module

from benchmarks.measure import Row, progress
from benchmarks.table import machine, markdown, text

GROUPS = ("starting", "writes", "plans", "ticks", "journal", "syncing", "google", "memory")


def main() -> int:
    """Measure what is asked for; 0 whatever comes of it, as a figure is no fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
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
