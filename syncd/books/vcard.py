"""vCard 2.1, 3.0 and 4.0, as the programs of this world write them.

Lines come from `syncd.books.lines`; here they become cards. Every producer is taken at its best: a
name that is missing is made of what is there, numbers are put into the order in which one would
call them, groups (which Apple and Nextcloud write as cards of their own) become categories of their
members. A card that cannot be closed is left out and named; the others are read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from syncd.books import card as cards
from syncd.books.card import Birthday, Book, Card, LeftOut
from syncd.books.lines import Line, lines

_TEXTS = frozenset(
    {"FN", "N", "NICKNAME", "ORG", "NOTE", "UID", "CATEGORIES", "TEL", "EMAIL", "ADR"}
)
_GROUPS = frozenset({"KIND", "X-ADDRESSBOOKSERVER-KIND", "MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"})
_FIRM = "X-ABSHOWAS"
"""By this Apple's programs and iCloud call a card that of a firm: COMPANY."""
WANTED = _TEXTS | _GROUPS | {"VERSION", "BDAY", "AGENT", _FIRM}
PEOPLE = ("", "individual")
"""The kinds of card that stand for somebody; others are groups, firms, places and devices."""
_UNCALLABLE = frozenset({"fax", "pager", "modem", "bbs", "isdn", "telex", "textphone"})
_MOBILE = frozenset({"cell", "iphone", "mobile", "x-mobile"})
_NO_YEAR = 1604
"""What Apple writes for a year that is not known."""
_ESCAPED = {"n": "\n", "N": "\n"}
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T ].*)?|--(\d\d)-?(\d\d)(?:T.*)?", re.ASCII)


