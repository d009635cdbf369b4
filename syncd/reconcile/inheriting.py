"""What the user wrote into hours that a change of a block's rule takes away goes along to the hours
that take their place: a line, a title, an alarm. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from syncd.model.blocks import OccurrenceId
from syncd.model.entries import Entry, Override
from syncd.reconcile.checklist import sheet_in
from syncd.reconcile.occurrences import Occurrence, instant
from syncd.reconcile.render import override_texts
from syncd.reconcile.runs import Run, Series, entry_of, expanded, recurrence_of
from syncd.reconcile.standing import standing
from syncd.reconcile.text import users_words

FAR = 60
"""Into how many hours ahead of a series something may go along."""


def inherited(series: Series, theirs: Mapping[OccurrenceId, str], now: datetime) -> Series:
    """`series` whose hours hold what the user wrote into those that they replace: the hour of the
    same day does, else that which took the place, else the next. `theirs` is what is the user's in
    the texts of hours with lines that are checked."""
    old = [run for run in series.runs if _loses(run)]
    heirs = [run for run in series.runs if run.record.seen is None or run in old]
    heirs = [run for run in heirs if not (run.ended or run.removed or run.waits or run.like)]
    if not old or not heirs:
        return series
    hours = [
        (run.record.uid, hour)
        for run in heirs
        for hour in expanded(series.name, run.shape, now, now, FAR)
    ]
    shapes = {run.record.uid: _called(run, old) for run in heirs}
    more: dict[str, dict[datetime, Override]] = defaultdict(dict)
    for run in old:
        for id, override in _left(series.name, run, theirs, now):
            took = series.alias[id].id if id in series.alias else id
            uid, hour = _heir(took, override.start, hours)
            if hour is not None:
                made = _moved(override, entry_of(run.record), hour, shapes[uid])
                at = instant(hour.original)
                more[uid][at] = _joined(more[uid].get(at), made)
    shapes |= {uid: _with(shapes[uid], each) for uid, each in more.items()}
    runs = (replace(run, shape=shapes.get(run.record.uid, run.shape)) for run in series.runs)
    return replace(series, runs=tuple(runs))


def _loses(run: Run) -> bool:
    """Whether the rule of a series that is in the calendar changes, or it ends by now."""
    changes = run.reason and run.record.seen and run.shape is not entry_of(run.record)
    return bool(changes and not (run.waits or run.removed or run.like))


def _left(
    name: str, run: Run, theirs: Mapping[OccurrenceId, str], now: datetime
) -> Iterator[tuple[OccurrenceId, Override]]:
    """The instances ahead that go, with nothing in their texts that is ours."""
    assert run.shape.recurrence is not None
    kept = {each.original for each in run.shape.recurrence.overrides}
    ours = override_texts(run.record)
    for each in recurrence_of(run.record).overrides:
        if each.original not in kept and not each.cancelled and instant(each.end) > instant(now):
            id = OccurrenceId(name, each.original.date())
            if sheet_in(each.text).sums:
                words = theirs.get(id, "")
            else:
                words = users_words(each.text, ours.get(instant(each.original), ()))
            yield id, replace(each, text=words)


def _called(run: Run, old: list[Run]) -> Entry:
    """The shape of a series, a new one being called, and ringing, as the user had the old one."""
    if run.record.seen:
        return run.shape
    entry, told = entry_of(old[-1].record), standing(old[-1].record)
    return replace(
        run.shape,
        title=entry.title if entry.title != told.title else run.shape.title,
        alarm=entry.alarm if entry.alarm != told.alarm else run.shape.alarm,
    )


def _heir(
    id: OccurrenceId, start: datetime, hours: list[tuple[str, Occurrence]]
) -> tuple[str, Occurrence | None]:
    """The hour called `id` among those that have an owner, else the first from `start` on."""
    live = [(uid, hour) for uid, hour in hours if not hour.cancelled]
    same = [(uid, hour) for uid, hour in live if hour.id == id]
    later = [(uid, hour) for uid, hour in live if instant(hour.start) >= instant(start)]
    found = same or sorted(later, key=lambda each: instant(each[1].start))
    return found[0] if found else ("", None)


def _moved(override: Override, old: Entry, hour: Occurrence, shape: Entry) -> Override:
    """What the user gave an instance of `old`, in an `hour` of the series `shape`."""
    return Override(
        original=hour.original,
        start=hour.start,
        end=hour.end,
        title=override.title if override.title != old.title else shape.title,
        text=override.text,
        alarm=override.alarm if override.alarm != old.alarm else shape.alarm,
    )


def _joined(one: Override | None, other: Override) -> Override:
    """Both, in one hour."""
    if one is None:
        return other
    if set(other.text.split("\n")) <= set(one.text.split("\n")):
        return one
    return replace(one, text=f"{one.text}\n{other.text}".strip())


def _with(shape: Entry, more: Mapping[datetime, Override]) -> Entry:
    """`shape` with instances that say what those in `more` do; where they say something already,
    the words come below."""
    assert shape.recurrence is not None
    told = {instant(each.original): each for each in shape.recurrence.overrides}
    both = {at: _joined(told.get(at), each) for at, each in more.items()}
    overrides = sorted((told | both).items())
    recurrence = replace(shape.recurrence, overrides=tuple(each for _, each in overrides))
    return replace(shape, recurrence=recurrence)


__all__ = ["inherited"]
