"""`syncd run` as a process whose clock and whose ticks another one gives: `python -m
tests.soak.child CONFIG`.

All else is as the command line has it: the config is read, the database is on disk, the calendar is
reached through the patience that the daemon has with it. Each line of stdin is one order and is
answered by one line of stdout; the log goes to stderr.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from queue import Queue
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.events import JobExecutionEvent

import syncd.engine.daemon
from syncd.calendars.caldav import transport
from syncd.cli import doing
from syncd.cli.setting import Setting
from syncd.engine import pausing, upkeep
from syncd.engine.telling import Summary
from syncd.model.records import Scope

CACHE = type(lru_cache(int))
PATIENCE = 120.0
"""Seconds after which a tick that has not ended is taken to hang."""

clock = [datetime(2000, 1, 1, tzinfo=UTC)]
"""What time it is."""
ended: Queue[None] = Queue()
told: list[Summary] = []


class Clocked(Setting):
    """The options before the verb, at the time that is given."""

    def clock(self, zone: ZoneInfo) -> Callable[[], datetime]:
        return lambda: clock[0]


class Driven(syncd.engine.daemon.Daemon):
    """The daemon, which says when a tick has come to its end and whose wishes come from outside."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more, after=told.append)
        threading.Thread(target=self._hear, daemon=True).start()

    def _done(self, event: JobExecutionEvent) -> None:
        super()._done(event)
        ended.put(None)

    def _hear(self) -> None:
        try:
            ended.get(timeout=PATIENCE)  # the tick with which it starts
            for line in sys.stdin:
                print(json.dumps(self._answer(json.loads(line))), flush=True)
        except Exception:
            logging.exception("an order failed")
            os._exit(1)  # whoever waits for the answer is not to wait for ever
        os.kill(os.getpid(), signal.SIGTERM)

    def _answer(self, order: dict[str, str]) -> dict[str, Any]:
        match order:
            case {"tick": at}:
                clock[0] = datetime.fromisoformat(at)
                told.clear()
                self.soon()
                ended.get(timeout=PATIENCE)
                if not told:
                    return {"failed": True}
                return {"errors": told[0].errors, "held": told[0].held}
            case {"verb": "approve"}:
                return {"said": upkeep.approve(setting.service())}
            case {"verb": "restore"}:
                return {"said": upkeep.restore(setting.service())}
            case {"verb": "resume"}:
                return {"said": pausing.resume(setting.service(), Scope.BLOCK, "weekly")}
            case _:
                return figures(bare=order["figures"] == "bare")


def figures(*, bare: bool) -> dict[str, Any]:
    """What the process has of the machine, as the kernel counts it, and how many Python objects, by
    kind; `bare` lets the caches go first that are bounded, since what they hold is no leak."""
    status = Path("/proc/self/status").read_text().splitlines()
    (rss,) = (int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
    files = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
    kept = [os.readlink(each) for each in files if os.path.lexists(each)]  # not the listing's own
    if bare:
        caches = [each for each in gc.get_objects() if isinstance(each, CACHE)]
        for cache in caches:
            if cache.cache_parameters()["maxsize"] is not None:
                cache.cache_clear()
    gc.collect()
    kinds: dict[str, int] = {}
    for each in gc.get_objects():
        name = f"{type(each).__module__}.{type(each).__qualname__}"
        kinds[name] = kinds.get(name, 0) + 1
    return {"rss": rss, "files": kept, "threads": threading.active_count(), "kinds": kinds}


setting = Clocked(config=Path(sys.argv[1]) if len(sys.argv) > 1 else None)

if __name__ == "__main__":
    clock[0] = datetime.fromisoformat(sys.argv[2])
    transport.TIMEOUT = (3.0, 3.0)  # whoever does not answer is waited for in real time
    syncd.engine.daemon.Daemon = Driven  # type: ignore[misc]
    sys.exit(doing.run(setting))
