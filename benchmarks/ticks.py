"""A tick inside the daemon: with nothing to do, and with one mark to read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from http.client import HTTPConnection
from itertools import count
from pathlib import Path

from caldav.davclient import DAVClient

from benchmarks import null, worlds
from benchmarks.measure import Row, Spent, best, beyond, ms, progress, spent, times
from benchmarks.vdirsyncer import Vdirsyncer, is_there
from syncd.calendars.caldav import dav
from syncd.calendars.caldav.memo import Memo
from syncd.calendars.tally import REQUESTS
from syncd.engine.service import Service
from syncd.model.entries import Entry
from syncd.model.facts import Fact
from syncd.model.keys import Key, Kind
from syncd.model.records import CalendarState, Delta, Record
from syncd.reconcile import plan
from syncd.reconcile.plan import World
from syncd.reconcile.trace import Trace, fact_line, fact_of_entry

PEOPLE = 1000
SIZES = (1_000, 10_000)
ROUNDS = 20
BODY = "BEGIN:VCALENDAR\r\n" + "X-SOMETHING:as long as most bodies are\r\n" * 30


@dataclass(frozen=True, kw_only=True)
class Lived:
    """A deployment whose calendar holds so many entries, all of syncd's own making."""

    service: Service
    url: str
    known: int


def rows() -> Iterator[Row]:
    """On the null server: a real one takes longer over the REPORT, and would hide what is ours."""
    with ExitStack() as held:
        made = {}
        where = held.enter_context(worlds.folder())
        for size in SIZES:
            progress(f"a calendar with {size:,} entries, {PEOPLE:,} people")
            made[size] = _lived(where, held.enter_context(null.running(size)), size)
        yield from _quiet(made)
        if is_there():
            yield _vdirsyncer(where, made[SIZES[-1]])
        yield _mark(made[SIZES[-1]])


def acknowledged(fact: Fact) -> Entry:
    """The entry of a contact of long ago, as it stands in the calendar."""
    key = Key(kind=Kind.CONTACT, subject=fact.person, day=fact.at.date(), attempt=1)
    uid = key.encode("bench")
    read = replace(fact, id=f"{uid}#1", entry=uid, touch=key.day, attempt=1)
    title, end = f"✅ {fact.person}: call", fact.at + timedelta(minutes=15)
    line = fact_line(read)
    text = f"+49 30 901000000\nReached by call, good talk.\n{line}"
    trace = Trace(
        title=title, start=fact.at, end=end, channel="call", fact=fact_line(read, note=False)
    )
    return Entry(
        uid=uid, title=title, start=fact.at, end=end, text=text, private=True, trace=trace.encode()
    )


