"""Counters behind WeCom's frequency limits (docs 90454, 90664, 90313): sliding windows, and calendar days and months.

`at` is always `Clock.traffic()`, in seconds.
"""

import math
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sandbox.clock import DAY, SHANGHAI_S, Clock

EXACT_UP_TO = 1000  # a higher limit is counted in slices
SLICES = 600


class Quota(Protocol):
    """So much per key, and no more for a while."""

    def full(self, key: str, at: float, count: int = 1) -> bool:
        """True when `count` more do not fit."""

    def shut(self, key: str, at: float) -> None:
        """Somebody asked for too much."""

    def admit(self, key: str, at: float, count: int = 1) -> bool:
        """Count `count` admissions; False, and nothing counted, when they do not fit."""


class Window:
    """At most `limit` admissions per key in any `seconds`; the first one too many shuts the key for `block_s`.

    A big window is counted in slices of a 600th of its length, so ten thousand a minute cost a few hundred numbers. What
    a shut key asks is refused and not counted, and does not prolong the block.
    """

    def __init__(self, limit: int, seconds: float, block_s: float = 0.0) -> None:
        self.limit = limit
        self.seconds = seconds
        self._block_s = block_s
        self._grain_s = seconds / SLICES if limit > EXACT_UP_TO else 0.0
        self._slices: dict[str, deque[tuple[float, int]]] = {}
        self._sums: dict[str, int] = {}
        self._shut_until: dict[str, float] = {}

    def full(self, key: str, at: float, count: int = 1) -> bool:
        if at < self._shut_until.get(key, -math.inf):
            return True
        slices = self._slices.get(key)
        while slices and slices[0][0] <= at - self.seconds:
            self._sums[key] -= slices.popleft()[1]
        return self._sums.get(key, 0) + count > self.limit

    def shut(self, key: str, at: float) -> None:
        if self._block_s and at >= self._shut_until.get(key, -math.inf):
            self._shut_until[key] = at + self._block_s

    def admit(self, key: str, at: float, count: int = 1) -> bool:
        if self.full(key, at, count):
            self.shut(key, at)
            return False
        slices = self._slices.setdefault(key, deque())
        if slices and at - slices[-1][0] < self._grain_s:
            slices[-1] = (slices[-1][0], slices[-1][1] + count)
        else:
            slices.append((at, count))
        self._sums[key] = self._sums.get(key, 0) + count
        return True


class CalendarQuota:
    """At most `limit` per key in one calendar day (`days` 1) or month (`days` 30) of Shanghai.

    The first one too many shuts the key till the next day or month. The date is that of the play; under a held clock,
    whose date stands still, a new day or month has come after `days` of traffic.
    """

    def __init__(self, clock: Clock, limit: int, days: int) -> None:
        self.limit = limit
        self._clock = clock
        self._days = days
        self._sums: dict[str, int] = {}
        self._shut: set[str] = set()
        self._date = self._today()
        self._began = clock.traffic()

    def _today(self) -> tuple[int, ...]:
        today = datetime.fromtimestamp(0, UTC) + timedelta(seconds=self._clock.now() + SHANGHAI_S)
        return (today.year, today.month, today.day)[: 2 if self._days > 1 else 3]

    def full(self, key: str, at: float, count: int = 1) -> bool:
        today = self._today()
        if today != self._date or at - self._began >= self._days * DAY:
            self._sums.clear()
            self._shut.clear()
            self._date, self._began = today, at
        return key in self._shut or self._sums.get(key, 0) + count > self.limit

    def shut(self, key: str, at: float) -> None:
        self._shut.add(key)

    def admit(self, key: str, at: float, count: int = 1) -> bool:
        if self.full(key, at, count):
            self.shut(key, at)
            return False
        self._sums[key] = self._sums.get(key, 0) + count
        return True
