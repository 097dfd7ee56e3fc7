"""Group commit: many share a commit, nobody is answered before it, and one bad arrival fails alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import event

import bot.inbox_writer
from bot.inbox_writer import InboxFull, InboxWriter
from storage import inbox
from storage.database import Database
from storage.faults import StorageBusy
from storage.inbox import FactDraft
from storage.nonces import Nonce, NonceUse
from tests.loop.conftest import both


def draft(key: str, **body: Any) -> FactDraft:
    return FactDraft("test", "app.text", key, "corp", {"key": key, **body})


@asynccontextmanager
async def writing(writer: InboxWriter) -> AsyncIterator[None]:
    task = asyncio.create_task(writer.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task], timeout=5)


async def stored(database: Database) -> list[str]:
    async with database.read() as tx:
        return [fact.body["key"] for fact in await inbox.pending(tx, 10_000)]


@both
async def test_many_arrivals_share_a_commit_and_keep_their_order(database: Database) -> None:
    commits: list[object] = []
    event.listen(database._writer.sync_engine, "commit", commits.append)
    writer = InboxWriter(database)
    async with writing(writer):
        await asyncio.gather(*(writer.submit([draft(f"k{n:03}")]) for n in range(300)))
    assert await stored(database) == [f"k{n:03}" for n in range(300)]
    assert len(commits) <= 3


async def test_nobody_is_answered_before_the_commit(database: Database) -> None:
    writer = InboxWriter(database)
    async with writing(writer):
        async with database.write():  # the disk is taken
            arrival = asyncio.create_task(writer.submit([draft("a")]))
            done, _ = await asyncio.wait([arrival], timeout=0.05)
            assert not done
        await arrival
        assert await stored(database) == ["a"]


@both
async def test_the_same_fact_is_stored_once_however_often_it_arrives(database: Database) -> None:
    writer = InboxWriter(database)
    async with writing(writer):
        await asyncio.gather(*(writer.submit([draft("same")]) for _ in range(50)))
        await writer.submit([draft("same"), draft("other")])
    assert await stored(database) == ["same", "other"]


@both
async def test_one_bad_arrival_does_not_fail_its_neighbours(database: Database) -> None:
    writer = InboxWriter(database)
    async with writing(writer):
        good = [writer.submit([draft(f"k{n}")]) for n in range(20)]
        bad = writer.submit([draft("half"), draft("bad", odd=object())])
        outcomes = await asyncio.gather(*good[:10], bad, *good[10:], return_exceptions=True)
    assert [number for number, outcome in enumerate(outcomes) if outcome is not NonceUse.NEW] == [10]
    assert isinstance(outcomes[10], Exception)
    assert sorted(await stored(database)) == sorted(f"k{n}" for n in range(20))  # and nothing half


async def test_a_fault_of_any_kind_is_told_and_the_writer_goes_on(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    faults: list[Exception] = [RuntimeError("a bug"), StorageBusy("locked")]
    real = bot.inbox_writer.add_facts

    async def add_facts(*given: Any, **more: Any) -> int:
        if faults:
            raise faults.pop()
        return await real(*given, **more)

    monkeypatch.setattr("bot.inbox_writer.add_facts", add_facts)
    writer = InboxWriter(database)
    async with writing(writer):
        with pytest.raises(StorageBusy):
            await writer.submit([draft("a")])
        with pytest.raises(RuntimeError):
            await writer.submit([draft("a")])
        assert await writer.submit([draft("a")]) is NonceUse.NEW
    assert await stored(database) == ["a"]


async def test_a_full_queue_refuses_at_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.inbox_writer, "_WAITING", 3)
    writer = InboxWriter(database)
    waiting = [asyncio.create_task(writer.submit([draft(f"k{n}")])) for n in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(InboxFull):
        await writer.submit([draft("too many")])
    async with writing(writer):
        await asyncio.gather(*waiting)
    assert await stored(database) == ["k0", "k1", "k2"]


async def test_a_sender_that_gave_up_is_stored_all_the_same_and_hurts_nobody(database: Database) -> None:
    writer = InboxWriter(database)
    async with writing(writer):
        async with database.write():
            gone = asyncio.create_task(writer.submit([draft("gone")]))
            there = asyncio.create_task(writer.submit([draft("there")]))
            await asyncio.sleep(0)
            gone.cancel()
        assert await there is NonceUse.NEW
    assert await stored(database) == ["gone", "there"]


async def test_a_stop_finishes_what_was_taken(database: Database) -> None:
    writer = InboxWriter(database)
    task = asyncio.create_task(writer.run())
    async with database.write():
        arrival = asyncio.create_task(writer.submit([draft("a")]))
        for _ in range(3):
            await asyncio.sleep(0)
        task.cancel()
    assert await arrival is NonceUse.NEW
    await asyncio.wait([task])
    assert await stored(database) == ["a"]


@both
async def test_a_nonce_lets_its_facts_in_once(database: Database) -> None:
    writer = InboxWriter(database)
    async with writing(writer):
        uses = await asyncio.gather(
            writer.submit([draft("a")], Nonce("shop", "n", "hash a")),
            writer.submit([draft("a again")], Nonce("shop", "n", "hash a")),
            writer.submit([draft("b")], Nonce("shop", "n", "hash b")),
        )
    assert uses == [NonceUse.NEW, NonceUse.REPEATED, NonceUse.CONFLICT]
    assert await stored(database) == ["a"]


async def test_arrivals_get_their_turn_while_a_worker_never_rests(database: Database) -> None:
    """The worker and the writer share SQLite's one pen: it goes back and forth between them."""
    writer = InboxWriter(database)
    rest = asyncio.Event()
    batches = 0

    async def work() -> None:
        nonlocal batches
        while not rest.is_set():
            async with database.write() as tx:
                await inbox.settle(tx, [0])
                batches += 1

    async with writing(writer):
        working = asyncio.create_task(work())
        for n in range(20):
            before = batches
            await writer.submit([draft(f"k{n}")])
            assert batches - before <= 3
        rest.set()
        await working


@both
async def test_two_writers_that_lock_each_other_both_come_through(database: Database) -> None:
    """Nodes that store the same facts in another order (ticks) deadlock on PostgreSQL; nobody notices."""
    keys = [f"k{n}" for n in range(40)]
    writers = [InboxWriter(database), InboxWriter(database)]
    async with writing(writers[0]), writing(writers[1]):
        await asyncio.gather(
            *(writers[turn % 2].submit([draft(key) for key in (keys if turn % 2 else reversed(keys))]) for turn in range(8))
        )
    assert sorted(await stored(database)) == sorted(keys)


async def test_whoever_has_waited_long_enough_is_told_whether_taken_or_not(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.inbox_writer, "_GROUP", 1)
    writer = InboxWriter(database)
    async with writing(writer):
        async with database.write():  # the disk is taken: the first is in hand, the second in the queue
            patient = asyncio.create_task(writer.submit([draft("patient")]))
            waits = [asyncio.create_task(writer.submit([draft(key)], None, 0.01)) for key in ("a", "b")]
            for outcome in await asyncio.gather(*waits, return_exceptions=True):
                assert isinstance(outcome, TimeoutError)
            assert not patient.done()
        assert await patient is NonceUse.NEW
        assert await writer.submit([draft("later")], None, 60) is NonceUse.NEW
    assert await stored(database) == ["patient", "a", "b", "later"]  # they come again, and the key makes that harmless
