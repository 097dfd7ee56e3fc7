"""WeCom's limit reached by somebody else of the same corp: the lane closes for as long as documented, whoever owns it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bot.lanes import Lanes
from bot.settler import Settler
from bot.wecom.client import WeComClient
from bot.wecom.road import RoadContext
from bot.wecom.roads import load_roads
from bot.wecom.tokens import TokenKeeper
from bot.wecom.wire import Wire, fetch_token
from sandbox.app import build_sandbox
from sandbox.config import SandboxConfig
from sandbox.stage import STAGE
from storage.database import Database, machine_now
from storage.outbox import Answer, Intent, Priority
from tests.loop.conftest import FakeWecom, Rig, both

CONFIG = SandboxConfig(api_per_minute=5)
PATH = "externalcontact/get_follow_user_list"
ASK = Intent("contact.follow_users", {}, answer=Answer.ALWAYS)


class Corp:
    """The look-alike, another sender of the same corp, and the lanes of one node after the other."""

    def __init__(self, stage: Any, session: aiohttp.ClientSession, url: str, database: Database) -> None:
        self.stage, self.session, self.url, self.database = stage, session, url, database
        self.ahead = 0.0

    def now(self) -> datetime:
        return machine_now() + timedelta(seconds=self.ahead)

    def node(self) -> Rig:
        rig = Rig(self.database, FakeWecom(), self.session, self.url, load_roads())
        wire = Wire(self.session, self.url)
        tokens = TokenKeeper(lambda: fetch_token(wire, CONFIG.corp_id, CONFIG.secret), time.monotonic)
        client = WeComClient(self.session, self.url, tokens, context=RoadContext(CONFIG.agent_id))
        rig.settler = Settler(self.database, conceal=lambda body: body)
        rig.lanes = Lanes(self.database, client, load_roads(), rig.settler, lambda: self.ahead)
        return rig

    async def somebody_else_asks(self, times: int) -> list[int]:
        query = {"corpid": CONFIG.corp_id, "corpsecret": CONFIG.secret}
        async with self.session.get(f"{self.url}/cgi-bin/gettoken", params=query) as answer:
            token = (await answer.json())["access_token"]
        codes = []
        for _ in range(times):
            async with self.session.get(f"{self.url}/cgi-bin/{PATH}", params={"access_token": token}) as answer:
                codes.append((await answer.json())["errcode"])
        return codes

    def later(self, seconds: float) -> None:
        """The play goes on: for WeCom's windows, for the house and for its lanes."""
        self.stage.clock.step(seconds)
        self.ahead += seconds

    def calls(self) -> int:
        return len(self.stage.traffic.arrivals(PATH))


@pytest.fixture
async def corp(database: Database) -> AsyncIterator[Corp]:
    app = build_sandbox(CONFIG)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        corp = Corp(app[STAGE], session, str(server.make_url("")).rstrip("/"), database)
        database.now = corp.now
        yield corp


@both
async def test_the_limit_reached_by_another_sender_closes_the_lane_for_every_owner(corp: Corp) -> None:
    assert await corp.somebody_else_asks(6) == [0] * 5 + [45009]
    first, second = corp.node(), corp.node()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(first.stop)
        stack.push_async_callback(second.stop)
        await first.start()
        await first.add(ASK)
        await first.until(lambda: first.lanes._pacer.closed(ASK.lane))
        asked = corp.calls()
        assert asked == 7

        async def closing_kept() -> bool:
            return bool(await first.rows("SELECT lane FROM lane_closings"))

        await first.until(closing_kept)
        await first.stop()

        corp.later(30)  # a row that is new and urgent does not try it either
        await second.start()
        await second.add(Intent("contact.follow_users", {}, priority=Priority.WELCOME, answer=Answer.ALWAYS))
        await second.add(Intent("directory.departments", {}, answer=Answer.ALWAYS))
        await second.until(lambda: corp.stage.calls.counts["department/list"] == 1)
        await second.until(lambda: second.lanes._pacer.closed(ASK.lane))
        assert corp.calls() == asked

        corp.later(31)
        second.lanes.wake_all()
        await second.drained(10)
        assert corp.calls() == asked + 2
        assert corp.stage.traffic.refusals(PATH) == {45009: 2}


async def test_what_expires_while_the_lane_is_closed_is_told_in_time(corp: Corp) -> None:
    await corp.somebody_else_asks(6)
    node = corp.node()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(node.stop)
        await node.start()
        await node.add(ASK)
        await node.until(lambda: node.lanes._pacer.closed(ASK.lane))
        soon = corp.now() + timedelta(seconds=1)
        await node.add(*(Intent("contact.follow_users", {}, expires_at=soon, answer=Answer.ALWAYS) for _ in range(3)))

        async def told() -> bool:
            return len(await node.rows("SELECT id FROM outbox WHERE state = 3")) == 3

        await node.until(told, 10)
        assert len(await node.rows("SELECT id FROM inbox WHERE kind = 'answer.contact.follow_users'")) == 3
