"""Transactions: all or nothing, waiting in line, and plain words when the database is busy or away."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import StatementError

import storage.database
from storage.columns import from_micros, to_micros, to_storable
from storage.database import Database
from storage.faults import StorageAway, StorageBusy
from storage.inbox import add_facts
from storage.tables_loop import inbox, nonces
from tests.storage.conftest import draft, rows


async def test_an_exception_rolls_everything_back(database: Database) -> None:
    with contextlib.suppress(ZeroDivisionError):
        async with database.write() as tx:
            await add_facts(tx, [draft("a")])
            raise ZeroDivisionError
    assert await rows(database, "SELECT id FROM inbox") == []


async def test_what_is_written_once_is_stored_whole_or_not_at_all(database: Database) -> None:
    facts = [draft(f"k{number}") for number in range(9)]
    with pytest.raises((StatementError, TypeError)):
        async with database.write_once() as tx:
            await add_facts(tx, [*facts, draft("bad", odd=object())])
    assert await rows(database, "SELECT id FROM inbox") == []
    async with database.write_once() as tx:
        assert await add_facts(tx, facts) == 9
    assert len(await rows(database, "SELECT id FROM inbox")) == 9


async def test_what_is_written_once_takes_postgresql_no_begin_and_no_commit(database: Database) -> None:
    if database.is_sqlite:
        return
    besides: list[str] = []  # all that is asked beside the prepared statement
    async with database.write_once() as tx:
        driver: Any = (await tx.conn.get_raw_connection()).driver_connection
        await add_facts(tx, [draft("a")], in_line=True)  # with which the connection learns the types
    driver.add_query_logger(lambda record: besides.append(record.query))
    async with database.write_once() as tx:
        assert await add_facts(tx, [draft("b")], in_line=True) == 1
    await asyncio.sleep(0)  # asyncpg tells in the next turn of the loop
    assert besides == []
    async with database.write() as tx:
        assert await add_facts(tx, [draft("c")], in_line=True) == 1
    await asyncio.sleep(0)
    assert [words.strip(";").split()[0] for words in besides] == ["BEGIN", "COMMIT"]


async def test_a_savepoint_gives_up_only_its_own_rows(database: Database) -> None:
    async with database.write() as tx:
        await add_facts(tx, [draft("kept")])
        with contextlib.suppress(ZeroDivisionError):
            async with tx.conn.begin_nested():
                await add_facts(tx, [draft("lost")])
                raise ZeroDivisionError
        await add_facts(tx, [draft("kept too")])
    assert [row.dedup_key for row in await rows(database, "SELECT dedup_key FROM inbox ORDER BY id")] == ["kept", "kept too"]


async def test_writers_wait_for_each_other_and_none_is_lost(database: Database) -> None:
    async def write(number: int) -> None:
        async with database.write() as tx:
            await add_facts(tx, [draft(f"k{number}")])

    await asyncio.gather(*(write(number) for number in range(40)))
    assert len(await rows(database, "SELECT id FROM inbox")) == 40


async def test_a_cancelled_writer_leaves_nothing_and_blocks_nobody(database: Database) -> None:
    inside, never = asyncio.Event(), asyncio.Event()

    async def write() -> None:
        async with database.write() as tx:
            await add_facts(tx, [draft("half")])
            inside.set()
            await never.wait()

    writing = asyncio.create_task(write())
    await inside.wait()
    writing.cancel()
    await asyncio.wait([writing])
    async with asyncio.timeout(3), database.write() as tx:
        await add_facts(tx, [draft("next")])
    assert [row.dedup_key for row in await rows(database, "SELECT dedup_key FROM inbox")] == ["next"]


async def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    async with database.write() as tx:
        await add_facts(tx, [draft("not yet")])
        async with asyncio.timeout(1):
            assert await rows(database, "SELECT id FROM inbox") == []


async def test_times_are_exact_and_utc(database: Database, noon: datetime) -> None:
    moment = datetime(2026, 12, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    async with database.write(moment) as tx:
        await tx.conn.execute(insert(nonces).values(source="s", nonce="n", body_hash="h", seen_at=tx.now))
        seen = (await tx.conn.execute(select(nonces.c.seen_at))).scalar_one()
    assert (seen, seen.tzinfo) == (noon + timedelta(microseconds=123456), UTC)
    assert from_micros(to_micros(noon)) == noon
    with pytest.raises(ValueError, match="naive"):
        to_micros(datetime(2026, 12, 1))  # noqa: DTZ001


async def test_what_no_database_can_hold_is_replaced(database: Database) -> None:
    strange = {"a\x00": ["x\ud800y", float("inf"), {"deep": float("nan")}], "n": 1.5, "b": True, "none": None}
    async with database.write() as tx:
        await add_facts(tx, [draft("k\x00\udfff", strange=strange), draft("plain", name="营伴😀 \\u0000")])
        stored = (await tx.conn.execute(select(inbox.c.dedup_key, inbox.c.body).order_by(inbox.c.id))).all()
    strangely, plainly = ({**row.body, "key": row.dedup_key} for row in stored)
    kept = {"a\ufffd": ["x\ufffdy", None, {"deep": None}], "n": 1.5, "b": True, "none": None}
    assert (strangely["key"], strangely["strange"], plainly["name"]) == ("k\ufffd\ufffd", kept, "营伴😀 \\u0000")
    assert to_storable(strange) == kept


async def test_another_process_with_the_file_is_busy_and_not_an_error_of_ours(
    empty_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.database, "_BUSY_TIMEOUT_MS", 20)
    path = tmp_path / "busy.db"
    shutil.copyfile(empty_database, path)
    database = Database(f"sqlite+aiosqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None)
    try:
        async with database.write() as tx:  # WAL is on now
            await tx.conn.execute(text("SELECT 1"))
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusy):
            async with database.write():
                pass
        other.execute("ROLLBACK")
        async with database.write() as tx:
            assert await add_facts(tx, [draft("free again")]) == 1
    finally:
        other.close()
        await database.close()


async def test_a_full_disk_is_away_and_comes_back(empty_database: Path, tmp_path: Path) -> None:
    path = tmp_path / "full.db"
    shutil.copyfile(empty_database, path)
    database = Database(f"sqlite+aiosqlite:///{path}")
    try:
        async with database.write() as tx:
            pages = (await tx.conn.execute(text("PRAGMA page_count"))).scalar_one()
            await tx.conn.execute(text(f"PRAGMA max_page_count = {pages + 1}"))
        with pytest.raises(StorageAway):
            async with database.write() as tx:
                await add_facts(tx, [draft("big", blob="x" * 200_000)])
        async with database.write() as tx:
            await tx.conn.execute(text("PRAGMA max_page_count = 1000000"))
            assert await add_facts(tx, [draft("big", blob="x" * 200_000)]) == 1
    finally:
        await database.close()


async def test_a_postgres_that_is_not_there_is_away(tmp_path: Path) -> None:
    database = Database(f"postgresql+asyncpg://postgres@/wecamp?host={tmp_path}")
    for opened in (database.write, database.read):
        with pytest.raises(StorageAway):
            async with opened():
                pass
    await database.close()


async def test_a_postgres_that_restarts_is_away_and_then_back(postgres: str, database: Database) -> None:
    if database.is_sqlite:
        return
    mine = make_url(database.url).database
    killer = Database(postgres.format(name="postgres"))

    async def interrupted() -> None:
        async with database.write() as tx:
            await add_facts(tx, [draft("lost")])
            async with killer.read() as root:
                query = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
                await root.conn.execute(query, {"name": mine})
            await add_facts(tx, [draft("lost too")])

    with pytest.raises(StorageAway):
        await interrupted()
    async with database.write() as tx:
        assert await add_facts(tx, [draft("back")]) == 1
    assert len(await rows(database, "SELECT id FROM inbox")) == 1
    await killer.close()


async def test_a_deadlock_is_busy(database: Database) -> None:
    if database.is_sqlite:
        return  # one writer at a time: there is none
    first, second = asyncio.Event(), asyncio.Event()

    async def write(mine: str, theirs: str, done: asyncio.Event, wait: asyncio.Event) -> str:
        try:
            async with database.write() as tx:
                await add_facts(tx, [draft(mine)])
                done.set()
                await wait.wait()
                await add_facts(tx, [draft(theirs)])
        except StorageBusy:
            return "busy"
        return "stored"

    outcomes = await asyncio.gather(write("a", "b", first, second), write("b", "a", second, first))
    assert sorted(outcomes) == ["busy", "stored"]
    assert len(await rows(database, "SELECT id FROM inbox")) == 2
