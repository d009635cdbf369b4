"""Dates and what is done on them, in every zone whose clocks change that week, or whose week lacks
a day: a birthday is kept on its date, and called for at nine by the clock on the wall."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from syncd.model.entries import Entry
from syncd.model.keys import Kind
from syncd.model.occasions import Occasion
from syncd.model.people import Period, Strategy
from tests.household import person
from tests.reconcile.world import Room, roster, writes

WEEKS = [
    date(2026, 3, 8),  # most of North America
    date(2026, 3, 29),  # Europe
    date(2026, 4, 5),  # Australia, Chile, New Zealand
    date(2026, 9, 27),
    date(2026, 10, 25),
    date(2026, 11, 1),
    date(2011, 12, 30),  # which Samoa left out
]
CALL = Strategy(name="birthday-call", channel="call", occasion="birthday")
CARD = Strategy(
    name="birthday-card", channel="card", occasion="birthday", lead=Period(days=3), counts=False
)


def changing(day: date) -> list[str]:
    """The zones whose offset is another at the end of the week round `day`."""
    low, high = (datetime.combine(day + timedelta(days=n), time(12)) for n in (-3, 3))

    def changes(name: str) -> bool:
        zone = ZoneInfo(name)
        return low.replace(tzinfo=zone).utcoffset() != high.replace(tzinfo=zone).utcoffset()

    names = (name for name in available_timezones() if not name.startswith(("posix", "right")))
    return sorted(name for name in names if changes(name))


def born(day: date) -> Occasion:
    return Occasion(name="birthday", month=day.month, day=day.day, year=1980)


@pytest.mark.parametrize("day", WEEKS, ids=str)
def test_a_birthday_is_kept_on_its_date(day: date) -> None:
    zones = changing(day)
    assert zones
    for name in zones:
        zone = ZoneInfo(name)
        for kept in (day + timedelta(days=n) for n in (-1, 0, 1)):
            ann = person(strategies=(CALL, CARD), dates=(born(kept),), channels=("email",))
            now = datetime.combine(kept - timedelta(days=9), time(7), tzinfo=zone)
            room = Room(roster=roster(ann, blocks=(), timezone=name), now=now)
            entries = {a.record.key: a.entry for a in writes(room.plan()) if a.entry is not None}
            call, card, dated = (
                only(entries, Kind.CONTACT, "birthday-call"),
                only(entries, Kind.CONTACT, "birthday-card"),
                only(entries, Kind.DATE, "birthday"),
            )
            assert (dated.start, dated.end) == (kept, kept + timedelta(days=1)), name
            assert dated.title.endswith(f"({kept.year - 1980})")
            assert isinstance(call.start, datetime) and isinstance(card.start, datetime)
            local = call.start.astimezone(zone)
            if _exists(kept, zone):
                assert (local.date(), local.time()) == (kept, time(9)), (name, local)
            lead = kept - card.start.astimezone(zone).date()
            assert timedelta() < lead <= timedelta(days=3), name  # on a working day within it


def only(entries: dict[object, Entry], kind: Kind, name: str) -> Entry:
    (found,) = (
        entry
        for key, entry in entries.items()
        if key.kind is kind and key.subject.endswith(f"/{name}")  # type: ignore[attr-defined]
    )
    return found


def _exists(day: date, zone: ZoneInfo) -> bool:
    """Whether clocks in `zone` ever showed nine on `day`."""
    nine = datetime.combine(day, time(9), tzinfo=zone)
    return nine.astimezone(ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None) == nine.replace(
        tzinfo=None
    )
