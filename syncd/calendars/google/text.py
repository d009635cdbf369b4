"""Descriptions: Google's apps write HTML, its API takes and gives what was written.

They are read as HTML where they hold tags or entities, else as they are, and written as plain text;
only a text that would be read otherwise than it was written is escaped.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from syncd.calendars.reading import cleaned

LONGEST = 16_384
"""Characters; a longer description, of which Google's apps write none, is no HTML: its parser takes
time by the square of what is open in it."""
_LINES = {"p", "div", "li", "ul", "ol", "tr", "table", "tbody", "blockquote", "pre", "hr"}
_LINES |= {f"h{n}" for n in range(1, 7)}
"""Tags that stand on lines of their own."""
_TAGS = _LINES | {"br", "a", "b", "i", "u", "s", "em", "strong", "span", "font", "code", "td", "th"}
_TAGS |= {"html-blob", "html", "body", "img", "small", "big", "sub", "sup", "del", "ins"}
_HTML = re.compile(
    rf"</?(?:{'|'.join(sorted(_TAGS))})(?:\s[^<>]*)?/?>|&(?:\w+|#\w+);", re.IGNORECASE
)


def read_description(said: str) -> str:
    """The text of a description, with newlines."""
    said = cleaned(said, lines=True)
    if len(said) > LONGEST or not _HTML.search(said):
        return said
    reader = _Reader()
    reader.feed(said)
    reader.close()
    if not reader.formatted:  # it was escaped, by us or by another program, and is exact
        return reader.text
    return "\n".join(line.rstrip() for line in reader.text.split("\n")).rstrip("\n")


def written_description(text: str) -> str:
    """`text` as a description that is read as just that."""
    return text if len(text) > LONGEST or not _HTML.search(text) else html.escape(text, quote=False)


class _Reader(HTMLParser):
    """Gathers the text; a tag that is none of HTML's, such as `<tom@example.org>`, is text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.text = ""
        self._open = False
        """Whether what comes next begins a line."""
        self._broken = False
        """Whether a <br> was the last; a newline behind it is the same one."""
        self._link: tuple[str, int] | None = None
        self.formatted = False
        """Whether an app put tags into it; then spaces at the ends of lines are its own."""

    def _add(self, said: str) -> None:
        if self._broken and said.startswith("\n"):
            said = said[1:]
        self._broken = False
        if not said:
            return
        if self._open and self.text and not self.text.endswith("\n"):
            self.text += "\n"
        self._open = False
        self.text += said

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        self.formatted = self.formatted or tag in _TAGS
        if tag not in _TAGS:
            self._add(self.get_starttag_text() or "")
        elif tag == "br":
            self._broken = False
            self._add("\n") if not self._open else self._line()
            self._broken = True
        elif tag in _LINES:
            self._open = True
        elif tag == "a":
            self._link = dict(attrs).get("href") or "", len(self.text)

    def _line(self) -> None:
        """An empty line, as a <br> that stands alone in a block makes."""
        if self.text and not self.text.endswith("\n"):
            self.text += "\n"
        self.text += "\n" if self.text else ""
        self._open = False

    def handle_endtag(self, tag: str) -> None:
        """See HTMLParser."""
        if tag not in _TAGS:
            self._add(f"</{tag}>")
        elif tag in _LINES:
            self._open = True
        elif tag == "a" and self._link is not None:
            (href, start), self._link = self._link, None
            if href and not _says(self.text[start:], href):
                self._add(f" ({cleaned(href)})")

    def handle_data(self, data: str) -> None:
        """See HTMLParser."""
        self._add(data)

    def handle_entityref(self, name: str) -> None:
        """See HTMLParser."""
        self._add(" " if name == "nbsp" else cleaned(html.unescape(f"&{name};"), lines=True))

    def handle_charref(self, name: str) -> None:
        """See HTMLParser."""
        self._add(cleaned(html.unescape(f"&#{name};"), lines=True))

    def parse_html_declaration(self, i: int) -> int:
        """See HTMLParser, which fails at a marked section (`<![…`) that SGML does not know; here
        any is text."""
        if not self.rawdata.startswith("<![", i):
            return super().parse_html_declaration(i)
        end = self.rawdata.find(">", i) + 1
        if not end:
            return -1
        self._add(self.rawdata[i:end])
        return end

    def handle_decl(self, decl: str) -> None:
        """See HTMLParser."""
        self._add(f"<!{decl}>")

    def handle_comment(self, data: str) -> None:
        """See HTMLParser."""
        del data

    def handle_pi(self, data: str) -> None:
        """See HTMLParser."""
        self._add(f"<?{data}>")


def _says(text: str, href: str) -> bool:
    """Whether a link's text says where it leads: an app made it of an address or a number."""
    target = href.partition(":")[2] if href.startswith(("mailto:", "tel:")) else href
    return _bare(text) == _bare(target) or _bare(text) == _bare(target.partition("://")[2])


def _bare(text: str) -> str:
    return re.sub(r"[\s()/-]", "", text).lower()
