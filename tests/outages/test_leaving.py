"""SIGTERM at bad moments: readiness goes first, what is in hand is finished, the process is gone within 10 s with exit code 0."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.outages.installation import Installation, until

EVERYBODY = range(100, 140)


async def test_under_load_readiness_goes_first_and_nothing_is_lost(place: Installation) -> None:
    await place.hire(EVERYBODY)
    process = await place.start()
    async with _watched(place) as seen:
        insisting = asyncio.create_task(place.insist(EVERYBODY[:-1]))
        await until(lambda: _some_stored(place), "the load has begun")
        process.send_signal(signal.SIGTERM)
        await until(lambda: _saw(seen, (503, "leaving")), "readiness is gone")
        assert await place.write(EVERYBODY[-1]) == 200  # the door is still open to whoever has not heard yet
        process.send_signal(signal.SIGTERM)  # said twice is no more than said once
        await place.left(process)
        await until(lambda: _saw(seen, (0, None)), "the door is shut")
    states = [state for number, state in enumerate(seen) if number == 0 or seen[number - 1] != state]
    assert states == [(200, None), (503, "leaving"), (0, None)]
    again = await place.start()
    await insisting
    await place.adds_up(EVERYBODY)
    await place.leave(again)


async def test_while_wecom_hangs_it_leaves_and_sends_after_the_next_start(place: Installation) -> None:
    """What hangs is given up with the process and said again by the next one; only the answers are awaited in vain."""
    some = EVERYBODY[:6]
    await place.hire(some)
    process = await place.start()
    await place.corp.act("/faults", path="message/send", hang_s=30, chance=1)
    await place.insist(some)
    await until(lambda: _hang(place, len(some)), "every call hangs")
    await place.leave(process)
    assert await place.count("SELECT count(*) FROM outbox WHERE state = 0") == len(some)
    await place.corp.remove("/faults")
    again = await place.start()
    await place.adds_up(some)
    await place.leave(again)


async def test_while_another_process_holds_the_database_it_leaves_in_time(place: Installation) -> None:
    await place.hire(EVERYBODY)
    process = await place.start()
    await place.insist(EVERYBODY[:20])
    other = sqlite3.connect(place.home / "wecamp.db", isolation_level=None, timeout=20)
    try:
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(place.write_all(EVERYBODY[20:]))
        process.send_signal(signal.SIGTERM)
        await place.left(process)
        assert 200 not in (await writing).values()
    finally:
        other.close()
    again = await place.start()
    await place.insist(EVERYBODY[20:])
    await place.adds_up(EVERYBODY)
    await place.leave(again)


@pytest.mark.parametrize("moment", ["wecamp.db.lock", "wecamp.db"])
async def test_while_it_starts_it_leaves_at_once_and_the_next_start_is_none_the_worse(place: Installation, moment: str) -> None:
    """The moment is told by a file that has come: the lock before anything else, the database when it is being migrated."""
    process = await place.command("serve", log=place.log)
    await until(lambda: _exists(place.home / moment), "the start has come that far")
    process.send_signal(signal.SIGTERM)
    log = await place.left(process)
    assert '"left"' in log
    assert "listening" not in log
    await place.hire(EVERYBODY[:3])
    again = await place.start()
    await place.insist(EVERYBODY[:3])
    await place.adds_up(EVERYBODY[:3])
    await place.leave(again)


@asynccontextmanager
async def _watched(place: Installation) -> AsyncIterator[list[tuple[int, str | None]]]:
    """What a load balancer sees meanwhile: status and reason of each look at /readyz."""
    seen: list[tuple[int, str | None]] = []

    async def watch() -> None:
        while True:
            status, body = await place.readyz()
            seen.append((status, body.get("reason")))

    watching = asyncio.create_task(watch())
    try:
        yield seen
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def _saw(seen: list[tuple[int, str | None]], state: tuple[int, str | None]) -> bool:
    return state in seen


async def _some_stored(place: Installation) -> bool:
    return await place.count("SELECT count(*) FROM inbox WHERE kind = 'app.text'") > 0


async def _hang(place: Installation, number: int) -> bool:
    entries = (await place.corp.see("/wire?limit=2000"))["entries"]
    return sum("message/send" in entry["path"] and entry["state"] == "waiting" for entry in entries) >= number


async def _exists(path: Path) -> bool:
    return path.exists()  # noqa: ASYNC240 - a look, no wait
