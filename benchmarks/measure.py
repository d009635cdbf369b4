"""Measuring: what a piece of work takes, and rows of the table."""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

Work = Callable[[], object]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table."""

    measure: str
    ours: str
    against: str
    """What it is compared with, and what that takes."""
    goal: str
    got: str
    """What the comparison comes to."""
    missed: str
    """By how much the goal is missed, as `beyond` says it; empty where it is reached."""


@dataclass(frozen=True, kw_only=True)
class Spent:
    """What some work took, in seconds."""

    cpu: float
    """Of this process, all threads."""
    wall: float


def spent(work: Work) -> Spent:
    """Do `work` once."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Spent(cpu=time.process_time() - cpu, wall=time.perf_counter() - wall)


def interleaved(*works: Work, rounds: int) -> list[Spent]:
    """Do each of `works` in turn, `rounds` times over, and give what each took at its best."""
    found: list[list[Spent]] = [[] for _ in works]
    for _ in range(rounds):
        for told, work in zip(found, works, strict=True):
            told.append(spent(work))
    return [best(each) for each in found]


def best(rounds: Sequence[Spent]) -> Spent:
    """The least of each that `rounds` took."""
    return Spent(cpu=min(r.cpu for r in rounds), wall=min(r.wall for r in rounds))


def children(work: Work) -> float:
    """Seconds of CPU that the child processes took that `work` starts and awaits."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def memory(pid: int) -> float:
    """MiB of memory that the process `pid` is resident in."""
    rollup = Path(f"/proc/{pid}/smaps_rollup")
    named = {line.split()[0]: line.split()[1] for line in rollup.read_text().splitlines()[1:]}
    return int(named["Rss:"]) / 1024


def progress(said: str) -> None:
    """What is being done, for whoever waits."""
    print(f"  {said}", file=sys.stderr, flush=True)


def ms(seconds: float) -> str:
    """Milliseconds, to three digits."""
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def beyond(*told: tuple[float, float, str]) -> str:
    """How much more than the most it may be each is, in its unit; empty where none is."""
    return ", ".join(f"{got - most:.2g}{unit}" for got, most, unit in told if got > most)


def times(one: float, other: float) -> str:
    """How many times `other` `one` is."""
    return f"{one / other:.3g}×" if other else "∞"
