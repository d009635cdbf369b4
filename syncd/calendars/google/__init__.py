"""Google Calendar and Google Tasks, behind the seam of `syncd.calendars.base`."""

from syncd.calendars.google.account import Account
from syncd.calendars.google.adapter import GoogleCalendar
from syncd.calendars.google.tasks import GoogleTasks

__all__ = ["Account", "GoogleCalendar", "GoogleTasks"]
