"""Numbers in the one form in which they can be compared."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources

import phonenumbers


@lru_cache(maxsize=65_536)
def e164(text: str, region: str | None) -> str:
    """The number in `text` as E.164, such as `+4930901820`; one without `+` or `00` is taken to be
    of `region` (ISO 3166, `DE`). What is no number there is its digits alone."""
    digits = "".join(c for c in text if c.isdecimal())
    if not text.lstrip("( ").startswith("+") and digits.startswith("00"):
        text = f"+{digits[2:]}"
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return digits
    if not phonenumbers.is_possible_number(number):
        return digits
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=65_536)
def is_mobile(number: str) -> bool:
    """Whether `number`, as `e164` gives it, is surely a mobile's; where a country does not tell
    them from others (+1), it is not sure."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE)


@cache
def region_of(timezone: str) -> str | None:
    """The country in which `timezone` (an IANA name) lies; None where it lies in none, or where
    the names are not known."""
    try:
        table = resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8")
    except (OSError, ModuleNotFoundError):
        return None
    for line in table.splitlines():
        code, _, rest = line.partition("\t")
        if not line.startswith("#") and rest.split("\t")[1:2] == [timezone]:
            return code
    return None
