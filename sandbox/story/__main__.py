"""`python -m sandbox.story`: plays the camp against a running look-alike and bot; exit code 0 when all came true."""

import argparse
import asyncio
import os
import sys
import time
import tomllib
from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp

from sandbox.story import report
from sandbox.story.calendar import planned
from sandbox.story.chapters import before_class, closing, digests, ending, enrolment, lessons, opening, sales
from sandbox.story.checklist import Checklist
from sandbox.story.corp import Corp
from sandbox.story.ear import Ear
from sandbox.story.shop import Shop
from sandbox.story.story import MISHAPS, Story
from sandbox.story.terminal import Terminal
from sandbox.story.voice import Voice

CHAPTERS = (opening, enrolment, before_class, lessons, digests, closing, sales, ending)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.story", description="演一整期训练营")
    parser.add_argument("--dir", type=Path, required=True, help="运行目录，里面有机器人的 config.toml")
    parser.add_argument("--sandbox", required=True, help="沙箱地址")
    parser.add_argument("--bot", required=True, help="机器人地址")
    parser.add_argument("--spent", type=float, default=0.0, help="起台用掉的秒数，算进总用时")
    return parser.parse_args()


async def _tell(options: argparse.Namespace) -> int:
    began = time.monotonic() - options.spent
    config = options.dir / "config.toml"
    secret = tomllib.loads(config.read_text(encoding="utf-8"))["ingest"]["shop"]["secret"]
    voice = Voice(whole=options.dir / "transcript.txt")
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(trust_env=False, timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        corp = Corp(options.sandbox, session)
        ear = Ear(corp, voice.hear)
        story = Story(
            corp=corp,
            ear=ear,
            checklist=Checklist(),
            shop=Shop(f"{options.bot}/ingest/shop", secret, session),
            terminal=Terminal(corp, [sys.executable, "-m", "bot"], str(config)),
            bot_url=options.bot,
            directory=options.dir,
            calendar=planned(datetime.now(ZoneInfo("Asia/Shanghai"))),
        )
        await _while_listening(ear, _chapters(story))
    report.write(voice, story, time.monotonic() - began)
    voice.close()
    return 1 if story.checklist.failed else 0


async def _chapters(story: Story) -> None:
    for chapter in CHAPTERS:
        await chapter.play(story)
    await story.ear.catch_up()


async def _while_listening(ear: Ear, play: Coroutine[Any, Any, None]) -> None:
    """Plays with an open ear; should it fall deaf (the look-alike gone, nobody reading), the play is over."""
    listening, playing = asyncio.create_task(ear.run()), asyncio.create_task(play)
    try:
        done, _ = await asyncio.wait((listening, playing), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in (listening, playing):
            task.cancel()
        await asyncio.gather(listening, playing, return_exceptions=True)


def main() -> int:
    try:
        return asyncio.run(_tell(_options()))
    except MISHAPS as mishap:
        sys.stdout.write(f"故事没有演完：{str(mishap) or type(mishap).__name__}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Nobody reads any more (`| head`); Python would complain once more while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


if __name__ == "__main__":
    sys.exit(main())
