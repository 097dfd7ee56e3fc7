"""Leases and nonces: one holder at a time, one body per nonce."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import text

from storage import leases, nonces
from storage.database import Database
from storage.nonces import Nonce, NonceUse

TERM = timedelta(seconds=6)


async def later(database: Database, seconds: float) -> None:
    """So many seconds pass: the database's own clock counts, and nobody can set it."""
    async with database.write() as tx:
        await tx.conn.execute(text("UPDATE leases SET expires_at = expires_at - :passed"), {"passed": int(seconds * 1_000_000)})


async def test_one_holder_until_the_term_is_over(database: Database) -> None:
    async with database.write() as tx:
        assert await leases.take(tx, "worker", "a", TERM)
        assert not await leases.take(tx, "worker", "b", TERM)
        assert await leases.take(tx, "lane:kf", "b", TERM)
    await later(database, 5)
    async with database.write() as tx:
        assert await leases.take(tx, "worker", "a", TERM)  # renewed
    await later(database, 3)
    async with database.write() as tx:
        assert not await leases.take(tx, "worker", "b", TERM)
    await later(database, 3)
    async with database.write() as tx:
        assert await leases.take(tx, "worker", "b", TERM)
        assert not await leases.take(tx, "worker", "a", TERM)


async def test_many_are_taken_in_one_statement(database: Database) -> None:
    async with database.write() as tx:
        assert await leases.take_all(tx, ["worker", "lane:kf"], "a", TERM) == {"worker", "lane:kf"}
        assert await leases.take_all(tx, ["worker", "lane:kf", "lane:app"], "b", TERM) == {"lane:app"}
        assert await leases.take_all(tx, ["worker", "lane:kf", "lane:app"], "a", TERM) == {"worker", "lane:kf"}
        assert await leases.take_all(tx, [], "a", TERM) == set()


async def test_a_node_with_a_wrong_clock_takes_nothing_early(database: Database, noon: datetime) -> None:
    async with database.write() as tx:
        assert await leases.take(tx, "worker", "a", TERM)
    async with database.write(noon + timedelta(days=9999)) as tx:
        assert not await leases.take(tx, "worker", "ahead", TERM)
    async with database.write(noon - timedelta(days=9999)) as tx:
        assert not await leases.take(tx, "worker", "behind", TERM)
        assert await leases.take(tx, "lane:kf", "behind", TERM)
    async with database.write() as tx:
        assert not await leases.take(tx, "lane:kf", "a", TERM)


async def test_what_is_given_back_is_free_at_once(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        await leases.take(tx, "worker", "a", TERM)
        await leases.take(tx, "lane:kf", "b", TERM)
        await leases.give_back(tx, "a")
        assert await leases.take(tx, "worker", "c", TERM)
        assert not await leases.take(tx, "lane:kf", "c", TERM)


async def test_a_race_for_a_lease_has_one_winner(database: Database, noon: datetime) -> None:
    async def reach(owner: str) -> bool:
        async with database.write(noon) as tx:
            return await leases.take(tx, "worker", owner, TERM)

    assert sum(await asyncio.gather(*(reach(f"node{number}") for number in range(8)))) == 1


async def test_a_nonce_signs_one_body_of_one_source(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        assert await nonces.use(tx, Nonce("shop", "n1", "h1")) is NonceUse.NEW
        assert await nonces.use(tx, Nonce("shop", "n1", "h1")) is NonceUse.REPEATED
        assert await nonces.use(tx, Nonce("shop", "n1", "h2")) is NonceUse.CONFLICT
        assert await nonces.use(tx, Nonce("lms", "n1", "h2")) is NonceUse.NEW
        assert await nonces.forget(tx, timedelta(hours=1)) == 0
    async with database.write(noon + timedelta(hours=2)) as tx:
        assert await nonces.forget(tx, timedelta(hours=1)) == 2
        assert await nonces.use(tx, Nonce("shop", "n1", "h2")) is NonceUse.NEW


async def test_a_race_for_a_nonce_has_one_winner(database: Database) -> None:
    async def use(body: str) -> NonceUse:
        async with database.write() as tx:
            return await nonces.use(tx, Nonce("shop", "n", body))

    uses = await asyncio.gather(*(use(f"h{number}") for number in range(6)))
    assert (uses.count(NonceUse.NEW), uses.count(NonceUse.CONFLICT)) == (1, 5)
