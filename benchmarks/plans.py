"""Planning: how it grows with people and with their history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta

from benchmarks import worlds
from benchmarks.measure import Row, beyond, interleaved, ms, progress, times
from syncd.model.blocks import Block
from syncd.model.facts import Fact, Facts
from syncd.model.records import State
from syncd.reconcile import plan
from syncd.reconcile.acquaintances import met
from syncd.reconcile.plan import World

SIZES = (100, 1_000, 10_000, 100_000)


def world(people: int, contacts: int = 0) -> World:
    """People with an hour a week for them, each with so many contacts behind them."""
    of = worlds.roster(worlds.settings(), people, a_day=3)
    of = replace(of, blocks={"weekly": weekly()})
    facts = tuple(sorted(worlds.history(people, contacts), key=_recorded)) if contacts else ()
    state = State(facts=Facts.of(facts))
    return World(
        roster=of,
        state=replace(state, acquaintances=met(of, state, worlds.NOW.date())),
        now=worlds.NOW,
        absent={"home": frozenset()},
    )


def _recorded(fact: Fact) -> tuple[object, str]:
    return fact.recorded, fact.id


def weekly() -> Block:
    """An hour for all of them."""
    return Block(
        name="weekly",
        title="Outreach",
        calendar="home",
        rule="FREQ=WEEKLY;BYDAY=TH",
        at=time(10),
        lasts=timedelta(hours=1),
        per_person=timedelta(minutes=15),
        lists=("clients",),
        timezone="Europe/Berlin",
        alarm=timedelta(minutes=10),
    )


def rows() -> Iterator[Row]:
    """A plan for few and for many, and one with a decade behind everybody."""
    made = {}
    for people in SIZES:
        progress(f"a plan for {people:,} people")
        of = world(people)
        (made[people],) = interleaved(lambda of=of: plan.make(of), rounds=3 if people < 1e5 else 2)
    each = {people: made[people].cpu / people for people in SIZES}
    worst = max(each[p] for p in SIZES[1:]) / each[SIZES[1]]
    yield Row(
        measure="plan for 100, 1,000, 10,000, 100,000 people",
        ours=", ".join(ms(made[p].cpu) for p in SIZES),
        against="per person: " + ", ".join(f"{each[p] * 1e6:.0f} µs" for p in SIZES),
        goal="linear: within 1.3×",
        got=f"a person costs at most {worst:.2f}× what one of 1,000 does",
        missed=beyond((worst, 1.3, "×")),
    )
    contacts = worlds.a_decade()
    progress(f"a plan for 10,000 people with {contacts} contacts each")
    of = world(10_000, contacts)
    (took,) = interleaved(lambda: plan.make(of), rounds=2)
    yield Row(
        measure=f"plan for 10,000 people with ten years of facts, {len(of.state.facts):,}",
        ours=f"{ms(took.cpu)} CPU",
        against="itself without any: " + ms(made[10_000].cpu),
        goal="under a second",
        got=times(took.cpu, made[10_000].cpu),
        missed=beyond((took.cpu, 1, " s")),
    )
