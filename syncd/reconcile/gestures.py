"""What the user says without words: by ticking a task off, by cancelling it, by a colour.

Each stands for a mark, and is read as if that mark had been typed before the title.
"""

from __future__ import annotations

from collections.abc import Mapping

from syncd.model.entries import Entry
from syncd.model.facts import Fact, Outcome, Source
from syncd.reconcile.marks import ACKNOWLEDGED, Meaning, sign_of
from syncd.reconcile.trace import Trace


def gesture(
    entry: Entry,
    base: Entry | None,
    trace: Trace,
    fact: Fact | None,
    colours: Mapping[str, Outcome],
) -> str:
    """The mark that was set on `entry` without words; empty for none. `base` is how we last left
    it, `trace` what we wrote then, `fact` what is known of it, `colours` say which outcome a colour
    stands for."""
    if not (trace.is_over or _shown(entry, fact)):  # an acknowledged task is ticked since then
        if entry.cancelled:
            return ACKNOWLEDGED[Meaning(Outcome.SKIPPED)]
        if entry.task and entry.done:
            return ACKNOWLEDGED[Meaning(Outcome.REACHED)]
    ours = fact is not None and fact.source is Source.SYNCD  # then no colour was there before it
    if base is None and (trace.void or (trace.fact and not ours)):
        return ""  # it may be what was read already
    if entry.colour == (base.colour if base else ""):
        return ""
    outcome = colours.get(entry.colour)
    return ACKNOWLEDGED.get(Meaning(outcome), "") if outcome else ""


def _shown(entry: Entry, fact: Fact | None) -> bool:
    """Whether an entry from which our trace was taken has the sign of its `fact`."""
    sign = sign_of(fact) if fact is not None else ""
    return not entry.trace and bool(sign) and entry.title.startswith(sign)


def unticked(entry: Entry, trace: Trace) -> bool:
    """Whether a task that we ticked off, for what came of it, was opened again."""
    return entry.task and trace.is_over and not entry.done and not entry.cancelled
