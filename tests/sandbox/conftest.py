"""A held clock, a stand-in for the bot that decrypts with wechatpy, and a client for both sides of the look-alike."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import xmltodict
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from wechatpy.enterprise import WeChatCrypto

from sandbox.app import build_sandbox
from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.stage import STAGE, Stage

NOW = 1_791_000_000.0
CREDENTIALS = SandboxConfig()


@dataclass
class Bot:
    """Receives callbacks; `statuses` are answered first, then 200; `hanging` answers only when released.

    `replies` are the bodies of the next answers of 200: plain XML, which is sealed, or another word as it stands.
    """

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    tries: int = 0
    envelopes: list[dict[str, Any]] = field(default_factory=list)
    timestamps: list[str] = field(default_factory=list)
    hanging: bool = False
    released: asyncio.Event = field(default_factory=asyncio.Event)
    heard: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def receive(self, request: web.Request) -> web.Response:
        self.tries += 1
        if self.hanging:
            await self.released.wait()
        body = (await request.read()).decode()
        query = request.query
        crypto = WeChatCrypto(CREDENTIALS.token, CREDENTIALS.encoding_aes_key, CREDENTIALS.corp_id)
        plain = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        self.timestamps.append(query["timestamp"])
        self.envelopes.append(xmltodict.parse(body)["xml"])
        status = self.statuses.pop(0) if self.statuses else 200
        if status != 200:
            return web.Response(status=status)
        self.heard.put_nowait(xmltodict.parse(plain)["xml"])
        reply = self.replies.pop(0) if self.replies else ""
        if reply.startswith("<xml>"):
            reply = crypto.encrypt_message(reply, query["nonce"], query["timestamp"])
        return web.Response(text=reply)

    async def verify(self, request: web.Request) -> web.Response:
        query = request.query
        crypto = WeChatCrypto(CREDENTIALS.token, CREDENTIALS.encoding_aes_key, CREDENTIALS.corp_id)
        echo = crypto.check_signature(query["msg_signature"], query["timestamp"], query["nonce"], query["echostr"])
        return web.Response(text=echo)

    async def hear(self) -> dict[str, Any]:
        """The next event, decrypted and parsed."""
        async with asyncio.timeout(5):
            return await self.heard.get()


@dataclass
class Play:
    """Both sides of a running look-alike: `api` speaks like the bot, `act` and `see` like whoever plays the people."""

    client: TestClient[web.Request, web.Application]
    stage: Stage
    clock: Clock
    bot: Bot
    token: str = ""

    async def api(self, path: str, body: dict[str, Any] | None = None, **query: Any) -> dict[str, Any]:
        """POST with a body, else GET; the token is added."""
        if not self.token:
            self.token = (await self.gettoken())["access_token"]
        params = {"access_token": self.token, **query}
        if body is None:
            answer = await self.client.get(f"/cgi-bin/{path}", params=params)
        else:
            answer = await self.client.post(f"/cgi-bin/{path}", params=params, json=body)
        assert answer.status == 200
        return await answer.json()

    async def gettoken(self, **query: str) -> dict[str, Any]:
        params = {"corpid": CREDENTIALS.corp_id, "corpsecret": CREDENTIALS.secret, **query}
        return await (await self.client.get("/cgi-bin/gettoken", params=params)).json()

    async def code(self, path: str, body: dict[str, Any] | None = None, **query: Any) -> int:
        return (await self.api(path, body, **query))["errcode"]

    async def act(self, path: str, status: int = 200, /, **body: Any) -> dict[str, Any]:
        answer = await self.client.post(f"/_sandbox{path}", json=body)
        assert answer.status == status, await answer.text()
        return await answer.json()

    async def see(self, path: str) -> Any:
        answer = await self.client.get(f"/_sandbox{path}")
        assert answer.status == 200
        return await answer.json()

    def later(self, seconds: float) -> None:
        """Move the held clock on."""
        self.clock.shift(self.clock.offset_s + seconds)

    async def phone(self, userid: str) -> list[dict[str, Any]]:
        kind = "member" if userid in self.stage.world.members else "learner"
        return (await self.see(f"/phones/{kind}/{userid}"))["messages"]


@pytest.fixture
async def bot() -> AsyncIterator[Bot]:
    receiver = Bot()
    app = web.Application()
    app.router.add_post("/wecom/callback", receiver.receive)
    app.router.add_get("/wecom/callback", receiver.verify)
    server = TestServer(app)
    await server.start_server()
    receiver.url = str(server.make_url("/wecom/callback"))
    yield receiver
    receiver.released.set()
    await server.close()


@pytest.fixture
async def play(bot: Bot) -> AsyncIterator[Play]:
    clock = Clock(lambda: NOW)
    config = SandboxConfig(
        callback_url=bot.url,
        callback_pause_s=0,
        callback_deadline_s=0.2,
        quiet_s=0.01,
        api_per_minute=60,
        robots={"sales": "key-sales"},
    )
    app = build_sandbox(config, clock)
    async with TestClient(TestServer(app)) as client:
        yield Play(client, app[STAGE], clock, bot)


@pytest.fixture
async def school(play: Play) -> Play:
    """Two members, two learners; nothing has been called back yet."""
    for userid, name in (("Lin", "林老师"), ("wu", "吴销售")):
        await play.act("/members", userid=userid, name=name)
    for external_userid, name in (("wmMing", "小明"), ("wmHong", "小红")):
        await play.act("/learners", external_userid=external_userid, name=name)
    return play
