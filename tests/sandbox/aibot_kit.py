"""A bot's end of the robot's long connection, spoken by hand, and small bodies that tests share."""

import asyncio
import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from sandbox.aibot.settings import AibotConfig
from tests.sandbox.conftest import Play

ROBOT = AibotConfig()
PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 9


@dataclass
class Line:
    """One connection: `order` sends a frame and gives its answer; `hear` is the next callback."""

    socket: aiohttp.ClientWebSocketResponse
    heard: list[dict[str, Any]] = field(default_factory=list)
    serial: int = 0

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            return await self.socket.receive_json()

    async def order(self, cmd: str, body: dict[str, Any] | None = None, req_id: str = "") -> dict[str, Any]:
        self.serial += 1
        req_id = req_id or f"{cmd}-{self.serial}"
        await self.socket.send_json({"cmd": cmd, "headers": {"req_id": req_id}, **({"body": body} if body is not None else {})})
        while True:
            frame = await self.receive()
            if "cmd" not in frame and frame["headers"]["req_id"] == req_id:
                return frame
            self.heard.append(frame)

    async def code(self, cmd: str, body: dict[str, Any], req_id: str = "") -> int:
        return int((await self.order(cmd, body, req_id))["errcode"])

    async def hear(self) -> dict[str, Any]:
        return self.heard.pop(0) if self.heard else await self.receive()

    async def ended(self) -> bool:
        """True once the server has hung up; nothing may come before."""
        async with asyncio.timeout(5):
            return (await self.socket.receive()).type is not aiohttp.WSMsgType.TEXT


async def connect(play: Play, path: str = "/_aibot", secret: str = ROBOT.secret) -> Line:
    """A connection that has subscribed."""
    line = Line(await play.client.ws_connect(path))
    answer = await line.order("aibot_subscribe", {"bot_id": ROBOT.bot_id, "secret": secret})
    assert answer == {"headers": {"req_id": "aibot_subscribe-1"}, "errcode": 0, "errmsg": "ok"}
    return line


def stream(text: str, finish: bool = True, stream_id: str = "s1", **more: Any) -> dict[str, Any]:
    return {"msgtype": "stream", "stream": {"id": stream_id, "finish": finish, "content": text, **more}}


def markdown(text: str) -> dict[str, Any]:
    return {"msgtype": "markdown", "markdown": {"content": text}}


def card(task_id: str = "t1", title: str = "认领学员") -> dict[str, Any]:
    return {
        "card_type": "button_interaction",
        "main_title": {"title": title},
        "task_id": task_id,
        "button_list": [{"text": "认领", "key": "claim", "style": 1}],
    }


def card_message(task_id: str = "t1") -> dict[str, Any]:
    return {"msgtype": "template_card", "template_card": card(task_id)}


def dead(task_id: str = "t1", title: str = "已认领") -> dict[str, Any]:
    """The same card without anything to press."""
    notice = {"card_type": "text_notice", "main_title": {"title": title}, "task_id": task_id, "card_action": {"type": 0}}
    return {"response_type": "update_template_card", "template_card": notice}


def attached(name: str, content: bytes) -> dict[str, str]:
    return {"name": name, "base64": base64.b64encode(content).decode()}


def decrypted(key: bytes, content: bytes) -> bytes:
    """AES-256-CBC with PKCS#7 to 32, written anew so that the look-alike cannot agree with itself only."""
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(content) + decryptor.finalize()
    assert len(content) % 32 == 0
    assert 1 <= plain[-1] <= 32
    return plain[: -plain[-1]]


def pieces(content: bytes, size: int = 512 * 1024) -> list[str]:
    return [base64.b64encode(content[at : at + size]).decode() for at in range(0, len(content), size)]


def upload_head(kind: str, name: str, content: bytes, chunks: int = 1) -> dict[str, Any]:
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return {"type": kind, "filename": name, "total_size": len(content), "total_chunks": chunks, "md5": md5}
