"""Text as hostile and clumsy programs write it, and bytes that were damaged on their way."""

from __future__ import annotations

from hypothesis import strategies as st

from syncd.reconcile.marks import LETTERS, SIGNS, WORDS
from syncd.reconcile.text import END, HOW_TO_CHECK, HOW_TO_MARK, WHO_IS_UP

ODD = (
    *("\x00", "\x01", "\x1b[31m", "\x07", "\x0b", "\x7f", "\x85", "\r", "\n", "\r\n", "\t"),
    *("\ufffe", "\uffff", "\ud800", "\udc80", "\ufeff", "\u2028", "\u2029"),
    *("\u202e", "\u2066", "\u2069", "\u200b", "\u200d", "\u00ad", "\ufe0f", "\U000e0041"),
    *("e\u0301" * 9, "ﷺ", "👩🏽‍🚀", "İ", "ß", "𝐱", "ｘ"),
)
MARKUP = (
    *("<br>", "<p>", "</p>", "<div><div>", "<b>", "<a href='javascript:x'>", '<a href="', "</a>"),
    *("<script>alert(1)</script>", "<!--", "-->", "<![CDATA[", "]]>", "<?", "<!x", "</", "<", "&"),
    *("&amp;", "&#0;", "&#xd800;", "&#99999999999;", "&lt", "&nbsp;", "<ul><li>", "<html-blob>"),
)
OURS = (
    *(END, HOW_TO_CHECK, HOW_TO_MARK, WHO_IS_UP, "For syncd: ", "For syncd: eJw=", "[x] ", "[ ] "),
    *("log reached at=2026-12-03T10:00:00+01:00 rec=x how=mark of=0 rev=1", " note=", 'note="'),
    *("Ann Lee: call", "Bob Roy", ">3d", ">9999-12-31", "> ", ">999999999w", "pause 99999 years"),
    *SIGNS,
    *WORDS,
    *LETTERS,
)
HUGE = st.builds(lambda piece, n: piece * n, st.sampled_from((*ODD, *MARKUP, *OURS, "a")),
                 st.sampled_from((300, 3_000, 20_000)))  # fmt: skip
PIECES = st.one_of(
    st.sampled_from(ODD), st.sampled_from(MARKUP), st.sampled_from(OURS), st.text(max_size=9)
)
TEXT = st.lists(PIECES, max_size=9).map("".join) | st.lists(PIECES | HUGE, max_size=4).map("".join)
"""A title or a description."""
STORED = TEXT.map(lambda text: text.encode("utf-8", "replace").decode())
"""The same without halves of surrogate pairs, as whatever is sent as UTF-8."""


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """`data` with a few stretches of it taken out, doubled, moved or replaced."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from((0, 1, 2, 9, 80, 10**6))))
        piece = draw(
            st.one_of(
                st.binary(max_size=4),
                st.sampled_from((b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\n")),
                st.just(data[start:end] * 2),
            )
        )
        data = data[:start] + piece + data[end:]
    return data
