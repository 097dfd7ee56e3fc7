"""The one clock of the look-alike: every life time (20 s, 10 min, 48 h, 72 h) is measured on it, so that tests and the time
bar can move it.

Frequency windows (per minute, per hour) are measured on `traffic` instead, which goes on while the clock is held: a bot
that talks for an hour of real time to a held play must not fill one minute for ever.
"""

import asyncio
import time
from collections.abc import Callable

MINUTE = 60
HOUR = 3600
DAY = 86400

SHANGHAI_S = 8 * HOUR  # Asia/Shanghai has been UTC+8 without summer time since 1991
MORNING_S = 8 * HOUR
MAX_SPEED = 86_400.0


class Clock:
    """Seconds since the epoch: the machine's time or a held moment, plus an offset; it may run faster or slower.

    Every change of its course (not its ticking) raises `version`, wakes `wait_after`, and calls `changed`.
    """

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._since = real()  # the offset holds from this real moment on; the speed adds to it
        self._offset_s = 0.0
        self._jumped_s = 0.0
        self._turned = asyncio.Event()
        self.held_at: float | None = None
        self.speed = 1.0
        self.version = 1
        self.changed: Callable[[], None] = lambda: None

    def now(self) -> float:
        self._settle()
        return self._moment() + self._offset_s

    def seconds(self) -> int:
        """Whole seconds, as WeCom writes CreateTime and send_time."""
        return int(self.now())

    def traffic(self) -> float:
        """Seconds for frequency windows: real seconds passed, also while held, and every jump forward. Never goes back.

        At a speed above 1 it keeps pace with the clock; our choice, else a play in fast motion could not be told in full.
        """
        self._settle()
        return self._since + self._jumped_s

    @property
    def offset_s(self) -> float:
        """The distance to the machine's clock; of a held clock, to the held moment."""
        self._settle()
        return self._offset_s

    def shift(self, offset_s: float) -> None:
        """Set the distance to the machine's clock (absolute, not added to the former offset)."""
        before = self.now()
        self._offset_s = offset_s
        self._turn(before)

    def step(self, seconds: float) -> None:
        """Forward by that many seconds, held or not."""
        self.shift(self.offset_s + seconds)

    def to(self, at: float) -> None:
        """Jump to a moment (unix seconds); ValueError for one that is over."""
        now = self.now()
        if at < now:
            raise ValueError("the clock jumps forward only")
        self.step(at - now)

    def hold(self, at: float | None = None) -> None:
        """Stop at `at`, or at the present moment; `shift`, `step` and `to` still move a held clock."""
        before = self.now()
        if at is None:
            self.held_at = self._moment()
        else:
            self.held_at, self._offset_s = at, 0.0
        self._turn(before)

    def release(self) -> None:
        """Run on from where it stands; `shift(0)` brings it back to the machine's time."""
        before = self.now()
        self.held_at = None
        self._offset_s = before - self._since
        self._turn(before)

    def run(self, speed: float) -> None:
        """`speed` seconds pass in each real second from now on; of a held clock, once it is released."""
        if not 0 < speed <= MAX_SPEED:
            raise ValueError(f"speed is above 0 and at most {MAX_SPEED:g}")
        before = self.now()
        self.speed = speed
        self._turn(before)

    def next_morning(self) -> float:
        """The next 08:00 in Shanghai."""
        morning = SHANGHAI_S - MORNING_S  # what to add to unix seconds so that a day begins at that hour
        return ((self.now() + morning) // DAY + 1) * DAY - morning

    async def wait_after(self, version: int, seconds: float) -> None:
        """Return once `version` is over, after `seconds` at the latest."""
        if self.version > version:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._turned.wait()
        except TimeoutError:
            return

    def _moment(self) -> float:
        return self._since if self.held_at is None else self.held_at

    def _settle(self) -> None:
        """Book the time since the last look: what the speed has gained goes into the offset."""
        real = self._real()
        gained = (real - self._since) * (self.speed - 1)
        if self.held_at is None:
            self._offset_s += gained
            self._jumped_s += max(0.0, gained)
        self._since = real

    def _turn(self, before: float) -> None:
        self._jumped_s += max(0.0, self._moment() + self._offset_s - before)
        self.version += 1
        self._turned.set()
        self._turned = asyncio.Event()
        self.changed()
