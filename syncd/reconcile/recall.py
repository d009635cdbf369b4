"""How it is remembered what the user's own events said: in settings. Pure.

What is to be done yet is kept by event, until it is done with or the event is gone. Whom a contact
was with is kept by UID, like the facts that came of it, and as long: an event may be put back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime

from syncd.model.facts import Direction, Outcome
from syncd.model.people import Person
from syncd.model.roster import Roster
from syncd.reconcile.events import Asked, Away, Heard, Proposed, Said
from syncd.reconcile.marks import Meaning
from syncd.reconcile.spelling import fold

_EVENT, _TOLD = "event:", "told:"


def setting_of(calendar: str, href: str) -> str:
    """The name of the setting that remembers what an event said."""
    return f"{_EVENT}{calendar} {href}"


def remembered(said: Said | None) -> str | None:
    """What is to be remembered of an event; None for nothing: a contact is in the journal."""
    match said:
        case Proposed(name=name, phone=phone, email=email, list=list_, until=until):
            told: dict[str, str] = {
                "kind": "proposed",
                "name": name,
                "phone": phone,
                "email": email,
                "list": list_,
                "until": until.isoformat(),
            }
        case Away(since=since, until=until):
            told = {"kind": "away", "since": since.isoformat(), "until": until.isoformat()}
        case Asked(question=question, until=until):
            told = {"kind": "asked", "question": question, "until": until.isoformat()}
        case _:
            return None
    return json.dumps(told, ensure_ascii=False)


def recalled(settings: Mapping[str, str], roster: Roster, today: date) -> dict[str, Said]:
    """By the name of its setting: what events said that is remembered and not done with: its days
    have not passed, its calendar is still in config, and nobody in the people files is called like
    whoever is to be added."""
    return {
        name: said
        for name, said in _all(settings).items()
        if not done_with(said, roster.people.values(), today)
        and any(name.startswith(setting_of(calendar, "")) for calendar in roster.calendars)
    }


def done_with(said: Said | None, people: Collection[Person], today: date) -> bool:
    """Whether nothing is left to do about what an event said."""
    match said:
        case Proposed(name=name, email=email, until=until):
            return until <= today or any(_is_called(each, name, email) for each in people)
        case Away(until=until) | Asked(until=until):
            return until <= today
        case _:
            return True


def _is_called(person: Person, name: str, email: str) -> bool:
    same = bool(email) and (person.email or "").casefold() == email.casefold()
    return same or _plain(person.name) == _plain(name)


def _plain(name: str) -> str:
    return " ".join(fold(name)[0].split())


def stale(settings: Mapping[str, str], roster: Roster, today: date) -> dict[str, None]:
    """The settings that need not be remembered any more."""
    kept = recalled(settings, roster, today)
    return {name: None for name in settings if name.startswith(_EVENT) and name not in kept}


def _all(settings: Mapping[str, str]) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for name, value in settings.items():
        if not name.startswith(_EVENT):
            continue
        told = json.loads(value)
        kind = told.pop("kind")
        for key in ("since", "until"):
            if key in told:
                told[key] = date.fromisoformat(told[key])
        shape = {"proposed": Proposed, "away": Away, "asked": Asked}[kind]
        found[name] = shape(**told)
    return found


# -- contacts


def digest(uid: str) -> str:
    """Of a UID, which may be any text and of any length, what goes into ids and settings."""
    return hashlib.sha256(uid.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def heard_of(uid: str) -> str:
    """The name of the setting that remembers with whom the event `uid` told of a contact."""
    return f"{_TOLD}{digest(uid)}"


def written(heard: Heard) -> str:
    """`heard` as a setting's value."""
    told = {
        "person": heard.person,
        "name": heard.name,
        "said": heard.said,
        "start": heard.start.astimezone(UTC).isoformat(),
    }
    if heard.meaning is not None:
        told |= {"outcome": heard.meaning.outcome, "direction": heard.meaning.direction}
    return json.dumps(told, ensure_ascii=False)


def heard_before(settings: Mapping[str, str], uid: str) -> Heard | None:
    """What the event `uid` told of a contact when it was last read; None where it told of none."""
    value = settings.get(heard_of(uid))
    if value is None:
        return None
    told = json.loads(value)
    meaning = None
    if "outcome" in told:
        meaning = Meaning(Outcome(told.pop("outcome")), Direction(told.pop("direction")))
    return Heard(**{**told, "start": datetime.fromisoformat(told["start"]), "meaning": meaning})
