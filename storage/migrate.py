"""Brings a database to the schema this program needs; forward only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = Path(__file__).with_name("migrations")
_SQLITE_HEADER = b"SQLite format 3\x00"
# First starts on one new file migrate one after the other too; a whole migration takes seconds at most.
_SQLITE_WAIT_SECONDS = 30
# Any number: nodes that start together agree on it and migrate one after the other.
_POSTGRES_LOCK = 7_205_940_193


class NotADatabase(OSError):
    """The file of a SQLite address holds something else; nothing was changed."""


class NewerDatabase(Exception):
    """The database was migrated by a newer program than this one; nothing was changed."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"the database is at {revision}, which this program does not know")
        self.revision = revision


async def migrate(url: str) -> tuple[str | None, str]:
    """Migrates the database of `url`, made when it does not exist; returns the revision before (None: empty) and after."""
    async with _connection(url) as conn:
        if conn.dialect.name == "postgresql":
            await conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _POSTGRES_LOCK})
        return await conn.run_sync(_upgrade)


async def current(url: str) -> str | None:
    """The revision the database is at; None for one without any of our tables."""
    async with _connection(url) as conn:
        return await conn.run_sync(_revision)


async def is_current(url: str) -> bool:
    """Whether the database has the schema this program needs."""
    return await current(url) == newest()


def newest() -> str:
    """The revision this program needs."""
    return max(script.name.split("_")[0] for script in (_SCRIPTS / "versions").glob("[0-9]*.py"))


def _upgrade(connection: Connection) -> tuple[str | None, str]:
    before, head = _revision(connection), newest()
    if before == head:
        return before, head
    # Imported only where there is something to do: it is a sixth of what a start takes, and of its memory.
    from alembic import command
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = _config()
    if before is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(before)
        except CommandError:
            raise NewerDatabase(before) from None
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return before, head


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return revision


def _check_file(file: Path) -> None:
    # SQLite would say the same later, but by then a thread of aiosqlite holds the file open for good.
    if file.exists() and file.stat().st_size:
        with file.open("rb") as start:
            if start.read(len(_SQLITE_HEADER)) != _SQLITE_HEADER:
                raise NotADatabase(f"{file} is not a SQLite database")


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[AsyncConnection]:
    """One connection in one transaction: a migration that fails leaves the schema as it was, on both databases."""
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and parsed.database:
        await asyncio.to_thread(_check_file, Path(parsed.database))
    patience = {"isolation_level": None, "timeout": _SQLITE_WAIT_SECONDS} if sqlite else {}
    engine = create_async_engine(url, connect_args=patience)
    try:
        async with engine.connect() as conn:
            if sqlite:
                # Here, where there is time to wait for the others; for everybody later it is so already.
                await conn.exec_driver_sql("PRAGMA journal_mode=WAL")
                # Without this SQLite commits every CREATE TABLE by itself.
                await conn.exec_driver_sql("BEGIN IMMEDIATE")
            yield conn
            await (conn.exec_driver_sql("COMMIT") if sqlite else conn.commit())
    finally:
        await engine.dispose()
