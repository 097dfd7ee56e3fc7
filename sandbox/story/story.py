"""What every chapter is given: the corp, the people, the clock, and the list of what is expected."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.story.calendar import Calendar
from sandbox.story.cast import Pupil
from sandbox.story.checklist import Checklist
from sandbox.story.corp import Corp, Json, Refused
from sandbox.story.ear import Ear
from sandbox.story.person import Learner, Member, Unheard
from sandbox.story.shop import Shop, ShopRefused
from sandbox.story.terminal import CommandFailed, Terminal

MISHAPS = (Unheard, Refused, CommandFailed, ShopRefused, aiohttp.ClientError, TimeoutError)


@dataclass
class Story:
    """`numbers` are the bot's own #numbers of the learners, `welcome_links` and `lesson_links` what people were sent."""

    corp: Corp
    ear: Ear
    checklist: Checklist
    shop: Shop
    terminal: Terminal
    bot_url: str
    directory: Path
    calendar: Calendar
    learners: dict[str, Learner] = field(default_factory=dict)  # by name
    members: dict[str, Member] = field(default_factory=dict)  # by userid
    numbers: dict[str, int] = field(default_factory=dict)  # by name
    welcome_links: dict[str, str] = field(default_factory=dict)  # by name
    lesson_links: dict[tuple[str, int], "asyncio.Future[str]"] = field(default_factory=dict)  # by class teacher and lesson
    reports: dict[str, str] = field(default_factory=dict)  # what the bot answered, for the end

    async def chapter(self, title: str) -> None:
        await self.corp.tell(f"## {title}")

    async def together(self, *plays: Awaitable[Any]) -> None:
        """People act at the same time; who waits in vain is noted, and the others go on."""
        for mishap in await asyncio.gather(*plays, return_exceptions=True):
            if isinstance(mishap, MISHAPS):
                await self._note(mishap)
            elif isinstance(mishap, BaseException):
                raise mishap

    async def _note(self, mishap: BaseException) -> None:
        words = str(mishap) or type(mishap).__name__
        self.checklist.check(words, False)
        await self.corp.tell(f"✗ {words}")

    def learner(self, pupil: Pupil) -> Learner:
        return self.learners[pupil.name]

    def number(self, name: str) -> str:
        """`#12` of a learner; Unheard when no class teacher's list named them."""
        if name not in self.numbers:
            raise Unheard(f"没有从名单里找到 {name} 的编号")
        return f"#{self.numbers[name]}"

    def welcome_link(self, name: str) -> str:
        if not self.welcome_links.get(name):
            raise Unheard(f"{name} 没有收到带链接的欢迎语")
        return self.welcome_links[name]

    async def lesson_link(self, teacher: str, seq: int, within: float = 60) -> str:
        """The check-in link a class teacher posted in the class group; waits until they have it."""
        try:
            async with asyncio.timeout(within):
                return await asyncio.shield(self.lesson_links[teacher, seq])
        except TimeoutError:
            raise Unheard(f"{self.members[teacher].name} {within:.0f} 秒没有拿到第{seq}课的签到链接") from None

    async def ready(self, within: float = 60) -> None:
        """Waits until the bot answers `/readyz` with 200."""
        until = asyncio.get_running_loop().time() + within
        async with aiohttp.ClientSession(trust_env=False) as session:
            while asyncio.get_running_loop().time() < until:
                try:
                    async with session.get(f"{self.bot_url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientConnectionError:
                    pass
                await asyncio.sleep(0.05)
        raise TimeoutError(f"机器人 {within:.0f} 秒没有就绪")

    async def until(self, moment: datetime) -> None:
        """The lesson clock itself."""
        await asyncio.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))

    async def into(self, seconds: float) -> None:
        """Waits until so many seconds into the first lesson."""
        await self.until(self.calendar.starts(1) + timedelta(seconds=seconds))

    async def world(self) -> Json:
        found: Json = await self.corp.see("/state")
        return found
