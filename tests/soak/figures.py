"""The daemon's process, as the one who drives it sees it, and what it and its database hold."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Child:
    """The daemon's process, and what is asked of it."""

    def __init__(self, folder: Path, begin: datetime, password: str) -> None:
        self.log = (folder / "log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.child", str(folder / "config.yaml"), str(begin)],
            env={**os.environ, "SYNCD_PASSWORD": password},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )

    def ask(self, **order: str) -> dict[str, Any]:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, f"the daemon ended:\n{Path(self.log.name).read_text()[-3000:]}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def end(self) -> int:
        """Have it end as by SIGTERM, and give its exit status."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        try:
            return self.process.wait(10)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.log.close()


@dataclass(frozen=True)
class Moment:
    """What there was of everything after a tick."""

    tick: int
    rss: int
    """KiB."""
    files: Counter[str]
    threads: int
    objects: int
    kinds: Counter[str]
    size: int
    """Bytes of the database, and of what SQLite keeps beside it."""
    facts: int
    records: int
    foreign: int
    settings: frozenset[str]

    def __str__(self) -> str:
        return (
            f"tick {self.tick}: {self.rss} KiB, {self.objects} objects, "
            f"{self.files.total()} files, {self.threads} threads, {self.size} bytes, "
            f"{self.facts} facts, {self.records} records, {self.foreign} foreign"
        )


def measured(tick: int, child: Child, database: Path, *, bare: bool = False) -> Moment:
    """What there is now; `bare` empties the bounded caches first, so that objects can be counted
    that nobody lets go."""
    told = child.ask(figures="bare" if bare else "whole")
    beside = [database.with_name(database.name + end) for end in ("-wal", "-shm", "-journal")]
    assert not [each for each in beside if each.exists()], "at rest the one file is whole"
    with closing(sqlite3.connect(f"{database.as_uri()}?immutable=1", uri=True)) as reader:
        facts, records, foreign = (
            reader.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("facts", "records", "foreign_resources")
        )
        settings = frozenset(name for (name,) in reader.execute("SELECT name FROM settings"))
    return Moment(
        tick=tick,
        rss=told["rss"],
        files=Counter(each.partition(":")[0] for each in told["files"]),
        threads=told["threads"],
        objects=sum(told["kinds"].values()),
        kinds=Counter(told["kinds"]),
        size=database.stat().st_size,
        facts=facts,
        records=records,
        foreign=foreign,
        settings=settings,
    )
