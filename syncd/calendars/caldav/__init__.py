"""Calendars on CalDAV servers (RFC 4791)."""

from __future__ import annotations

from syncd.calendars.caldav.adapter import CalDavCalendar

__all__ = ["CalDavCalendar"]
