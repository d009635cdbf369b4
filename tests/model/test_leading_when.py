"""How long a pause is, where its words begin with that."""

from __future__ import annotations

from datetime import date

import pytest

from syncd.model.words import leading_when

TODAY = date(2026, 12, 1)
"""A Tuesday."""


@pytest.mark.parametrize(
    ("text", "day", "rest"),
    [
        ("3 months", date(2027, 3, 1), ""),
        ("for 2w", date(2026, 12, 15), ""),
        ("2 weeks, she moves", date(2026, 12, 15), "she moves"),
        ("2 weeks she moves", date(2026, 12, 15), "she moves"),
        ("until fri", date(2026, 12, 4), ""),
        ("until wed. she moves", date(2026, 12, 2), "she moves"),
        ("until 3d", date(2026, 12, 4), ""),
        ("Until 2027-01-15.", date(2027, 1, 15), ""),
    ],
)
def test_the_words_that_say_how_long(text: str, day: date, rest: str) -> None:
    assert leading_when(text, TODAY) == (day, rest)


@pytest.mark.parametrize(
    "text",
    [
        "until we speak again",
        "until we",
        "until th",
        "until march",
        "until 2020-01-01",
        "2 days ago she moved",
        "1 year old baby",
        "1 year-old baby",
        "2 weeks later than said",
        "3 months' notice",
        "3 monthsish",
    ],
)
def test_words_that_say_something_else(text: str) -> None:
    assert leading_when(text, TODAY) == (None, text)
