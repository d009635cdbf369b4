"""Reading address books anew, now and then, and keeping what was read.

What is read is kept in a file of the state folder, and counts from the next loading of the config
on. A book that cannot be read stays as it was, and so does one from which too many are gone at
once, until `approve`. Before a book was read once, nothing is to be written to calendars: its
people would be taken for gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from syncd.engine import kept as keeping
from syncd.engine.deciding import decisions
from syncd.engine.kept import Kept
from syncd.errors import CalendarError
from syncd.model.records import CalendarState, Delta
from syncd.model.roster import AddressBook, Roster
from syncd.store.base import Store

AGE = timedelta(hours=1)
"""How old what was read may be."""
WAIT = timedelta(minutes=10)
"""How long one that failed is left alone by the daemon."""
DOUBTED, APPROVED, TRIED = "doubted-book:", "approved-book:", "tried-book:"
"""What settings remember of a book: the reading that is doubted, the one that may stand, when it
was last asked."""
Sheets = Mapping[str, tuple[str, str]]
Fetch = Callable[[AddressBook, Sheets], Sheets]
"""Reads a book, given what is known of it. Raises CalendarError."""


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """What became of it."""

    changed: bool = False
    """Whether the config is to be loaded again."""
    errors: tuple[str, ...] = ()
    """What is wrong with books now, in sentences with what to do."""
    unread: bool = False
    """Whether a book was never read, so that nothing is to be written."""


Freshen = Callable[[timedelta, timedelta], Fresh]
"""As `freshen`, given how old a reading may be and how long one that failed is left alone."""


def state_name(book: AddressBook) -> str:
    """Under which name the state of `book` is remembered; no calendar has it."""
    return f"address book {book.name}"


def freshen(
    roster: Roster, store: Store, fetch: Fetch, now: datetime, age: timedelta, wait: timedelta
) -> Fresh:
    """Read those books of `roster` anew whose last reading is older than `age`, or failed longer
    than `wait` ago. Raises StateError, and ConfigError where a password could not be had."""
    changed, errors = False, []
    for book in roster.books:
        state = store.load()
        was = state.calendars.get(state_name(book), CalendarState())
        tried = state.settings.get(TRIED + book.name)
        if book.file.exists() and not _is_due(was, tried, now, age, wait):
            if was.error:
                errors.append(was.error)
            continue
        try:
            found, error = _taken(roster, book, fetch, state.settings)
        except CalendarError as failure:
            found, error = False, str(failure)
        settings: dict[str, str | None] = {TRIED + book.name: now.isoformat()}
        if isinstance(found, str):
            settings[DOUBTED + book.name] = found
        elif not error:
            settings |= {DOUBTED + book.name: None, APPROVED + book.name: None}
            changed = changed or found
        if error:
            errors.append(error)
            then = replace(was, error=error, failing_since=was.failing_since or now)
        else:
            then = replace(was, error="", failing_since=None, succeeded=now)
        store.commit(Delta(calendars={state_name(book): then}, settings=settings))
    unread = any(not book.file.exists() for book in roster.books)
    return Fresh(changed=changed, errors=tuple(errors), unread=unread)


def _is_due(
    was: CalendarState, tried: str | None, now: datetime, age: timedelta, wait: timedelta
) -> bool:
    """Whether a book is to be asked; a clock that was set back puts nothing off."""
    last = datetime.fromisoformat(tried) if was.error and tried else was.succeeded
    most = wait if was.error else age
    if last is None:
        return True
    since = now - last
    return since >= most or since < timedelta()


def _taken(
    roster: Roster, book: AddressBook, fetch: Fetch, settings: Mapping[str, str]
) -> tuple[bool | str, str]:
    """Whether what was read is something new, and is kept; or, with the error, which reading is
    doubted."""
    from syncd.engine.addressbooks import gone, see  # what knows numbers is heavy

    kept = {each.name: keeping.read(each.file) for each in roster.books}
    before = kept[book.name]
    sheets = fetch(book, before.sheets)
    own, decided = roster.own, decisions(settings)
    after = {**kept, book.name: Kept(sheets=sheets, ids=before.ids)}
    seen = see(roster, own, after, decided)
    reading = _digest(sheets)
    doubt = gone(see(roster, own, kept, decided), seen, book.name, empty=not sheets)
    if doubt and settings.get(APPROVED + book.name) != reading:
        return reading, (
            f"Address book {book.name} is in doubt: {doubt}. Nothing was taken from it. "
            "Next: put them back, or syncd approve lets it stand."
        )
    ids = {
        **before.ids,
        **{uid: id for uid, id in seen.ids.items() if uid in seen.cards[book.name]},
    }
    then = Kept(sheets=sheets, ids=ids)
    if then == before and book.file.exists():
        return False, ""
    keeping.write(book.file, then)
    return True, ""


def _digest(sheets: Sheets) -> str:
    told = "\n".join(f"{path} {etag}" for path, (etag, _) in sorted(sheets.items()))
    return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()
