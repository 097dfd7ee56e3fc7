"""Two nodes on one PostgreSQL: one works, the other takes over."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

import bot.lease_keeper
from bot.lease_keeper import LeaseKeeper
from storage.database import Database
from tests.loop.conftest import both, eventually

postgres_only = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


@postgres_only
async def test_one_node_holds_and_hands_over_when_it_leaves(database: Database) -> None:
    first, second = LeaseKeeper(database, "a"), LeaseKeeper(database, "b")
    assert await first.holds("worker")
    assert not await second.holds("worker")
    assert await second.holds("lane:kf")
    assert await first.holds("worker")
    await first.give_back()
    assert not await first.holds("worker")
    await second._renew()
    assert await second.holds("worker")
    assert await second.holds("lane:kf")


@postgres_only
async def test_a_node_that_died_is_replaced_after_the_term(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.lease_keeper, "TERM", timedelta(seconds=1))
    monkeypatch.setattr(bot.lease_keeper, "_RENEW_SECONDS", 0.05)
    dead, heir = LeaseKeeper(database, "a"), LeaseKeeper(database, "b")
    assert await dead.holds("worker")
    assert not await heir.holds("worker")
    running = asyncio.create_task(heir.run())
    await eventually(lambda: heir.holds("worker"))
    assert not await dead.holds("worker")  # it stopped believing before the term was over
    running.cancel()
    await asyncio.wait([running])


@postgres_only
async def test_a_node_that_lives_keeps_what_it_holds(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.lease_keeper, "TERM", timedelta(seconds=1))
    monkeypatch.setattr(bot.lease_keeper, "_RENEW_SECONDS", 0.05)
    holder, rival = LeaseKeeper(database, "a"), LeaseKeeper(database, "b")
    names = ["worker", "lane:app", "lane:kf"]
    assert await asyncio.gather(*(holder.holds(name) for name in names)) == [True] * 3
    running = asyncio.create_task(holder.run())
    until = asyncio.get_running_loop().time() + 2.0
    while asyncio.get_running_loop().time() < until:
        await rival._renew()
        assert not any([await rival.holds(name) for name in names])
    assert all([await holder.holds(name) for name in names])
    running.cancel()
    await asyncio.wait([running])


@both
async def test_a_file_belongs_to_one_process(database: Database) -> None:
    keepers = [LeaseKeeper(database, name) for name in "ab"]
    assert [await keeper.holds("worker") for keeper in keepers] == [True, database.is_sqlite]
