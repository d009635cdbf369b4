"""People as YAML: what a people file says of somebody, from the value that was read from one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from syncd.config.example import people, scalar
from syncd.model.occasions import Occasion
from syncd.model.people import Person, Strategy


def people_text(persons: Iterable[Person]) -> str:
    """The text of a people file that says of each of `persons` what is known, with their id."""
    lines = people([written(person) for person in persons], told=False)
    return "\n".join(lines or ["[]"]) + "\n"


def written(person: Person) -> dict[str, str]:
    """By key of a people file what it says of `person`, as YAML. Read again, that is the same
    person; where they stand in which file aside."""
    cadence, day = person.cadence, person.last_contact
    found = {
        "name": scalar(person.name),
        "id": scalar(person.id),
        "formerly": None if person.formerly is None else _several(person.formerly),
        "lists": _several(person.lists),
        "phone": _one_or_several(person.phones),
        "email": _one_or_several(person.emails),
        "cadence": str(cadence) if cadence is not None else None,
        "channels": _several(person.channels) if person.channels else None,
        "timezone": person.timezone,
        "last-contact": day.isoformat() if day is not None else None,
        "dates": _mapping({scalar(each.name): _kept_on(each) for each in person.dates}) or None,
        "touches": None if person.strategies is None else _touches(person.strategies),
        "address": scalar(person.address) if person.address else None,
        "liked": "true" if person.liked else None,
        "interests": _several(person.interests) if person.interests else None,
        "notes": scalar(person.notes) if person.notes else None,
        "paused": _paused(person),
        "uid": scalar(person.uid) if person.uid else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def _paused(person: Person) -> str | None:
    if not person.paused:
        return None
    return person.paused_until.isoformat() if person.paused_until is not None else "true"


def _kept_on(each: Occasion) -> str:
    year = f"{each.year:04}-" if each.year is not None else ""
    return f"{year}{each.month:02}-{each.day:02}"


def _touches(strategies: Iterable[Strategy]) -> str:
    return f"[{', '.join(map(_touch, strategies))}]"


def _touch(each: Strategy) -> str:
    found = {
        "channel": each.channel,
        "every": str(each.every) if each.every is not None else "",
        "occasion": scalar(each.occasion) if each.occasion else "",
        "on": _kept_on(each.on) if each.on is not None else "",
        "lead": str(each.lead) if each.lead.months or each.lead.days else "",
        "lasts": _length(each.lasts) if each.lasts is not None else "",
        "title": scalar(each.title) if each.title else "",
        "counts": str(each.counts).lower(),
        "name": scalar(each.name),
    }
    return _mapping({key: value for key, value in found.items() if value})


def _length(span: timedelta) -> str:
    seconds = int(span.total_seconds())
    days, rest = divmod(seconds, 86_400)
    pieces = ((days, "days"), (rest // 60, "minutes"), (rest % 60, "seconds"))
    return " ".join(f"{number} {unit}" for number, unit in pieces if number)


def _mapping(of: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{key}: {value}' for key, value in of.items())}}}" if of else ""


def _several(of: Iterable[str]) -> str:
    return f"[{', '.join(map(scalar, of))}]"


def _one_or_several(of: tuple[str, ...]) -> str | None:
    if len(of) > 1:
        return _several(of)
    return scalar(of[0]) if of else None
