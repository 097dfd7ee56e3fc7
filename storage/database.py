"""The database: one engine for writing (one connection on SQLite), one for reading, and the transaction handed to everybody.

On SQLite all writes of a process queue for one connection with BEGIN IMMEDIATE: a second writer would only fight for the file
lock, and a read-then-write under a deferred BEGIN oversells without any error (style.md 19).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.columns import read_json, write_json
from storage.declared import watch
from storage.faults import StorageAway, StorageBusy, plain_faults
from storage.later import Later, watch_waiting
from storage.sqlite_connection import OneTurnConnection, open_sqlite

# Shorter than the worker's and the callback's own deadlines: aiosqlite's thread sits in SQLite's wait.
_BUSY_TIMEOUT_MS = 2_500
_READERS = 4
# A step of a close comes back to the pages of each table: with SQLite's own 2 MiB it took a fifth longer.
_WRITER_CACHE_KIB, _READER_CACHE_KIB = 32_768, 2_048
# A PostgreSQL that does not answer must not hold a callback longer than WeCom waits.
_CONNECT_SECONDS = 3.0
# Nor may one that was cut off in silence hold whoever speaks to it: nothing we ask takes so long, and TCP waits for many minutes.
_STATEMENT_SECONDS = 15.0
# A node that stands still in the middle of a transaction, or that cannot be reached any more, must not hold the others' rows:
# PostgreSQL breaks it off, and if the node wakes up it does the same work again.
_SESSION = {
    "application_name": "wecamp",
    "idle_in_transaction_session_timeout": "4000",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}
# Half a statement that arrived is not idle for PostgreSQL. From version 17 on it ends every transaction that takes longer than
# this; before, a connection that something in between keeps open holds its rows until that closes it.
_TRANSACTION_SECONDS = 30.0
_END_LONG_TRANSACTIONS = "SELECT set_config(name, $1, false) FROM pg_settings WHERE name = 'transaction_timeout'"

# The moment it is, aware UTC: where a transaction takes its `now` from.
Now = Callable[[], datetime]


def machine_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


@dataclass
class Tx:
    """One transaction: the connection, the moment it stands for, and what it set in motion.

    `now` is aware UTC. `cause_id` is the inbox id of the fact being applied (None outside the worker). `lanes` collects
    the lanes that got new rows (and `turn:<id>` of the robot's turns that were answered) and `facts` says that new facts were
    added, so that after the commit the right loops wake.
    `later`: rows that wait to be written together (storage.later); None where each is written at once.
    `windows`: learners' kf windows as this transaction knows them (storage.kf).
    """

    conn: AsyncConnection
    now: datetime
    cause_id: int | None = None
    lanes: set[str] = field(default_factory=set)
    facts: bool = False
    later: Later | None = None
    windows: dict[int, Mapping[str, Any] | None] = field(default_factory=dict)

    @property
    def dialect(self) -> str:
        return self.conn.dialect.name

    @property
    def shuts_others_out(self) -> bool:
        """Whether nobody else writes before this transaction ends, callbacks included: SQLite has one writer."""
        return self.dialect == "sqlite"

    @property
    def stands(self) -> bool:
        """Whether what was done in this transaction still stands. A fault may have ended it as a whole (out of memory does on
        SQLite), and then every further statement would count by itself."""
        inner = self.conn.sync_connection
        begun = inner.get_transaction() if inner is not None else None
        if inner is None or begun is None or not begun.is_active:
            return False
        driver: Any = inner.connection.driver_connection
        return bool(driver.is_in_transaction() if self.dialect == "postgresql" else driver.in_transaction)


class Database:
    """Opens the database of `url` (`sqlite+aiosqlite:///…` or `postgresql+asyncpg://…`); `now` is the time its users live in."""

    def __init__(self, url: str, now: Now = machine_now) -> None:
        self.url = url
        self.now = now
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        # What the last write that failed met; it stands until somebody proves that the disk takes a write again.
        self.fault: StorageBusy | None = None
        self._lock = asyncio.Lock() if self.is_sqlite else None
        self._kept: AsyncConnection | None = None
        if self.is_sqlite:
            self._writer = self._sqlite_engine(begin="BEGIN IMMEDIATE", size=1, cache_kib=_WRITER_CACHE_KIB)
            self._reader = self._sqlite_engine(begin="BEGIN", size=_READERS, cache_kib=_READER_CACHE_KIB)
        else:
            self._writer = create_async_engine(
                url,
                pool_size=8,
                max_overflow=4,
                # The one used last knows the statements in use; with turns for all each of them is prepared on each.
                pool_use_lifo=True,
                hide_parameters=True,
                json_deserializer=read_json,
                json_serializer=write_json,
                connect_args={
                    "timeout": _CONNECT_SECONDS,
                    "command_timeout": _STATEMENT_SECONDS,
                    "server_settings": _SESSION,
                },
            )
            event.listen(self._writer.sync_engine, "connect", _end_long_transactions)
            event.listen(self._writer.sync_engine, "handle_error", _fell_silent)
            event.listen(self._writer.sync_engine, "checkout", _still_open)
            # Each statement sees the latest state either way (READ COMMITTED); so BEGIN and ROLLBACK are two journeys less.
            self._reader = self._writer.execution_options(isolation_level="AUTOCOMMIT")
        for engine in (self._writer, self._reader) if self.is_sqlite else (self._writer,):
            watch(engine.sync_engine)
            watch_waiting(engine.sync_engine)

    def _sqlite_engine(self, *, begin: str, size: int, cache_kib: int) -> AsyncEngine:
        engine = create_async_engine(
            self.url,
            pool_size=size,
            max_overflow=0,
            hide_parameters=True,
            json_deserializer=read_json,
            json_serializer=write_json,
            connect_args={"isolation_level": None, "timeout": _BUSY_TIMEOUT_MS / 1000, "async_creator_fn": open_sqlite},
        )

        @event.listens_for(engine.sync_engine, "connect")
        def _prepare(dbapi_connection: Any, _record: Any) -> None:
            cursor = dbapi_connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"cache_size=-{cache_kib}"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine.sync_engine, "begin")
        def _begin(connection: Connection) -> None:
            # Past SQLAlchemy where nobody has to be waited for: its way costs several times what SQLite needs.
            driver = connection.connection.driver_connection
            if not (isinstance(driver, OneTurnConnection) and driver.begins(begin)):
                connection.exec_driver_sql(begin)

        return engine

    @asynccontextmanager
    async def write(self, now: datetime | None = None) -> AsyncIterator[Tx]:
        """A writing transaction: commits at the end, rolls back on an exception; StorageBusy when the database is busy."""
        if self._lock is None:
            async with self._begin(now, self._open(self._writer)) as tx:
                yield tx
            return
        async with self._lock, self._begin(now, self._keep()) as tx:
            yield tx

    def write_once(self, now: datetime | None = None) -> AbstractAsyncContextManager[Tx]:
        """As `write`, for a single statement: on PostgreSQL it is a transaction by itself, with one journey instead of three."""
        return self.write(now) if self.is_sqlite else self._begin(now, self._open(self._reader))

    @asynccontextmanager
    async def _begin(self, now: datetime | None, opened: AbstractAsyncContextManager[AsyncConnection]) -> AsyncIterator[Tx]:
        try:
            async with plain_faults(), opened as conn, conn.begin():
                yield Tx(conn, now or self.now())
        except StorageBusy as error:
            self.fault = error
            raise

    @asynccontextmanager
    async def read(self, now: datetime | None = None) -> AsyncIterator[Tx]:
        """A reading transaction that never waits for the writer; StorageBusy as `write`."""
        async with plain_faults(), self._open(self._reader) as conn:
            yield Tx(conn, now or self.now())

    @asynccontextmanager
    async def _keep(self) -> AsyncIterator[AsyncConnection]:
        """SQLite's one writing connection; to take it from its pool each time costs as much as to store a few facts."""
        if self._kept is None:
            self._kept = await self._connect(self._writer)
        conn = self._kept
        try:
            yield conn
        except BaseException:
            self._kept = None
            await conn.close()
            raise

    @asynccontextmanager
    async def _open(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        conn = await self._connect(engine)
        try:
            yield conn
        finally:
            await conn.close()

    async def _connect(self, engine: AsyncEngine) -> AsyncConnection:
        try:
            return await engine.connect()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, PoolTimeout) as error:
            # asyncpg's own errors: SQLAlchemy does not translate those of connecting.
            raise StorageAway(type(error).__name__) from error

    async def close(self) -> None:
        if self._kept is not None:
            await self._kept.close()
            self._kept = None
        await self._writer.dispose()
        if self.is_sqlite:
            await self._reader.dispose()


def _end_long_transactions(connection: Any, _record: Any) -> None:
    milliseconds = str(int(_TRANSACTION_SECONDS * 1000))
    connection.run_async(lambda driver: driver.execute(_END_LONG_TRANSACTIONS, milliseconds))


def _still_open(connection: Any, _record: Any, _proxy: Any) -> None:
    """asyncpg has heard when the server went away; to ask it (`pool_pre_ping`) takes three journeys each time."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError("the server closed the connection")


def _fell_silent(fault: ExceptionContext) -> StorageAway | None:
    """A statement had no answer in time: this connection and those beside it are given up."""
    if not isinstance(fault.original_exception, TimeoutError):
        return None
    fault.is_disconnect = fault.invalidate_pool_on_disconnect = True
    return StorageAway(type(fault.original_exception).__name__)
