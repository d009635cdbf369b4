"""XML as servers answer with it: hostile input, in which nothing is fetched and no entity resolved.

What no XML may hold (XML 1.0 2.2) comes up all the same: servers pass on what some app put into a
title, be it a control character, a noncharacter or what is no UTF-8, or write emoji as two halves
(SOGo). One such entry must not hide the others: there a question mark is read.
"""

from __future__ import annotations

import re

from lxml import etree

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile("&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));")
_DECLARED = re.compile(r"^\s*<\?xml\b[^>]*\?>")
_ENCODING = re.compile(rb"""^\s*<\?xml\b[^>]*\bencoding\s*=\s*["']([A-Za-z][\w.-]*)["']""")


def read(body: bytes) -> etree._Element:
    """The root of the XML in `body`. Raises ValueError where it is none."""
    try:
        return _parsed(body)
    except ValueError:
        text = _DECLARED.sub("", _decoded(body), count=1)
        return _parsed(_REFERENCE.sub(_allowed, _FORBIDDEN.sub("?", text)).encode())


def _decoded(body: bytes) -> str:
    told = _ENCODING.match(body)
    name = told[1].decode().lower() if told else "utf-8"
    try:
        return body.decode("utf-8-sig" if name == "utf-8" else name, "replace")
    except LookupError as error:
        raise ValueError(f"its encoding is unknown: {name}") from error


def _parsed(body: bytes) -> etree._Element:
    # A new one each time: a parser that failed once may not be used from another thread.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError("it is not XML") from error


def _allowed(found: re.Match[str]) -> str:
    """A character reference, or a question mark for one that refers to what is forbidden."""
    digits = (found[1] or found[2]).lstrip("0")
    code = int(digits or "0", 16 if found[1] else 10) if len(digits) < 8 else -1
    good = 0 <= code <= 0x10FFFF and not _FORBIDDEN.match(chr(code))
    return found[0] if good else "?"
