"""The real house beside the look-alike, with the robot people talk to in either mode."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.aibot.robot import Robot
from sandbox.config import SandboxConfig
from tests.loopback import Camp, open_camp

URL = """
[wecom.aibot]
mode = "url"
token = "aibotFaults"
encoding_aes_key = "YWlib3Qta2V5LTAxMjM0NTY3ODlhYmNkZWZnaGlqa2w"
"""
SOCKET = """
[wecom.aibot]
mode = "socket"
bot_id = "aibFaults01"
secret = "aibot-faults-secret"
socket_url = "{ws}/_aibot"
"""
ROOM = "chatTeachers"


class Play:
    """What people do with the robot and what they see."""

    def __init__(self, camp: Camp) -> None:
        self.camp = camp

    @property
    def robot(self) -> Robot:
        assert self.camp.stage.aibot is not None
        return self.camp.stage.aibot

    async def says(self, userid: str, words: str, room: str = "") -> dict[str, Any]:
        return await self.camp.corp.act("/aibot/say", userid=userid, text=words, room=room)

    async def enters(self, userid: str) -> None:
        await self.camp.corp.act("/aibot/enter", userid=userid)

    async def clicks(self, userid: str, task_id: str, key: str, room: str = "") -> None:
        await self.camp.corp.act("/aibot/click", userid=userid, task_id=task_id, key=key, room=room)

    async def seen(self, userid: str, chat: str = "aibot") -> list[str]:
        """The robot's words (or the app's) in one chat of a member, oldest first."""
        others = [bubble for bubble in await self.camp.corp.chat(userid, chat) if bubble["from"] != "me"]
        return [str(bubble["text"]) for bubble in others if chat == "app" or bubble["from"] == "aibot"]

    async def sees(self, userid: str, words: str, chat: str = "aibot", within: float = 30.0) -> str:
        found: list[str] = []

        async def shown() -> bool:
            found[:] = [text for text in await self.seen(userid, chat) if words in text]
            return bool(found)

        await self.camp.until(shown, f"{userid} sees {words} in {chat}", within)
        return found[-1]

    async def card(self, userid: str, chat: str = "aibot") -> dict[str, Any]:
        """The newest card with buttons."""
        found: list[dict[str, Any]] = []

        async def shown() -> bool:
            found[:] = [bubble for bubble in await self.camp.corp.chat(userid, chat) if bubble.get("buttons")]
            return bool(found)

        await self.camp.until(shown, f"{userid} has a card to tap in {chat}", 10)
        return found[-1]

    async def card_is_dead(self, userid: str, task_id: str, chat: str = "aibot") -> None:
        """Nothing on it can be tapped any more."""

        async def dead() -> bool:
            bubbles = [bubble for bubble in await self.camp.corp.chat(userid, chat) if bubble["kind"] == "card"]
            return bool(bubbles) and not any(bubble.get("buttons") for bubble in bubbles)

        await self.camp.until(dead, f"the card {task_id} of {userid} changed", 10)

    async def connected(self, within: float = 30.0) -> None:
        async def up() -> bool:
            return self.robot.link is not None

        await self.camp.until(up, "the long connection stands", within)


@asynccontextmanager
async def open_play(directory: Path, mode: str, *, connects: bool = True, **aibot: Any) -> AsyncIterator[Play]:
    """`aibot`: what the look-alike plays with; `connects`: the long connection comes about."""

    def numbers(config: SandboxConfig) -> SandboxConfig:
        return replace(config, aibot=replace(config.aibot, **{"poll_s": 0.05, **aibot}))

    async with open_camp(directory, URL if mode == "url" else SOCKET, numbers) as camp:
        play = Play(camp)
        await camp.corp.act("/rooms", id=ROOM, name="带班老师群", members=["lin", "wu", "chen"])
        if mode == "socket" and connects:
            await play.connected()
        yield play


@pytest.fixture(params=["url", "socket"])
async def play(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Play]:
    async with open_play(tmp_path, request.param) as play:
        yield play


@pytest.fixture
async def by_url(tmp_path: Path) -> AsyncIterator[Play]:
    async with open_play(tmp_path, "url") as play:
        yield play


@pytest.fixture
async def by_socket(tmp_path: Path) -> AsyncIterator[Play]:
    async with open_play(tmp_path, "socket") as play:
        yield play


@contextmanager
def another_nodes_worker(play: Play) -> Iterator[None]:
    """Meanwhile the worker's lease is another node's, and that one does nothing."""
    leases = play.camp.house.leases
    holds = leases.holds

    async def all_but_the_worker(name: str) -> bool:
        return name != "worker" and await holds(name)

    leases.holds = all_but_the_worker  # type: ignore[method-assign]
    try:
        yield
    finally:
        leases.holds = holds  # type: ignore[method-assign]
