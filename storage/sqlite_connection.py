"""A connection to SQLite that goes to its thread once for each statement.

aiosqlite takes four turns for a SELECT (cursor, execute, fetchall, close), and each of them waits for another thread to be
scheduled: measured, three quarters of the worker's time. SQLAlchemy fetches all rows at once anyway, so one turn does it all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from aiosqlite import Connection


class OneTurnCursor:
    """What SQLAlchemy's asyncio adapter asks of a cursor; a statement's rows are here when it has run."""

    def __init__(self, connection: OneTurnConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> OneTurnCursor:
        return self

    async def execute(self, statement: str, values: Sequence[Any] = ()) -> OneTurnCursor:
        return await self._connection.in_thread(self._run, sqlite3.Connection.execute, statement, values)

    async def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> OneTurnCursor:
        return await self._connection.in_thread(self._run, sqlite3.Connection.executemany, statement, rows)

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open: the real cursor was closed in its thread."""

    def _run(self, run: Callable[..., sqlite3.Cursor], statement: str, values: Sequence[Any]) -> OneTurnCursor:
        cursor = run(self._connection.real, statement, values)
        self.description = cursor.description
        if cursor.description:
            self._rows = cursor.fetchall()
        # After the rows: only then does SQLite know how many an INSERT … RETURNING changed.
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()
        return self


class OneTurnConnection(Connection):
    """aiosqlite's connection with such cursors."""

    @property
    def real(self) -> sqlite3.Connection:
        return self._conn

    def cursor(self) -> OneTurnCursor:  # type: ignore[override]  # SQLAlchemy enters it, which aiosqlite's allows as well
        return OneTurnCursor(self)

    async def in_thread(self, run: Callable[..., OneTurnCursor], *values: Any) -> OneTurnCursor:
        done: OneTurnCursor = await self._execute(run, *values)  # type: ignore[no-untyped-call]
        return done


def open_sqlite(path: str, **options: Any) -> OneTurnConnection:
    """A connection that opens when it is awaited; `options` as of `sqlite3.connect`."""
    connection = OneTurnConnection(lambda: sqlite3.connect(path, **options), iter_chunk_size=64)
    # An unclosed connection must not hold the process (aiosqlite #369); SQLAlchemy does the same to its own.
    connection._thread.daemon = True
    return connection
