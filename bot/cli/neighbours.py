"""How `demo` and `sandbox` are started: nothing of the house is loaded for them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

NAMES = ("sandbox", "demo")


def start(name: str, arguments: Sequence[str]) -> NoReturn:
    """Ends this process: with the demo's exit code, or by becoming the look-alike."""
    if name == "demo":
        # Loaded here only: no other command needs it.
        sys.exit(import_module("bot.cli.demo").run(arguments))
    # In place of this process, so that signals and the exit code are the look-alike's own.
    os.execv(sys.executable, [sys.executable, "-m", "sandbox", *arguments])
