"""Moments, days and ages as they are typed and shown; and that nothing shown can steer a screen."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from syncd.cli import say
from syncd.cli.words import read_day, read_moment, say_age, say_moment
from syncd.errors import UsageError

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
HOSTILE = "\x1b[31m[bold]Ann[/bold]\x07 \u202eeeL\x9b2J\nnext :smile:"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-24T14:30+01:00", "2026-11-24T14:30:00+01:00"),
        ("2026-11-24T14:30Z", "2026-11-24T14:30:00+00:00"),
        ("2026-07-01 14:30", "2026-07-01T14:30:00+02:00"),
        ("2026-11-22 9:05", "2026-11-22T09:05:00+01:00"),
        ("2026-11-20", "2026-11-20T12:00:00+01:00"),
        ("14:30", "2026-11-24T14:30:00+01:00"),
        ("9:05", "2026-11-24T09:05:00+01:00"),
        ("Yesterday", "2026-11-23T12:00:00+01:00"),
        ("yesterday 9:05", "2026-11-23T09:05:00+01:00"),
    ],
)
def test_a_moment_is_read_in_the_users_zone(text: str, meant: str) -> None:
    assert read_moment(text, NOW, BERLIN).isoformat() == meant


def test_a_day_is_noon_but_never_still_to_come() -> None:
    early = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    assert read_moment("today", early, BERLIN) == early
    assert read_moment("2026-11-24", early, BERLIN) == early
    assert read_moment("now", early, BERLIN) == early
    assert read_moment("2026-11-20", NOW, BERLIN, bare=time()).hour == 0


@pytest.mark.parametrize("text", ["", "teatime", "25:00", "2026-13-01", "yesterday morning", "12"])
def test_what_is_no_moment_says_which_forms_there_are(text: str) -> None:
    with pytest.raises(UsageError, match="Forms: 2026-11-24T14:30"):
        read_moment(text, NOW, BERLIN)


def test_a_day_is_read_as_in_marks() -> None:
    today = date(2026, 11, 24)
    assert read_day("3 months", today) == date(2027, 2, 24)
    assert read_day("fri", today) == date(2026, 11, 27)
    with pytest.raises(UsageError, match="«soon» is no day"):
        read_day("soon", today)


def test_moments_and_ages_are_said_as_people_say_them() -> None:
    def said(days: int) -> str:
        return say_moment(NOW - timedelta(days=days), NOW, BERLIN)

    assert [said(0), said(6), said(7), said(400)] == [
        "Tue 12:00",
        "Wed 12:00",
        "Tue 17 Nov 12:00",
        "Mon 20 Oct 2025 13:00",
    ]
    assert said(-1) == "Wed 25 Nov 12:00", "what lies ahead is said with its date"
    assert say_age(timedelta(seconds=59)) == "just now"
    assert say_age(timedelta(minutes=61)) == "1 hour ago"
    assert say_age(timedelta(days=3)) == "3 days ago"


def test_what_is_hostile_is_shown_as_it_is_written_and_harmless(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    say.table(("title", "why!"), [(HOSTILE, HOSTILE)])
    say.heading(HOSTILE)
    say.answer(say.one_line(HOSTILE))
    say.aside(HOSTILE)
    shown = capsys.readouterr()
    for text in (shown.out, shown.err):
        assert "[bold]Ann[/bold]" in text
        assert ":smile:" in text
        assert not set(text) & set("\x1b\x07\x9b\u202e")
    assert len(shown.out.splitlines()) == 5, "a title that holds a newline stays one line"


def test_json_is_exact_and_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    said = {"title": HOSTILE, "name": "Müller 😀 \ud800"}
    say.answer_json(said)
    shown = capsys.readouterr().out
    assert json.loads(shown) == said
    assert "Müller 😀" in shown
    assert not set(shown) & set("\x1b\x07\x9b\u202e")
