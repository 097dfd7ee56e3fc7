"""On SQLite what is short runs at once, and what may take long runs on its own thread while the house goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.sqlite_connection import OneTurnConnection

LONG = "SELECT count(*) FROM a, a AS b, a AS c WHERE a.id + b.id + c.id > 0"


@pytest.fixture
async def threaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A database with a table of 100 rows, and the statements that went to the thread."""
    went: list[str] = []
    in_thread = OneTurnConnection.in_thread

    async def spy(self: OneTurnConnection, run: Any, statement: Any, *values: Any) -> Any:
        went.append(str(values[0]))
        return await in_thread(self, run, statement, *values)

    database = Database(f"sqlite+aiosqlite:///{tmp_path}/a.db")
    async with database.write() as tx:
        await tx.conn.execute(text("CREATE TABLE a (id INTEGER PRIMARY KEY, learner_id INTEGER, n INTEGER)"))
        await tx.conn.execute(text("INSERT INTO a (id, learner_id, n) VALUES (:id, 1, 0)"), [{"id": n} for n in range(100)])
    monkeypatch.setattr(OneTurnConnection, "in_thread", spy)
    yield database, went
    await database.close()


@pytest.mark.parametrize(
    ("statement", "at_once"),
    [
        ("SELECT n FROM a WHERE a.id = 3", True),
        ("INSERT INTO a (id, n) VALUES (1000, 1)", True),
        ("INSERT INTO a (id, n) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET n = excluded.n", True),
        ("UPDATE a SET n = 1 WHERE a.id = 3", True),
        ("UPDATE a SET n = (SELECT count(*) FROM a AS b WHERE b.learner_id = 1) WHERE a.id = 3", True),
        ("DELETE FROM a WHERE a.learner_id = 3", True),
        ("SAVEPOINT s", True),
        ("UPDATE a SET n = 1", False),
        ("UPDATE a SET n = 1 WHERE a.n > 3", False),
        ("UPDATE a SET n = 1 WHERE a.id IN (SELECT b.id FROM a AS b)", False),
        ("DELETE FROM a WHERE a.n = 0", False),
        ("INSERT INTO a (n) SELECT n FROM a", False),
        ("WITH b AS (SELECT n FROM a) SELECT * FROM b", False),
        (LONG, False),
    ],
)
async def test_what_is_short_runs_at_once(threaded: Any, statement: str, at_once: bool) -> None:
    database, went = threaded
    async with database.write() as tx:
        went.clear()
        await tx.conn.execute(text(statement))
        assert (statement not in went) == at_once


async def test_a_long_query_gives_its_rows_and_leaves_the_transaction_whole(threaded: Any) -> None:
    database, went = threaded
    async with database.write() as tx:
        await tx.conn.execute(text("UPDATE a SET n = 7 WHERE a.id = 0"))
        assert (await tx.conn.execute(text(LONG))).scalar_one() == 100**3 - 1
        assert LONG in went
        await tx.conn.execute(text("UPDATE a SET n = 8 WHERE a.id = 1"))
    async with database.read() as tx:
        assert list((await tx.conn.execute(text("SELECT n FROM a WHERE id < 3 ORDER BY id"))).scalars()) == [7, 8, 0]


async def test_what_was_long_is_not_begun_twice_and_gets_its_chance_again(threaded: Any) -> None:
    database, went = threaded
    # Long for all rows, short for none.
    query = text("SELECT count(*) FROM a, a AS b, a AS c WHERE a.id < :most AND c.id >= 0")
    async with database.read() as tx:
        await tx.conn.execute(query, {"most": 100})
        went.clear()
        for _ in range(40):
            await tx.conn.execute(query, {"most": 0})
    assert 0 < len(went) < 20


async def test_what_is_short_stays_so_however_often_it_runs(threaded: Any) -> None:
    """SQLite counts the steps of a prepared statement on from run to run."""
    database, went = threaded
    middling = "SELECT count(*) FROM a, a AS b WHERE b.id < 20"
    async with database.write() as tx:
        went.clear()
        for _ in range(30):
            assert (await tx.conn.execute(text(middling))).scalar_one() == 100 * 20
        assert middling not in went


async def test_the_house_goes_on_while_a_query_takes_long(threaded: Any) -> None:
    database, _ = threaded
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with database.read() as tx:
        going = asyncio.ensure_future(others())
        await tx.conn.execute(text(LONG))
        going.cancel()
    assert turns > 100
