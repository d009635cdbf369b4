"""A store in a database that is not there yet, in a folder that is not there yet."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from syncd.store.sql import SqlStore


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "syncd.db"


@pytest.fixture
def store(path: Path) -> SqlStore:
    return SqlStore(path, patience=timedelta(milliseconds=50))