@dataclass(kw_only=True)
class _Open:
    """A card that is being read."""

    number: int
    lines: list[Line] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What it may be called in a message."""
        return _name(_Values(self.lines))


@dataclass(frozen=True, kw_only=True)
class _Group:
    name: str
    members: tuple[str, ...]


def read(file: BinaryIO, called: str, moved: Callable[[int], None] = lambda _: None) -> Book:
    """The cards in `file`, which messages call `called`. `moved` is told how many bytes are read.
    Raises UsageError where it is UTF-16 and broken."""
    return _book(_cards(file, called, moved))


def read_each(files: Iterable[tuple[BinaryIO, str]]) -> Book:
    """The cards in `files`, each with what messages call it: as one book, but so that none of them
    can take a card of another with it. Raises UsageError where one is UTF-16 and broken."""
    return _book(each for file, called in files for each in _cards(file, called, lambda _: None))


def _book(read: Iterable[Card | LeftOut | _Group]) -> Book:
    found: list[Card] = []
    left_out: list[LeftOut] = []
    groups: list[_Group] = []
    for each in read:
        if isinstance(each, Card):
            found.append(each)
        elif isinstance(each, LeftOut):
            left_out.append(each)
        else:
            groups.append(each)
    return Book(cards=tuple(_grouped(found, groups)), left_out=tuple(left_out))


def _cards(
    file: BinaryIO, called: str, moved: Callable[[int], None]
) -> Iterator[Card | LeftOut | _Group]:
    """One after the other; of each no more is held than what is wanted of it."""
    current: _Open | None = None
    nested = 0
    for line in lines(file, WANTED, moved):
        if line.name == "BEGIN":
            if current is not None and (nested or _holds_another(current)):
                nested += 1
                continue
            if current is not None:  # its END is missing, and each of its lines is whole
                yield _card(current, called)
            current = _Open(number=line.number)
        elif line.name == "END":
            if nested:
                nested -= 1
            elif current is not None:
                yield _card(current, called)
                current = None
        elif current is not None and not nested:
            current.lines.append(line)
    if current is not None:
        why = "the file breaks off within this card"
        yield LeftOut(source=f"{called}:{current.number}", name=current.name, why=why)


def _holds_another(card: _Open) -> bool:
    """Whether the card that begins now belongs to this one (vCard 2.1's AGENT)."""
    return bool(card.lines) and card.lines[-1].name == "AGENT" and not card.lines[-1].value.strip()


class _Values:
    """The lines of a card by their names."""

    def __init__(self, found: Iterable[Line]) -> None:
        self._by_name: dict[str, list[Line]] = defaultdict(list)
        for line in found:
            self._by_name[line.name].append(line)
        version = self._by_name["VERSION"]
        self._old = bool(version) and version[0].text().strip().startswith("2")

    def all(self, *names: str) -> list[Line]:
        """All lines of those names."""
        return [line for name in names for line in self._by_name[name]]

    def text(self, name: str) -> str:
        """The first that says something, on one line."""
        return next(filter(None, (cards.line(each) for each in self.texts(name))), "")

    def texts(self, *names: str) -> list[str]:
        """What each of them says."""
        return [self.said(line.text()) for line in self.all(*names)]

    def parts(self, name: str) -> list[str]:
        """The parts of the first of that name that has any, between semicolons."""
        for line in self.all(name):
            found = [cards.line(self.said(part)) for part in _split(line.text(), ";")]
            if any(found):
                return found
        return []

    def said(self, text: str) -> str:
        """Without escapes; vCard 2.1 knows fewer."""
        if "\\" not in text:
            return text
        known = r"\\([\\;,:])" if self._old else r"\\([\\;,:nN])"
        return re.sub(known, lambda found: _ESCAPED.get(found[1], found[1]), text)

    def several(self, *names: str) -> list[str]:
        """What stands between commas."""
        return [
            cards.line(self.said(part))
            for line in self.all(*names)
            for part in _split(line.text(), ",")
        ]


def _card(found: _Open, called: str) -> Card | LeftOut | _Group:
    values = _Values(found.lines)
    source = f"{called}:{found.number}"
    name = _name(values)
    kind = values.text("KIND") or values.text("X-ADDRESSBOOKSERVER-KIND")
    if kind.lower() == "group":
        members = values.texts("MEMBER", "X-ADDRESSBOOKSERVER-MEMBER")
        return _Group(name=name, members=tuple(cards.uid(each) for each in members))
    if kind.lower() not in PEOPLE:
        return LeftOut(source=source, name=name, why=f"it stands for no person: {kind}")
    if _is_firm(values, name):
        return LeftOut(source=source, name=name, why="it stands for no person: company")
    if not name:
        return LeftOut(source=source, name="", why="there is no name in it")
    return Card(
        source=source,
        name=name,
        uid=cards.uid(values.text("UID")),
        phones=_phones(values),
        emails=_emails(values),
        birthday=_birthday(values),
        categories=cards.once(values.several("CATEGORIES")),
        note=cards.prose("\n".join(values.texts("NOTE"))),
        address=_address(values),
        org=values.text("ORG") and ", ".join(filter(None, values.parts("ORG"))),
    )


def _name(values: _Values) -> str:
    """What they are called: as the card says, else made of its parts, else the firm, else the
    address for mail."""
    family, given, middle, *_ = [*values.parts("N"), "", "", ""]
    made = cards.line(" ".join(filter(None, (given, middle, family))))
    org = next(filter(None, values.parts("ORG")), "")
    mail = next(iter(_emails(values)), "")
    return values.text("FN") or made or values.text("NICKNAME") or org or mail


def _is_firm(values: _Values, name: str) -> bool:
    """Whether a card is shown as that of a firm, and `name` is the firm's."""
    if values.text(_FIRM).lower() != "company":
        return False
    org = [part for part in values.parts("ORG") if part]
    firm = {cards.line(joint.join(org)).casefold() for joint in (" ", ", ", "; ")} | {
        part.casefold() for part in org[:1]
    }
    return name.casefold() in firm


def _phones(values: _Values) -> tuple[str, ...]:
    """Whatever can be called, in the order in which one would."""

    def rank(line: Line) -> tuple[bool, int, bool]:
        kinds = line.types()
        pref = line.params.get("PREF", [""])[0]
        order = int(pref) if pref.isdecimal() else 1 if "pref" in kinds else 101
        return order == 101, order, not kinds & _MOBILE

    callable_ = [line for line in values.all("TEL") if not line.types() & _UNCALLABLE]
    numbers = (values.said(line.text()) for line in sorted(callable_, key=rank))
    return cards.once(cards.phone(number) for number in numbers)


def _emails(values: _Values) -> tuple[str, ...]:
    def rank(line: Line) -> int:
        pref = line.params.get("PREF", [""])[0]
        return int(pref) if pref.isdecimal() else 1 if "pref" in line.types() else 101

    mail = [line for line in values.all("EMAIL") if "x400" not in line.types()]
    return cards.once(cards.email(values.said(line.text())) for line in sorted(mail, key=rank))


def _address(values: _Values) -> str:
    """Where post goes: street, then town and country (RFC 6350 6.3.1)."""
    box, more, street, town, region, code, country, *_ = [*values.parts("ADR"), *[""] * 7]
    place = " ".join(filter(None, (code, town)))
    return cards.line(", ".join(filter(None, (box, more, street, place, region, country))))


def _birthday(values: _Values) -> Birthday | None:
    for line in values.all("BDAY"):
        found = _DATE.fullmatch(values.said(line.text()).strip())
        if found is None:
            continue
        year, month, day = (int(n) if n else 0 for n in (found[1], found[2], found[3]))
        if not year:
            month, day = int(found[4] or 0), int(found[5] or 0)
        omitted = year == _NO_YEAR or "X-APPLE-OMIT-YEAR" in line.params
        if known := cards.birthday(None if omitted else year, month, day):
            return known
    return None


def _split(text: str, at: str) -> list[str]:
    """The pieces between those that are not escaped."""
    if "\\" not in text:
        return text.split(at)
    return [each[0] for each in re.finditer(rf"(?:^|(?<={at}))(?:\\.|[^{at}\\])*", text, re.DOTALL)]


def _grouped(found: list[Card], groups: list[_Group]) -> Iterator[Card]:
    """Each with the groups that name it among its categories."""
    names: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        for member in group.members:
            names[member].append(group.name)
    for each in found:
        more = names.get(each.uid, []) if each.uid else []
        yield replace(each, categories=cards.once((*each.categories, *more))) if more else each
