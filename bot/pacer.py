"""When a row may go: the documented windows of its API, its recipients and its robot, all at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.wecom.bucket import Bucket, Buckets, KeyedBuckets
from bot.wecom.road import Call, Road
from storage.outbox import Due


class Pacer:
    """Holds the token buckets of all roads; times are the loop's monotonic seconds, plus those by which practice time is `ahead`:
    WeCom's windows pass with it.
    """

    def __init__(self, roads: tuple[Road, ...], ahead: Callable[[], float] = lambda: 0.0) -> None:
        self._ahead = ahead
        self._apis: dict[str, Buckets] = {}
        self._recipients: dict[str, KeyedBuckets] = {}
        self._keys: dict[str, KeyedBuckets] = {}
        self._closed_until: dict[str, float] = {}
        for road in roads:
            for call in road.calls:
                limits = [limit for limit in road.limits if limit.scope == "api"]
                self._apis[call.name] = Buckets([limit.bucket() for limit in limits] or [Bucket(1e6, 1)])
                self._recipients[call.name] = KeyedBuckets([limit for limit in road.limits if limit.scope == "recipient"])
                self._keys[call.name] = KeyedBuckets([limit for limit in road.limits if limit.scope == "key"])

    def wait(self, call: Call | None, row: Due) -> float:
        """0 and the slots are taken; or the seconds to wait, with nothing taken."""
        if call is None:
            return 0.0
        now = self._now()
        buckets = self._of(call, row)
        at = buckets.earliest(now)
        if at > now:
            return at - now
        buckets.take(now)
        return 0.0

    def close(self, call: Call, row: Due, seconds: float) -> None:
        """WeCom said 45009: nothing of this API (or robot) until then."""
        until = self._now() + seconds
        if call.auth == "key":
            self._keys[call.name].of(row.lane).close_until(until)
        else:
            self._apis[call.name].close_until(until)
            self._closed_until[call.name] = max(until, self._closed_until.get(call.name, until))

    def closed_calls(self) -> tuple[str, ...]:
        """The calls whose whole API is closed now."""
        now = self._now()
        self._closed_until = {name: until for name, until in self._closed_until.items() if until > now}
        return tuple(self._closed_until)

    def forget_idle(self) -> None:
        """Drops the buckets of people who were not spoken to for long."""
        now = self._now()
        for keyed in (*self._recipients.values(), *self._keys.values()):
            keyed.forget_idle(now)

    def _now(self) -> float:
        return asyncio.get_running_loop().time() + self._ahead()

    def _of(self, call: Call, row: Due) -> Buckets:
        people = [self._recipients[call.name].of(person) for person in call.recipients(row.payload)]
        keys = [self._keys[call.name].of(row.lane)] if call.auth == "key" else []
        return Buckets([self._apis[call.name], *people, *keys])
