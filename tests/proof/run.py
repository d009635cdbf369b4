"""Runs the machine, and keeps count of what it tried: see `tests.trials`. Each place draws examples
of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from zlib import crc32

from hypothesis import seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.machine import Machine
from tests.proof.places import Place
from tests.trials import Tell, trials

STEPS = 30


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
    `examples` of at most so many `steps`. The first examples that hypothesis makes are short ones,
    but for `least`."""
    tally: Counter[str] = Counter()

    class Here(Machine):
        def place(self) -> Place:
            return place()

        def count(self, what: str) -> None:
            tally[what] += 1

    def run(number: int | None, how: settings) -> None:
        machine = seed(crc32(name.encode()) if number is None else number)(Here)
        run_state_machine_as_test(machine, settings=how, _min_steps=least)  # type: ignore[no-untyped-call]

    how = settings(max_examples=examples, stateful_step_count=steps)
    trials(f"the proof, {name}", tell, tally, run, how)
