"""What the user wrote into hours that a change in config takes away: a line, a title, an alarm.

Where the block's rule changed, it goes along to the hours that take their place; where the block is
no more, the hour stays; where there were two series for it, it goes to those of the one that stays.
A series goes only once the other one has what it held: whatever happens in between, and whoever
else is at work, it is in one of them. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, time

from syncd.model.blocks import OccurrenceId
from syncd.model.entries import Entry, Override
from syncd.model.records import Record
from syncd.reconcile.checklist import sheet_in
from syncd.reconcile.occurrences import Occurrence, instant
from syncd.reconcile.render import added_by_user, override_texts
from syncd.reconcile.ruling import ended
from syncd.reconcile.runs import Run, Series, entry_of, expanded, own_ahead, recurrence_of
from syncd.reconcile.standing import standing
from syncd.reconcile.text import users_words
from syncd.reconcile.trace import Trace


def inherited(series: Series, theirs: Mapping[OccurrenceId, str], now: datetime) -> Series:
    """`series` whose hours hold what the user wrote into those that they replace: the hour of the
    same day does, else that which took the place, else the next, else the last. `theirs` is what is
    the user's in the texts of hours with lines that are checked."""
    series = replace(series, runs=tuple(_freed(series.name, r, theirs, now) for r in series.runs))
    old = [run for run in series.runs if _loses(run)]
    stay = {run.instead for run in old}
    heirs = [run for run in series.runs if run.record.seen is None or run in old]
    heirs += [run for run in series.runs if run.record.uid in stay and run not in heirs]
    heirs = [run for run in heirs if not (run.ended or run.removed or run.waits or run.like)]
    if not old or not heirs:
        return series
    shapes = {run.record.uid: _called(run, old) for run in heirs}
    moves: list[tuple[bool, str, Override]] = []
    new = {run.record.uid for run in heirs if run.record.seen is None}
    giving: set[str] = set()
    for run in old:
        entry = entry_of(run.record)
        told = _left(series.name, run, theirs, now)
        for id, override in ((i, o) for i, o in told if _differs(o, entry)):
            uid, hour = _heir(series, id, override, shapes, now)
            if hour is not None:
                moved = _moved(override, entry, hour, shapes[uid])
                moves.append((hour.id != id, uid, moved))
                if uid in new:
                    giving.add(run.record.uid)
    more: dict[str, dict[datetime, Override]] = defaultdict(dict)
    for _, uid, moved in sorted(moves, key=lambda each: each[0]):
        at = instant(moved.original)
        more[uid][at] = _joined(more[uid].get(at), moved, shapes[uid])
    shapes |= {uid: _with(shapes[uid], each) for uid, each in more.items()}
    fuller = {run.record.uid for run in heirs if shapes[run.record.uid] != run.shape}
    runs = (
        replace(
            run,
            shape=shapes.get(run.record.uid, run.shape),
            waits=run.waits or run.instead in fuller or run.record.uid in giving,
        )
        for run in series.runs
    )
    return replace(series, runs=tuple(runs))


def kept(series: Series, theirs: Mapping[OccurrenceId, str], now: datetime) -> Series:
    """`series` of a block that is no more, or rests: hours ahead into which, or into whose titles,
    the user wrote, or which have what only they give, stay theirs, without what is ours in them;
    `theirs` as above. One that has not begun and has such things itself is theirs as it is."""

    def one(run: Run) -> Run:
        if not _loses(run) or (run.removed and added_by_user(run.record)):
            return run
        entry = entry_of(run.record)
        plain = ("", entry.text.strip())
        told = (each for _, each in _left(series.name, run, theirs, now))
        stays = [o for o in told if o.own or o.text not in plain or o.title != entry.title]
        if not stays:
            return run
        return replace(ended(run.record, now, run.reason, stays), waits=run.waits)

    return replace(series, runs=tuple(one(run) for run in series.runs))


def _loses(run: Run) -> bool:
    """Whether the rule of a series that is known changes, or it ends by now or soon, or goes."""
    if not (run.reason and (run.record.seen or run.record.intent)) or run.like:
        return False
    return run.removed or run.shape is not entry_of(run.record)


def _freed(name: str, run: Run, theirs: Mapping[OccurrenceId, str], now: datetime) -> Run:
    """A series that ends, with nothing that is ours in the hours that stay since they have what
    cannot go along."""
    if not (run.ended and _loses(run)):
        return run
    assert run.shape.recurrence is not None
    free = {o.original for o in own_ahead(run.record, now)}
    ours = override_texts(run.record)
    hours = (
        replace(o, text=_words(name, o, ours, theirs)) if o.original in free else o
        for o in run.shape.recurrence.overrides
    )
    recurrence = replace(run.shape.recurrence, overrides=tuple(hours))
    return replace(run, shape=replace(run.shape, recurrence=recurrence))


