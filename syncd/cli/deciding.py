"""Whom a card means, where only the user can tell: said as CARD=PERSON, or asked one by one; and
the verb that does so for the address books that are read live: decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from syncd.books.match import NEW, OUT, Finding, Standing
from syncd.cli import ends, say
from syncd.cli.setting import Setting
from syncd.cli.words import some
from syncd.errors import UsageError
from syncd.model.words import plural

if TYPE_CHECKING:
    from syncd.engine.service import Service

Decisions = Mapping[str, str]
"""By the key of a card: the id of a person, the key of another card of theirs, NEW or OUT."""
WORDS = {"new": NEW, "out": OUT}
FORMS = "CARD=PERSON, CARD=new, CARD=out"


def decide(setting: Setting, texts: Sequence[str], as_json: bool) -> int:
    """Remember whom the cards in doubt of the live address books mean, as `texts` say or as is
    answered on a terminal; else say which they are. Raises UsageError and StateError."""
    from syncd.engine.deciding import decide as remember
    from syncd.engine.deciding import decisions, findings

    service = setting.service()
    before = decisions(service.store.load().settings)
    found = findings(service, before)
    new = said(texts, found, before, service)
    if not texts and not as_json and say.interactive():
        new = asked(lambda decided: findings(service, decided), before, service)
    if new:
        setting.writes()
        remember(service, new)
    after = {**before, **new}
    found = findings(service, after) if new else found
    if as_json:
        say.answer_json(_plain(found, after, written=bool(new)))
    else:
        _show(found, new)
    return ends.DONE


def said(
    texts: Iterable[str], findings: Sequence[Finding], before: Decisions, service: Service
) -> dict[str, str]:
    """What `texts`, each CARD=PERSON, decide about those of `findings` that are in doubt or were
    decided `before`, and about whoever was taken for somebody new. Raises UsageError for a card or
    a person who is none."""
    new: dict[str, str] = {}
    open_ = [f for f in findings if f.standing is Standing.DOUBTFUL or f.card.key in before]
    others = [f for f in findings if f.standing is Standing.NEW and f not in open_]
    for text in texts:
        name, is_said, word = text.rpartition("=")
        if not is_said or not name.strip() or not word.strip():
            raise UsageError(f"«{say.one_line(text)}» decides nothing. Forms: {FORMS}.")
        finding = _card(name.strip(), open_, others)
        new[finding.card.key] = _whose(word, finding, service)
    return new


def asked(
    findings: Callable[[Decisions], Sequence[Finding]], before: Decisions, service: Service
) -> dict[str, str]:
    """What the user answers about each card that is in doubt by what is decided, which `findings`
    tells; those who are put off are not in it."""
    new: dict[str, str] = {}
    seen: set[str] = set()
    while True:  # one answer may settle another card, or raise a new doubt
        found = [f for f in findings({**before, **new}) if f.standing is Standing.DOUBTFUL]
        found = [each for each in found if each.card.key not in seen]
        if not found:
            return new
        for n, each in enumerate(found):
            seen.add(each.card.key)
            answer = _answer(each, len(found) - n - 1, service)
            if answer is None:
                return new
            if answer:
                new[each.card.key] = answer


def _answer(finding: Finding, more: int, service: Service) -> str | None:
    """What is decided about one card; empty where it is put off, None where the others are, too."""
    card = finding.card
    known = ", ".join((*card.phones[:2], *card.emails[:2], card.source))
    say.aside(f"{say.one_line(card.name)} ({say.one_line(known)}) is in doubt: {finding.reason}.")
    for n, each in enumerate(finding.candidates, start=1):
        say.aside(f"  {n}     the same person as {say.one_line(each.called)}")
    say.aside("  new   somebody new")
    say.aside("  out   nobody to stay in touch with; not asked again")
    say.aside("  Enter not decided now" + (f"; all: nor the {more} after this one" if more else ""))
    while True:
        typed = say.ask(f"Who is {say.one_line(card.name)}")
        if not typed:
            return ""
        if more and typed.casefold() == "all":
            return None
        if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(finding.candidates):
            return finding.candidates[int(typed) - 1].key
        try:
            return _whose(typed, finding, service)
        except UsageError as error:
            say.aside(str(error))


def _card(name: str, findings: Sequence[Finding], others: Sequence[Finding]) -> Finding:
    """The one card of that id, place or name; by their names those of `findings` come first."""
    found = [f for f in (*findings, *others) if name in (f.card.uid, f.card.source)]
    for among in (findings, others):
        found = found or [f for f in among if f.card.name.casefold() == name.casefold()]
    if len(found) == 1:
        return found[0]
    cards = [f"{each.card.name} ({each.card.uid or each.card.source})" for each in findings]
    if found:
        which = some([each.card.uid or each.card.source for each in found], 8)
        raise UsageError(f"«{say.one_line(name)}» fits several cards. Say which: {which}.")
    there = f"There is: {some(cards, 8)}." if cards else "There is none."
    raise UsageError(f"«{say.one_line(name)}» is no card in doubt. {there}")


def _whose(word: str, finding: Finding, service: Service) -> str:
    """What `word`, the name or id of somebody, new or out, decides about the card of `finding`."""
    plain = word.strip().casefold()
    if plain in WORDS:
        return WORDS[plain]
    near = [c for c in finding.candidates if plain in (c.key.casefold(), c.name.casefold())]
    if len(near) == 1:
        return near[0].key
    person = service.person(word)
    # Who is in the roster for an address book alone is known by their card, whatever their id.
    key = person.id if person.where else person.uid or person.id
    return key if key != finding.card.key else NEW


def told(finding: Finding, word: str) -> str:
    """A decision, in words."""
    if word in (NEW, OUT):
        return "somebody new" if word == NEW else "left out"
    return f"the same as {finding.person}" if finding.person else finding.reason


def _show(findings: Sequence[Finding], new: Decisions) -> None:
    doubtful = [each for each in findings if each.standing is Standing.DOUBTFUL]
    for each in findings:
        if (word := new.get(each.card.key)) is not None:
            say.answer(f"{say.one_line(each.card.name)}: {say.one_line(told(each, word))}.")
    if new:
        say.answer("That is remembered. Next: syncd sync makes it true.")
    if not doubtful:
        if not new:
            say.answer("Nobody in your address books is in doubt.")
        return
    say.heading(f"In doubt: {plural(len(doubtful), 'card')}")
    rows = [(each.card.name, each.card.uid, each.reason) for each in doubtful]
    say.table(("card", "id", "why"), rows)
    say.answer(
        'Next: syncd decide "CARD=PERSON" says whose it is, by name or id; CARD=new, that it is '
        "somebody new; CARD=out, that nobody is to be contacted by it."
    )


def _plain(findings: Sequence[Finding], decided: Decisions, *, written: bool) -> dict[str, object]:
    from syncd.cli.preview import finding

    return {
        "doubtful": [finding(each) for each in findings if each.standing is Standing.DOUBTFUL],
        "decided": plain(findings, decided),
        "written": written,
    }


def plain(findings: Sequence[Finding], decided: Decisions) -> list[dict[str, object]]:
    """For `--json`: what is `decided` about those cards that are there."""
    names = {word: name for name, word in WORDS.items()}
    return [
        {"name": f.card.name, "uid": f.card.uid or None, "source": f.card.source, "is": is_}
        for f in findings
        if (word := decided.get(f.card.key)) is not None
        and (is_ := names.get(word, f.person or word))
    ]
