"""Whether WeCom answers a lane at all. While it does not, that is no fault of the rows, and not each of them need find it out."""

from __future__ import annotations

import asyncio

import structlog

from bot.settler import FATE_UNKNOWN
from bot.wecom.errors import NO_TOKEN, NOT_CONNECTED
from storage import lanes
from storage.database import Database
from storage.faults import StorageBusy

log = structlog.get_logger("lanes")

_NO_ANSWER = FATE_UNKNOWN | {NO_TOKEN, NOT_CONNECTED}

# So many calls one after the other without an answer of WeCom: it is away. One row that a proxy never likes is not enough.
_AWAY_AFTER = 8
_FIRST_PAUSE_S = 1.0
# WeCom is back at most so long before we notice.
_LONGEST_PAUSE_S = 15.0


class Weather:
    """While `away` one call at a time, after a pause that grows, tries whether WeCom is back. Times are the loop's seconds."""

    def __init__(self) -> None:
        self._unanswered = 0
        self._pause = _FIRST_PAUSE_S
        self._again_at = 0.0

    @property
    def away(self) -> bool:
        return self._unanswered >= _AWAY_AFTER

    def pause(self) -> float:
        """The seconds until the next call may try."""
        return max(0.0, self._again_at - asyncio.get_running_loop().time()) if self.away else 0.0

    def heard(self, errcode: int) -> bool:
        """Takes what became of a call; True when it shows that WeCom is back."""
        if errcode in _NO_ANSWER:
            self._unanswered += 1
            if self.away:
                self._again_at = asyncio.get_running_loop().time() + self._pause
                self._pause = min(_LONGEST_PAUSE_S, self._pause * 2)
            return False
        back = self.away
        self._unanswered, self._pause = 0, _FIRST_PAUSE_S
        return back


async def clear_up(database: Database, lane: str) -> None:
    """WeCom answers again: what was put off because it did not is due now, so that all that waits goes by its priority."""
    log.info("WeCom answers again", lane=lane)
    try:
        async with database.write() as tx:
            await lanes.hasten(tx, lane, _NO_ANSWER)
    except StorageBusy as busy:  # it becomes due by itself, within a minute
        log.warning("not hastened", lane=lane, error=str(busy))
