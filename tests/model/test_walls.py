"""A rule is followed as dateutil follows it, once for all who ask, to the end of time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr

from syncd.model.walls import walls

START = datetime(2026, 2, 28, 10)


@pytest.mark.parametrize(
    "rule", ["FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=YEARLY"]
)
def test_it_is_what_the_rule_gives(rule: str) -> None:
    given = list(islice(rrulestr(rule, dtstart=START), 300))
    found = walls(rule, START)
    assert list(islice(found, 300)) == given
    for moment in (START - timedelta(days=1), given[7], given[7] + timedelta(minutes=1)):
        assert next(found.since(moment)) == next(each for each in given if each >= moment)
        assert found.last(moment) == max((g for g in given if g <= moment), default=None)


def test_a_rule_that_ends_is_followed_by_several_at_once() -> None:
    for number in range(200):
        with ThreadPoolExecutor(4) as pool:
            rule = walls("FREQ=DAILY", START + timedelta(days=number), 50)
            told = [pool.submit(list, rule) for _ in range(4)]
            assert all(len(each.result(timeout=20)) == 50 for each in told)


def test_what_goes_to_the_end_of_time_ends_there_each_time() -> None:
    rule = walls("FREQ=WEEKLY;INTERVAL=19467;BYDAY=SU", datetime(2026, 11, 29, 10))
    first = list(rule)
    assert first and list(rule) == first


def test_a_rule_that_gives_nothing_is_soon_done() -> None:
    assert list(walls("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", START)) == []
