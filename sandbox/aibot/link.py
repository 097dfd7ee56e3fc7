"""One connection of the robot's socket: frames leave in order, and the end can be ordered without waiting for it."""

import asyncio
import itertools
import json
from typing import Any

from aiohttp import web

_SERIAL = itertools.count(1)
Frame = dict[str, Any]


class Link:
    """`subscribed` once bot_id and secret were right. WeCom ends connections without a close frame, so does `drop`."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.id = next(_SERIAL)
        self.subscribed = False
        self.gone = asyncio.Event()
        self._socket = socket
        self._transport = transport
        self._outbox: asyncio.Queue[str | float] = asyncio.Queue()

    def send(self, frame: Frame) -> None:
        self.send_text(json.dumps(frame, ensure_ascii=False))

    def send_text(self, text: str) -> None:
        self._outbox.put_nowait(text)

    def drop(self, after_s: float = 0.0) -> None:
        """Cut the connection once everything before has gone out, `after_s` real seconds later."""
        self._outbox.put_nowait(after_s)

    async def write(self) -> None:
        """Carry out what was ordered, until the cut or the peer's end."""
        while True:
            order = await self._outbox.get()
            if isinstance(order, float):
                await asyncio.sleep(order)
                break
            try:
                await self._socket.send_str(order)
            except ConnectionError:
                break
        if self._transport is not None:
            self._transport.close()
        self.gone.set()
