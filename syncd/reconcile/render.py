"""What entries are to say, merged field by field with what the user made of them.

A field that is what we wrote, or were about to write, is ours and becomes what is wanted; any other
value is the user's and stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.blocks import Block
from syncd.model.entries import Entry, Override
from syncd.model.facts import Fact
from syncd.model.records import Record
from syncd.reconcile import text
from syncd.reconcile.checklist import Sheet, line_of, sheet_in
from syncd.reconcile.occurrences import instant
from syncd.reconcile.runs import LOOK_BACK, Run
from syncd.reconcile.standing import (
    Times,
    is_bare,
    same_time,
    split_sign,
    standing,
    task_times,
    texts,
    times_of,
    versions,
)
from syncd.reconcile.trace import Trace, checksum, decode, fact_of_entry, read_fact_line


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """An entry as it is to be written."""

    entry: Entry
    differs: bool
    """Whether that is anything but what is seen."""
    merged: bool = False
    """Whether a field of the user's was kept that we would have written otherwise."""


def contact(
    record: Record,
    *,
    title: str,
    section: str,
    times: Times,
    alarm: timedelta | None,
    trace: Trace,
    zone: ZoneInfo,
    task: bool = False,
) -> Rendered:
    """A contact event: new, as a task where `task` says so, where `record` has not been seen, else
    merged with what is seen; one that is written anew, with what was about to be written: that may
    hold what the user had made of it. Of `trace` title, times, alarm and lines are filled in
    here."""
    trace = replace(
        trace,
        title=title,
        start=times.start,
        end=times.end,
        alarm=alarm,
        lines=text.checksums(section),
    )
    seen = record.seen or record.intent
    if seen is None or (record.seen is None and seen.task != task):
        entry = Entry(
            uid=record.uid,
            title=title,
            start=times.start,
            end=times.start if task else times.end,
            text=section,
            busy=False,
            private=True,
            alarm=alarm,
            trace=trace.encode(),
            task=task,
            done=task and trace.is_over,
        )
        return Rendered(entry=entry, differs=True)
    known = versions(record)
    ours = {record.consumed, *(each.title for each in known)}
    # Our sign may never have arrived, or the user may have taken it away, and no more.
    if is_bare(record) or not split_sign(title)[0]:
        ours |= _unsigned(known)
    title_is_ours = seen.title in ours or seen.title.strip() in ours
    alarm_is_ours = any(seen.alarm == each.alarm for each in known)
    lies = task_times(seen, standing(record), zone) if seen.task else times_of(seen)
    kept_times = same_time(lies.start, times.start) and same_time(lies.end, times.end)
    entry = replace(
        seen,
        title=title if title_is_ours else seen.title,
        start=seen.start if kept_times else times.start,
        end=seen.end if kept_times else (times.start if seen.task else times.end),
        alarm=alarm if alarm_is_ours else seen.alarm,
        text=_text(record, seen.text, section),
    )
    if seen.task:
        entry = _ticked(entry, over=trace.is_over, ours=standing(record).is_over)
    if not title_is_ours:
        trace = replace(trace, title=_ours_in(seen.title, title, standing(record).title))
    merged = not title_is_ours or not alarm_is_ours
    return _compared(record, entry, trace, merged)


def _ours_in(observed: str, title: str, before: str) -> str:
    """What counts as ours in a title of the user's own words, in the place of `title`, which is not
    written over them, and of `before`, which counted so far: marks are looked for around it, and a
    sign that is not there cannot be taken away. One of ours that stays there is no mark."""
    sign, core = split_sign(title)
    older, stood = split_sign(before)
    if core not in observed and stood and stood in observed:  # a person is called otherwise by now
        core = stood
    kept = next((each for each in (sign, older) if each and each in observed), "")
    return f"{kept} {core}".strip()


def _ticked(task: Entry, *, over: bool, ours: bool) -> Entry:
    """A task as it is to stand among the user's: ticked off once something came of it, which a
    cancelled one is as well; opened again only where the tick is `ours`."""
    if not over and not ours:
        return task
    if not over:
        return replace(task, done=False, completed=None, cancelled=False)
    return task if task.cancelled else replace(task, done=True)


