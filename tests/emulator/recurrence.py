"""Which occurrences a series has (RFC 5545 3.8.5), as Google counts them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from tests.emulator.errors import invalid

Json = dict[str, Any]
_LINE = re.compile(r"(RRULE|EXRULE|EXDATE|RDATE)((?:;[^:]*)?):(.+)")


def check_lines(lines: list[str], master: Json) -> None:
    """Raises ApiError for what Google does not take."""
    for line in lines:
        if not _LINE.fullmatch(line):
            raise invalid(f"Invalid recurrence rule: {line}")
    try:
        next(originals({**master, "recurrence": lines}), None)
    except (ValueError, KeyError) as error:
        raise invalid("Invalid recurrence rule.") from error


def zone_of(master: Json) -> ZoneInfo:
    return ZoneInfo(master["start"].get("timeZone") or "UTC")


def wall(when: Json, zone: ZoneInfo) -> datetime:
    """A start or end as the clock on the wall shows it in `zone`; midnight for a date."""
    if "date" in when:
        return datetime.combine(date.fromisoformat(when["date"]), time())
    return datetime.fromisoformat(when["dateTime"]).astimezone(zone).replace(tzinfo=None)


def originals(
    master: Json, after: datetime | None = None, before: datetime | None = None
) -> Iterator[datetime]:
    """Where the rule puts the occurrences, by the clock on the wall, in order, those between
    `after` and `before` (inclusive)."""
    zone = zone_of(master)
    first = wall(master["start"], zone)
    out = set()
    rules, extra = [], set()
    for line in master.get("recurrence", []):
        match = _LINE.fullmatch(line)
        assert match is not None
        name, parameters, value = match.groups()
        if name == "RRULE":
            rules.append(rrulestr(_local_until(value, zone), dtstart=first))
        elif name in ("EXDATE", "RDATE"):
            moments = {_moment(each, parameters, zone) for each in value.split(",")}
            (out if name == "EXDATE" else extra).update(moments)
    found = [_clipped(rule, after, before) for rule in rules] or [iter([first])]
    gone = set()
    for each in _merged(found, sorted(extra)):
        if each in out or each in gone:
            continue
        gone.add(each)
        if (after is None or each >= after) and (before is None or each <= before):
            yield each


def _merged(found: list[Any], extra: list[datetime]) -> Iterator[datetime]:
    if len(found) == 1 and not extra:
        yield from found[0]
        return
    every = set(extra)
    for each in found:
        for n, one in enumerate(each):
            if n > 2000:
                break
            every.add(one)
    yield from sorted(every)


def _clipped(rule: Any, after: datetime | None, before: datetime | None) -> Iterator[datetime]:
    for each in rule.xafter(after, inc=True) if after is not None else rule:
        if before is not None and each > before:
            return
        yield each


def _local_until(rule: str, zone: ZoneInfo) -> str:
    def local(match: re.Match[str]) -> str:
        value = match[1]
        if value.endswith("Z"):
            moment = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            value = moment.astimezone(zone).strftime("%Y%m%dT%H%M%S")
        elif "T" not in value:
            value += "T235959"
        return f"UNTIL={value}"

    return re.sub(r"UNTIL=([0-9TZ]+)", local, rule)


def _moment(value: str, parameters: str, zone: ZoneInfo) -> datetime:
    if "T" not in value:
        return datetime.strptime(value, "%Y%m%d")
    if value.endswith("Z"):
        moment = datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return moment.astimezone(zone).replace(tzinfo=None)
    named = re.search(r"TZID=([^;:]+)", parameters)
    moment = datetime.strptime(value, "%Y%m%dT%H%M%S")
    if named:
        moment = moment.replace(tzinfo=ZoneInfo(named[1])).astimezone(zone).replace(tzinfo=None)
    return moment


def stamp(original: datetime, master: Json) -> str:
    """What an instance's id has behind its series' id."""
    if "date" in master["start"]:
        return original.strftime("%Y%m%d")
    return original.replace(tzinfo=zone_of(master)).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def original_of(stamped: str, master: Json) -> datetime | None:
    """The original start that an instance's id names; None where it names none of the series."""
    try:
        if "date" in master["start"]:
            original = datetime.strptime(stamped, "%Y%m%d")
        else:
            moment = datetime.strptime(stamped, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            original = moment.astimezone(zone_of(master)).replace(tzinfo=None)
    except ValueError:
        return None
    return original if gives(master, original) else None


def gives(master: Json, original: datetime) -> bool:
    """Whether the rule puts an occurrence there."""
    return next(originals(master, original, original), None) is not None


def told(original: datetime, master: Json) -> Json:
    """An original start as JSON tells it."""
    if "date" in master["start"]:
        return {"date": original.date().isoformat()}
    zone = zone_of(master)
    return {"dateTime": said(original.replace(tzinfo=zone)), "timeZone": zone.key}


def said(moment: datetime) -> str:
    """An instant as Google writes it."""
    text = moment.isoformat(timespec="seconds")
    return text.replace("+00:00", "Z")


def length(master: Json) -> timedelta:
    """How long an occurrence lasts, by the clock that knows no daylight saving."""
    if "date" in master["start"]:
        return date.fromisoformat(master["end"]["date"]) - date.fromisoformat(
            master["start"]["date"]
        )
    start, end = (datetime.fromisoformat(master[name]["dateTime"]) for name in ("start", "end"))
    return end - start


def _end(original: datetime, master: Json) -> Json:
    if "date" in master["start"]:
        return told(original + length(master), master)
    zone = zone_of(master)
    start = original.replace(tzinfo=zone).astimezone(UTC)
    return {"dateTime": said((start + length(master)).astimezone(zone)), "timeZone": zone.key}


def instance(original: datetime, master: Json) -> Json:
    """An occurrence that is no exception, as it is shown."""
    kept = {k: v for k, v in master.items() if k not in ("recurrence", "start", "end")}
    return {
        **kept,
        "id": f"{master['id']}_{stamp(original, master)}",
        "recurringEventId": master["id"],
        "originalStartTime": told(original, master),
        "start": told(original, master),
        "end": _end(original, master),
    }
