"""The verbs: what the command line and the daemon do with a deployment.

Each verb takes plain values, does one thing, and gives a value back; printing is the caller's.
Verbs that only concern the journal or a pause need no calendar: they are remembered, and the next
tick makes them true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syncd.calendars.base import Calendar, Progress
from syncd.engine.apply import Outcome, apply, intended
from syncd.engine.observe import observe
from syncd.engine.tick import Look, Report, look, seen_delta, tick
from syncd.errors import CalendarError, UsageError
from syncd.model.facts import CLOSING, Direction, Fact, Outcome as What, Source, effective
from syncd.model.people import Person
from syncd.model.records import CalendarState, Delta, Fate, Pause, Record, Scope, State, applied
from syncd.model.roster import Roster
from syncd.reconcile import plan as planning
from syncd.reconcile.actions import Act, Action
from syncd.reconcile.attempts import Position
from syncd.reconcile.guards import absence_digest, digest
from syncd.reconcile.marks import LETTERS, SIGNS, WORDS, Meaning
from syncd.reconcile.plan import Plan, World
from syncd.store.base import Store
