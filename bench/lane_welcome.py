"""How long a new friend waits for the welcome while a long queue of broadcasts waits in its own lane and in others."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from bench.callback import AES_KEY, AGENT_ID, CORP_ID, TOKEN
from bench.camp import AWAKE, STAFF, TEACHERS, fill
from bench.figure import Figure, Plan
from bench.house import APP_SECRET, OPEN_KFID, cores, open_house
from sandbox.app import build_sandbox
from sandbox.calls import Call
from sandbox.config import SandboxConfig
from sandbox.people import contacts, staff
from sandbox.stage import STAGE, Stage
from storage.database import Database
from storage.outbox import Intent, Priority, add_intents

_WELCOME = "externalcontact/send_welcome_msg"
_CHUNK = 1_000
_PAUSE_SECONDS = 0.3


async def measure(plan: Plan, folder: Path) -> list[Figure]:
    queue, friends = plan.size(100_000, 3_000), plan.size(100, 10)
    place = folder / "welcome"
    await asyncio.to_thread(place.mkdir)
    url = f"sqlite+aiosqlite:///{place}/wecamp.db"
    await fill(place, url, 1)
    await _wait_in_line(url, queue)
    server_core, _ = cores()
    async with (
        _wecom(friends) as (stage, wecom),
        open_house(place, url=url, wecom=wecom, more=AWAKE, cpu=server_core) as house,
    ):
        stage.courier.callback_url = f"http://127.0.0.1:{house.port}/wecom/callback"
        waits = sorted([await _one(stage, number) for number in range(friends)])
        behind = stage.calls.counts[_WELCOME] - friends
    note = (
        f"{queue:,} broadcasts each in the lanes of welcomes and tag marks; from the scan until it is on the wire,"
        f" longest of {friends}; median {waits[len(waits) // 2] * 1000:.0f} ms; {behind} of its lane's queue went out meanwhile"
    )
    return [Figure("a welcome overtakes the queue", waits[-1] * 1000, "ms", "at most", 2_000.0, note=note)]


async def _wait_in_line(url: str, queue: int) -> None:
    database = Database(url)
    try:
        for first in range(0, queue, _CHUNK):
            async with database.write() as tx:
                await add_intents(tx, list(_broadcasts(range(first, first + _CHUNK))))
    finally:
        await database.close()


def _broadcasts(numbers: range) -> Iterator[Intent]:
    for number in numbers:
        # WeCom refuses both for good; each takes its slot of the windows all the same.
        yield Intent("contact.welcome", {"code": f"dead{number}", "text": "晚了"}, Priority.BROADCAST)
        mark = {"userid": "nobody", "external_userid": f"wmGone{number}", "add": ["et"], "remove": []}
        yield Intent("contact.mark_tag", mark, Priority.BROADCAST)


@asynccontextmanager
async def _wecom(friends: int) -> AsyncIterator[tuple[Stage, str]]:
    config = SandboxConfig(
        corp_id=CORP_ID, agent_id=AGENT_ID, secret=APP_SECRET, token=TOKEN, encoding_aes_key=AES_KEY, open_kfid=OPEN_KFID
    )
    app = build_sandbox(config)
    stage = app[STAGE]
    for userid in STAFF:
        staff.put_member(stage, userid, userid, [], "", told=False)
    for number in range(friends):
        contacts.new_learner(stage, f"wmNew{number}", f"新学员{number}", "")
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield stage, f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def _one(stage: Stage, number: int) -> float:
    """Somebody adds a class teacher; the seconds until their welcome arrives at WeCom."""
    welcomed, known, code = asyncio.Event(), stage.calls.add, ""

    def add(call: Call) -> None:
        known(call)
        if call["path"] == _WELCOME and call["body"].get("welcome_code") == code:
            welcomed.set()

    stage.calls.add = add  # type: ignore[method-assign]
    try:
        begun = time.perf_counter()
        code = contacts.follow(stage, f"wmNew{number}", TEACHERS[number % len(TEACHERS)], state="dy01")["welcome_code"]
        async with asyncio.timeout(20):
            await welcomed.wait()
        waited = time.perf_counter() - begun
    finally:
        stage.calls.add = known  # type: ignore[method-assign]
    await asyncio.sleep(_PAUSE_SECONDS)
    return waited
