"""The engine that drains the outbox, alone in this process: the product's lanes and settler on a database of its own."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import structlog

from bench.judge import CONFIG, ROBOT_KEY
from bot.lanes import Lanes
from bot.settler import Settler
from bot.wecom.bucket import Limit
from bot.wecom.client import WeComClient
from bot.wecom.road import Road, RoadContext
from bot.wecom.roads import load_roads
from bot.wecom.tokens import TokenKeeper
from bot.wecom.wire import Wire, fetch_token
from storage.database import Database
from storage.migrate import migrate
from storage.outbox import Intent, add_intents

_CHUNK = 1_000


async def fill(url: str, intents: Iterable[Intent]) -> None:
    """A new database with these rows waiting."""
    await migrate(url)
    database, waiting = Database(url), list(intents)
    try:
        for first in range(0, len(waiting), _CHUNK):
            async with database.write() as tx:
                await add_intents(tx, waiting[first : first + _CHUNK])
    finally:
        await database.close()


@asynccontextmanager
async def draining(url: str, wecom: str, minute_s: float) -> AsyncIterator[None]:
    """The lanes at work while the block lasts, with limits as they are when a minute has so many seconds."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    roads, database = tuple(_scaled(road, minute_s / 60) for road in load_roads()), Database(url)
    async with aiohttp.ClientSession(trust_env=False) as session:
        wire = Wire(session, wecom)
        tokens = TokenKeeper(lambda: fetch_token(wire, CONFIG.corp_id, CONFIG.secret), time.monotonic)
        client = WeComClient(session, wecom, tokens, context=RoadContext(CONFIG.agent_id, {"bench": ROBOT_KEY}))
        settler = Settler(database, conceal=lambda body: body)
        lanes = Lanes(database, client, roads, settler)
        tasks = [asyncio.create_task(settler.run()), asyncio.create_task(lanes.run(_ours))]
        try:
            yield
        finally:
            for task in reversed(tasks):
                task.cancel()
                await asyncio.wait([task])
            await database.close()


async def _ours(_lane: str) -> bool:
    return True


def _scaled(road: Road, share: float) -> Road:
    return replace(road, limits=tuple(_short(limit, share) for limit in road.limits))


def _short(limit: Limit, share: float) -> Limit:
    if limit.scope != "api":
        return replace(limit, window_s=limit.window_s * share)
    return replace(
        limit, window_s=limit.window_s * share, count=round(limit.count * share), burst=max(1, round(limit.burst * share))
    )
