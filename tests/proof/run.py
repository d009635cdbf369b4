"""Runs the machine for as long as it may take, and keeps count of what it tried."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from functools import partial

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.machine import Machine
from tests.proof.places import Place
from tests.tried import MINUTES, TRIED, Tell, first_seed

STEPS = 30
_AT_ONCE = 50
"""Examples from one seed."""


def prove(
    name: str,
    place: Callable[[], Place],
    tell: Tell,
    *,
    examples: int,
    steps: int,
    least: int = 0,
) -> None:
    """Run the machine on examples that begin at a `place` of their own, called `name`: so many
    `examples` of at most so many `steps`, or for `MINUTES`. The first examples that hypothesis
    makes are short ones, but for `least`."""
    tally: Counter[str] = Counter()

    class Here(Machine):
        def place(self) -> Place:
            return place()

        def count(self, what: str) -> None:
            tally[what] += 1

    run = partial(_run, least)
    began = time.monotonic()
    common = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize=not MINUTES,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    try:
        if not MINUTES:
            run(Here, common)
            return
        number = first_seed()
        while time.monotonic() - began < 60 * MINUTES:
            print(f"{name}: SYNCD_SEED={number}", flush=True)
            run_state_machine_as_test(  # type: ignore[no-untyped-call]
                seed(number)(Here),
                settings=settings(common, max_examples=_AT_ONCE),
                _min_steps=least,
            )
            number += 1
    finally:
        tally["seconds"] = round(time.monotonic() - began)
        tell(TRIED, (f"the proof, {name}", dict(tally)))


def _run(least: int, machine: type[Machine], how: settings) -> None:
    run_state_machine_as_test(machine, settings=how, _min_steps=least)  # type: ignore[no-untyped-call]
