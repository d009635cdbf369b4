"""Notifications: once it has lasted, then daily, then when it is over; by a real server, on a clock
that the test turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from syncd.engine.notifying import Notifier
from syncd.engine.service import Service
from syncd.errors import Refused, SignedOut, Unreachable
from syncd.model.records import Delta
from syncd.model.roster import Notify, Secret
from syncd.post import send
from syncd.store.sql import SqlStore
from tests.daemon.world import Scripted, roster, service
from tests.listener import SECRET, Listener, listening

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
"""A Tuesday, in Berlin."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AWAY = "Calendar home: it cannot be reached. Next: check the network."


@dataclass(kw_only=True)
class Post:
    """A deployment that ticks when it is told to."""

    folder: Path
    listener: Listener
    now: datetime = NOON
    on: tuple[str, ...] = ("failing", "held")
    urls: tuple[str, ...] = ()
    endings: dict[str, datetime] = field(default_factory=dict)
    calendar: Scripted = field(default_factory=Scripted)
    notifier: Notifier = field(default_factory=lambda: Notifier(structlog.get_logger()))

    @property
    def store(self) -> SqlStore:
        return SqlStore(self.folder / "syncd.sqlite", patience=timedelta(milliseconds=50))

    @property
    def service(self) -> Service:
        urls = self.urls or (self.listener.url,)
        wanted = Notify(
            urls=tuple(Secret(value=url, origin="SYNCD_NOTIFY") for url in urls),
            on=frozenset(self.on),
        )
        made = service(
            self.calendar, roster(notify=wanted), store=self.store, clock=lambda: self.now
        )
        return replace(made, post=lambda letter: send(wanted, letter), endings=lambda: self.endings)

    def tick(self, wait: timedelta, error: Exception | None = None) -> list[tuple[str, str]]:
        """What is told by a tick after `wait`, in which the calendar fails by `error`."""
        self.now += wait
        self.calendar.fails = [error] if error is not None else []
        made = self.service
        self.notifier.after(made, made.sync())
        return self.listener.taken()

    def restart(self) -> None:
        """As when the process is another one."""
        self.notifier = Notifier(structlog.get_logger())

    def remember(self, name: str, value: str | None) -> None:
        store = self.store
        store.load()
        store.commit(Delta(settings={name: value}))


@pytest.fixture
def listener() -> Iterator[Listener]:
    with listening() as made:
        yield made


@pytest.fixture
def post(tmp_path: Path, listener: Listener) -> Post:
    structlog.reset_defaults()
    return Post(folder=tmp_path, listener=listener)


def test_a_calendar_that_fails_is_told_after_an_hour_then_daily_then_when_it_works(
    post: Post,
) -> None:
    away = Unreachable(AWAY)
    assert post.tick(timedelta()) == []
    assert post.tick(MINUTE, away) == []
    assert post.tick(59 * MINUTE, away) == []
    (told,) = post.tick(MINUTE, away)
    assert told == (
        "syncd: calendar home fails",
        "Calendar home: it cannot be reached. It has failed since Tue 24 Nov 12:01. Last success: "
        "Tue 24 Nov 12:00. Your marks are safe in the calendar. Next: check the network.",
    )
    assert post.tick(DAY - MINUTE, away) == []
    ((title, _),) = post.tick(MINUTE, away)
    assert title == "syncd: calendar home fails"
    assert post.tick(MINUTE, away) == []
    assert post.tick(MINUTE) == [
        ("syncd: all is well again", "Over: calendar home fails (since Tue 24 Nov 12:01).")
    ]
    assert post.tick(MINUTE) == []


def test_what_was_over_within_the_hour_is_not_told(post: Post) -> None:
    assert post.tick(timedelta(), Unreachable(AWAY)) == []
    assert post.tick(59 * MINUTE) == []
    assert post.tick(MINUTE, Unreachable(AWAY)) == []
    assert post.tick(59 * MINUTE, Unreachable(AWAY)) == [], "the hour begins anew"
    assert post.tick(MINUTE, Unreachable(AWAY))


def test_a_start_anew_repeats_nothing(post: Post) -> None:
    post.tick(timedelta(), Unreachable(AWAY))
    assert len(post.tick(HOUR, Unreachable(AWAY))) == 1
    post.restart()
    assert post.tick(MINUTE, Unreachable(AWAY)) == []
    post.restart()
    ((title, _),) = post.tick(MINUTE)
    assert title == "syncd: all is well again"
    post.restart()
    assert post.tick(MINUTE) == []


def test_a_sign_in_that_has_ended_is_told_at_once_and_another_refusal_after_an_hour(
    post: Post,
) -> None:
    dead = SignedOut("Calendar home: the sign-in has ended. Next: syncd auth google home")
    ((_, body),) = post.tick(timedelta(), dead)
    assert "Next: syncd auth google home" in body
    post.tick(MINUTE)
    assert post.tick(MINUTE, Refused("Calendar home does not allow this.")) == []


