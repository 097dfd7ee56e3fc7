"""A process of the long run: one is guided by the coverage of the house's code (atheris), the others play at random."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

_AT_ONCE = 64
_SEEDS = 400
_LONGEST = 2048
# A disk in memory where there is one: nobody pulls the plug here, and fsync is not what is tested.
_SHARED = Path("/dev/shm")
_MEMORY = _SHARED if _SHARED.is_dir() else None


def play_at_random(edge: str, database: str, seed: int, total: int, counter: Any, results: Any) -> None:
    """Random bytes of all lengths, 64 connections at once, until all processes together have played `total`."""
    asyncio.run(_play(edge, database, random.Random(seed), total, counter, results))


async def _play(edge: str, database: str, chance: random.Random, total: int, counter: Any, results: Any) -> None:
    async with _campaign(edge, database, counter) as campaign:
        while counter.value < total:
            await campaign.play([random_input(chance) for _ in range(_AT_ONCE)])
        await campaign.finish_chunk()
        results.put(("random", campaign.tally))


def play_guided(edge: str, database: str, seed: int, total: int, counter: Any, results: Any) -> None:
    """Bytes that libFuzzer makes from those that reached new code, one after the other. Ends the process."""
    import atheris

    with atheris.instrument_imports(include=["bot", "handlers", "jobs", "camp", "storage"], enable_loader_override=False):
        import tests.fuzz.campaign  # noqa: F401  (with it the whole house)

    loop = asyncio.new_event_loop()
    stack = contextlib.AsyncExitStack()
    campaign = loop.run_until_complete(stack.enter_async_context(_campaign(edge, database, counter)))

    def one(data: bytes) -> None:
        loop.run_until_complete(campaign.play([data]))
        if counter.value >= total:
            loop.run_until_complete(campaign.finish_chunk())
            results.put(("guided", campaign.tally))
            results.close()
            results.join_thread()
            loop.run_until_complete(stack.aclose())
            os._exit(0)  # libFuzzer has no other end

    with tempfile.TemporaryDirectory() as seeds:
        chance = random.Random(seed)
        for number in range(_SEEDS):
            Path(seeds, str(number)).write_bytes(random_input(chance))
        options = [
            f"-seed={seed + 1}",
            f"-max_len={_LONGEST}",
            "-len_control=0",
            "-timeout=120",
            "-rss_limit_mb=4096",
            "-verbosity=0",
            "-report_slow_units=60",
            f"-artifact_prefix={seeds}/",  # what was slow is of no use to the next run
        ]
        atheris.Setup(["fuzz", *options, seeds], one)
        atheris.Fuzz()


def random_input(chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice((0, 8, 30, 80, 200, 600, _LONGEST)))


@contextlib.asynccontextmanager
async def _campaign(edge: str, database: str, counter: Any) -> AsyncIterator[Any]:
    from tests.fuzz.campaign import Campaign
    from tests.fuzz.ground import postgres_server
    from tests.fuzz.world import open_world

    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # it tells of every request that is no HTTP

    def told(number: int) -> None:
        with counter.get_lock():
            counter.value += number

    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=_MEMORY)))
        address = stack.enter_context(postgres_server()) if database == "postgresql" else None
        async with open_world(directory, address) as world:
            yield Campaign(world, edge, told)
