"""The command line. What stands beside the house (`demo`, `sandbox`) starts without loading it."""

from __future__ import annotations

import sys

from bot.cli import neighbours


def main() -> None:
    """The program `wecamp`."""
    if len(sys.argv) > 1 and sys.argv[1] in neighbours.NAMES:
        # Who looks at the demo for the first time should not wait for what only the real server needs.
        neighbours.start(sys.argv[1], sys.argv[2:])
    from bot.cli.program import app

    app()
