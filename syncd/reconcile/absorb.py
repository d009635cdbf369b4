"""What a reading of one calendar changes in our records of it: pure, and without judgement.

Sightings update what is seen; an entry whose id decodes to this deployment and that no record knows
is adopted; the fact that an entry carries is read back. What vanished is only named: whether
absence means anything is decided afterwards.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from syncd.model.entries import Entry, Override, Sighting
from syncd.model.facts import Fact
from syncd.model.keys import Kind, decode
from syncd.model.records import LEFT_ALONE, Fate, Record
from syncd.reconcile.fold import revision_of
from syncd.reconcile.occurrences import instant
from syncd.reconcile.trace import decode as decode_trace
from syncd.reconcile.trace import fact_of_entry, read_fact_line


@dataclass(frozen=True, kw_only=True)
class Absorbed:
    """The records of one calendar after a reading, and what else was learned."""

    records: Mapping[str, Record]
    """By UID."""
    changed: frozenset[str]
    """UIDs of records that were sighted, or that a change left unreadable."""
    absent: frozenset[str]
    """UIDs of records whose resource is no longer there."""
    foreign: Mapping[str, str]
    """Versions, by href, of resources that are not ours and are new or changed."""
    adopted: tuple[Record, ...] = ()
    facts: tuple[Fact, ...] = ()
    """Those that entries acknowledge, or did last before they went, which we did not write so: the
    database was lost, or an older one put in its place, or another syncd of this deployment was at
    work."""
    withdrawn: frozenset[str] = frozenset()
    """UIDs of entries of which another syncd took back what they acknowledged."""
    unsure: bool = False
    """Whether only a full listing can tell where something is."""
    strangers: tuple[Sighting, ...] = ()
    """Those of the foreign ones that can be read: the user may say something by them."""
    foreign_series: tuple[Sighting, ...] = ()
    """Those of them that repeat: one may be the second half of a series of ours."""
    problems: tuple[str, ...] = ()


def absorb(
    calendar: str,
    deployment: str,
    records: Iterable[Record],
    sightings: Iterable[Sighting],
    gone: frozenset[str],
    certain: bool = True,
    last_words: Mapping[str, Entry] | None = None,
    foreign: Container[str] = (),
) -> Absorbed:
    """Take a reading of `calendar` into its `records`; `certain` says that it was a complete
    listing of everything, so that what is there twice is there twice. `last_words` are, by href,
    what some of those that are gone said last; `foreign` are the hrefs that were known not to be
    ours."""
    known = {record.uid: record for record in records}
    at = {record.href: record.uid for record in known.values() if record.href}
    left = _left_saying(known, at, gone, last_words or {})
    known |= left
    adopted: list[Record] = []
    others: dict[str, str] = {}
    strangers: list[Sighting] = []
    problems: list[str] = []
    unsure = False
    moved, changed = set[str](), set[str]()
    told = {uid for uid, r in left.items() if r.seen and _written_by_another(r, r.seen)}
    withdrawn = set[str]()
    named = (_by_its_address(each, at, known, deployment) for each in sightings)
    for sighting in sorted(named, key=_is_elsewhere):
        entry = sighting.entry
        if entry is None:
            uid = at.get(sighting.href)
            if uid is not None:  # ours, spoilt by somebody: it stands, unread, until it is mended
                why = f"It cannot be read: {sighting.problem}"
                known[uid] = replace(known[uid], version=LEFT_ALONE, why=why)
                changed.add(uid)
                problems.append(f"{sighting.href}: {sighting.problem}")
            else:
                others[sighting.href] = sighting.version
            continue
        record = known.get(entry.uid)
        key = record.key if record else decode(entry.uid, deployment)
        if key is None:
            others[sighting.href] = sighting.version
            strangers.append(sighting)
            continue
        if record is None:
            record = Record(calendar=calendar, uid=entry.uid, key=key)
            adopted.append(record)
        elif record.href and record.href != sighting.href:
            if _is_copy(record, sighting, entry, gone, foreign):
                if not (certain or sighting.fixed):
                    unsure = True  # it may have been moved, and the old address not be named yet
                    continue
                others[sighting.href] = sighting.version
                problems.append(f"{sighting.href}: it has the UID of {record.href}, which counts")
                continue
            moved.add(record.href)
        if _written_by_another(record, entry):
            told.add(entry.uid)
            if record.seen is not None and withdraws(record.seen.trace, entry.trace, record):
                withdrawn.add(entry.uid)
        known[entry.uid] = _taken_in(record, sighting)
        problems += _left_alone(known[entry.uid])
        changed.add(entry.uid)
    return Absorbed(
        records=known,
        changed=frozenset(changed),
        absent=frozenset(at[href] for href in gone - moved if href in at),
        adopted=tuple(known[record.uid] for record in adopted),
        facts=tuple(_facts_of(known[uid] for uid in sorted(told))),
        withdrawn=frozenset(withdrawn),
        unsure=unsure,
        foreign=others,
        strangers=tuple(strangers),
        foreign_series=tuple(s for s in strangers if s.entry and s.entry.recurrence is not None),
        problems=tuple(problems),
    )


def _left_saying(
    known: Mapping[str, Record],
    at: Mapping[str, str],
    gone: frozenset[str],
    last_words: Mapping[str, Entry],
) -> dict[str, Record]:
    """The records of those that are gone, and not by our doing, as they were last."""
    found: dict[str, Record] = {}
    for href, entry in last_words.items():
        record = known.get(at.get(href, ""))
        if record is None or href not in gone or record.leaving is not None:
            continue
        if record.fate is Fate.LIVE:
            found[record.uid] = replace(record, seen=replace(entry, uid=record.uid))
    return found


def _is_elsewhere(sighting: Sighting) -> bool:
    """Whether an entry is not at the address that we would give it: of two with one UID the one
    that is counts."""
    entry = sighting.entry
    return entry is None or sighting.href.rpartition("/")[2] not in (entry.uid, f"{entry.uid}.ics")


def _by_its_address(
    sighting: Sighting, at: Mapping[str, str], known: Mapping[str, Record], deployment: str
) -> Sighting:
    """`sighting`, by the UID that is ours where an app gave an entry of ours another: its address
    is the key, too."""
    entry, uid = sighting.entry, at.get(sighting.href)
    if entry is None or uid is None or entry.uid in known or decode(entry.uid, deployment):
        return sighting
    return replace(sighting, entry=replace(entry, uid=uid))


def _is_copy(
    record: Record,
    sighting: Sighting,
    entry: Entry,
    gone: frozenset[str],
    foreign: Container[str],
) -> bool:
    """Whether what was sighted is not `record`, which has another address: that is there still, or
    addresses are never given anew, and this was a copy before, or has another title: it is the
    user's own, with our lines pasted into it."""
    if record.fate in (Fate.LIVE, Fate.RELEASED) and record.href not in gone:
        return True
    trace = decode_trace(entry.trace)
    titled = trace is not None and trace.title == entry.title
    if trace is not None and not trace.fact:  # somebody may have marked it
        titled = trace.title in entry.title
    return sighting.fixed and (sighting.href in foreign or not titled)