def series(
    record: Record,
    run: Run,
    block: Block | None,
    who_is_up: Mapping[datetime, str],
    left: Mapping[datetime, str],
    now: datetime,
) -> Rendered:
    """A block's series with the sections of its next occurrences: `who_is_up` gives, by
    RECURRENCE-ID in UTC, what the instance there is to say, empty for nothing; `left` what of its
    text is known not to be ours. `block` is None where config has it no more: then only its rule
    and times change."""
    known = run.like or record
    told = standing(known) if known.seen or known.intent else None
    shape = run.shape
    seen = record.seen
    written = _times_written(run, told)
    trace = Trace(
        title=block.title if block else (told.title if told else shape.title),
        start=written.start,
        end=written.end,
        alarm=block.alarm if block else shape.alarm,
        rule=block.rule if block and run.ended is None else (told.rule if told else ""),
        zone=block.timezone if block and run.ended is None else (told.zone if told else ""),
        until=run.ended,
    )
    title_is_ours = told is not None and shape.title == told.title
    alarm_is_ours = told is not None and shape.alarm == told.alarm
    entry = replace(
        seen or replace(shape, uid=record.uid),
        title=trace.title if title_is_ours else shape.title,
        text=shape.text,
        alarm=trace.alarm if alarm_is_ours else shape.alarm,
        start=shape.start,
        end=shape.end,
        recurrence=shape.recurrence,
    )
    merged = seen is not None and not (title_is_ours and alarm_is_ours)
    lines = told.lines if told else ()
    if entry.recurrence is not None and (run.ended is None or left):
        ours = override_texts(known)
        last = {at: sections[-1] for at, sections in ours.items()} if _arrived(known) else {}
        stood = {instant(each.original): each.text for each in entry.recurrence.overrides}
        overrides = _overrides(ours, last, entry, seen or shape, who_is_up, left, now)
        entry = replace(entry, recurrence=replace(entry.recurrence, overrides=overrides))
        lines = _lines_in(overrides, stood, ours, who_is_up, now)
    return _compared(record, entry, replace(trace, lines=lines), merged)


def _times_written(run: Run, told: Trace | None) -> Times:
    """Start and end of a series as syncd wrote them, not as the user moved it."""
    if told is None or (run.reason and run.like is None):
        if told is not None and run.ended is not None:
            return Times(start=told.start, end=told.end)
        return Times(start=run.shape.start, end=run.shape.end)
    return Times(start=told.start, end=told.end)


def _overrides(
    ours: Mapping[datetime, tuple[str, ...]],
    written: Mapping[datetime, str],
    entry: Entry,
    before: Entry,
    who_is_up: Mapping[datetime, str],
    left: Mapping[datetime, str],
    now: datetime,
) -> tuple[Override, ...]:
    assert entry.recurrence is not None and isinstance(entry.start, datetime)
    length = instant(entry.end) - instant(entry.start)
    kept: list[Override] = []
    of_series = ("", _squeezed(entry.text))  # words that an hour has as one of its series
    waiting = dict(who_is_up)
    for override in entry.recurrence.overrides:
        at = instant(override.original)
        section = waiting.pop(at, None)
        theirs = left.get(at, override.text)
        # Where a text says which lines are ours, others are the user's though we wrote them again.
        ours_here = () if sheet_in(override.text).sums else ours.get(at, ())
        if section is not None:
            there = bool(section) and (
                _stands(section, override.text, ours_here)
                or (section == written.get(at) and _told_as(override.text, section))
            )
            body = override.text if there else text.merge(theirs, ours_here, section)
        elif instant(override.end) <= instant(now - LOOK_BACK):
            body = override.text  # history
        else:
            words = text.users_words(theirs, ours_here)
            over = instant(override.end) <= instant(now) and at not in left
            stays = over and _squeezed(words) not in of_series
            stays = stays or _squeezed(words) == _squeezed(override.text)
            body = override.text if stays else words or entry.text
        one = replace(
            override,
            text=body,
            title=entry.title if override.title == before.title else override.title,
            alarm=entry.alarm if override.alarm == before.alarm else override.alarm,
        )
        if _squeezed(body) not in of_series or not _like_master(one, entry, length):
            kept.append(one)
    for at, section in waiting.items():
        if section:
            start = at.astimezone(entry.start.tzinfo)
            kept.append(
                Override(
                    original=start,
                    start=start,
                    end=(at + length).astimezone(entry.start.tzinfo),
                    title=entry.title,
                    text=f"{entry.text}\n{section}" if entry.text else section,
                    alarm=entry.alarm,
                )
            )
    return tuple(sorted(kept, key=lambda override: instant(override.original)))


def _like_master(override: Override, entry: Entry, length: timedelta) -> bool:
    """Whether an override says nothing that the series does not say by itself."""
    return (
        instant(override.start) == instant(override.original)
        and instant(override.end) - instant(override.start) == length
        and override.title == entry.title
        and override.alarm == entry.alarm
        and not override.cancelled
        and not override.own
    )


def _stands(section: str, observed: str, ours: Iterable[str]) -> bool:
    """Whether a text has `section` in it, and above its end no other line of what we may have
    written there."""
    wanted = [_squeezed(line) for line in section.split("\n")]
    others = {_squeezed(line) for each in ours for line in each.split("\n")} - {*wanted, ""}
    there = [_squeezed(line) for line in observed.split("\n")]
    until = there.index(wanted[-1]) if wanted[-1] in there else len(there)
    return _squeezed(section) in _squeezed(observed) and others.isdisjoint(there[:until])


def _arrived(record: Record) -> bool:
    """Whether what was confirmed last is what the calendar shows, and was not put back to what was
    written before."""
    shown, confirmed = (decode(each.trace) if each else None for each in (record.seen, record.base))
    back = shown is not None and confirmed is not None and shown.lines != confirmed.lines
    return record.intent is None and not back


