"""`python -m sandbox.story`: plays the camp against a running look-alike and bot; exit code 0 when all came true."""

import argparse
import asyncio
import os
import sys
import time
import tomllib
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.story import report
from sandbox.story.bot import Bot
from sandbox.story.calendar import SECOND_NAME, planned
from sandbox.story.cast import SEEN
from sandbox.story.chapters import before_class, closing, ending, enrolment, evenings, opening, sales
from sandbox.story.checklist import Checklist
from sandbox.story.clock import Moved, StoryClock
from sandbox.story.corp import Corp
from sandbox.story.ear import Ear
from sandbox.story.rhythm import Rhythm
from sandbox.story.shop import Shop
from sandbox.story.story import MISHAPS, Story
from sandbox.story.terminal import Terminal
from sandbox.story.voice import Voice

CHAPTERS = (opening, enrolment, before_class, evenings, closing, sales, ending)
STOPPED = 3  # somebody else moved the clock
_STOPPED = "有人动了时钟，故事就停在这里；四台手机、时间条和机器人照常，接着玩吧。"

_OVER = f"故事演完了。{SECOND_NAME}在等人：用时间条走到下一课，手机都是你的。"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox.story", description="演一整期训练营")
    parser.add_argument("--dir", type=Path, required=True, help="运行目录，里面有机器人的 config.toml")
    parser.add_argument("--sandbox", required=True, help="沙箱地址")
    parser.add_argument("--bot", required=True, help="机器人地址")
    parser.add_argument("--pace", type=float, default=0.0, help="人与人之间停几秒，0 = 能多快就多快")
    parser.add_argument("--spent", type=float, default=0.0, help="起台用掉的秒数，算进总用时")
    return parser.parse_args()


async def _tell(options: argparse.Namespace) -> int:
    began = time.monotonic() - options.spent
    voice = Voice(whole=options.dir / "transcript.txt")
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(trust_env=False, timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        story = _story(options, session, voice)
        try:
            await _while_listening(story, _chapters(story))
        except Moved:
            await story.corp.tell(f"## {_STOPPED}")
            voice.line()
            voice.line(f"━━ {_STOPPED}")
            voice.close()
            return STOPPED
    report.write(voice, story, time.monotonic() - began)
    voice.close()
    return 1 if story.checklist.failed else 0


def _story(options: argparse.Namespace, session: aiohttp.ClientSession, voice: Voice) -> Story:
    config = options.dir / "config.toml"
    secret = tomllib.loads(config.read_text(encoding="utf-8"))["ingest"]["shop"]["secret"]
    rhythm = Rhythm(options.pace, frozenset(SEEN.values()))
    corp = Corp(options.sandbox, session, rhythm)
    clock = StoryClock(corp, rhythm)
    return Story(
        corp=corp,
        ear=Ear(corp, voice.hear),
        checklist=Checklist(excuse=clock.excuse),
        shop=Shop(f"{options.bot}/ingest/shop", secret, session, rhythm, clock.now),
        terminal=Terminal(corp, [sys.executable, "-m", "bot"], str(config)),
        bot=Bot(options.bot, session),
        clock=clock,
        directory=options.dir,
        calendar=planned(datetime.now(UTC)),
    )


async def _chapters(story: Story) -> None:
    for chapter in CHAPTERS:
        await chapter.play(story)
    await story.ear.catch_up(_OVER)


async def _while_listening(story: Story, play: Coroutine[Any, Any, None]) -> None:
    """Plays with an open ear and an eye on the clock; should either fail (the look-alike gone, nobody reading, the clock
    moved too far), the play is over."""
    tasks = [asyncio.create_task(one) for one in (story.ear.run(), story.clock.watch(), play)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


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
