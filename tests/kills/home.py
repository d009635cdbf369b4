"""One household that lives through its chapters, and what there is to see of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from syncd.model.facts import effective
from syncd.store.sql import SqlStore
from tests.ferry import READS, Ferry, ferry
from tests.hosts import SCOPES, Host, app_on
from tests.ical import Shown
from tests.kills.household import CALDAV, CALENDAR, CHAPTERS, DEPLOYMENT, GOOGLE, Chapter, User
from tests.kills.nursery import End
from tests.kills.victim import SPARED, Kill, Nursery
from tests.servers import Server

SIGN_IN = "POST /token"


@dataclass(frozen=True)
class View:
    """What is to be seen of a household: equal where nobody can tell two of them apart."""

    entries: tuple[Any, ...]
    """All that the user's app shows, but when it was saved."""
    facts: tuple[Any, ...]
    """What holds in the journal, but when it was read."""
    files: tuple[str, ...]

    def unlike(self, other: View) -> str:
        """What differs, one thing a line; empty where nothing does."""
        lines: list[str] = []
        for name in ("entries", "facts", "files"):
            one, two = getattr(self, name), getattr(other, name)
            lines += [f"- {each}" for each in one if each not in two]
            lines += [f"+ {each}" for each in two if each not in one]
            if len(one) != len(two):
                lines.append(f"{name}: {len(one)}, and not {len(two)}")
        return "\n".join(lines)


class Home:
    """A household on `host`, its files in `folder`."""

    def __init__(self, host: Host, folder: Path, nursery: Nursery, to: Ferry) -> None:
        self.folder, self.ferry = folder, to
        self._nursery = nursery
        self._secret = host.password if isinstance(host, Server) else ""
        if isinstance(host, Server):
            where = CALDAV.format(
                url=f"{to.url}{urlsplit(host.url).path[1:]}", username=host.username
            )
        else:
            host.quota = None
            for path in (host.credentials_file(folder), host.token_file(folder, SCOPES)):
                path.write_text(path.read_text().replace(host.url, to.url))
            where = GOOGLE.format(url=to.url)
        app = app_on(host, CALENDAR)
        self.user = User(folder=folder, calendar=where, app=app, now=CHAPTERS[0].at)

    def begins(self, chapter: Chapter) -> None:
        """Have the user do what they do in it."""
        self.user.now = chapter.at
        chapter.deeds(self.user)

    def sync(self, kill: Kill = SPARED) -> End | None:
        """`syncd sync`; how it ended, None where it was killed."""
        return self._nursery.run(
            self.folder,
            self._secret,
            self.ferry,
            kill,
            "--config",
            str(self.folder / "config.yaml"),
            "--now",
            self.user.now.isoformat(),
            "--rehearse",
            "sync",
        )

    def settled(self) -> None:
        """One more sync has nothing to do: it asks once, and changes nothing."""
        before = self.view()
        assert self.sync() is not None
        asked = [each for each in self.ferry.crossed if each != SIGN_IN]
        assert len(asked) == 1 and asked[0].split()[0] in READS, asked
        unlike = before.unlike(self.view())
        assert not unlike, f"a second sync changed something:\n{unlike}"

    def view(self) -> View:
        """What is to be seen now."""
        database = self.folder / "syncd.sqlite"
        with closing(sqlite3.connect(database)) as opened:
            assert opened.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        facts = SqlStore(database, deployment=DEPLOYMENT).load().facts
        assert len({fact.id for fact in facts}) == len(facts), "a fact counts once"
        held = (
            (f.person, str(f.outcome), str(f.direction), f.at, f.day, f.touch, f.attempt, f.channel,
             f.note, f.until, f.entry)
            for f in effective(list(facts))
        )  # fmt: skip
        files = {each.name for each in self.folder.iterdir()}
        return View(
            entries=tuple(_seen(each) for each in self.user.app.entries()),
            facts=tuple(sorted(held, key=repr)),
            files=tuple(sorted(files - {"said"})),
        )


def _seen(entry: Shown) -> tuple[Any, ...]:
    return (
        entry.title,
        entry.start,
        entry.end,
        entry.text,
        entry.alarm,
        entry.busy,
        entry.private,
        entry.cancelled,
        entry.rrule,
        tuple(sorted(entry.exdates)),
        tuple((at, _seen(entry.overrides[at])) for at in sorted(entry.overrides)),
    )


def port_of(host: Host) -> int:
    port = urlsplit(host.url).port
    assert port is not None
    return port


@contextmanager
def home(host: Host, folder: Path, nursery: Nursery) -> Iterator[Home]:
    """While it holds, somebody lives there."""
    folder.mkdir()
    with ferry(port_of(host)) as to:
        yield Home(host, folder, nursery, to)
