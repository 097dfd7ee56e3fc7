"""When a row may go: the documented windows of its API, its recipients and its robot, all at once."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.wecom.bucket import Bucket, Buckets, KeyedBuckets
from bot.wecom.errors import HOUR_S
from bot.wecom.road import Call, Road
from bot.wecom.wire import DEFAULT_TIMEOUT_S
from storage.outbox import Due
from storage.pace import Sent


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
        self._refusals: dict[str, int] = {}  # of each lane, one after the other
        self._limits = {call.name: road.limits for road in roads for call in road.calls}
        for name in self._limits:
            self._forget(name)

    def wait(self, call: Call | None, row: Due) -> float:
        """0 and the slots are taken until `over`; or the seconds to wait, with nothing taken."""
        if call is None:
            return 0.0
        now = self._now()
        buckets = self._of(call, row.lane, row.payload)
        at = buckets.earliest(now)
        if at > now:
            return at - now
        buckets.take(now)
        return 0.0

    def over(self, call: Call | None, row: Due) -> None:
        """The call that took slots has ended, well or not."""
        if call is not None:
            self._of(call, row.lane, row.payload).over(self._now())

    def free(self, call: Call | None, lane: str, seconds: float) -> int:
        """How many calls of the lane fit into the next seconds, whoever they go to."""
        if call is None:
            return 1
        now = self._now()
        return self._of(call, lane, None).free(now, now + seconds)

    def wait_for_slot(self, call: Call | None, lane: str) -> float:
        """The seconds until the lane has a slot, whoever it is for; nothing is taken."""
        if call is None:
            return 0.0
        now = self._now()
        return self._of(call, lane, None).earliest(now) - now

    def wait_for_recipients(self, call: Call | None, row: Due) -> float:
        """The seconds until those whom the row is for may get one more; nothing is taken."""
        if call is None:
            return 0.0
        now = self._now()
        return Buckets(self._people(call, row.payload)).earliest(now) - now

    def recall(self, call: Call, lane: str, sent: Iterable[Sent], now: datetime) -> None:
        """Begins anew with what this lane sent before, by whichever process: WeCom counts the corp. `now` is the house's time."""
        if call.auth == "key":
            self._keys[call.name].forget(lane)  # the other robots' lanes go on
        else:
            self._forget(call.name)
        for before in sent:
            # A clock that was set back must not shut the lane.
            age = max(0.0, (now - before.at).total_seconds())
            buckets = self._of(call, lane, before.payload or {})
            for _ in range(before.number):
                buckets.take(self._now() - age)
                # When it arrived nobody knows: at the latest when its call was given up.
                buckets.over(self._now() - max(0.0, age - DEFAULT_TIMEOUT_S))

    def counts_receivers(self, call: Call) -> bool:
        """Whether WeCom limits what one person gets of this call."""
        return any(limit.scope == "recipient" for limit in self._limits[call.name])

    def close(self, call: Call, lane: str, seconds: float) -> float:
        """WeCom said 45009: nothing of this API (or robot) for so long. Returns for how long in fact.

        A refusal that meets the first call after a closing doubles it, up to an hour: it seems to be the longer window that is
        full, which WeCom does not always say (doc 90313).
        """
        now = self._now()
        if not self.closed(lane):
            seconds = max(seconds, min(HOUR_S, seconds * 2 ** self._refusals.get(lane, 0)))
            self._refusals[lane] = self._refusals.get(lane, 0) + 1
        until = max(now + seconds, self._closed_until.get(lane, -math.inf))
        self._closed_until[lane] = until
        (self._keys[call.name].of(lane) if call.auth == "key" else self._apis[call.name]).close_until(until)
        return until - now

    def passed(self, lane: str) -> None:
        """A call of the lane was not refused."""
        self._refusals.pop(lane, None)

    def closed(self, lane: str) -> bool:
        """Whether WeCom closed the lane."""
        return self._closed_until.get(lane, -math.inf) > self._now()

    def forget_idle(self) -> None:
        """Drops the buckets of people who were not spoken to for long."""
        now = self._now()
        for keyed in (*self._recipients.values(), *self._keys.values()):
            keyed.forget_idle(now)

    def _now(self) -> float:
        return asyncio.get_running_loop().time() + self._ahead()

    def _forget(self, name: str) -> None:
        limits = self._limits[name]
        self._apis[name] = Buckets([limit.bucket() for limit in limits if limit.scope == "api"] or [Bucket(1e6, 1)])
        self._recipients[name] = KeyedBuckets([limit for limit in limits if limit.scope == "recipient"])
        self._keys[name] = KeyedBuckets([limit for limit in limits if limit.scope == "key"])

    def _of(self, call: Call, lane: str, payload: Mapping[str, Any] | None) -> Buckets:
        """All that concern the call; without a payload those of the lane."""
        people = [] if payload is None else self._people(call, payload)
        keys = [self._keys[call.name].of(lane)] if call.auth == "key" else []
        return Buckets([self._apis[call.name], *people, *keys])

    def _people(self, call: Call, payload: Mapping[str, Any]) -> list[Buckets]:
        return [self._recipients[call.name].of(person) for person in call.recipients(dict(payload))]
