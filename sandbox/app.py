"""The look-alike as an aiohttp application, for tests in process and for the command line."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.aibot.socket import add_aibot_routes
from sandbox.api import passive_replies
from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.control import add_control_routes
from sandbox.gate import answer_api
from sandbox.page import add_page_routes
from sandbox.stage import STAGE, Stage


async def _run_courier(app: web.Application) -> AsyncIterator[None]:
    await app[STAGE].courier.start()
    yield
    await app[STAGE].courier.close()


async def _keep_agenda(app: web.Application) -> AsyncIterator[None]:
    keeping = asyncio.create_task(app[STAGE].agenda.keep())
    yield
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def _end_work(app: web.Application) -> AsyncIterator[None]:
    yield
    await app[STAGE].crowd.end()
    await app[STAGE].media_jobs.end()


@web.middleware
async def _settled(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whoever asks sees what is due by now."""
    request.app[STAGE].agenda.settle()
    return await handler(request)


async def _end_streams(app: web.Application) -> None:
    """Open pages must not delay the end."""
    app[STAGE].changes.end()


def build_sandbox(config: SandboxConfig, clock: Clock | None = None) -> web.Application:
    """`/cgi-bin/…` for the bot and `/_sandbox/…` for whoever plays the people; `app[STAGE]` is the state behind."""
    app = web.Application(client_max_size=48 * 1024 * 1024)
    app[STAGE] = Stage(config, clock)
    app[STAGE].courier.replied = partial(passive_replies.take, app[STAGE])
    app.cleanup_ctx.append(_run_courier)
    app.cleanup_ctx.append(_keep_agenda)
    app.cleanup_ctx.append(_end_work)
    app.middlewares.append(_settled)
    app.on_shutdown.append(_end_streams)
    add_control_routes(app)
    add_aibot_routes(app)
    add_page_routes(app)
    app.router.add_route("*", "/cgi-bin/{path:.+}", answer_api)
    return app
