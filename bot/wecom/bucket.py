"""GCRA rate limiting: pure arithmetic on monotonic seconds that never exceeds a documented WeCom window."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

HEADROOM = 0.99  # the rest is for what is on the wire: at most ten calls of a lane, however late they arrive


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
        if self.exact:
            return Window(self.count, self.window_s)
        rate = self.rate_per_s
        return Bucket(rate, self.burst, (self.count + 1 - self.burst) / rate - self.window_s)


class Bucket:
    """One limit: `burst` slots at once, then one slot every 1 / `rate_per_s` seconds.

    What goes out may arrive late. Up to `slack_s` the headroom covers that; what takes longer counts from its end (`over`).
    """

    def __init__(self, rate_per_s: float, burst: int, slack_s: float = math.inf) -> None:
        if not rate_per_s > 0 or burst < 1:
            raise ValueError("a bucket needs a rate above 0 and a burst of at least 1")
        self._interval = 1.0 / rate_per_s
        self._tolerance = (burst - 1) * self._interval
        self._slack_s = slack_s
        self._arrival = -math.inf  # the theoretical arrival time of GCRA
        self._closed_until = -math.inf

    def earliest(self, now: float) -> float:
        """Return when the next slot is free (>= `now`), without taking it."""
        return max(now, self._arrival - self._tolerance, self._closed_until)

    def free(self, now: float, until: float) -> int:
        """Return how many slots can be taken from `now` until then."""
        if self._closed_until > until:
            return 0
        return max(0, math.floor((until + self._tolerance - max(self._arrival, now)) / self._interval) + 1)

    def take(self, at: float) -> None:
        """Take the slot at `at`, which must not lie before `earliest`."""
        self._arrival = max(self._arrival, at) + self._interval

    def over(self, at: float) -> None:
        """The call that took a slot has ended at `at`; it arrived then or before."""
        self._arrival = max(self._arrival, at - self._slack_s + self._interval)

    def reserve(self, now: float) -> float:
        """Take the next slot for a call that is over at once, and return the seconds to wait for it."""
        return _reserve(self, now)

    def close_until(self, at: float) -> None:
        """Give no slot before `at` (after 45009); never shortens an earlier closing."""
        self._closed_until = max(self._closed_until, at)

    def idle(self, now: float) -> bool:
        """Return whether forgetting this bucket would change nothing."""
        return self._arrival <= now and self._closed_until <= now


class Window:
    """One limit counted exactly: a person who taps quickly is answered at once until the window is full.

    A slot is taken until `window_s` (and a little) after its call has ended. So however late calls arrive, and in whichever of
    its seconds WeCom begins to count, no window holds more than `count`.
    """

    def __init__(self, count: int, window_s: float) -> None:
        if count < 1 or not window_s > 0:
            raise ValueError("a window needs a count of at least 1 and a length above 0")
        self._count = count
        self._window_s = window_s / HEADROOM
        self._under_way = 0
        self._ends: deque[float] = deque(maxlen=count)
        self._closed_until = -math.inf

    def earliest(self, now: float) -> float:
        """Return when the next slot is free (>= `now`), without taking it; infinity while all are under way."""
        at = max(now, self._closed_until)
        if len(self._ends) + self._under_way < self._count:
            return at
        return max(at, self._ends[0] + self._window_s) if self._ends else math.inf

    def free(self, now: float, until: float) -> int:
        """Return how many slots can be taken from `now` until then."""
        if self._closed_until > until:
            return 0
        return self._count - self._under_way - sum(end + self._window_s > until for end in self._ends)

    def take(self, at: float) -> None:
        """Take the slot at `at`, which must not lie before `earliest`."""
        if self._ends and len(self._ends) + self._under_way >= self._count:
            self._ends.popleft()
        self._under_way += 1

    def over(self, at: float) -> None:
        """The call that took a slot has ended at `at`."""
        self._under_way = max(0, self._under_way - 1)  # it may have begun before this window was made anew
        self._ends.append(at)

    def reserve(self, now: float) -> float:
        """Take the next slot for a call that is over at once, and return the seconds to wait for it."""
        return _reserve(self, now)

    def close_until(self, at: float) -> None:
        """Give no slot before `at`; never shortens an earlier closing."""
        self._closed_until = max(self._closed_until, at)

    def idle(self, now: float) -> bool:
        """Return whether forgetting this window would change nothing."""
        over = not self._ends or self._ends[-1] + self._window_s <= now
        return over and not self._under_way and self._closed_until <= now


class Buckets:
    """Several limits that must all agree; a slot is taken from each at the same moment."""

    def __init__(self, buckets: Iterable[Bucket | Window | Buckets]) -> None:
        self._buckets = tuple(buckets)

    def earliest(self, now: float) -> float:
        """Return when every limit has a free slot, without taking it."""
        return max((bucket.earliest(now) for bucket in self._buckets), default=now)

    def free(self, now: float, until: float) -> int:
        """Return how many slots every limit has from `now` until then."""
        return min((bucket.free(now, until) for bucket in self._buckets), default=0)

    def take(self, at: float) -> None:
        """Take one slot at `at` from every limit."""
        for bucket in self._buckets:
            bucket.take(at)

    def over(self, at: float) -> None:
        """The call that took a slot has ended at `at`."""
        for bucket in self._buckets:
            bucket.over(at)

    def reserve(self, now: float) -> float:
        """Take the next common slot for a call that is over at once, and return the seconds to wait for it."""
        return _reserve(self, now)

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

    def forget(self, key: str) -> None:
        """Drop the buckets of `key`, whatever is in them."""
        self._of.pop(key, None)

    def forget_idle(self, now: float) -> None:
        """Drop buckets that are full again; call it now and then, it walks all keys."""
        self._of = {key: buckets for key, buckets in self._of.items() if not buckets.idle(now)}


def _reserve(bucket: Bucket | Window | Buckets, now: float) -> float:
    at = bucket.earliest(now)
    bucket.take(at)
    bucket.over(at)
    return at - now
