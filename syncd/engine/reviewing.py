"""The verb that looks back: review."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from syncd.engine.service import Service
from syncd.model.facts import effective
from syncd.model.keys import Kind
from syncd.model.records import State
from syncd.model.words import plural
from syncd.reconcile.occurrences import Occurrence, expand, is_timed_series
from syncd.reconcile.review import Review
from syncd.reconcile.review import review as of


class Span(StrEnum):
    """How far to look back: so much, up to and with today."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    @property
    def days(self) -> int:
        """Its length."""
        return {"week": 7, "month": 30, "year": 365}[self.value]


def review(service: Service, span: Span) -> Review:
    """Look back on the last week, month or year. Asks no calendar. Raises StateError."""
    state, plan = service.offline()
    now, zone = service.clock(), service.zone
    until = now.astimezone(zone).date() + timedelta(days=1)
    since = until - timedelta(days=span.days)
    due = {id: position.due for id, position in plan.positions.items() if not position.reason}
    return of(
        effective(list(state.facts)),
        _occurrences(state, since, now),
        due,
        service.roster,
        since,
        until,
        now,
        zone,
    )


def sentences(found: Review, span: str) -> list[str]:
    """What there is to say in words; of what was not done, nothing."""
    said = [
        f"{span}, {found.since} to {found.until - timedelta(days=1)}: "
        f"{plural(found.all.tried, 'attempt')}, {found.all.reached} reached, "
        f"{plural(found.people, 'person', 'people')}."
    ]
    if found.held:
        said.append(f"{found.kept} of {plural(found.held, 'hour')} used.")
    if found.weeks > 1:
        said.append(f"{found.weeks} weeks in a row with a contact.")
    return said


def _occurrences(state: State, since: date, now: datetime) -> Iterator[Occurrence]:
    """The occurrences of every series of ours, also of those that have ended, as remembered."""
    begin = datetime.combine(since, time(), UTC) - timedelta(days=1)
    for record in state.records:
        entry = record.seen
        if record.key.kind is Kind.BLOCK and entry is not None and is_timed_series(entry):
            yield from expand(record.key.subject, entry, begin, now, ahead=1)
