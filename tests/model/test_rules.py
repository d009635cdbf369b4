"""Recurrence rules that mean the same are spelt the same."""

from __future__ import annotations

import pytest

from syncd.model.rules import read_rule


@pytest.mark.parametrize(
    ("said", "same"),
    [
        ("freq=weekly;byday=th", "FREQ=WEEKLY;BYDAY=TH"),
        ("BYDAY=TH;FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=TH"),
        ("FREQ=WEEKLY;INTERVAL=1;BYDAY=TH;WKST=MO;", "FREQ=WEEKLY;BYDAY=TH"),
        ("FREQ=WEEKLY;INTERVAL=02;BYDAY=TH", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"),
        ("FREQ=WEEKLY;BYDAY=TH,MO,TH", "FREQ=WEEKLY;BYDAY=MO,TH"),
        ("FREQ=MONTHLY;BYDAY=+1MO", "FREQ=MONTHLY;BYDAY=1MO"),
        ("FREQ=MONTHLY;BYDAY=2MO,-1FR,1TU", "FREQ=MONTHLY;BYDAY=-1FR,1TU,2MO"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,01", "FREQ=MONTHLY;BYMONTHDAY=1,15"),
        ("FREQ=MONTHLY;BYSETPOS=-1;BYDAY=FR,MO", "FREQ=MONTHLY;BYDAY=MO,FR;BYSETPOS=-1"),
        ("FREQ=WEEKLY;WKST=SU;INTERVAL=2", "FREQ=WEEKLY;INTERVAL=2;WKST=SU"),
    ],
)
def test_one_spelling(said: str, same: str) -> None:
    rule = read_rule(said)
    assert rule.repeats == same
    assert read_rule(rule.repeats) == rule


def test_the_end_is_apart() -> None:
    rule = read_rule("FREQ=DAILY;UNTIL=20261231T090000Z")
    assert (rule.repeats, rule.until, rule.count) == ("FREQ=DAILY", "20261231T090000Z", None)
    rule = read_rule("FREQ=DAILY;COUNT=5")
    assert (rule.repeats, rule.until, rule.count) == ("FREQ=DAILY", None, 5)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "BYDAY=TH",
        "FREQ",
        "FREQ=",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;EVERY=2",
        "FREQ=DAILY;;COUNT=2",
        "FREQ=DAILY;COUNT=two",
        "FREQ=DAILY;INTERVAL=two",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=",
        "FREQ=WEEKLY;BYDAY=MO,,TU",
        "FREQ=MONTHLY;BYMONTHDAY=first",
    ],
)
def test_what_is_no_rule(said: str) -> None:
    with pytest.raises(ValueError):
        read_rule(said)
