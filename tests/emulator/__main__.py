"""`python -m tests.emulator`: a Google on this machine, to try syncd against without an account."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from tests.emulator.client import GoogleClient
from tests.emulator.google import running


def main() -> None:
    """Serve until Ctrl-C; say how syncd is pointed here."""
    parser = argparse.ArgumentParser(prog="python -m tests.emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="else any that is free")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the JSON is written")
    told = parser.parse_args()
    with running(told.port) as google:
        account = google.fresh()
        credentials = account.credentials_file(told.folder)
        print(f"An emulated Google is at {google.url}, with one user, {account.email}.")
        print("In config.yaml:")
        print("  calendars:")
        print("    home:")
        print("      provider: google")
        print(f"      credentials: {credentials.absolute()}")
        print(f"      api-endpoint: {google.url}")
        print("Then: syncd auth google; syncd sync. Enter shows the calendar; Ctrl-C ends it.")
        try:
            while True:
                input()
                _show(GoogleClient(account, "Outreach"))
        except EOFError:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            print()


def _show(app: GoogleClient) -> None:
    if not app.exists:
        print("There is no calendar called Outreach yet.")
        return
    for entry in app.entries():
        print(f"{entry.start}  {entry.title}")


if __name__ == "__main__":
    main()
