"""The entry point: `syncd`, or `python -m syncd`."""

from __future__ import annotations

import sys


def main() -> int:
    """Do what the command line says, and give the exit status."""
    try:
        from syncd.cli.main import main as done

        return done(sys.argv[1:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
