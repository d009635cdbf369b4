"""The demo: a calendar server of its own, sample people, two syncs with a user between them.

Everything that it shows is read from that server and from syncd's database, and everything that the
user does goes over plain HTTP, as from any calendar app.
"""

from __future__ import annotations

from syncd.demo.story import main

__all__ = ["main"]
