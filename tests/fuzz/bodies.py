"""iCalendar bodies (RFC 5545) as no program should write them: those of real ones, with properties
dropped, doubled, and given values that they cannot have."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import strategies as st

from syncd.calendars.caldav.render import new_body
from tests.calendars.zoo import ZOO, uid
from tests.fuzz.oddities import STORED, damaged

STAMP = datetime(2026, 11, 25, 12, tzinfo=UTC)

GOOGLE = """\
BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:me@example.org
BEGIN:VTIMEZONE
TZID:Europe/Berlin
X-LIC-LOCATION:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:GMT+2
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:GMT+1
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20261203T100000
DTEND;TZID=Europe/Berlin:20261203T110000
RRULE:FREQ=WEEKLY;WKST=MO;UNTIL=20270131T225959Z;BYDAY=TH
EXDATE;TZID=Europe/Berlin:20261210T100000
DTSTAMP:20261125T120000Z
ORGANIZER;CN=me@example.org:mailto:me@example.org
UID:7kukuqrfedlm2f9t0vr42q@google.com
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Ann;X
 -NUM-GUESTS=0:mailto:ann@example.org
DESCRIPTION:<p>An <b>agenda</b></p><br>Line\\, two
LOCATION:Café
SEQUENCE:1
STATUS:CONFIRMED
SUMMARY:Weekly
TRANSP:OPAQUE
END:VEVENT
BEGIN:VEVENT
UID:7kukuqrfedlm2f9t0vr42q@google.com
RECURRENCE-ID;TZID=Europe/Berlin:20261217T100000
DTSTART;TZID=Europe/Berlin:20261217T140000
DTEND;TZID=Europe/Berlin:20261217T150000
DTSTAMP:20261125T120000Z
SUMMARY:Weekly\\, moved
END:VEVENT
END:VCALENDAR
"""
APPLE = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Apple Inc.//macOS 14.2//EN
CALSCALE:GREGORIAN
BEGIN:VEVENT
CREATED:20261125T110000Z
UID:2B1F1C07-7B1B-4F2B-8B9A-8C1D7E0A5E11
DTSTART;VALUE=DATE:20261224
DTEND;VALUE=DATE:20261227
SUMMARY:i Ann Lee new job
LAST-MODIFIED:20261125T110000Z
DTSTAMP:20261125T110000Z
X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC
X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-APPLE-RADIUS=70;X-TITLE="Café, Berl
 in":geo:52.52,13.40
ATTACH;ENCODING=BASE64;VALUE=BINARY:QUJD
BEGIN:VALARM
X-WR-ALARMUID:1F0A
UID:1F0A
TRIGGER:-PT15H
ATTACH;VALUE=URI:Chord
ACTION:AUDIO
END:VALARM
END:VEVENT
END:VCALENDAR
"""
NEXTCLOUD = """\
BEGIN:VCALENDAR
CALSCALE:GREGORIAN
VERSION:2.0
PRODID:-//IDN nextcloud.com//Calendar app 4.6.4//EN
BEGIN:VTODO
CREATED:20261125T110000
DTSTAMP:20261125T110000
LAST-MODIFIED:20261125T110000
UID:6a0f6e0a-2f57-4d1a-9f6a-9a1f9d1a6d2c
SUMMARY:Call back
DTSTART:20261203T090000Z
DUE:20261203T100000Z
PERCENT-COMPLETE:50
STATUS:IN-PROCESS
RELATED-TO:abc
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER;RELATED=END:-PT5M
DESCRIPTION:x
END:VALARM
END:VTODO
BEGIN:VJOURNAL
UID:j
DTSTAMP:20261125T110000Z
SUMMARY:A diary
END:VJOURNAL
END:VCALENDAR
"""
REAL = (GOOGLE, APPLE, NEXTCLOUD) * 2 + tuple(
    new_body(entry, STAMP).replace("\r\n", "\n") for entry in ZOO.values()
)

