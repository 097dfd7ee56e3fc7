"""Sliding-window counters for WeCom's frequency limits (doc 90454)."""

from collections import deque


class Window:
    """At most `limit` admissions per key in any `seconds`."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._at: dict[str, deque[float]] = {}

    def full(self, key: str, now: float) -> bool:
        at = self._at.setdefault(key, deque())
        while at and at[0] <= now - self.seconds:
            at.popleft()
        return len(at) >= self.limit

    def admit(self, key: str, now: float) -> bool:
        """Count one admission; False, and nothing counted, when the window is full."""
        if self.full(key, now):
            return False
        self._at[key].append(now)
        return True
