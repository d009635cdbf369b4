"""The dates that matter as all-day entries: of each the next one, with how many years it will be.

One entry a date and year. What the user deletes does not come back that year; what they move or
write stays; what passes is history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from syncd.model.keys import Key, Kind
from syncd.model.occasions import BIRTHDAY, Occasion
from syncd.model.people import LINE, Person
from syncd.model.records import Fate, Record
from syncd.model.roster import Roster
from syncd.reconcile import render, text
from syncd.reconcile.actions import Act, Action
from syncd.reconcile.houses import Houses
from syncd.reconcile.standing import Times, same_time, times_of, versions
from syncd.reconcile.trace import Trace

A_DAY = timedelta(days=1)


@dataclass(kw_only=True)
class Dated:
    """What is to be done to the entries of dates."""

    actions: list[Action] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    """Records that change without a write."""


def dates(
    houses: Houses,
    records: Iterable[Record],
    absent: Mapping[str, frozenset[str]],
    today: date,
    zone: ZoneInfo,
) -> Dated:
    """What the dates of everybody in the roster need, given all `records`; `absent` are, by
    calendar, the UIDs of entries that are gone beyond doubt."""
    roster = houses.roster
    out = Dated()
    books: dict[Key, list[Record]] = defaultdict(list)
    used: set[str] = set()
    renamed = {old: p.id for p in roster.people.values() for old in p.ids}
    for record in records:
        used.add(record.uid)
        if record.key.kind is Kind.DATE:
            books[_as_today(record.key, renamed)].append(_read(record, absent, out))
    for key, person, occasion in _wanted(roster, today):
        known = books.pop(key, [])
        live = [r for r in known if r.fate is Fate.LIVE]
        if not live and any(each.fate in (Fate.GONE, Fate.RELEASED) for each in known):
            continue  # the user took it out, or over
        moving = [r for r in live if houses.left(r, person) and not _moved_by_user(r)]
        live = sorted((r for r in live if r not in moving), key=_moved_by_user, reverse=True)
        kept, *twice = live or [_minted(key, roster, person, used)]
        origin = moving[0].calendar if moving and kept.seen is None else ""
        _write(kept, person, occasion, key.day, zone, out, origin)
        books[key] = twice  # of somebody who had two ids
        if kept.seen is not None:
            for record in moving:
                _take_out(record, f"it is in {kept.calendar} now", out, asked=True)
    for known in books.values():
        for record in known:
            if record.fate is Fate.LIVE and record.key.day > today:
                _take_out(record, "no longer among the dates in the people files", out)
    return out


def _as_today(key: Key, renamed: Mapping[str, str]) -> Key:
    """What `key` would be by the id that its person has today, in the first generation."""
    who, line, name = key.subject.partition(LINE)
    return replace(key, subject=f"{renamed.get(who, who)}{line}{name}", generation=0)


_THERE = (Fate.LIVE, Fate.RELEASED)


def _read(record: Record, absent: Mapping[str, frozenset[str]], out: Dated) -> Record:
    """`record`, gone where it is: deleted by the user, unless we were about to."""
    if record.uid not in absent.get(record.calendar, frozenset()) or record.fate not in _THERE:
        return record
    gone = replace(record, fate=record.leaving or Fate.GONE, leaving=None, intent=None)
    out.records.append(gone)
    return gone


def subject(person: Person, occasion: Occasion) -> str:
    """What the entries of a date are called in keys."""
    return f"{person.id}{LINE}{occasion.name}"


def title_of(person: Person, occasion: Occasion, day: date) -> str:
    """`Ann Lee: birthday (47)`."""
    years = occasion.years(day)
    count = f" ({years})" if years is not None else ""
    return f"{text.one_line(person.name)}: {text.one_line(occasion.name)}{count}"


def _wanted(roster: Roster, today: date) -> Iterator[tuple[Key, Person, Occasion]]:
    for person in roster.people.values():
        if person.strategy is not None:
            continue
        birthdays = roster.calendars[roster.home_of(person)].birthdays
        for occasion in person.dates:
            if occasion.name != BIRTHDAY or birthdays:
                day = occasion.next_from(today)
                yield (
                    Key(kind=Kind.DATE, subject=subject(person, occasion), day=day),
                    person,
                    occasion,
                )


def _minted(key: Key, roster: Roster, person: Person, used: set[str]) -> Record:
    while key.encode(roster.deployment) in used:
        key = key.next_generation()
    uid = key.encode(roster.deployment)
    used.add(uid)
    return Record(calendar=roster.home_of(person), uid=uid, key=key)


def _write(
    record: Record,
    person: Person,
    occasion: Occasion,
    day: date,
    zone: ZoneInfo,
    out: Dated,
    origin: str,
) -> None:
    seen = record.seen
    title, section = title_of(person, occasion, day), text.date_section(person)
    if seen and (seen.title, seen.start) == (title, day) and section in seen.text:
        return  # as most are, most of the year
    pinned = _moved_by_user(record)
    there = seen or record.intent
    times = times_of(there) if there and pinned else Times(start=day, end=day + A_DAY)
    rendered = render.contact(
        record,
        title=title,
        section=section,
        times=times,
        alarm=None,
        trace=Trace(title=title, start=day, end=day + A_DAY, pinned=pinned),
        zone=zone,
    )
    if rendered.differs:
        act = Act.CREATE if seen is None else Act.MERGE if rendered.merged else Act.UPDATE
        reason = f"{occasion.name} of {person.id}"
        out.actions.append(
            Action(act=act, record=record, entry=rendered.entry, reason=reason, origin=origin)
        )


def _moved_by_user(record: Record) -> bool:
    """Whether the entry lies, or is to lie, where the user put it, now or at an earlier look."""
    seen = record.seen or record.intent
    if seen is None:
        return False
    told = versions(record)
    return told[0].pinned or not any(same_time(seen.start, each.start) for each in told)


def _take_out(record: Record, reason: str, out: Dated, *, asked: bool = False) -> None:
    if record.seen is None:
        out.records.append(replace(record, fate=Fate.REMOVED))
        return
    theirs = render.added_by_user(record)
    out.actions.append(
        Action(
            act=Act.RELEASE if theirs else Act.DELETE,
            record=record,
            entry=record.seen,
            reason=reason,
            fate=Fate.RELEASED if theirs else Fate.REMOVED,
            asked=asked,
        )
    )
