"""What a lane has read of its part of the outbox and not taken yet, and when it looks again."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Collection

from bot.turns import people_of
from storage import lanes, outbox
from storage.database import Database
from storage.outbox import Due

_NEAR = 100
_FAR = 2_000
_POLL_SECONDS = 1.0
# In a closed lane there are only rows to be found that have expired, and to find them all that wait are read.
_CLOSED_POLL_SECONDS = 5.0


class Sight:
    """`rows`: each with the people it is for, in the order of the lane. Times are the loop's seconds."""

    def __init__(self, database: Database, lane: str) -> None:
        self._database = database
        self._lane = lane
        self._reach = _NEAR
        self._more = False  # the last look did not reach the end
        self._looked_at = self._look_at = -math.inf
        self.rows: list[tuple[Due, frozenset[str]]] = []

    def forget(self) -> None:
        """What was read may have changed."""
        self.rows = []
        self.look_within(0.0)

    def look_within(self, seconds: float) -> None:
        """There will be something new by then."""
        self._look_at = min(self._look_at, asyncio.get_running_loop().time() + seconds)

    def look_farther(self) -> bool:
        """None of these can go now, so those behind them are to be seen too; False when they are."""
        if not self.rows or not self._more or self._reach == _FAR:
            return False
        self._reach = _FAR
        self.look_within(0.0)
        return True

    def pause(self, closed: bool) -> float:
        """The seconds until the next look."""
        now = asyncio.get_running_loop().time()
        if closed:
            return max(0.0, self._looked_at + _CLOSED_POLL_SECONDS - now)
        return 0.0 if self._more and not self.rows else max(0.0, self._look_at - now)

    async def look(self, in_hand: Collection[int], *, closed: bool) -> None:
        """Reads what may be sent now and is not in hand; of a closed lane what has expired."""
        self._look_at = math.inf  # whoever says from now on that there is something new means another look
        try:
            async with self._database.read() as tx:
                found = await outbox.due(tx, self._lane, self._reach, without=tuple(in_hand), closed=closed)
                next_at = None if found or closed else await lanes.next_due_at(tx, self._lane)
        except BaseException:
            self.look_within(0.0)
            raise
        # What was taken meanwhile is not seen twice.
        self.rows = [(row, people_of(row)) for row in found if row.id not in in_hand]
        self._more = len(found) == self._reach
        if not self._more:
            self._reach = _NEAR
        wait = _POLL_SECONDS if next_at is None else (next_at - self._database.now()).total_seconds()
        self._looked_at = asyncio.get_running_loop().time()
        self.look_within(min(_POLL_SECONDS, max(0.01, wait)))
