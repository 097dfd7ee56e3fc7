"""What one person says enters at two nodes and is applied in the order it was said, also when the first node's disk is slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import text

from bot.inbox_writer import InboxWriter
from storage import inbox
from storage.database import Database
from storage.inbox import FactDraft
from storage.nonces import Nonce
from tests.loop.conftest import eventually

pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


def said(words: str) -> FactDraft:
    body = {"userid": "lin", "text": words, "msg_id": words}
    return FactDraft("callback", "app.text", f"msg:{words}", "member:lin", body)


@asynccontextmanager
async def node(database: Database) -> AsyncIterator[InboxWriter]:
    writer = InboxWriter(database)
    running = asyncio.create_task(writer.run())
    try:
        yield writer
    finally:
        running.cancel()
        await asyncio.wait([running])


async def waiting(database: Database) -> int:
    """How many transactions wait for another one."""
    async with database.read() as tx:
        query = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
        return int((await tx.conn.execute(text(query))).scalar_one())


@pytest.mark.parametrize("nonce", [None, Nonce("shop", "n", "hash")])
async def test_a_second_message_does_not_overtake_the_first_at_another_node(database: Database, nonce: Nonce | None) -> None:
    async def waits(number: int) -> bool:
        return await waiting(database) >= number

    async def stuck_or_done(second: asyncio.Task[object]) -> bool:
        return second.done() or await waits(2)

    async with node(database) as slow, node(database) as quick:
        async with database.write() as elsewhere:
            await inbox.add_facts(elsewhere, [said("hindrance")])
            # The slow node has stored the first message, but its transaction cannot end before ours.
            first = asyncio.create_task(slow.submit([said("first"), said("hindrance")], nonce))
            await eventually(lambda: waits(1))
            second = asyncio.create_task(quick.submit([said("second")]))
            await eventually(lambda: stuck_or_done(second))
            await eventually(lambda: stuck_or_done(second))
            async with database.write() as tx:
                visible = [fact.body["text"] for fact in await inbox.pending(tx, 10)]
            assert visible == []  # else the worker would apply the second message now
        await asyncio.gather(first, second)
        async with database.write() as tx:
            assert [fact.body["text"] for fact in await inbox.pending(tx, 10)] == ["hindrance", "first", "second"]


async def test_many_nodes_at_once_store_everything_in_one_line(database: Database) -> None:
    """Whatever is visible has the smaller ids: nothing appears later behind what was seen before."""
    seen: list[int] = []

    async def look() -> None:
        async with database.read() as tx:
            found = [fact.id for fact in await inbox.pending(tx, 10_000)]
        # The look that began first may end last; what both saw is the same.
        assert found[: len(seen)] == seen[: len(found)]
        seen[:] = max(found, seen, key=len)

    async with node(database) as a, node(database) as b, node(database) as c:
        for turn in range(20):
            arrivals = [(a, b, c)[n % 3].submit([said(f"{turn}:{n}")]) for n in range(30)]
            await asyncio.gather(look(), *arrivals, look())
    await look()
    assert len(seen) == 600