def _lived(where: Path, url: str, size: int) -> Lived:
    """What stands in the calendar is what is remembered: a year's worth of reading is spared."""
    of = worlds.settings(url)
    roster = worlds.roster(of, PEOPLE, a_day=3)
    (where / str(size)).mkdir()
    seconds = count()  # so that each tick has to say when it read the calendar
    service = worlds.service(
        roster,
        worlds.store_in(where / str(size)),
        lambda: worlds.NOW + timedelta(seconds=next(seconds)),
    )
    facts = [
        f for f, _ in zip(worlds.history(PEOPLE, -(-size // PEOPLE)), range(size), strict=False)
    ]
    records = []
    for n, fact in enumerate(facts):
        entry = acknowledged(fact)
        records.append(
            Record(
                calendar="home",
                uid=entry.uid,
                key=Key(kind=Kind.CONTACT, subject=fact.person, day=fact.at.date(), attempt=1),
                href=null.seeded(n),
                version=null.SEEDED,
                body=BODY,
                seen=entry,
                base=entry,
            )
        )
    memo = Memo(url=of.url, username="", calendar=of.calendar, collection=url + null.CALENDAR)
    state = CalendarState(
        cursor=f"sync:{null.FIRST}", place=of.place, memo=memo.encode(), listed=worlds.NOW
    )
    told = tuple(f for f in map(_told, records) if f is not None)
    service.store.commit(Delta(records=tuple(records), facts=told, calendars={"home": state}))
    for _ in range(4):
        report = service.sync()
        assert not report.errors and not report.held, (report.errors, report.held)
        if not report.outcomes:
            break
    else:
        raise AssertionError([each.action for each in report.outcomes][:3])
    known = len([r for r in service.store.load().records if r.seen is not None])
    assert known >= size, known
    return Lived(service=service, url=url, known=known)


def _told(record: Record) -> Fact | None:
    assert record.seen is not None
    return fact_of_entry(record.seen, record.key)


def _connected(url: str) -> HTTPConnection:
    return HTTPConnection("127.0.0.1", int(url.rpartition(":")[2]))


def _put(connection: HTTPConnection, path: str, body: str) -> None:
    connection.request("PUT", path, body.encode())
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 201, answer.status


def _quiet(made: dict[int, Lived]) -> Iterator[Row]:
    found: dict[int, Spent] = {}
    bare: dict[int, Spent] = {}
    asked: dict[int, int] = {}
    clients = {size: _Bare(lived) for size, lived in made.items()}
    progress("ticks with nothing to do, and bare REPORTs")
    rounds: dict[int, tuple[list[Spent], list[Spent]]] = {size: ([], []) for size in made}
    for _ in range(ROUNDS):
        for size, lived in made.items():
            before = REQUESTS.counts()["home"]
            rounds[size][0].append(spent(lambda lived=lived: _nothing(lived.service)))
            asked[size] = int(REQUESTS.counts()["home"] - before)
            rounds[size][1].append(spent(clients[size].report))
    for size, (ours, theirs) in rounds.items():
        found[size], bare[size] = best(ours), best(theirs)
    small, large = SIZES
    for size in SIZES:
        one, other = found[size], bare[size]
        yield Row(
            measure=f"tick with nothing to do, {made[size].known:,} entries, {PEOPLE:,} people",
            ours=f"{asked[size]} request, {ms(one.wall)}, {ms(one.cpu)} CPU",
            against=f"the bare sync-collection REPORT by caldav: {ms(other.wall)}, "
            f"{ms(other.cpu)} CPU",
            goal="one request, within 1.2× of its wall, at most 10 ms of CPU beyond it",
            got=f"{times(one.wall, other.wall)}, {ms(one.cpu - other.cpu)} of its own",
            missed=beyond(
                (asked[size], 1, " in requests"),
                (one.wall / other.wall, 1.2, "× in wall"),
                ((one.cpu - other.cpu) * 1000, 10, " ms in CPU"),
            ),
        )
    own = {size: found[size].cpu for size in SIZES}
    yield Row(
        measure="CPU of that tick, from 1,000 to 10,000 entries",
        ours=ms(own[large]),
        against=f"itself at 1,000: {ms(own[small])}",
        goal="flat: within 1.15×",
        got=times(own[large], own[small]),
        missed=beyond((own[large] / own[small], 1.15, "×")),
    )


def _nothing(service: Service) -> None:
    report = service.sync()
    assert not report.outcomes and not report.errors


class _Bare:
    """The one request that cannot be done without, by the library that syncd uses."""

    def __init__(self, lived: Lived) -> None:
        self._url = lived.url + null.CALENDAR
        self._client = DAVClient(url=lived.url)
        state = lived.service.store.load().calendars["home"]
        self._body = dav.sync_collection(state.cursor.partition(":")[2])

    def report(self) -> None:
        answer = self._client.request(self._url, "REPORT", self._body, {"Depth": "0"})
        assert answer.status == 207


def _vdirsyncer(where: Path, lived: Lived) -> Row:
    size = SIZES[-1]
    progress(f"vdirsyncer sync with nothing to do, {size:,} entries")
    (where / "vdirsyncer").mkdir()
    other = Vdirsyncer(where / "vdirsyncer", lived.url + null.CALENDAR)
    other.sync()  # takes everything over
    ours, theirs = [], []
    for _ in range(3):
        theirs.append(other.sync())
        ours.append(spent(lambda: _nothing(lived.service)).cpu)
    return Row(
        measure=f"CPU of that tick at {size:,} entries",
        ours=ms(min(ours)),
        against=f"vdirsyncer sync with nothing to do, its process: {ms(min(theirs))}",
        goal="at least 30× less",
        got=f"{times(min(theirs), min(ours))} less",
        missed=beyond((30, min(theirs) / min(ours), "×")),
    )


def _mark(lived: Lived) -> Row:
    progress("one mark among them")
    connection, service = _connected(lived.url), lived.service
    seen, planned, quiet, requests = [], [], [], []
    records = [
        r
        for r in service.store.load().records
        if r.seen is not None and "✅" not in r.seen.title and r.key.kind is Kind.CONTACT
    ]
    for record in records[:2]:
        _put(connection, record.href, record.body.replace("SUMMARY:", "SUMMARY:x ", 1))
        quiet_before = REQUESTS.counts()["home"]
        found: list[object] = []
        took = spent(lambda found=found: found.append(service.sync()))
        requests.append(int(REQUESTS.counts()["home"] - quiet_before))
        seen.append(took)
        state = service.store.load()
        world = World(
            roster=service.roster, state=state, now=worlds.NOW, absent={"home": frozenset()}
        )
        planned.append(spent(lambda world=world: plan.make(world)))
        quiet.append(spent(lambda: _nothing(service)))
    one, other = best(seen), best(planned)
    return Row(
        measure=f"one mark among {SIZES[-1]:,} entries",
        ours=f"{min(requests)} requests, {ms(one.cpu)} CPU",
        against=f"the tick with nothing to do: 1 request, {ms(best(quiet).cpu)}; "
        f"one plan: {ms(other.cpu)}",
        goal="at most 3 requests more; CPU at most that of planning",
        got=f"{min(requests) - 1} more; {times(one.cpu, other.cpu)}",
        missed=beyond((min(requests) - 1, 3, " in requests"), (one.cpu / other.cpu, 1, "× in CPU")),
    )