def _taken_in(record: Record, sighting: Sighting) -> Record:
    """`record` after its resource was sighted; one that nothing may be written to says why."""
    after, entry = seen(record, sighting), sighting.entry
    if record.key.kind is Kind.BLOCK or entry is None or entry.recurrence is None:
        return after
    # A mark may be on one of its occurrences.
    why = "it was made to repeat, so that it stays as it is; let it be a single one again"
    return replace(after, version=LEFT_ALONE, body=record.body, why=why)


def _left_alone(record: Record) -> list[str]:
    """What to say of a record that was taken in and is not to be written to."""
    title = record.seen.title if record.seen else ""
    return [f"{record.href} «{title}»: {record.why}"] if record.why else []


def seen(record: Record, sighting: Sighting) -> Record:
    """`record` after its resource was sighted."""
    entry = sighting.entry
    assert entry is not None
    back = record.fate in (Fate.GONE, Fate.REMOVED, Fate.UNPLACED)
    arrived = record.intent is not None and entry.trace == record.intent.trace != ""
    confirmed = arrived and not _half_arrived(record, entry)
    # What stands there yet of before is still ours, where no database knows what that was.
    before = record.base or (record.seen if arrived else None)
    return replace(
        record,
        href=sighting.href,
        version=sighting.version,
        body=sighting.body,
        seen=entry,
        fate=Fate.LIVE if back else record.fate,
        base=record.intent if confirmed else before,
        intent=None if confirmed else record.intent,
        leaving=None,
        consumed=None if confirmed else record.consumed,
        tries=0,
        why="",
    )


def _half_arrived(record: Record, entry: Entry) -> bool:
    """Whether an instance of a series is as it was before we wrote, and was to be otherwise: where
    series and instances are written one by one, a write may break off between them."""
    before, after = _instances(record.seen), _instances(record.intent)
    there = _instances(entry)
    told = before.keys() | after.keys()
    return record.seen is not None and any(
        there.get(at) == before.get(at) != after.get(at) for at in told
    )


def _instances(entry: Entry | None) -> dict[datetime, Override]:
    told = entry.recurrence.overrides if entry is not None and entry.recurrence else ()
    return {instant(each.original): each for each in told}


def _written_by_another(record: Record, entry: Entry) -> bool:
    """Whether what `entry` says of itself is neither what we wrote nor what we were about to."""
    ours = (each.trace for each in (record.base, record.intent) if each is not None)
    return entry.trace not in ours


def withdraws(earlier: str, later: str, record: Record) -> bool:
    """Whether the entry of `record` acknowledged something when its trace was `earlier`, and says,
    now that it is `later`, that it was taken back. One that only lacks it is an old copy, put back
    by an app or a backup."""
    before, after = decode_trace(earlier), decode_trace(later)
    if before is None or after is None or not before.fact or after.fact:
        return False
    fact = read_fact_line(before.fact, record.uid, record.key)
    return fact is not None and 0 < revision_of(fact) <= after.void


def _facts_of(records: Iterable[Record]) -> Iterable[Fact]:
    for record in records:
        if record.seen is not None and record.key.kind is Kind.CONTACT:
            fact = fact_of_entry(record.seen, record.key)
            if fact is not None:
                yield fact
