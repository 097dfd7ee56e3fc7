"""Migrations: an empty file becomes exactly the schema of the tables; again changes nothing; a newer database is left alone."""

from __future__ import annotations

import asyncio
import sqlite3
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine
from sqlalchemy.ext.asyncio import create_async_engine

from storage.migrate import NewerDatabase, current, is_current, migrate, newest
from storage.tables_camp import metadata

# SQLite cannot tell of an index on an expression; PostgreSQL can, and is compared.
pytestmark = pytest.mark.filterwarnings("ignore:.*expression-based index")


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


@pytest.fixture(params=["sqlite", "postgres"])
async def nothing(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"
        return
    address = request.getfixturevalue("postgres")
    name = f"m_{uuid.uuid4().hex}"
    root = create_async_engine(address.format(name="postgres"), isolation_level="AUTOCOMMIT")
    async with root.connect() as connection:
        await connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0")
        yield address.format(name=name)
        await connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    await root.dispose()


async def test_an_empty_database_becomes_the_schema(nothing: str) -> None:
    assert await current(nothing) is None
    assert await migrate(nothing) == (None, newest())
    assert await is_current(nothing)
    assert await migrate(nothing) == (newest(), newest())
    engine = create_async_engine(nothing)
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_nodes_that_start_together_migrate_once(nothing: str) -> None:
    befores = [before for before, _ in await asyncio.gather(*[migrate(nothing) for _ in range(3)])]
    assert sorted(befores, key=str) == [newest(), newest(), None]


async def test_the_clustered_tables_are_clustered(tmp_path: Path) -> None:
    migrated, made = tmp_path / "migrated.db", tmp_path / "made.db"
    await migrate(f"sqlite+aiosqlite:///{migrated}")
    engine = create_engine(f"sqlite:///{made}")
    metadata.create_all(engine)
    engine.dispose()
    assert clustered(migrated) == clustered(made) >= {"attendance", "placements"}


def clustered(file: Path) -> set[str]:
    connection = sqlite3.connect(file)
    try:
        return {name for (name,) in connection.execute("select name from sqlite_master where sql like '%WITHOUT ROWID%'")}
    finally:
        connection.close()


async def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'new.db'}"
    await migrate(url)
    connection = sqlite3.connect(tmp_path / "new.db")
    connection.execute("update alembic_version set version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(NewerDatabase):
        await migrate(url)
    assert await current(url) == "9999"
