"""A calendar server of syncd's own, for whoever has none: a Radicale, run as a child process.

folder/password      what the user types into their apps; may be changed by hand
folder/users         the same for Radicale, made anew at every start
folder/owner         held (flock) by the syncd that runs the server
folder/server        held by the server itself for as long as it lives; its process id
folder/trouble       how it ended, where it did so by itself
folder/collections   the calendars
"""

from __future__ import annotations

from syncd.calendars.embedded.house import House, Houses
from syncd.calendars.embedded.keys import password
from syncd.calendars.embedded.trouble import trouble_of

__all__ = ["House", "Houses", "password", "trouble_of"]
