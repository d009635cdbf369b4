"""What Google's API might answer, in any shape: events and tasks with fields dropped, of other
types, and with values that they cannot have."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.calendars.zoo import uid
from tests.fuzz.bodies import RULES, TIMES, ZONES
from tests.fuzz.oddities import TEXT

Json = dict[str, Any]
EVENT: Json = {
    "id": "hostile",
    "etag": '"1"',
    "status": "confirmed",
    "iCalUID": "hostile@google.com",
    "summary": "i Ann Lee new job",
    "description": "<p>An <b>agenda</b></p>",
    "start": {"dateTime": "2026-12-03T10:00:00+01:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-12-03T11:00:00+01:00", "timeZone": "Europe/Berlin"},
    "recurrence": ["EXDATE;TZID=Europe/Berlin:20261210T100000", "RRULE:FREQ=WEEKLY;BYDAY=TH"],
    "transparency": "transparent",
    "visibility": "private",
    "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 10}]},
    "attendees": [{"email": "ann@example.org", "responseStatus": "accepted", "self": True}],
    "organizer": {"email": "me@example.org", "self": True},
    "attachments": [{"fileUrl": "https://example.org/"}],
    "extendedProperties": {"private": {"syncd0": '{"t":"Ann Lee: call"', "syncd1": "}"}},
    "colorId": "10",
}
EXCEPTION: Json = {
    **{k: v for k, v in EVENT.items() if k != "recurrence"},
    "id": "hostile_20261217T090000Z",
    "status": "cancelled",
    "recurringEventId": "hostile",
    "originalStartTime": {"dateTime": "2026-12-17T10:00:00+01:00", "timeZone": "Europe/Berlin"},
}
TASK: Json = {
    "id": "t1",
    "etag": '"1"',
    "title": "Call back",
    "notes": f"x\n\nsyncd {uid('ann-lee')} {{}}",
    "status": "completed",
    "due": "2026-12-03T00:00:00.000Z",
    "completed": "2026-12-03T10:00:00.000Z",
    "updated": "2026-12-03T10:00:00.000Z",
    "deleted": False,
}
_MOMENTS = (
    *(
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "2026-12-03T24:00:00Z",
        "2026-13-01",
    ),
    *(
        "1900-01-01T00:00:00Z",
        "2199-12-31T23:59:59Z",
        "2026-12-03",
        "2026-12-03T10:00:00",
        "soon",
        "",
    ),
    *("2026-12-03T10:00:60Z", "2026-W49-4", "20261203", "2026-12-03T10:00:00+99:00", "1900-01-01"),
)
VALUES = st.recursive(
    st.one_of(
        st.none() | st.booleans() | st.integers(-(10**30), 10**30),
        st.floats(),
        st.sampled_from(_MOMENTS),
        st.sampled_from(ZONES),
        st.sampled_from([f"RRULE:{rule}" for rule in RULES]),
        st.sampled_from([f"EXDATE;TZID={zone}:{time}" for zone in ZONES for time in TIMES[:4]]),
        st.sampled_from(("cancelled", "popup", "tentative", uid("ann-lee"))),
        TEXT,
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(("date", "dateTime", "timeZone", "email", "minutes", "private",
                             "method", "syncd0", "overrides", "useDefault")),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)  # fmt: skip
RECURRENCES = st.lists(
    st.sampled_from([*(f"RRULE:{rule}" for rule in RULES), "RDATE:20261203", "EXDATE:soon"]),
    max_size=3,
)


@st.composite
def mutated(draw: st.DrawFn, row: Json) -> Json:
    """`row`, with some of its fields, and of those in them, another thing."""
    row = dict(row)
    for name in draw(st.lists(st.sampled_from(sorted(row) or ["date"]), max_size=4)):
        before = row.pop(name, None)
        if name == "recurrence" and draw(st.booleans()):
            row[name] = draw(RECURRENCES)
        elif isinstance(before, dict) and draw(st.booleans()):
            row[name] = draw(mutated(before))
        elif draw(st.integers(0, 3)):
            row[name] = draw(VALUES)
    return row


@st.composite
def families(draw: st.DrawFn) -> tuple[Json, list[Json]]:
    """An event and its exceptions, which may be none."""
    exceptions = draw(st.lists(mutated(EXCEPTION), max_size=3))
    return draw(mutated(EVENT)), [
        {**row, "id": f"{row.get('id')}{n}"} for n, row in enumerate(exceptions)
    ]


PAGES = st.one_of(
    st.none(),
    st.just([]),
    st.just("page"),
    st.just({}),
    st.fixed_dictionaries(
        {},
        optional={
            "items": VALUES | st.lists(VALUES, max_size=3),
            "nextPageToken": st.just("the same") | VALUES,
            "nextSyncToken": VALUES,
            "timeZone": VALUES,
            "defaultReminders": VALUES | st.lists(VALUES, max_size=2),
        },
    ),
)
"""What the answer to a question for a list may be, or what is otherwise in it."""
