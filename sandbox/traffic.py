"""When each call arrived: how near a bot comes to WeCom's windows, and whether it ever passes them.

Moments are `Clock.traffic()`, as those of the windows themselves.
"""

from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence

from sandbox.clock import Clock

KEEP = 400_000  # of each API: 40 minutes at WeCom's limit; what comes later is not written down


class Traffic:
    """Per API, by its path: the moment of every call, and what was refused."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._arrived: defaultdict[str, array[float]] = defaultdict(lambda: array("d"))
        self._refused: defaultdict[str, Counter[int]] = defaultdict(Counter)

    def arrived(self, path: str) -> None:
        """A call has come in."""
        arrived = self._arrived[path]
        if len(arrived) < KEEP:
            arrived.append(self._clock.traffic())

    def refused(self, path: str, errcode: int) -> None:
        """It was answered with this code."""
        self._refused[path][errcode] += 1

    def arrivals(self, path: str) -> list[float]:
        """Oldest first."""
        return list(self._arrived.get(path, ()))

    def refusals(self, path: str) -> dict[int, int]:
        """Code → how often. What WeCom drops silently is not among them."""
        return dict(self._refused.get(path, {}))


def fullest(arrivals: Sequence[float], seconds: float) -> int:
    """The most calls in any stretch of so many seconds, wherever it begins."""
    first = most = 0
    for last, at in enumerate(arrivals):
        while arrivals[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def window_by_window(arrivals: Sequence[float], seconds: float) -> list[int]:
    """How many came in each whole window since the first arrival; the one under way at the last is left out."""
    if not arrivals:
        return []
    counts = Counter(int((at - arrivals[0]) // seconds) for at in arrivals)
    return [counts[number] for number in range(int((arrivals[-1] - arrivals[0]) // seconds))]
