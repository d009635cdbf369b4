"""Deployments to measure: as many people as asked for, with or without years of history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from syncd.bootstrap import Opener
from syncd.calendars.base import Calendar
from syncd.engine.service import Service
from syncd.model.facts import Fact, Outcome, Source
from syncd.model.people import ContactList, Hours, Period, Person, Span
from syncd.model.roster import CalendarSettings, Roster, Secret
from syncd.store import open_store
from syncd.store.base import Store

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 12, 1, 8, 0, tzinfo=ZONE)
"""A Tuesday."""
CADENCE = Period(days=42)
YEARS = 10
_ALWAYS = Hours(spans=(Span(weekdays=frozenset(range(7)), start=time(0), end=datetime.max.time()),))


def settings(
    url: str = "http://127.0.0.1:9/", username: str = "", password: str = "", **more: str
) -> CalendarSettings:
    """A CalDAV calendar as config has it."""
    return CalendarSettings(
        name="home",
        provider="caldav",
        url=url,
        username=username,
        password=Secret(value=password),
        calendar=more.get("calendar", "Outreach"),
    )


def person(n: int) -> Person:
    """The `n`-th of the roster, last spoken to long ago."""
    return Person(
        id=f"p{n:06d}-roy",
        name=f"P{n:06d} Roy",
        list="clients",
        phone=f"+49 30 {901000000 + n}",
        email=f"p{n}@example.org",
        last_contact=date(2026, 9, 1),
        where=f"people.yaml:{n + 1}",
    )


def roster(of: CalendarSettings, people: int, a_day: int = 100) -> Roster:
    """So many people, of whom `a_day` have an event on one day, at any hour."""
    clients = ContactList(
        name="clients", cadence=CADENCE, channels=("call", "email"), a_day=a_day, hours=_ALWAYS
    )
    known = {each.id: each for each in map(person, range(people))}
    return Roster(
        timezone=ZONE.key,
        deployment="bench",
        poll=timedelta(minutes=2),
        database=None,
        calendars={of.name: of},
        blocks={},
        lists={clients.name: clients},
        people=known,
        digest=f"{people}/{a_day}",
    )


def history(people: int, each: int) -> Iterator[Fact]:
    """For each of so many people so many contacts, a cadence apart, the last one a cadence ago."""
    for n in range(people):
        id = person(n).id
        for k in range(each, 0, -1):
            at = NOW - k * timedelta(days=CADENCE.days) + timedelta(minutes=n % 480)
            yield Fact(
                id=f"log:{id}:{at.isoformat()}",
                person=id,
                at=at,
                outcome=Outcome.REACHED,
                source=Source.LOG,
                recorded=at,
                channel="call",
                note="good talk",
            )


def a_decade() -> int:
    """How many contacts with one person ten years hold."""
    return int(YEARS * 365.25 / CADENCE.days)


def service(of: Roster, store: Store, clock: Callable[[], datetime] = lambda: NOW) -> Service:
    """The verbs over it, with the calendar that the composition root opens."""
    return Service(roster=of, store=store, calendars=Opener(of.timezone).all_of(of), clock=clock)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that goes afterwards."""
    with TemporaryDirectory(prefix="syncd-bench-") as name:
        yield Path(name)


def store_in(where: Path, deployment: str = "bench") -> Store:
    """A database there."""
    return open_store(where / "syncd.sqlite", deployment)


__all__ = ["Calendar", "folder", "history", "person", "replace", "roster", "service", "settings"]