def test_a_sign_in_that_will_end_is_told_two_days_before(post: Post) -> None:
    post.endings = {"The sign-in ends on Friday. Next: syncd auth google": NOON + 3 * DAY}
    assert post.tick(timedelta()) == []
    assert post.tick(DAY - MINUTE) == []
    assert post.tick(MINUTE) == [
        ("syncd: the sign-in to Google ends", "The sign-in ends on Friday. Next: syncd auth google")
    ]
    assert post.tick(HOUR) == []
    post.endings = {"The sign-in ends in December.": NOON + 9 * DAY}
    ((_, body),) = post.tick(HOUR)
    assert body.startswith("Over: the sign-in to Google ends")


def test_writes_that_are_held_are_told_at_once(post: Post) -> None:
    post.tick(timedelta())
    post.remember("held", "it would delete 12 entries")
    ((title, body),) = post.tick(MINUTE)
    assert title == "syncd: writes are held"
    assert body.startswith("Writes are held: it would delete 12 entries. Your marks are safe")
    post.now += DAY
    post.notifier.after(post.service)
    ((_, again),) = post.listener.taken()
    assert "calendar. So since Tue 24 Nov 12:01. Next: syncd status" in again
    post.remember("held", None)
    assert len(post.tick(MINUTE)) == 1


def test_only_what_was_asked_for_is_told(post: Post) -> None:
    post.on = ("held",)
    post.tick(timedelta(), Unreachable(AWAY))
    assert post.tick(HOUR, Unreachable(AWAY)) == []
    post.on = ("failing",)
    post.remember("held", "it would delete 12 entries")
    ((title, body),) = post.tick(MINUTE, Unreachable(AWAY))
    assert title == "syncd: calendar home fails"
    assert "held" not in body
    post.on = ("held",)
    ((title, _),) = post.tick(MINUTE, Unreachable(AWAY))
    assert title == "syncd: writes are held", "and nothing says that home works again"


def test_what_could_not_be_sent_is_tried_again_and_logged_once_without_the_address(
    post: Post, listener: Listener
) -> None:
    listener.answer = 500
    with capture_logs() as logs:
        post.tick(timedelta(), Unreachable(AWAY))
        post.tick(HOUR, Unreachable(AWAY))
        post.tick(MINUTE, Unreachable(AWAY))
    assert listener.asked == 2
    (line,) = [each for each in logs if "Notifications" in each["event"]]
    assert line["event"].startswith("Notifications by SYNCD_NOTIFY (json): the service cannot be")
    assert SECRET not in str(logs)
    assert str(listener.port) not in str(logs)
    listener.answer = 200
    assert len(post.tick(MINUTE, Unreachable(AWAY))) == 1
    assert post.tick(MINUTE, Unreachable(AWAY)) == []


def test_a_bad_address_repeats_nothing_at_a_good_one(post: Post, listener: Listener) -> None:
    post.urls = (f"{listener.url} nosuchservice://x", f"json://127.0.0.1:9/{SECRET}")
    with capture_logs() as logs:
        post.tick(timedelta(), Unreachable(AWAY))
        assert len(post.tick(HOUR, Unreachable(AWAY))) == 1
        assert post.tick(MINUTE, Unreachable(AWAY)) == []
    said = [line["event"] for line in logs]
    assert [each.partition(":")[0] for each in said] == [
        "Notifications by SYNCD_NOTIFY 2 (nosuchservice)",
        "Notifications by SYNCD_NOTIFY (json)",
    ]
    assert SECRET not in str(logs)


def test_a_state_that_cannot_be_used_is_told_from_memory(post: Post) -> None:
    post.tick(timedelta())
    full = "The disk is full: syncd.sqlite cannot be written. Next: free some space."
    told: list[tuple[str, str]] = []
    for _ in range(62):
        post.now += MINUTE
        post.notifier.after(post.service, unusable=full)
        told += post.listener.taken()
    ((title, body),) = told
    assert title == "syncd: the state cannot be used"
    assert "Your marks are safe in the calendar. Next: free some space." in body
    assert post.tick(MINUTE) == [
        ("syncd: all is well again", "Over: the state cannot be used (since Tue 24 Nov 12:01).")
    ]


def test_a_clock_that_was_far_ahead_silences_nobody(post: Post) -> None:
    post.tick(400 * DAY, Unreachable(AWAY))
    assert post.tick(HOUR, Unreachable(AWAY))
    assert post.tick(-400 * DAY, Unreachable(AWAY))
    assert post.tick(MINUTE, Unreachable(AWAY)) == []


def test_the_review_of_a_week_comes_on_monday_morning_once(post: Post, listener: Listener) -> None:
    post.on = ("weekly-review",)
    assert post.tick(timedelta()) == []
    assert post.tick(5 * DAY + 19 * HOUR) == [], "Monday 07:00"
    listener.answer = 500
    assert post.tick(HOUR) == []
    listener.answer = 200
    ((title, body),) = post.tick(MINUTE)
    assert title == "syncd: last week"
    assert body.startswith("Last week, 2026-11-23 to 2026-11-29: 0 attempts, 0 reached, 0 people.")
    post.restart()
    assert post.tick(MINUTE) == []
    assert len(post.tick(7 * DAY)) == 1


def test_apprise_is_imported_only_when_something_is_told(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys\nimport syncd.engine.daemon, syncd.bootstrap, syncd.post\n"
        "print('apprise' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
