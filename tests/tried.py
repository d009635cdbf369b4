"""What is tried for as long as one likes: how long, from where, and how much it came to.

At every change it is the same, and little. `make proof` goes on for `SYNCD_PROOF` minutes at each
place, from a seed that it prints: with `SYNCD_SEED` it starts from that one again.
"""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Callable

import pytest

TRIED = "tried"
MINUTES = float(os.environ.get("SYNCD_PROOF", "0"))

Tell = Callable[[str, object], None]


def first_seed() -> int:
    """Where a run that goes on for minutes begins."""
    return int(os.environ.get("SYNCD_SEED") or secrets.randbelow(10**6))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was told under `TRIED`: where, and how often what."""
    for reports in terminalreporter.stats.values():
        for report in (each for each in reports if getattr(each, "when", "") == "call"):
            for name, told in getattr(report, "user_properties", ()):
                if name == TRIED:
                    place, counts = told
                    terminalreporter.section(place)
                    tried = Counter(counts)
                    for what, count in tried.most_common():
                        terminalreporter.write_line(f"{count:7} {what}")
