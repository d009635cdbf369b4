"""The household of the proof: a handful of people in three lists, so that little is needed for
much to happen, and the changes that its YAML may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from itertools import count
from typing import Any

from syncd.model.blocks import Block
from syncd.model.people import ContactList, Period, Person, Retry
from syncd.model.roster import CalendarSettings, Roster
from tests.year.cast import BEGIN, DEPLOYMENT, block

NAMES = ("Ann Lee", "Malcolm X", "Lina Na", "İnci Müller", "Zoë Done", "Bob S", "Mo O'Hara", "Xi I")
"""Some end in what elsewhere is a mark."""
LISTS = {
    "clients": ContactList(
        name="clients",
        cadence=Period(days=14),
        channels=("call", "email"),
        retry=Retry(left_message=Period(days=7), no_answer=Period(days=2), tries=2),
    ),
    "family": ContactList(name="family", cadence=Period(days=9), channels=("call",), a_day=1),
    "prospects": ContactList(
        name="prospects",
        cadence=Period(months=1),
        channels=("email", "call"),
        retry=Retry(tries=2, in_block=True),
        as_task=True,
    ),
}
_versions = count()


def person(number: int, list: str) -> Person:
    """The person of that number."""
    name = NAMES[number]
    return Person(
        id=name.casefold().replace(" ", "-").replace("'", ""),
        name=name,
        list=list,
        phone=f"+49 30 90182{number}",
        email=f"{number}@example.org",
        last_contact=BEGIN.date() - timedelta(days=8 * number) if number % 3 else None,
        notes="Likes tea." if number % 2 else "",
        where=f"people.yaml:{number}",
    )


def roster(calendars: dict[str, CalendarSettings], *, tasks: bool) -> Roster:
    """The household as it begins; where there are no tasks, all its contacts are events."""
    names = list(calendars)
    blocks = (
        block("weekly", names[0], "FREQ=WEEKLY;BYDAY=TH", time(10), ("clients",)),
        block("work", names[-1], "FREQ=WEEKLY;BYDAY=TU", time(15, 30), ("prospects",)),
    )
    lists = [*LISTS] * 2
    people = [person(n, lists[n]) for n in range(5)]
    made = Roster(
        timezone="Europe/Berlin",
        deployment=DEPLOYMENT,
        poll=timedelta(minutes=2),
        database=None,
        calendars=calendars,
        blocks={each.name: each for each in blocks},
        lists={n: each if tasks else replace(each, as_task=False) for n, each in LISTS.items()},
        people={each.id: each for each in people},
    )
    return edited(made)


def edited(before: Roster, **fields: Any) -> Roster:
    """The same with other `fields`, as a new version."""
    return replace(before, **fields, digest=str(next(_versions)))


RULES = ("FREQ=WEEKLY;BYDAY=TH", "FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH")


def reruled(before: Block, kind: int) -> Block:
    """The block as its YAML may come to say: another rule, time of day, length, title or alarm."""
    match kind % 5:
        case 0:
            others = [rule for rule in RULES if rule != before.rule]
            return replace(before, rule=others[kind % len(others)])
        case 1:
            return replace(before, at=time(before.at.hour % 12 + 6, before.at.minute))
        case 2:
            longer = before.lasts < timedelta(hours=1)
            return replace(before, lasts=timedelta(minutes=60 if longer else 30))
        case 3:
            return replace(before, title=f"{before.title}!")
        case _:
            ahead = timedelta(minutes=10)
            return replace(before, alarm=None if before.alarm == ahead else ahead)


CHANGES = 5


def changed(before: Person, kind: int) -> Person:
    """The person as the people file may come to say."""
    match kind % CHANGES:
        case 0:
            return replace(before, name=f"{before.name} Jr")
        case 1:
            return replace(before, phone=None if before.phone else "+49 30 901899")
        case 2:
            return replace(before, notes=f"{before.notes} Plays go.".strip())
        case 3:
            return replace(before, paused=not before.paused)
        case _:
            return replace(before, cadence=None if before.cadence else Period(days=5))


def relisted(before: ContactList, kind: int) -> ContactList:
    """The list as its YAML may come to say."""
    match kind % CHANGES:
        case 0:
            return replace(before, cadence=Period(days=7 + kind))
        case 1:
            return replace(before, channels=before.channels[::-1])
        case 2:
            return replace(before, retry=replace(before.retry, tries=1 + kind % 3))
        case 3:
            return replace(before, retry=replace(before.retry, in_block=not before.retry.in_block))
        case _:
            return replace(before, a_day=1 + kind % 3)


__all__ = [
    "CHANGES",
    "LISTS",
    "NAMES",
    "changed",
    "edited",
    "person",
    "relisted",
    "reruled",
    "roster",
]