def _lines_in(
    overrides: Iterable[Override],
    stood: Mapping[datetime, str],
    ours: Mapping[datetime, tuple[str, ...]],
    who_is_up: Mapping[datetime, str],
    now: datetime,
) -> tuple[str, ...]:
    """The checksums of our lines in the texts of instances, as often as one has them; of those that
    are history they are not kept. A text without our section that is not as it `stood` has nothing
    of ours any more."""
    found: Counter[str] = Counter()
    for each in overrides:
        at = instant(each.original)
        if section := who_is_up.get(at):
            found |= Counter(text.checksums(section))
        elif each.text == stood.get(at) and instant(each.end) > instant(now - LOOK_BACK):
            known = {line for said in ours.get(at, ()) for line in said.split("\n")}
            there = (line.rstrip() for line in each.text.split("\n"))
            found |= Counter(checksum(line) for line in there if line and line in known)
    return tuple(sorted(found.elements()))


def override_texts(record: Record) -> dict[datetime, tuple[str, ...]]:
    """By RECURRENCE-ID in UTC: what we may have written into that override, the last confirmed
    version's last. What is seen tells, too, where it says of itself which lines are ours."""
    found: dict[datetime, tuple[str, ...]] = {}
    for entry in (record.seen, record.intent, record.base):
        trace = decode(entry.trace) if entry is not None else None
        lines = trace.lines if trace is not None else ()
        if entry is None or entry.recurrence is None or (entry is record.seen and not lines):
            continue
        for override in entry.recurrence.overrides:
            at = instant(override.original)
            found[at] = (*found.get(at, ()), text.section_in(override.text, lines))
    return found


def _told_as(observed: str, section: str) -> bool:
    """Whether a text says of itself what `section` does, or nothing any more. Then, once that was
    written, it stays as it was made by the server, or by the user who took it away."""
    return sheet_in(observed) in (Sheet(), sheet_in(section))


def _squeezed(observed: str) -> str:
    """A text without its spaces and line ends, which servers change as they like."""
    return "".join(observed.split())


def _text(record: Record, observed: str, section: str) -> str:
    """The description with our section as it is to be. Where nothing new is to be said and the user
    took our section away or wrote into it, it stays as they left it."""
    if section in observed.replace("\r\n", "\n"):
        return observed
    base = record.base
    as_we_left_it = base is not None and record.seen and record.seen.trace in ("", base.trace)
    if as_we_left_it and record.intent is None and section in texts(record):
        return observed
    return text.merge(observed, texts(record), section, standing(record).lines)


def _compared(record: Record, entry: Entry, trace: Trace, merged: bool) -> Rendered:
    """`entry` with `trace`, and whether it has to be written."""
    seen = record.seen
    if seen is None:
        return Rendered(entry=replace(entry, trace=trace.encode()), differs=True)
    bare = replace(entry, trace="") != replace(seen, trace="")
    if seen.trace:
        moved = decode(seen.trace) != decode(trace.encode())
    else:  # stripped by a client: said again only when there is something new to say
        before = decode(record.base.trace) if record.base else None
        moved = before != decode(trace.encode())
    if not bare and not moved:
        return Rendered(entry=seen, differs=False, merged=merged)
    return Rendered(entry=replace(entry, trace=trace.encode()), differs=True, merged=merged)


def added_by_user(record: Record) -> bool:
    """Whether the user wrote words of their own into an entry, invited guests, or gave it a place
    or an attachment."""
    seen = record.seen
    if seen is None:
        return False
    known = versions(record)
    ours = {record.consumed, *(each.title for each in known), *_unsigned(known)}
    retitled = seen.title not in ours and seen.title.strip() not in ours
    lines = standing(record).lines
    words = text.merge(seen.text, texts(record), "", lines).strip() if seen.text else ""
    return bool(retitled or words or seen.guests or seen.extras)


def _unsigned(known: Iterable[Trace]) -> set[str]:
    return {split_sign(each.title)[1] for each in known}


def acknowledged(record: Record, fact: Fact) -> bool:
    """Whether the entry, as last written, says `fact` already; when it was learned is no matter, as
    two that read one mark do so at different moments. What was only intended is not written."""
    seen = record.seen
    if record.base is None and record.intent is not None and seen is not None and not seen.trace:
        said = fact_of_entry(seen, record.key)
    else:
        said = read_fact_line(standing(record).fact, record.uid, record.key)
    return said is not None and (said.id, said.outcome, said.direction) == (
        fact.id,
        fact.outcome,
        fact.direction,
    )


def item(
    record: Record,
    *,
    title: str,
    times: Times,
    trace: Trace,
    zone: ZoneInfo,
    address: str,
    below: Iterable[str],
) -> Entry:
    """An item of a checklist as it is to be, with the lines `below` it. Of `trace` title and times
    are filled in here."""
    assert isinstance(times.start, datetime)
    trace = replace(trace, title=title, start=times.start, end=times.end, alarm=None, lines=())
    line = line_of(title, times.start, zone, address)
    return Entry(
        uid=record.uid,
        title=title,
        start=times.start,
        end=times.end,
        text="\n".join((line, *text.below(below))),
        busy=False,
        private=True,
        trace=trace.encode(),
        item=True,
    )
