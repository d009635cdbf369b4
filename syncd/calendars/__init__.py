"""Calendars: the seam that the engine sees, and the adapters behind it."""
