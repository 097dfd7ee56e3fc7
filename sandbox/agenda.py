"""What happens by itself once its moment has come: a transfer that nobody refused for 24 h (doc 92125).

Settled before every request, so nobody who asks sees the past, and by a task of its own, so callbacks go out when the
clock is stepped although nobody asks.
"""

import heapq
import itertools
from collections.abc import Callable

from sandbox.clock import Clock

LOOK_EVERY_S = 1.0  # real time, while nobody turns the clock


class Agenda:
    """Acts by the moment (sandbox time) they are due; equal moments keep their order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    def put(self, moment: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._due, (moment, next(self._order), act))

    def settle(self) -> None:
        """Do everything that is due by now."""
        while self._due and self._due[0][0] <= self._clock.now():
            heapq.heappop(self._due)[2]()

    async def keep(self) -> None:
        """Settle for as long as the look-alike runs."""
        while True:
            version = self._clock.version
            self.settle()
            await self._clock.wait_after(version, LOOK_EVERY_S)
