"""The robot's callback URL: what is not WeCom's is refused unread, what is odd changes nothing, secrets are told to nobody."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.wecom.envelope import Keys
from tests.edge.conftest import seal, signed
from tests.robot.conftest import Play

TOKEN, AES = "aibotFaults", "YWlib3Qta2V5LTAxMjM0NTY3ODlhYmNkZWZnaGlqa2w"
TEXT = {
    "msgid": "m-1",
    "aibotid": "aib",
    "chattype": "single",
    "from": {"userid": "lin"},
    "msgtype": "text",
    "text": {"content": "帮助"},
}
Answer = tuple[int, dict[str, Any] | None]


class Wecom:
    """WeCom's end, spoken by hand."""

    def __init__(self, play: Play, session: aiohttp.ClientSession) -> None:
        self.play, self.session = play, session
        self.url = play.robot.callback_url

    async def posts(self, raw: bytes, query: dict[str, str]) -> tuple[int, bytes]:
        async with self.session.post(self.url, data=raw, params=query) as answer:
            return answer.status, await answer.read()

    async def tells(self, message: Any, *, receiver: str = "", token: str = TOKEN, **query: str) -> Answer:
        """A sealed message; the opened answer, None for an empty one."""
        words = message if isinstance(message, str) else json.dumps(message)
        encrypted = seal(words, receiver=receiver, aes=AES)
        asked = signed(encrypted, token=token, **query)
        status, raw = await self.posts(json.dumps({"encrypt": encrypted}).encode(), asked)
        if not raw:
            return status, None
        told = json.loads(raw)
        assert told["nonce"] == asked["nonce"]
        check = signed(told["encrypt"], token=TOKEN, stamp=str(told["timestamp"]), nonce=told["nonce"])
        assert told["msgsignature"] == check["msg_signature"]
        return status, _opened(told["encrypt"])

    async def facts(self) -> int:
        return await self.play.camp.count("SELECT count(*) FROM inbox WHERE source = 'aibot'")


def _opened(encrypted: str) -> dict[str, Any]:
    key = base64.b64decode(AES + "=")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(base64.b64decode(encrypted)) + decryptor.finalize()
    plain = plain[: -plain[-1]]
    length = int.from_bytes(plain[16:20], "big")
    assert plain[20 + length :] == b""  # no receiver
    found: dict[str, Any] = json.loads(plain[20 : 20 + length])
    return found


@pytest.fixture
async def wecom(by_url: Play) -> AsyncIterator[Wecom]:
    async with aiohttp.ClientSession() as session:
        yield Wecom(by_url, session)


async def test_a_message_is_stored_and_answered(wecom: Wecom) -> None:
    status, answer = await wecom.tells(TEXT)
    assert status == 200
    assert answer is not None
    assert answer["msgtype"] == "stream"
    assert answer["stream"]["finish"] is True
    assert "你可以这样说" in answer["stream"]["content"]
    # A replay meets the same turn: one fact, the same answer.
    assert await wecom.tells(TEXT) == (200, answer)
    assert await wecom.facts() == 1
    more = {**TEXT, "msgid": "m-2", "msgtype": "stream", "stream": {"id": answer["stream"]["id"]}}
    assert await wecom.tells(more) == (200, answer)
    assert await wecom.facts() == 1


async def test_what_is_not_wecoms_is_refused(wecom: Wecom) -> None:
    assert await wecom.tells(TEXT, token="another") == (403, None)
    assert await wecom.tells(TEXT, receiver="wwfaults") == (403, None)
    old = str(int(time.time()) - 400)
    assert await wecom.tells(TEXT, stamp=old) == (403, None)
    encrypted = seal(json.dumps(TEXT), receiver="", aes=AES)
    query = signed(encrypted, token=TOKEN)
    assert await wecom.posts(json.dumps({"encrypt": encrypted}).encode(), {**query, "msg_signature": ""}) == (403, b"")
    assert await wecom.posts(json.dumps({"encrypt": encrypted}).encode(), {**query, "msg_signature": "\udcff"}) == (403, b"")
    for raw in (b"", b"<xml/>", b"[]", b'{"encrypt": 7}', b'{"encrypt": ""}', b"\xff" * 40):
        assert await wecom.posts(raw, query) == (400, b""), raw
    assert await wecom.posts(b"[" * 50_000, query) == (400, b"")
    assert await wecom.posts(b'{"encrypt":"' + b"A" * 70_000 + b'"}', query) == (413, b"")
    assert await wecom.facts() == 0


