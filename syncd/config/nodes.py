"""YAML as it was typed, each piece with its place.

YAML 1.2 is composed, never constructed: a scalar stays the text that stands in the file, so that
`+4930…`, `030…`, `10:00` and a surname `Null` mean what was typed. What a text means is the
schema's to say. What comes out are plain strings, lists and dicts that know where they stand; an
alias is the same piece again, so that aliases of aliases cost nothing.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from syncd.config.parser import QUOTE, meaning
from syncd.errors import Problem

TAGS = ("!env", "!file", "!keyring")
"""Where a secret comes from."""
UNKNOWN = "!"
"""Any other tag, which is a problem already."""
_CORE = "tag:yaml.org,2002:"
_NOTHING = ("", "~", "null")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BOMS = (b"\xff\xfe", b"\xfe\xff")
DEEPEST = 64
"""Pieces within one another; no config needs more than a few."""
DEEP = "brackets or lines are nested too deeply."
LARGE = 50_000
"""From so many characters on a file is composed by libyaml, which is ten times as fast."""
_FINICKY = re.compile("[\t\x85\u2028\u2029\ufeff]|^%|^\\.\\.\\.|[?]\\s", re.MULTILINE)
"""What YAML 1.1, which libyaml reads, takes otherwise than 1.2, or libyaml more lightly."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; line and column count from 1."""

    file: str
    line: int
    column: int

    def problem(self, message: str, *, warning: bool = False) -> Problem:
        """Something wrong here."""
        return Problem(
            file=self.file, line=self.line, column=self.column, message=message, warning=warning
        )

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


Node: TypeAlias = Any
"""A node of ruamel's or of libyaml's: the two have one shape, and no common base."""


class Text(str):
    """A scalar as typed."""

    __slots__ = ("place", "plain", "tag")
    place: Place
    plain: bool
    """Whether it stands there without quotes."""
    tag: str
    """One of `TAGS`, or nothing."""

    @property
    def nothing(self) -> bool:
        """Whether it says that there is no value."""
        return self.plain and not self.tag and self in _NOTHING


class Items(list[Any]):
    """A sequence of pieces."""

    place: Place


class Fields(dict[Text, Any]):
    """A mapping of texts to pieces; the keys know their places."""

    place: Place
    closed: Place | None = None
    """Where it is written in braces: the place of the closing one."""

    def key(self, name: str) -> Text:
        """The key `name` as it stands in the file. Raises StopIteration where it does not."""
        return next(key for key in self if key == name)


Piece: TypeAlias = Text | Items | Fields


def place_of(piece: object) -> Place | None:
    """Where `piece` stands, if it came from a file."""
    return piece.place if isinstance(piece, Text | Items | Fields) else None


def read(path: Path, name: str, problems: list[Problem]) -> Piece | None:
    """What is in the file, which messages call `name`; None where it is empty or no YAML at all.
    What is wrong with it goes to `problems`."""
    text = _text(path, name)
    if isinstance(text, Problem):
        problems.append(text)
        return None
    return parse(text, name, problems)


def parse(text: str, name: str, problems: list[Problem]) -> Piece | None:
    """As `read`, of what has been read from there."""
    if bad := _UNPRINTABLE.search(text):
        message = f"a character that no text has (U+{ord(bad[0]):04X}). Next: take it out."
        problems.append(_place(name, text[: bad.start()]).problem(message))
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an anchor's name used twice is legal
            root = _composed(text)
    except MarkedYAMLError as error:
        message, mark = meaning(error)
        problems.append(Place(name, mark.line + 1, mark.column + 1).problem(message))
        return None
    except (YAMLError, ValueError):
        problems.append(Place(name, 1, 1).problem("this is not YAML."))
        return None
    except RecursionError:
        problems.append(Place(name, 1, 1).problem(DEEP))
        return None
    return None if root is None else _Reader(name, problems).piece(root)


