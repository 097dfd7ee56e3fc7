"""A connection to SQLite on which a short statement runs at once, and a long one on the connection's thread.

aiosqlite takes four turns of its thread for a SELECT (cursor, execute, fetchall, close), and each waits for another thread to be
scheduled. Measured: a turn costs 300 µs, a statement on a key 10 µs; with a turn for each statement the worker was 2.4 times
slower. What may take long, or wait for the disk or a lock, still has its thread, so that callbacks never wait behind it.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from aiosqlite import Connection

# A SELECT that is not over after so many steps of SQLite's machine, or at most twice as many, is begun again on the thread;
# a list of five hundred learners, one to two milliseconds, is not. SQLite counts on from run to run of a prepared statement, so
# it calls for the first time at any step of this run, and for the second time after so many.
_SHORT_STEPS = 45_000
_FIRST_THEN_STOP = (0, 1)
# Of one that was not it is believed so many times that it will not be this time either: what it began would be done twice.
_BELIEVED_LONG, _MOST_LONG = 16, 500
_long: dict[str, int] = {}
# So many values at most are written at once (an INSERT of some rows); each takes about a microsecond.
_SHORT_VALUES = 1_000
# A write that names its rows by their keys; what looks for them, by a query or a range, may take long.
_KEYS = "id|learner_id|enrolment_id|open_kfid|task_id|response_code|order_no"
_NAMES_ITS_ROWS = re.compile(
    r"INSERT INTO \w+ \([^)]*\) VALUES |SAVEPOINT |RELEASE |"
    rf"(UPDATE|DELETE FROM) (?P<table>\w+)\b.*\bWHERE (?P=table)\.({_KEYS}) (= |IN \(\?)",
    re.DOTALL,
)


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
        if len(values) <= _SHORT_VALUES:
            if _is_short_write(statement):
                return self._run(sqlite3.Connection.execute, statement, values)
            if statement.startswith("SELECT") and not _is_known_as_long(statement) and self._ran_in_few_steps(statement, values):
                return self
        return await self._connection.in_thread(self._run, sqlite3.Connection.execute, statement, values)

    async def executemany(self, statement: str, rows: Sequence[Sequence[Any]]) -> OneTurnCursor:
        if sum(map(len, rows)) <= _SHORT_VALUES and _is_short_write(statement):
            return self._run(sqlite3.Connection.executemany, statement, rows)
        return await self._connection.in_thread(self._run, sqlite3.Connection.executemany, statement, rows)

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Nothing is open: the real cursor was closed in its thread."""

    def _ran_in_few_steps(self, statement: str, values: Sequence[Any]) -> bool:
        real = self._connection.real
        real.set_progress_handler(iter(_FIRST_THEN_STOP).__next__, _SHORT_STEPS)
        try:
            self._run(sqlite3.Connection.execute, statement, values)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            if len(_long) >= _MOST_LONG:
                _long.clear()
            _long[statement] = _BELIEVED_LONG
            return False
        finally:
            # Never left on: a write that is stopped midway would take the whole transaction back.
            real.set_progress_handler(None, 0)
        return True

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
    """aiosqlite's connection with such cursors; `patience_ms`: how long it waits for another process that writes."""

    patience_ms = 0
    # While its thread is at work, also when nobody waits for that any more, nothing may run beside it.
    _thread_at_work = False

    @property
    def real(self) -> sqlite3.Connection:
        return self._conn

    def cursor(self) -> OneTurnCursor:  # type: ignore[override]  # SQLAlchemy enters it, which aiosqlite's allows as well
        return OneTurnCursor(self)

    async def rollback(self) -> None:
        """Nothing to do where nothing has begun: SQLAlchemy asks for it whenever a connection goes back to its pool."""
        if self._thread_at_work or self.real.in_transaction:
            await super().rollback()

    def begins(self, statement: str) -> bool:
        """Runs this BEGIN at once, or says False: another process is writing and must be waited for, or something is wrong."""
        if statement == "BEGIN":  # takes no lock
            self.real.execute(statement)
            return True
        self.real.execute("PRAGMA busy_timeout = 0")
        try:
            self.real.execute(statement)
        except sqlite3.OperationalError:
            return False
        finally:
            self.real.execute(f"PRAGMA busy_timeout = {self.patience_ms}")
        return True

    async def in_thread(self, run: Callable[..., OneTurnCursor], *values: Any) -> OneTurnCursor:
        self._thread_at_work = True
        try:
            done: OneTurnCursor = await self._execute(run, *values)  # type: ignore[no-untyped-call]
        except asyncio.CancelledError:
            raise  # it goes on all the same
        except BaseException:
            self._thread_at_work = False
            raise
        self._thread_at_work = False
        return done


def _is_known_as_long(statement: str) -> bool:
    left = _long.pop(statement, 0)
    if left > 1:
        _long[statement] = left - 1
    return left > 0


@lru_cache(maxsize=2_000)
def _is_short_write(statement: str) -> bool:
    """Whether it is over at once; COMMIT is not: it waits for the disk."""
    return _NAMES_ITS_ROWS.match(statement) is not None


def open_sqlite(path: str, **options: Any) -> OneTurnConnection:
    """A connection that opens when it is awaited; `options` as of `sqlite3.connect`."""
    # SQLAlchemy passes check_same_thread=False. Two threads take turns on it, never at once: its user awaits each statement.
    connection = OneTurnConnection(lambda: sqlite3.connect(path, **options), iter_chunk_size=64)
    connection.patience_ms = round(options.get("timeout", 5.0) * 1000)
    # An unclosed connection must not hold the process (aiosqlite #369); SQLAlchemy does the same to its own.
    connection._thread.daemon = True
    return connection
