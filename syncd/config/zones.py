"""Time zones by their IANA names: which there are, which was meant, and which the machine is in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from zoneinfo import available_timezones

from syncd.model.words import nearest


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(said: str) -> bool:
    """Whether `said` is the name of a time zone, letter by letter."""
    return said in _names()


def near_zone(said: str) -> str | None:
    """The zone that was probably meant: also by its city alone."""
    said = said.replace(" ", "_")
    names = sorted(_names())
    by_city = {name.rpartition("/")[2]: name for name in reversed(names)}
    return nearest(said, names) or by_city.get(nearest(said, by_city) or "")


def machine_zone(env: Mapping[str, str]) -> str | None:
    """The zone that `TZ` names, else that of the machine; None where neither is known."""
    name = env.get("TZ", "").removeprefix(":")
    if is_zone(name):
        return name
    import tzlocal

    try:
        name = tzlocal.get_localzone_name() or ""
    except (LookupError, ValueError, OSError):
        return None
    return name if is_zone(name) else None
