"""Every story is told on Radicale and on the emulated Google, but for those about the text of
iCalendar bodies, which Google has none of; on Xandikos, which is a server much like Radicale, every
twenty-fourth at every change, and all of them in the long run."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest

from syncd.model.people import Person
from tests.hosts import GOOGLE, HOSTS, XANDIKOS, Host, settings_on, with_tasks
from tests.household import person
from tests.length import often
from tests.stories.stage import CALENDAR, Make, Stage, roster


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "host" in metafunc.fixturenames:
        bodies = metafunc.definition.get_closest_marker("icalendar")
        rest = zlib.crc32(metafunc.definition.nodeid.encode()) % often(24, 1)
        hosts = [each for each in HOSTS if each != XANDIKOS or not rest]
        kinds = [each for each in hosts if each != GOOGLE or bodies is None]
        metafunc.parametrize("host", kinds, indirect=True)


@pytest.fixture
def host(request: pytest.FixtureRequest) -> Host:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Host)
    return found


@pytest.fixture
def make(host: Host, tmp_path: Path) -> Make:
    """A stage with people; anybody named by a word is the usual somebody of that name."""

    def made(*people: Person | str, **more: Any) -> Stage:
        known = [person(each) if isinstance(each, str) else each for each in people]
        settings = settings_on(host, CALENDAR, tmp_path)
        calendars = {"home": settings}
        if any(each.as_task for each in more.get("lists", ())):
            calendars = with_tasks(settings)
        set_ = roster(settings, *known, **more)
        stage = Stage(server=host, folder=tmp_path, roster=set_)
        stage.changed(calendars=calendars)
        return stage

    return made
