"""What is read equals what was written, zone and fold included."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from hypothesis import example, given

from syncd.model.entries import Entry, Instant, Override, Recurrence
from syncd.store.codec import decode_entry, decode_instant, encode_entry, encode_instant
from syncd.store.rows import doubtful
from tests.store import values

pytestmark = pytest.mark.filterwarnings("error")


@given(values.instants)
@example(date(2026, 12, 3))
@example(datetime(2026, 10, 25, 2, 30, tzinfo=values.BERLIN, fold=1))
@example(datetime(2026, 10, 25, 2, 30, tzinfo=values.BERLIN, fold=0))
def test_an_instant_comes_back_with_its_wall_time_its_zone_and_its_fold(value: Instant) -> None:
    read = decode_instant(encode_instant(value))
    assert type(read) is type(value)
    # Two datetimes of one zone compare by wall time alone, so equality would not see the rest.
    assert repr(read) == repr(value)
    if isinstance(value, datetime) and isinstance(read, datetime):
        assert read.fold == value.fold
        assert read.utcoffset() == value.utcoffset()
        assert getattr(read.tzinfo, "key", None) == getattr(value.tzinfo, "key", None)


@given(values.entries)
def test_an_entry_comes_back_equal_and_as_the_same_text(value: Entry) -> None:
    text = encode_entry(value)
    read = decode_entry(text)
    assert read == value
    assert encode_entry(read) == text
    assert "\n" not in text


def test_equal_sets_make_equal_text() -> None:
    """So that a record that did not change is not written as if it had."""
    starts = [values.NOON + timedelta(days=7 * week) for week in range(20)]
    texts = set()
    for order in (starts, starts[::-1]):
        recurrence = Recurrence(rule="FREQ=WEEKLY", exdates=frozenset(order))
        series = Entry(uid="u", title="t", start=starts[0], end=starts[0], recurrence=recurrence)
        texts.add(encode_entry(series))
    assert len(texts) == 1
    (text,) = texts
    exdates = [encode_instant(start) for start in starts]
    assert ",".join(f'"{start}"' for start in exdates) in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2026, 12, 3), "2026-12-03"),
        (values.NOON, "2026-12-03T12:00:00[Europe/Berlin]"),
        (
            datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=values.BERLIN),
            "2026-10-25T02:30:00[Europe/Berlin][fold=1]",
        ),
        (datetime(2026, 12, 3, 12, tzinfo=ZoneInfo("UTC")), "2026-12-03T12:00:00[UTC]"),
        (datetime.fromisoformat("2026-12-03T12:00:00+01:00"), "2026-12-03T12:00:00+01:00"),
    ],
)
def test_the_text_of_an_instant_can_be_read_by_people(value: Instant, text: str) -> None:
    assert encode_instant(value) == text


def test_a_zone_without_a_name_keeps_the_instant() -> None:
    """Clients send zones of their own making; the instant is what there is to keep."""
    made_up = datetime(2026, 7, 1, 9, tzinfo=tz.tzstr("EST5EDT"))
    assert decode_instant(encode_instant(made_up)) == made_up


@pytest.mark.parametrize("text", ["", "2026-12-03T12:00:00", "tomorrow", "2026-12-03T12[Mars/X]"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        decode_instant(text)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        encode_instant(datetime(2026, 12, 3, 12))


def test_what_was_written_before_an_hour_could_have_something_of_its_own_is_read() -> None:
    start = values.NOON
    hour = Override(original=start, start=start, end=start, title="t", text="")
    recurrence = Recurrence(rule="FREQ=WEEKLY", overrides=(hour,))
    entry = Entry(uid="u", title="t", start=start, end=start, recurrence=recurrence)
    assert decode_entry(encode_entry(entry).replace('"own":false,', "")) == entry


def test_what_an_older_syncd_wrote_of_what_is_in_doubt_is_read() -> None:
    assert doubtful('["a","b"]') == {"a": None, "b": None}
