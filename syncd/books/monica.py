"""Monica 4: its people, how often one wants to be in touch with them, and when one was.

Its JSON export (Settings, Export) nests what belongs to a person; its SQL export has a row for
each. Both become the same `_Entry`, and that a card. An activity with several people is a contact
with each of them. Left out are those whom Monica keeps only as somebody's relative (`is_partial`),
who have died, or who are archived.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from syncd.books import card as cards
from syncd.books.card import Birthday, Book, Card, LeftOut, Past
from syncd.books.dump import Row, rows
from syncd.errors import UsageError
from syncd.model.facts import Direction
from syncd.model.words import read_date

NOON = time(12)
NOTED = 1000
"""So many characters of what was said are kept with a contact."""
LONGEST = 999
"""The longest cadence in days that is one."""
TABLES = frozenset(
    {"contacts", "contact_fields", "contact_field_types", "contact_tag", "tags", "special_dates"}
    | {"notes", "calls", "activities", "activity_contact"}
)
_UNWANTED = (
    ("is_dead", True, "they have died"),
    ("is_partial", True, "in Monica they are only somebody's relative"),
    ("is_active", False, "they are archived in Monica"),
)


@dataclass(kw_only=True)
class _Entry:
    """One person of Monica's, wherever it was written."""

    source: str
    told: Mapping[str, Any]
    """The columns of its table of contacts."""
    born: Mapping[str, Any] = field(default_factory=dict)
    addresses: list[tuple[str, str]] = field(default_factory=list)
    """Each with its kind: email, phone, or another."""
    tags: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    calls: list[Mapping[str, Any]] = field(default_factory=list)
    activities: list[Mapping[str, Any]] = field(default_factory=list)


def is_json(text: str) -> bool:
    """Whether a file that begins with `text` may be Monica's JSON."""
    return text.lstrip("\ufeff \t\r\n").startswith("{")


def is_sql(text: str) -> bool:
    """Whether a file that begins with `text` may be Monica's SQL."""
    start = text.lstrip("\ufeff \t\r\n")
    return start.startswith(("#", "--", "/*", "SET ")) or "INSERT " in start[:SNIFFED]


SNIFFED = 4096


def from_json(text: str, called: str, zone: ZoneInfo) -> Book:
    """The people in Monica's JSON export, which messages call `called`; days are days in `zone`.
    Raises UsageError where it is none."""
    try:
        root = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{called} is no JSON, or not all of it is there.") from error
    account = _mapping(_mapping(root).get("account"))
    if not account:
        raise UsageError(f"{called} is no export of Monica 4's: it has no account.")
    kinds = _kinds(_several(_mapping(account.get("instance")).get("contact_field_types")))
    happened = {str(each.get("uuid")): _flat(each) for each in _part(account, "activity")}
    found = [
        _nested(each, f"{called}: contact {n}", kinds, happened)
        for n, each in enumerate(_part(account, "contact"), start=1)
    ]
    return _book(found, zone)


def from_sql(text: str, called: str, zone: ZoneInfo) -> Book:
    """The people in Monica's SQL export, as `from_json`."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for table, row in rows(text, TABLES):
        tables[table].append(row)
    if not tables["contacts"]:
        raise UsageError(f"{called} is no export of Monica 4's: it has no contacts.")
    found = {
        row.get("id"): _Entry(source=f"{called}: contact {row.get('id')}", told=row)
        for row in tables["contacts"]
    }
    born = {row.get("id"): row for row in tables["special_dates"]}
    kinds = {
        row.get("id"): _kind(row.get("type"), row.get("protocol"))
        for row in tables["contact_field_types"]
    }
    tags = {row.get("id"): row.get("name") or "" for row in tables["tags"]}
    happened = {row.get("id"): row for row in tables["activities"]}
    for each in found.values():
        each.born = born.get(each.told.get("birthday_special_date_id")) or {}

    def of(table: str) -> Iterable[tuple[_Entry, Row]]:
        for row in tables[table]:
            if entry := found.get(row.get("contact_id")):
                yield entry, row

    for entry, row in of("contact_fields"):
        kind = kinds.get(row.get("contact_field_type_id"), "")
        entry.addresses.append((kind, row.get("data") or ""))
    for entry, row in of("contact_tag"):
        entry.tags.append(tags.get(row.get("tag_id"), ""))
    for entry, row in of("notes"):
        entry.notes.append(row.get("body") or "")
    for entry, row in of("calls"):
        entry.calls.append(row)
    for entry, row in of("activity_contact"):
        entry.activities.append(happened.get(row.get("activity_id"), {}))
    return _book(list(found.values()), zone)


# -- JSON


def _nested(
    each: Mapping[str, Any],
    source: str,
    kinds: Mapping[str, str],
    happened: Mapping[str, Mapping[str, Any]],
) -> _Entry:
    told = _flat(each)
    tags = told.get("tags")
    uuids = _several(_of_type(each, "activity"), whole=False)
    return _Entry(
        source=source,
        told=told,
        born=_mapping(told.get("birthdate")),
        addresses=[
            (kinds.get(str(row.get("type")), ""), _text(row.get("data")))
            for row in map(_flat, _part(each, "contact_field"))
        ],
        tags=[_text(tag) for tag in tags] if isinstance(tags, list) else [],
        notes=[_text(_flat(row).get("body")) for row in _part(each, "note")],
        calls=[_flat(row) for row in _part(each, "call")],
        activities=[happened.get(str(uuid), {}) for uuid in uuids],
    )


def _kinds(types: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    flat = [_flat(each) for each in types]
    return {str(row.get("uuid")): _kind(row.get("type"), row.get("protocol")) for row in flat}


def _part(of: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    """What belongs to it of one kind."""
    return [each for each in _several(_of_type(of, kind)) if isinstance(each, dict)]


def _of_type(of: Mapping[str, Any], kind: str) -> object:
    data = of.get("data")
    for each in data if isinstance(data, list) else []:
        if isinstance(each, dict) and each.get("type") == kind:
            return each
    return None


def _several(value: object, *, whole: bool = True) -> list[Any]:
    """The members of a collection of Laravel's, in any of its forms; with `whole`, mappings."""
    if isinstance(value, dict):
        value = value.get("values", value.get("data"))
    if isinstance(value, dict):
        value = value.get("data", [*value.values()])
    found = value if isinstance(value, list) else []
    return [each for each in found if isinstance(each, dict) or not whole]


