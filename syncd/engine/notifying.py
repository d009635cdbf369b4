"""Telling somebody who does not look by themselves: what is wrong once it has lasted, then daily,
then that it is over; and the review of a week.

What was told is kept in the database, so that a start anew repeats nothing. What could not be sent
was not told, and is tried at the next tick.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from syncd.engine.freshening import state_name
from syncd.engine.health import health as of
from syncd.engine.reviewing import Span, review, sentences
from syncd.engine.service import Service
from syncd.engine.tick import Report
from syncd.errors import ConfigError, SignedOut, StateError, Undelivered
from syncd.model.letters import Letter
from syncd.model.records import CalendarState, Delta, State

TOLD, REVIEWED = "told", "told-week"
"""The settings that remember which troubles were told, and up to which Monday weeks were."""
AT_ONCE, HOUR, DAY = timedelta(), timedelta(hours=1), timedelta(days=1)
AHEAD = timedelta(days=2)
"""How long before its end a sign-in is told of."""
MORNING = time(8)
"""When on a Monday the week before is reviewed."""
FAILING = "failing"
STATE = f"{FAILING} state"
SAFE = "Your marks are safe in the calendar."


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Something that goes on and needs the user."""

    name: str
    """By which it is the same one at the next tick."""
    title: str
    said: str
    """In sentences with what to do."""
    since: datetime | None = None
    """None where only whoever saw it first knows."""
    after: timedelta = AT_ONCE
    """How long it must have lasted."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is remembered of a trouble."""

    title: str
    since: datetime
    told: datetime | None = None
    """When it was last told of; None where it has not lasted long enough."""


