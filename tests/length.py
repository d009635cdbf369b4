"""How long the tests may take: as long as one waits at every change, or, with `SYNCD_LONG=1`, as
long as a night lasts. Every property is looked at in both; the long run looks at more of the same.
"""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")

LONG = os.environ.get("SYNCD_LONG") == "1"


def often(common: T, long: T) -> T:
    """`common` at every change, `long` in the long run."""
    return long if LONG else common
