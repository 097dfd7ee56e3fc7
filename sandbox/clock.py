"""The one clock of the look-alike: every window (20 s, 10 min, 48 h, 72 h) is measured on it, so tests can move it."""

import time
from collections.abc import Callable

MINUTE = 60
HOUR = 3600
DAY = 86400


class Clock:
    """Seconds since the epoch: (held moment or real time) + offset."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self.offset_s = 0.0
        self.held_at: float | None = None

    def now(self) -> float:
        base = self._real() if self.held_at is None else self.held_at
        return base + self.offset_s

    def seconds(self) -> int:
        """Whole seconds, as WeCom writes CreateTime and send_time."""
        return int(self.now())

    def shift(self, offset_s: float) -> None:
        """Set the distance to the machine's clock (absolute, not added to the former offset)."""
        self.offset_s = offset_s

    def hold(self, at: float | None = None) -> None:
        """Stop at `at`, or at the present moment; `shift` still moves a held clock."""
        self.held_at = self._real() if at is None else at

    def release(self) -> None:
        """Run with the machine's clock again; the offset stays."""
        self.held_at = None
