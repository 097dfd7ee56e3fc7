"""The vendor's npm packages, as published, in real Node processes: @wecom/crypto and @wecom/aibot-node-sdk.

`make test` installs them (exact versions, checked by sha512). Without Node or without the packages the tests are skipped,
and the summary of the run says so.
"""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.aibot.settings import AibotConfig
from tests.sandbox.aibot_kit import ROBOT, attached, connect
from tests.sandbox.conftest import CREDENTIALS, Play

HERE = Path(__file__).with_name("node")
NODE = shutil.which("node")

if NODE is None or not (HERE / "node_modules/@wecom").is_dir():
    why = "Node.js is missing" if NODE is None else "run `make npm-clients`, which needs npm"
    pytest.skip(f"the sandbox is NOT CHECKED against the vendor's npm packages: {why}", allow_module_level=True)


class Script:
    """A running script; `hear` is the next thing it tells of a kind, in order."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.heard: list[dict[str, Any]] = []

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next line that has `kind` as a field or as its event."""
        assert self.process.stdout is not None
        async with asyncio.timeout(15):
            while line := await self.process.stdout.readline():
                self.heard.append(json.loads(line))
                if kind in self.heard[-1] or self.heard[-1].get("event") == kind:
                    return self.heard[-1]
        raise AssertionError(f"the script ended; it told {self.heard}")

    async def done(self, event: str) -> None:
        """The script has acted on an event, and WeCom answered 0."""
        assert await self.hear(event) == {"event": event, "errcode": 0}


@asynccontextmanager
async def running(name: str, options: dict[str, Any]) -> AsyncIterator[Script]:
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    process = await asyncio.create_subprocess_exec(
        str(NODE), str(HERE / name), json.dumps(options), stdout=asyncio.subprocess.PIPE, env=environment
    )
    try:
        yield Script(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def _keys(config: Any, receive_id: str) -> dict[str, str]:
    return {"token": config.token, "key": config.encoding_aes_key, "id": receive_id}


@pytest.fixture
async def url_bot(school: Play) -> AsyncIterator[Script]:
    """A bot with both callback URLs, told to the look-alike."""
    options = {"app": _keys(CREDENTIALS, CREDENTIALS.corp_id), "robot": _keys(AibotConfig(), "")}
    async with running("url_bot.cjs", options) as script:
        address = f"http://127.0.0.1:{(await script.hear('port'))['port']}/wecom"
        await school.act("/callback-url", url=f"{address}/callback")
        await school.act("/aibot/mode", mode="url", url=f"{address}/aibot")
        yield script


@pytest.fixture
async def socket_bot(school: Play) -> AsyncIterator[Script]:
    async with _connected(school) as script:
        await script.hear("authenticated")
        yield script


@asynccontextmanager
async def _connected(play: Play, secret: str = ROBOT.secret) -> AsyncIterator[Script]:
    url = str(play.client.make_url("/")).replace("http://", "ws://")
    async with running("socket_bot.cjs", {"url": url, "botId": ROBOT.bot_id, "secret": secret}) as script:
        yield script


async def shown(play: Play) -> list[str]:
    return [bubble["text"] for bubble in await play.phone("Lin") if bubble["chat"] == "aibot"]


async def test_both_url_checks_pass(school: Play, url_bot: Script) -> None:
    assert await school.act("/callback-url/verify") == {"verified": True}
    assert await school.act("/aibot/verify") == {"verified": True}


async def test_the_crypto_library_opens_an_app_callback(school: Play, url_bot: Script) -> None:
    await school.act("/app/say", userid="Lin", text="名单 ]]> <b>")
    assert "<Content><![CDATA[名单 " in (await url_bot.hear("xml"))["xml"]


async def test_the_look_alike_opens_what_the_crypto_library_sealed(school: Play, url_bot: Script) -> None:
    assert school.stage.aibot is not None
    await school.act("/aibot/say", userid="Lin", text="名单")
    assert (await url_bot.hear("message"))["message"]["text"] == {"content": "名单"}
    assert (await url_bot.hear("message"))["message"]["stream"] == {"id": "s1"}
    assert await school.see("/quiet?wait=5") == {"quiet": True}
    assert await shown(school) == ["名单", "3 人缺勤"]


async def test_the_sdk_answers_with_a_growing_stream(school: Play, socket_bot: Script) -> None:
    await school.act("/aibot/say", userid="Lin", text="名单")
    await socket_bot.done("message.text")
    assert await shown(school) == ["名单", "3 人缺勤"]


async def test_the_sdk_sends_a_card_and_updates_it(school: Play, socket_bot: Script) -> None:
    await school.act("/aibot/say", userid="Lin", text="公海")
    await socket_bot.done("message.text")
    await school.act("/aibot/click", userid="Lin", task_id="t1", key="claim")
    await socket_bot.done("event.template_card_event")
    assert await shown(school) == ["公海", "已认领"]


async def test_the_sdk_welcomes(school: Play, socket_bot: Script) -> None:
    await school.act("/aibot/enter", userid="Lin")
    await socket_bot.done("event.enter_chat")
    assert await shown(school) == ["我是营伴"]


async def test_the_sdk_uploads_in_three_chunks_replies_and_pushes(school: Play, socket_bot: Script) -> None:
    await school.act("/aibot/say", userid="Lin", text="大文件")
    await socket_bot.done("message.text")
    assert await shown(school) == ["大文件", *["［文件］大文件.txt"] * 2]
    assert len(school.stage.calls.of("aibot_upload_media_chunk")) == 3


async def test_the_sdk_downloads_and_decrypts(school: Play, socket_bot: Script) -> None:
    await school.act("/aibot/say", userid="Lin", file=attached("名单.csv", "小明".encode()))
    await socket_bot.done("message.file")
    assert (await shown(school))[-1] == "名单.csv 小明"


async def test_the_kicked_sdk_does_not_fight_back(school: Play, socket_bot: Script) -> None:
    other = await connect(school)
    await socket_bot.hear("event.disconnected_event")
    await socket_bot.hear("disconnected")
    await school.act("/aibot/say", userid="Lin", text="谁在")
    assert (await other.hear())["body"]["text"] == {"content": "谁在"}
    assert "reconnecting" not in str(socket_bot.heard)


async def test_the_sdk_comes_back_after_a_cut(school: Play, socket_bot: Script) -> None:
    await school.act("/aibot/cut")
    await socket_bot.hear("reconnecting")
    await socket_bot.hear("authenticated")


async def test_the_sdk_gives_up_on_a_wrong_secret(school: Play) -> None:
    async with _connected(school, secret="no") as script:
        assert "853000" in (await script.hear("error"))["error"]
        assert "853000" in (await script.hear("error"))["error"]
        assert "auth failure" in (await script.hear("error"))["error"]
