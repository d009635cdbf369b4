"""The lines of a vCard file, one property at a time, from bytes.

    raw line  ->  unfolded (RFC 6350 3.2; quoted-printable's soft breaks)  ->  Line | nothing

Bytes, since a property may have a character set of its own, and a fold may lie within a character.
What nobody asks for, above all photos, is passed over piece by piece and never held: memory does
not grow with it, be it folded or one line of ten megabytes.
"""

from __future__ import annotations

import codecs
import io
import quopri
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from syncd.errors import UsageError

PIECE = 4096
"""How much is looked at to see how lines end."""
MOST = 65_536
"""So many bytes of one line, or of one property, are kept."""
_HEAD = re.compile(rb'\s*(?:[\w-]+\.)?([\w-]+)((?:\s*;(?:"[^"]*"|[^":])*)?)\s*:', re.ASCII)
_PARAM = re.compile(r'([\w-]+)\s*(?:=\s*((?:"[^"]*"|[^";])*))?', re.ASCII)
_EDGE = re.compile(rb"\s*(BEGIN|END)\s*:\s*VCARD\s*$", re.IGNORECASE)
_BARE = {"QUOTED-PRINTABLE": "ENCODING", "BASE64": "ENCODING", "B": "ENCODING", "8BIT": "ENCODING"}
"""vCard 2.1 names a parameter's value alone; all others are types."""


@dataclass(frozen=True, slots=True)
class Line:
    """One property."""

    number: int
    """Of the line on which it begins, from 1."""
    name: str
    """In capitals, without its group."""
    params: dict[str, list[str]]
    """By name in capitals, the values as they stand."""
    value: bytes
    """Decoded from quoted-printable, nothing else."""

    def text(self) -> str:
        """The value as text: in the character set that it names, else UTF-8, else what Windows
        wrote."""
        named = self.params.get("CHARSET", [""])[0]
        for charset in (named, "utf-8"):
            try:
                if charset:
                    return self.value.decode(charset)
            except (LookupError, ValueError):
                continue
        return self.value.decode("cp1252", errors="replace")

    def types(self) -> set[str]:
        """What kind of address it is, in small letters."""
        said = self.params.get("TYPE", [])
        return {each.strip().lower() for value in said for each in value.split(",")}


def lines(
    file: BinaryIO, wanted: frozenset[str], moved: Callable[[int], None] = lambda _: None
) -> Iterator[Line]:
    """The properties in `file` whose names are in `wanted`; `BEGIN` and `END` always. `moved` is
    told how many bytes are read. A line that is no property is passed over.

    Raises UsageError where the text is UTF-16 and broken.
    """
    source = _Source(_plain(file), moved)
    while (raw := source.next()) is not None:
        number, edge = source.number, _EDGE.match(raw)
        if edge is not None:
            yield Line(number, edge[1].decode().upper(), {}, b"")
            continue
        head = _HEAD.match(raw)
        if head is None:
            source.rest(raw, MOST, quoted=False)
            continue
        name, said = head[1].decode().upper(), head[2]
        quoted = b"quoted-printable" in said.lower()
        kept = name in wanted
        value = source.rest(raw[head.end() :], MOST if kept else 0, quoted=quoted)
        if kept:
            params = _params(said.decode("utf-8", errors="replace")) if said else {}
            yield Line(number, name, params, quopri.decodestring(value) if quoted else value)


def _params(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in _PARAM.findall(text):
        upper = name.upper()
        if value:
            found.setdefault(upper, []).append(value.replace('"', "").strip())
        else:
            found.setdefault(_BARE.get(upper, "TYPE"), []).append(name)
    return found


class _Source:
    """Raw lines with one look ahead, each without its end, and no longer than `MOST`."""

    def __init__(self, file: _Readable, moved: Callable[[int], None]) -> None:
        self._file = file
        self._moved = moved
        self._read = 0
        self._ahead: bytes | None = self._more()
        self.number = 0

    def next(self) -> bytes | None:
        """The next line; None at the end."""
        raw = self._ahead
        if raw is not None:
            self.number += 1
            self._ahead = self._more()
        return raw

    def rest(self, begun: bytes, most: int, *, quoted: bool) -> bytes:
        """The whole of what begins with `begun`, of which `most` bytes are kept."""
        kept = begun[:most]
        last = begun
        while self._ahead is not None:
            if quoted and last.endswith(b"="):
                if _EDGE.match(self._ahead):
                    break
                last = self.next() or b""
                kept = kept[:-1] + last[: max(0, most - len(kept))]
            elif self._ahead[:1] in (b" ", b"\t") and self._ahead.strip():
                last = self.next() or b""
                kept += last[1 : 1 + max(0, most - len(kept))]
            else:
                break
        return kept.removesuffix(b"=") if quoted else kept

    def _more(self) -> bytes | None:
        raw = self._file.readline(MOST)
        if not raw:
            return None
        self._read += len(raw)
        end = raw
        while end and not end.endswith(b"\n"):
            end = self._file.readline(MOST)  # passed over
            self._read += len(end)
        self._moved(self._read)
        return raw.rstrip(b"\r\n")


class _Readable(Protocol):
    def readline(self, size: int, /) -> bytes: ...


def _plain(file: BinaryIO) -> _Readable:
    """`file` with lines that end in a line feed; in UTF-8 if it was in UTF-16."""
    start = file.read(PIECE)
    file.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _Recoded(io.TextIOWrapper(file, encoding="utf-16"), "utf-8")
    if b"\r" in start and b"\n" not in start:
        return _Recoded(io.TextIOWrapper(file, encoding="latin-1"), "latin-1")
    if start.startswith(codecs.BOM_UTF8):
        file.seek(len(codecs.BOM_UTF8))
    return file


class _Recoded:
    """Lines of text as lines of bytes."""

    def __init__(self, text: io.TextIOWrapper, encoding: str) -> None:
        self._text = text
        self._encoding = encoding

    def readline(self, size: int, /) -> bytes:
        """The next line, or as much of it as fits into `size`."""
        try:
            text = self._text.readline(size // 4)
        except UnicodeError as error:
            raise UsageError("The text breaks off: it is UTF-16 that is not whole.") from error
        return text.encode(self._encoding, errors="replace")
