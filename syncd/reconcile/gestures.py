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
    # An acknowledged task is as it was left then, unless that was taken back, or changed since.
    status = _status(entry)
    if status and (not (trace.is_over or _shown(entry, fact)) or _turned(status, base, trace)):
        return ACKNOWLEDGED[Meaning(status)]
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


def _status(entry: Entry) -> Outcome | None:
    """What it says that it was cancelled, or ticked off."""
    if entry.cancelled:
        return Outcome.SKIPPED
    return Outcome.REACHED if entry.task and entry.done else None


def _turned(status: Outcome, base: Entry | None, trace: Trace) -> bool:
    """Whether a task that was over had another `status` when it was left."""
    if base is None or not base.task or not trace.is_over:
        return False
    return decode(base.trace) == trace and _status(base) is not status


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
