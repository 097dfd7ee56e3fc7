"""When people act: one after the other, with a pause between, and nobody while the clock is held."""

import asyncio
import time

# Whoever is on none of the page's phones is not waited for so long.
_UNSEEN = 0.25
# How many paces people are given to read before the clock is turned.
_BREATH = 3.0


class Rhythm:
    """`pace` seconds pass between two acts of people who are `seen`; 0 plays as fast as it goes."""

    def __init__(self, pace: float = 0.0, seen: frozenset[str] = frozenset()) -> None:
        self._pace = pace
        self._seen = seen
        self._next_at = 0.0
        self._held_since: float | None = None
        self._held_s = 0.0
        self._going = asyncio.Event()
        self._going.set()

    @property
    def held(self) -> bool:
        return self._held_since is not None

    def hold(self) -> None:
        if self._held_since is None:
            self._held_since = time.monotonic()
            self._going.clear()

    def release(self) -> None:
        if self._held_since is not None:
            self._held_s += time.monotonic() - self._held_since
            self._held_since = None
            self._going.set()

    def seconds(self) -> float:
        """Real seconds without those that were held: what people's patience is measured in."""
        return (self._held_since or time.monotonic()) - self._held_s

    async def breathe(self) -> None:
        """Time to read, before the clock is turned."""
        await asyncio.sleep(self._pace * _BREATH)

    async def turn(self, who: str = "") -> None:
        """Returns when `who` may act."""
        await self._going.wait()
        if not self._pace:
            return
        now = time.monotonic()
        at = max(now, self._next_at)
        self._next_at = at + self._pace * (1.0 if who in self._seen else _UNSEEN)
        await asyncio.sleep(at - now)
        await self._going.wait()