@pytest.mark.parametrize(
    "odd",
    [
        "no json",
        "[]",
        {},
        {**TEXT, "msgid": ""},
        {**TEXT, "from": []},
        {**TEXT, "msgtype": "stream", "stream": {"id": "../../1"}},
        {**TEXT, "msgtype": "stream", "stream": {"id": "12345"}},
        {**TEXT, "msgtype": "event", "event": {"eventtype": "something_new"}},
        '{"msgid":"m","from":{"userid":"lin"},"quote":' + "[" * 60 + "]" * 60 + "}",
    ],
)
async def test_wecoms_own_oddities_are_taken_and_change_nothing(wecom: Wecom, odd: Any) -> None:
    """It is authentic, and coming again would not make it readable."""
    assert await wecom.tells(odd) == (200, None)
    assert await wecom.facts() == 0


async def test_the_console_checks_the_url(wecom: Wecom) -> None:
    assert await wecom.play.camp.corp.act("/aibot/verify") == {"verified": True}
    encrypted = seal("echo", receiver="", aes=AES)
    query = {**signed(encrypted, token="another"), "echostr": encrypted}
    async with wecom.session.get(wecom.url, params=query) as answer:
        assert (answer.status, await answer.read()) == (403, b"")
    async with wecom.session.put(wecom.url) as answer:
        assert (answer.status, answer.headers["Allow"]) == (405, "GET,HEAD,POST")


async def test_the_response_url_and_a_files_address_are_stored_sealed(wecom: Wecom) -> None:
    url = "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=SECRETCODE"
    await wecom.tells({**TEXT, "response_url": url})
    file = {**TEXT, "msgid": "m-3", "msgtype": "file", "file": {"url": "https://files/SECRETFILE"}}
    await wecom.tells({**file, "response_url": url})
    (turn, _) = await wecom.play.camp.rows("SELECT response_url FROM robot_turns")
    assert turn.response_url
    kept = await wecom.play.camp.rows("SELECT body FROM inbox WHERE kind = 'aibot.file'")
    everything = str([*kept, *await wecom.play.camp.rows("SELECT * FROM robot_turns")])
    assert kept
    assert "SECRET" not in everything
    assert AES not in everything
    assert "SECRET" not in str(wecom.play.camp.house.robot)
    assert AES not in repr(Keys(TOKEN, AES, ""))


NODE, HERE = shutil.which("node"), Path(__file__).parents[1] / "sandbox/clients/node"
without_npm = pytest.mark.skipif(
    NODE is None or not (HERE / "node_modules/@wecom").is_dir(),
    reason="NOT CHECKED against @wecom/crypto: run `make npm-clients`",
)


@without_npm
async def test_the_vendors_crypto_library_understands_us(wecom: Wecom) -> None:
    assert await _node(wecom, None) == {"status": 200, "echo": "echo-4711"}
    told = await _node(wecom, TEXT)
    assert (told["status"], told["nonce"]) == (200, "nonce-1")
    assert told["answer"]["stream"]["finish"] is True
    assert "你可以这样说" in told["answer"]["stream"]["content"]


async def _node(wecom: Wecom, message: dict[str, Any] | None) -> dict[str, Any]:
    asked = {"url": wecom.url, "token": TOKEN, "key": AES, "nonce": "nonce-1", **({"message": message} if message else {})}
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    process = await asyncio.create_subprocess_exec(
        str(NODE), str(HERE / "ask_robot.cjs"), json.dumps(asked), stdout=asyncio.subprocess.PIPE, env=environment
    )
    async with asyncio.timeout(20):
        out, _ = await process.communicate()
    found: dict[str, Any] = json.loads(out)
    return found
