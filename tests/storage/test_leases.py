"""Leases and nonces: one holder at a time, one body per nonce."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from storage import leases, nonces
from storage.database import Database
from storage.nonces import Nonce, NonceUse

TERM = timedelta(seconds=6)


async def test_one_holder_until_the_term_is_over(database: Database, noon: datetime) -> None:
    async with database.write(noon) as tx:
        assert await leases.take(tx, "worker", "a", TERM)
        assert not await leases.take(tx, "worker", "b", TERM)
        assert await leases.take(tx, "lane:kf", "b", TERM)
    async with database.write(noon + timedelta(seconds=5)) as tx:
        assert await leases.take(tx, "worker", "a", TERM)  # renewed
    async with database.write(noon + timedelta(seconds=8)) as tx:
        assert not await leases.take(tx, "worker", "b", TERM)
    async with database.write(noon + timedelta(seconds=11)) as tx:
        assert await leases.take(tx, "worker", "b", TERM)
        assert not await leases.take(tx, "worker", "a", TERM)


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
