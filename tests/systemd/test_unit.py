"""The unit file: what systemd itself thinks of it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNIT = Path(__file__).parents[2] / "systemd/syncd.service"
ANALYZE = shutil.which("systemd-analyze")

pytestmark = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")


def analyzed(*arguments: str) -> str:
    done = subprocess.run(
        (str(ANALYZE), *arguments), capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout + done.stderr


def test_every_line_is_understood(tmp_path: Path) -> None:
    # The program is not installed here; whether it is there is looked at, too.
    here = tmp_path / UNIT.name
    here.write_text(UNIT.read_text().replace("/opt/syncd/bin/syncd", "/bin/true"))
    said = analyzed("verify", "--man=no", "--recursive-errors=no", str(here))
    assert [line for line in said.splitlines() if UNIT.name in line] == []


def test_it_is_exposed_as_little_as_can_be() -> None:
    said = analyzed("security", "--offline=true", str(UNIT))
    found = re.search(r"exposure level for syncd\.service: ([\d.]+)", said)
    assert found is not None, said
    assert float(found[1]) <= 1.5
