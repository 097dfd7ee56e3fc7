"""`python -m bench.edge KIND --port N`: one process of what the ingest bench compares.

`bare`: aiohttp that reads a body and answers. `unstored`: our HTTP edge, whose writer forgets what it is given. `stored`: our
HTTP edge and our inbox writer, as `wecamp serve` wires them, but nobody applies what was stored.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress

from aiohttp import web

from bench.callback import AES_KEY, CORP_ID, TOKEN
from bot.collector import spare_what_stays
from bot.inbox_writer import InboxWriter
from bot.ingest import Ingest
from bot.readiness import Readiness
from bot.web import CallbackEdge, build_web
from bot.wecom.envelope import Keys
from storage.database import Database
from storage.inbox import FactDraft
from storage.migrate import migrate
from storage.nonces import Nonce, NonceUse


class _Forgetful(InboxWriter):
    async def submit(self, drafts: Sequence[FactDraft], nonce: Nonce | None = None, patience_s: float = 0.0) -> NonceUse:
        return NonceUse.NEW


async def _read_and_answer(request: web.Request) -> web.Response:
    await request.read()
    return web.Response()


def _bare() -> web.Application:
    app = web.Application()
    app.router.add_post("/wecom/callback", _read_and_answer)
    return app


def _ours(database: Database, writer: InboxWriter) -> web.Application:
    readiness = Readiness(database)
    edge = CallbackEdge(Keys(TOKEN, AES_KEY, CORP_ID), writer, readiness, 300.0, 65_536, database.now)
    return build_web(edge, Ingest({}, writer, lambda body: body, database.now), readiness)


async def _serve(kind: str, port: int, url: str) -> None:
    leave, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, leave.set)
    async with AsyncExitStack() as stack:
        app = _bare()
        if kind != "bare":
            await migrate(url)
            database = Database(url)
            stack.push_async_callback(database.close)
            writer = (InboxWriter if kind == "stored" else _Forgetful)(database)
            stack.push_async_callback(_stopped, asyncio.create_task(writer.run()))
            app = _ours(database, writer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        stack.push_async_callback(runner.cleanup)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        if kind != "bare":
            spare_what_stays()
        await leave.wait()


async def _stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.edge", description=__doc__)
    parser.add_argument("kind", choices=("bare", "unstored", "stored"))
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--url", default="")
    asked = parser.parse_args()
    asyncio.run(_serve(asked.kind, asked.port, asked.url))


if __name__ == "__main__":
    main()
