"""WeCom's end of the long connection, told how to behave, and the link that speaks to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
from aiohttp import web

from bot.inbox_writer import InboxWriter
from bot.robot_intake import RobotIntake
from bot.robot_link import RobotLink
from bot.robot_socket import Beat
from bot.wecom.download import download
from bot.wecom.road import RoadContext
from storage.database import Database

Frame = dict[str, Any]


class Wecom:
    """`answers(frame)` is what a frame gets, None is silence; every connection is kept."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.ended = 0
        self.answers: Callable[[Frame], Frame | None] = ok
        self.url = ""

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        async for message in socket:
            frame = message.json()
            self.frames.append(frame)
            answer = self.answers(frame)
            if answer is not None:
                await socket.send_json(answer)
        self.ended += 1
        return socket

    def of(self, cmd: str) -> list[Frame]:
        return [frame for frame in self.frames if frame["cmd"] == cmd]

    async def tells(self, msgid: str, words: str) -> None:
        body = {"msgid": msgid, "from": {"userid": "lin"}, "msgtype": "text", "text": {"content": words}}
        await self.sockets[-1].send_json({"cmd": "aibot_msg_callback", "headers": {"req_id": f"r-{msgid}"}, "body": body})


def ok(frame: Frame) -> Frame:
    return {"headers": frame["headers"], "errcode": 0, "errmsg": "ok"}


def refusing(cmd: str, errcode: int) -> Callable[[Frame], Frame]:
    return lambda frame: {**ok(frame), "errcode": errcode if frame["cmd"] == cmd else 0}


@asynccontextmanager
async def linked(wecom: Wecom, database: Database, beat: Beat | None = None, *, runs: bool = True) -> AsyncIterator[RobotLink]:
    writer = InboxWriter(database)
    intake = RobotIntake(database, writer, lambda words: words[::-1], "socket", timedelta(minutes=6))

    async def holds(_lease: str) -> bool:
        return True

    async def let_go(_lease: str) -> None:
        return

    async with aiohttp.ClientSession() as session:
        link = RobotLink(
            session=session,
            fetch=partial(download, session),
            address=wecom.url,
            bot_id="aib",
            secret="hush",
            intake=intake,
            database=database,
            writer=writer,
            context=RoadContext(1),
            holds=holds,
            let_go=let_go,
            woken=lambda: None,
            beat=beat or Beat(ack=0.3),
        )
        tasks = [asyncio.create_task(loop) for loop in ([writer.run(), link.run()] if runs else [])]
        yield link
        for task in reversed(tasks):
            task.cancel()
            await asyncio.wait([task])