class Notifier:
    """Tells of the troubles of a deployment, after each of its ticks."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self._told: dict[str, Told] = {}
        """As in the database, for while that cannot be used."""
        self._kept = True
        """Whether the database has it."""
        self._undelivered: tuple[str, ...] = ()

    def after(self, service: Service, report: Report | None = None, unusable: str = "") -> None:
        """To be called after every tick: with its report where it came to one, or with why the
        state was `unusable`."""
        if service.roster.notify is None or service.post is None:
            return
        try:
            if not unusable:
                self._after(service, service.roster.notify.on, report)
                return
        except StateError as error:
            unusable = str(error)
        self._kept = False
        if FAILING in service.roster.notify.on:
            said = _sentences(unusable, SAFE)
            lost = Trouble(name=STATE, title="the state cannot be used", said=said, after=HOUR)
            self._tell(service, [lost], self._told, service.clock(), over=False)

    def _after(self, service: Service, wanted: frozenset[str], report: Report | None) -> None:
        state, now = service.store.load(), service.clock()
        known = _read(state.settings.get(TOLD, "")) if self._kept else self._told
        known = {name: each for name, each in known.items() if _kind(name) in wanted}
        troubles = [t for t in _troubles(service, state, report, now) if _kind(t.name) in wanted]
        self._tell(service, troubles, known, now)
        settings = {TOLD: _written(self._told), **self._review(service, state, now)}
        changed = {n: v for n, v in settings.items() if state.settings.get(n) != v}
        self._kept = False
        service.store.commit(Delta(settings=changed))
        self._kept = True

    def _tell(
        self,
        service: Service,
        troubles: list[Trouble],
        known: dict[str, Told],
        now: datetime,
        *,
        over: bool = True,
    ) -> None:
        """Send what is due, and remember what was sent."""
        here = {each.name: each for each in troubles}
        met = {
            name: known.get(name) or Told(title=each.title, since=each.since or now)
            for name, each in here.items()
        }
        due = [each for name, each in here.items() if _is_due(each, met[name], now)]
        if due and self._sent(service, _letter(due, met, service)):
            met |= {each.name: replace(met[each.name], told=now) for each in due}
        gone = {name: each for name, each in known.items() if name not in here}
        ended = [each for each in gone.values() if each.told is not None]
        left = bool(here)
        if not over or (ended and not self._sent(service, _farewell(ended, service, left=left))):
            met |= gone
        self._told = met

    def _review(self, service: Service, state: State, now: datetime) -> dict[str, str | None]:
        """Send the review of the week that is over, once, and give what is to be remembered."""
        assert service.roster.notify is not None
        if "weekly-review" not in service.roster.notify.on:
            return {REVIEWED: None} if REVIEWED in state.settings else {}
        local = now.astimezone(service.zone)
        monday = local.date() - timedelta(days=local.weekday())
        if local < datetime.combine(monday, MORNING, service.zone):
            monday -= timedelta(days=7)
        last = state.settings.get(REVIEWED)
        if last is not None and last < monday.isoformat():
            ended = datetime.combine(monday, time(), service.zone) - timedelta(minutes=1)
            found = review(replace(service, clock=lambda: ended), Span.WEEK)
            body = " ".join((*sentences(found, "Last week"), "More: syncd review"))
            if not self._sent(service, Letter(title="syncd: last week", body=body, bad=False)):
                return {}
        return {REVIEWED: monday.isoformat()}

    def _sent(self, service: Service, letter: Letter) -> bool:
        """Whether somebody got it. What went wrong is logged when it begins."""
        assert service.post is not None
        try:
            wrong = service.post(letter)
            sent = True
        except (Undelivered, ConfigError) as error:
            wrong, sent = (str(error),), False
        for each in wrong:
            if each not in self._undelivered:
                self._log.warning(each)
        self._undelivered = wrong
        return sent


def _kind(name: str) -> str:
    return name.partition(" ")[0]


def _troubles(
    service: Service, state: State, report: Report | None, now: datetime
) -> Iterator[Trouble]:
    """What is wrong by now."""
    roster = service.roster
    books = {f"address book {b.name}": state.calendars.get(state_name(b)) for b in roster.books}
    names = (*roster.calendars, *(each.name for each in roster.diaries))
    looks = {f"calendar {name}": state.calendars.get(name) for name in names} | books
    out = _signed_out(report)
    for name, each in looks.items():
        if each is not None and each.error:
            yield Trouble(
                name=f"{FAILING} {name}",
                title=f"{name} fails",
                said=_failing(service, each),
                since=each.failing_since,
                after=AT_ONCE if name.removeprefix("calendar ") in out else HOUR,
            )
    if broken := state.settings.get("broken"):
        said = f"The last tick broke off ({broken}), which is a fault of syncd's. {SAFE} "
        said += "Next: see the log, and report it."
        yield Trouble(name=f"{FAILING} ticks", title="ticks break off", said=said, after=HOUR)
    for notice, ends in service.endings().items():
        if now >= ends - AHEAD:
            name = f"{FAILING} sign-in {ends.isoformat()}"
            yield Trouble(name=name, title="the sign-in to Google ends", said=notice)
    held = of(state.calendars, state.settings, now)
    if held is not None and held.held:
        said = f"Writes are held: {held.held}. {SAFE} Next: syncd status shows what and why."
        yield Trouble(name="held", title="writes are held", said=said)


def _signed_out(report: Report | None) -> set[str]:
    """The calendars whose sign-in has ended."""
    looked = report.looks[-1].observed if report is not None else ()
    return {each.name for each in looked if isinstance(each.error, SignedOut)}


def _failing(service: Service, state: CalendarState) -> str:
    since = state.failing_since
    said = [f"It has failed since {_moment(service, since)}."] if since else []
    last = f"Last success: {_moment(service, state.succeeded)}." if state.succeeded else ""
    return _sentences(state.error, *said, last or "No success yet.", SAFE)


def _sentences(error: str, *more: str) -> str:
    """`error` with `more` before what is to be done."""
    said, following, advice = error.partition(" Next: ")
    said = said if said.endswith((".", "!", "?")) else f"{said}."
    return " ".join((said, *more)) + following + advice


def _moment(service: Service, moment: datetime) -> str:
    local = moment.astimezone(service.zone)
    return f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def _is_due(trouble: Trouble, told: Told, now: datetime) -> bool:
    if told.told is not None:
        # A clock that was far ahead then must not silence us now.
        return abs(now - told.told) >= DAY
    return now - told.since >= trouble.after


def _letter(due: list[Trouble], met: Mapping[str, Told], service: Service) -> Letter:
    """One letter, whatever there is to be told at once."""
    several = f"{due[0].title}, and {len(due) - 1} more"
    return Letter(
        title=f"syncd: {due[0].title if len(due) == 1 else several}",
        body="\n\n".join(
            each.said
            if each.since is not None or met[each.name].told is None
            else _sentences(each.said, f"So since {_moment(service, met[each.name].since)}.")
            for each in due
        ),
        bad=True,
    )


def _farewell(ended: list[Told], service: Service, *, left: bool) -> Letter:
    """That something is over; `left` says whether something else goes on."""
    over = [f"Over: {each.title} (since {_moment(service, each.since)})." for each in ended]
    title = "syncd: over" if left else "syncd: all is well again"
    return Letter(title=title, body="\n".join(over), bad=False)


def _read(text: str) -> dict[str, Told]:
    return {
        name: Told(
            title=each["title"],
            since=datetime.fromisoformat(each["since"]),
            told=datetime.fromisoformat(each["told"]) if each["told"] else None,
        )
        for name, each in json.loads(text or "{}").items()
    }


def _written(told: Mapping[str, Told]) -> str | None:
    """As text; None where there is nothing to be remembered."""
    plain = {
        name: {
            "title": each.title,
            "since": each.since.isoformat(),
            "told": each.told.isoformat() if each.told else None,
        }
        for name, each in told.items()
    }
    return json.dumps(plain) if plain else None
