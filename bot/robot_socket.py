"""One long connection of the robot (doc 101463): frames out and their acknowledgement, callbacks in by their order, pings."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

import aiohttp
import structlog

from bot.logs import frames_of
from bot.wecom.envelope import BadEnvelope
from bot.wecom.fields import number_of, object_of, text_of
from bot.wecom.road import Json
from bot.wecom.robot_inbound import Heard, read_json, to_heard

log = structlog.get_logger("robot")

MOST_BYTES = 1_048_576
_CALLBACKS = ("aibot_msg_callback", "aibot_event_callback")
_MOST_WAITING = 1_000
# After these the link counts as dead (the vendor's SDK does the same).
_MISSED = 2


@dataclass(frozen=True)
class Beat:
    """Seconds: between two pings, until a connection must stand, until a frame must be acknowledged."""

    ping: float = 30.0
    connect: float = 10.0
    ack: float = 5.0


class NotSent(ConnectionError):
    """The connection was gone before the frame could go: WeCom has surely not seen it."""


class RobotSocket:
    """`hear(heard, req_id)` takes one callback after the other; until it returns the next one waits."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, hear: Callable[[Heard, str], Awaitable[None]], beat: Beat) -> None:
        self._ws = ws
        self._hear = hear
        self._beat = beat
        self._acks: dict[str, asyncio.Future[Json]] = {}
        self._in_turn: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._heard: asyncio.Queue[tuple[Heard, str]] = asyncio.Queue(_MOST_WAITING)
        self._pings = 0  # not answered yet
        self.taken = False  # another connection has the robot now

    async def order(self, cmd: str, body: Json, req_id: str = "") -> Json:
        """Sends a frame and returns its acknowledgement; frames of one req_id go one after the other.

        NotSent when the connection was gone before, ConnectionError when it went meanwhile, TimeoutError without an answer.
        """
        req_id = req_id or f"{cmd}-{uuid.uuid4().hex}"
        lock = self._in_turn.setdefault(req_id, asyncio.Lock())
        async with lock:
            ack: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
            self._acks[req_id] = ack
            try:
                await self._send({"cmd": cmd, "headers": {"req_id": req_id}, "body": body})
                async with asyncio.timeout(self._beat.ack):
                    await ack
                return ack.result()
            finally:
                del self._acks[req_id]

    async def run(self) -> None:
        """Lives as long as the connection does; what was heard is handed on before the end."""
        beating = asyncio.create_task(self._keep_beating())
        handing = asyncio.create_task(self._hand_on())
        try:
            await self._listen()
        finally:
            beating.cancel()
            for ack in self._acks.values():
                if not ack.done():
                    ack.set_exception(ConnectionError("the connection was cut"))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._beat.ack):
                    await self._heard.join()
            handing.cancel()
            await asyncio.gather(beating, handing, return_exceptions=True)

    async def close(self) -> None:
        """Ends it from our side."""
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(1.0):
                await self._ws.close()

    async def _send(self, frame: Json) -> None:
        try:
            await self._ws.send_str(json.dumps(frame, ensure_ascii=False))
        except (ConnectionError, aiohttp.ClientError, RuntimeError) as gone:
            raise NotSent(type(gone).__name__) from None

    async def _listen(self) -> None:
        while not self.taken:
            message = await self._ws.receive()
            if message.type is not aiohttp.WSMsgType.TEXT:
                return
            try:
                await self._take(read_json(message.data))
            except BadEnvelope as bad:
                log.warning("frame unreadable", reason=bad.reason)

    async def _take(self, frame: Json) -> None:
        """Frames nobody knows are passed by."""
        req_id, cmd = text_of(object_of(frame, "headers"), "req_id"), text_of(frame, "cmd")
        if not cmd:
            ack = self._acks.get(req_id)
            if ack is not None and not ack.done():
                ack.set_result(frame)
            elif req_id.startswith("ping-"):
                self._pings = 0
        elif cmd in _CALLBACKS:
            heard = to_heard(object_of(frame, "body"))
            if heard.event == "disconnected_event":
                self.taken = True
            else:
                await self._heard.put((heard, req_id))

    async def _hand_on(self) -> None:
        while True:
            heard, req_id = await self._heard.get()
            try:
                await self._hear(heard, req_id)
            except Exception as error:  # noqa: BLE001 - what one callback meets must not make us deaf for the others
                log.error("callback lost", error=type(error).__name__, at=frames_of(error))
            finally:
                self._heard.task_done()

    async def _keep_beating(self) -> None:
        while self._pings < _MISSED:
            await asyncio.sleep(self._beat.ping)
            self._pings += 1
            try:
                await self._send({"cmd": "ping", "headers": {"req_id": f"ping-{uuid.uuid4().hex}"}})
            except NotSent:
                break
        log.warning("the robot's connection is dead")
        await self.close()


def errcode_of(ack: Json) -> int:
    """An acknowledgement without one is a refusal."""
    return number_of(ack, "errcode", -1)