TIMES = (
    *("00010101T000000Z", "99991231T235959Z", "20261203T240000", "20261203T235960Z", "00000000"),
    *(
        "20260230",
        "20261203",
        "20261203T100000",
        "20261203T100000Z",
        "18991231",
        "2200",
        "20270328T023000",
    ),
    *(
        "-20261203T100000Z",
        "20261203T1000",
        "today",
        "",
        "20261203T100000+0100",
        "99999999T999999Z",
    ),
)
ZONES = (
    *("Mars/Olympus", "America", "../../etc/passwd", "x" * 300, "\x00", "W. Europe Standard Time"),
    *("/freeassociation.sourceforge.net/Europe/Berlin", "UTC", "Europe/Berlin", "posixrules", ""),
)
RULES = (
    *("FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=7", "FREQ=HOURLY;BYDAY=MO", "FREQ=DAILY;INTERVAL=0"),
    *("FREQ=DAILY;INTERVAL=-1", "FREQ=DAILY;INTERVAL=99999999999999999999", "FREQ=DAILY;COUNT=0"),
    *("FREQ=DAILY;COUNT=-5", "FREQ=DAILY;COUNT=999999999999", "FREQ=YEARLY;BYSETPOS=366", "FREQ="),
    *("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=WEEKLY;UNTIL=20270101", "FREQ=DAILY;UNTIL=soon"),
    *("FREQ=DAILY;UNTIL=00010101T000000Z", "FREQ=WEEKLY;BYDAY=99MO", "FREQ=YEARLY;BYWEEKNO=54", ""),
    *(
        "FREQ=MONTHLY;BYDAY=-5FR;BYSETPOS=-1,1,400",
        "FREQ=YEARLY;BYYEARDAY=-366,0,367",
        "RRULE:FREQ",
    ),
    "FREQ=DAILY;BYHOUR="
    + ",".join(map(str, range(24)))
    + ";BYMINUTE="
    + ",".join(map(str, range(60))),
    *(
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=WEEKLY;WKST=XX",
        "FREQ=FORTNIGHTLY",
        "FREQ=DAILY;RSCALE=HEBREW",
    ),
)
LENGTHS = ("PT0S", "-P1D", "P99999999D", "P1Y", "PT", "P" + "9" * 5000 + "W", "15M", "P1W2D")
PARAMS = (
    *(
        ";VALUE=DATE",
        ";VALUE=PERIOD",
        ";VALUE=BINARY",
        ";VALUE=\x00",
        ";ENCODING=BASE64",
        ";RANGE=THISANDFUTURE",
    ),
    *(
        ';X="',
        ";X=" + "a" * 3000,
        ";ENCODING=QUOTED-PRINTABLE;CHARSET=latin1",
        ";",
        ";=",
        ";RELATED=END",
    ),
)
VALUES = st.one_of(
    st.sampled_from(TIMES),
    st.sampled_from(TIMES).map(lambda time: f"{time}/PT1H,{time}"),
    st.sampled_from(RULES),
    st.sampled_from(LENGTHS),
    st.sampled_from(
        (uid("ann-lee"), "NEEDS-ACTION", "CANCELLED", "COMPLETED", "100", "mailto:", "1e400")
    ),
    STORED,
)
NAMES = (
    *(
        "DTSTART",
        "DTEND",
        "DURATION",
        "DUE",
        "COMPLETED",
        "RRULE",
        "RDATE",
        "EXDATE",
        "RECURRENCE-ID",
    ),
    *(
        "UID",
        "SUMMARY",
        "DESCRIPTION",
        "STATUS",
        "CLASS",
        "TRANSP",
        "SEQUENCE",
        "ATTENDEE",
        "ORGANIZER",
    ),
    *(
        "ATTACH",
        "TRIGGER",
        "ACTION",
        "PERCENT-COMPLETE",
        "X-SYNCD-TRACE",
        "EXRULE",
        "GEO",
        "X-" * 99,
    ),
)
COMPONENTS = (
    "VEVENT",
    "VTODO",
    "VJOURNAL",
    "VALARM",
    "VTIMEZONE",
    "VCALENDAR",
    "VFREEBUSY",
    "X-OWN",
)
LINES = st.one_of(
    st.builds(
        lambda name, zone, value: f"{name};TZID={zone}:{value}",
        st.sampled_from(("DTSTART", "DTEND", "EXDATE", "RDATE", "RECURRENCE-ID", "DUE")),
        st.sampled_from(ZONES),
        st.sampled_from(TIMES),
    ),
    st.builds(lambda rule: f"RRULE:{rule}", st.sampled_from(RULES)),
    st.builds(
        lambda name, params, value: f"{name}{params}:{value}",
        st.sampled_from(NAMES),
        st.just("") | st.sampled_from(PARAMS),
        VALUES,
    ),
    st.builds(
        lambda edge, name: f"{edge}:{name}",
        st.sampled_from(("BEGIN", "END")),
        st.sampled_from(COMPONENTS),
    ),
    STORED,
)


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """A body that some server may hold."""
    lines = draw(st.sampled_from(REAL)).splitlines()
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        name = line.partition(":")[0].partition(";")[0]
        lines[at : at + 1] = draw(
            st.one_of(
                st.just([]),
                st.just([line, line]),
                LINES.map(lambda new, line=line: [line, new]),  # type: ignore[misc]
                VALUES.map(lambda value, name=name: [f"{name}:{value}"]),  # type: ignore[misc]
                st.sampled_from(TIMES).map(lambda time, name=name: [f"{name}:{time}"]),  # type: ignore[misc]
                st.just([line[:5], f" {line[5:]}"]),
                st.just([line[:5], line[5:]]),
                st.integers(0, len(lines) - 1).map(lambda n, all_=tuple(lines): [*all_[n:]]),  # type: ignore[misc]
            )
        )
        lines = lines[:400] or [""]
    end = draw(st.sampled_from(("\r\n",) * 6 + ("\n", "\r", "\r\r\n", "\x85")))
    text = draw(st.sampled_from(("",) * 9 + ("\ufeff", "\n\n"))) + end.join([*lines, ""])
    if draw(st.integers(0, 5)):
        return text
    return draw(damaged(text.encode("utf-8", "replace"))).decode("utf-8", "replace")
