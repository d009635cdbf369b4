"""From shapes to values: what is to happen with somebody beside the cadence, and their dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from syncd.config.check import locate
from syncd.config.kinds import slug
from syncd.config.nodes import Fields
from syncd.config.shapes.outreach import TouchShape
from syncd.errors import Problem
from syncd.model.occasions import Occasion
from syncd.model.people import COUNTS, Period, Strategy

KeptOn = tuple[int | None, int, int]
"""A year, if known, a month and a day."""


def occasions(dates: Mapping[str, KeptOn]) -> tuple[Occasion, ...]:
    """The dates of a person."""
    return tuple(
        Occasion(name=name, year=year, month=month, day=day)
        for name, (year, month, day) in dates.items()
    )


def strategies(
    root: Fields,
    path: Sequence[int | str],
    shapes: Sequence[TouchShape],
    problems: list[Problem],
    dates: Sequence[Occasion] | None = None,
) -> tuple[Strategy, ...]:
    """What stands under `touches` at `path` within `root`. `dates` are those of the person whose
    own they are; None where they are a list's."""
    found: dict[str, Strategy] = {}
    for n, shape in enumerate(shapes):
        made = _strategy(shape)
        wrong = _wrong(shape, made, found, dates)
        if wrong:
            place, _ = locate(root, (*path, n))
            problems.append(place.problem(f"touches: {wrong}"))
        else:
            found[made.name] = made
    return tuple(found.values())


def _strategy(shape: TouchShape) -> Strategy:
    on = None
    if shape.on is not None:
        year, month, day = shape.on
        on = Occasion(name=shape.title or shape.channel, year=year, month=month, day=day)
    made = Strategy(
        name="",
        channel=shape.channel,
        every=shape.every,
        occasion=shape.occasion or "",
        on=on,
        lead=shape.lead or Period(),
        lasts=shape.lasts,
        title=shape.title or "",
        counts=shape.channel in COUNTS if shape.counts is None else shape.counts,
    )
    return Strategy(**{**vars(made), "name": shape.name or slug(made.label) or shape.channel})


def _wrong(
    shape: TouchShape,
    made: Strategy,
    found: Mapping[str, Strategy],
    dates: Sequence[Occasion] | None,
) -> str:
    """What is wrong with it, in a sentence with what to do; empty for nothing."""
    ways = [shape.every, shape.occasion, shape.on]
    if sum(way is not None for way in ways) != 1:
        return (
            "say when, in one way: every: 6 months, occasion: birthday, or on: 12-15. "
            "Next: keep one of them."
        )
    if shape.lead is not None and shape.every is not None:
        return "lead: goes with occasion: or on:, not with every:. Next: take it out."
    if made.lead.approximate_days > 180:
        return "lead: is more than half a year. Next: make it shorter."
    if made.name in found:
        return f"two are called {made.name}. Next: give one a name: of its own."
    names = [each.name for each in dates] if dates is not None else [made.occasion]
    if made.occasion and made.occasion not in names:
        there = f"There is: {', '.join(names)}." if names else "There is none."
        return f"occasion: «{made.occasion}» is none of their dates. {there}"
    return ""
