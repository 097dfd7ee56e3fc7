"""A person with a phone, against a look-alike in process: they wait for words, and complain precisely."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from sandbox.app import build_sandbox
from sandbox.config import SandboxConfig
from sandbox.stage import STAGE, Stage
from sandbox.story.corp import Corp
from sandbox.story.ear import Ear
from sandbox.story.person import Learner, Member, Unheard


@pytest.fixture
async def corp() -> AsyncIterator[tuple[Corp, Ear, Stage]]:
    app = build_sandbox(SandboxConfig())
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        corp = Corp(str(server.make_url("")), session)
        ear = Ear(corp, lambda line: None)
        listening = asyncio.create_task(ear.run())
        await corp.act("/members", userid="lin", name="林老师")
        await corp.act("/learners", external_userid="wmMing", name="小明")
        yield corp, ear, app[STAGE]
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def test_words_that_come_later_are_heard(corp: tuple[Corp, Ear, Stage]) -> None:
    client, ear, stage = corp
    ming = Learner(client, ear, "wmMing", "小明")

    async def answer() -> None:
        await ear.wait_for(0, lambda line: line["what"] == "签到3", 5)
        stage.phones.show_learner("wmMing", stage.phones.bubble("kf:wk1", "kf", "text", "第3课 签到成功 ✓"))
        stage.transcript.add("客服机器人", "小明", "第3课 签到成功 ✓", "text")

    words, _ = await asyncio.gather(ming.asks("签到3", "第3课", "签到成功", within=5), answer())
    assert words == "第3课 签到成功 ✓"


async def test_a_complaint_names_what_was_said_awaited_and_seen(corp: tuple[Corp, Ear, Stage]) -> None:
    client, ear, _ = corp
    lin = Member(client, ear, "lin", "林老师")
    with pytest.raises(Unheard, match="林老师 说了「名单」，等了 0 秒没有等到「共」；屏幕上是：我：名单"):
        await lin.asks("名单", "共", within=0)


async def test_everything_so_far_is_heard_by_catching_up(corp: tuple[Corp, Ear, Stage]) -> None:
    client, ear, _ = corp
    await client.tell("## ① 报名")
    await ear.catch_up()
    assert "## ① 报名" in [line["what"] for line in ear.lines]
