"""The time ticks are numbered by: the machine's, but it never goes back, so that no number comes a second time and is dropped."""

from __future__ import annotations

import time
from datetime import datetime
from zoneinfo import ZoneInfo

from storage.database import machine_now


class TickTime:
    """Unix seconds. After the machine's clock was set back they go on from where they were, at the machine's pace."""

    def __init__(self) -> None:
        self._seconds = machine_now().timestamp()
        self._at = time.monotonic()

    def go_on_after(self, seconds: float) -> None:
        """A tick of this moment is stored: an earlier process's, or another node's."""
        self._seconds = max(self.now(), seconds)

    def now(self) -> float:
        """Unix seconds."""
        at = time.monotonic()
        self._seconds, self._at = max(self._seconds + at - self._at, machine_now().timestamp()), at
        return self._seconds

    def interval(self, seconds: float) -> int:
        """The moment at which the present interval of this length began; the same on all nodes."""
        length = max(seconds, 1.0)
        return int(self.now() // length * length)

    def at(self, zone: ZoneInfo) -> datetime:
        """Date and time there."""
        return datetime.fromtimestamp(self.now(), zone)
