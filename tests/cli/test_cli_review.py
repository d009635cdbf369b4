"""review: words, JSON and a page."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.client import Client
from tests.servers import Server

NOW = "2026-11-27T18:00+01:00"


@pytest.fixture
def desk(tmp_path: Path, radicale: Server) -> Desk:
    made = Desk(folder=tmp_path)
    made.write(radicale, "Ann <b>Lee</b>", "Bob Roy", "Cid Oz")
    made.syncd("--now", "2026-11-24T12:00+01:00", "--rehearse", "sync")
    app = Client(radicale, "Outreach")
    for name, mark in (("Ann", "x"), ("Bob", "m")):
        entry = app.find(name)
        app.retitle(entry, f"{mark} {entry.title}")
    made.syncd("--now", "2026-11-26T10:50+01:00", "--rehearse", "sync")
    return made


def test_in_words(desk: Desk) -> None:
    done = desk.syncd("--now", NOW, "review")
    assert done.status == 0, done.err
    first = done.out.splitlines()[0]
    assert first == "The last week, 2026-11-21 to 2026-11-27: 2 attempts, 1 reached, 1 person."
    assert "1 of 1 hour used." in done.out
    assert "Logged: reached: 1, left a message: 1." in done.out
    assert re.search(r"clients +2 +1 +50%", done.out)
    assert re.search(r"drifting .*due .*late", done.out) and "Cid Oz" in done.out


def test_as_json_it_is_exact(desk: Desk) -> None:
    told = desk.syncd("--now", NOW, "review", "month", "--json").json
    assert (told["since"], told["until"]) == ("2026-10-29", "2026-11-28")
    assert told["all"] == {"tried": 2, "reached": 1, "rate": 0.5}
    assert told["by_weekday"] == {"Thu": {"tried": 2, "reached": 1, "rate": 0.5}}
    assert told["occurrences"] == {"kept": 1, "took_place": 1}
    assert [each["person"] for each in told["drifting"]] == ["bob-roy", "cid-oz"]


class Page(HTMLParser):
    """What a browser makes of it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_as_a_page_that_needs_nothing_else(desk: Desk) -> None:
    desk.people.write_text(desk.people.read_text().replace("Cid Oz", '"Cid <script>x</script>"'))
    done = desk.syncd("--now", NOW, "review", "year", "--html", "review.html")
    assert done.status == 0 and done.out == "" and "review.html is written." in done.err
    text = (desk.folder / "review.html").read_text()
    page = Page()
    page.feed(text)
    assert "script" not in page.tags and "b" not in page.tags
    assert "svg" in page.tags and "1 of 2 reached · 50%" in page.text
    assert "http" not in text.replace("http-equiv", "")
    assert "default-src 'none'" in text and "viewport" in text
    again = desk.syncd("--now", NOW, "review", "year", "--html", "review.html", "--json")
    assert json.loads(again.out)["all"]["tried"] == 2


def test_before_anything_was_logged(tmp_path: Path, radicale: Server) -> None:
    desk = Desk(folder=tmp_path)
    desk.write(radicale, "Ann Lee")
    done = desk.syncd("--now", NOW, "review")
    assert done.status == 0 and "0 attempts, 0 reached, 0 people." in done.out


def test_a_span_that_is_none(desk: Desk) -> None:
    done = desk.syncd("review", "decade")
    assert done.status == 2 and "«decade» is no span. There is: week, month, year." in done.err
