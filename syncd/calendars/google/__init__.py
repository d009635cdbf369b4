"""Google Calendar and Google Tasks, behind the seam of `syncd.calendars.base`."""