def _flat(each: Mapping[str, Any]) -> dict[str, Any]:
    """A resource's own columns and its properties, together."""
    return {**each, **_mapping(each.get("properties"))}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


# -- both


def _kind(type_: object, protocol: object) -> str:
    """Whether a way to get in touch is mail, a number, or something else."""
    known = {"mailto:": "email", "tel:": "phone"}
    return str(type_ or "").lower() or known.get(str(protocol or "").lower(), "")


def _book(found: Sequence[_Entry], zone: ZoneInfo) -> Book:
    taken: list[Card] = []
    left_out: list[LeftOut] = []
    for entry in found:
        each = _card(entry, zone)
        if isinstance(each, Card):
            taken.append(each)
        else:
            left_out.append(each)
    return Book(cards=tuple(taken), left_out=tuple(left_out))


def _card(entry: _Entry, zone: ZoneInfo) -> Card | LeftOut:
    told = entry.told
    names = (_text(told.get(key)) for key in ("first_name", "middle_name", "last_name"))
    name = cards.line(" ".join(filter(None, names))) or cards.line(_text(told.get("nickname")))
    why = "there is no name in it" if not name else ""
    for column, value, reason in _UNWANTED:
        if not why and column in told and _yes(told[column]) is value:
            why = reason
    if why:
        return LeftOut(source=entry.source, name=name, why=why)
    uid = cards.uid(_text(told.get("uuid")))
    history = _history(entry, uid or entry.source, zone)
    days = [
        _day(told.get("last_talked_to")),
        *(past.at.astimezone(zone).date() for past in history),
    ]
    return Card(
        source=entry.source,
        name=name,
        uid=uid,
        phones=cards.once(cards.phone(text) for kind, text in entry.addresses if kind == "phone"),
        emails=cards.once(cards.email(text) for kind, text in entry.addresses if kind == "email"),
        birthday=_birthday(entry.born),
        categories=cards.once(cards.line(tag) for tag in entry.tags),
        note=cards.prose("\n".join(filter(None, (_text(told.get("description")), *entry.notes)))),
        org=cards.line(_text(told.get("company"))),
        cadence=_cadence(told.get("stay_in_touch_frequency")),
        last_contact=max(filter(None, days), default=None),
        history=history,
    )


def _history(entry: _Entry, whose: str, zone: ZoneInfo) -> tuple[Past, ...]:
    found: list[Past] = []
    for kind, channel, when, about, several in (
        ("call", "call", "called_at", ("content",), entry.calls),
        ("activity", "event", "happened_at", ("summary", "description"), entry.activities),
    ):
        for row in several:
            at = _moment(row.get(when), zone)
            id = _text(row.get("uuid")) or _text(row.get("id"))
            if at is None or not (id or row.get("created_at")):
                continue
            said = filter(None, (_text(row.get(key)) for key in about))
            they = kind == "call" and _yes(row.get("contact_called"))
            found.append(
                Past(
                    id=f"monica:{kind}:{id or row.get('created_at')}:{whose}",
                    at=at,
                    channel=channel,
                    note=cards.line(": ".join(said), NOTED),
                    direction=Direction.IN if they else Direction.OUT,
                )
            )
    return tuple(sorted(found, key=lambda past: (past.at, past.id)))


def _moment(value: object, zone: ZoneInfo) -> datetime | None:
    """The instant that Monica wrote, in UTC unless it says an offset; of a day alone, and of its
    midnight, which is how Monica keeps a day, noon in `zone`."""
    text = _text(value).strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if read_date(text[:10]) is None:
        return None
    if moment.time() == time():
        return datetime.combine(moment.date(), NOON, zone)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _day(value: object) -> date | None:
    return read_date(_text(value)[:10])


def _birthday(born: Mapping[str, Any]) -> Birthday | None:
    """The day; where Monica only guessed it from an age, none."""
    day = _day(born.get("date"))
    if day is None or _yes(born.get("is_age_based")):
        return None
    return cards.birthday(
        None if _yes(born.get("is_year_unknown")) else day.year, day.month, day.day
    )


def _cadence(value: object) -> int | None:
    text = _text(value)
    return int(text) if text.isdecimal() and len(text) < 5 and 0 < int(text) <= LONGEST else None


def _yes(value: object) -> bool:
    return str(value).lower() in ("1", "true", "yes")
