"""Entries of every sort that syncd writes, and some that only a user would make."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from syncd.model.entries import Entry, Override, Recurrence
from syncd.model.keys import Key, Kind

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 11, 26)
TEN = datetime(2026, 11, 26, 10, tzinfo=BERLIN)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


def uid(subject: str, kind: Kind = Kind.CONTACT) -> str:
    """The id of an entry of ours."""
    return Key(kind=kind, subject=subject, day=DAY, attempt=1).encode("default")


def contact(subject: str = "ann-lee", **fields: object) -> Entry:
    """A contact event."""
    values: dict[str, object] = {
        "uid": uid(subject),
        "title": "Ann Lee: call",
        "start": TEN,
        "end": TEN + HOUR / 4,
        "text": "+49 30 901820\nLast: reached on 1 October.\nTo mark: x, m, n, s before the title.",
        "busy": False,
        "private": True,
        "trace": "1 ann-lee 2026-11-26",
        **fields,
    }
    return Entry(**values)  # type: ignore[arg-type]


def task(subject: str = "task", **fields: object) -> Entry:
    """A contact event that is a task."""
    values: dict[str, object] = {
        "end": TEN,
        "task": True,
        "text": "+49 30 901820\nTick it off when reached. (syncd)",
        **fields,
    }
    return contact(subject, **values)


def override(original: datetime, **fields: object) -> Override:
    """An occurrence whose text is its own."""
    values: dict[str, object] = {
        "original": original,
        "start": original,
        "end": original + HOUR,
        "title": "Outreach",
        "text": "Ann Lee\nBob",
        "alarm": timedelta(minutes=10),
        **fields,
    }
    return Override(**values)  # type: ignore[arg-type]


def block(name: str = "weekly", **fields: object) -> Entry:
    """A block: a series with its next two occurrences written out."""
    values: dict[str, object] = {
        "uid": uid(name, Kind.BLOCK),
        "title": "Outreach",
        "start": TEN,
        "end": TEN + HOUR,
        "text": "Who is up stands in the next two.",
        "busy": True,
        "private": True,
        "alarm": timedelta(minutes=10),
        "trace": "block",
        "recurrence": Recurrence(
            rule="FREQ=WEEKLY;BYDAY=TH",
            overrides=(override(TEN), override(TEN + WEEK, text="Cid")),
        ),
        **fields,
    }
    return Entry(**values)  # type: ignore[arg-type]


def _repeating(**fields: object) -> Entry:
    entry = block()
    assert entry.recurrence is not None
    return replace(entry, recurrence=replace(entry.recurrence, **fields))  # type: ignore[arg-type]


_MARCH = datetime(2027, 3, 25, 2, 30, tzinfo=BERLIN)

ZOO: dict[str, Entry] = {
    "contact": contact(),
    "all-day": contact(start=DAY, end=DAY + timedelta(days=1)),
    "several-days": contact(start=DAY, end=DAY + timedelta(days=3)),
    "utc": contact(start=TEN.astimezone(UTC), end=TEN.astimezone(UTC) + HOUR),
    "two-zones": contact(end=(TEN + HOUR).astimezone(ZoneInfo("America/New_York"))),
    "no-length": contact(end=TEN),
    "emoji": contact(title="✅ Zoë 👩🏽‍🚀: call", text="🎉 naïve ﷺ 漢字 e\u0301"),
    "long": contact(text="word \\ " * 2000, title="T" * 300),
    "hostile": contact(
        title='a,b;c\\d\\n"e" :f=g ^n & <x> ]]> \\,',
        text="BEGIN:VEVENT\nUID:other\nEND:VEVENT\n\\n\\\\;,:\n\n\ttab\nlast: é",
    ),
    "nothing-said": contact(title="", text="", trace=""),
    "spaces": contact(title="  spaced   out ", text=" first\n  second \n"),
    "public-busy": contact(busy=True, private=False),
    "ringing": contact(alarm=timedelta()),
    "ringing-early": contact(alarm=timedelta(days=1, hours=2, minutes=3)),
    "ringing-late": contact(alarm=timedelta(minutes=-5)),
    "trace": contact(trace='x; y, 100% \\ "z": ü 🎉 %2C'),
    "cancelled": contact(cancelled=True),
    "longest-id": contact(uid="0" * 200),
    "task": task(),
    "task-on-a-day": task(start=DAY, end=DAY + timedelta(days=1)),
    "task-utc": task(start=TEN.astimezone(UTC), end=TEN.astimezone(UTC)),
    "task-done": task(done=True, completed=datetime(2026, 11, 26, 9, 7, 5, tzinfo=UTC)),
    "task-cancelled": task(cancelled=True),
    "task-ringing": task(alarm=timedelta()),
    "task-ringing-early": task(alarm=timedelta(days=1, minutes=3)),
    "task-said-nothing": task(title="", text="", trace=""),
    "task-hostile": task(
        title='a,b;c\\d "e" 👩🏽‍🚀', text="END:VTODO\n\n\\n;,:\n last", trace="x; %"
    ),
    "block": block(),
    "bare-series": block(recurrence=Recurrence(rule="FREQ=WEEKLY;BYDAY=TH")),
    "until": _repeating(until=(TEN + 4 * WEEK).astimezone(UTC)),
    "count": _repeating(count=5),
    "exdates": _repeating(exdates=frozenset({TEN + 2 * WEEK, TEN + 20 * WEEK})),
    "moved": _repeating(
        overrides=(
            override(TEN, start=TEN + HOUR * 26, end=TEN + HOUR * 27, title="✅ Outreach"),
            override(TEN + WEEK, cancelled=True, alarm=None),
            override(TEN + 3 * WEEK, end=TEN + 3 * WEEK + HOUR / 2, alarm=timedelta(0)),
            override(TEN + 20 * WEEK),
        )
    ),
    "monthly": block(recurrence=Recurrence(rule="FREQ=MONTHLY;BYDAY=-1FR,1MO;BYMONTH=1,6")),
    "missing-hour": block(
        start=_MARCH, end=_MARCH + HOUR, recurrence=Recurrence(rule="FREQ=WEEKLY;BYDAY=TH,SU")
    ),
    "days": block(
        start=DAY,
        end=DAY + timedelta(days=1),
        recurrence=Recurrence(rule="FREQ=YEARLY"),
    ),
}
