"""Values in words: what each grammar takes, what it leaves, and what it guesses."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from syncd.model.people import WORKING_HOURS, Hours, Period, Span
from syncd.model.repeats import REPEATS, read_repeats
from syncd.model.words import (
    ALARM,
    DATE,
    HOURS,
    PERIOD,
    SPAN,
    TIME,
    WEEKDAYS,
    YES,
    Grammar,
    nearest,
    read_alarm,
    read_date,
    read_hours,
    read_period,
    read_span,
    read_time,
)

GRAMMARS = {
    "period": PERIOD,
    "span": SPAN,
    "alarm": ALARM,
    "hours": HOURS,
    "time": TIME,
    "date": DATE,
    "yes": YES,
    "repeats": REPEATS,
}


@pytest.mark.parametrize("name", GRAMMARS)
def test_every_form_that_is_named_is_understood(name: str) -> None:
    grammar: Grammar[object] = GRAMMARS[name]  # type: ignore[assignment]
    for form in grammar.forms.split(", "):
        assert grammar.read(form.removeprefix("or an RRULE such as ")) is not None, form


@pytest.mark.parametrize("name", GRAMMARS)
@given(text=st.text(max_size=30))
def test_no_text_is_too_odd_to_be_complained_of(name: str, text: str) -> None:
    grammar: Grammar[object] = GRAMMARS[name]  # type: ignore[assignment]
    if grammar.read(text) is None:
        guess = grammar.guess(text)
        assert guess is None or grammar.read(guess) is not None
        assert grammar.complaint(text).endswith(f"Forms: {grammar.forms}.")
        assert grammar.complaint(text).isprintable()


PERIODS = {
    "6 weeks": Period(days=42),
    "6w": Period(days=42),
    " Every  6 Weeks ": Period(days=42),
    "every week": Period(days=7),
    "1 week": Period(days=7),
    "10 days": Period(days=10),
    "3 months": Period(months=3),
    "2m": Period(months=2),
    "1 year": Period(months=12),
    "daily": Period(days=1),
    "weekly": Period(days=7),
    "monthly": Period(months=1),
    "quarterly": Period(months=3),
    "yearly": Period(months=12),
    "2 a year": Period(months=6),
    "twice a year": Period(months=6),
    "once a year": Period(months=12),
    "4 times a year": Period(months=3),
    "5 a year": Period(days=73),
    "52 a year": Period(days=7),
}


@pytest.mark.parametrize("text", PERIODS)
def test_periods(text: str) -> None:
    assert read_period(text) == PERIODS[text]


@pytest.mark.parametrize(
    "text", ["", "6", "0 weeks", "0 a year", "-1 week", "weeks", "every", "1.5w"]
)
def test_no_periods(text: str) -> None:
    assert read_period(text) is None


@given(st.integers(1, 999), st.sampled_from(["days", "weeks", "months", "years"]))
def test_a_period_reads_back_as_it_is_written(number: int, unit: str) -> None:
    period = read_period(f"{number} {unit}")
    assert period is not None
    assert read_period(str(period)) == period or len(str(period).split()[0]) > 3


SPANS = {
    "2 minutes": timedelta(minutes=2),
    "1 hour": timedelta(hours=1),
    "90 minutes": timedelta(minutes=90),
    "1h 30m": timedelta(minutes=90),
    "1h30m": timedelta(minutes=90),
    "1 hour 30 minutes": timedelta(minutes=90),
    "15 seconds": timedelta(seconds=15),
    "45 min": timedelta(minutes=45),
    "1 day": timedelta(days=1),
}


@pytest.mark.parametrize("text", SPANS)
def test_spans(text: str) -> None:
    assert read_span(text) == SPANS[text]


@pytest.mark.parametrize(
    "text", ["", "15", "0 minutes", "an hour", "1 hour or so", "1:30", "1 hours5"]
)
def test_no_spans(text: str) -> None:
    assert read_span(text) is None


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59))
def test_a_span_is_the_sum_of_its_pieces(hours: int, minutes: int, seconds: int) -> None:
    found = read_span(f"{hours}h {minutes}m {seconds}s")
    assert (found or timedelta()) == timedelta(hours=hours, minutes=minutes, seconds=seconds)


ALARMS = {
    "10 minutes before": timedelta(minutes=10),
    "1 hour": timedelta(hours=1),
    "1 day before": timedelta(days=1),
    "At start": timedelta(),
    "none": None,
}


@pytest.mark.parametrize("text", ALARMS)
def test_alarms(text: str) -> None:
    assert read_alarm(text) == (ALARMS[text],)


@pytest.mark.parametrize("text", ["", "10", "before", "10 minutes after", "0 minutes before"])
def test_no_alarms(text: str) -> None:
    assert read_alarm(text) is None


TIMES = {
    "10:00": time(10),
    "9:05": time(9, 5),
    "00:00": time(0),
    "23:59": time(23, 59),
    "9am": time(9),
    "9 PM": time(21),
    "12am": time(0),
    "12pm": time(12),
    "2:30 pm": time(14, 30),
}


@pytest.mark.parametrize("text", TIMES)
def test_times(text: str) -> None:
    assert read_time(text) == TIMES[text]


@pytest.mark.parametrize(
    "text", ["", "10", "24:00", "10:60", "600", "13pm", "0am", "10:0", "10.00"]
)
def test_no_times(text: str) -> None:
    assert read_time(text) is None


@given(st.times().map(lambda at: at.replace(second=0, microsecond=0)))
def test_a_time_reads_back_as_it_is_written(at: time) -> None:
    assert read_time(f"{at:%H:%M}") == read_time(f"{at:%I:%M %p}") == at


def test_hours() -> None:
    assert read_hours("mon-fri 09:00-18:00") == WORKING_HOURS
    assert read_hours("weekdays 9:00–18:00") == WORKING_HOURS
    assert read_hours("mon, tue and wed 9:00-12:00, sat-sun 20:00-24:00") == Hours(
        spans=(
            Span(weekdays=frozenset({0, 1, 2}), start=time(9), end=time(12)),
            Span(weekdays=frozenset({5, 6}), start=time(20), end=time.max),
        )
    )
    around = read_hours("sat-mon 10:00-11:00")
    assert around is not None
    assert around.spans[0].weekdays == {5, 6, 0}


@pytest.mark.parametrize(
    "text",
    ["", "mon", "9:00-18:00", "mon 18:00-9:00", "mon 9:00-9:00", "mon 9-18", "m 9:00-18:00", "mon-",
     "mon 9:00-18:00, tue", "mon 9:00-25:00", "mon-tue-wed 9:00-18:00"],
)  # fmt: skip
def test_no_hours(text: str) -> None:
    assert read_hours(text) is None


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_date_reads_back_as_it_is_written(day: date) -> None:
    assert read_date(day.isoformat()) == day


@pytest.mark.parametrize(
    "text", ["", "2026-13-01", "2026-02-30", "20261001", "2026-W01-1", "1.10.2026"]
)
def test_no_dates(text: str) -> None:
    assert read_date(text) is None


RULES = {
    "daily": "FREQ=DAILY",
    "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "weekly on thursday": "FREQ=WEEKLY;BYDAY=TH",
    "Every Thursday": "FREQ=WEEKLY;BYDAY=TH",
    "weekly on tuesday and thursday": "FREQ=WEEKLY;BYDAY=TU,TH",
    "weekly on fri, mon and wed": "FREQ=WEEKLY;BYDAY=MO,WE,FR",
    "every 2 weeks on monday": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
    "every other week on monday": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO",
    "every week on monday": "FREQ=WEEKLY;BYDAY=MO",
    "monthly on the first monday": "FREQ=MONTHLY;BYDAY=1MO",
    "monthly on the last fri": "FREQ=MONTHLY;BYDAY=-1FR",
    "monthly on the 15th": "FREQ=MONTHLY;BYMONTHDAY=15",
    "monthly on the last day": "FREQ=MONTHLY;BYMONTHDAY=-1",
    "every 2 months on the 2nd tuesday": "FREQ=MONTHLY;INTERVAL=2;BYDAY=2TU",
    "quarterly on the 1st": "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1",
    "FREQ=MONTHLY;BYDAY=1MO": "FREQ=MONTHLY;BYDAY=1MO",
    "rrule:byday=th,tu;freq=weekly;interval=1;wkst=mo": "FREQ=WEEKLY;BYDAY=TU,TH",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29": "FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2",
}


@pytest.mark.parametrize("text", RULES)
def test_rules(text: str) -> None:
    assert read_repeats(text) == RULES[text]
    first = next(iter(rrulestr(RULES[text], dtstart=datetime(2026, 1, 1))))
    assert first.year <= 2028


@pytest.mark.parametrize(
    "text",
    ["", "weekly", "monthly", "weekly on", "weekly on someday", "every 0 weeks on monday", "every",
     "monthly on the 32nd", "monthly on the 0th", "monthly on monday", "yearly on the first monday",
     "monthly on the fifth of may", "weekly on monday and", "every day on monday"],
)  # fmt: skip
def test_no_rules(text: str) -> None:
    assert read_repeats(text) is None


@given(st.text(alphabet="FREQ=WKLYMONTH;BDA,INV1230-+SP", max_size=40).map(lambda t: f"FREQ={t}"))
def test_any_rule_is_taken_or_refused_with_a_sentence(text: str) -> None:
    rule = REPEATS.read(text)
    if rule is not None:
        assert read_repeats(text) == read_repeats(rule) == rule
        return
    with pytest.raises(ValueError) as error:
        read_repeats(text)
    assert "invalid literal" not in str(error.value)


@given(st.sets(st.sampled_from(WEEKDAYS), min_size=1), st.integers(1, 99))
def test_a_rule_in_words_comes_on_those_days_and_no_others(days: set[str], weeks: int) -> None:
    rule = read_repeats(f"every {weeks} weeks on {' and '.join(days)}")
    assert rule is not None
    found = rrulestr(f"{rule};COUNT={3 * len(days)}", dtstart=datetime(2026, 1, 5))
    assert {WEEKDAYS[each.weekday()] for each in found} == days


@pytest.mark.parametrize(
    ("grammar", "typed", "meant"),
    [
        (PERIOD, "6 weaks", "6 weeks"),
        (PERIOD, "6", "6 weeks"),
        (PERIOD, "montly", "monthly"),
        (PERIOD, "2 a yaer", "2 a year"),
        (PERIOD, "0 weeks", None),
        (SPAN, "15", "15 minutes"),
        (SPAN, "2 minuets", "2 minutes"),
        (ALARM, "at teh start", "at start"),
        (HOURS, "9:00-17:30", "mon-fri 9:00-17:30"),
        (TIME, "10", "10:00"),
        (TIME, "25:00", None),
        (REPEATS, "weekly", "weekly on thursday"),
        (REPEATS, "montly on the frist monday", "monthly on the first monday"),
        (YES, "ture", "true"),
    ],
)
def test_guesses(grammar: Grammar[object], typed: str, meant: str | None) -> None:
    assert grammar.guess(typed) == meant


def test_the_nearest_is_the_likeliest_then_the_shortest() -> None:
    assert nearest("fry", ("friday", "fri")) == "fri"
    assert nearest("Hom", ("work", "Home")) == "Home"
    assert nearest("xyz", ("work", "home")) is None
