"""The loop without the business: real parts, real database, and a small WeCom over real HTTP that answers as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.lanes import Lanes
from bot.settler import Settler
from bot.wecom.client import WeComClient
from bot.wecom.road import Road, RoadContext
from bot.wecom.roads import load_roads
from bot.wecom.tokens import TokenKeeper
from bot.wecom.wire import Wire, fetch_token
from storage.database import Database
from storage.outbox import Intent, add_intent
from tests.conftest import fresh_database

PATHS = {
    "app.message": "/cgi-bin/message/send",
    "app.update_card": "/cgi-bin/message/update_template_card",
    "kf.message": "/cgi-bin/kf/send_msg",
    "kf.welcome": "/cgi-bin/kf/send_msg_on_event",
    "robot.message": "/cgi-bin/webhook/send",
}
both = pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)
OK = {"errcode": 0, "errmsg": "ok"}
Answer = dict[str, Any] | web.Response


async def eventually(
    holds: Callable[[], bool | Coroutine[Any, Any, bool]], seconds: float = 20.0, changed: asyncio.Event | None = None
) -> None:
    """Waits until it holds, looking when something changed and now and then; TimeoutError after so many seconds."""
    changed = changed or asyncio.Event()
    async with asyncio.timeout(seconds):
        while True:
            changed.clear()
            found = holds()
            if found if isinstance(found, bool) else await found:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.03):
                    await changed.wait()


class FakeWecom:
    """Remembers what it was asked; answers 0 unless told otherwise, and holds answers while its gate is closed."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.script: list[Answer] = []
        self.answer: Callable[[str, dict[str, Any]], Answer | None] = lambda path, body: None
        self.gate = asyncio.Event()
        self.gate.set()
        self.in_flight = 0
        self.most_in_flight = 0
        self.tokens = 0
        self.told: Callable[[], None] = lambda: None

    async def token(self, _request: web.Request) -> web.Response:
        self.tokens += 1
        return web.json_response({**OK, "access_token": f"token-{self.tokens}", "expires_in": 7200})

    async def serve(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.asked.append((request.path, dict(request.query), body))
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        self.told()
        await self.gate.wait()
        self.in_flight -= 1
        answer = self.script.pop(0) if self.script else self.answer(request.path, body) or OK
        return answer if isinstance(answer, web.Response) else web.json_response(answer)

    def bodies(self, call: str) -> list[dict[str, Any]]:
        return [body for path, _, body in self.asked if path == PATHS[call]]

    def said(self) -> list[str]:
        """What was said, in order of arrival."""
        return [body["text"]["content"] for _, _, body in self.asked]


class Rig:
    """Lanes and settler on a database, in front of a fake WeCom."""

    def __init__(
        self, database: Database, wecom: FakeWecom, session: aiohttp.ClientSession, url: str, roads: tuple[Road, ...]
    ) -> None:
        self.database = database
        self.wecom = wecom
        wire = Wire(session, url)
        tokens = TokenKeeper(lambda: fetch_token(wire, "ww1", "secret"), time.monotonic)
        client = WeComClient(session, url, tokens, 30.0, context=RoadContext(7, {"sales": "k1", "teachers": "k2"}))
        self._changed = asyncio.Event()
        wecom.told = self._changed.set
        self.settler = Settler(database, self._changed.set, conceal=lambda body: body)
        self.lanes = Lanes(database, client, roads, self.settler)
        self._running: list[asyncio.Task[None]] = []

    async def start(self, holds: Callable[[str], Awaitable[bool]] | None = None) -> None:
        async def always(_name: str) -> bool:
            return True

        self._running = [asyncio.create_task(self.settler.run()), asyncio.create_task(self.lanes.run(holds or always))]
        await self.until(lambda: self.lanes.up)

    async def stop(self) -> None:
        """As bot.app does: the lanes first, then the settler."""
        for task in reversed(self._running):
            task.cancel()
            await asyncio.wait([task], timeout=5)
        self._running = []

    async def add(self, *intents: Intent) -> None:
        """Stores intents as the worker would, and wakes their lanes."""
        async with self.database.write() as tx:
            for intent in intents:
                await add_intent(tx, intent)
        self.lanes.wake(tx.lanes)

    async def rows(self, query: str, **values: Any) -> list[Any]:
        async with self.database.read() as tx:
            return list((await tx.conn.execute(text(query), values)).all())

    async def states(self) -> list[int]:
        return [row.state for row in await self.rows("SELECT state FROM outbox ORDER BY id")]

    async def until(self, holds: Callable[[], bool | Coroutine[Any, Any, bool]], seconds: float = 20.0) -> None:
        """Waits until it holds; looks again whenever WeCom was asked or ends were written."""
        await eventually(holds, seconds, self._changed)

    async def drained(self, seconds: float = 20.0) -> None:
        async def nothing_waits() -> bool:
            return not await self.rows("SELECT id FROM outbox WHERE state = 0")

        await self.until(nothing_waits, seconds)


@pytest.fixture
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """SQLite; both kinds in tests marked `@both`."""
    async with fresh_database(request, getattr(request, "param", "sqlite"), tmp_path) as url:
        yield url


@pytest.fixture(autouse=True)
def logged() -> Iterator[list[MutableMapping[str, Any]]]:
    """What was logged meanwhile."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def wecom() -> FakeWecom:
    return FakeWecom()


@asynccontextmanager
async def rigged(database: Database, wecom: FakeWecom, roads: tuple[Road, ...] | None = None) -> AsyncIterator[Rig]:
    app = web.Application()
    app.router.add_get("/cgi-bin/gettoken", wecom.token)
    app.router.add_post("/{tail:.*}", wecom.serve)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        rig = Rig(database, wecom, session, str(server.make_url("")), roads or load_roads())
        try:
            yield rig
        finally:
            wecom.gate.set()
            await rig.stop()


@pytest.fixture
async def rig(database: Database, wecom: FakeWecom) -> AsyncIterator[Rig]:
    async with rigged(database, wecom) as rig:
        yield rig


def to_member(words: str, *userids: str, **changes: Any) -> Intent:
    fields: dict[str, Any] = {"payload": {"to": list(userids) or ["lin"], "message": {"type": "text", "text": words}}}
    return Intent("app.message", **(fields | changes))


def to_learner(words: str, learner: str = "wm1", **changes: Any) -> Intent:
    payload = {"to": learner, "open_kfid": "wk1", "msgid": words, "message": {"type": "text", "text": words}}
    return Intent("kf.message", payload, **changes)


def to_group(words: str, robot: str = "sales", **changes: Any) -> Intent:
    return Intent("robot.message", {"robot": robot, "message": {"type": "text", "text": words}}, **changes)
