"""What the bot says about itself: whether it is ready, what time it lives in, and whether it has anything left to do."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp

_LOOK_S = 0.03


class Bot:
    """`url` is where its `/readyz` answers."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url = url.rstrip("/")
        self._session = session

    async def ready(self, within: float = 60) -> None:
        """Waits until `/readyz` answers with 200."""
        await self._until("机器人没有就绪", within, lambda told: True)

    async def in_step(self, now: float, within: float = 10) -> None:
        """Waits until its clock says `now` (unix s) or later."""
        await self._until("机器人没有跟上时钟", within, lambda told: told["now"] >= now - 1)

    async def at_rest(self) -> bool:
        """Everything that came in is handled, and nothing is due to go out."""
        told = await self._told()
        return bool(told and told["at_rest"])

    async def _until(self, complaint: str, within: float, holds: Callable[[dict[str, Any]], bool]) -> None:
        until = asyncio.get_running_loop().time() + within
        while asyncio.get_running_loop().time() < until:
            told = await self._told()
            if told is not None and holds(told):
                return
            await asyncio.sleep(_LOOK_S)
        raise TimeoutError(f"{within:.0f} 秒里{complaint}")

    async def _told(self) -> dict[str, Any] | None:
        """None while it does not answer, or is not ready."""
        try:
            async with self._session.get(f"{self.url}/readyz") as answer:
                told: dict[str, Any] = await answer.json()
                return told if answer.status == 200 else None
        except (aiohttp.ClientConnectionError, aiohttp.ContentTypeError):
            return None
