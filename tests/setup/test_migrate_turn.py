"""A database of 0002 with facts in line becomes 0003: the bulk stays behind the people, nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from storage import inbox
from storage import migrate as migration
from storage.database import Database
from storage.migrate import migrate, newest
from storage.tables_camp import metadata
from tests.conftest import fresh_database

_FACT = (
    "insert into inbox (source, kind, dedup_key, conversation, body, received_at, bulk, state, attempts)"
    " values ('t', :kind, :kind, 'c', '{}', 1, :bulk, 0, 0)"
)


def to_0002(connection: Connection) -> None:
    metadata.drop_all(connection)
    config = migration._config()
    config.attributes["connection"] = connection
    command.upgrade(config, "0002")


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_from_0002(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    async with fresh_database(request, kind, tmp_path) as url:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(to_0002)
            await connection.execute(text(_FACT), [{"kind": "paid", "bulk": True}, {"kind": "words", "bulk": False}])
        await engine.dispose()
        assert await migrate(url) == ("0002", newest())
        database = Database(url)
        async with database.write() as tx:
            assert [fact.kind for fact in await inbox.pending(tx, 10)] == ["words", "paid"]
        await database.close()
