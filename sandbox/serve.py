"""`python -m sandbox serve`: run the look-alike until SIGTERM or SIGINT."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from aiohttp import web

from sandbox.app import build_sandbox
from sandbox.calendar import Mark
from sandbox.calendar_file import marks_in
from sandbox.config import read_config
from sandbox.stage import STAGE
from sandbox.world_file import load_world


def add_serve_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, help="机器人的 config.toml；不给就用默认凭据")
    parser.add_argument("--world", type=Path, help="world.toml：一开始就有的成员、学员、群")
    parser.add_argument("--calendar", type=Path, metavar="camp.toml", help="把它的课和结营标到时间条上")
    parser.add_argument("--port", type=int, default=8790, help="端口，0 = 任选")
    parser.add_argument("--port-file", type=Path, help="把实际端口写进这个文件")
    parser.add_argument("--callback-url", default="", help="默认 http://<server.host>:<server.port>/wecom/callback")


async def _serve(options: argparse.Namespace) -> None:
    app = build_sandbox(read_config(options.config, options.callback_url))
    if options.world:
        load_world(app[STAGE], options.world)
    if options.calendar:
        marks = marks_in(await asyncio.to_thread(options.calendar.read_text, encoding="utf-8-sig"))
        app[STAGE].calendar.replace(Mark(**mark) for mark in marks)
    # A bot's hanging call or a reader's long-poll must not delay the end.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", options.port).start()
        port = runner.addresses[0][1]
        if options.port_file:
            await asyncio.to_thread(options.port_file.write_text, str(port))
        url = f"http://127.0.0.1:{port}"
        sys.stdout.write(
            f"企业微信沙箱在 {url}（控制口 {url}/_sandbox/state），回调发往 {app[STAGE].courier.callback_url}\n"
            f'在机器人的 config.toml 里设：[wecom] api_base_url = "{url}"\n'
        )
        sys.stdout.flush()
        await _ended()
    finally:
        await runner.cleanup()


async def _ended() -> None:
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    await asked.wait()


def serve(options: argparse.Namespace) -> int:
    """0 after a clean end, 1 with one line on stderr when it cannot start."""
    try:
        asyncio.run(_serve(options))
    except (OSError, ValueError, KeyError) as fault:
        sys.stderr.write(f"沙箱起不来：{fault}\n")
        return 1
    return 0
