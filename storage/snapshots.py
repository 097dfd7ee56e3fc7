"""A copy of a SQLite database as it was at one moment, taken while others write to it."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

_BUSY_SECONDS = 30.0


class DamagedSnapshot(Exception):
    """The copy does not pass SQLite's own check; the database itself may be damaged."""


def take_snapshot(source: Path, target: Path) -> None:
    """Writes the database of `source` into `target`, an empty file; blocks until it is there and checked.

    VACUUM INTO reads in one transaction, so the copy is one moment's and writers never wait for it; the online backup API would
    begin anew at every write of another process. What was deleted or purged before is not in the copy, not even in free pages.
    """
    with contextlib.closing(_open(source, "rw")) as database:
        database.execute("VACUUM INTO ?", (str(target),))
    with contextlib.closing(_open(target, "ro")) as copy:
        words = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if words != "ok":
        raise DamagedSnapshot(words)


def _open(file: Path, mode: str) -> sqlite3.Connection:
    """A connection that never makes the file."""
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=_BUSY_SECONDS)
