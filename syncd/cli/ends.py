"""What the process ends with; of several the highest."""

from __future__ import annotations

DONE, CONFIG, USAGE, CALENDAR, HELD, STATE = range(6)
BUG = 70
"""An error that syncd did not mean to raise (EX_SOFTWARE)."""
INTERRUPTED = 130
CUT_OFF = 141
"""Whoever read the answer went away: as the shell counts SIGPIPE."""
