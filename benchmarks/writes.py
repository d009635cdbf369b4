"""The CPU of a write: a thousand creates against a server that does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from uuid import uuid4

from caldav.davclient import DAVClient
from icalendar import Alarm, Calendar, Event, Timezone

from benchmarks import null, worlds
from benchmarks.measure import Row, best, beyond, interleaved, ms, progress, spent, times
from benchmarks.vdirsyncer import Vdirsyncer, is_there
from syncd.calendars.base import Fate, Verb, Write
from syncd.calendars.caldav import CalDavCalendar
from syncd.calendars.caldav.memo import Memo
from syncd.calendars.caldav.render import new_body
from syncd.model.entries import Entry

WRITES = 1000
ROUNDS = 3


def entries(many: int = WRITES) -> list[Entry]:
    """Contact events as a plan has them, none of which was ever written."""
    run = uuid4().hex
    return [
        Entry(
            uid=f"{run}{n}",
            title=f"Person {n}: call",
            start=worlds.NOW + n * timedelta(minutes=15),
            end=worlds.NOW + (n + 1) * timedelta(minutes=15),
            text=f"+49 30 {901000000 + n}\nLast: reached by call, Thursday: good talk\nMark it x.",
            alarm=timedelta(minutes=10),
            private=True,
            trace=f"syncd v1 {n} title=Person",
        )
        for n in range(many)
    ]


def rows() -> Iterator[Row]:
    """What a write costs beyond the library's own, and against vdirsyncer."""
    with null.running() as url:
        yield _beyond_the_library(url)
    if is_there():
        yield _against_vdirsyncer()
    else:
        progress("vdirsyncer is not there: make bench installs it")


def _beyond_the_library(url: str) -> Row:
    of = worlds.settings(url)
    known = Memo(url=of.url, username="", calendar=of.calendar, collection=url + null.CALENDAR)
    calendar = CalDavCalendar(of, timezone="Europe/Berlin", memo=known.encode())
    client = DAVClient(url=url)
    ours, theirs, building = [], [], []
    for n in range(ROUNDS):
        progress(f"{WRITES} creates, round {n + 1}")
        one, other, third = entries(), entries(), entries()
        ours.append(spent(lambda one=one: _write(calendar, one)))
        theirs.append(spent(lambda other=other: _put(client, url, other)))
        building.append(spent(lambda third=third: [new_body(e, datetime.now(UTC)) for e in third]))
    mine, bare = best(ours).cpu / WRITES, best(theirs).cpu / WRITES
    return Row(
        measure="CPU of a CalDAV write, 1,000 creates on a null server",
        ours=f"{ms(mine)}, of which building the body {ms(best(building).cpu / WRITES)}",
        against=f"caldav's client.put and icalendar's building: {ms(bare)}",
        goal="at most 0.5 ms beyond it",
        got=f"{(mine - bare) * 1000:+.2f} ms",
        missed=beyond(((mine - bare) * 1000, 0.5, " ms")),
    )


def _write(calendar: CalDavCalendar, wanted: list[Entry]) -> None:
    for start in range(0, len(wanted), calendar.batch):
        chunk = [Write(verb=Verb.CREATE, entry=e) for e in wanted[start : start + calendar.batch]]
        told = calendar.write(chunk)
        assert all(each.fate is Fate.APPLIED for each in told), told[0]


def _put(client: DAVClient, url: str, wanted: list[Entry]) -> None:
    for entry in wanted:
        answer = client.put(
            f"{url}{null.CALENDAR}{entry.uid}.ics",
            plain_body(entry),
            {"Content-Type": "text/calendar; charset=utf-8", "If-None-Match": "*"},
        )
        assert answer.status == 201


@cache
def _zone() -> Timezone:
    """The zone of the entries, made once: making it takes several times what all else does."""
    made = Calendar()
    event = Event()
    event.add("dtstart", worlds.NOW)
    made.add_component(event)
    made.add_missing_timezones()
    return made.timezones[0]


def plain_body(entry: Entry) -> str:
    """`entry` as icalendar builds it, with the same properties that syncd writes."""
    made = Calendar()
    made.add("version", "2.0")
    made.add("prodid", "-//bench//EN")
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", datetime.now(UTC))
    event.add("summary", entry.title)
    event.add("dtstart", entry.start)
    event.add("dtend", entry.end)
    event.add("description", entry.text)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    event.add("x-trace", entry.trace)
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.title)
    alarm.add("trigger", -timedelta(minutes=10))
    event.add_component(alarm)
    made.add_component(_zone())
    made.add_component(event)
    return str(made.to_ical().decode())


def _against_vdirsyncer() -> Row:
    theirs, ours = [], []
    for n in range(2):
        progress(f"vdirsyncer sync, and a first sync, of {WRITES}: round {n + 1}")
        with worlds.folder() as where, null.running() as url:
            other = Vdirsyncer(where, url + null.CALENDAR)
            idle = min(other.sync() for _ in range(2))
            for entry in entries():
                (other.local / f"{entry.uid}.ics").write_text(plain_body(entry))
            theirs.append(other.sync() - idle)
        with worlds.folder() as where, null.running() as url:
            ours.append(spent(lambda where=where, url=url: _first_sync(where, url)).cpu)
    one, other_one = min(ours) / WRITES, min(theirs) / WRITES
    return Row(
        measure="the same as a whole first sync: plan, journal, 1,000 creates, look",
        ours=f"{ms(one)} CPU each",
        against=f"vdirsyncer sync, less one with nothing to do: {ms(other_one)} each",
        goal="at most half as much",
        got=f"{times(one, other_one)} as much",
        missed=beyond((one / other_one, 0.5, "×")),
    )


def _first_sync(where: Path, url: str) -> None:
    roster = worlds.roster(worlds.settings(url), WRITES)
    report = worlds.service(roster, worlds.store_in(where)).sync()
    assert not report.errors, report.errors
    assert len(report.outcomes) == WRITES, len(report.outcomes)


__all__ = ["interleaved", "rows"]