def _left(
    name: str, run: Run, theirs: Mapping[OccurrenceId, str], now: datetime
) -> Iterator[tuple[OccurrenceId, Override]]:
    """The instances ahead that go, with nothing in their texts that is ours."""
    assert run.shape.recurrence is not None
    stay = {o.original for o in run.shape.recurrence.overrides} if run.ended else set()
    ours = override_texts(run.record)
    for each in recurrence_of(run.record).overrides:
        if each.original not in stay and not each.cancelled and instant(each.end) > instant(now):
            id = OccurrenceId(name, each.original.date())
            yield id, replace(each, text=_words(name, each, ours, theirs))


def _differs(override: Override, entry: Entry) -> bool:
    """Whether an instance without what is ours in its text says anything that its series does
    not."""
    said = (override.title, override.alarm) != (entry.title, entry.alarm)
    return said or override.text not in ("", entry.text.strip())


def _words(
    name: str,
    hour: Override,
    ours: Mapping[datetime, tuple[str, ...]],
    theirs: Mapping[OccurrenceId, str],
) -> str:
    """What is the user's in the text of an hour."""
    if sheet_in(hour.text).sums:
        return users_words(theirs.get(OccurrenceId(name, hour.original.date()), ""), ())
    return users_words(hour.text, ours.get(instant(hour.original), ()))


def _called(run: Run, old: list[Run]) -> Entry:
    """The shape of a series; a new one is called, rings and says what the user had the old one, and
    one that stays instead of others what the user had those, unless it has words of its own."""
    others = [each for each in old if each.instead == run.record.uid]
    shape = run.shape
    for other in others or ([] if run in old else old[-1:]):
        shape = _like(shape, standing(run.record) if run.record.seen else shape, other.record)
    return shape


def _like(shape: Entry, own: Entry | Trace, record: Record) -> Entry:
    """`shape`, which syncd would call, and have ring, as `own`, with what the user gave the series
    of `record`."""
    entry, told = entry_of(record), standing(record)
    assert shape.recurrence is not None
    title = entry.title if entry.title != told.title and shape.title == own.title else shape.title
    alarm = entry.alarm if entry.alarm != told.alarm and shape.alarm == own.alarm else shape.alarm
    text = _both(shape.text, entry.text)
    hours = (
        replace(
            each,
            title=title if each.title == shape.title else each.title,
            text=text if each.text.strip() == shape.text.strip() else each.text,
            alarm=alarm if each.alarm == shape.alarm else each.alarm,
        )
        for each in shape.recurrence.overrides
    )
    return replace(
        shape,
        title=title,
        text=text,
        alarm=alarm,
        recurrence=replace(shape.recurrence, overrides=tuple(hours)),
    )


def _heir(
    series: Series, id: OccurrenceId, left: Override, shapes: Mapping[str, Entry], now: datetime
) -> tuple[str, Occurrence | None]:
    """The hour that has what was in the one called `id`, and the UID of its series."""
    took = series.alias.get(id)
    if took is not None and series.owner[took.id] in shapes:
        return series.owner[took.id], took
    day = max(now, datetime.combine(left.original.date(), time.min, tzinfo=left.original.tzinfo))
    found = [
        (uid, hour)
        for uid, shape in shapes.items()
        for hour in (
            expanded(series.name, shape, day, day) or expanded(series.name, shape, now, now)[-1:]
        )
        if not hour.cancelled
    ]
    same = [each for each in found if each[1].id == id]
    later = [each for each in found if instant(each[1].start) >= instant(left.start)]
    chosen = same or sorted(later or found, key=lambda each: instant(each[1].start))
    return chosen[0] if chosen else ("", None)


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


def _joined(one: Override | None, other: Override, shape: Entry) -> Override:
    """Both, in one hour of the series `shape`: what is its own goes before what is the series'."""
    if one is None:
        return other
    return replace(
        one,
        title=other.title if one.title == shape.title else one.title,
        text=_both(one.text, other.text.removeprefix(shape.text.strip()).strip()),
        alarm=other.alarm if one.alarm == shape.alarm else one.alarm,
    )


def _both(text: str, words: str) -> str:
    """A text and, below it, the lines of `words` that it has not."""
    known = {" ".join(line.split()) for line in text.split("\n")} - {""}
    new = [line for line in words.split("\n") if " ".join(line.split()) not in known]
    return "\n".join((text, *new)).strip() if any(map(str.strip, new)) else text


def _with(shape: Entry, more: Mapping[datetime, Override]) -> Entry:
    """`shape` with instances that say what those in `more` do; where they say something already,
    the words come below."""
    assert shape.recurrence is not None
    told = {instant(each.original): each for each in shape.recurrence.overrides}
    both = {at: _joined(told.get(at), each, shape) for at, each in more.items()}
    overrides = sorted((told | both).items())
    recurrence = replace(shape.recurrence, overrides=tuple(each for _, each in overrides))
    return replace(shape, recurrence=recurrence)


__all__ = ["inherited", "kept"]
