"""The product closing its cohorts in this process: its own worker takes its own facts, as `wecamp serve` would."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from bench.million import Layout, file_of, plain_postgres
from bot.settings_rules import DEFAULT_RULES
from bot.worker import Worker
from camp.policy import Policy
from camp.rules.route import route_of
from camp.rules.rule import RuleBook
from handlers.core import router
from jobs.core import job
from storage import inbox
from storage.database import Database
from storage.inbox import FactDraft

# Seconds of the closes of this run, by database and learners: to measure them once is enough.
swept: dict[tuple[str, int], float] = {}


class WorkingHouse:
    """The worker on a database, without network: what it would send waits in the outbox."""

    def __init__(self, database: Database) -> None:
        self.database = database
        rules = RuleBook(DEFAULT_RULES)
        policy = Policy(
            link_key=b"bench", privacy_key=b"0" * 32, robots=(route_of("sales"), route_of("teachers")), rulebook=rules
        )
        self._worker = Worker(database, router.discover(), job.discover(), policy)
        self._said = 0

    async def says(self, userid: str, *lines: str) -> None:
        """What a member writes, as callbacks would leave it in the inbox."""
        drafts = []
        for line in lines:
            self._said += 1
            body = {"userid": userid, "text": line, "msg_id": f"b{self._said}"}
            drafts.append(FactDraft("bench", "app.text", f"bench:{self._said}", f"member:{userid}", body))
        async with self.database.write() as tx:
            await inbox.add_facts(tx, drafts)

    async def work_through(self) -> None:
        """Applies all that waits; RuntimeError when a fact failed."""
        while await self._worker.apply_batch():
            pass
        await self._count("SELECT 0")

    async def work_until(self, wanted: str) -> list[float]:
        """Applies batches until the query's count is zero; the seconds of each batch."""
        batches = []
        while await self._count(wanted):
            for _ in range(8):
                begun = time.perf_counter()
                if not await self._worker.apply_batch():
                    break
                batches.append(time.perf_counter() - begun)
        return batches

    async def _count(self, query: str) -> int:
        async with self.database.read() as tx:
            failed = await inbox.listing(tx, inbox.State.FAILED, 1)
            if failed:
                raise RuntimeError(f"{failed[0].kind}: {failed[0].error}")
            return int((await tx.conn.execute(text(query))).scalar_one())


async def until_none(kind: str, url: str, query: str, seconds: float = 900.0) -> None:
    """Returns when the query's count is zero, asked ten times a second: the work is another process's."""
    async with asyncio.timeout(seconds):
        while await (_count_in_file(url, query) if kind == "sqlite" else _count(url, query)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def _count(url: str, query: str) -> int:
    async with plain_postgres(url) as connection:
        return int(await connection.fetchval(query))


async def _count_in_file(url: str, query: str) -> int:
    connection = sqlite3.connect(file_of(url), timeout=10)
    try:
        return int(connection.execute(query).fetchone()[0])
    finally:
        connection.close()


@asynccontextmanager
async def working(url: str) -> AsyncIterator[WorkingHouse]:
    database = Database(url)
    try:
        yield WorkingHouse(database)
    finally:
        await database.close()


async def close_all(house: WorkingHouse, layout: Layout) -> tuple[float, float]:
    """Asks about and confirms every cohort; from the confirms until all are closed: seconds, and the longest transaction."""
    codes = [f"read-{number}" for number in range(1, layout.cohorts + 1)]
    await house.says("boss", *(f"结营 {code}" for code in codes))
    await house.work_until("SELECT count(*) FROM inbox WHERE state = 0")
    await house.says("boss", *(f"确认结营 {code}" for code in codes))
    begun = time.perf_counter()
    batches = await house.work_until(f"SELECT {layout.cohorts} - count(*) FROM closings WHERE state = 'done'")
    return time.perf_counter() - begun, max(batches)
