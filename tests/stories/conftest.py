"""Every story is told on Radicale and on Xandikos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from syncd.model.people import Person
from tests.household import person
from tests.servers import Server, settings_for
from tests.stories.stage import CALENDAR, Make, Stage, roster


@pytest.fixture
def make(server: Server, tmp_path: Path) -> Make:
    """A stage with people; anybody named by a word is the usual somebody of that name."""

    def made(*people: Person | str, **more: Any) -> Stage:
        known = [person(each) if isinstance(each, str) else each for each in people]
        settings = settings_for(server, CALENDAR)
        return Stage(server=server, folder=tmp_path, roster=roster(settings, *known, **more))

    return made
