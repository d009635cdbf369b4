"""Fifty people, four lists, two blocks in two calendars: the household of the simulated year."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from syncd.model.blocks import Block
from syncd.model.people import ContactList, Period, Person, Retry
from syncd.model.roster import CalendarSettings, Roster, Secret

ZONE = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 1, 5, 6, 30, tzinfo=ZONE)
DEPLOYMENT = "year"

LISTS = {
    "clients": ContactList(
        name="clients",
        cadence=Period(days=42),
        channels=("call", "email"),
        retry=Retry(left_message=Period(days=7), no_answer=Period(days=3), tries=3),
    ),
    "friends": ContactList(name="friends", cadence=Period(months=6), channels=("call", "message")),
    "prospects": ContactList(
        name="prospects",
        cadence=Period(months=1),
        channels=("email", "call"),
        retry=Retry(tries=2, in_block=True),
        as_task=True,
    ),
    "family": ContactList(name="family", cadence=Period(months=1), a_day=2),
}
SIZES = {"clients": 12, "friends": 25, "prospects": 8, "family": 5}
FIRST = ("Ann", "Bob", "Xi", "Lina", "Malcolm", "İnci", "José", "Zoë", "Ian", "Mo")
LAST = ("Lee", "Na", "X", "Okafor", "Müller", "S", "Dąbrowska", "Done", "O'Hara", "Vm")


def settings(name: str) -> CalendarSettings:
    return CalendarSettings(
        name=name,
        provider="caldav",
        url="http://127.0.0.1:9/",
        username="ann",
        password=Secret(value="secret"),
        calendar=name.title(),
    )


def block(name: str, calendar: str, rule: str, at: time, lists: tuple[str, ...]) -> Block:
    return Block(
        name=name,
        title=f"Outreach {name}",
        calendar=calendar,
        rule=rule,
        at=at,
        lasts=timedelta(hours=1),
        per_person=timedelta(minutes=15),
        lists=lists,
        timezone="Europe/Berlin",
        alarm=timedelta(minutes=10),
    )


def people(random: Random) -> dict[str, Person]:
    found: dict[str, Person] = {}
    names = [f"{first} {last}" for first in FIRST for last in LAST]
    random.shuffle(names)
    for of, size in SIZES.items():
        for _ in range(size):
            name = names.pop()
            id = name.casefold().replace(" ", "-").replace("'", "")
            known = random.random() < 0.6
            last = BEGIN.date() - timedelta(days=random.randrange(200)) if known else None
            found[id] = Person(
                id=id,
                name=name,
                list=of,
                phone="+49 30 901820",
                email=f"{len(found)}@example.org",
                last_contact=last,
                notes="Likes tea." if random.random() < 0.5 else "",
            )
    return found


def roster(random: Random) -> Roster:
    blocks = {
        "weekly": block("weekly", "home", "FREQ=WEEKLY;BYDAY=TH", time(10), ("clients", "friends")),
        "work": block("work", "office", "FREQ=WEEKLY;BYDAY=TU", time(15, 30), ("prospects",)),
    }
    return Roster(
        timezone="Europe/Berlin",
        deployment=DEPLOYMENT,
        poll=timedelta(minutes=2),
        database=None,
        calendars={name: settings(name) for name in ("home", "office")},
        blocks=blocks,
        lists=LISTS,
        people=people(random),
        digest="1",
    )


def bound(of: ContactList) -> timedelta:
    """The longest that a touch can stay open: every attempt waits its wait, is rolled over as often
    as it may, each time to an occurrence that a full one and a deleted one may put off."""
    attempts = of.retry.tries + len(of.channels) - 1
    wait = max(of.retry.left_message.days, of.retry.no_answer.days)
    return timedelta(days=attempts * (wait + 4 * (1 + 21)))


__all__ = ["BEGIN", "DEPLOYMENT", "LISTS", "ZONE", "bound", "date", "roster"]
