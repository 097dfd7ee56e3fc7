"""One access token for all nodes: fetched once, renewed once, unreadable in the database, and no node stuck behind another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import text

from bot.token_share import TokenShare
from bot.wecom.errors import Outcome
from bot.wecom.tokens import NoToken, Token, TokenKeeper
from camp.identity import seal, unseal
from camp.policy import Policy
from storage.database import Database
from tests.loop.conftest import eventually

POLICY = Policy(link_key=b"k", privacy_key=b"0123456789abcdef0123456789abcdef")
postgres_only = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


class Gettoken:
    """Counts how often it is asked; answers while its gate is open."""

    def __init__(self) -> None:
        self.asked = 0
        self.refusal: NoToken | None = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.life_s = 7200.0

    async def __call__(self) -> Token:
        self.asked += 1
        number = self.asked
        await self.gate.wait()
        if self.refusal is not None:
            raise self.refusal
        return Token(f"token-{number}", self.life_s)


def keeper(database: Database, name: str, ask: Gettoken, clock: Callable[[], float] = lambda: 0.0) -> TokenKeeper:
    """A node's keeper."""
    share = TokenShare(database, name, "ww1:7", ask, seal=partial(seal, POLICY), unseal=partial(unseal, POLICY))
    return TokenKeeper(share.fetch, clock)


@postgres_only
async def test_three_nodes_ask_once(database: Database) -> None:
    ask = Gettoken()
    nodes = [keeper(database, name, ask) for name in "abc"]
    assert await asyncio.gather(*(node.get() for node in nodes)) == ["token-1"] * 3
    assert ask.asked == 1


@postgres_only
async def test_a_dropped_token_is_renewed_once(database: Database) -> None:
    ask = Gettoken()
    nodes = [keeper(database, name, ask) for name in "abc"]
    await asyncio.gather(*(node.get() for node in nodes))
    assert all([node.invalidate("token-1") for node in nodes])
    assert await asyncio.gather(*(node.get() for node in nodes)) == ["token-2"] * 3
    late = keeper(database, "d", ask)  # a node that starts now takes what is there
    assert await late.get() == "token-2"
    assert ask.asked == 2


@postgres_only
async def test_the_end_of_its_life_is_the_same_for_all(database: Database) -> None:
    ask, now = Gettoken(), [0.0]
    nodes = [keeper(database, name, ask, lambda: now[0]) for name in "abc"]
    await asyncio.gather(*(node.get() for node in nodes))
    now[0] = 7000.0
    assert await asyncio.gather(*(node.get() for node in nodes)) == ["token-2"] * 3
    assert ask.asked == 2


@postgres_only
async def test_a_refusal_is_each_nodes_own(database: Database) -> None:
    """An address that is not trusted (60020) concerns the node that has it, and holds nobody else up."""
    untrusted, trusted = Gettoken(), Gettoken()
    untrusted.refusal = NoToken(Outcome.CONFIG, 60020, "not allowed")
    with pytest.raises(NoToken):
        await keeper(database, "a", untrusted).get()
    assert await keeper(database, "b", trusted).get() == "token-1"
    assert await keeper(database, "a", untrusted).get() == "token-1"


@postgres_only
async def test_who_dies_while_asking_is_replaced(database: Database) -> None:
    dead, heir = Gettoken(), Gettoken()
    dead.gate.clear()
    asking = asyncio.create_task(keeper(database, "a", dead).get())
    await eventually(lambda: dead.asked == 1)
    waiting = asyncio.create_task(keeper(database, "b", heir).get())
    async with database.write() as tx:
        await tx.conn.execute(text("UPDATE leases SET expires_at = expires_at - 13000000"))  # the dead one's term passes
    assert await waiting == "token-1"
    assert heir.asked == 1
    asking.cancel()
    await asyncio.wait([asking])


@postgres_only
async def test_the_database_does_not_tell_it(database: Database) -> None:
    await keeper(database, "a", Gettoken()).get()
    async with database.read() as tx:
        (row,) = (await tx.conn.execute(text("SELECT * FROM tokens"))).all()
    assert "token-1" not in str(row)
    assert unseal(POLICY, row.sealed) == "token-1"


async def test_a_database_that_is_away_stops_nobody() -> None:
    away = Database("postgresql+asyncpg://nobody@127.0.0.1:9/nowhere")
    assert await keeper(away, "a", Gettoken()).get() == "token-1"
    await away.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_one_process_keeps_its_token_to_itself(database: Database) -> None:
    ask = Gettoken()
    assert await keeper(database, "a", ask).get() == "token-1"
    async with database.read() as tx:
        assert (await tx.conn.execute(text("SELECT * FROM tokens"))).all() == []
