"""Reading what calendars hold, whichever way it comes: it is hostile input, and what cannot be
understood is `Unreadable`, with one sentence, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import replace
from datetime import UTC, date, datetime, time
from math import prod
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from syncd.model.entries import YEARS, Sighting
from syncd.model.keys import is_key
from syncd.model.rules import Rule, read_rule

_MOST = 4
"""Times in a day at which something may be."""
_TIMES = ("BYHOUR", "BYMINUTE", "BYSECOND")
_NEVER = re.compile(r"\bINTERVAL=(?:0+|-\d*)(?:;|$)")

NONSENSE = (
    *(ValueError, KeyError, TypeError, AttributeError, IndexError, ArithmeticError),
    OSError,  # a zone that names a folder of the time zone database, or none that a file may have
    RecursionError,
    AssertionError,  # how some parsers of the standard library turn input down
)
"""What libraries raise for input that makes no sense."""


class Unreadable(ValueError):
    """It is no entry that can be understood."""


PROBE = "doctorprobe"
"""How the UID begins of what is written to see whether that can be done."""


def lean(sighting: Sighting, known: Container[str]) -> Sighting:
    """`sighting` without its body where that is never needed back: of what is not among the `known`
    addresses, says by nothing that it is ours, a probe of ours or a copy, and does not repeat, so
    that it is no half of a series that was split. A calendar may hold a hundred thousand of
    them."""
    entry, href = sighting.entry, sighting.href
    if entry is None or entry.recurrence is not None or entry.trace or href in known:
        return sighting
    if (
        entry.uid.startswith(PROBE)
        or is_key(entry.uid)
        or is_key(href.rpartition("/")[2].removesuffix(".ics"))
    ):
        return sighting
    return replace(sighting, body="")


def checked_rule(text: str) -> Rule:
    """An RRULE's value that gives something, and not more than a few times in a day: to follow
    another for years takes minutes. Raises Unreadable, or what else NONSENSE names."""
    rule = read_rule(text)
    parts = parts_of(rule)
    times = prod(parts[name].count(",") + 1 for name in _TIMES if name in parts)
    if parts["FREQ"] in ("SECONDLY", "MINUTELY", "HOURLY") or times > _MOST:
        raise Unreadable("it repeats too often in a day")
    if (rule.count is not None and rule.count < 1) or _NEVER.search(rule.repeats):
        raise Unreadable("it repeats never")
    rrulestr(rule.repeats, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001  raises for what is no rule
    return rule


def parts_of(rule: Rule) -> dict[str, str]:
    """The parts of a rule, by name, but for its end."""
    return dict(each.split("=", 1) for each in rule.repeats.split(";"))


def until_of(value: str | None, zone: ZoneInfo) -> datetime | None:
    """UNTIL, aware; None for one so far off that it is none. A DATE includes its day (some clients
    write one for a series with times)."""
    if value is None or int(value[:4]) >= YEARS.stop:
        return None
    if "T" not in value:
        last = date(int(value[:4]), int(value[4:6]), int(value[6:8]))
        return datetime.combine(last, time(23, 59, 59), zone)
    naive = datetime.strptime(value[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007  given a zone below
    return naive.replace(tzinfo=UTC if value.endswith("Z") else zone)


def timed(value: date, zone: ZoneInfo) -> datetime:
    """An instant: a date is its first moment in `zone`."""
    return value if isinstance(value, datetime) else datetime.combine(value, time(), zone)


def cleaned(text: str, *, lines: bool = False) -> str:
    """`text` without control characters and halves of surrogate pairs, which no file can hold;
    newlines stay where `lines` says so."""
    text = text.replace("\r\n", "\n")
    if not lines:
        text = text.replace("\n", " ")
    if text.isprintable():
        return text
    return "".join(
        c
        for c in text
        if (c >= " " and c != "\x7f" and not "\ud800" <= c <= "\udfff") or c in "\n\t"
    )
