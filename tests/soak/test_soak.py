"""A year of ticks by one process, on a real Radicale that is stopped, slowed, wiped and put back.

`make soak` gives it the 10,000 ticks of a year; otherwise it is six weeks in 100. The process is
the daemon as `syncd run` starts it (`child.py`), with its clock in our hand; a simulated user
marks, drags and deletes at the server meanwhile. What went on is drawn from a seed, which is
printed; SYNCD_SEED gives another.

What has to hold in the end: every mark is in the journal, once; the process has as many objects,
files and threads as at the beginning, and hardly more memory; the database has grown with the
journal and with nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from syncd.model.facts import Fact, Outcome, Source, effective
from syncd.store.sql import SqlStore
from tests.soak.figures import Moment
from tests.soak.user import DEPLOYMENT
from tests.soak.world import SEED, STEP, TICKS, TROUBLES, Soak, soaking

OBJECTS = 0.02
"""The share by which Python's objects may become more, caches and the state aside: an object that
every fifth of 10,000 ticks left behind would be more."""
EACH = 4
"""Objects for each fact and record more, since the state is kept from one tick to the next: itself,
its key, the entry as it was seen and as it was written."""
PENDING = 10
"""Records that one tick may commit."""
KIB = 24 * 1024
"""By how much the process may grow. A tick holds the whole state for a moment, some KiB for each
fact, and the bounded caches of what is read at every look fill; both are small beside this, and
3 KiB left behind by each of 10,000 ticks are not."""
BYTES = 12 * 1024
"""What a fact may take in the database: its row, and the entry that it was read on as it was seen,
as it was written and as the server had it."""
OPEN = 256 * 1024
"""Bytes for entries that have no fact: those ahead, also as they were before a wipe."""


def test_a_year_of_ticks_loses_no_mark_and_grows_with_the_journal_alone(tmp_path: Path) -> None:
    (tmp_path / "radicale").mkdir()
    print(f"seed {SEED}, {TICKS} ticks of {STEP}")
    with soaking(tmp_path) as soak:
        soak.run()
        facts = SqlStore(tmp_path / "syncd.sqlite", deployment=DEPLOYMENT).load().facts
        log = (tmp_path / "log").read_text()
    print(f"the server and syncd went through {dict(soak.seen)}")
    print(f"the user {soak.user.ledger.counts}")
    assert all(soak.seen[kind] for kind in TROUBLES)
    assert "Traceback" not in log, log[log.index("Traceback") :][:4000]
    check_marks(soak, facts)
    check_growth(soak.moments)
    check_size(soak.moments)
    assert soak.moments[-1].foreign == len(soak.user.ledger.foreign)


def check_marks(soak: Soak, facts: Iterable[Fact]) -> None:
    """Every mark is in the journal, once, and nothing else is that the user is to have done.

    What a wipe or a copy took along looks like the user's deletion once that was approved. What a
    copy put back is unmarked, or marked, a second time: there, each mark must have been read at
    least once.
    """
    said = soak.user.ledger.said
    read: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.entry and not fact.void and fact.source is not Source.SYNCD:
            read.setdefault(fact.entry, []).append(fact)
    wrong = {}
    for uid in said.keys() | read.keys():
        wanted, got = said.get(uid, []), read.get(uid, [])
        if uid in soak.put_back:
            right = not Counter(wanted) - Counter(fact.outcome for fact in got)
        else:
            approved = uid in soak.wiped and len(got) == len(wanted) + 1
            if approved and got[-1].source is Source.DELETION:
                got = got[:-1]
            right = [fact.outcome for fact in got] == wanted
        if not right:
            wrong[uid] = (wanted, got, uid in soak.put_back, uid in soak.wiped)
    held = (fact for fact in effective(list(facts)) if fact.outcome is not Outcome.SNOOZED)
    often = Counter(fact.entry for fact in held if fact.entry)
    twice = [uid for uid, number in often.items() if number > 1]
    print(f"{sum(map(len, said.values()))} marks made; {len(facts)} facts; wrong: {len(wrong)}")
    assert not wrong, wrong
    assert not twice, twice


def check_growth(moments: Sequence[Moment]) -> None:
    """The process has at the end what it had when it had settled."""
    early, late = moments[0], moments[-1]
    print(f"objects {early.objects} to {late.objects}, most of {_more(early, late)}")
    print(f"{early.rss} to {late.rss} KiB; files {late.files.total()}, threads {late.threads}")
    assert late.files == early.files
    assert late.threads == early.threads
    state = late.facts - early.facts + late.records - early.records
    assert late.objects < early.objects * (1 + OBJECTS) + EACH * state, _more(early, late)
    more = late.kinds - early.kinds
    # Held once, but for what the last tick committed, which the next one takes in.
    assert more["syncd.model.records.Record"] <= late.records - early.records + PENDING
    assert more["syncd.model.facts.Fact"] <= late.facts - early.facts
    assert late.rss < early.rss + KIB
    assert late.settings <= early.settings


def check_size(moments: Sequence[Moment]) -> None:
    """The database grows by so much for each fact, in the second half as in the first."""
    early, middle, late = moments[0], moments[len(moments) // 2], moments[-1]
    for one, other in ((early, middle), (middle, late)):
        facts, size = other.facts - one.facts, other.size - one.size
        print(f"{size} bytes for {facts} facts, {size / max(1, facts):.0f} each")
        assert size <= BYTES * facts + OPEN


def _more(early: Moment, late: Moment) -> list[tuple[str, int]]:
    return (late.kinds - early.kinds).most_common(8)
