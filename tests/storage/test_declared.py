"""What hardly ever changes is read once in a transaction, and never remembered past a change."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from storage import cohorts, members
from storage.channels import ensure as ensure_channel
from storage.database import Database


@pytest.fixture
def asked(database: Database) -> list[str]:
    """Every statement the database was asked from now on."""
    seen: list[str] = []

    @event.listens_for(database._writer.sync_engine, "before_cursor_execute")
    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    return seen


async def test_the_same_question_is_asked_once(database: Database, asked: list[str]) -> None:
    async with database.write() as tx:
        await members.ensure(tx, "lin")
        asked.clear()
        for _ in range(5):
            assert await members.find(tx, "lin") is not None
        assert await members.find(tx, "wu") is None
        assert await members.find(tx, "wu") is None
        assert len([s for s in asked if s.startswith("SELECT")]) <= 2


async def test_a_write_to_the_table_is_seen_at_once(database: Database) -> None:
    async with database.write() as tx:
        lin = await members.ensure(tx, "lin", name="林")
        assert (await members.load(tx, lin.id)).name == "林"
        await members.change(tx, lin.id, name="林老师")
        assert (await members.load(tx, lin.id)).name == "林老师"
        assert await cohorts.find_channel(tx, "dy01") is None
        await ensure_channel(tx, "dy01", "抖音")
        assert await cohorts.find_channel(tx, "dy01") is not None


async def test_what_was_taken_back_is_forgotten(database: Database) -> None:
    async with database.write() as tx:
        savepoint = await tx.conn.begin_nested()
        await members.ensure(tx, "lin")
        assert await members.find(tx, "lin") is not None
        await savepoint.rollback()
        assert await members.find(tx, "lin") is None


async def test_the_next_transaction_reads_anew(database: Database) -> None:
    for _ in range(2):
        async with database.read() as tx:
            assert await members.with_position(tx, "manager") == []
    async with database.write() as tx:
        chen = await members.ensure(tx, "chen")
        await members.change(tx, chen.id, position="manager")
    async with database.read() as tx:
        assert [m.userid for m in await members.with_position(tx, "manager")] == ["chen"]


async def test_whoever_changes_the_list_changes_their_own(database: Database) -> None:
    async with database.write() as tx:
        await members.change(tx, (await members.ensure(tx, "chen")).id, position="manager")
        (await members.with_position(tx, "manager")).clear()
        assert len(await members.with_position(tx, "manager")) == 1
