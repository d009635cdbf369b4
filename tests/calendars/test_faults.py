"""That faults do to a calendar what they say, so that the laws are tested under them."""

from __future__ import annotations

import pytest

from syncd.calendars.base import Fate
from syncd.calendars.memory import MemoryCalendar
from syncd.errors import Unreachable
from tests.calendars.bench import create
from tests.calendars.zoo import contact
from tests.faults import Crash, Faulty, Read, SendFault, Sent

THREE = [create(contact(name)) for name in ("ann", "bob", "cid")]


@pytest.mark.parametrize("part", [0, 1, 3])
@pytest.mark.parametrize(
    ("kind", "fate", "done"),
    [
        (Sent.BEFORE, Fate.LATER, False),
        (Sent.AFTER, Fate.LATER, True),
        (Sent.CRASH_BEFORE, None, False),
        (Sent.CRASH_AFTER, None, True),
        (Sent.REFUSED, Fate.REFUSED, False),
        (Sent.STALE, Fate.STALE, False),
        (Sent.UNVERSIONED, Fate.APPLIED, True),
    ],
)
def test_writes(kind: Sent, fate: Fate | None, done: bool, part: int) -> None:
    calendar = MemoryCalendar("home")
    faulty = Faulty(calendar, sends=[SendFault(kind, part)])
    if fate is None:
        with pytest.raises(Crash):
            faulty.write(THREE)
    else:
        results = faulty.write(THREE)
        assert [each.fate for each in results] == [Fate.APPLIED] * part + [fate] * (3 - part)
        assert [bool(each.version) for each in results] == [True] * part + [False] * (3 - part)
    assert len(calendar.entries()) == (3 if done else part)
    faulty.write(THREE[:1])
    assert len(calendar.entries()) == (3 if done else max(part, 1))


def test_reads() -> None:
    calendar = MemoryCalendar("home")
    calendar.write(THREE)
    faults = [None, Read.UNREACHABLE, Read.CRASH, Read.LOST, Read.INCOMPLETE, Read.EMPTY]
    faulty = Faulty(calendar, reads=faults)
    first = faulty.changes("", {})
    known = {s.href: s.version for s in first.sightings}
    with pytest.raises(Unreachable):
        faulty.changes(first.cursor, known)
    with pytest.raises(Crash):
        faulty.changes(first.cursor, known)
    assert faulty.changes(first.cursor, known).full
    cut = faulty.changes(first.cursor, {})
    assert not cut.complete and cut.cursor == first.cursor and len(cut.sightings) == 2
    assert faulty.changes(first.cursor, known).gone == set(known)
    last = faulty.changes(first.cursor, known)
    assert last.complete and not last.full and last.gone == frozenset()
