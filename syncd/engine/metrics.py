"""What a daemon's ticks came to, in numbers, and those as Prometheus's text
(https://prometheus.io/docs/instrumenting/exposition_formats/). Labels are outcomes and the names of
calendars in config, and so few; nothing of anybody is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from time import monotonic

from syncd import __version__
from syncd.calendars.base import Calendar
from syncd.calendars.tally import REQUESTS
from syncd.engine.service import Calendars
from syncd.engine.tick import Report
from syncd.engine.timing import TimedCalendar
from syncd.model.facts import Facts, effective
from syncd.model.records import CalendarState, State

TYPE = "text/plain; version=0.0.4; charset=utf-8"
WELL, HELD, FAILED, BROKEN = "well", "held", "failed", "broken"
"""What can come of a tick: as it should be; writes are held; a calendar failed, or the state; a
fault of ours."""

Sample = tuple[Mapping[str, str], float]


class Metrics:
    """The numbers of one process. May be shared by threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ticks: Counter[str] = Counter(dict.fromkeys((WELL, HELD, FAILED, BROKEN), 0))
        self._seconds = 0.0
        self._spent: Counter[str] = Counter()
        self._states: Mapping[str, CalendarState] = {}
        self._facts = Facts()
        self._counted: tuple[Facts | None, Mapping[str, int]] = (None, {})
        """Of which facts the counts are, as nobody may ever ask for them."""
        self._held = False
        self._names: frozenset[str] = frozenset()

    def watch(self, names: Iterable[str]) -> None:
        """From now on it is these calendars that are shown."""
        with self._lock:
            self._names = frozenset(names)

    def ticked(self, report: Report, seconds: float) -> None:
        """A tick took so many `seconds` and came to `report`."""
        last = report.looks[-1]
        came = FAILED if report.errors else HELD if report.held else WELL
        with self._lock:
            self._ticks[came] += 1
            self._seconds += seconds
            self._held = bool(report.held)
            self._states = {each.name: each.state for each in last.observed}
            self._facts = last.state.facts

    def failed(self, *, broken: bool, seconds: float) -> None:
        """A tick took so many `seconds` and came to no report: `broken`, by a fault of ours."""
        with self._lock:
            self._ticks[BROKEN if broken else FAILED] += 1
            self._seconds += seconds

    def spent(self, name: str, seconds: float) -> None:
        """So many `seconds` were spent on the calendar `name`."""
        with self._lock:
            self._spent[name] += seconds  # type: ignore[assignment]

    def timed(self, calendars: Calendars) -> Calendars:
        """`calendars`, with the time that they take counted here."""
        known: dict[str, TimedCalendar] = {}

        def opened(state: State) -> Mapping[str, Calendar]:
            for name, inner in calendars(state).items():
                if name not in known or known[name].inner is not inner:
                    known[name] = TimedCalendar(inner, self.spent, monotonic)
            return known

        return opened

    def text(self) -> str:
        """All of it, as of now."""
        with self._lock:
            return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        states = self._states.items()
        yield from _metric("info", "gauge", "Which syncd this is.", [({"version": __version__}, 1)])
        ticks = _by("result", self._ticks)
        yield from _metric("ticks_total", "counter", "Ticks, by what came of them.", ticks)
        seconds: list[Sample] = [({}, self._seconds)]
        yield from _metric("tick_seconds_total", "counter", "Seconds that ticks took.", seconds)
        yield from _metric(
            "calendar_seconds_total",
            "counter",
            "Seconds spent on reading and writing a calendar.",
            self._of_calendars(self._spent),
        )
        yield from _metric(
            "calendar_requests_total",
            "counter",
            "Requests sent for a calendar.",
            self._of_calendars(REQUESTS.counts()),
        )
        yield from _metric(
            "calendar_last_success_timestamp_seconds",
            "gauge",
            "When a calendar was last read without an error.",
            [
                ({"calendar": name}, each.succeeded.timestamp())
                for name, each in states
                if each.succeeded is not None
            ],
        )
        yield from _metric(
            "calendar_failing",
            "gauge",
            "Whether the last look at a calendar failed.",
            [({"calendar": name}, bool(each.error)) for name, each in states],
        )
        yield from _metric("held", "gauge", "Whether writes are held.", [({}, self._held)])
        if self._counted[0] is not self._facts:
            held = Counter(fact.outcome.value for fact in effective(list(self._facts)))
            self._counted = self._facts, held
        facts = _by("outcome", self._counted[1])
        yield from _metric("facts", "gauge", "Facts in the journal that hold.", facts)

    def _of_calendars(self, counts: Mapping[str, float]) -> list[Sample]:
        return _by("calendar", {n: each for n, each in counts.items() if n in self._names})


def _by(label: str, counts: Mapping[str, float]) -> list[Sample]:
    return [({label: name}, counts[name]) for name in sorted(counts)]


def _metric(name: str, kind: str, told: str, samples: Iterable[Sample]) -> Iterator[str]:
    yield f"# HELP syncd_{name} {told}"
    yield f"# TYPE syncd_{name} {kind}"
    for labels, value in samples:
        said = ",".join(f'{label}="{_escaped(of)}"' for label, of in labels.items())
        yield f"syncd_{name}{f'{{{said}}}' if said else ''} {float(value)!r}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
