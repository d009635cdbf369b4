"""Runs what hypothesis makes for as long as it may take, and keeps count of what was tried.

At every change the examples are the same ones, so that a run says what the last one said. `make
proof` tries others for `SYNCD_PROOF` minutes at each campaign, from a seed that it prints: with
`SYNCD_SEED` it starts from that one again. What was tried is told at the end of the run.
"""

from __future__ import annotations

import os
import secrets
import time
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")

TRIED = "tried"
IN_SHORT = ("examples", "lives", "killed", "steps", "faults", "seconds")
"""What is said of any campaign, where it has it."""
MINUTES = float(os.environ.get("SYNCD_PROOF", "0"))
AT_ONCE = 50
"""Examples from one seed, where examples take long."""

Tell = Callable[[str, object], None]
"""What keeps what is to be told: `record_property`."""
Run = Callable[[int | None, settings], None]
"""One run of hypothesis, from a seed where one is given."""


def first_seed() -> int:
    """Where a run that goes on for minutes begins."""
    return int(os.environ.get("SYNCD_SEED") or secrets.randbelow(10**6))


def trials(
    name: str, tell: Tell, tally: Counter[str], run: Run, how: settings, at_once: int = AT_ONCE
) -> None:
    """`run` as `how` says, or for `MINUTES`; what `tally` counted meanwhile is told as `name`'s."""
    how = settings(
        how,
        deadline=None,
        database=None,
        derandomize=not MINUTES,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    began = time.monotonic()
    try:
        if not MINUTES:
            run(None, how)
            return
        number = first_seed()
        while time.monotonic() - began < 60 * MINUTES:
            print(f"{name}: SYNCD_SEED={number}", flush=True)
            try:
                run(number, settings(how, max_examples=at_once))
            except BaseException as broken:
                broken.add_note(f"{name}: SYNCD_SEED={number}")
                raise
            number += 1
    finally:
        tally["seconds"] = round(time.monotonic() - began)
        tell(TRIED, (name, dict(tally)))


def examine(
    name: str,
    tell: Tell,
    law: Callable[[T], None],
    made: SearchStrategy[T],
    *,
    examples: int,
    at_once: int = AT_ONCE,
) -> None:
    """See whether `law` holds for so many `examples` that `made` makes, or for `MINUTES`."""
    tally: Counter[str] = Counter()

    def counted(value: T) -> None:
        tally["examples"] += 1
        law(value)

    def run(number: int | None, how: settings) -> None:
        test = given(made)(counted)
        how(test if number is None else seed(number)(test))()

    trials(name, tell, tally, run, settings(max_examples=examples), at_once)


def summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much was tried."""
    for reports in terminalreporter.stats.values():
        for report in (each for each in reports if getattr(each, "when", "") == "call"):
            for name, told in getattr(report, "user_properties", ()):
                if name == TRIED:
                    campaign, counts = told
                    terminalreporter.section(campaign)
                    terminalreporter.write_line(_in_short(counts, report.passed))
                    for what, count in sorted(counts.items(), key=lambda each: _order(*each)):
                        if what not in IN_SHORT:
                            terminalreporter.write_line(f"{count:7} {what}")


def _order(what: str, count: int) -> tuple[str, int]:
    """What is of one kind together, the most first."""
    kind, colon, _ = what.partition(":")
    return kind if colon else "", -count


def _in_short(counts: dict[str, int], passed: bool) -> str:
    """How much was tried, and what came of it."""
    kinds = {"rule: ": "steps", "fault: ": "faults"}
    sums = {
        name: sum(count for what, count in counts.items() if what.startswith(begin))
        for begin, name in kinds.items()
    }
    told = ", ".join(f"{n} {name}" for name in IN_SHORT if (n := (counts | sums).get(name)))
    came = "every law held" if passed else "a law was broken: see above"
    return f"{came}; {told}"
