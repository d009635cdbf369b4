"""config.yaml as a whole, and its JSON Schema."""

from __future__ import annotations

from typing import Any

from syncd.config.kinds import Deployment, Length, Line, Lines, Name, Port, Zone
from syncd.config.names import DEPLOYMENT
from syncd.config.shapes.outreach import BlockShape, ListShape, RampShape
from syncd.config.shapes.people import PeopleField
from syncd.config.shapes.servers import CalendarShape, CreditShape, NotifyShape
from syncd.config.shapes.shape import Shape, field


class ConfigShape(Shape):
    """What syncd is to do."""

    timezone: Zone | None = field(
        "The time zone that times are meant in, by its IANA name; the machine's unless given",
        "Europe/Berlin",
        default=None,
    )
    deployment: Deployment = field(
        "Part of every entry's id: two deployments never touch each other's entries",
        DEPLOYMENT,
        default=DEPLOYMENT,
    )
    poll: Length = field("How often the calendars are looked at", "2 minutes", default="2 minutes")
    database: Line | None = field(
        "Where syncd remembers what it did: a SQLite file; unless given, one in the state folder "
        "(SYNCD_STATE, or the platform's)",
        "null",
        default=None,
    )
    people: PeopleField = field(
        "Who: a file, a glob, or a list of files, globs, people and address books. Most keep a "
        "file of its own, people.yaml, that holds a list of people",
        "people.yaml",
        default="people.yaml",
    )
    calendars: dict[Name, CalendarShape] = field("Calendars, by names of your choice", "home")
    away: Lines = field(
        "The titles of all-day events on whose days nobody is to be contacted",
        "[away, holiday, sick, pause]",
        default=["away", "holiday", "sick", "pause"],
    )
    ramp: RampShape | None = field(
        "Start small: so many people, then some more each time; syncd due --waiting says who "
        "waits. Without it everybody is in at once",
        "{start: 6, add: 3, every: month, order: [liked, recent]}",
        default=None,
    )
    blocks: dict[Name, BlockShape] = field(
        "Appointments with yourself in which contacts are made, by names of your choice. Whoever "
        "no block serves is contacted on the day on which they are due",
        "weekly-outreach",
        default={},
    )
    lists: dict[Name, ListShape] = field("Lists of people, by names of your choice", "clients")
    credit: CreditShape = field(
        "Meetings that count by themselves: whoever accepted, and has an email here, was reached "
        "when it took place. Unless given, none does",
        "",
        default={},
    )
    notify: NotifyShape = field(
        "Notifications by apprise, from syncd run; syncd doctor --notify tries them",
        "",
        default={},
    )
    metrics: Port | None = field(
        "The port at which syncd run shows its numbers to Prometheus, as "
        "http://127.0.0.1:9464/metrics; it listens on loopback alone, and nowhere unless given",
        "null",
        default=None,
    )


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of config.yaml; its `$defs` hold a person, and as
    `PeopleFile` a people file."""
    made: dict[str, Any] = _untitled(ConfigShape.model_json_schema())
    person = {"$ref": "#/$defs/PersonShape"}
    made["$defs"]["PeopleFile"] = {"type": "array", "items": person}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "syncd", **made}


def _untitled(value: Any) -> Any:
    """Without the titles that only say the key again."""
    if isinstance(value, dict):
        return {k: _untitled(v) for k, v in value.items() if k != "title" or isinstance(v, dict)}
    return [_untitled(each) for each in value] if isinstance(value, list) else value
