"""URL mode: WeCom's question waits here for the answer, which the worker of this node or of another one writes into the turn."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from storage import robot_turns
from storage.database import Database

# Another node's worker can wake nobody here.
_LOOK_SECONDS, _LOOK_ALONE_SECONDS = 0.2, 1.0


class RobotAnswers:
    """`leaving()`: this node shuts down and nobody is to wait any longer."""

    def __init__(self, database: Database, leaving: Callable[[], bool]) -> None:
        self._database = database
        self._leaving = leaving
        self._waiting: dict[str, list[asyncio.Event]] = {}
        self._look_seconds = _LOOK_ALONE_SECONDS if database.is_sqlite else _LOOK_SECONDS

    def ring(self, names: set[str]) -> None:
        """These turns (`turn:<id>`, camp.robot) were answered by a worker of this node; other names mean nothing here."""
        for name in names & self._waiting.keys():
            for event in self._waiting[name]:
                event.set()

    async def wait(self, turn: int, seconds: float) -> dict[str, Any] | None:
        """The turn's answer, from now on WeCom's; None when there is none within so many seconds."""
        name, rung = f"turn:{turn}", asyncio.Event()
        self._waiting.setdefault(name, []).append(rung)
        until = asyncio.get_running_loop().time() + seconds
        try:
            while not await self._is_answered(turn):
                left = until - asyncio.get_running_loop().time()
                if left <= 0 or self._leaving():
                    return None
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(left, self._look_seconds)):
                        await rung.wait()
                rung.clear()
        finally:
            self._waiting[name].remove(rung)
            if not self._waiting[name]:
                del self._waiting[name]
        return await self.take(turn)

    async def take(self, turn: int, *, or_close: bool = False) -> dict[str, Any] | None:
        """The answer if there is one; `or_close`: what comes later goes another way."""
        async with self._database.write() as tx:
            return await robot_turns.take(tx, turn, or_close=or_close)

    async def _is_answered(self, turn: int) -> bool:
        async with self._database.read() as tx:
            found = await robot_turns.load(tx, turn)
        return found is None or found.answer is not None
