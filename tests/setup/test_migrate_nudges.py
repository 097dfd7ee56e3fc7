"""A database of 0001 with people in it becomes 0002: nothing they have is lost, and a task can be kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from storage import migrate as migration
from storage.migrate import current, migrate, newest
from storage.tables_camp import metadata
from tests.conftest import fresh_database

_ROWS = (
    "insert into members (id, userid, userid_key, disabled) values (1, 'lin', 'lin', false)",
    "insert into learners (id, external_userid, created_at) values (7, 'wm7', 1)",
    "insert into follows (learner_id, member_id, added_at) values (7, 1, 1)",
    "insert into journal (learner_id, at, kind, by, detail) values (7, 1, 'added', 'wecom', '{}')",
)


def to_0001(connection: Connection) -> None:
    config = migration._config()
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_from_0001(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    async with fresh_database(request, kind, tmp_path) as url:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(_emptied)
            await connection.run_sync(to_0001)
            for row in _ROWS:
                await connection.execute(text(row))
        await engine.dispose()
        assert await current(url) == "0001"
        assert await migrate(url) == ("0001", newest())
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            for table, number in (("members", 1), ("learners", 1), ("follows", 1), ("journal", 1), ("nudges", 0)):
                assert (await connection.execute(text(f"select count(*) from {table}"))).scalar_one() == number
            assert (await connection.execute(text("select external_userid from learners where id = 7"))).scalar_one() == "wm7"
        await engine.dispose()


def _emptied(connection: Connection) -> None:
    metadata.drop_all(connection)
