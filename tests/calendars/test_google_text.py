"""Descriptions: Google's apps write HTML, syncd plain text."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from syncd.calendars.google.text import read_description, written_description
from syncd.calendars.reading import cleaned


@given(st.text(max_size=300))
@example("<b>bold</b> &lt; &amp;lt; <tom@example.org> a < b > c & d")
@example("x<br>\ny")
@example("<!-- no --> <![CDATA[x]]> <?php ?> </p>")
@example("&nbsp;&#0;&#x0;")
@example("a &")
@example("<a href='x'>")
@example("<br")
def test_what_is_written_is_what_is_read(text: str) -> None:
    plain = cleaned(text, lines=True)
    assert read_description(written_description(plain)) == plain


@given(st.text(alphabet=st.sampled_from("<>&;#/ abpr\"'=!\n-[]?lit"), max_size=60))
def test_anything_can_be_read(text: str) -> None:
    assert isinstance(read_description(text), str)
    plain = cleaned(text, lines=True)
    assert read_description(written_description(plain)) == plain


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain\nlines", "plain\nlines"),
        ("one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour"),
        ("one<br>\ntwo", "one\ntwo"),
        ("one<br><br>two", "one\n\ntwo"),
        ("<p>one</p><p>two</p>", "one\ntwo"),
        ("<div>one</div><div>two</div>three", "one\ntwo\nthree"),
        (
            "<ul><li>[x] Ann</li><li>[m] Bob said try Monday</li></ul>",
            "[x] Ann\n[m] Bob said try Monday",
        ),
        ("<b>bold</b> and <i>so <u>on</u></i>", "bold and so on"),
        ("Tom &amp; Jerry &lt;tom@example.org&gt;&nbsp;!", "Tom & Jerry <tom@example.org> !"),
        ("&gt;1w later &#8212; &#x2014;", ">1w later — —"),
        ('<a href="https://example.org/x">https://example.org/x</a>', "https://example.org/x"),
        ('<a href="https://example.org/">example.org/</a>', "example.org/"),
        ('<a href="https://example.org/">our page</a>', "our page (https://example.org/)"),
        ('<a href="tel:+4930901820">+49 30 901820</a>', "+49 30 901820"),
        ('<a href="mailto:ann@example.org">ann@example.org</a>', "ann@example.org"),
        ("write to <tom@example.org>", "write to <tom@example.org>"),
        ("a < b and c > d", "a < b and c > d"),
        ("<span style='x'>styled</span>", "styled"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("AT&T", "AT&T"),
        ("one&nbsp;<br>two <br><br>", "one\ntwo"),
        ("one&nbsp;", "one "),
        ("a\x00b\x07c", "abc"),
        ("a\r\nb", "a\nb"),
    ],
)
def test_what_an_app_writes_is_read_as_text(html: str, text: str) -> None:
    assert read_description(html) == text


def test_our_own_section_survives_an_edit_in_googles_app() -> None:
    ours = "+49 30 901820\nMark it in the title: x reached · >1w later (syncd)"
    html = "note from me<br>" + ours.replace(">", "&gt;").replace("\n", "<br>")
    assert read_description(html) == f"note from me\n{ours}"
