"""What the user says without words: by ticking a task off, by cancelling it, by a colour.

Each stands for a mark, and is read as if that mark had been typed before the title.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from syncd.model.entries import Entry
from syncd.model.facts import Fact, Outcome, Source
from syncd.reconcile.marks import ACKNOWLEDGED, Meaning, sign_of
from syncd.reconcile.trace import Trace, decode


def gesture(
    entry: Entry,
    base: Entry | None,
    trace: Trace,
    fact: Fact | None,
    colours: Mapping[str, Outcome],
) -> str:
    """The mark that was set on `entry` without words; empty for none. `base` is how we last left
    it, or found it as its mark was taken back, `trace` what we wrote then, `fact` what is known of
    it, `colours` say which outcome a colour stands for."""
    # An acknowledged task is ticked since then, unless that was taken back.
    if not (trace.is_over or _shown(entry, fact)) or is_open(base, trace):
        if entry.cancelled:
            return ACKNOWLEDGED[Meaning(Outcome.SKIPPED)]
        if entry.task and entry.done:
            return ACKNOWLEDGED[Meaning(Outcome.REACHED)]
    if _is_done_after_all(entry, base, fact):
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


def _is_done_after_all(entry: Entry, base: Entry | None, fact: Fact | None) -> bool:
    """Whether a task that was skipped by cancelling it is ticked off. What was over in any other
    way may be cancelled, as history may be deleted: nothing comes of that."""
    skipped = fact is not None and fact.outcome is Outcome.SKIPPED
    was = base is not None and base.task and base.cancelled
    return skipped and was and entry.done and not entry.cancelled


def unticked(entry: Entry, base: Entry | None, trace: Trace) -> bool:
    """Whether a task that we ticked off, for what came of it, was opened again."""
    over = trace.is_over and not is_open(base, trace)
    return entry.task and over and not entry.done and not entry.cancelled


def as_found(base: Entry | None, entry: Entry) -> Entry | None:
    """`base` with what stands on `entry` for a gesture as its mark is taken back, and the event is
    yet to be opened again in the calendar: only what is done to it from then on is another one."""
    if base is None:
        return None
    return replace(base, colour=entry.colour, done=entry.done, cancelled=entry.cancelled)


def without_colour(base: Entry | None, entry: Entry) -> Entry | None:
    """`base` without a colour that `entry` has no more, so that it may be given once more."""
    if base is None or base.colour in ("", entry.colour):
        return base
    return replace(base, colour="")


def is_open(base: Entry | None, trace: Trace) -> bool:
    """Whether `base`, which was over, was found open again."""
    if base is None or base.done or base.cancelled:
        return False
    return base.task and trace.is_over and decode(base.trace) == trace
