"""Control: the stream that tells a page what to fetch again (server-sent events, as the HTML standard has them)."""

import asyncio
import json

from aiohttp import web

from sandbox.changes import Reader
from sandbox.control.form import Route
from sandbox.stage import STAGE

APART_S = 0.05
HEARTBEAT_S = 15.0
# The first event, so that a page that comes (back) fetches all it shows.
GENERAL = ("calendar", "clock", "faults", "transcript", "wire", "world")


async def changes(request: web.Request) -> web.StreamResponse:
    """`data: {"topics": […]}` with everything since the last event; `phone:<id>` comes without asking for that phone."""
    listeners = request.app[STAGE].changes
    stream = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    reader = listeners.open()
    for topic in GENERAL:
        reader.tell(topic)
    try:
        await stream.prepare(request)
        await _write(stream, reader)
    except ConnectionError:
        pass  # the page is gone
    finally:
        listeners.close(reader)
    return stream


async def _write(stream: web.StreamResponse, reader: Reader) -> None:
    """Until the server ends. A page that reads slowly blocks only its own `write`; its topics gather meanwhile."""
    while not reader.ended:
        if not await reader.wait(HEARTBEAT_S):
            await stream.write(b": still here\n\n")
            continue
        topics = reader.take()
        if topics:
            await stream.write(f"data: {json.dumps({'topics': topics}, ensure_ascii=False)}\n\n".encode())
        if not reader.ended:
            await asyncio.sleep(APART_S)


ROUTES: list[Route] = [("GET", "/changes", changes)]
