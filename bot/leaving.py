"""Told to leave: SIGTERM and SIGINT, at any moment of the process's life, and a last moment by which it is gone."""

from __future__ import annotations

import asyncio
import os
import signal
import threading

# We promise 10 s, on a busy machine as well; systemd and containers kill later. What counts is durable long before, so whatever
# still hangs then may.
_LEAVE_SECONDS = 8.0


class Leaving:
    """`wait()` returns when this process was told to leave.

    Until somebody waits the house is being started; that is broken off (`while_starting`). A second signal changes nothing.
    """

    def __init__(self) -> None:
        self.while_starting = False
        self.exit_code = 0
        self._starting = asyncio.current_task()
        self._told = asyncio.Event()
        self._patience = threading.Timer(_LEAVE_SECONDS, lambda: os._exit(self.exit_code))
        self._patience.daemon = True
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._tell)

    async def wait(self) -> None:
        self._starting = None
        await self._told.wait()

    def _tell(self) -> None:
        if self._told.is_set():
            return
        self._told.set()
        self._patience.start()
        if self._starting is not None:
            self.while_starting = True
            self._starting.cancel()
