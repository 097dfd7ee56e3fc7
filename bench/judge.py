"""The look-alike as a judge: `python -m bench.judge PORT MINUTE_S` serves it on loopback, with a minute of so many seconds.

In a short minute ten windows pass soon. What an API may do in it shrinks with it, so that the pace is the real one; what a member
or a robot may get stays, so theirs is quicker than in life.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

from aiohttp import web

from sandbox.app import build_sandbox
from sandbox.config import SandboxConfig

ROBOT_KEY = "bench-robot"
CONFIG = SandboxConfig(robots={"bench": ROBOT_KEY})


async def serve(port: int, minute_s: float) -> None:
    """Until the process is ended."""
    share = minute_s / 60
    config = replace(
        CONFIG,
        minute_s=minute_s,
        api_per_minute=round(CONFIG.api_per_minute * share),
        api_per_hour=round(CONFIG.api_per_hour * share),
        ip_per_minute=round(CONFIG.ip_per_minute * share),
        ip_per_hour=round(CONFIG.ip_per_hour * share),
    )
    runner = web.AppRunner(build_sandbox(config), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
