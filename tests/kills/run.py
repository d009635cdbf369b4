"""One household lives undisturbed; others live the same life and are killed in every tick of it. At
the end of each chapter nobody may be able to tell them apart."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random

from tests.ferry import READS, Moment
from tests.hosts import Host
from tests.kills.home import Home, View, home
from tests.kills.household import CHAPTERS
from tests.kills.nursery import End
from tests.kills.victim import Kill, Nursery
from tests.trials import MINUTES, TRIED, Tell, first_seed

IN_A_ROW = 6 if MINUTES else 3
"""How often at most one tick is killed."""
RANDOM = 12
"""The share of kills at random moments: as many as such effects."""


@dataclass(frozen=True)
class Told:
    """How the household that was left alone came through a chapter."""

    crossed: tuple[str, ...]
    end: End
    view: View

    def kills(self, plain: float) -> list[Kill]:
        """All there are: at each side effect, and at some moments of a tick, which takes `plain`
        seconds in a process that is started for it; always in the same order, and a random one."""
        found = [
            Kill(request=(number, moment))
            for number, what in enumerate(self.crossed, start=1)
            for moment in (Moment if what.split()[0] not in READS else [Moment.BEFORE])
        ]
        found += [Kill(touch=number) for number in range(1, self.end.touched + 1)]
        parts = [(n + 0.5) / RANDOM for n in range(RANDOM)]
        found += [Kill(after=self.end.seconds * part) for part in parts]
        found += [Kill(after=plain * part, plain=True) for part in parts[1::3]]
        writes = [n for n, what in enumerate(self.crossed, start=1) if what.split()[0] not in READS]
        found += [Kill(request=(n, Moment.AFTER), plain=True) for n in writes[-2:]]
        Random(len(found)).shuffle(found)
        return found


@dataclass(frozen=True)
class Book:
    """What was told, chapter by chapter."""

    chapters: tuple[Told, ...]
    kills: tuple[tuple[Kill, ...], ...]


def told(twin: Home) -> Book:
    """Live the whole life, undisturbed."""
    found: list[Told] = []
    for chapter in CHAPTERS:
        twin.begins(chapter)
        end = twin.sync()
        assert end is not None
        found.append(Told(tuple(twin.ferry.crossed), end, twin.view()))
    twin.settled()
    plain = twin.sync(Kill(plain=True))
    assert plain is not None
    extra = plain.seconds
    decks = tuple(tuple(each.kills(extra + each.end.seconds)) for each in found)
    return Book(tuple(found), decks)


def lived(home: Home, book: Book, number: int, tally: Counter[str]) -> None:
    """Live it, and be killed in each chapter at first as `number` says, and then perhaps again."""
    random = Random(number)
    for chapter, told, kills in zip(CHAPTERS, book.chapters, book.kills, strict=True):
        home.begins(chapter)
        row = [kills[number % len(kills)], *random.sample(kills, random.randrange(IN_A_ROW))]
        for nth, kill in enumerate(row):
            if home.sync(kill) is not None:
                tally["ended before they were killed"] += 1
                break
            tally[kill.kind] += 1
            tally["killed"] += 1
            tally["of them in a process of its own start"] += kill.plain
            tally["of them again in the same tick"] += nth > 0
        late = home.ferry.busy
        home.sync()
        if late:  # what arrives while somebody looks may have been seen, or not
            home.ferry.rest()
            home.sync()
            tally["with requests under way when the next one began"] += 1
        unlike = told.view.unlike(home.view())
        assert not unlike, f"SYNCD_SEED={number}, after {chapter.name}, {row}:\n{unlike}"
        home.settled()


def kill(name: str, fresh: Callable[[], Host], folder: Path, nursery: Nursery, tell: Tell) -> None:
    """Kill households at `fresh` hosts called `name`: one at every change, else for `MINUTES`, and
    say how often."""
    tally: Counter[str] = Counter()
    with home(fresh(), folder / "twin", nursery) as twin:
        book = told(twin)
    most = max(len(each) for each in book.kills)
    began, first = time.monotonic(), first_seed() if MINUTES else 0
    try:
        for number in count(first):
            if MINUTES:
                print(f"kills {name}: SYNCD_SEED={number}", flush=True)
            with home(fresh(), folder / str(number), nursery) as victim:
                lived(victim, book, number, tally)
            tally["lives"] += 1
            if time.monotonic() - began >= 60 * MINUTES:
                break
    finally:
        tally[f"of {most} lives in which every side effect of every tick is met"] = tally["lives"]
        tally["seconds"] = round(time.monotonic() - began)
        tell(TRIED, (f"the kills, {name}", dict(tally)))
