"""What happens in the demo, in order."""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from types import FrameType
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from syncd import bootstrap, logs
from syncd.demo import show
from syncd.demo.server import Server, running
from syncd.demo.user import Shown, User
from syncd.engine.daemon import Daemon
from syncd.engine.service import Service
from syncd.engine.tick import Report
from syncd.errors import SyncdError, Unreachable
from syncd.model.keys import Kind, decode

WRITTEN = date(2026, 1, 1)
"""The day on which the sample people's dates are meant."""
SHOWN = 15
"""How many days are shown: they hold the next two occurrences of any weekly block."""

Clock = Callable[[], datetime]


def main(once: bool = False, clock: Clock | None = None) -> int:
    """Show syncd at work, then go on as the daemon until told to stop, or end at once where `once`
    says so. Gives the exit status. Takes its server and its files away again, also on SIGINT and
    SIGTERM."""
    out = Console(highlight=False, soft_wrap=False)
    daemon: Daemon | None = None
    status = 0
    try:
        with _terminable(), tempfile.TemporaryDirectory(prefix="syncd-demo-") as name:
            folder = Path(name)
            with running(folder) as server:
                load = _loader(folder, server, clock or _now)
                _tell(out, load(), server)
                if not once:
                    _invite(out, folder, server)
                    logs.configure()
                    daemon = Daemon(load)
                    status = daemon.run()
    except KeyboardInterrupt:
        return 130
    except SyncdError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    if daemon is not None and daemon.busy:
        sys.stdout.flush()
        os._exit(status)
    return status


def _tell(out: Console, service: Service, server: Server) -> None:
    """The story: sync, look, play the user, sync again, look again."""
    roster, zone = service.roster, service.zone
    now = service.clock()
    block = next(iter(roster.blocks.values()))
    show.heading(out, f"{len(roster.people)} people, one hour a week, one calendar: the first sync")
    _report(out, service.sync())
    user = User(server, roster.calendars[block.calendar].calendar)
    show.heading(out, "What the calendar holds, two weeks ahead")
    events = user.week(now, SHOWN)
    show.week(out, events, zone)

    show.heading(out, "Now you, in your calendar app")
    _play(out, user, _contacts(events, service), zone)
    show.heading(out, "The second sync")
    _report(out, service.sync())

    facts = service.history(everything=True)
    show.heading(out, "What was understood")
    show.understood(out, roster, facts, service.due())
    show.heading(out, "The contact log (syncd history)")
    show.journal(out, roster, service.history())
    show.heading(out, "Tried again on a day of their own, and why")
    events = user.week(min(now, service.clock()) - timedelta(days=1), SHOWN + 1)
    show.retries(out, roster, events, facts, now)
    show.heading(out, "What the calendar holds after that")
    show.week(out, events, zone)


def _contacts(events: list[Shown], service: Service) -> list[Shown]:
    """The contact events ahead."""
    now, deployment = service.clock(), service.roster.deployment
    ahead = [event for event in events if show.instant(event.start) > now]
    keys = [decode(event.uid, deployment) for event in ahead]
    return [e for e, key in zip(ahead, keys, strict=True) if key and key.kind is Kind.CONTACT]


def _play(out: Console, user: User, contacts: list[Shown], zone: ZoneInfo) -> None:
    """Be the user, who does four things to four contact events."""
    if len(contacts) < 4:
        raise Unreachable(f"The calendar holds {len(contacts)} contact events instead of four.")
    reached, message, later, dropped = contacts[:4]
    _did(out, f"{reached.title}: you call, and put ✅ and a word into the title")
    user.retitle(reached, f"✅ {reached.title} good talk")
    _did(out, f"{message.title}: the machine answers; you put an m before the title")
    user.retitle(message, f"m {message.title}")
    start = show.instant(later.start) + timedelta(days=1, hours=5)
    _did(out, f"{later.title}: not this week; you drag it to {show.day_of(start, zone)}")
    user.drag(later, start)
    _did(out, f"{dropped.title}: not now; you delete it")
    user.delete(dropped)


def _did(out: Console, text: str) -> None:
    out.print(Text(f"  · {logs.clean(text)}"))


def _report(out: Console, report: Report) -> None:
    if report.errors:
        raise Unreachable(report.errors[0])
    done = [each.action.act.value for each in report.outcomes if each.done]
    counts = ", ".join(f"{done.count(act)} {act}d" for act in dict.fromkeys(done))
    out.print(Text(f"  entries: {counts or 'nothing to do'}"))


def _invite(out: Console, folder: Path, server: Server) -> None:
    """How to look on with one's own eyes."""
    show.heading(out, "Look at it in any calendar app (CalDAV), mark something, and watch below")
    for name, value in (
        ("address", server.url),
        ("user", server.username),
        ("password", server.password),
    ):
        out.print(Text(f"  {name:<9} {value}"))
    out.print(
        Text(
            "  or ask from another terminal:"
            f"  .venv/bin/syncd --config {folder / 'config.yaml'} due",
        ),
        soft_wrap=True,
    )
    out.print(Text("  Ctrl-C ends it, and takes the server and its files away."))
    out.print()


def _loader(folder: Path, server: Server, clock: Clock) -> Callable[[], Service]:
    """Put the sample config into `folder`, and give what reads it."""
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(server.password)
    samples = files("syncd.demo")
    config = samples.joinpath("config.yaml").read_text(encoding="utf-8")
    config = config.replace("http://127.0.0.1:5232/", server.url).replace("FOLDER", str(folder))
    people = samples.joinpath("people.yaml").read_text(encoding="utf-8")
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    (folder / "people.yaml").write_text(moved(people, clock().date()), encoding="utf-8")
    env: Mapping[str, str] = os.environ

    def load() -> Service:
        return bootstrap.service(bootstrap.load(folder / "config.yaml", env).roster, env, clock)

    return load


def moved(text: str, today: date) -> str:
    """`text` with every date as far from `today` as it is from the day it was written for."""
    by = today - WRITTEN

    def later(match: re.Match[str]) -> str:
        return (date.fromisoformat(match[0]) + by).isoformat()

    return re.sub(r"\b\d{4}-\d{2}-\d{2}\b", later, text)


@contextmanager
def _terminable() -> Iterator[None]:
    """While it holds, SIGTERM ends things as Ctrl-C does, so that they are taken away."""

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