def _composed(text: str) -> Node | None:
    """The parser's nodes. What libyaml does not take is ruamel's to refuse, which says it better.
    Raises as ruamel does."""
    if len(text) >= LARGE and not _FINICKY.search(text):
        import yaml

        if yaml.__with_libyaml__:
            try:
                return yaml.compose(text, yaml.CBaseLoader)  # no tag is given a meaning
            except (yaml.YAMLError, ValueError, RecursionError):
                pass
    return YAML(typ="safe", pure=True).compose(io.StringIO(text))


def _text(path: Path, name: str) -> str | Problem:
    start = Place(name, 1, 1)
    try:
        data = path.read_bytes()
    except OSError as error:
        known = {
            FileNotFoundError: "there is no such file.",
            IsADirectoryError: "this is a folder. Next: name a file.",
        }
        said = known.get(type(error)) or f"cannot be read: {error.strerror or error}."
        return Place(name, 0, 0).problem(said)
    if data.startswith(_BOMS):
        return start.problem("the text is UTF-16. Next: save it as UTF-8.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8-sig")
        return _place(name, before).problem("the text is not UTF-8 here. Next: save it as UTF-8.")


def _place(name: str, before: str) -> Place:
    """Where in the file one is after `before`."""
    lines = re.split("\r\n|\r|\n", before)
    return Place(name, len(lines), len(lines[-1]) + 1)


class _Reader:
    """Turns the parser's nodes of one file into pieces."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self._name = name
        self._problems = problems
        self._done: dict[int, Piece] = {}
        self._open: set[int] = set()

    def piece(self, node: Node) -> Piece:
        found = self._done.get(id(node))
        if found is None:
            found = self._done[id(node)] = self._made(node)
        return found

    def _made(self, node: Node) -> Piece:
        place = self._place(node)
        if id(node) in self._open:
            self._problems.append(place.problem("this holds itself, by an alias (*…)."))
            return _text_at("", place)
        if len(self._open) >= DEEPEST:
            self._problems.append(place.problem(DEEP))
            return _text_at("", place)
        self._open.add(id(node))
        tag = str(node.tag or "")
        tag = "" if tag.startswith(_CORE) or tag == "!" else tag
        if tag and not (node.id == "scalar" and tag in TAGS):
            message = f"an unknown tag (!…). {QUOTE}"
            self._problems.append(place.problem(message))
            tag = UNKNOWN
        made: Piece
        if node.id == "scalar":
            made = _text_at(node.value, place, plain=not node.style, tag=tag)
        elif node.id == "mapping":
            made = self._fields(node, place)
        else:
            made = Items(self.piece(each) for each in node.value)
            made.place = place
        self._open.discard(id(node))
        return made

    def _fields(self, node: Node, place: Place) -> Fields:
        own, merged = Fields(), Fields()
        for key_node, value_node in node.value:
            key = self.piece(key_node)
            if isinstance(key, Text):
                composed = unicodedata.normalize("NFC", key)
                key = _text_at(composed, key.place, plain=key.plain)
            if not isinstance(key, Text):
                self._problems.append(self._place(key_node).problem("a key must be a plain text."))
            elif key == "<<" and key.plain:
                self._merge(merged, self.piece(value_node))
            elif key in own:
                first = own.key(key).place.line
                self._problems.append(
                    key.place.problem(
                        f"{key}: stands here twice; see line {first}. Next: take one out."
                    )
                )
            else:
                own[key] = self.piece(value_node)
        for key, value in merged.items():
            own.setdefault(key, value)
        own.place = place
        if node.flow_style:
            own.closed = Place(self._name, node.end_mark.line + 1, node.end_mark.column)
        return own

    def _merge(self, into: Fields, source: Piece) -> None:
        for each in source if isinstance(source, Items) else [source]:
            if not isinstance(each, Fields):
                place = place_of(each) or source.place
                self._problems.append(place.problem("<< takes in a mapping by its alias (*…)."))
                continue
            for key, value in each.items():
                into.setdefault(key, value)

    def _place(self, node: Node) -> Place:
        return Place(self._name, node.start_mark.line + 1, node.start_mark.column + 1)


def _text_at(value: str, place: Place, *, plain: bool = True, tag: str = "") -> Text:
    text = Text(value)
    text.place, text.plain, text.tag = place, plain, tag
    return text
