"""The story's hand on the clock, against a look-alike in process: forward only, it waits while held, it gives way politely."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from sandbox.app import build_sandbox
from sandbox.config import SandboxConfig
from sandbox.story.checklist import Checklist
from sandbox.story.clock import GOES_ON, HELD, Moved, StoryClock, in_words
from sandbox.story.corp import Corp
from sandbox.story.rhythm import Rhythm

HOUR = timedelta(hours=1)


@dataclass
class Play:
    """The story's clock, and a visitor at the same look-alike."""

    clock: StoryClock
    rhythm: Rhythm
    visitor: Corp
    watching: asyncio.Task[None]

    async def soon(self, *, held: bool = False, moved: bool = False) -> None:
        for _ in range(500):
            if (self.rhythm.held, self.clock.moved) == (held, moved):
                return
            await asyncio.sleep(0.01)
        raise AssertionError((self.rhythm.held, self.clock.moved))

    async def told(self) -> list[str]:
        return [line["what"] for line in await self.visitor.see("/transcript?after=0")]


@pytest.fixture
async def play() -> AsyncIterator[Play]:
    async with TestServer(build_sandbox(SandboxConfig())) as server, aiohttp.ClientSession() as session:
        url, rhythm = str(server.make_url("")), Rhythm()
        clock = StoryClock(Corp(url, session), rhythm)
        watching = asyncio.create_task(clock.watch())
        yield Play(clock, rhythm, Corp(url, session), watching)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def ahead(of: timedelta) -> datetime:
    return datetime.now(UTC) + of


async def test_it_jumps_forward_and_never_back(play: Play) -> None:
    await play.clock.jump(ahead(5 * HOUR))
    await play.clock.jump(ahead(2 * HOUR))
    now = (await play.visitor.see("/clock"))["now"]
    assert now == pytest.approx(ahead(5 * HOUR).timestamp(), abs=10)
    assert play.clock.now() == pytest.approx(now, abs=1)
    assert not play.clock.moved


async def test_nobody_acts_while_it_is_held(play: Play) -> None:
    await play.visitor.act("/clock", hold=True)
    await play.soon(held=True)
    patience = play.rhythm.seconds()
    turn = asyncio.create_task(play.rhythm.turn("lin"))
    done, _ = await asyncio.wait([turn], timeout=0.05)
    assert not done
    assert play.rhythm.seconds() == patience
    await play.visitor.act("/clock", release=True)
    await asyncio.wait_for(turn, 5)
    assert await play.told() == [HELD, GOES_ON]
    assert not play.clock.moved


async def test_a_small_step_disturbs_nobody(play: Play) -> None:
    await play.clock.jump(ahead(HOUR), ahead(3 * HOUR))
    await play.visitor.act("/clock", step_s=5)
    await play.clock.jump(ahead(2 * HOUR), ahead(3 * HOUR))
    assert not play.clock.moved


async def test_a_step_out_of_the_scene_ends_the_story(play: Play) -> None:
    await play.clock.jump(ahead(HOUR), ahead(2 * HOUR))
    await play.visitor.act("/clock", step_s=7200)
    with pytest.raises(Moved):
        await asyncio.wait_for(play.watching, 5)


async def test_after_a_step_inside_the_scene_a_failure_is_excused(play: Play) -> None:
    checklist = Checklist(excuse=play.clock.excuse)
    checklist.check("before", False)
    await play.clock.jump(ahead(HOUR), ahead(4 * HOUR))
    await play.visitor.act("/clock", step_s=3600)
    await play.soon(moved=True)
    checklist.check("still good", True)
    with pytest.raises(Moved):
        checklist.check("after", False)
    assert [claim.words for claim in checklist.failed] == ["before"]


def test_a_moment_in_words() -> None:
    assert in_words(datetime(2026, 11, 23, 10, 30, tzinfo=UTC)) == "11-23 周一 18:30"


async def test_people_who_are_seen_take_their_time() -> None:
    rhythm = Rhythm(pace=0.04, seen=frozenset({"lin"}))
    loop = asyncio.get_running_loop()
    began = loop.time()
    await rhythm.turn("he")
    await rhythm.turn("lin")
    assert loop.time() - began >= 0.01
    await rhythm.turn("lin")
    assert loop.time() - began >= 0.05
