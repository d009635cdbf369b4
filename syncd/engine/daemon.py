"""The daemon: a tick now and then, until somebody says stop.

    signals, files, "soon"  →  inbox  →  main thread  →  APScheduler  →  one worker: the tick
                                 ↑___________________________________________ done ____|

Only the main thread decides and only the worker ticks, so there is one tick at a time; a wish that
comes during a tick is granted after it. Signal handlers do nothing but put a word into the inbox.
Whatever a tick meets, the next one comes: what is on disk is enough to go on from.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from time import monotonic
from typing import Any

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from syncd import logs
from syncd.engine import metrics
from syncd.engine.freshening import AGE, WAIT
from syncd.engine.metrics import Metrics
from syncd.engine.notifying import Notifier
from syncd.engine.patience import patient, patient_diaries
from syncd.engine.reload import Watch
from syncd.engine.service import Service
from syncd.engine.signals import Inbox
from syncd.engine.telling import Summary, Teller, summary
from syncd.engine.tick import Report
from syncd.engine.window import Window
from syncd.errors import ConfigError, Problem, StateError, SyncdError

WATCH = 2.0
"""Seconds between two looks at the YAML files."""
GRACE = 1.5
"""Seconds that a tick under way is given to end once somebody said stop."""
BUDGET = 300.0
"""Seconds after which a tick begins no further round of writes. What is left is written by the
next, which comes at once, and sees first what the user did meanwhile."""
AGAIN = timedelta(minutes=1)
"""How soon a tick is tried again when the state could not be used, if polls are further apart."""
LAG = timedelta(seconds=30)
"""How far past its time a tick may be before the scheduler is taken to have slept through it."""

Load = Callable[[], Service]
"""Reads the config and gives the verbs over it. Raises ConfigError."""


class Word(Enum):
    """What the main thread can be told."""

    STOP = "stop"
    SOON = "soon"
    RELOAD = "reload"
    DONE = "done"
    """A tick came to its end."""


SIGNALS = {"SIGTERM": Word.STOP, "SIGINT": Word.STOP, "SIGHUP": Word.RELOAD}


class Daemon:
    """Ticks over what `load` gives. `after` is told of every tick that came about; `stopping` is
    set once somebody said stop, for whoever waits in the midst of a tick."""

    def __init__(
        self,
        load: Load,
        *,
        watch: float = WATCH,
        grace: float = GRACE,
        budget: float = BUDGET,
        after: Callable[[Summary], None] = lambda summary: None,
        stopping: threading.Event | None = None,
    ) -> None:
        self._load = load
        self._watch_every = watch
        self._grace = grace
        self._budget = budget
        self._after = after
        self._log: Any = structlog.get_logger()
        self._inbox: Inbox[Word] = Inbox()
        self._stopping = stopping or threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._wished = False
        self._unusable = False
        self._begun = False
        self._watch = Watch()
        self._teller = Teller(self._log)
        self._notifier = Notifier(self._log)
        self._metrics = Metrics()
        self._window = Window(self._metrics.text, metrics.TYPE, self._log)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max_workers=1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(self._done, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)

    # -- from any thread

    def stop(self) -> None:
        """End `run` within two seconds, whatever a calendar does meanwhile."""
        self._inbox.put(Word.STOP)

    def soon(self) -> None:
        """Tick as soon as can be."""
        self._inbox.put(Word.SOON)

    def reload(self) -> None:
        """Read the config again."""
        self._inbox.put(Word.RELOAD)

    @property
    def busy(self) -> bool:
        """Whether a tick was left behind that waits for a calendar. Python would wait for it too:
        the process must end by `os._exit`. What it was about to write is recorded as an intent."""
        return not self._idle.is_set()

    # -- the main thread

    def run(self) -> int:
        """Tick until told to stop, by `stop`, SIGTERM or SIGINT, and give the exit status. Takes
        the signals over where it runs in the main thread. Raises ConfigError where the config that
        is there at the start is broken."""
        with self._inbox.hearing(SIGNALS):
            self._service = self._taken(self._load())
            self._log.info("started", pid=os.getpid(), **self._about())
            self._window.open(self._service.roster.metrics)
            self._scheduler.add_job(
                self._tick, self._pace(), id="tick", next_run_time=datetime.now(UTC)
            )
            self._scheduler.start()
            try:
                self._serve()
            finally:
                self._end()
        return 0

    def _serve(self) -> None:
        look = monotonic() + self._watch_every
        while True:
            match self._inbox.get(look - monotonic()):
                case Word.STOP:
                    return
                case Word.SOON:
                    self._tick_in(timedelta())
                case Word.RELOAD:
                    self._reload()
                case Word.DONE if self._wished:
                    self._tick_in(timedelta())
                case Word.DONE if self._unusable and self._service.roster.poll > AGAIN:
                    self._tick_in(AGAIN)
            if monotonic() >= look:
                if self._watch.changed():
                    self._reload()
                self._mind_the_clock()
                look = monotonic() + self._watch_every

    def _end(self) -> None:
        self._stopping.set()
        self._window.close()
        self._scheduler.shutdown(wait=False)
        if self._idle.wait(self._grace):
            self._log.info("stopped")
        else:
            self._log.warning("stopped in the middle of a tick; the next start goes on from there")

    def _reload(self) -> None:
        """Take the config as it is now, or keep the last good one."""
        before = self._service.roster
        self._watch.look()
        try:
            service = self._load()
        except ConfigError as error:
            self._watch.taken({*before.files, *_files_of(error)})
            self._log.error(
                "config not taken: it has problems; the last good one stays in force",
                problems=[_said(each, before.files) for each in error.problems if not each.warning],
            )
            return
        except Exception:
            self._watch.taken(before.files)
            self._log.exception("config not taken; the last good one stays in force")
            return
        if service.roster == before:
            self._watch.taken(before.files)
            self._log.info("config read again: nothing changed")
            return
        self._service = self._taken(service)
        self._log.info("config taken", **self._about())
        self._window.open(service.roster.metrics)
        if service.roster.poll != before.poll:
            self._scheduler.reschedule_job("tick", trigger=self._pace())
        self._tick_in(timedelta())

    def _taken(self, service: Service) -> Service:
        self._watch.taken(service.roster.files)
        roster = service.roster
        self._metrics.watch((*roster.calendars, *(each.name for each in roster.diaries)))
        poll, clock = service.roster.poll, service.clock
        return replace(
            service,
            calendars=patient(self._metrics.timed(service.calendars), poll, clock),
            diaries=patient_diaries(service.diaries, poll, clock),
        )

    def _pace(self) -> IntervalTrigger:
        # Jitter comes on top: many that were started by one timer must not stay in step.
        seconds = self._service.roster.poll.total_seconds()
        return IntervalTrigger(seconds=seconds, jitter=seconds / 10, timezone=UTC)

    def _tick_in(self, wait: timedelta) -> None:
        self._wished = not self._idle.is_set()
        if not self._wished:
            self._scheduler.modify_job("tick", next_run_time=datetime.now(UTC) + wait)

    def _mind_the_clock(self) -> None:
        """A clock that was set back, or a machine that slept, must not put the next tick off."""
        job = self._scheduler.get_job("tick")
        if job is None or not self._idle.is_set():
            return
        now, poll = datetime.now(UTC), self._service.roster.poll
        if not now - LAG <= job.next_run_time <= now + poll + poll / 10 + LAG:
            self._tick_in(timedelta())

    def _about(self) -> dict[str, object]:
        roster = self._service.roster
        return {
            "deployment": roster.deployment,
            "poll": f"{roster.poll.total_seconds():g}s",
            "people": len(roster.people),
            "blocks": len(roster.blocks),
            "calendars": len(roster.calendars),
        }

    # -- the worker

    def _tick(self) -> None:
        if self._stopping.is_set():
            return
        self._idle.clear()
        self._unusable = False
        service, began = self._service, monotonic()
        try:
            fresh = service.freshen(AGE if self._begun else timedelta(), WAIT)
            self._begun = True
            if fresh.changed:  # the tick is for those who are in them now
                self._inbox.put(Word.RELOAD)
                self._inbox.put(Word.SOON)
                return
            if fresh.unread:
                self._teller.trouble(*fresh.errors)
                self._metrics.failed(broken=False, seconds=monotonic() - began)
                self._notify(service)
                return
            report = service.sync(
                stopping=self._stopping.is_set,
                enough=lambda: monotonic() - began > self._budget,
            )
            told = summary(report)
            told = replace(told, errors=(*fresh.errors, *told.errors))
            seconds = monotonic() - began
            self._metrics.ticked(report, seconds)
            self._teller.tell(told, seconds)
            self._notify(service, report)
            if seconds > self._budget and report.unfinished:
                self._log.info("a tick took long; the next one goes on with its writes")
                self._inbox.put(Word.SOON)
            self._after(told)
        except SyncdError as error:
            self._unusable = isinstance(error, StateError)
            self._teller.trouble(str(error))
            self._metrics.failed(broken=False, seconds=monotonic() - began)
            self._notify(service, unusable=str(error) if self._unusable else "")
        except Exception as error:
            self._log.exception("a tick failed; the next one goes on")
            with contextlib.suppress(StateError):
                self._service.broke(error)
            self._metrics.failed(broken=True, seconds=monotonic() - began)
            self._notify(service)

    def _notify(
        self, service: Service, report: Report | None = None, *, unusable: str = ""
    ) -> None:
        if self._stopping.is_set():
            return
        try:
            self._notifier.after(service, report, unusable)
        except Exception:  # whoever cannot be told must not keep the next tick from coming
            self._log.exception("notifying failed; the next tick tries again")

    def _done(self, event: JobExecutionEvent) -> None:
        # Not the end of `_tick`: a little later, when the scheduler would start another.
        del event
        self._idle.set()
        self._inbox.put(Word.DONE)


def _said(problem: Problem, files: Sequence[Path]) -> str:
    """A problem for the log: what it quotes of people, whose files come after the config, stays
    out."""
    said = str(problem)
    return said if Path(problem.file).absolute() in files[:1] else logs.bare(said)


def _files_of(error: ConfigError) -> set[Path]:
    """Where the problems stand: a file of theirs that was never read well is to be watched too."""
    return {Path(problem.file) for problem in error.problems if problem.file}


def run(
    load: Load,
    stopping: threading.Event | None = None,
    ending: Callable[[], None] = lambda: None,
) -> int:
    """Run the daemon, as `Daemon` does, and give the exit status; does not come back where a tick
    had to be left behind. `ending` is called last, in either case. Logs to stderr unless the log is
    set up otherwise. Raises ConfigError."""
    if not structlog.is_configured():
        logs.configure()
    daemon = Daemon(load, stopping=stopping)
    try:
        status = daemon.run()
    finally:
        ending()
    if daemon.busy:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status
