"""The look-alike as an aiohttp application, for tests in process and for the command line."""

from collections.abc import AsyncIterator

from aiohttp import web

from sandbox.gate import answer_api
from sandbox.clock import Clock
from sandbox.config import SandboxConfig
from sandbox.control import add_control_routes
from sandbox.stage import STAGE, Stage


async def _run_courier(app: web.Application) -> AsyncIterator[None]:
    await app[STAGE].courier.start()
    yield
    await app[STAGE].courier.close()


def build_sandbox(config: SandboxConfig, clock: Clock | None = None) -> web.Application:
    """`/cgi-bin/…` for the bot and `/_sandbox/…` for whoever plays the people; `app[STAGE]` is the state behind."""
    app = web.Application(client_max_size=4 * 1024 * 1024)
    app[STAGE] = Stage(config, clock)
    app.cleanup_ctx.append(_run_courier)
    add_control_routes(app)
    app.router.add_route("*", "/cgi-bin/{path:.+}", answer_api)
    return app
