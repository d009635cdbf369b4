"""Who: what a people file says of somebody, and where else people come from."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainValidator

from syncd.config.kinds import (
    Cadence,
    Channels,
    Day,
    Emails,
    KeptOn,
    Line,
    Lines,
    Name,
    Names,
    Paused,
    Phones,
    Prose,
    YesNo,
    Zone,
    wrong,
)
from syncd.config.nodes import Fields, Items, Text
from syncd.config.shapes.outreach import TOUCHES, TouchShape
from syncd.config.shapes.servers import BookShape
from syncd.config.shapes.shape import Shape, field


def _people(value: object) -> tuple[Text | Fields, ...]:
    entries = value if isinstance(value, Items) else [value]
    if (isinstance(value, Fields) and "carddav" not in value) or any(
        isinstance(each, Items) for each in entries
    ):
        raise wrong("is a file, a glob, or a list of files, people and address books.")
    return tuple(entries)


class PersonShape(Shape):
    """Somebody to stay in touch with."""

    name: Line = field("What they are called", "Ann Lee")
    id: Name | None = field(
        "Their id in the log, by which they stay the same person; made from the name unless given",
        "ann-lee",
        default=None,
    )
    formerly: Names | None = field(
        "Ids that they had before, so that what was logged under those counts; [] says that they "
        "are new",
        "[ann-miller]",
        default=None,
    )
    lists: Names = field(
        "The lists that they are in: the first sets channels, tries and hours, the shortest "
        "cadence counts; may be left out where there is only one",
        "[clients]",
        default=[],
    )
    phone: Phones = field(
        "Their number, best in international form; or several, the first of which is shown",
        '"+49 30 901820"',
        default=[],
    )
    email: Emails = field(
        "Their address for mail; or several, the first of which is used. By any of them they are "
        "recognised in meetings and address books",
        "[ann@example.org, lee@work.example]",
        default=[],
    )
    cadence: Cadence | None = field("Overrides the list's", "monthly", default=None)
    channels: Channels | None = field("Overrides the list's", "[coffee, call]", default=None)
    timezone: Zone | None = field(
        "Where they live: tries on a day of their own then lie within the hours there, too",
        "America/New_York",
        default=None,
    )
    last_contact: Day | None = field(
        "The day of the last contact, where syncd does not know of it", "2026-10-01", default=None
    )
    dates: dict[Line, KeptOn] = field(
        "Days of the year that matter, with or without the year in which they began; each is an "
        "all-day entry",
        '{birthday: 1980-02-29, anniversary: 06-20, "Founded Acme": 2020-03-01}',
        default={},
    )
    touches: tuple[TouchShape, ...] | None = field("Overrides the list's", TOUCHES, default=None)
    address: Prose = field("Where post goes", "Linienstr. 1, 10178 Berlin", default="")
    liked: YesNo = field(
        "Whether you are glad to contact them: such a one goes first", "true", default=False
    )
    interests: Lines = field("What to ask about", "[sailing]", default=[])
    notes: Prose = field(
        "Whatever helps; it is shown with every contact",
        "Daughter starts school in September.",
        default="",
    )
    paused: Paused = field(
        "Nothing before that day; true: nothing until further notice", "2027-01-15", default=False
    )
    uid: Line | None = field(
        "The id of their card in an address book, by which syncd import finds them again",
        "5f0c2b1e-7a3d-4c3a-9c55-0d6a1b2c3d4e",
        default=None,
    )


PeopleField = Annotated[
    tuple[Any, ...],
    PlainValidator(
        _people, json_schema_input_type=str | BookShape | list[str | PersonShape | BookShape]
    ),
]
