"""The one crowd a stage may have: begun, watched, sent home."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from sandbox.crowd.progress import Progress


class Gathering:
    """Keeps the task of the crowd and how far it has come, also after its end."""

    def __init__(self) -> None:
        self.progress: Progress | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    def begin(self, progress: Progress, play: Coroutine[Any, Any, None]) -> None:
        self.progress = progress
        self._task = asyncio.get_running_loop().create_task(play)

    async def end(self) -> None:
        """Sends everybody home; what they have done stays done."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
