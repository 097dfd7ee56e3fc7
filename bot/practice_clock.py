"""To practise: the house lives in the time of a look-alike on this machine, which people hold, step and speed up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import aiohttp
import structlog

log = structlog.get_logger("practice")

# One question is answered at the next change, or after this long.
_WAIT_SECONDS = 20
_LOOK_SECONDS = 2.0
_ASK_AGAIN_SECONDS = 1.0
# What is told may differ this much from what we made it out to be before it counts as a move: the way of an answer takes time.
_SLACK_SECONDS = 1.0


class PracticeClock:
    """The clock behind `url`: `GET url?after=<version>&wait=<s>` → `{now: unix s, held, speed, version}`.

    Between two answers, and while nobody answers, the time goes on from what was told last; before the first answer it is
    the machine's. `version` is what the look-alike counts its changes with.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self._told_at = time.monotonic()
        self._told = time.time()
        self._pace = 1.0
        self._ahead = 0.0
        self._away = False
        self.version = -1

    def now(self) -> datetime:
        """The practice time, aware UTC."""
        return datetime.fromtimestamp(self._seconds(), UTC)

    def pace(self) -> float:
        """Seconds of practice time in one of the machine's; 0 while it is held."""
        return self._pace

    def ahead(self) -> float:
        """Seconds by which this time has outrun the machine's since the start, by jumps and by a quick pace; never less again.

        WeCom's windows and the life of its tokens pass with it.
        """
        return self._ahead + max(0.0, self._pace - 1.0) * (time.monotonic() - self._told_at)

    async def look(self) -> bool:
        """Asks once, as commands and a start do; False when nobody answers, and the time goes on as it did."""
        try:
            self._take(await self._ask({}, _LOOK_SECONDS))
        except (aiohttp.ClientError, TimeoutError, ValueError, TypeError, KeyError, OverflowError):
            self._lost()
            return False
        return True

    async def follow(self, moved: Callable[[], Awaitable[None]]) -> None:
        """Follows the clock until cancelled; `moved` is awaited after each jump and each change of pace."""
        while True:
            # After an outage it may be another look-alike, which counts its changes anew.
            query = {} if self._away else {"after": str(self.version), "wait": str(_WAIT_SECONDS)}
            try:
                changed = self._take(await self._ask(query, _WAIT_SECONDS + _LOOK_SECONDS))
            except (aiohttp.ClientError, TimeoutError, ValueError, TypeError, KeyError, OverflowError):
                self._lost()
                await asyncio.sleep(_ASK_AGAIN_SECONDS)
                continue
            if changed:
                log.info("practice time moved", now=self.now().isoformat(timespec="seconds"), pace=self._pace)
                await moved()

    async def _ask(self, query: dict[str, str], seconds: float) -> dict[str, Any]:
        timeout = aiohttp.ClientTimeout(total=seconds)
        async with self._session.get(self._url, params=query, timeout=timeout, allow_redirects=False) as answer:
            if answer.status != 200:
                raise ValueError(f"HTTP {answer.status}")
            told: dict[str, Any] = await answer.json(content_type=None)
            return told

    def _take(self, told: dict[str, Any]) -> bool:
        """Goes by what was told; returns whether it was news."""
        now, version = float(told["now"]), int(told["version"])
        pace = 0.0 if told["held"] else float(told["speed"])
        datetime.fromtimestamp(now, UTC)  # a moment nobody can write down is refused here
        if self._away:
            log.info("the practice clock is back")
        self._away = False
        same = version == self.version and pace == self._pace
        if same and abs(now - self._seconds()) <= _SLACK_SECONDS * max(1.0, pace):
            return False
        self._ahead = self.ahead() + max(0.0, now - self._seconds())
        self._told, self._told_at, self._pace, self.version = now, time.monotonic(), pace, version
        return True

    def _seconds(self) -> float:
        return self._told + (time.monotonic() - self._told_at) * self._pace

    def _lost(self) -> None:
        if not self._away:
            log.warning("the practice clock does not answer; going on with what is known", url=self._url)
        self._away = True


async def find_practice_clock(url: str | None, session: aiohttp.ClientSession) -> PracticeClock | None:
    """The clock of the setting `[practice] clock_url`, asked once; None without one."""
    if url is None:
        return None
    clock = PracticeClock(session, url)
    await clock.look()
    return clock
