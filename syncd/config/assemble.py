"""From shapes to values: blocks and lists, and what must hold between them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from syncd.config.check import key_place, locate
from syncd.config.kinds import unknown
from syncd.config.names import too_long
from syncd.config.nodes import Fields
from syncd.config.shapes.outreach import BlockShape, ListShape, RampShape
from syncd.config.touches import strategies
from syncd.errors import Problem
from syncd.model.blocks import Block
from syncd.model.keys import Kind
from syncd.model.people import ContactList, Retry
from syncd.model.roster import Ramp
from syncd.model.words import short


def blocks(
    root: Fields,
    shapes: Mapping[str, BlockShape],
    known: Mapping[str, tuple[str, ...]],
    deployment: str,
    timezone: str,
    problems: list[Problem],
) -> dict[str, Block]:
    """The blocks, which refer to the names of calendars and lists in `known`; where there are none
    at all, that is a problem of its own, and said."""
    found: dict[str, Block] = {}
    for name, shape in shapes.items():
        path = ("blocks", name)
        before = len(problems)
        _check_block(root, name, shape, known, deployment, problems)
        if len(problems) > before:
            continue
        found[name] = Block(
            name=name,
            title=shape.title,
            calendar=shape.calendar or next(iter(known["calendars"]), ""),
            rule=shape.repeats,
            at=shape.at,
            lasts=shape.lasts,
            per_person=shape.per_person,
            lists=shape.lists,
            timezone=shape.timezone or timezone,
            alarm=shape.alarm,
            where=str(key_place(root, path)),
        )
    return found


def _check_block(
    root: Fields,
    name: str,
    shape: BlockShape,
    known: Mapping[str, tuple[str, ...]],
    deployment: str,
    problems: list[Problem],
) -> None:
    def wrong(message: str, *path: int | str) -> None:
        place, key = locate(root, ("blocks", name, *path))
        problems.append(place.problem(f"{key}: {message}"))

    def wrong_whole(message: str) -> None:
        problems.append(key_place(root, ("blocks", name)).problem(f"{short(name)}: {message}"))

    names = known["calendars"]
    if shape.calendar is None and len(names) > 1:
        wrong_whole(
            f"calendar is missing, and there are {', '.join(names)}. Next: add calendar: {names[0]}"
        )
    elif names and shape.calendar is not None and shape.calendar not in names:
        wrong(unknown(shape.calendar, names), "calendar")
    if not shape.lists:
        wrong("is empty. Next: name one list at least.", "lists")
    for n, each in enumerate(shape.lists):
        if known["lists"] and each not in known["lists"]:
            wrong(unknown(each, known["lists"]), "lists", n)
        elif each in shape.lists[:n]:
            wrong(f"names {each} twice. Next: take one out.", "lists", n)
    if shape.lasts > timedelta(days=1):
        wrong("is longer than a day. Next: make the block shorter.", "lasts")
    elif shape.per_person > shape.lasts:
        wrong(
            "is more than the block lasts, so that nobody fits in. Next: make it shorter.",
            "per-person",
        )
    if shape.alarm is not None and shape.alarm > timedelta(days=28):
        wrong("is more than 28 days before. Next: make it shorter.", "alarm")
    if too_long(Kind.BLOCK, name, deployment):
        wrong_whole("the name is too long for some calendar servers. Next: make it shorter.")


def ramp(shape: RampShape | None) -> Ramp | None:
    """How one starts small, if one does."""
    if shape is None:
        return None
    return Ramp(start=shape.start, add=shape.add, every=shape.every, order=shape.order)


def lists(
    root: Fields, shapes: Mapping[str, ListShape], problems: list[Problem]
) -> dict[str, ContactList]:
    """The lists."""
    return {
        name: ContactList(
            name=name,
            cadence=shape.cadence,
            channels=shape.channels,
            retry=Retry(
                left_message=shape.retry.left_message,
                no_answer=shape.retry.no_answer,
                tries=shape.retry.tries,
                in_block=shape.retry.place == "block",
            ),
            hours=shape.hours,
            a_day=shape.a_day,
            as_task=shape.as_ == "task",
            as_checklist=shape.as_ == "checklist",
            strategies=strategies(root, ("lists", name, "touches"), shape.touches, problems),
        )
        for name, shape in shapes.items()
    }
