"""How a block repeats, in words or as an RRULE, as one normalised rule (RFC 5545 3.3.10)."""

from __future__ import annotations

import re
from datetime import datetime

from syncd.model.rules import read_rule
from syncd.model.walls import walls
from syncd.model.words import Grammar, nearest, plain, read_weekday

REPEATS_FORMS = (
    "daily, weekdays, weekly on thursday, weekly on tuesday and thursday, every 2 weeks on monday, "
    "monthly on the first monday, monthly on the 15th, monthly on the last day, "
    "or an RRULE such as FREQ=MONTHLY;BYDAY=1MO"
)
EARLIEST = datetime(2024, 1, 1)  # noqa: DTZ001 - a rule is about wall-clock time
"""Rules are tried out from here on: a leap year that begins on a Monday."""

FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
_PLACES |= {"1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_STEPS = {"weekly": "every 1 weeks", "monthly": "every 1 months", "quarterly": "every 3 months"}
_MOST = {"BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYMONTH": 12, "BYSETPOS": 366}
_UNFIT = {
    "BYMONTHDAY": ("WEEKLY",),
    "BYYEARDAY": ("DAILY", "WEEKLY", "MONTHLY"),
    "BYWEEKNO": ("DAILY", "WEEKLY", "MONTHLY"),
}
"""Which frequencies a part must not stand with (RFC 5545 3.3.10)."""
_EACH = re.compile(r"every (?:([1-9]\d?) )?(week|month)s?")


def read_repeats(text: str) -> str | None:
    """The normalised rule that `text` means, in words or as an RRULE; None where it is neither.
    Raises ValueError, with a sentence, for an RRULE that a block cannot follow."""
    if "=" in text:
        return _checked(text.strip().upper().removeprefix("RRULE:"))
    said = plain(text)
    if said in ("daily", "every day"):
        return "FREQ=DAILY"
    if said in ("weekdays", "every weekday"):
        return "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
    how, on, days = said.partition(" on ")
    if not on:
        weekly = _weekly(said.removeprefix("every ")) if said.startswith("every ") else None
        return weekly and f"FREQ=WEEKLY;{weekly}"
    each = _EACH.fullmatch(_STEPS.get(how, how).replace("every other", "every 2"))
    if each is None:
        return None
    rule = _weekly(days) if each[2] == "week" else _monthly(days)
    frequency = "WEEKLY" if each[2] == "week" else "MONTHLY"
    interval = f";INTERVAL={each[1]}" if each[1] else ""
    return rule and read_rule(f"FREQ={frequency}{interval};{rule}").repeats


def _weekly(text: str) -> str | None:
    if text == "weekdays":
        return "BYDAY=MO,TU,WE,TH,FR"
    days = {read_weekday(day) for day in re.split(r", and |, ?| and ", text)}
    return (
        None if None in days else "BYDAY=" + ",".join(_DAYS[day] for day in days if day is not None)
    )


def _monthly(text: str) -> str | None:
    place, _, day = text.removeprefix("the ").partition(" ")
    if place in _PLACES and day:
        if day == "day" and place == "last":
            return "BYMONTHDAY=-1"
        weekday = read_weekday(day)
        return None if weekday is None else f"BYDAY={_PLACES[place]}{_DAYS[weekday]}"
    number = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", place)
    return f"BYMONTHDAY={number[1]}" if number and not day and 1 <= int(number[1]) <= 31 else None


def _checked(text: str) -> str:
    parts: dict[str, str] = {}
    for piece in text.split(";"):
        part, _, value = piece.strip().partition("=")
        parts[part] = value
        _check_part(part, value)
    rule = read_rule(text).repeats
    frequency = parts["FREQ"]
    counted = any(len(day) > 2 for day in parts.get("BYDAY", "").split(","))
    if counted and frequency not in ("MONTHLY", "YEARLY"):
        raise ValueError(f"a counted weekday (1MO) needs FREQ=MONTHLY or YEARLY, not {frequency}")
    if unfit := [part for part in parts if frequency in _UNFIT.get(part, ())]:
        raise ValueError(f"{unfit[0]} does not go with FREQ={frequency}")
    if frequency != "DAILY" and not parts.keys() & {"BYDAY", "BYMONTHDAY", "BYYEARDAY"}:
        raise ValueError("it does not say on which day: add BYDAY or BYMONTHDAY")
    first = next(iter(walls(rule, EARLIEST)), None)
    if first is None or first.year >= EARLIEST.year + 40:
        raise ValueError("this rule never gives a date")
    return rule


def _check_part(part: str, value: str) -> None:
    if part in ("UNTIL", "COUNT"):
        raise ValueError(f"a block has no end: take {part} out of the rule")
    if part in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        raise ValueError(f"the time of day stands at `at`: take {part} out of the rule")
    if part == "FREQ" and value in ("SECONDLY", "MINUTELY", "HOURLY"):
        raise ValueError(f"a block comes once a day at most: FREQ is {', '.join(FREQUENCIES)}")
    if part == "FREQ" and value not in FREQUENCIES:
        near = nearest(value, FREQUENCIES)
        meant = f". Did you mean FREQ={near}?" if near else f": FREQ is {', '.join(FREQUENCIES)}"
        raise ValueError(f"there is no FREQ={value}{meant}")
    if part == "INTERVAL" and not re.fullmatch("[1-9][0-9]{0,2}", value):
        raise ValueError("INTERVAL is a whole number from 1 to 999")
    if part == "WKST" and value not in _DAYS:
        raise ValueError(f"WKST is one of {', '.join(_DAYS)}")
    for each in value.split(","):
        if part == "BYDAY" and not re.fullmatch(
            f"(?:[+-]?[1-9][0-9]?)?(?:{'|'.join(_DAYS)})", each
        ):
            raise ValueError(f"BYDAY holds weekdays ({', '.join(_DAYS)}), counted or not")
        most = _MOST.get(part)
        if most and not (re.fullmatch("[+-]?[0-9]{1,3}", each) and 1 <= abs(int(each)) <= most):
            raise ValueError(f"{part} holds whole numbers from 1 to {most}")


def _read(text: str) -> str | None:
    try:
        return read_repeats(text)
    except ValueError:
        return None


REPEATS = Grammar(
    read=_read,
    forms=REPEATS_FORMS,
    words=(
        *("daily", "weekdays", "weekly", "monthly", "quarterly", "every", "weeks", "months"),
        *("week", "month", "on", "the", "and", "first", "second", "third", "fourth", "last", "day"),
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        *("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
    ),
)
"""Understands what `read_repeats` does, and guesses."""
