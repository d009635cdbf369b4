"""Says at the end of a run how much the proof tried."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.proof.run import TRIED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for reports in terminalreporter.stats.values():
        for report in (each for each in reports if getattr(each, "when", "") == "call"):
            for name, told in getattr(report, "user_properties", ()):
                if name == TRIED:
                    place, counts = told
                    terminalreporter.section(f"the proof, {place}")
                    tried = Counter(counts)
                    for what, count in tried.most_common():
                        terminalreporter.write_line(f"{count:7} {what}")
