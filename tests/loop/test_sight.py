"""What comes while a lane looks at its rows is not overlooked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest

from bot.sight import Sight
from storage.database import Database, Tx
from storage.faults import StorageBusy
from storage.migrate import migrate
from storage.outbox import add_intents
from tests.loop.conftest import to_member


class Held(Database):
    """A database whose reads are over only when they are let go."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.read_begun, self.let_go, self.busy = asyncio.Event(), asyncio.Event(), False

    @asynccontextmanager
    async def read(self, now: datetime | None = None) -> AsyncIterator[Tx]:
        async with super().read(now) as tx:
            yield tx
            self.read_begun.set()
            await self.let_go.wait()
            if self.busy:
                raise StorageBusy


@pytest.fixture
async def held(tmp_path: Path) -> AsyncIterator[Held]:
    url = f"sqlite+aiosqlite:///{tmp_path}/held.db"
    await migrate(url)
    database = Held(url)
    async with database.write() as tx:
        await add_intents(tx, [to_member("a"), to_member("b")])
    yield database
    await database.close()


async def test_a_row_that_comes_during_a_look_means_another_look(held: Held) -> None:
    sight = Sight(held, "app.message")
    looking = asyncio.create_task(sight.look((), closed=False))
    await held.read_begun.wait()
    sight.look_within(0.0)
    held.let_go.set()
    await looking
    assert len(sight.rows) == 2
    assert sight.pause(closed=False) == 0


async def test_after_a_look_that_failed_comes_another_at_once(held: Held) -> None:
    sight = Sight(held, "app.message")
    held.busy = True
    held.let_go.set()
    with pytest.raises(StorageBusy):
        await sight.look((), closed=False)
    assert sight.pause(closed=False) == 0


async def test_a_quiet_look_is_enough_for_a_while(held: Held) -> None:
    sight = Sight(held, "app.message")
    held.let_go.set()
    await sight.look((), closed=False)
    assert sight.pause(closed=False) > 0
