"""When, how often and by which means people are contacted: blocks, lists, and what beside."""

from __future__ import annotations

from syncd.config.kinds import (
    ADay,
    Alarm,
    As,
    Cadence,
    Channel,
    Channels,
    Count,
    KeptOn,
    Length,
    Line,
    Name,
    Names,
    Order,
    Repeats,
    Rhythm,
    TimeOfDay,
    Tries,
    WeekHours,
    Where,
    YesNo,
    Zone,
)
from syncd.config.shapes.shape import Shape, field
from syncd.model.people import CHANNELS


class BlockShape(Shape):
    """A recurring appointment with yourself, for outreach."""

    null_is_a_value = frozenset({"alarm"})

    title: Line = field("What it is called in the calendar", "Outreach", default="Outreach")
    calendar: Name | None = field(
        "The name of its calendar; may be left out where there is only one", "home", default=None
    )
    repeats: Repeats = field(
        "When it comes, in words: daily, weekdays, weekly on tuesday and thursday, every 2 weeks "
        "on monday, monthly on the first monday, monthly on the 15th; or as an RRULE: "
        '"FREQ=MONTHLY;BYDAY=1MO"',
        "weekly on thursday",
    )
    at: TimeOfDay = field("When it starts", '"10:00"')
    lasts: Length = field("How long it is", "1 hour", default="1 hour")
    per_person: Length = field(
        "How much of it one person gets; four quarters of an hour fit into an hour",
        "15 minutes",
        default="15 minutes",
    )
    lists: Names = field(
        "Whose people are contacted in it; several lists share its room", "[clients]"
    )
    timezone: Zone | None = field(
        "Where `at` is meant, if elsewhere than the rest", "Europe/Berlin", default=None
    )
    alarm: Alarm = field(
        "When it rings: 10 minutes before, at start, or none",
        "10 minutes before",
        default="10 minutes before",
    )


class RampShape(Shape):
    """How one starts small."""

    start: Count = field("How many people to begin with", "6", default=6)
    add: Count = field("How many more each time", "3", default=3)
    every: Rhythm = field("How often more are let in", "month", default="month")
    order: Order = field(
        "Who comes first: liked, those with liked: true; recent, those contacted most recently",
        "[liked, recent]",
        default=["liked", "recent"],
    )


class RetryShape(Shape):
    """What follows when somebody was not reached."""

    left_message: Cadence = field("How long after a message was left", "1 week", default="1 week")
    no_answer: Cadence = field("How long after nobody answered", "3 days", default="3 days")
    tries: Tries = field(
        "How often by the first channel; each other channel is tried once", "3", default=3
    )
    place: Where = field("day: on a day of its own; block: in the next block", "day", default="day")


class TouchShape(Shape):
    """One more thing to do with somebody, beside the cadence."""

    channel: Channel = field("By which means", "card")
    every: Cadence | None = field("Its rhythm", "6 months", default=None)
    occasion: Line | None = field(
        "Instead of a rhythm: one of the person's dates, by its name", "birthday", default=None
    )
    on: KeptOn | None = field("Instead of a rhythm: a day of the year", "12-15", default=None)
    lead: Cadence | None = field(
        "How long before the occasion it is to be done", "10 days", default=None
    )
    lasts: Length | None = field("How long its event lasts", "1 hour", default=None)
    title: Line | None = field("What it is called behind the name", "Holiday card", default=None)
    counts: YesNo | None = field(
        "Whether it counts as a contact, so that the cadence starts over; unless given, call, "
        "email, message, coffee and dinner do",
        "false",
        default=None,
    )
    name: Name | None = field(
        "What tells it from the others in the log; made from the rest unless given",
        "holidays",
        default=None,
    )


TOUCHES = (
    "[{channel: coffee, every: 6 months, lasts: 1 hour, name: coffee}, "
    "{channel: card, occasion: birthday, lead: 10 days}, "
    "{channel: card, on: 12-15, title: Holiday card, counts: false}]"
)


class ListShape(Shape):
    """People who share a rhythm."""

    cadence: Cadence = field(
        "How long after a contact the next one is due: 6 weeks, 6w, 10 days, weekly, monthly, "
        "quarterly, yearly, twice a year, 5 a year",
        "6 weeks",
    )
    channels: Channels = field(
        f"By which means, in this order; known are {', '.join(CHANNELS)}",
        "[call, email]",
        default=["call"],
    )
    retry: RetryShape = field("When to try again whoever was not reached", "", default={})
    hours: WeekHours = field(
        "When contacts outside blocks may lie; several stretches with commas between: mon-fri "
        "09:00-18:00, sat 10:00-12:00",
        "mon-fri 09:00-18:00",
        default="mon-fri 09:00-18:00",
    )
    as_: As = field(
        "What a contact is in the calendar: an event; a task, which is ticked off; or, with "
        "checklist, a line to be marked in the text of its block",
        "event",
        default="event",
        alias="as",
    )
    a_day: ADay = field(
        "How many contacts a day may hold outside blocks; the rest wait for the next",
        "3",
        default=3,
    )
    touches: tuple[TouchShape, ...] = field(
        "What else is to happen with everybody in it, each by a channel: every so often, for an "
        "occasion among their dates, or on a day of the year; with a lead to buy the card, a "
        "length, a title. counts: whether the cadence starts over after it",
        TOUCHES,
        default=(),
    )
