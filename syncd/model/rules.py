"""Recurrence rules in one spelling, so that two that mean the same compare equal."""

from __future__ import annotations

from dataclasses import dataclass

_ORDER = (
    "FREQ",
    "INTERVAL",
    "BYSECOND",
    "BYMINUTE",
    "BYHOUR",
    "BYDAY",
    "BYMONTHDAY",
    "BYYEARDAY",
    "BYWEEKNO",
    "BYMONTH",
    "BYSETPOS",
    "WKST",
)
"""The parts of a rule, in the order of RFC 5545 3.3.10."""
_DEFAULTS = {"INTERVAL": "1", "WKST": "MO"}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """An RRULE's value, taken apart."""

    repeats: str
    """All of it but its end: upper case, parts in RFC order, defaults left out, lists sorted."""
    until: str | None = None
    """UNTIL's value as it stands: a DATE or a DATE-TIME."""
    count: int | None = None


def read_rule(text: str) -> Rule:
    """Take an RRULE's value (RFC 5545 3.3.10) apart. Raises ValueError for one that has an unknown
    part, the same part twice, or none that says how often."""
    parts: dict[str, str] = {}
    for piece in text.strip().rstrip(";").split(";"):
        name, found, value = piece.strip().upper().partition("=")
        if not found or not value or name in parts or name not in (*_ORDER, "UNTIL", "COUNT"):
            raise ValueError(f"«{piece}» is no part of a recurrence rule")
        parts[name] = value
    if "FREQ" not in parts:
        raise ValueError("the recurrence rule does not say how often (FREQ)")
    if "INTERVAL" in parts:
        parts["INTERVAL"] = str(int(parts["INTERVAL"]))
    until = parts.pop("UNTIL", None)
    count = parts.pop("COUNT", None)
    kept = {
        name: _sorted(name, parts[name])
        for name in _ORDER
        if name in parts and parts[name] != _DEFAULTS.get(name)
    }
    return Rule(
        repeats=";".join(f"{name}={value}" for name, value in kept.items()),
        until=until,
        count=None if count is None else int(count),
    )


def _sorted(name: str, value: str) -> str:
    if name == "BYDAY":
        days = sorted({_day(each) for each in value.split(",")})
        return ",".join(f"{place or ''}{_DAYS[day]}" for place, day in days)
    if name.startswith("BY"):
        return ",".join(str(each) for each in sorted({int(each) for each in value.split(",")}))
    return value


def _day(text: str) -> tuple[int, int]:
    """Sorts `MO` before `TU`, and `1MO` before `2MO`."""
    if text[-2:] not in _DAYS:
        raise ValueError(f"«{text}» is no weekday")
    return int(text[:-2] or 0), _DAYS.index(text[-2:])
