"""How fast a crowd may act, in real time."""

import asyncio
import time

from sandbox.callbacks import Courier

_LOOK_EVERY_S = 0.005


class Pace:
    """At most `per_second` acts, `burst` of them at once, and never more than `parallel` callbacks on their way."""

    def __init__(self, per_second: float, burst: int, parallel: int, courier: Courier) -> None:
        self._step = 1 / per_second
        self._slack = (burst - 1) / per_second
        self._parallel = parallel
        self._courier = courier
        self._next = time.monotonic()

    async def turn(self) -> None:
        """Returns when the next act may be done; others have had their turn meanwhile."""
        now = time.monotonic()
        self._next = max(self._next, now - self._slack)
        await asyncio.sleep(max(0.0, self._next - now))
        self._next += self._step
        while self._courier.pending >= self._parallel:  # noqa: ASYNC110 - the courier counts its letters and tells nobody
            await asyncio.sleep(_LOOK_EVERY_S)
