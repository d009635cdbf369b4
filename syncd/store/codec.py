"""Values as text, exactly and stably: what is read equals what was written, and equal values make
equal text.

A moment is its wall time and its zone, `2026-12-03T10:00:00[Europe/Berlin]`, since wall times stay
put when a zone's rules change; `[fold=1]` follows for the second pass of an ambiguous hour. Fixed
offsets are written as such, `2026-12-03T10:00:00+01:00`. A zone that has no IANA name (one that a
calendar client made up) keeps the instant, as a fixed offset.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from syncd.model.entries import Entry, Instant, Override, Recurrence

_FOLD = "[fold=1]"


def encode_instant(value: Instant) -> str:
    """A date, or an aware datetime, as text. Raises ValueError for a naive one."""
    if not isinstance(value, datetime):
        return value.isoformat()
    offset = value.utcoffset()
    if offset is None:
        raise ValueError(f"{value!r} has no time zone")
    wall, fold = value.replace(tzinfo=None, fold=0), _FOLD if value.fold else ""
    if isinstance(value.tzinfo, ZoneInfo) and value.tzinfo.key:
        return f"{wall.isoformat()}[{value.tzinfo.key}]{fold}"
    return wall.replace(tzinfo=timezone(offset)).isoformat() + fold


def decode_instant(text: str) -> Instant:
    """What `encode_instant` wrote. Raises ValueError or, for an unknown zone, KeyError."""
    return date.fromisoformat(text) if len(text) == len("2026-12-03") else decode_moment(text)


def decode_moment(text: str) -> datetime:
    """What `encode_instant` wrote of a datetime. Raises as `decode_instant` does."""
    rest = text.removesuffix(_FOLD)
    wall, _, zone = rest.partition("[")
    moment = datetime.fromisoformat(wall)
    if zone:
        moment = moment.replace(tzinfo=ZoneInfo(zone[:-1]))
    if moment.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return moment if rest == text else moment.replace(fold=1)


def encode_entry(entry: Entry) -> str:
    """An entry as one line of JSON. Raises ValueError where one of its times is naive."""
    recurrence = entry.recurrence and _recurrence(entry.recurrence)
    completed = entry.completed and encode_instant(entry.completed)
    return to_json({**_component(entry), "recurrence": recurrence, "completed": completed})


def decode_entry(text: str) -> Entry:
    """What `encode_entry` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    plain = json.loads(text)
    _read_component(plain)
    if plain["recurrence"] is not None:
        plain["recurrence"] = _read_recurrence(plain["recurrence"])
    if plain.get("completed") is not None:  # what was written before there were tasks has none
        plain["completed"] = decode_moment(plain["completed"])
    return Entry(**plain)


def to_json(value: object) -> str:
    """`value` as compact JSON with sorted keys, its letters readable."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _component(value: Entry | Override) -> dict[str, Any]:
    # vars, so that a field added later is kept by itself, or fails aloud where JSON has no such.
    return {
        **vars(value),
        "start": encode_instant(value.start),
        "end": encode_instant(value.end),
        "alarm": None if value.alarm is None else _seconds(value.alarm),
    }


def _read_component(plain: dict[str, Any]) -> None:
    plain["start"] = decode_instant(plain["start"])
    plain["end"] = decode_instant(plain["end"])
    if plain["alarm"] is not None:
        plain["alarm"] = timedelta(seconds=plain["alarm"])


def _recurrence(value: Recurrence) -> dict[str, Any]:
    return {
        **vars(value),
        "until": None if value.until is None else encode_instant(value.until),
        "exdates": sorted(map(encode_instant, value.exdates)),
        "overrides": [
            {**_component(override), "original": encode_instant(override.original)}
            for override in value.overrides
        ],
    }


def _read_recurrence(plain: dict[str, Any]) -> Recurrence:
    if plain["until"] is not None:
        plain["until"] = decode_moment(plain["until"])
    plain["exdates"] = frozenset(map(decode_moment, plain["exdates"]))
    for override in plain["overrides"]:
        _read_component(override)
        override["original"] = decode_moment(override["original"])
    plain["overrides"] = tuple(Override(**override) for override in plain["overrides"])
    return Recurrence(**plain)


def _seconds(value: timedelta) -> float:
    return value.total_seconds() if value.microseconds else value // timedelta(seconds=1)
