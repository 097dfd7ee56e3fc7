"""What every chapter is given: the corp, the people, the clock, and the list of what is expected."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from sandbox.story.bot import Bot
from sandbox.story.calendar import Calendar
from sandbox.story.cast import Pupil
from sandbox.story.checklist import Checklist
from sandbox.story.clock import StoryClock, in_words
from sandbox.story.corp import Corp, Json, Refused
from sandbox.story.ear import Ear
from sandbox.story.person import Learner, Member, Unheard
from sandbox.story.shop import Shop, ShopRefused
from sandbox.story.terminal import CommandFailed, Terminal

MISHAPS = (Unheard, Refused, CommandFailed, ShopRefused, aiohttp.ClientError, TimeoutError)
_LOOK_S = 0.05


@dataclass
class Story:
    """`numbers` are the bot's own #numbers of the learners, `welcome_links` and `lesson_links` what people were sent."""

    corp: Corp
    ear: Ear
    checklist: Checklist
    shop: Shop
    terminal: Terminal
    bot: Bot
    clock: StoryClock
    directory: Path
    calendar: Calendar
    learners: dict[str, Learner] = field(default_factory=dict)  # by name
    members: dict[str, Member] = field(default_factory=dict)  # by userid
    numbers: dict[str, int] = field(default_factory=dict)  # by name
    welcome_links: dict[str, str] = field(default_factory=dict)  # by name
    lesson_links: dict[tuple[str, int], str] = field(default_factory=dict)  # by class teacher and lesson
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

    def lesson_link(self, teacher: str, seq: int) -> str:
        """The check-in link a class teacher posted in the class group."""
        if (teacher, seq) not in self.lesson_links:
            raise Unheard(f"{self.members[teacher].name} 没有拿到第{seq}课的签到链接")
        return self.lesson_links[teacher, seq]

    async def jump(self, moment: datetime, why: str, before: datetime | None = None) -> None:
        """Turns the clock forward once everybody is done; what follows makes sense `before` that other moment."""
        await self.rest()
        await self.corp.rhythm.breathe()
        await self.corp.tell(f"⏰ {in_words(moment)} {why}")
        await self.clock.jump(moment, before)
        await self.bot.in_step(self.clock.now())

    async def rest(self, within: float = 45) -> None:
        """Returns when nothing is under way any more; a bot that never rests is not waited for for ever."""
        until = asyncio.get_running_loop().time() + within
        while asyncio.get_running_loop().time() < until:
            if await self.bot.at_rest() and await self._quiet() and await self.bot.at_rest():
                return
            await asyncio.sleep(_LOOK_S)
        await self.corp.tell(f"（等了 {within:.0f} 秒，机器人手上还有事，先往下演）")

    async def _quiet(self) -> bool:
        return bool((await self.corp.see("/quiet?wait=5"))["quiet"])

    @property
    def camp_file(self) -> Path:
        return self.directory / "camp.toml"

    async def world(self) -> Json:
        found: Json = await self.corp.see("/state")
        return found
