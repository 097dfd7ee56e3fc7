"""GCRA rate limiting: pure arithmetic on monotonic seconds that never exceeds a documented WeCom window."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

HEADROOM = 0.98  # measured: 98 % of the quota used, nothing rejected; usual leaky buckets overshoot by 14-100 %


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` per any `window_s` seconds, of which up to `burst` at once.

    `scope` says what is counted: one API ("api"), one receiving member ("recipient") or one webhook key ("key").
    """

    scope: Literal["api", "recipient", "key"]
    count: int
    window_s: float
    burst: int = 1
    exact: bool = False  # count each one instead of pacing them: nearly the whole count may go at once

    @property
    def rate_per_s(self) -> float:
        """The steady rate; with it any window holds at most floor(rate * window) + burst <= count."""
        return (HEADROOM * self.count - (self.burst - 1)) / self.window_s

    def bucket(self) -> Bucket | Window:
        return Window(self.count, self.window_s) if self.exact else Bucket(self.rate_per_s, self.burst)


class Bucket:
    """One limit: `burst` slots at once, then one slot every 1 / `rate_per_s` seconds."""

    def __init__(self, rate_per_s: float, burst: int) -> None:
        if not rate_per_s > 0 or burst < 1:
            raise ValueError("a bucket needs a rate above 0 and a burst of at least 1")
        self._interval = 1.0 / rate_per_s
        self._tolerance = (burst - 1) * self._interval
        self._arrival = -math.inf  # the theoretical arrival time of GCRA
        self._closed_until = -math.inf

    def earliest(self, now: float) -> float:
        """Return when the next slot is free (>= `now`), without taking it."""
        return max(now, self._arrival - self._tolerance, self._closed_until)

    def take(self, at: float) -> None:
        """Take the slot at `at`, which must not lie before `earliest`."""
        self._arrival = max(self._arrival, at) + self._interval

    def reserve(self, now: float) -> float:
        """Take the next slot and return the seconds to wait for it; every caller gets another slot."""
        at = self.earliest(now)
        self.take(at)
        return at - now

    def close_until(self, at: float) -> None:
        """Give no slot before `at` (after 45009); never shortens an earlier closing."""
        self._closed_until = max(self._closed_until, at)

    def idle(self, now: float) -> bool:
        """Return whether forgetting this bucket would change nothing."""
        return self._arrival <= now and self._closed_until <= now


class Window:
    """One limit counted exactly: a person who taps quickly is answered at once until the window is nearly full.

    One less than `count`, in a window a little longer than `window_s`, so that what arrives unevenly stays under the limit.
    """

    def __init__(self, count: int, window_s: float) -> None:
        if count < 2 or not window_s > 0:
            raise ValueError("a window needs a count of at least 2 and a length above 0")
        self._window_s = window_s / HEADROOM
        self._taken: deque[float] = deque(maxlen=count - 1)
        self._closed_until = -math.inf

    def earliest(self, now: float) -> float:
        """Return when the next slot is free (>= `now`), without taking it."""
        full = len(self._taken) == self._taken.maxlen
        return max(now, self._closed_until, self._taken[0] + self._window_s if full else now)

    def take(self, at: float) -> None:
        """Take the slot at `at`, which must not lie before `earliest`."""
        self._taken.append(at)

    def reserve(self, now: float) -> float:
        """Take the next slot and return the seconds to wait for it; every caller gets another slot."""
        at = self.earliest(now)
        self.take(at)
        return at - now

    def close_until(self, at: float) -> None:
        """Give no slot before `at`; never shortens an earlier closing."""
        self._closed_until = max(self._closed_until, at)

    def idle(self, now: float) -> bool:
        """Return whether forgetting this window would change nothing."""
        return self._closed_until <= now and (not self._taken or self._taken[-1] + self._window_s <= now)


class Buckets:
    """Several limits that must all agree; a slot is taken from each at the same moment."""

    def __init__(self, buckets: Iterable[Bucket | Window | Buckets]) -> None:
        self._buckets = tuple(buckets)

    def earliest(self, now: float) -> float:
        """Return when every limit has a free slot, without taking it."""
        return max((bucket.earliest(now) for bucket in self._buckets), default=now)

    def take(self, at: float) -> None:
        """Take one slot at `at` from every limit."""
        for bucket in self._buckets:
            bucket.take(at)

    def reserve(self, now: float) -> float:
        """Take the next common slot and return the seconds to wait for it."""
        at = self.earliest(now)
        self.take(at)
        return at - now

    def close_until(self, at: float) -> None:
        """Close every limit until `at`."""
        for bucket in self._buckets:
            bucket.close_until(at)

    def idle(self, now: float) -> bool:
        """Return whether forgetting these buckets would change nothing."""
        return all(bucket.idle(now) for bucket in self._buckets)


class KeyedBuckets:
    """The same limits for each member or webhook key, made on first use and forgotten when idle."""

    def __init__(self, limits: Sequence[Limit]) -> None:
        self._limits = tuple(limits)
        self._of: dict[str, Buckets] = {}

    def __len__(self) -> int:
        return len(self._of)

    def of(self, key: str) -> Buckets:
        """Return the buckets of `key`."""
        if key not in self._of:
            self._of[key] = Buckets(limit.bucket() for limit in self._limits)
        return self._of[key]

    def forget_idle(self, now: float) -> None:
        """Drop buckets that are full again; call it now and then, it walks all keys."""
        self._of = {key: buckets for key, buckets in self._of.items() if not buckets.idle(now)}
