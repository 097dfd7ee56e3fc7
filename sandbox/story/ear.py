"""Follows the transcript: hands every line to the voice, and wakes those who wait for one."""

import asyncio
from collections.abc import Callable
from typing import Any

from sandbox.story.corp import Corp

Line = dict[str, Any]
_POLL_SECONDS = 5
SILENCE = "\u200b"  # a line of the narrator that nobody is shown


class Ear:
    """`lines` holds all that was heard; `hear` is given each line once, in order."""

    def __init__(self, corp: Corp, hear: Callable[[Line], None]) -> None:
        self._corp = corp
        self._hear = hear
        self._grown = asyncio.Event()
        self.lines: list[Line] = []

    async def run(self) -> None:
        """Until cancelled."""
        seq = 0
        while True:
            for line in await self._corp.see(f"/transcript?after={seq}&wait={_POLL_SECONDS}"):
                seq = int(line["seq"])
                self.lines.append(line)
                self._hear(line)
            self._grown.set()
            self._grown = asyncio.Event()

    async def wait_for(self, after: int, wanted: Callable[[Line], bool], seconds: float) -> bool:
        """Waits until a line behind the first `after` is wanted; False when there was none in time."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            grown = self._grown
            if any(wanted(line) for line in self.lines[after:]):
                return True
            after = len(self.lines)
            try:
                async with asyncio.timeout_at(until):
                    await grown.wait()
            except TimeoutError:
                return False

    async def catch_up(self, last: str = SILENCE, seconds: float = 5) -> None:
        """Has the narrator say a `last` word, and waits until everything up to it was heard."""
        newest = await self._corp.act("/say", text=last)
        await self.wait_for(0, lambda line: int(line["seq"]) >= int(newest["seq"]), seconds)
