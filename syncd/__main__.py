"""The entry point: `syncd`, or `python -m syncd`."""

from __future__ import annotations

import gc
import os
import signal
import sys
from types import FrameType


def main() -> int:
    """Do what the command line says, and give the exit status."""
    if os.getpid() == 1:
        # In a container the kernel keeps SIGTERM from its first process until that handles it,
        # which the daemon does once it has read its config.
        signal.signal(signal.SIGTERM, _terminated)
    # We have no plugins for pydantic; to look for some takes a tenth of the start of every verb.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from syncd.cli.main import main as done

        return done(sys.argv[1:])
    except KeyboardInterrupt:
        return 130
    finally:
        # As it ends Python looks through all that was ever loaded for what holds each other: half a
        # second's work, more on a slow machine, and for nothing.
        gc.freeze()


def _terminated(number: int, frame: FrameType | None) -> None:
    del frame
    os._exit(128 + number)  # whatever it was about to do is as safe as from a crash


if __name__ == "__main__":
    sys.exit(main())
