"""Two nodes on one PostgreSQL: one holds the connection, the other takes it when it leaves; an answer may be another node's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy.ext.asyncio import create_async_engine

from bot import robot_link
from bot.app import House, running
from bot.settings import load_settings
from sandbox.app import build_sandbox
from sandbox.config import read_config
from sandbox.stage import STAGE, Stage
from sandbox.story.corp import Corp
from storage import members
from storage.robot_links import State
from storage.tables_camp import metadata
from tests.conftest import fresh_database
from tests.loop.conftest import eventually
from tests.loopback import CONFIG
from tests.robot.conftest import SOCKET, URL

KEY = '[privacy]\nkey = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="\n'


@dataclass
class Town:
    """The look-alike and the nodes that run."""

    corp: Corp
    stage: Stage
    open: Callable[[], Awaitable[tuple[House, AsyncExitStack]]]

    async def seen(self, words: str) -> bool:
        return any(words in str(bubble["text"]) for bubble in await self.corp.chat("lin", "aibot") if bubble["from"] != "me")

    async def until(self, holds: Any, seconds: float = 20.0) -> None:
        await eventually(holds, seconds)

    @property
    def subscribes(self) -> int:
        return self.stage.calls.counts["aibot_subscribe"]


@asynccontextmanager
async def town_of(directory: Path, url: str, mode: str) -> AsyncIterator[Town]:
    path = directory / "config.toml"
    whole = CONFIG.replace("sqlite+aiosqlite:///{directory}/wecamp.db", url.replace("{", "{{").replace("}", "}}"))
    whole += (URL if mode == "url" else SOCKET) + KEY
    async with AsyncExitStack() as stack:
        path.write_text(whole.format(sandbox="http://127.0.0.1:1", ws="ws://127.0.0.1:1"), encoding="utf-8")
        config = read_config(path, "http://127.0.0.1:1/")
        app = build_sandbox(replace(config, quiet_s=0.1, aibot=replace(config.aibot, poll_s=0.05)))
        server = TestServer(app)
        await stack.enter_async_context(server)
        address = str(server.make_url("")).rstrip("/")
        path.write_text(whole.format(sandbox=address, ws=address.replace("http", "ws", 1)), encoding="utf-8")
        session = await stack.enter_async_context(aiohttp.ClientSession(trust_env=False))
        corp = Corp(address, session)
        await corp.act("/members", userid="lin", name="林老师", position="班主任")

        async def open_node() -> tuple[House, AsyncExitStack]:
            own = await stack.enter_async_context(AsyncExitStack())
            house = await own.enter_async_context(running(load_settings(path)))
            async with house.database.write() as tx:
                member = await members.ensure(tx, "lin", name="林老师")
                await members.change(tx, member.id, position="class_teacher")
            return house, own

        yield Town(corp, app[STAGE], open_node)


@pytest.fixture
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """An empty PostgreSQL: the nodes bring its schema up to date themselves."""
    async with fresh_database(request, "postgres", tmp_path) as url:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.run_sync(metadata.drop_all)
        await engine.dispose()
        yield url


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robot_link, "_LOOK_SECONDS", 0.1)


async def test_one_node_holds_the_connection_and_the_other_takes_it_over(url: str, tmp_path: Path, quick: None) -> None:
    async with town_of(tmp_path, url, "socket") as town:
        first, leaves = await town.open()
        await town.until(lambda: first.robot.link is not None and first.robot.link.state is State.UP)
        second, _ = await town.open()
        await town.corp.act("/aibot/say", userid="lin", text="帮助")
        await town.until(lambda: town.seen("你可以这样说"))
        assert second.robot.link is not None
        assert second.robot.link.state is None  # another node's business
        assert town.subscribes == 1
        await leaves.aclose()
        await town.until(lambda: second.robot.link is not None and second.robot.link.state is State.UP)
        assert town.subscribes == 2
        await town.corp.act("/aibot/say", userid="lin", text="未知的话")
        await town.until(lambda: town.seen("未知的话"))
        async with second.database.read() as tx:
            given_up = (await tx.conn.exec_driver_sql("SELECT count(*) FROM inbox WHERE kind = 'aibot.given_up'")).scalar_one()
        assert given_up == 0


async def test_taken_by_a_stranger_no_node_fights_until_a_later_one_starts(url: str, tmp_path: Path, quick: None) -> None:
    async with town_of(tmp_path, url, "socket") as town:
        first, _ = await town.open()
        second, _ = await town.open()
        links = [node.robot.link for node in (first, second)]
        await town.until(lambda: any(link is not None and link.state is State.UP for link in links))
        assert links[0] is not None
        async with aiohttp.ClientSession() as session, session.ws_connect(links[0].address) as stranger:
            body = {"bot_id": "aibFaults01", "secret": "aibot-faults-secret"}
            await stranger.send_json({"cmd": "aibot_subscribe", "headers": {"req_id": "s"}, "body": body})
            assert (await stranger.receive_json())["errcode"] == 0
            await town.until(lambda: all(link is not None and link.state is State.TAKEN for link in links))
            assert town.subscribes == 2  # ours and the stranger's

            async def nobody_holds_it() -> bool:
                return not [node for node in (first, second) if robot_link.LEASE in node.leases._wanted]

            await town.until(nobody_holds_it)
        third, leaves = await town.open()
        link = third.robot.link
        assert link is not None
        await town.until(lambda: link.state is State.UP)
        assert town.subscribes == 3
        await leaves.aclose()  # whoever runs may take it now: a person has decided
        await town.until(lambda: any(one is not None and one.state is State.UP for one in links))


async def test_the_answer_of_another_nodes_worker_is_found(url: str, tmp_path: Path) -> None:
    async with town_of(tmp_path, url, "url") as town:
        worker, _ = await town.open()

        async def works() -> bool:
            return await worker.leases.holds("worker")

        await town.until(works)
        edge, _ = await town.open()
        runner = web.AppRunner(edge.web, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        assert town.stage.aibot is not None
        town.stage.aibot.callback_url = f"http://127.0.0.1:{runner.addresses[0][1]}/wecom/aibot"
        began = asyncio.get_running_loop().time()
        await town.corp.act("/aibot/say", userid="lin", text="帮助")
        await town.until(lambda: town.seen("你可以这样说"))
        assert not await edge.leases.holds("worker")
        assert asyncio.get_running_loop().time() - began < 3.0
        async with worker.database.read() as tx:
            answer = (await tx.conn.exec_driver_sql("SELECT answer FROM robot_turns")).scalar_one()
        assert "你可以这样说" in str(answer if isinstance(answer, dict) else json.loads(answer))
        await runner.cleanup()
