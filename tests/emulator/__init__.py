"""A Google to test against: calendars, tasks and sign-in, on loopback."""
