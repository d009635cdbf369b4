"""What an import would do, shown before it does anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from syncd.books.card import Card
from syncd.books.match import Finding, Standing
from syncd.cli import say
from syncd.cli.deciding import Decisions
from syncd.cli.deciding import plain as told
from syncd.cli.words import some
from syncd.engine.importing import Newcomer, Proposal
from syncd.engine.taking import Contact
from syncd.model.words import plural

MOST = 20
"""So many rows of each kind are shown; --json has all."""


def show(
    proposal: Proposal,
    contacts: Sequence[Contact],
    facts: int,
    by_hand: Sequence[str],
    *,
    fill: bool,
) -> None:
    """All that became of the cards, those first who will be written; `contacts`, and so many
    `facts`, are those that the journal does not have yet, `by_hand` those whom nothing can be
    filled in for."""
    _table(
        f"New: {_people(len(proposal.newcomers))}",
        ("name", "list", "phone!", "e-mail", "from"),
        [_new(each) for each in proposal.newcomers],
    )
    fuller = [f for f in proposal.findings if f.more and f.person not in by_hand]
    hint = "will be filled in" if fill else "Next: --fill adds what is missing"
    _table(
        f"Known, and the book knows more: {_people(len(fuller))} ({hint})",
        ("person", "missing in the people file", "from"),
        [_fuller(each) for each in fuller],
    )
    _table(
        f"Known, and the book knows more, to be written by hand: {_people(len(by_hand))}",
        ("person", "missing in the people file", "from"),
        [_fuller(each) for each in proposal.findings if each.more and each.person in by_hand],
        "syncd adds nothing where they stand: in braces over several lines, say, or in an address "
        "book of their own.",
    )
    _findings(proposal, Standing.OTHER, "Known, and told otherwise (the people file stays)", "why")
    _findings(
        proposal,
        Standing.DOUBTFUL,
        "In doubt, and left out",
        "why",
        'Next: --decide "CARD=PERSON" says whose one is; CARD=new, that it is somebody new; '
        "CARD=out, that it is to be left out. --separate adds all of them.",
    )
    if out := len(proposal.of(Standing.OUT)):
        say.answer(f"Left out, as you decided: {plural(out, 'card')}.")
    _table(
        f"In no list, and left out: {_people(len(proposal.unplaced))}",
        ("name", "categories", "from"),
        [_unplaced(each) for each in proposal.unplaced],
        "Next: --list NAME puts all who are new into one; a category counts if a list is called "
        "like it.",
    )
    _table(
        f"Left out: {plural(len(proposal.left_out), 'entry', 'entries')}",
        ("name", "why", "from"),
        [(each.name, each.why, each.source) for each in proposal.left_out],
    )
    unchanged = proposal.of(Standing.UNCHANGED)
    if again := sum(each.newcomer is not None for each in unchanged):
        say.answer(f"The same as another card of somebody new: {plural(again, 'card')}.")
    if known := len(unchanged) - again:
        say.answer(f"Known already, nothing new: {plural(known, 'card')}.")
    if contacts:
        say.answer(f"Contacts to be logged: {len(contacts)}.")
    if facts:
        say.answer(f"Lines of the log to be taken over: {facts}.")


def _people(number: int) -> str:
    return plural(number, "person", "people")


def _new(each: Newcomer) -> tuple[str, ...]:
    card = each.card
    return (card.name, each.list, some(card.phones, 1), some(card.emails, 1), card.source)


def _fuller(each: Finding) -> tuple[str, ...]:
    return (each.person, ", ".join(each.more), each.card.source)


def _unplaced(card: Card) -> tuple[str, ...]:
    return (card.name, some(card.categories, 4), card.source)


def _findings(
    proposal: Proposal, standing: Standing, title: str, column: str, following: str = ""
) -> None:
    found = proposal.of(standing)
    rows = [(each.card.name, each.reason, each.card.source) for each in found]
    _table(f"{title}: {len(found)}", ("name", column, "from"), rows, following)


def _table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], following: str = ""
) -> None:
    if not rows:
        return
    say.heading(title)
    say.table(columns, rows[:MOST])
    if len(rows) > MOST:
        say.answer(f"… and {len(rows) - MOST} more; --json has all.")
    if following:
        say.answer(following)


def plain(
    proposal: Proposal,
    contacts: Sequence[Contact],
    facts: int,
    by_hand: Sequence[str],
    decided: Decisions,
    *,
    written: bool,
) -> dict[str, Any]:
    """The same for `--json`, with all rows, and what was `decided` about cards just now."""
    kinds = (
        *(Standing.FULLER, Standing.OTHER, Standing.DOUBTFUL),
        *(Standing.OUT, Standing.UNCHANGED),
    )
    return {
        "new": [
            {**_card(each.card), "id": each.id, "list": each.list} for each in proposal.newcomers
        ],
        **{kind.value: [finding(each) for each in proposal.of(kind)] for kind in kinds},
        "in-no-list": [_card(each) for each in proposal.unplaced],
        "left-out": [
            {"name": each.name or None, "why": each.why, "source": each.source}
            for each in proposal.left_out
        ],
        "by-hand": [*by_hand],
        "contacts": len(contacts),
        "log_lines": facts,
        "decided": told(proposal.findings, decided),
        "written": written,
    }


def finding(each: Finding) -> dict[str, Any]:
    """One card and what became of it, for `--json`."""
    return {
        **_card(each.card),
        "person": each.person or None,
        "missing": dict(each.more),
        "reason": each.reason,
        "may-be": [{"key": one.key, "name": one.name} for one in each.candidates],
    }


def _card(card: Card) -> dict[str, Any]:
    return {
        "name": card.name,
        "uid": card.uid or None,
        "phones": [*card.phones],
        "emails": [*card.emails],
        "birthday": str(card.birthday) if card.birthday else None,
        "categories": [*card.categories],
        "source": card.source,
    }
