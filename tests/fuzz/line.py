"""A connection without a socket: the house's real HTTP server reads bytes and writes bytes, in this process."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from aiohttp import web

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
# Turns of the event loop after which a request that is not whole is given up: whatever it made the server do is done.
_PATIENCE = 12


class Line(asyncio.Transport):
    """The server's side of one TCP connection; `heard` is set when there may be a whole answer or the end."""

    def __init__(self, remote: str) -> None:
        super().__init__({"peername": (remote, 40_000)})
        self.written = bytearray()
        self.closed = False
        self.heard = asyncio.Event()

    def write(self, data: Any) -> None:
        self.written += data
        self.heard.set()

    def close(self) -> None:
        self.closed = True
        self.heard.set()

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0


async def exchange(server: web.Server, data: bytes, remote: str, *, whole: bool) -> list[tuple[int, bytes]]:
    """Sends the bytes on a connection of their own; every answer as (status, body), none if the server only hung up."""
    line, protocol = Line(remote), server()
    protocol.connection_made(line)
    await asyncio.sleep(0)
    protocol.data_received(data)
    try:
        if whole:
            while not line.closed and not _complete(line.written):
                line.heard.clear()
                await line.heard.wait()
        else:
            for _ in range(_PATIENCE):
                await asyncio.sleep(0)
    finally:
        protocol.connection_lost(None)
    for _ in range(3):  # so that the server's own task sees that the line is dead
        await asyncio.sleep(0)
    return answers(bytes(line.written))


def answers(written: bytes) -> list[tuple[int, bytes]]:
    """The HTTP answers in what was written, the interim 100 left out."""
    found = []
    while written.startswith(b"HTTP/1."):
        head, _, rest = written.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        status = int(head[9:12])
        if status >= 200:
            found.append((status, rest[:size]))
        written = rest[size:] if status >= 200 else rest
    return found


def _complete(written: bytearray) -> bool:
    return bool(answers(bytes(written)))
